#include "meter/load_profile/recording.hpp"

#include <algorithm>

namespace blathy::meter {

std::optional<std::size_t> recorded_index(std::uint8_t c) {
    const auto found = std::ranges::find(recorded_codes, c);
    if (found == recorded_codes.end()) return std::nullopt;
    return static_cast<std::size_t>(found - recorded_codes.begin());
}

void Recording::add(const Measurements& measurements) {
    if (measurements.interval.duration_us == 0) return;
    for (std::size_t i = 0; i < recorded_count; ++i) {
        const std::int64_t value =
            measurements.read(dlms::Obis(1, 0, recorded_codes[i], obis_instantaneous, 0)).value_or(0);
        sums[i] += value * std::int64_t{measurements.interval.duration_us};
        minima[i] = duration_us == 0 ? value : std::min(minima[i], value);
        maxima[i] = duration_us == 0 ? value : std::max(maxima[i], value);
    }
    duration_us += measurements.interval.duration_us;
}

std::int64_t Recording::average(std::size_t index) const {
    if (duration_us == 0) return 0;
    const auto divisor = static_cast<std::int64_t>(duration_us);
    return (sums[index] + (sums[index] < 0 ? -divisor : divisor) / 2) / divisor;
}

}  // namespace blathy::meter
