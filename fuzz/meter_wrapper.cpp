// The whole server behind the wrapper, fed with octets as a network gives them. The first octet says in what pieces.
#include <cstdint>
#include <cstdlib>

#include "meter/server/wrapper_link.hpp"

#include "tests/support/bench.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    if (size == 0) return 0;
    const std::size_t piece = data[0] == 0 ? size : data[0];
    const Bytes stream(data + 1, size - 1);

    test::Bench bench;
    meter::WrapperLink link;
    test::Octets buffer;
    test::Octets room(meter::WrapperLink::min_send_buffer_size);
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        const Bytes next = stream.subspan(at, std::min(piece, stream.size() - at));
        buffer.insert(buffer.end(), next.begin(), next.end());
        while (true) {
            const auto step = link.receive(bench.meter, buffer, room);
            if (step.consumed > buffer.size()) std::abort();
            if (!step.answer.empty()) {
                const auto header = dlms::read_wrapper_header(step.answer);
                if (!header || header->length + dlms::WrapperHeader::size != step.answer.size()) std::abort();
            }
            if (step.close) return 0;
            if (step.consumed == 0) break;
            buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(step.consumed));
        }
        if (buffer.size() >= meter::WrapperLink::receive_buffer_size) std::abort();
    }
    return 0;
}
