// Security suites and the security control octet (IEC 62056-5-3, 5.3.7 and 5.7.2.4; Green Book 9.2.7.2.4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms::security {

// What a suite protects with: AES-GCM with keys of this size, and curves from suite 1 on.
enum class Suite : std::uint8_t {
    aes128_gcm = 0,
    p256_aes128_gcm = 1,
    p384_aes256_gcm = 2,
};

// Octets of a global, dedicated or master key.
constexpr std::size_t key_size(Suite suite) {
    return suite == Suite::p384_aes256_gcm ? 32 : 16;
}
inline constexpr std::size_t max_key_size = 32;

// The system title of a client or server: three letters of the manufacturer and five octets that make it unique.
using SystemTitle = std::array<std::uint8_t, 8>;

inline std::optional<SystemTitle> as_system_title(Bytes octets) {
    SystemTitle title{};
    if (octets.size() != title.size()) return std::nullopt;
    std::copy(octets.begin(), octets.end(), title.begin());
    return title;
}

// Octets that stay of the authentication tag of sixteen.
inline constexpr std::size_t tag_size = 12;

enum class Protection : std::uint8_t {
    none = 0x00,
    authenticated = 0x10,
    encrypted = 0x20,
    authenticated_and_encrypted = 0x30,
};

enum class KeySet : std::uint8_t { unicast = 0x00, broadcast = 0x40 };

struct SecurityControl {
    std::uint8_t octet = 0;

    static constexpr SecurityControl make(Suite suite, Protection protection, KeySet key_set = KeySet::unicast) {
        return {static_cast<std::uint8_t>(static_cast<unsigned>(suite) | static_cast<unsigned>(protection) |
                                          static_cast<unsigned>(key_set))};
    }

    [[nodiscard]] constexpr std::optional<Suite> suite() const {
        const auto number = static_cast<std::uint8_t>(octet & 0x0FU);
        if (number > static_cast<std::uint8_t>(Suite::p384_aes256_gcm)) return std::nullopt;
        return static_cast<Suite>(number);
    }
    [[nodiscard]] constexpr Protection protection() const { return static_cast<Protection>(octet & 0x30U); }
    [[nodiscard]] constexpr bool authenticated() const { return (octet & 0x10U) != 0; }
    [[nodiscard]] constexpr bool encrypted() const { return (octet & 0x20U) != 0; }
    [[nodiscard]] constexpr KeySet key_set() const { return static_cast<KeySet>(octet & 0x40U); }
    [[nodiscard]] constexpr bool compressed() const { return (octet & 0x80U) != 0; }
    constexpr bool operator==(const SecurityControl&) const = default;
};

}  // namespace blathy::dlms::security
