#include "meter/storage/bit_code.hpp"

#include <bit>
#include <cstring>

namespace blathy::meter {
namespace {

constexpr unsigned least_ahead = 57;
constexpr unsigned width_bits = 7;  // of a number's width

}  // namespace

void BitWriter::put(std::uint64_t value, unsigned width) {
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

std::uint64_t BitReader::ahead() const {
    std::uint64_t word = 0;
    const std::size_t at = bits_ / 8;
    if (at + sizeof word <= octets_.size()) {
        std::memcpy(&word, octets_.data() + at, sizeof word);
        if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    } else {
        for (std::size_t i = at; i < at + sizeof word; ++i) word = word << 8 | (i < octets_.size() ? octets_[i] : 0U);
    }
    return word << (bits_ % 8);
}

std::uint64_t BitReader::get(unsigned width) {
    std::uint64_t high = 0;
    if (width > least_ahead) {
        high = ahead() >> (64 + least_ahead - width);
        bits_ += width - least_ahead;
        width = least_ahead;
    }
    const std::uint64_t low = width == 0 ? 0 : ahead() >> (64 - width);
    bits_ += width;
    return high << width | low;
}

unsigned BitReader::ones(unsigned most) {
    const unsigned run = std::min(most, static_cast<unsigned>(std::countl_one(ahead())));
    bits_ += run < most ? run + 1 : run;
    return run;
}

void put_wide(BitWriter& out, std::uint64_t number) {
    const auto width = static_cast<unsigned>(std::bit_width(number));
    out.put(width, width_bits);
    if (width > 1) out.put(number, width - 1);
}

std::uint64_t get_wide(BitReader& in) {
    const auto width = static_cast<unsigned>(in.get(width_bits));
    if (width == 0 || width > 64) return 0;
    return (std::uint64_t{1} << (width - 1)) | (width > 1 ? in.get(width - 1) : 0);
}

void RiceCode::put(BitWriter& out, std::uint64_t number) {
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

std::uint64_t RiceCode::get(BitReader& in) {
    const unsigned k = parameter();
    const std::uint64_t ones = in.ones(escape);
    const std::uint64_t number = ones < escape ? (ones << k) | in.get(k) : get_wide(in);
    learn(number);
    return number;
}

}  // namespace blathy::meter
