// Any octets to the reader's side of IEC 62056-21, whose goal is the first one; 0xFF and the next octet let time pass.
#include <array>
#include <cstdlib>

#include "dlms/iec62056_21/reader_session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    using namespace blathy::dlms::iec62056_21;
    if (size < 1) return 0;
    ReaderSession reader({});
    std::array<std::uint8_t, 64> room;
    std::uint32_t now_ms = 0;
    reader.start(static_cast<ReaderSession::Goal>(data[0] % 3), now_ms);
    for (std::size_t i = 1; i < size; ++i) {
        if (data[i] == 0xFF && i + 1 < size) now_ms += 16u * data[++i];
        Bytes input(data + i, 1);
        while (const auto event = reader.receive(input, now_ms)) {
            (void)parse_data_set(event->text);
            if (event->kind == ReaderEvent::Kind::ready) reader.command({'R', '5', "1.8.0()"}, now_ms);
        }
        if (!input.empty() && !reader.is_hdlc()) std::abort();
        while (reader.transmit(room, now_ms).size > 0) {
        }
    }
    return 0;
}
