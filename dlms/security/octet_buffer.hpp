// Octets of a bounded number, held by value: keys, digests, signatures.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace blathy::dlms::security {

template <std::size_t capacity>
class OctetBuffer {
  public:
    constexpr OctetBuffer() = default;
    // Octets beyond the capacity are dropped: callers check sizes first.
    constexpr explicit OctetBuffer(Bytes octets) : size_(std::min(octets.size(), capacity)) {
        std::copy_n(octets.begin(), size_, octets_.begin());
    }
    // `size` octets of zero, to be written through `room()`.
    constexpr static OctetBuffer of_size(std::size_t size) {
        OctetBuffer buffer;
        buffer.size_ = std::min(size, capacity);
        return buffer;
    }

    [[nodiscard]] constexpr Bytes octets() const { return Bytes(octets_).first(size_); }
    [[nodiscard]] constexpr MutableBytes room() { return MutableBytes(octets_).first(size_); }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    constexpr operator Bytes() const { return octets(); }  // NOLINT(google-explicit-constructor): it is octets

  private:
    std::array<std::uint8_t, capacity> octets_{};
    std::size_t size_ = 0;
};

}  // namespace blathy::dlms::security
