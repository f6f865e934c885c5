#include "world/simulation/oracle.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace blathy::world {
namespace {

using dlms::Obis;
using meter::ProfileId;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::int64_t quarter_s = 900;
constexpr std::int64_t millijoules_a_wh = 3'600'000;
constexpr std::int64_t shift_limit_s = 60;
constexpr int clock_adjusted = 0x20;
constexpr int power_down = 0x80;
constexpr int daylight = 0x08;

// Value groups C, in the order of the arrays.
constexpr int energy_codes[] = {1, 2, 3, 4, 9, 10, 15, 16, 5, 6, 7, 8};
constexpr int recorded_codes[] = {1, 2, 3, 4, 32, 52, 72, 31, 51, 71, 33, 53, 73, 14, 91};

template <std::size_t count>
std::optional<std::size_t> find(const int (&codes)[count], int code) {
    const auto* found = std::find(std::begin(codes), std::end(codes), code);
    if (found == std::end(codes)) return std::nullopt;
    return static_cast<std::size_t>(found - std::begin(codes));
}

struct Date {
    int year;
    int month;
    int day;
    int weekday;  // Monday is 0
};

bool leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}
int days_in(int year, int month) {
    static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[month - 1];
}
Date date_of(std::int64_t local_s) {
    std::int64_t left = local_s / seconds_a_day;
    Date date{1970, 1, 1, static_cast<int>((left + 3) % 7)};
    for (; left >= (leap(date.year) ? 366 : 365); ++date.year) left -= leap(date.year) ? 366 : 365;
    for (; left >= days_in(date.year, date.month); ++date.month) left -= days_in(date.year, date.month);
    date.day = static_cast<int>(left) + 1;
    return date;
}

// Central Europe: from the last Sunday of March, 01:00 UTC, to that of October.
bool is_daylight(std::int64_t utc_s) {
    const Date date = date_of(utc_s);
    if (date.month < 3 || date.month > 10) return false;
    if (date.month > 3 && date.month < 10) return true;
    const int last_sunday = [&] {
        const int to_last = days_in(date.year, date.month) - date.day;
        const int weekday_of_last = (date.weekday + to_last) % 7;
        return days_in(date.year, date.month) - (weekday_of_last + 1) % 7;
    }();
    const bool after = date.day > last_sunday || (date.day == last_sunday && utc_s % seconds_a_day >= 3600);
    return date.month == 3 ? after : !after;
}

std::int64_t local(std::int64_t utc_s) {
    return utc_s + (is_daylight(utc_s) ? 7200 : 3600);
}

// Midnight in UTC: Central Europe never changes its clock between 22:00 and 24:00 UTC.
std::int64_t utc_of_midnight(std::int64_t midnight) {
    return midnight - (is_daylight(midnight - 7200) ? 7200 : 3600);
}

// The first multiple of the period behind it.
std::int64_t end_of(std::int64_t us, std::int64_t period_s) {
    return us / second_us / period_s * period_s + period_s;
}

std::int64_t rounded(std::int64_t value, std::int64_t divisor) {
    const std::int64_t magnitude = (std::abs(value) + divisor / 2) / divisor;
    return value < 0 ? -magnitude : magnitude;
}

meter::CaptureObject named(int class_id, const Obis& name, int attribute = 2) {
    return {{static_cast<std::uint16_t>(class_id), name, static_cast<std::int8_t>(attribute)}, 0};
}

