// Lists within records: their length in an octet, then the items.
#pragma once

#include "base/bytes.hpp"
#include "base/fixed_list.hpp"

namespace blathy::meter {

// As many as the record says, if there is room for them; else the record is invalid.
template <class Item, std::size_t capacity, class ReadItem>
void read_list(ByteReader& in, FixedList<Item, capacity>& list, ReadItem&& read_item) {
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        if (!list.add(read_item())) in.invalidate();
    }
}

}  // namespace blathy::meter
