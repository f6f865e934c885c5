// What a user sets on the way from energy to the bill. A setting is durable before it is in force.

#include "meter/billing/accounting.hpp"

namespace blathy::meter {

using namespace std::chrono;

bool Accounting::set_demand(const Clock& clock, const DemandSettings& demand) {
    MeteringSettings changed = settings_;
    changed.demand = demand;
    if (!demand.valid() || !keep(store_, changed)) return false;
    settings_ = changed;
    tell_({EventKind::configuration_changed, clock.now(), 0});
    return reset_demand(clock);
}

bool Accounting::set_recording_period(const Clock& clock, RecordingInterval which, std::uint16_t period_s) {
    const auto index = static_cast<std::size_t>(which);
    if (!RecordingSettings::valid(period_s)) return false;
    if (settings_.recording_period_s[index] == period_s) return true;
    // Rows of the old period would be taken for rows of the new one.
    for (const ProfileId id : all_profiles) {
        const bool first = id == ProfileId::load_1;
        const bool billing = id == ProfileId::daily || id == ProfileId::monthly;
        const bool concerned = !billing && first == (which == RecordingInterval::first) && has_profile(model_, id);
        if (concerned && !clear(clock, id)) return false;
    }
    MeteringSettings changed = settings_;
    changed.recording_period_s[index] = period_s;
    if (!keep(store_, changed)) return false;
    settings_ = changed;
    ledger_.recorded_until[index] = clock.now();
    if (which == RecordingInterval::first) {
        ledger_.recorded = ledger_.energy.total;
    } else {
        ledger_.recorded_2 = ledger_.energy.total;
        ledger_.recording.reset();
    }
    tell_({EventKind::configuration_changed, clock.now(), 0});
    find_boundary(clock);
    return save(clock);
}

bool Accounting::set_schedule(const Clock& clock, Billing billing, const Schedule& schedule) {
    MeteringSettings changed = settings_;
    changed.schedules[static_cast<std::size_t>(billing)] = schedule;
    if (!valid(schedule) || !keep(store_, changed)) return false;
    settings_ = changed;
    // What the new schedule would have had in the past is not made up.
    ledger_.executed[static_cast<std::size_t>(billing)] = local_of(clock, clock.now());
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
    RowLog& log = logs_[index_of(id)];
    ProfileSettings changed{static_cast<std::uint16_t>(log.epoch() + 1), profile(id).form, {}};
    std::size_t size = 2;
    for (const CaptureObject& object : list) {
        const auto column = column_of(model_, object);
        if (!column || !changed.columns.add(object)) return false;
        size += encoded_size(*column);
    }
    if (size > max_profile_row_size || !keep(store_, id, changed)) return false;
    log.begin(changed.epoch, list.size());
    tell_({EventKind::profile_cleared, clock.now(), static_cast<std::int64_t>(id)});
    return true;
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
    const CalendarFault fault = check(load_active_calendar(store_), special_days, model_);
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
    const CalendarFault fault = check(load_passive_calendar(store_), load_passive_special_days(store_), model_);
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