// The capture lists of the brochure.
Oracle::Columns delivered(const meter::Model& model, ProfileId profile) {
    Oracle::Columns list = {named(8, Obis(0, 0, 1, 0, 0))};
    const auto status = [&](int e) { list.push_back(named(1, Obis(0, 0, 96, 10, e))); };
    const auto registers = [&](int d, std::initializer_list<int> codes) {
        for (const int c : codes) {
            if (c > 20 && c < 80 && (c - 1) / 20 > model.phases) continue;
            list.push_back(named(3, Obis(1, 0, c, d, 0)));
        }
    };
    const auto account = [&](std::initializer_list<int> codes) {
        if (!model.functions.prepayment) return;
        for (const int e : codes) list.push_back(named(3, Obis(0, 0, 19, 128, e)));
    };
    switch (profile) {
        case ProfileId::load_1:
            status(1);
            for (const int c : {1, 3}) list.push_back(named(5, Obis(1, 0, c, 4, 0), 3));
            registers(29, {1, 3});
            registers(8, {1, 3});
            break;
        case ProfileId::load_2:
            status(2);
            registers(50, {1, 3, 32, 52, 72, 31, 51, 71, 33, 53, 73, 14});
            break;
        case ProfileId::average:
            status(2);
            registers(50, {1, 2, 3, 4, 32, 31, 33, 14, 91});
            break;
        case ProfileId::minimum:
        case ProfileId::maximum:
            status(2);
            registers(profile == ProfileId::minimum ? 52 : 54, {1, 3, 32, 31, 33, 14});
            break;
        case ProfileId::daily:
            status(3);
            registers(8, {1, 2, 3, 4});
            account({0, 2});
            break;
        case ProfileId::monthly:
            status(4);
            registers(8, {1, 2, 3, 4});
            for (const int c : {1, 2}) {
                for (int e = 1; e <= 4; ++e) list.push_back(named(3, Obis(1, 0, c, 8, e)));
            }
            registers(9, {1, 3});
            account({0, 1, 2});
            for (const int c : {1, 3}) {
                for (const int attribute : {2, 5}) list.push_back(named(4, Obis(1, 0, c, 6, 0), attribute));
            }
            break;
        case ProfileId::count:
            break;
    }
    return list;
}

}  // namespace

Oracle::Oracle(const meter::Model& model, UtcTime now, const Settings& settings)
    : model_(model),
      settings_(settings),
      now_us_(now.time_since_epoch().count() * 1000),
      demand_until_us_(now_us_),
      recorded_until_us_{now_us_, now_us_},
      daily_through_(local(now_us_ / second_us)),
      monthly_through_(daily_through_) {
    for (const ProfileId id : meter::all_profiles) columns_[index_of(id)] = delivered(model, id);
}

void Oracle::set_columns(ProfileId profile, const Columns& columns) {
    columns_[index_of(profile)] = columns;
    rows_[index_of(profile)].clear();
}

void Oracle::set_calendar(const meter::Calendar& calendar, const meter::SpecialDays& special_days) {
    calendar_ = calendar;
    special_days_ = special_days;
    follow_calendar();
}

void Oracle::follow_calendar() {
    tariff_ = static_cast<std::size_t>(tariff_at(local(now_us_ / second_us)));
}

