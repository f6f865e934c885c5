// A list of limited length, in place: what a setting that a user may fill holds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace blathy {

template <class Item, std::size_t capacity>
struct FixedList {
    std::array<Item, capacity> items{};
    std::uint8_t count = 0;

    [[nodiscard]] constexpr std::span<const Item> view() const& { return std::span(items).first(count); }
    std::span<const Item> view() && = delete;  // it would be of something that is gone
    // False: it is full.
    constexpr bool add(const Item& item) {
        if (count == capacity) return false;
        items[count++] = item;
        return true;
    }
    constexpr bool operator==(const FixedList&) const = default;
};

}  // namespace blathy
