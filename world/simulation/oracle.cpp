#include "world/simulation/oracle.hpp"

#include <algorithm>
#include <cstdlib>

namespace blathy::world {
namespace {

constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::int64_t period_s = 900;
constexpr int clock_adjusted = 0x20;
constexpr int power_down = 0x80;
constexpr int daylight = 0x08;

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

std::int64_t rounded(std::int64_t value, std::int64_t divisor) {
    const std::int64_t magnitude = (std::abs(value) + divisor / 2) / divisor;
    return value < 0 ? -magnitude : magnitude;
}

}  // namespace

Oracle::Oracle(const meter::Model& model, UtcTime now)
    : now_s(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count()),
      phases_(model.phases),
      prepayment_(model.functions.prepayment),
      starts_{{}},
      demand_since_(now_s),
      load_1_since_(now_s),
      load_2_since_(now_s),
      sums_(12, 0) {
    daily_through_ = local(now_s);
    monthly_through_ = local(now_s);
}

void Oracle::set_calendar(const meter::Calendar& calendar, const meter::SpecialDays& special_days) {
    calendar_ = calendar;
    special_days_ = special_days;
    tariff = static_cast<std::size_t>(tariff_at(local(now_s)));
}

std::int64_t Oracle::local(std::int64_t utc_s) const {
    return utc_s + (is_daylight(utc_s) ? 7200 : 3600);
}

std::int64_t Oracle::tariff_at(std::int64_t local_s) const {
    if (calendar_.days.count == 0) return 1;
    // From this moment back, a quarter of an hour at a time, until something switches.
    for (std::int64_t at = local_s - local_s % period_s; at > local_s - 9 * seconds_a_day; at -= period_s) {
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

std::int64_t Oracle::energy_wh(std::size_t quantity, std::size_t of_tariff) const {
    return energy_mj[quantity][of_tariff] / 3'600'000;
}

std::int64_t Oracle::status(int flags, std::int64_t at) const {
    return flags | (is_daylight(at) ? daylight : 0);
}

void Oracle::add(const meter::Interval& interval) {
    std::int64_t active = 0;
    std::int64_t reactive = 0;
    std::int64_t apparent = 0;
    std::int64_t active_mw = 0;
    std::int64_t reactive_mvar = 0;
    for (std::size_t i = 0; i < phases_; ++i) {
        active += interval.phase[i].active_energy_mj;
        reactive += interval.phase[i].reactive_energy_mvars;
        apparent += interval.phase[i].apparent_energy_mvas;
        active_mw += interval.phase[i].active_power_mw;
        reactive_mvar += interval.phase[i].reactive_power_mvar;
    }
    const std::array<std::int64_t, quantities> added = {
        std::max<std::int64_t>(active, 0),
        std::max<std::int64_t>(-active, 0),
        std::max<std::int64_t>(reactive, 0),
        std::max<std::int64_t>(-reactive, 0),
        active < 0 ? 0 : apparent,
        active < 0 ? apparent : 0,
        std::abs(active),
        active,
    };
    for (std::size_t i = 0; i < quantities; ++i) {
        energy_mj[i][0] += added[i];
        energy_mj[i][tariff] += added[i];
    }
    std::vector<std::int64_t> shown;
    shown.push_back(rounded(std::max<std::int64_t>(active_mw, 0), 100));
    shown.push_back(rounded(std::max<std::int64_t>(reactive_mvar, 0), 100));
    for (std::size_t i = 0; i < phases_; ++i) shown.push_back(rounded(interval.phase[i].voltage_mv, 100));
    for (std::size_t i = 0; i < phases_; ++i) shown.push_back(rounded(interval.phase[i].current_ua, 1000));
    for (std::size_t i = 0; i < phases_; ++i) {
        const auto& phase = interval.phase[i];
        const bool any = phase.apparent_power_mva != 0;
        const std::int64_t factor = any ? rounded(phase.active_power_mw * 1000, phase.apparent_power_mva) : 1000;
        shown.push_back(std::clamp<std::int64_t>(factor, -1000, 1000));
    }
    shown.push_back(interval.frequency_mhz);
    for (std::size_t i = 0; i < shown.size(); ++i) sums_[i] += shown[i] * interval.duration_us;
    recorded_us_ += interval.duration_us;
}

void Oracle::end_demand(std::int64_t at) {
    constexpr std::size_t periods = 3;
    const auto& first = starts_[starts_.size() - std::min(periods, starts_.size())];
    std::array<std::int64_t, quantities> now{};
    for (std::size_t i = 0; i < quantities; ++i) {
        now[i] = energy_mj[i][0];
        demand_[i] = rounded(now[i] - first[i], 100 * period_s * static_cast<std::int64_t>(periods));
        for (const std::size_t of : {std::size_t{0}, tariff}) {
            if (demand_[i] <= peak[i][of]) continue;
            peak[i][of] = demand_[i];
            peak_time[i][of] = at;
        }
    }
    starts_.push_back(now);
    demand_since_ = at;
}

void Oracle::end_load_1(std::int64_t at) {
    load_1.push_back({2000 * at, status(load_1_flags_, at), demand_[0], demand_[2], energy_wh(0, 0) - recorded_wh_[0],
                      energy_wh(2, 0) - recorded_wh_[2], energy_wh(0, 0), energy_wh(2, 0)});
    for (std::size_t i = 0; i < quantities; ++i) recorded_wh_[i] = energy_wh(i, 0);
    load_1_flags_ = 0;
    load_1_since_ = at;
}

void Oracle::end_load_2(std::int64_t at) {
    Row row = {2000 * at, status(load_2_flags_, at)};
    for (std::size_t i = 0; i < 3 + 3 * phases_; ++i) {
        row.push_back(recorded_us_ == 0 ? 0 : rounded(sums_[i], recorded_us_));
        sums_[i] = 0;
    }
    load_2.push_back(row);
    recorded_us_ = 0;
    load_2_flags_ = 0;
    load_2_since_ = at;
}

void Oracle::take_daily(std::int64_t at) {
    daily.push_back(
        {2000 * at, status(daily_flags_, at), energy_wh(0, 0), energy_wh(1, 0), energy_wh(2, 0), energy_wh(3, 0)});
    if (prepayment_) {
        daily.back().push_back(credit_ / 10'000);
        daily.back().push_back(consumed_ / 10'000 - consumed_billed_);
    }
    daily_flags_ = 0;
}

void Oracle::take_monthly(std::int64_t at) {
    Row row = {2000 * at, status(monthly_flags_, at)};
    for (std::size_t i = 0; i < 4; ++i) row.push_back(energy_wh(i, 0));
    for (std::size_t i = 0; i < 2; ++i) {
        for (std::size_t of = 1; of < tariffs; ++of) row.push_back(energy_wh(i, of));
    }
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) row.push_back(energy_wh(i, 0) - billed_wh_[i]);
    if (prepayment_) {
        row.push_back(credit_ / 10'000);
        row.push_back(credited_ / 10'000 - credited_billed_);
        row.push_back(consumed_ / 10'000 - consumed_billed_);
    }
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
        row.push_back(peak[i][0]);
        row.push_back(peak_time[i][0]);
    }
    monthly.push_back(row);
    credited_billed_ = credited_ / 10'000;
    consumed_billed_ = consumed_ / 10'000;
    for (std::size_t i = 0; i < quantities; ++i) {
        billed_wh_[i] = energy_wh(i, 0);
        for (std::size_t of = 0; of < tariffs; ++of) {
            cumulative[i][of] += peak[i][of];
            peak[i][of] = 0;
            peak_time[i][of] = 0;
        }
    }
    ++resets;
    monthly_flags_ = 0;
}

void Oracle::bill_what_is_due(std::int64_t local_s, bool only_latest, bool with_its_own_time, int flags) {
    // Every midnight that has passed, oldest first.
    std::vector<std::int64_t> days;
    std::vector<std::int64_t> months;
    for (std::int64_t midnight = local_s - local_s % seconds_a_day - 400 * seconds_a_day; midnight <= local_s;
         midnight += seconds_a_day) {
        if (midnight > daily_through_) days.push_back(midnight);
        if (midnight > monthly_through_ && date_of(midnight).day == 1) months.push_back(midnight);
    }
    if (only_latest && days.size() > 1) days.erase(days.begin(), days.end() - 1);
    if (only_latest && months.size() > 1) months.erase(months.begin(), months.end() - 1);
    std::vector<std::int64_t> both = days;
    both.insert(both.end(), months.begin(), months.end());
    std::ranges::sort(both);
    both.erase(std::unique(both.begin(), both.end()), both.end());
    for (const std::int64_t midnight : both) {
        // Midnight in UTC: Central Europe never changes its clock between 22:00 and 24:00 UTC.
        const std::int64_t at = with_its_own_time ? midnight - (is_daylight(midnight - 7200) ? 7200 : 3600) : now_s;
        if (std::ranges::count(days, midnight) != 0) take_daily(at);
        if (std::ranges::count(months, midnight) != 0) take_monthly(at);
        daily_flags_ |= flags;
        monthly_flags_ |= flags;
    }
    daily_through_ = std::max(daily_through_, local_s);
    monthly_through_ = std::max(monthly_through_, local_s);
}

void Oracle::fail(std::int64_t duration_s) {
    now_s += duration_s;
    const auto mark = [&] {
        load_1_flags_ |= power_down;
        load_2_flags_ |= power_down;
        daily_flags_ |= power_down;
        monthly_flags_ |= power_down;
    };
    mark();
    const auto end_of = [](std::int64_t since) { return since - since % period_s + period_s; };
    if (const std::int64_t end = end_of(demand_since_); end <= now_s) {
        end_demand(end);
        for (std::int64_t at = end + period_s; at <= now_s; at += period_s) end_demand(at);
        demand_since_ = now_s;
    }
    if (const std::int64_t end = end_of(load_1_since_); end <= now_s) {
        end_load_1(end);
        mark();
        load_1_since_ = now_s;
    }
    if (const std::int64_t end = end_of(load_2_since_); end <= now_s) {
        end_load_2(end);
        mark();
        load_2_since_ = now_s;
    }
    bill_what_is_due(local(now_s), false, true, load_1_flags_ & (power_down | clock_adjusted));
    tariff = static_cast<std::size_t>(tariff_at(local(now_s)));
}

void Oracle::set_clock(std::int64_t by_s) {
    if (by_s == 0) return;
    const auto mark = [&] {
        load_1_flags_ |= clock_adjusted;
        load_2_flags_ |= clock_adjusted;
        daily_flags_ |= clock_adjusted;
        monthly_flags_ |= clock_adjusted;
    };
    mark();
    end_demand(now_s);
    end_load_1(now_s);
    end_load_2(now_s);
    now_s += by_s;
    mark();
    demand_since_ = load_1_since_ = load_2_since_ = now_s;
    const std::int64_t local_s = local(now_s);
    bill_what_is_due(local_s, true, false, load_1_flags_ & (power_down | clock_adjusted));
    // Back by more than a day: somebody undoes a mistake.
    if (daily_through_ - local_s > seconds_a_day) daily_through_ = local_s;
    if (monthly_through_ - local_s > seconds_a_day) monthly_through_ = local_s;
    tariff = static_cast<std::size_t>(tariff_at(local_s));
}

void Oracle::live(const Step& step) {
    if (const auto* lives = std::get_if<Lives>(&step)) {
        add(lives->interval);
        now_s += lives->interval.duration_us / 1'000'000;
        if (now_s % period_s == 0) {
            end_demand(now_s);
            end_load_1(now_s);
            end_load_2(now_s);
        }
        bill_what_is_due(local(now_s), true, false, 0);
        tariff = static_cast<std::size_t>(tariff_at(local(now_s)));
    } else if (const auto* fails = std::get_if<PowerFails>(&step)) {
        fail(fails->duration.count());
    } else if (const auto* set = std::get_if<ClockIsSet>(&step)) {
        set_clock(set->by.count());
    } else if (const auto* credited = std::get_if<AccountIsCredited>(&step)) {
        credit_ += static_cast<std::int64_t>(credited->amount);
        credited_ += static_cast<std::int64_t>(credited->amount);
    } else if (const auto* charged = std::get_if<AccountIsCharged>(&step)) {
        credit_ -= static_cast<std::int64_t>(charged->amount);
        consumed_ += static_cast<std::int64_t>(charged->amount);
    } else if (std::holds_alternative<ButtonIsPressed>(step)) {
        take_monthly(now_s);
    }
}

}  // namespace blathy::world