std::int64_t Oracle::tariff_at(std::int64_t local_s) const {
    if (calendar_.days.count == 0) return 1;
    // From this moment back, a quarter of an hour at a time, until something switches.
    for (std::int64_t at = local_s - local_s % quarter_s; at > local_s - 9 * seconds_a_day; at -= quarter_s) {
        const Date date = date_of(at);
        int day = -1;
        for (const auto& special : special_days_.view()) {
            if (day < 0 && special.date.month == date.month && special.date.day_of_month == date.day) day = special.day;
        }
        if (day < 0) {
            // The season that began last, this year or else the last one of the year before.
            const meter::SeasonProfile* season = nullptr;
            int newest = -1;
            for (const auto& candidate : calendar_.seasons.view()) {
                const int start = candidate.start.date.month * 100 + candidate.start.date.day_of_month;
                const bool begun = start <= date.month * 100 + date.day;
                const int order = start + (begun ? 10'000 : 0);
                if (order > newest) newest = order, season = &candidate;
            }
            for (const auto& week : calendar_.weeks.view()) {
                if (week.name == season->week) day = week.days[static_cast<std::size_t>(date.weekday)];
            }
        }
        for (const auto& profile : calendar_.days.view()) {
            if (profile.id != day) continue;
            for (const auto& action : profile.actions.view()) {
                if (action.start_s == at % seconds_a_day) return action.selector;
            }
        }
    }
    return 1;
}

std::int64_t Oracle::active_mj() const {
    return energy_mj_[0][0] + energy_mj_[0][1];
}

// What is read.

std::optional<std::int64_t> Oracle::value(const meter::CaptureObject& object) const {
    const auto& [class_id, name, attribute] = object.attribute;
    const auto quantity = find(energy_codes, name.c());
    switch (class_id) {
        case 8:
            return 2 * now_ms();
        case 1:
            if (name == Obis(0, 0, 96, 14, 0)) return static_cast<std::int64_t>(tariff_);
            if (name == Obis(1, 0, 0, 1, 0)) return resets_;
            if (name.c() != 96 || name.d() != 10) return std::nullopt;
            return flags_[name.e() - 1U] | (is_daylight(now_us_ / second_us) ? daylight : 0);
        case 4:
            if (!quantity || *quantity >= demands || name.d() != 6 || name.e() >= tariffs) return std::nullopt;
            return attribute == 5 ? peak_time_s_[*quantity][name.e()] : peak_[*quantity][name.e()];
        case 5:
            if (!quantity || *quantity >= demands || name.d() != 4) return std::nullopt;
            return attribute == 3 ? demand_[*quantity] : demand_now(*quantity);
        default:
            return value_of_register(name);
    }
}

std::optional<std::int64_t> Oracle::value_of_register(const Obis& name) const {
    if (name.a() == 0) {
        if (!model_.functions.prepayment || name.c() != 19) return std::nullopt;
        if (name.e() == 0) return credit_ / 10'000;
        return name.e() == 1 ? credited_ / 10'000 - credited_billed_ : consumed_ / 10'000 - consumed_billed_;
    }
    if (name.d() == 50 || name.d() == 52 || name.d() == 54) {
        const auto index = find(recorded_codes, name.c());
        if (!index) return std::nullopt;
        if (name.d() == 50) return recorded_us_ == 0 ? 0 : rounded(sums_[*index], recorded_us_);
        return name.d() == 52 ? minima_[*index] : maxima_[*index];
    }
    // C from 21 on are the phases.
    const int phase = name.c() / 20;
    const auto quantity = find(energy_codes, name.c() - 20 * phase);
    const std::size_t set = phase > 0 ? tariffs - 1 + static_cast<std::size_t>(phase) : name.e();
    const bool known = quantity && phase <= model_.phases && name.e() < (phase > 0 ? 1 : tariffs);
    if (!known) return std::nullopt;
    const std::int64_t now_wh = energy_mj_[set][*quantity] / millijoules_a_wh;
    if (name.d() == 8) return now_wh;
    if (phase > 0) return std::nullopt;
    if (name.d() == 9) return now_wh - billed_wh_[set][*quantity];
    if (name.d() == 2 && *quantity < demands) return cumulative_[*quantity][name.e()];
    if (name.e() != 0) return std::nullopt;
    if (name.d() == 29) return now_wh - recorded_wh_[0][*quantity];
    if (name.d() == 30) return now_wh - recorded_wh_[1][*quantity];
    return std::nullopt;
}

std::int64_t Oracle::demand_now(std::size_t quantity) const {
    const auto& first = starts_[starts_.size() - std::min(settings_.demand_periods, starts_.size())];
    const std::int64_t window_s = settings_.demand_period_s * static_cast<std::int64_t>(settings_.demand_periods);
    return rounded(energy_mj_[0][quantity] - first[quantity], 100 * window_s);
}

// Of a recorded value, what the instantaneous register shows.
std::int64_t Oracle::shown(int code) const {
    if (code == 14) return interval_.frequency_mhz;
    if (code == 91) return model_.neutral_current ? rounded(interval_.neutral_current_ua, 1000) : 0;
    if (code > 20) {
        const int index = code / 20 - 1;
        if (index >= model_.phases) return 0;
        const meter::PhaseInterval& phase = interval_.phase[static_cast<std::size_t>(index)];
        switch (code % 20) {
            case 11:
                return rounded(phase.current_ua, 1000);
            case 12:
                return rounded(phase.voltage_mv, 100);
            default:
                if (phase.apparent_power_mva == 0) return 1000;
                return std::clamp<std::int64_t>(rounded(phase.active_power_mw * 1000, phase.apparent_power_mva), -1000,
                                                1000);
        }
    }
    std::int64_t active_mw = 0;
    std::int64_t reactive_mvar = 0;
    for (std::size_t i = 0; i < model_.phases; ++i) {
        active_mw += interval_.phase[i].active_power_mw;
        reactive_mvar += interval_.phase[i].reactive_power_mvar;
    }
    const std::int64_t power = code <= 2 ? active_mw : reactive_mvar;
    return rounded(std::max<std::int64_t>(code % 2 == 1 ? power : -power, 0), 100);
}

// Time passes.

// A crystal is off by its making, and slower the further it is away from 25 degrees, by 0.034 ppm a square kelvin.
std::int64_t Oracle::elapsed_us(std::int64_t counted_us) {
    const std::int64_t away = temperature_tenths_ - 250;
    late_ += counted_us * (settings_.crystal_ppb - 34 * away * away / 100);
    const std::int64_t late_us = late_ / 1'000'000'000;
    late_ %= 1'000'000'000;
    return counted_us - late_us;
}

// A clock that was set back a little does not end again what has ended.
Oracle::Boundary Oracle::next() const {
    const std::int64_t demand = end_of(std::max(now_us_, demand_until_us_), settings_.demand_period_s);
    std::array<std::int64_t, 2> recording{};
    for (std::size_t i = 0; i < 2; ++i) {
        recording[i] = end_of(std::max(now_us_, recorded_until_us_[i]), settings_.recording_period_s[i]);
    }
    const std::int64_t at_s = std::min({end_of(now_us_, quarter_s), demand, recording[0], recording[1]});
    return {at_s, demand == at_s, {recording[0] == at_s, recording[1] == at_s}};
}

// What is before an end of a period is added before it, the energy divided as the time is.
void Oracle::pass(meter::Interval rest) {
    interval_ = rest;
    while (true) {
        const Boundary boundary = next();
        const std::int64_t left_us = boundary.at_s * second_us - now_us_;
        if (left_us > rest.duration_us) break;
        meter::Interval first = rest;
        const auto divide = [&](std::int64_t& of_first, std::int64_t& of_rest) {
            of_first = of_rest * left_us / std::max<std::int64_t>(rest.duration_us, 1);
            of_rest -= of_first;
        };
        for (std::size_t i = 0; i < model_.phases; ++i) {
            divide(first.phase[i].active_energy_mj, rest.phase[i].active_energy_mj);
            divide(first.phase[i].reactive_energy_mvars, rest.phase[i].reactive_energy_mvars);
            divide(first.phase[i].apparent_energy_mvas, rest.phase[i].apparent_energy_mvas);
        }
        first.duration_us = static_cast<std::uint32_t>(left_us);
        rest.duration_us -= first.duration_us;
        add(first);
        now_us_ += left_us;
        reach(boundary);
    }
    add(rest);
    now_us_ += rest.duration_us;
}

void Oracle::add(const meter::Interval& interval) {
    if (interval.duration_us == 0) return;
    std::array<std::int64_t, 4> active{};  // all phases together, and each
    std::array<std::int64_t, 4> reactive{};
    std::array<std::int64_t, 4> apparent{};
    for (std::size_t i = 0; i < model_.phases; ++i) {
        const meter::PhaseInterval& phase = interval.phase[i];
        active[0] += active[i + 1] = phase.active_energy_mj;
        reactive[0] += reactive[i + 1] = phase.reactive_energy_mvars;
        apparent[0] += apparent[i + 1] = phase.apparent_energy_mvas;
    }
    for (std::size_t i = 0; i <= model_.phases; ++i) {
        const std::int64_t p = active[i];
        const std::int64_t q = reactive[i];
        const std::array<std::int64_t, quantities> added = {
            std::max<std::int64_t>(p, 0),
            std::max<std::int64_t>(-p, 0),
            std::max<std::int64_t>(q, 0),
            std::max<std::int64_t>(-q, 0),
            p < 0 ? 0 : apparent[i],
            p < 0 ? apparent[i] : 0,
            std::abs(p),
            p,
            p >= 0 && q >= 0 ? q : 0,
            p < 0 && q >= 0 ? q : 0,
            p < 0 && q < 0 ? -q : 0,
            p >= 0 && q < 0 ? -q : 0,
        };
        for (std::size_t j = 0; j < quantities; ++j) {
            energy_mj_[i == 0 ? 0 : tariffs - 1 + i][j] += added[j];
            if (i == 0) energy_mj_[tariff_][j] += added[j];
        }
    }
    for (std::size_t i = 0; i < recorded; ++i) {
        const std::int64_t value = shown(recorded_codes[i]);
        sums_[i] += value * interval.duration_us;
        minima_[i] = recorded_us_ == 0 ? value : std::min(minima_[i], value);
        maxima_[i] = recorded_us_ == 0 ? value : std::max(maxima_[i], value);
    }
    recorded_us_ += interval.duration_us;
}

void Oracle::reach(const Boundary& boundary) {
    const std::int64_t at_ms = boundary.at_s * second_ms;
    if (boundary.demand) end_demand(at_ms);
    for (std::size_t i = 0; i < 2; ++i) {
        if (boundary.recording[i]) end_recording(i, at_ms);
    }
    bill_what_is_due(Which::latest, at_ms, 0);
    follow_calendar();
}

// Periods end.

void Oracle::mark(int flag) {
    for (int& flags : flags_) flags |= flag;
}

void Oracle::capture(ProfileId profile, std::int64_t at_ms) {
    Row row;
    for (const meter::CaptureObject& column : columns(profile)) row.push_back(value(column).value_or(0));
    // Its time, and whether that is daylight saving time, are those of the end of the period.
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto& attribute = columns(profile)[i].attribute;
        if (attribute.class_id == 8) row[i] = 2 * at_ms;
        const bool is_status = attribute.class_id == 1 && attribute.instance.d() == 10;
        if (is_status) row[i] = (row[i] & ~daylight) | (is_daylight(at_ms / second_ms) ? daylight : 0);
    }
    rows_[index_of(profile)].push_back(row);
}

