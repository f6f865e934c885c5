// What stands in the way of guessing passwords: a delay that doubles with each failure, for one role at one port.
//
// Ports and roles wait each for themselves, so that whoever guesses at the optical port keeps nobody out of the
// network. On a network the peer that was right last waits for itself as well: who guesses from elsewhere does not keep
// it out. A failure is durable before it is answered, and after a restart a port waits its whole delay once more: a
// power cut gains nothing. While it waits an attempt is refused unseen, and counts for nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "meter/security/access_rights.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter::security {

enum class AccessPort : std::uint8_t { optical, serial, network, local, count };

// Where a client comes from.
struct Origin {
    constexpr Origin(AccessPort at = AccessPort::network, std::uint32_t by = 0) : port(at), peer(by) {}
    AccessPort port;
    // Of a network: who is at the other end, by what can't be pretended, such as the address of a TCP connection. 0:
    // nobody knows.
    std::uint32_t peer;
};

class GuessGuard {
  public:
    GuessGuard(Store& store, RecordId record) : store_(store), record_(record) {}

    // `uptime_s` is any count of seconds that goes on by itself and never back.
    void mount(std::uint32_t uptime_s);

    // Of a role that has passwords: not of the public client.
    [[nodiscard]] bool may_try(const Origin& origin, Role role, std::uint32_t uptime_s) const;
    // After an attempt that may_try() allowed. False: it is not durable, and the attempt must be refused, whatever it
    // was worth.
    [[nodiscard]] bool failed(const Origin& origin, Role role, std::uint32_t uptime_s);
    void succeeded(const Origin& origin, Role role);

    // The first ones are slips of a finger; from then on 1, 2, 4 ... seconds.
    static constexpr std::uint8_t failures_without_delay = 3;
    static constexpr std::uint32_t max_delay_s = 3600;
    static constexpr std::uint32_t delay_s(std::uint8_t failures) {
        if (failures < failures_without_delay) return 0;
        const unsigned doubled = failures - unsigned{failures_without_delay};
        return doubled >= 12 ? max_delay_s : 1U << doubled;
    }

  private:
    static constexpr std::size_t guarded_roles = roles - 1;  // all but the public client
    // A row for each port, and one for the peers that were right last.
    static constexpr std::size_t rows = static_cast<std::size_t>(AccessPort::count) + 1;
    static constexpr std::size_t entries = rows * guarded_roles;
    static constexpr std::size_t record_size = entries + 4 * guarded_roles;

    [[nodiscard]] static constexpr std::size_t index_of(Role role) { return static_cast<std::size_t>(role) - 1; }
    [[nodiscard]] std::size_t entry_of(const Origin& origin, Role role) const;
    [[nodiscard]] bool save();

    Store& store_;
    RecordId record_;
    std::array<std::uint32_t, entries> failed_at_s_{};
    std::array<std::uint8_t, entries> failures_{};
    std::array<std::uint32_t, guarded_roles> known_peer_{};  // 0: none yet
};

}  // namespace blathy::meter::security
