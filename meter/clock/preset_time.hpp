// A time that the clock is to be set to at once when that is asked for within a period (IC 8, methods 4 and 5).
#pragma once

#include <optional>

#include "dlms/date_time.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

struct PresetTime {
    dlms::UtcTime time;
    dlms::UtcTime valid_from;
    dlms::UtcTime valid_to;

    constexpr bool operator==(const PresetTime&) const = default;
};

[[nodiscard]] std::optional<PresetTime> load_preset_time(const Store& store);
[[nodiscard]] bool keep(Store& store, const PresetTime& preset);
[[nodiscard]] bool forget_preset_time(Store& store);

}  // namespace blathy::meter
