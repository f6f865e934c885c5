// Octets that are owned, and how to encode into them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace blathy::station {

using Octets = std::vector<std::uint8_t>;

inline Octets to_octets(Bytes octets) {
    return {octets.begin(), octets.end()};
}
inline void append(Octets& octets, Bytes more) {
    octets.insert(octets.end(), more.begin(), more.end());
}

// What `write(ByteWriter&)` writes, of at most `room` octets; empty if that is more.
template <class Write>
Octets encoded(std::size_t room, Write&& write) {
    Octets octets(room);
    ByteWriter out(octets);
    write(out);
    octets.resize(out.ok() ? out.size() : 0);
    return octets;
}

}  // namespace blathy::station
