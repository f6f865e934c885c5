// Every register on the way from energy to the bill by its logical name (IEC 62056-6-1), and what a profile can
// capture.
#pragma once

#include <optional>

#include "meter/billing/ledger.hpp"
#include "meter/profile/source.hpp"
#include "meter/quantity/quantity.hpp"

namespace blathy::meter {

// Value group D.
inline constexpr int obis_cumulative_demand = 2;
inline constexpr int obis_demand = 4;
inline constexpr int obis_maximum_demand = 6;
inline constexpr int obis_billing_energy = 9;    // since the last reset
inline constexpr int obis_recorded_energy = 29;  // in recording interval 1 so far; 30 in recording interval 2
inline constexpr int obis_recorded_energy_2 = 30;
inline constexpr int obis_average = 50;  // over recording interval 2 so far
inline constexpr int obis_minimum = 52;
inline constexpr int obis_maximum = 54;

struct Registers {
    const Model& model;
    const Interval& interval;
    const Ledger& ledger;
    const DemandSettings& demand;

    // None: there is no such register.
    [[nodiscard]] std::optional<std::int64_t> read(const dlms::Obis& name) const;
    [[nodiscard]] std::optional<std::int64_t> last_average(const dlms::Obis& name) const;
    [[nodiscard]] std::optional<Peak> peak(const dlms::Obis& name) const;
};

[[nodiscard]] std::optional<Presentation> register_presentation(const dlms::Obis& name);

// Of a cell as data, its tag included.
[[nodiscard]] std::size_t encoded_size(const Column& column);
// Local times are those of `clock`; the status of the first column says whether it was valid.
void write_cell(dlms::DataWriter& out, const Column& column, std::int64_t cell, const Clock& clock);
void write_number(dlms::DataWriter& out, dlms::DataTag type, std::int64_t value);

// None: it can't be captured.
[[nodiscard]] std::optional<Column> column_of(const Model& model, const CaptureObject& object);

inline constexpr std::uint16_t data_class_number = 1;
inline constexpr std::uint16_t register_class_number = 3;
inline constexpr std::uint16_t extended_register_class_number = 4;
inline constexpr std::uint16_t demand_register_class_number = 5;
inline constexpr std::uint16_t clock_object_class_number = 8;

inline constexpr dlms::Obis clock_name{0, 0, 1, 0, 0};
inline constexpr dlms::Obis active_tariff_name{0, 0, 96, 14, 0};
inline constexpr dlms::Obis reset_counter_name{1, 0, 0, 1, 0};
inline constexpr dlms::Obis last_reset_name{1, 0, 0, 1, 2};
// AMR profile status of recording intervals 1 and 2, of the daily and of the monthly billing: E is 1 to 4.
inline constexpr int status_recording_1 = 1;
inline constexpr int status_recording_2 = 2;
inline constexpr int status_daily = 3;
inline constexpr int status_monthly = 4;
constexpr dlms::Obis status_name(int e) {
    return {0, 0, 96, 10, e};
}

}  // namespace blathy::meter
