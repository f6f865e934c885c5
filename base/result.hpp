// Result<T, E>: a value or the reason why there is none. No exception ever crosses a core interface.
#pragma once

#include <tl/expected.hpp>

namespace blathy {

template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
constexpr tl::unexpected<std::decay_t<E>> fail(E&& error) {
    return tl::unexpected<std::decay_t<E>>(static_cast<E&&>(error));
}

}  // namespace blathy
