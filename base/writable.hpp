// From a view of octets back to the octets, for whoever has the buffer that they lie in.
#pragma once

#include "base/bytes.hpp"

namespace blathy {

// The octets of `part`, which lies within `buffer`, to be written.
inline MutableBytes writable(MutableBytes buffer, Bytes part) {
    return buffer.subspan(static_cast<std::size_t>(part.data() - buffer.data()), part.size());
}

}  // namespace blathy
