// The whole client over the wrapper, TCP and UDP, from raw octets. The first octet of the input decides what is asked,
// how, and over which of the two; of UDP, each datagram is preceded by its length in one octet.
#include <algorithm>

#include "station/link/wrapper_link.hpp"

#include "fuzz/client_questions.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    using namespace blathy::station;
    ByteReader input({data, size});
    const std::uint8_t what = input.u8();
    const bool datagrams = (what & 0x20U) != 0;
    const Options options = fuzz::small_options((what & 0x40U) != 0);
    const fuzz::Meter meter(datagrams ? SOCK_DGRAM : SOCK_STREAM);
    std::unique_ptr<Link> link;
    if (datagrams) {
        link = std::make_unique<UdpLink>(meter.stream(Stream::Kind::datagrams), options.link);
        while (!input.at_end()) meter.say(input.bytes(std::min<std::size_t>(input.u8(), input.remaining())));
    } else {
        link = std::make_unique<TcpLink>(meter.stream(Stream::Kind::octets), options.link);
        meter.say(input.rest());
        meter.hang_up();
    }
    auto client = Client::associate(std::move(link), options);
    if (client) fuzz::ask(*client, what & 0x1FU);
    return 0;
}
