// Lines of text for people, on the service console.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace blathy::board {

struct Hex {
    std::uint32_t value;
};

// One line of at most 120 characters, built without a heap; what does not fit is cut off.
class Line {
  public:
    template <class... Parts>
    explicit Line(const Parts&... parts) {
        (add(parts), ...);
        text_.text("\r\n");
        storage_[text_.size()] = '\0';
    }
    [[nodiscard]] Bytes octets() const { return text_.written(); }
    [[nodiscard]] const char* c_str() const { return reinterpret_cast<const char*>(storage_.data()); }

  private:
    static constexpr std::size_t longest = 120;

    void add(std::string_view text) { text_.text(text.substr(0, longest - std::min(longest, text_.size()))); }
    void add(std::unsigned_integral auto value) {
        std::array<char, 20> digits;
        const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        add(std::string_view(digits.data(), end));
    }
    void add(Hex hex) {
        for (int shift = 28; shift >= 0; shift -= 4)
            add(std::string_view(&"0123456789abcdef"[hex.value >> shift & 15], 1));
    }

    std::array<std::uint8_t, longest + 3> storage_;
    ByteWriter text_{storage_};
};

// Queues the line on the service console and waits only when its queue is full.
void print(const Line& line);
template <class... Parts>
void print(const Parts&... parts) {
    print(Line(parts...));
}

}  // namespace blathy::board