void Oracle::end_demand(std::int64_t at_ms) {
    for (std::size_t i = 0; i < demands; ++i) {
        demand_[i] = demand_now(i);
        for (const std::size_t of : {std::size_t{0}, tariff_}) {
            if (demand_[i] <= peak_[i][of]) continue;
            peak_[i][of] = demand_[i];
            peak_time_s_[i][of] = at_ms / second_ms;
        }
    }
    std::array<std::int64_t, demands> now{};
    std::copy_n(energy_mj_[0].begin(), demands, now.begin());
    starts_.push_back(now);
    demand_until_us_ = at_ms * 1000;
}

void Oracle::end_recording(std::size_t which, std::int64_t at_ms) {
    if (which == 0) {
        capture(ProfileId::load_1, at_ms);
    } else {
        capture(ProfileId::load_2, at_ms);
        if (model_.functions.extended_profiles) {
            for (const ProfileId id : {ProfileId::average, ProfileId::minimum, ProfileId::maximum}) capture(id, at_ms);
        }
        sums_ = minima_ = maxima_ = {};
        recorded_us_ = 0;
    }
    for (std::size_t i = 0; i < quantities; ++i) recorded_wh_[which][i] = energy_mj_[0][i] / millijoules_a_wh;
    recorded_until_us_[which] = at_ms * 1000;
    flags_[which] = 0;
}

