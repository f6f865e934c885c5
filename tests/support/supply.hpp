// Intervals of a supply that nothing is wrong with, to be spoilt by tests; and what a meter has logged of it.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "meter/meter.hpp"

namespace blathy::test {

inline meter::Interval healthy(const meter::Model& model,
                               std::chrono::milliseconds duration = std::chrono::seconds{1}) {
    meter::Interval interval;
    interval.duration_us = static_cast<std::uint32_t>(std::chrono::microseconds{duration}.count());
    interval.frequency_mhz = model.nominal_frequency_mhz;
    for (std::size_t i = 0; i < model.phases; ++i) {
        interval.phase[i].voltage_mv = model.nominal_voltage_mv;
        interval.phase[i].voltage_angle_mdeg = static_cast<std::uint32_t>(i) * 120'000;
    }
    return interval;
}

// As many Intervals as make up the time.
inline void live(meter::Meter& meter, const meter::Interval& interval, std::chrono::milliseconds time) {
    const std::chrono::microseconds duration{interval.duration_us};
    for (std::chrono::microseconds lived{0}; lived < time; lived += duration) (void)meter.advance(interval);
}

inline std::vector<meter::EventRow> rows(const meter::Meter& meter, meter::EventLogId id) {
    std::vector<meter::EventRow> found;
    const meter::RowLog& log = meter.events().log(id);
    for (std::uint32_t number = log.first(); number != log.end(); ++number) {
        if (const auto row = meter.events().row(id, number)) found.push_back(*row);
    }
    return found;
}

inline std::vector<int> codes(const meter::Meter& meter, meter::EventLogId id) {
    std::vector<int> found;
    for (const meter::EventRow& row : rows(meter, id)) found.push_back(row.code);
    return found;
}

}  // namespace blathy::test
