// The whole server behind the wrapper. The first octet chooses: octets as a TCP connection gives them, in pieces of
// that size; or, from 0x80 on, datagrams as UDP gives them, each preceded by its length in one octet.
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "meter/server/wrapper_link.hpp"

#include "tests/support/bench.hpp"

namespace {

using namespace blathy;

class Server {
  public:
    // The octets done with; none: the connection is closed.
    std::optional<std::size_t> take(MutableBytes octets) {
        const auto step = link_.receive(bench_.meter, octets, room_);
        if (step.consumed > octets.size()) std::abort();
        int parts = 0;
        for (Bytes part = step.answer; !part.empty(); part = link_.more(bench_.meter, room_)) {
            const auto header = dlms::read_wrapper_header(part);
            if (!header || header->length + dlms::WrapperHeader::size != part.size()) std::abort();
            if (++parts > most_parts) std::abort();
        }
        if (step.close) return std::nullopt;
        return step.consumed;
    }

  private:
    static constexpr int most_parts = 64;  // the widest window of general blocks

    test::Bench bench_;
    meter::WrapperLink link_;
    test::Octets room_ = test::Octets(meter::WrapperLink::min_send_buffer_size);
};

void feed_stream(Server& server, Bytes stream, std::size_t piece) {
    test::Octets buffer;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        const Bytes next = stream.subspan(at, std::min(piece, stream.size() - at));
        buffer.insert(buffer.end(), next.begin(), next.end());
        while (true) {
            const auto consumed = server.take(buffer);
            if (!consumed) return;
            if (*consumed == 0) break;
            buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*consumed));
        }
        if (buffer.size() >= meter::WrapperLink::receive_buffer_size) std::abort();
    }
}

// What a datagram has too much, or too little, is dropped with it.
void feed_datagrams(Server& server, Bytes input) {
    ByteReader in(input);
    while (in.remaining() > 0) {
        const Bytes datagram = in.bytes(std::min<std::size_t>(in.u8(), in.remaining()));
        test::Octets deciphered_in_place(datagram.begin(), datagram.end());
        (void)server.take(deciphered_in_place);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    Server server;
    const Bytes input(data + 1, size - 1);
    if (data[0] >= 0x80) {
        feed_datagrams(server, input);
    } else {
        feed_stream(server, input, data[0] == 0 ? size : data[0]);
    }
    return 0;
}