void Oracle::take_daily(std::int64_t at_ms) {
    capture(ProfileId::daily, at_ms);
    flags_[2] = 0;
}

void Oracle::take_monthly(std::int64_t at_ms) {
    capture(ProfileId::monthly, at_ms);
    credited_billed_ = credited_ / 10'000;
    consumed_billed_ = consumed_ / 10'000;
    for (std::size_t i = 0; i < quantities; ++i) {
        for (std::size_t of = 0; of < tariffs; ++of) billed_wh_[of][i] = energy_mj_[of][i] / millijoules_a_wh;
    }
    for (std::size_t i = 0; i < demands; ++i) {
        for (std::size_t of = 0; of < tariffs; ++of) {
            cumulative_[i][of] += peak_[i][of];
            peak_[i][of] = 0;
            peak_time_s_[i][of] = 0;
        }
    }
    ++resets_;
    flags_[3] = 0;
}

// Every midnight that has passed, oldest first: each with its own time, or the latest of each kind with that given.
void Oracle::bill_what_is_due(Which which, std::int64_t at_ms, int flags) {
    const std::int64_t local_s = local(now_us_ / second_us);
    const std::int64_t through = std::max(std::min(daily_through_, monthly_through_), local_s - 400 * seconds_a_day);
    std::vector<std::int64_t> days;
    std::vector<std::int64_t> months;
    for (std::int64_t midnight = through - through % seconds_a_day; midnight <= local_s; midnight += seconds_a_day) {
        if (midnight > daily_through_) days.push_back(midnight);
        if (midnight > monthly_through_ && date_of(midnight).day == 1) months.push_back(midnight);
    }
    if (which == Which::latest && days.size() > 1) days.erase(days.begin(), days.end() - 1);
    if (which == Which::latest && months.size() > 1) months.erase(months.begin(), months.end() - 1);
    std::vector<std::int64_t> both = days;
    both.insert(both.end(), months.begin(), months.end());
    std::ranges::sort(both);
    both.erase(std::unique(both.begin(), both.end()), both.end());
    for (const std::int64_t midnight : both) {
        const std::int64_t billed_at_ms = which == Which::each ? utc_of_midnight(midnight) * second_ms : at_ms;
        if (std::ranges::count(days, midnight) != 0) take_daily(billed_at_ms);
        if (std::ranges::count(months, midnight) != 0) take_monthly(billed_at_ms);
        flags_[2] |= flags;
        flags_[3] |= flags;
    }
    daily_through_ = std::max(daily_through_, local_s);
    monthly_through_ = std::max(monthly_through_, local_s);
}

