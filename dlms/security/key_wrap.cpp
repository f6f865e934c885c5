#include "dlms/security/key_wrap.hpp"

#include <algorithm>

#include "dlms/security/aes.hpp"
#include "dlms/security/secret.hpp"

namespace blathy::dlms::security {
namespace {

constexpr std::size_t half = 8;
constexpr std::uint8_t rounds = 6;
constexpr std::array<std::uint8_t, half> initial_value = {0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6};

constexpr bool is_key_size(std::size_t size) {
    return size == 16 || size == 32 || size == 48;
}

}  // namespace

// In both, `block` has the check value A in its first half and a part R[i] of the key in its second. The step number is
// at most 6 * 6 and so changes A's last octet only.
bool wrap_key(Bytes wrapping_key, Bytes key, MutableBytes wrapped) {
    Aes aes;
    if (!is_key_size(key.size()) || wrapped.size() != key.size() + wrap_overhead || !aes.set_key(wrapping_key)) {
        return false;
    }
    const std::size_t parts = key.size() / half;
    const MutableBytes room = wrapped.subspan(half);
    std::copy(key.begin(), key.end(), room.begin());
    Block block{};
    std::copy(initial_value.begin(), initial_value.end(), block.begin());
    std::uint8_t step = 1;
    for (std::uint8_t round = 0; round < rounds; ++round) {
        for (std::size_t part = 0; part < parts; ++part, ++step) {
            const MutableBytes r = room.subspan(part * half, half);
            std::copy(r.begin(), r.end(), block.begin() + half);
            aes.apply(block, block);
            block[half - 1] = static_cast<std::uint8_t>(block[half - 1] ^ step);
            std::copy_n(block.begin() + half, half, r.begin());
        }
    }
    std::copy_n(block.begin(), half, wrapped.begin());
    wipe(block);
    return true;
}

bool unwrap_key(Bytes wrapping_key, Bytes wrapped, MutableBytes key) {
    Aes aes;
    wipe(key);
    if (!is_key_size(key.size()) || wrapped.size() != key.size() + wrap_overhead ||
        !aes.set_key(wrapping_key, Aes::Direction::decrypt)) {
        return false;
    }
    const std::size_t parts = key.size() / half;
    std::copy(wrapped.begin() + half, wrapped.end(), key.begin());
    Block block{};
    std::copy_n(wrapped.begin(), half, block.begin());
    auto step = static_cast<std::uint8_t>(rounds * parts);
    for (std::uint8_t round = 0; round < rounds; ++round) {
        for (std::size_t part = parts; part-- > 0; --step) {
            const MutableBytes r = key.subspan(part * half, half);
            block[half - 1] = static_cast<std::uint8_t>(block[half - 1] ^ step);
            std::copy(r.begin(), r.end(), block.begin() + half);
            aes.apply(block, block);
            std::copy_n(block.begin() + half, half, r.begin());
        }
    }
    const bool intact = same_secret(Bytes(block).first(half), initial_value);
    wipe(block);
    if (!intact) wipe(key);
    return intact;
}

}  // namespace blathy::dlms::security
