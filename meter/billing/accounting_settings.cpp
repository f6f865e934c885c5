// What a user sets on the way from energy to the bill. A setting is durable before it is in force.

#include <algorithm>

#include "meter/billing/accounting.hpp"

namespace blathy::meter {

using namespace std::chrono;

bool Accounting::set_demand(const Clock& clock, const DemandSettings& demand) {
    MeteringSettings changed = settings_;
    changed.demand = demand;
    ++changed.demand_epoch;
    if (!demand.valid() || !keep(store_, changed)) return false;
    settings_ = changed;
    tell_({EventKind::configuration_changed, clock.now(), 0});
    return reset_demand(clock);
}

bool Accounting::set_recording_period(const Clock& clock, RecordingInterval which, std::uint16_t period_s) {
    const auto index = static_cast<std::size_t>(which);
    if (!RecordingSettings::valid(period_s)) return false;
    if (settings_.recording_period_s[index] == period_s) return true;
    // Rows of the old period would be taken for rows of the new one: they go with the same write that it comes by.
    MeteringSettings changed = settings_;
    changed.recording_period_s[index] = period_s;
    ++changed.recording_epochs[index];
    std::array<bool, profile_count> concerned{};
    for (const ProfileId id : all_profiles) {
        concerned[index_of(id)] = recording_interval_of(id) == index;
        // The number of the new rows counts from that of the list, which must be the one that the rows now are of.
        const ProfileSettings list = profile(id);
        if (concerned[index_of(id)] && !has_rows_of(id, list) && !begin_rows(clock.now(), id, list)) return false;
    }
    if (!keep(store_, changed)) return false;
    settings_ = changed;
    for (const ProfileId id : all_profiles) {
        RowLog& log = logs_[index_of(id)];
        if (concerned[index_of(id)]) log.begin(static_cast<std::uint16_t>(log.epoch() + 1), log.columns());
    }
    begin_recording(which, clock.now());
    tell_({EventKind::configuration_changed, clock.now(), 0});
    find_boundary(clock);
    return save(clock);
}

bool Accounting::set_schedule(const Clock& clock, Billing billing, const Schedule& schedule) {
    MeteringSettings changed = settings_;
    changed.schedules[static_cast<std::size_t>(billing)] = schedule;
    if (!valid(schedule)) return false;
    // What the new schedule would have had in the past is not made up, whenever the power fails: the old one has
    // nothing to do before now either.
    LocalTime& executed = ledger_.executed[static_cast<std::size_t>(billing)];
    executed = std::max(executed, local_of(clock, clock.now()));
    if (!save(clock) || !keep(store_, changed)) return false;
    settings_ = changed;
    executed = local_of(clock, clock.now());
    tell_({EventKind::configuration_changed, clock.now(), 0});
    find_boundary(clock);
    return save(clock);
}

bool Accounting::set_time_shift_limit(const Clock& clock, std::uint16_t limit_s) {
    MeteringSettings changed = settings_;
    changed.time_shift_limit_s = limit_s;
    if (!keep(store_, changed)) return false;
    settings_ = changed;
    tell_({EventKind::configuration_changed, clock.now(), 0});
    return true;
}

bool Accounting::set_columns(const Clock& clock, ProfileId id, std::span<const CaptureObject> list) {
    // The first column is the time, which every row needs.
    const bool starts_with_time = !list.empty() && list[0].attribute.class_id == clock_object_class_number;
    if (!starts_with_time || list.size() > max_columns(id)) return false;
    ProfileSettings changed{0, profile(id).form, {}};
    std::size_t size = 2;
    for (const CaptureObject& object : list) {
        const auto column = column_of(model_, object);
        if (!column || !changed.columns.add(object)) return false;
        size += encoded_size(*column);
    }
    return size <= max_profile_row_size && begin_rows(clock.now(), id, changed);
}

bool Accounting::clear(const Clock& clock, ProfileId id) {
    const ProfileSettings same = profile(id);
    return set_columns(clock, id, same.columns.view());
}

bool Accounting::set_buffer_form(const Clock& clock, ProfileId id, BufferForm form) {
    ProfileSettings changed = profile(id);
    changed.form = form;
    if (!keep(store_, id, changed)) return false;
    tell_({EventKind::configuration_changed, clock.now(), 0});
    return true;
}

void Accounting::refuse_calendar(const Clock& clock, CalendarFault fault) {
    calendar_fault_ = fault;
    tell_({EventKind::calendar_refused, clock.now(), static_cast<std::int64_t>(fault)});
}

bool Accounting::set_special_days(const Clock& clock, const SpecialDays& special_days) {
    const auto calendar = load_active_calendar(store_);
    const CalendarFault fault = calendar ? check(*calendar, special_days, model_) : CalendarFault::unreadable;
    if (fault != CalendarFault::none) {
        refuse_calendar(clock, fault);
        return false;
    }
    if (!keep_special_days(store_, special_days)) return false;
    calendar_fault_ = CalendarFault::none;
    tell_({EventKind::configuration_changed, clock.now(), 0});
    follow_calendar(clock);
    find_boundary(clock);
    return true;
}

bool Accounting::set_activation_time(const Clock& clock, const dlms::DateTime& time) {
    if (!keep_activation_time(store_, time)) return false;
    tell_({EventKind::configuration_changed, clock.now(), 0});
    activation_ = to_utc(time, clock.deviation_min_at(clock.now()));
    find_boundary(clock);
    return true;
}

std::optional<CalendarFault> Accounting::activate_calendar(const Clock& clock) {
    const auto calendar = load_passive_calendar(store_);
    const auto special_days = load_passive_special_days(store_);
    const CalendarFault fault =
        calendar && special_days ? check(*calendar, *special_days, model_) : CalendarFault::unreadable;
    if (fault != CalendarFault::none) {
        activation_.reset();
        (void)keep_activation_time(store_, never);
        refuse_calendar(clock, fault);
        return fault;
    }
    if (!activate_passive_calendar(store_)) return CalendarFault::none;
    activation_.reset();
    calendar_fault_ = CalendarFault::none;
    tell_({EventKind::calendar_activated, clock.now(), 0});
    follow_calendar(clock);
    find_boundary(clock);
    return std::nullopt;
}

}  // namespace blathy::meter