// The clock is back by more than a day: somebody undoes a mistake.
void Oracle::forget_what_is_undone() {
    const std::int64_t local_s = local(now_us_ / second_us);
    if (daily_through_ - local_s > seconds_a_day) daily_through_ = local_s;
    if (monthly_through_ - local_s > seconds_a_day) monthly_through_ = local_s;
}

// What happens.

// What was cut short ends where it would have ended. The window of the demand moves on through the failure; of
// recording intervals that had no power at all there are no rows.
void Oracle::power_returns() {
    interval_ = {};
    mark(power_down);
    constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    const std::int64_t now_s = now_us_ / second_us;
    const auto cut_short = [&](std::int64_t until_us, std::int64_t period_s) {
        const std::int64_t end_s = end_of(std::min(until_us, now_us_), period_s);
        return end_s <= now_s ? end_s : never;
    };
    std::int64_t demand_s = cut_short(demand_until_us_, settings_.demand_period_s);
    std::array<std::int64_t, 2> recording_s{};
    for (std::size_t i = 0; i < 2; ++i) {
        recording_s[i] = cut_short(recorded_until_us_[i], settings_.recording_period_s[i]);
    }
    const bool demand_ends = demand_s != never;
    const std::array<bool, 2> recording_ends = {recording_s[0] != never, recording_s[1] != never};
    while (true) {
        const std::int64_t at_s = std::min({demand_s, recording_s[0], recording_s[1]});
        if (at_s > now_s) break;
        if (demand_s == at_s) {
            end_demand(at_s * second_ms);
            demand_s += settings_.demand_period_s;
        }
        for (std::size_t i = 0; i < 2; ++i) {
            if (recording_s[i] != at_s) continue;
            end_recording(i, at_s * second_ms);
            recording_s[i] = never;
        }
        mark(power_down);
    }
    if (demand_ends) demand_until_us_ = now_us_;
    for (std::size_t i = 0; i < 2; ++i) {
        if (recording_ends[i]) recorded_until_us_[i] = now_us_;
    }
    bill_what_is_due(Which::each, 0, flags_[0] & (power_down | clock_adjusted));
    forget_what_is_undone();
    follow_calendar();
}

