// Text put together in a buffer of fixed size. What does not fit is dropped, and `cut()` says so.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"

namespace blathy {

class TextWriter {
  public:
    constexpr explicit TextWriter(std::span<char> room) : room_(room) {}

    [[nodiscard]] constexpr std::string_view view() const { return {room_.data(), size_}; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    [[nodiscard]] constexpr bool cut() const { return cut_; }

    constexpr TextWriter& operator<<(std::string_view text) {
        const std::size_t count = std::min(text.size(), room_.size() - size_);
        std::copy_n(text.begin(), count, room_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += count;
        cut_ = cut_ || count < text.size();
        return *this;
    }
    constexpr TextWriter& operator<<(const char* text) { return *this << std::string_view(text); }
    constexpr TextWriter& operator<<(char character) { return *this << std::string_view(&character, 1); }

    template <class Number>
    requires(std::integral<Number> && !std::same_as<Number, char> && !std::same_as<Number, bool>) TextWriter&
    operator<<(Number number) {
        std::array<char, 24> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): to_chars fills what is used
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
    }
    TextWriter& operator<<(double) = delete;

    // At least `width` digits, with zeros in front.
    TextWriter& padded(std::uint64_t number, std::size_t width) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        const auto count = static_cast<std::size_t>(end - digits.data());
        for (std::size_t i = count; i < width; ++i) *this << '0';
        return *this << std::string_view(digits.data(), count);
    }
    constexpr TextWriter& hex(Bytes octets) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        for (const std::uint8_t octet : octets) *this << digits[octet >> 4U] << digits[octet & 0x0FU];
        return *this;
    }
    constexpr TextWriter& hex(std::uint8_t octet) { return hex(Bytes(&octet, 1)); }

  private:
    std::span<char> room_;
    std::size_t size_ = 0;
    bool cut_ = false;
};

template <std::size_t capacity>
struct TextRoom {
    std::array<char, capacity> characters;
};

// The room is a base so that it exists before the writer that refers to it.
template <std::size_t capacity>
class Text : private TextRoom<capacity>, public TextWriter {
  public:
    Text() : TextWriter(this->characters) {}
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;
};

}  // namespace blathy
