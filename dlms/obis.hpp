// Logical names: OBIS codes of six value groups A-B:C.D.E.F (IEC 62056-6-1).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace blathy::dlms {

struct Obis {
    std::array<std::uint8_t, 6> groups{};

    constexpr Obis() = default;
    constexpr Obis(int a, int b, int c, int d, int e, int f = 255)
        : groups{static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b), static_cast<std::uint8_t>(c),
                 static_cast<std::uint8_t>(d), static_cast<std::uint8_t>(e), static_cast<std::uint8_t>(f)} {}

    constexpr auto operator<=>(const Obis&) const = default;
    [[nodiscard]] constexpr std::uint8_t a() const { return groups[0]; }
    [[nodiscard]] constexpr std::uint8_t b() const { return groups[1]; }
    [[nodiscard]] constexpr std::uint8_t c() const { return groups[2]; }
    [[nodiscard]] constexpr std::uint8_t d() const { return groups[3]; }
    [[nodiscard]] constexpr std::uint8_t e() const { return groups[4]; }
    [[nodiscard]] constexpr std::uint8_t f() const { return groups[5]; }
};

// Six octets to a logical name; any other length is none.
std::optional<Obis> obis_from(Bytes octets);

// "1-0:1.8.0.255", "1.0.1.8.0.255" or "1-0:1.8.0*255"; a missing F is 255, and "1.8.0" stands for 1-0:1.8.0.255.
std::optional<Obis> parse_obis(std::string_view text);

// The standard spelling, "1-0:1.8.0.255", in a buffer that needs no heap.
class ObisText {
  public:
    explicit ObisText(const Obis& obis);
    [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

  private:
    std::array<char, 24> text_{};
    std::size_t size_ = 0;
};

}  // namespace blathy::dlms