// The meter begins anew with what the clock chip says, which knows milliseconds.
void Oracle::clock_starts_anew(std::int64_t duration_us) {
    now_us_ = now_ms() * 1000 + duration_us;
    late_ = 0;
}

void Oracle::set_clock(std::int64_t by_s) {
    now_us_ = now_ms() * 1000;
    if (std::abs(by_s) <= shift_limit_s) {
        const Boundary boundary = next();
        now_us_ += by_s * second_us;
        if (now_us_ >= boundary.at_s * second_us) reach(boundary);
        follow_calendar();
        return;
    }
    mark(clock_adjusted);
    end_demand(now_ms());
    for (std::size_t i = 0; i < 2; ++i) end_recording(i, now_ms());
    daily_through_ = std::max(daily_through_, local(now_us_ / second_us));
    monthly_through_ = std::max(monthly_through_, local(now_us_ / second_us));
    now_us_ += by_s * second_us;
    mark(clock_adjusted);
    demand_until_us_ = now_us_;
    recorded_until_us_.fill(now_us_);
    bill_what_is_due(Which::latest, now_ms(), flags_[0] & (power_down | clock_adjusted));
    forget_what_is_undone();
    follow_calendar();
}

bool Oracle::live(const FailsWithin& step, std::int64_t found_mj) {
    temperature_tenths_ = step.lives.temperature_tenths;
    meter::Interval rest = step.lives.interval;
    rest.duration_us = static_cast<std::uint32_t>(elapsed_us(rest.duration_us));
    const std::int64_t end_us = now_us_ + rest.duration_us;
    const Boundary boundary = next();
    const std::int64_t before_mj = active_mj();
    bool counts_all = false;
    if (found_mj != before_mj) {
        // As if it ended where the period does.
        meter::Interval first = rest;
        const std::int64_t left_us = std::min<std::int64_t>(boundary.at_s * second_us - now_us_, rest.duration_us);
        first.duration_us = static_cast<std::uint32_t>(left_us);
        for (std::size_t i = 0; i < model_.phases; ++i) {
            for (const auto energy :
                 {&meter::PhaseInterval::active_energy_mj, &meter::PhaseInterval::reactive_energy_mvars,
                  &meter::PhaseInterval::apparent_energy_mvas}) {
                first.phase[i].*energy = rest.phase[i].*energy * left_us / rest.duration_us;
            }
        }
        std::int64_t of_first = 0;
        for (std::size_t i = 0; i < model_.phases; ++i) of_first += first.phase[i].active_energy_mj;
        counts_all = found_mj != before_mj + std::abs(of_first);
        pass(counts_all ? rest : first);
    }
    if (active_mj() != found_mj) return false;
    now_us_ = end_us;
    clock_starts_anew(std::chrono::microseconds{step.duration}.count());
    power_returns();
    return true;
}

void Oracle::live(const Step& step) {
    if (const auto* lives = std::get_if<Lives>(&step)) {
        temperature_tenths_ = lives->temperature_tenths;
        meter::Interval interval = lives->interval;
        interval.duration_us = static_cast<std::uint32_t>(elapsed_us(interval.duration_us));
        pass(interval);
    } else if (const auto* fails = std::get_if<PowerFails>(&step)) {
        if (fails->awake) {
            now_us_ += elapsed_us(fails->counted.count());
        } else {
            clock_starts_anew(std::chrono::microseconds{fails->duration}.count());
        }
        power_returns();
    } else if (const auto* set = std::get_if<ClockIsSet>(&step)) {
        set_clock(set->by.count());
    } else if (const auto* credited = std::get_if<AccountIsCredited>(&step)) {
        credit_ += static_cast<std::int64_t>(credited->amount);
        credited_ += static_cast<std::int64_t>(credited->amount);
    } else if (const auto* charged = std::get_if<AccountIsCharged>(&step)) {
        credit_ -= static_cast<std::int64_t>(charged->amount);
        consumed_ += static_cast<std::int64_t>(charged->amount);
    } else if (std::holds_alternative<ButtonIsPressed>(step)) {
        take_monthly(now_ms());
    }
}

}  // namespace blathy::world
