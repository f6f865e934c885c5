// When the meter was last changed, and how often (0-0:96.2.e.255).
//
// Kept in a record that is read when somebody asks. It is written once what it tells of has happened, so a power cut
// between the two loses the one mark and nothing else.
#pragma once

#include <cstdint>

#include "meter/event/event.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// Times in seconds since 1970, UTC; 0: never.
struct Changes {
    std::uint32_t configurations = 0;
    std::uint32_t configured_s = 0;
    std::uint32_t calendar_activated_s = 0;
    std::uint32_t clock_set_s = 0;  // to this time
    std::uint32_t firmware_activated_s = 0;

    // False: the event is none of these changes.
    bool note(const Event& event);

    constexpr bool operator==(const Changes&) const = default;
};

[[nodiscard]] Changes load_changes(const Store& store);
[[nodiscard]] bool keep(Store& store, const Changes& changes);

}  // namespace blathy::meter
