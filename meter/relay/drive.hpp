// The drive: brings the contact to where it should be, and watches that it gets there.
//
// A latching relay moves by a pulse and stays where it is, without power too. What its auxiliary contact says is the
// truth; without one, it is believed, unless a current flows through contacts that should be open.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace blathy::meter {

enum class RelayPulse : std::uint8_t { none, open, close };

// A pulse is repeated while the contact is not where it should be, at first soon and then to see if it has come free.
inline constexpr std::chrono::seconds relay_settling{1};
inline constexpr std::chrono::minutes relay_retry{10};
inline constexpr std::uint8_t relay_pulses_until_failed = 3;

// Closings and the openings that ended them, counted when it opens: did a current flow?
struct RelayOperations {
    std::uint32_t on_load = 0;
    std::uint32_t off_load = 0;

    constexpr bool operator==(const RelayOperations&) const = default;
};

class RelayDrive {
  public:
    // `contact` is the auxiliary contact, none if nobody reads one; `current_flows` through any pole. True: it has just
    // been found to fail.
    bool advance(bool wanted_closed, std::optional<bool> contact, bool current_flows,
                 std::chrono::microseconds duration);
    // What the coils are to get. Each pulse is taken once.
    RelayPulse take_pulse();

    // Of the contact, as far as anything tells.
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] const RelayOperations& operations() const { return operations_; }
    void restore(const RelayOperations& operations, bool wanted_closed);

  private:
    RelayOperations operations_;
    std::uint32_t astray_ms_ = 0;  // since the last pulse that did not help
    std::uint8_t pulses_ = 0;      // since it was last where it should be
    RelayPulse pulse_ = RelayPulse::none;
    bool driven_ = false;  // since power came
    bool wanted_closed_ = true;
    bool closed_ = true;
    bool failed_ = false;
};

}  // namespace blathy::meter
