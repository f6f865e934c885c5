// Bounded cursors over octets, most significant octet first (the byte order of A-XDR, BER lengths and the wrapper).
//
// Both are total: a read past the end yields zeros and a write past the end is dropped; either turns `ok()` false for
// good. A codec therefore runs straight through its fields and checks once at the end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace blathy {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}
inline bool equal(Bytes a, Bytes b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

class ByteReader {
  public:
    constexpr explicit ByteReader(Bytes octets) : octets_(octets) {}

    [[nodiscard]] constexpr bool ok() const { return ok_; }
    [[nodiscard]] constexpr std::size_t position() const { return position_; }
    [[nodiscard]] constexpr std::size_t remaining() const { return octets_.size() - position_; }
    [[nodiscard]] constexpr bool at_end() const { return remaining() == 0; }
    // All octets read so far, and those not read yet.
    [[nodiscard]] constexpr Bytes consumed() const { return octets_.first(position_); }
    [[nodiscard]] constexpr Bytes rest() const { return octets_.subspan(position_); }
    constexpr void invalidate() { ok_ = false; }

    constexpr std::uint8_t peek_u8() const { return remaining() > 0 ? octets_[position_] : std::uint8_t{0}; }
    constexpr std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
    constexpr std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
    constexpr std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
    constexpr std::uint64_t u64() { return big_endian(8); }
    constexpr std::int8_t i8() { return static_cast<std::int8_t>(u8()); }
    constexpr std::int16_t i16() { return static_cast<std::int16_t>(u16()); }
    constexpr std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    constexpr std::int64_t i64() { return static_cast<std::int64_t>(u64()); }

    constexpr Bytes bytes(std::size_t count) {
        if (!ok_ || count > remaining()) {
            ok_ = false;
            return {};
        }
        const Bytes view = octets_.subspan(position_, count);
        position_ += count;
        return view;
    }
    constexpr void skip(std::size_t count) { (void)bytes(count); }

  private:
    constexpr std::uint64_t big_endian(std::size_t count) {
        std::uint64_t value = 0;
        for (const std::uint8_t octet : bytes(count)) value = (value << 8) | octet;
        return value;
    }

    Bytes octets_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

class ByteWriter {
  public:
    constexpr explicit ByteWriter(MutableBytes room) : room_(room) {}

    [[nodiscard]] constexpr bool ok() const { return ok_; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    [[nodiscard]] constexpr std::size_t room_left() const { return room_.size() - size_; }
    [[nodiscard]] constexpr Bytes written() const { return Bytes(room_).first(size_); }
    // The octets written since `start`, to be patched (a length that is known only afterwards).
    [[nodiscard]] constexpr MutableBytes since(std::size_t start) { return room_.subspan(start, size_ - start); }
    constexpr void invalidate() { ok_ = false; }

    constexpr void u8(std::uint8_t value) { big_endian(value, 1); }
    constexpr void u16(std::uint16_t value) { big_endian(value, 2); }
    constexpr void u32(std::uint32_t value) { big_endian(value, 4); }
    constexpr void u64(std::uint64_t value) { big_endian(value, 8); }
    constexpr void i8(std::int8_t value) { u8(static_cast<std::uint8_t>(value)); }
    constexpr void i16(std::int16_t value) { u16(static_cast<std::uint16_t>(value)); }
    constexpr void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
    constexpr void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }

    constexpr void bytes(Bytes octets) {
        if (!reserve(octets.size())) return;
        std::copy(octets.begin(), octets.end(), room_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += octets.size();
    }
    // Forgets what was written from `size` on, an overflow with it.
    constexpr void rewind(std::size_t size) {
        size_ = std::min(size_, size);
        ok_ = true;
    }
    // Moves what was written from `position` on up, and puts `octets` there: a header whose length is known only
    // afterwards.
    constexpr void insert(std::size_t position, Bytes octets) {
        if (position > size_ || !reserve(octets.size())) {
            ok_ = false;
            return;
        }
        const auto at = room_.begin() + static_cast<std::ptrdiff_t>(position);
        const auto end = room_.begin() + static_cast<std::ptrdiff_t>(size_);
        std::copy_backward(at, end, end + static_cast<std::ptrdiff_t>(octets.size()));
        std::copy(octets.begin(), octets.end(), at);
        size_ += octets.size();
    }
    void text(std::string_view characters) { bytes(as_bytes(characters)); }

  private:
    constexpr bool reserve(std::size_t count) {
        if (!ok_ || count > room_left()) ok_ = false;
        return ok_;
    }
    constexpr void big_endian(std::uint64_t value, std::size_t count) {
        if (!reserve(count)) return;
        for (std::size_t i = 0; i < count; ++i) {
            room_[size_ + i] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
        }
        size_ += count;
    }

    MutableBytes room_;
    std::size_t size_ = 0;
    bool ok_ = true;
};

}  // namespace blathy
