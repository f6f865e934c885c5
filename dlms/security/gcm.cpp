#include "dlms/security/gcm.hpp"

#include <algorithm>
#include <type_traits>

#include "dlms/security/secret.hpp"

namespace blathy::dlms::security {
namespace {

constexpr std::uint64_t read_u64(const std::uint8_t* octets) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = (value << 8) | octets[i];
    return value;
}

constexpr void write_u64(std::uint8_t* octets, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) octets[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

constexpr std::uint64_t bits_reversed(std::uint64_t x) {
    const auto swap = [&x](std::uint64_t mask, unsigned shift) { x = ((x >> shift) & mask) | ((x & mask) << shift); };
    swap(0x5555'5555'5555'5555U, 1);
    swap(0x3333'3333'3333'3333U, 2);
    swap(0x0F0F'0F0F'0F0F'0F0FU, 4);
    swap(0x00FF'00FF'00FF'00FFU, 8);
    swap(0x0000'FFFF'0000'FFFFU, 16);
    return (x >> 32) | (x << 32);
}

// The lower 64 bits of the product of two polynomials over GF(2), out of integer multiplications: with three zeros
// between any two bits, the carries of at most 16 terms fall into the zeros, or off the top.
constexpr std::uint64_t carryless_low(std::uint64_t x, std::uint64_t y) {
    constexpr std::uint64_t every_fourth = 0x1111'1111'1111'1111U;
    constexpr std::uint64_t m0 = every_fourth, m1 = every_fourth << 1, m2 = every_fourth << 2, m3 = every_fourth << 3;
    const std::uint64_t x0 = x & m0, x1 = x & m1, x2 = x & m2, x3 = x & m3;
    const std::uint64_t y0 = y & m0, y1 = y & m1, y2 = y & m2, y3 = y & m3;
    return (((x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1)) & m0) |
           (((x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2)) & m1) |
           (((x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3)) & m2) |
           (((x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0)) & m3);
}

}  // namespace

GhashKey::GhashKey(const Block& h)
    : h_{read_u64(h.data()), read_u64(h.data() + 8)},
      h_reversed_{bits_reversed(h_.high), bits_reversed(h_.low)},
      h_sum_(h_.high ^ h_.low),
      h_reversed_sum_(h_reversed_.high ^ h_reversed_.low) {}

GhashKey::Element GhashKey::times(Element x) const {
    // Karatsuba: three products of halves. The upper 64 bits of each product are the lower ones of the reversed
    // factors, reversed and shifted, because it has 127 bits.
    const Element x_reversed{bits_reversed(x.high), bits_reversed(x.low)};
    const std::uint64_t low = carryless_low(x.low, h_.low);
    const std::uint64_t high = carryless_low(x.high, h_.high);
    const std::uint64_t middle = carryless_low(x.high ^ x.low, h_sum_) ^ low ^ high;
    const std::uint64_t low_reversed = carryless_low(x_reversed.low, h_reversed_.low);
    const std::uint64_t high_reversed = carryless_low(x_reversed.high, h_reversed_.high);
    const std::uint64_t middle_reversed =
        carryless_low(x_reversed.high ^ x_reversed.low, h_reversed_sum_) ^ low_reversed ^ high_reversed;

    std::uint64_t v0 = low;
    std::uint64_t v1 = (bits_reversed(low_reversed) >> 1) ^ middle;
    std::uint64_t v2 = high ^ (bits_reversed(middle_reversed) >> 1);
    std::uint64_t v3 = bits_reversed(high_reversed) >> 1;

    // GCM numbers its bits from the most significant one, so the product of 255 bits is one place too low.
    v3 = (v3 << 1) | (v2 >> 63);
    v2 = (v2 << 1) | (v1 >> 63);
    v1 = (v1 << 1) | (v0 >> 63);
    v0 <<= 1;

    // Reduction by x^128 + x^7 + x^2 + x + 1, twice 64 bits.
    v2 ^= v0 ^ (v0 >> 1) ^ (v0 >> 2) ^ (v0 >> 7);
    v1 ^= (v0 << 63) ^ (v0 << 62) ^ (v0 << 57);
    v3 ^= v1 ^ (v1 >> 1) ^ (v1 >> 2) ^ (v1 >> 7);
    v2 ^= (v1 << 63) ^ (v1 << 62) ^ (v1 << 57);
    return {v3, v2};
}

bool GcmKey::set(Bytes key) {
    clear();
    if (!aes_.set_key(key)) return false;
    Block h{};
    aes_.apply(h, h);
    ghash_ = GhashKey(h);
    return true;
}

void GcmKey::clear() {
    aes_.clear();
    static_assert(std::is_trivially_copyable_v<GhashKey>);
    wipe({reinterpret_cast<std::uint8_t*>(&ghash_), sizeof ghash_});
}

Gcm::Gcm(const GcmKey& key, const Nonce& nonce) : key_(&key) {
    std::copy(nonce.begin(), nonce.end(), counter_.begin());
    counter_[15] = 1;
}

void Gcm::hash(Bytes octets) {
    while (!octets.empty()) {
        const std::size_t count = std::min(octets.size(), partial_.size() - partial_size_);
        std::copy_n(octets.begin(), count, partial_.begin() + static_cast<std::ptrdiff_t>(partial_size_));
        partial_size_ += count;
        octets = octets.subspan(count);
        if (partial_size_ == partial_.size()) end_hash_block();
    }
}

// Takes the block in, filled up with zeros.
void Gcm::end_hash_block() {
    if (partial_size_ == 0) return;
    sum_.high ^= read_u64(partial_.data());
    sum_.low ^= read_u64(partial_.data() + 8);
    sum_ = key_->ghash_.times(sum_);
    partial_.fill(0);
    partial_size_ = 0;
}

void Gcm::apply_key_stream(MutableBytes text) {
    for (std::size_t done = 0; done < text.size();) {
        if (key_stream_left_ == 0) {
            for (std::size_t i = counter_.size(); i-- > 12 && ++counter_[i] == 0;) {
            }
            key_->aes_.apply(counter_, key_stream_);
            key_stream_left_ = key_stream_.size();
        }
        const std::size_t count = std::min(text.size() - done, key_stream_left_);
        const std::uint8_t* stream = key_stream_.data() + key_stream_.size() - key_stream_left_;
        for (std::size_t i = 0; i < count; ++i) text[done + i] = static_cast<std::uint8_t>(text[done + i] ^ stream[i]);
        key_stream_left_ -= count;
        done += count;
    }
}

void Gcm::associate(Bytes octets) {
    associated_octets_ += octets.size();
    hash(octets);
}

void Gcm::encrypt(MutableBytes text) {
    apply_key_stream(text);
    authenticate(text);
}

void Gcm::authenticate(Bytes cipher_text) {
    if (cipher_text.empty()) return;
    if (text_octets_ == 0) end_hash_block();
    text_octets_ += cipher_text.size();
    hash(cipher_text);
}

Block Gcm::tag() {
    end_hash_block();
    write_u64(partial_.data(), associated_octets_ * 8);
    write_u64(partial_.data() + 8, text_octets_ * 8);
    partial_size_ = partial_.size();
    end_hash_block();
    Block first = counter_;
    std::copy_n(std::array<std::uint8_t, 4>{0, 0, 0, 1}.begin(), 4, first.begin() + 12);
    Block tag{};
    key_->aes_.apply(first, tag);
    Block sum{};
    write_u64(sum.data(), sum_.high);
    write_u64(sum.data() + 8, sum_.low);
    for (std::size_t i = 0; i < tag.size(); ++i) tag[i] = static_cast<std::uint8_t>(tag[i] ^ sum[i]);
    return tag;
}

}  // namespace blathy::dlms::security
