#include "meter/profile/test_profile.hpp"

#include <array>

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::Obis;
using dlms::UtcTime;

constexpr std::uint16_t register_class_id = 3;
constexpr std::uint16_t clock_class_id = 8;

constexpr CaptureObject register_value(const Obis& name) {
    return {{register_class_id, name, 2}, 0};
}

constexpr std::array columns = {
    CaptureObject{{clock_class_id, Obis(0, 0, 1, 0, 0), 2}, 0},  // time
    CaptureObject{{clock_class_id, Obis(0, 0, 1, 0, 0), 4}, 0},  // status
    register_value(Obis(1, 0, 1, 8, 0)),                         // active energy, import
    register_value(Obis(1, 0, 2, 8, 0)),                         // and export
    register_value(Obis(1, 0, 3, 8, 0)),                         // reactive energy, import
    register_value(Obis(1, 0, 4, 8, 0)),                         // and export
    register_value(Obis(1, 0, 32, 7, 0)),                        // voltage L1
    register_value(Obis(1, 0, 14, 7, 0)),                        // frequency
};

constexpr std::uint32_t row_count = 9600;
constexpr minutes period{15};
constexpr UtcTime last_row = sys_days{year{2025} / December / 31} + hours{23};
constexpr UtcTime first_row = last_row - (row_count - 1) * period;
constexpr UtcTime daylight_saving_ends = sys_days{year{2025} / October / 26} + hours{1};
constexpr std::int16_t daylight_deviation_min = -120;
constexpr std::int16_t normal_deviation_min = -60;

std::optional<UtcTime> time_of(const Meter&, std::uint32_t row, RowScratch&) {
    return first_row + row * period;
}

bool write_row(const Meter&, std::uint32_t row, ColumnSet wanted, RowScratch&, dlms::DataWriter& out) {
    const UtcTime time = first_row + row * period;
    const bool daylight = time < daylight_saving_ends;
    const auto status = static_cast<std::uint8_t>(daylight ? dlms::clock_daylight_saving : 0);
    if (wanted.has(0)) {
        out.octet_string(dlms::local_date_time(time, daylight ? daylight_deviation_min : normal_deviation_min, status));
    }
    if (wanted.has(1)) out.unsigned_(status);
    // Energies that rise about as those of a household do.
    if (wanted.has(2)) out.double_long_unsigned(1'000'000 + row * 120 + row % 64);
    if (wanted.has(3)) out.double_long_unsigned(50'000 + row / 96 * 300);
    if (wanted.has(4)) out.double_long_unsigned(250'000 + row * 31);
    if (wanted.has(5)) out.double_long_unsigned(20'000 + row / 4 * 7);
    // 225.0 V to 235.0 V, and 49.95 Hz to 50.05 Hz.
    if (wanted.has(6)) out.long_unsigned(static_cast<std::uint16_t>(2250 + row * 37 % 101));
    if (wanted.has(7)) out.long_unsigned(static_cast<std::uint16_t>(49'950 + row * 53 % 101));
    return true;
}

}  // namespace

constinit const ProfileSource test_profile = {
    .columns = [](const Meter&, CaptureRoom&) -> std::span<const CaptureObject> { return columns; },
    .time_column = 0,
    .sort_method = SortMethod::first_in_first_out,
    .capture_period_s = [](const Meter&) { return static_cast<std::uint32_t>(seconds{period}.count()); },
    .profile_entries = [](const Meter&) { return row_count; },
    .rows =
        [](const Meter&) {
            return ProfileRows{0, row_count};
        },
    .time_of = time_of,
    .write_row = write_row,
    .max_row_size = 64,
    .reset = nullptr,
    .capture = nullptr,
};

}  // namespace blathy::meter
