// What stands in the way of guessing passwords: a delay that doubles with each failure, for one role at one port.
//
// Ports and roles wait each for themselves, so that whoever guesses at the optical port keeps nobody out of the
// network. A failure is durable before it is answered, and after a restart a port waits its whole delay once more: a
// power cut gains nothing. While it waits an attempt is refused unseen, and counts for nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "meter/security/access_rights.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter::security {

enum class AccessPort : std::uint8_t { optical, serial, network, local, count };

class GuessGuard {
  public:
    GuessGuard(Store& store, RecordId record) : store_(store), record_(record) {}

    // `uptime_s` is any count of seconds that goes on by itself and never back.
    void mount(std::uint32_t uptime_s);

    [[nodiscard]] bool may_try(AccessPort port, Role role, std::uint32_t uptime_s) const;
    // After an attempt that may_try() allowed. False: it is not durable, and the attempt must be refused, whatever it
    // was worth.
    [[nodiscard]] bool failed(AccessPort port, Role role, std::uint32_t uptime_s);
    void succeeded(AccessPort port, Role role);

    // The first ones are slips of a finger; from then on 1, 2, 4 ... seconds.
    static constexpr std::uint8_t failures_without_delay = 3;
    static constexpr std::uint32_t max_delay_s = 3600;
    static constexpr std::uint32_t delay_s(std::uint8_t failures) {
        if (failures < failures_without_delay) return 0;
        const unsigned doubled = failures - unsigned{failures_without_delay};
        return doubled >= 12 ? max_delay_s : 1U << doubled;
    }

  private:
    static constexpr std::size_t ports = static_cast<std::size_t>(AccessPort::count);
    static constexpr std::size_t entries = ports * roles;
    struct Entry {
        std::uint32_t failed_at_s = 0;
        std::uint8_t failures = 0;
    };
    [[nodiscard]] static constexpr std::size_t index_of(AccessPort port, Role role) {
        return static_cast<std::size_t>(port) * roles + static_cast<std::size_t>(role);
    }
    [[nodiscard]] bool save();

    Store& store_;
    RecordId record_;
    std::array<Entry, entries> entries_{};
};

}  // namespace blathy::meter::security
