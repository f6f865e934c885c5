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

    void put(std::uint64_t value, unsigned width);

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

    std::uint64_t get(unsigned width);
    // How many ones come next, `most` at most; the zero that ends fewer is taken as well.
    unsigned ones(unsigned most);

  private:
    // The next bits, from the highest on: 57 or more of them count.
    [[nodiscard]] std::uint64_t ahead() const;

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
void put_wide(BitWriter& out, std::uint64_t number);
std::uint64_t get_wide(BitReader& in);

class RiceCode {
  public:
    constexpr explicit RiceCode(unsigned first_parameter = 3)
        : mean_(std::uint64_t{1} << (first_parameter + fraction_bits)) {}

    void put(BitWriter& out, std::uint64_t number);
    std::uint64_t get(BitReader& in);

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
