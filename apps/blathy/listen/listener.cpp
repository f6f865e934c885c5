#include "apps/blathy/listen/listener.hpp"

#include "apps/blathy/listen/datagram_listener.hpp"
#include "apps/blathy/listen/line_listener.hpp"
#include "apps/blathy/listen/stream_listener.hpp"
#include "station/link/serial.hpp"

namespace blathy::apps {
namespace {

using station::Error;
using station::ErrorKind;
using station::PushReceiver;

Result<OpenListener, Error> open_line(const station::Url& url, ReceivedPushes& pushes) {
    constexpr std::uint32_t usual_baud = 9600;
    auto port =
        station::open_serial(url.path, {url.baud.value_or(usual_baud), dlms::iec62056_21::Framing::eight_none_one});
    const std::string name = station::name_of(url);
    if (!port) {
        port.error().text = name + ": " + port.error().text;
        return fail(port.error());
    }
    return OpenListener{name, std::make_unique<LineListener>(std::move(*port), name, pushes)};
}

}  // namespace

Result<OpenListener, Error> open_listener(const station::Url& url, std::size_t max_connections, ReceivedPushes& pushes,
                                          Poller& poller) {
    using station::Transport;
    if (url.transport == Transport::optical) {
        return fail(Error{ErrorKind::usage, 0, "pushes come over tcp://, udp://, hdlc+tcp:// or serial:"});
    }
    if (url.transport == Transport::serial) return open_line(url, pushes);
    const bool datagrams = url.transport == Transport::udp;
    auto socket = datagrams ? listen_udp(url.host, url.port) : listen_tcp(url.host, url.port);
    if (!socket) return fail(Error{ErrorKind::connection, 0, socket.error()});
    station::Url found = url;
    found.port = local_port(*socket);
    OpenListener opened{station::name_of(found), nullptr};
    if (datagrams) {
        opened.listener = std::make_unique<DatagramListener>(std::move(*socket), pushes);
    } else {
        const auto framing =
            url.transport == Transport::hdlc_tcp ? PushReceiver::Framing::hdlc : PushReceiver::Framing::wrapper;
        opened.listener =
            std::make_unique<StreamListener>(std::move(*socket), framing, max_connections, pushes, poller);
    }
    return opened;
}

}  // namespace blathy::apps
