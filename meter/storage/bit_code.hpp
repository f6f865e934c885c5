// Integers in as few bits as their size deserves: what is stored of a value is how it differs from the one before.
//
// A Rice code of parameter k spends about k + 2 bits on a number below 2 to the k, and k follows the mean of the
// numbers seen, as in lossless audio (Rice and Plaunt, 1971; Robinson, SHORTEN, 1994). A number that is far off is
// escaped and costs its own width.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace blathy::meter {

class BitWriter {
  public:
    explicit BitWriter(MutableBytes room) : room_(room) {}

    [[nodiscard]] bool ok() const { return bits_ <= 8 * room_.size(); }
    // What is written, the bits that fill the last octet being zero.
    [[nodiscard]] Bytes written() const { return Bytes(room_).first(ok() ? (bits_ + 7) / 8 : 0); }

    void put(std::uint64_t value, unsigned width) {
        for (unsigned left = width; left > 0;) {
            const std::size_t at = bits_ / 8;
            const unsigned used = static_cast<unsigned>(bits_ % 8);
            const unsigned taken = std::min(8 - used, left);
            left -= taken;
            if (at < room_.size()) {
                if (used == 0) room_[at] = 0;
                const auto part = static_cast<unsigned>((value >> left) & ((1U << taken) - 1U));
                room_[at] = static_cast<std::uint8_t>(room_[at] | (part << (8 - used - taken)));
            }
            bits_ += taken;
        }
    }

  private:
    MutableBytes room_;
    std::size_t bits_ = 0;
};

// Total: beyond the end come zeros, and `ok()` is false.
class BitReader {
  public:
    explicit BitReader(Bytes octets) : octets_(octets) {}

    [[nodiscard]] bool ok() const { return bits_ <= 8 * octets_.size(); }
    // Less than an octet is left: what a writer filled up with.
    [[nodiscard]] bool at_end() const { return bits_ + 8 > 8 * octets_.size(); }

    std::uint64_t get(unsigned width) {
        std::uint64_t value = 0;
        for (unsigned left = width; left > 0;) {
            const std::size_t at = bits_ / 8;
            const unsigned used = static_cast<unsigned>(bits_ % 8);
            const unsigned taken = std::min(8 - used, left);
            left -= taken;
            const unsigned octet = at < octets_.size() ? octets_[at] : 0U;
            value = (value << taken) | ((octet >> (8 - used - taken)) & ((1U << taken) - 1U));
            bits_ += taken;
        }
        return value;
    }

  private:
    Bytes octets_;
    std::size_t bits_ = 0;
};

// Small numbers of either sign to small numbers: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.
constexpr std::uint64_t zigzag(std::uint64_t difference) {
    return (difference << 1) ^ (std::uint64_t{0} - (difference >> 63));
}
constexpr std::uint64_t unzigzag(std::uint64_t number) {
    return (number >> 1) ^ (std::uint64_t{0} - (number & 1U));
}

// A number by its width and its bits below the highest.
inline constexpr unsigned width_bits = 7;
inline void put_wide(BitWriter& out, std::uint64_t number) {
    const auto width = static_cast<unsigned>(std::bit_width(number));
    out.put(width, width_bits);
    if (width > 1) out.put(number, width - 1);
}
inline std::uint64_t get_wide(BitReader& in) {
    const auto width = static_cast<unsigned>(in.get(width_bits));
    if (width == 0 || width > 64) return 0;
    return (std::uint64_t{1} << (width - 1)) | (width > 1 ? in.get(width - 1) : 0);
}

class RiceCode {
  public:
    constexpr explicit RiceCode(unsigned first_parameter = 3)
        : mean_(std::uint64_t{1} << (first_parameter + fraction_bits)) {}

    void put(BitWriter& out, std::uint64_t number) {
        const unsigned k = parameter();
        const std::uint64_t ones = number >> k;
        if (ones < escape) {
            out.put((std::uint64_t{1} << (ones + 1)) - 2, static_cast<unsigned>(ones) + 1);
            out.put(number, k);
        } else {
            out.put((std::uint64_t{1} << escape) - 1, escape);
            put_wide(out, number);
        }
        learn(number);
    }
    std::uint64_t get(BitReader& in) {
        const unsigned k = parameter();
        std::uint64_t ones = 0;
        while (ones < escape && in.get(1) != 0) ++ones;
        const std::uint64_t number = ones < escape ? (ones << k) | in.get(k) : get_wide(in);
        learn(number);
        return number;
    }

  private:
    static constexpr unsigned escape = 10;
    static constexpr unsigned fraction_bits = 4;
    static constexpr std::uint64_t greatest = std::uint64_t{1} << 56;

    // The number that codes numbers of this mean best is near the mean times ln 2.
    [[nodiscard]] unsigned parameter() const {
        const std::uint64_t whole = (mean_ - mean_ / 4) >> fraction_bits;
        return whole < 2 ? (whole == 1 ? 1U : 0U) : static_cast<unsigned>(std::bit_width(whole)) - 1U;
    }
    void learn(std::uint64_t number) {
        const std::uint64_t seen = std::min(number, greatest) << fraction_bits;
        mean_ = mean_ - mean_ / 4 + seen / 4;
    }

    std::uint64_t mean_;  // of late, in sixteenths
};

}  // namespace blathy::meter
