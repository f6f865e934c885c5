// A link carries whole APDUs to one meter and back.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "station/error.hpp"
#include "station/link/deadline.hpp"
#include "station/octets.hpp"
#include "station/url.hpp"

namespace blathy::station {

class Link {
  public:
    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    virtual ~Link() = default;

    virtual Result<void, Error> send(Bytes apdu, const Deadline& deadline) = 0;
    // Sends what nothing will answer (an unconfirmed service).
    virtual Result<void, Error> post(Bytes apdu, const Deadline& deadline) { return send(apdu, deadline); }
    // The next APDU; its octets are valid until the next call. Error `timeout`: the link can still be used.
    virtual Result<Bytes, Error> receive(const Deadline& deadline) = 0;
    // An APDU that was sent arrives, or the link breaks. Else a request may have to be sent again.
    [[nodiscard]] virtual bool is_reliable() const = 0;
    // One APDU and its answer at a time: whoever sends waits for the other side's APDU before it sends again.
    [[nodiscard]] virtual bool is_half_duplex() const { return false; }
    // Says good-bye where the link layer has a way to; waits no longer than the deadline.
    virtual void close(const Deadline&) {}
};

// Who reads what anybody may, without any security.
inline constexpr std::uint16_t public_client_sap = 16;
// The logical device that every meter has.
inline constexpr std::uint16_t management_logical_device = 1;

struct LinkOptions {
    std::uint16_t client_sap = public_client_sap;
    std::uint16_t server_sap = management_logical_device;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds response_timeout{10'000};
    unsigned retries = 2;
};

Result<std::unique_ptr<Link>, Error> open_link(const Url& url, const LinkOptions& options);
// One that can only post(), without any connection to a meter: over HDLC to all stations, unless the URL has the
// address of one; over UDP to the address of one host, of all or of a group.
Result<std::unique_ptr<Link>, Error> open_broadcast_link(const Url& url, const LinkOptions& options);

}  // namespace blathy::station
