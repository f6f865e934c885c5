// Who has to go when there is no room for another connection: so that nobody can keep others out by connecting often
// and saying nothing.
#pragma once

#include <algorithm>
#include <utility>

namespace blathy::apps {

// New connections taken in one go: those that are here already get their turn.
inline constexpr int accepted_at_once = 64;

// The connection that came first of those without an association. If all have one, that which was silent for the
// longest of those whose client has proven nothing: anybody can be a public client. If there is none either, and one
// must go, that which was silent for the longest of all. The end if none has to. `connections` holds pointers, in the
// order in which they came.
template <class Connections>
auto first_to_go(Connections& connections, bool one_must_go) {
    const auto found =
        std::ranges::find_if(connections, [](const auto& each) { return !each->has_open_association(); });
    if (found != connections.end()) return found;
    const auto silent = std::ranges::min_element(
        connections, {}, [](const auto& each) { return std::pair(each->has_proven_client(), each->last_activity()); });
    const bool goes = silent != connections.end() && (one_must_go || !(*silent)->has_proven_client());
    return goes ? silent : connections.end();
}

}  // namespace blathy::apps
