#include "station/link/wrapper_link.hpp"

#include <array>

#include "station/notification.hpp"

namespace blathy::station {
namespace {

Result<void, Error> send_wrapped(Stream& stream, const LinkOptions& options, Bytes apdu, const Deadline& deadline) {
    const auto frame = wrap(options.client_sap, options.server_sap, apdu);
    if (!frame) return fail(Error{ErrorKind::limit, 0, "the request is longer than the wrapper can carry"});
    return stream.write(*frame, deadline);
}

// A meter may push to other clients, and from other logical devices, over the same connection.
bool is_for(const dlms::WrapperHeader& header, Bytes apdu, const LinkOptions& options) {
    return (header.source == options.server_sap && header.destination == options.client_sap) || is_notification(apdu);
}

}  // namespace

Result<void, Error> TcpLink::send(Bytes apdu, const Deadline& deadline) {
    return send_wrapped(stream_, options_, apdu, deadline);
}

Result<Bytes, Error> TcpLink::receive(const Deadline& deadline) {
    while (true) {
        auto frame = framing_.next();
        if (!frame) return fail(frame.error());
        if (*frame) {
            if (is_for((*frame)->header, (*frame)->apdu, options_)) return (*frame)->apdu;
            continue;
        }
        // Octets that trickle in, or frames for others, must not put the deadline off.
        if (deadline.passed()) return fail(timeout_error("the meter's answer was not complete in time"));
        // A whole APDU at once, or a stream of blocks.
        constexpr std::size_t at_once = std::size_t{64} << 10;
        std::array<std::uint8_t, at_once> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
        const auto got = stream_.read(room, deadline);
        if (!got) return fail(got.error());
        framing_.put(Bytes(room).first(*got));
    }
}

Result<void, Error> UdpLink::send(Bytes apdu, const Deadline& deadline) {
    return send_wrapped(stream_, options_, apdu, deadline);
}

Result<Bytes, Error> UdpLink::receive(const Deadline& deadline) {
    constexpr std::size_t longest_datagram = 0xFFFF;
    datagram_.resize(longest_datagram);
    while (true) {
        if (deadline.passed()) return fail(timeout_error("no answer from the meter in time"));
        const auto got = stream_.read(datagram_, deadline);
        if (!got) return fail(got.error());
        const Bytes datagram = Bytes(datagram_).first(*got);
        // Anybody can send a datagram; one that is no answer is as good as none.
        const auto header = dlms::read_wrapper_header(datagram);
        if (!header) continue;
        const Bytes apdu = datagram.subspan(dlms::WrapperHeader::size);
        if (apdu.size() == header->length && is_for(*header, apdu, options_)) return apdu;
    }
}

}  // namespace blathy::station
