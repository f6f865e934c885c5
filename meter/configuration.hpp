// Configuration: what a user sets and the meter keeps.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "meter/clock/clock.hpp"

namespace blathy::meter {

// A low level security password (LLS), of one to its full size octets.
class Password {
  public:
    static constexpr std::size_t max_size = 32;

    Password() = default;
    // A longer one is cut.
    explicit Password(Bytes octets);
    explicit Password(std::string_view text) : Password(as_bytes(text)) {}

    [[nodiscard]] Bytes octets() const { return Bytes(octets_).first(size_); }
    // In a time that does not depend on where they differ. An empty password matches nothing.
    [[nodiscard]] bool matches(Bytes offered) const;
    bool operator==(const Password&) const = default;

  private:
    std::array<std::uint8_t, max_size> octets_{};
    std::uint8_t size_ = 0;
};

// What a meter without keys of its own starts with. Everybody knows it: not for the field.
inline constexpr std::string_view demo_management_password = "DEMO-PASSWORD";

struct Configuration {
    ClockSettings clock;
    Password management_password{demo_management_password};

    bool operator==(const Configuration&) const = default;
};

}  // namespace blathy::meter
