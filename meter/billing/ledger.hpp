// The ledger: every register on the way from energy to the bill, as it is saved: all at one moment, in one record.
#pragma once

#include <array>
#include <cstdint>

#include "meter/billing/account.hpp"
#include "meter/clock/local_time.hpp"
#include "meter/demand/demand.hpp"
#include "meter/energy/energy.hpp"
#include "meter/load_profile/recording.hpp"
#include "meter/tariff/calendar.hpp"

namespace blathy::meter {

// AMR profile status, one octet a row, as companion specifications use it.
enum ProfileStatus : std::uint8_t {
    status_clock_invalid = 0x02,
    status_data_not_valid = 0x04,
    status_daylight_saving = 0x08,
    status_clock_adjusted = 0x20,
    status_power_down = 0x80,
};

// What a boundary of time may call for, in the order in which it is done.
enum DueBit : std::uint8_t {
    due_demand = 0x01,
    due_recording_1 = 0x02,
    due_recording_2 = 0x04,
    due_daily = 0x08,
    due_monthly = 0x10,
    // Of periods that a failure of the power has cut short: those that pass until the ledger is saved are done with.
    due_outage = 0x20,
};
enum class Billing : std::uint8_t { monthly, daily, count };
enum class RecordingInterval : std::uint8_t { first, second, count };

struct Ledger {
    static constexpr std::size_t tariff_columns = max_tariffs + 1;  // the total first

    Energy energy;
    std::array<EnergySet, max_tariffs> tariff;
    // As they were at the last reset: energy of the billing period is what was added since.
    EnergySet billed;
    std::array<EnergySet, max_tariffs> tariff_billed;
    Demand demand;
    std::array<std::array<Peak, tariff_columns>, demand_count> peaks{};
    std::array<std::array<std::uint64_t, tariff_columns>, demand_count> cumulative{};
    EnergySet recorded;  // at the start of recording interval 1
    EnergySet recorded_2;
    Recording recording;  // of recording interval 2
    std::uint64_t resets = 0;
    UtcTime last_reset{};
    UtcTime now{};                            // when this was saved
    std::array<LocalTime, 2> executed{};      // by Billing: until when the schedule was followed
    std::array<UtcTime, 2> recorded_until{};  // by RecordingInterval
    UtcTime demand_until{};
    std::array<std::uint64_t, 4> status{};  // flags of the intervals now: recording 1 and 2, monthly, daily
    std::uint64_t tariff_now = 1;
    // Of a boundary that is being executed; it is done again when the power failed meanwhile. The number of the next
    // row of each profile tells whether that row was written.
    std::uint64_t due = 0;
    UtcTime due_time{};
    std::array<std::uint64_t, 7> next_row{};  // by ProfileId
    std::uint64_t begun = 0;                  // 0: of a new meter, 1: that never knew the time, 2: that once did
    Account account;
    LocalTime script_run{};  // when the last script of a day profile was to be run that was; 1970: none yet
    // Of the settings that these registers follow (MeteringSettings): of the demand, and of each recording interval.
    std::uint16_t demand_epoch = 0;
    std::array<std::uint16_t, 2> recording_epochs{};

    // Everything as words, in an order that only grows at its end.
    template <class Visit>
    void each_word(Visit&& visit);
};

namespace detail {

template <class Visit>
void each_word(EnergySet& set, Visit&& visit) {
    for (std::uint64_t& value : set.raw()) visit(value);
}
template <class Word, class Visit>
void word(Word& value, Visit&& visit) {
    auto as_word = static_cast<std::uint64_t>(value);
    visit(as_word);
    value = static_cast<Word>(as_word);
}
template <class Visit>
void word(UtcTime& value, Visit&& visit) {
    auto count = value.time_since_epoch().count();
    word(count, visit);
    value = UtcTime{std::chrono::milliseconds{count}};
}
template <class Visit>
void word(LocalTime& value, Visit&& visit) {
    auto count = value.time_since_epoch().count();
    word(count, visit);
    value = LocalTime{std::chrono::milliseconds{count}};
}

}  // namespace detail

template <class Visit>
void Ledger::each_word(Visit&& visit) {
    using detail::word;
    detail::each_word(energy.total, visit);
    for (EnergySet& phase : energy.phase) detail::each_word(phase, visit);
    for (EnergySet& set : tariff) detail::each_word(set, visit);
    detail::each_word(billed, visit);
    for (EnergySet& set : tariff_billed) detail::each_word(set, visit);
    for (auto& start : demand.starts) {
        for (auto& value : start) word(value, visit);
    }
    word(demand.periods_begun, visit);
    for (auto& value : demand.last_average) word(value, visit);
    word(demand.start, visit);
    word(demand.window_start, visit);
    word(demand.captured, visit);
    for (auto& of_quantity : peaks) {
        for (Peak& peak : of_quantity) word(peak.value, visit), word(peak.time_s, visit);
    }
    for (auto& of_quantity : cumulative) {
        for (auto& value : of_quantity) word(value, visit);
    }
    detail::each_word(recorded, visit);
    detail::each_word(recorded_2, visit);
    for (auto& value : recording.sums) word(value, visit);
    for (auto& value : recording.minima) word(value, visit);
    for (auto& value : recording.maxima) word(value, visit);
    word(recording.duration_us, visit);
    word(resets, visit);
    word(last_reset, visit);
    word(now, visit);
    for (auto& time : executed) word(time, visit);
    for (auto& time : recorded_until) word(time, visit);
    word(demand_until, visit);
    for (auto& value : status) word(value, visit);
    word(tariff_now, visit);
    word(due, visit);
    word(due_time, visit);
    for (auto& value : next_row) word(value, visit);
    word(begun, visit);
    word(account.available, visit);
    word(account.credited, visit);
    word(account.consumed, visit);
    word(account.credited_before, visit);
    word(account.consumed_before, visit);
    word(account.receipt, visit);
    word(script_run, visit);
    word(demand_epoch, visit);
    for (auto& epoch : recording_epochs) word(epoch, visit);
}

inline constexpr std::size_t ledger_words = [] {
    constexpr std::size_t sets = 1 + max_phases + max_tariffs + 1 + max_tariffs + 2;
    constexpr std::size_t demand =
        DemandSettings::max_periods * std::tuple_size_v<DemandEnergies> + 1 + demand_count + 3;
    return sets * energy_registers + demand + demand_count * Ledger::tariff_columns * 3 + recorded_count * 3 + 1 + 3 +
           2 + 2 + 1 + 4 + 1 + 2 + 7 + 1 + 7 + 3;
}();

}  // namespace blathy::meter
