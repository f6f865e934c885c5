// Any octets, cut into pieces by the input itself, into a deframer whose buffer size is the first octet.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "dlms/hdlc/deframer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    if (size < 1) return 0;
    std::array<std::uint8_t, 256> buffer;
    std::array<std::uint8_t, 2 + dlms::hdlc::max_length> room;
    dlms::hdlc::Deframer deframer(MutableBytes(buffer).first(data[0]), 25);
    Bytes rest(data + 1, size - 1);
    std::uint32_t now_ms = 0;
    while (!rest.empty()) {
        Bytes piece = rest.first(std::min<std::size_t>(rest.size(), 1u + rest[0] % 64u));
        rest = rest.subspan(piece.size());
        now_ms += piece[0];
        while (const auto frame = deframer.next(piece, now_ms)) {
            // What was found good can be written again, and is the same.
            if (frame->is_oversize) continue;
            const std::size_t written = dlms::hdlc::encode_frame(*frame, room);
            const auto again = dlms::hdlc::decode_frame(Bytes(room).subspan(1, written - 2));
            if (!again || again->control != frame->control || !equal(again->information, frame->information))
                std::abort();
        }
        if (!piece.empty()) std::abort();
    }
    return 0;
}
