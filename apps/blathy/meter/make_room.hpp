// Who has to go when there is no room for another connection: so that nobody can keep others out by connecting often
// and saying nothing.
#pragma once

#include <algorithm>

namespace blathy::apps {

// New connections taken in one go: those that are here already get their turn.
inline constexpr int accepted_at_once = 64;

// The connection that came first of those without an association; if all have one, and one must go, the one that was
// silent for the longest. The end if none has to. `connections` holds pointers, in the order in which they came.
template <class Connections>
auto first_to_go(Connections& connections, bool one_must_go) {
    const auto found =
        std::ranges::find_if(connections, [](const auto& each) { return !each->has_open_association(); });
    if (found != connections.end() || !one_must_go) return found;
    return std::ranges::min_element(connections, {}, [](const auto& each) { return each->last_activity(); });
}

}  // namespace blathy::apps
