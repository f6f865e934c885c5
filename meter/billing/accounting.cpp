#include "meter/billing/accounting.hpp"

#include <algorithm>

namespace blathy::meter {
namespace {

using namespace std::chrono;

constexpr unsigned all_periods = due_demand | due_recording_1 | due_recording_2;
constexpr milliseconds longest_without_boundary = days{1};

// Ledger::begun
constexpr std::uint64_t begun_without_time = 1;
constexpr std::uint64_t begun_with_time = 2;

// Where the flags of the intervals are in Ledger::status, by the E of their status objects.
constexpr std::size_t status_index(int e) {
    return static_cast<std::size_t>(e - status_recording_1);
}

constexpr unsigned due_of(Billing billing) {
    return billing == Billing::monthly ? due_monthly : due_daily;
}

// The instant of a local time that is on the same side of any change of daylight saving as `near`.
UtcTime utc_of(const Clock& clock, LocalTime local, UtcTime near) {
    return UtcTime{local.time_since_epoch() + minutes{clock.deviation_min_at(near)}};
}

// The instant of a local time wherever it is: the deviation is that of the instant itself. Of a time that comes twice
// it is the first; a time that is skipped is reckoned as if it were not.
UtcTime utc_of(const Clock& clock, LocalTime local) {
    const UtcTime guess = utc_of(clock, local, UtcTime{local.time_since_epoch()});
    const UtcTime before = utc_of(clock, local, guess - hours{3});
    return local_of(clock, before) == local ? before : utc_of(clock, local, guess);
}

}  // namespace

Accounting::Accounting(const Model& model, Store& store, const Interval& interval, const EventHook& hook)
    : model_(model),
      store_(store),
      journal_(store.flash(), layout_of(model, store.flash().sector_count()).journal),
      settings_(load_metering_settings(model, store)),
      tell_(hook),
      interval_(interval) {
    std::array<std::uint64_t, ledger_words> words{};
    if (journal_.mount(words)) {
        std::size_t next = 0;
        ledger_.each_word([&](std::uint64_t& word) { word = words[next++]; });
    }
    const FlashLayout layout = layout_of(model, store.flash().sector_count());
    for (const ProfileId id : all_profiles) {
        logs_[index_of(id)] = RowLog(store.flash(), layout.profiles[index_of(id)]);
        const ProfileSettings settings = profile(id);
        rows_unknown_[index_of(id)] = !logs_[index_of(id)].mount(epoch_of(id, settings), settings.columns.count);
    }
}

std::uint16_t Accounting::epoch_of(ProfileId id, const ProfileSettings& settings) const {
    return static_cast<std::uint16_t>(settings.epoch + settings_.epoch_of(id));
}

bool Accounting::has_rows_of(ProfileId id, const ProfileSettings& settings) const {
    const RowLog& log = logs_[index_of(id)];
    return epoch_of(id, settings) == log.epoch() && settings.columns.count == log.columns();
}

std::optional<UtcTime> Accounting::saved_time() const {
    if (ledger_.begun == 0) return std::nullopt;
    return ledger_.now;
}

void Accounting::mark(unsigned flags) {
    for (std::uint64_t& status : ledger_.status) status |= flags;
}

std::uint8_t Accounting::status(int e, const Clock& clock) const {
    std::uint64_t status = ledger_.status[status_index(e)];
    if (!clock.valid()) status |= status_clock_invalid;
    const UtcTime at = ledger_.due == 0 ? clock.now() : ledger_.due_time;
    if (clock.daylight_saving_at(at)) status |= status_daylight_saving;
    return static_cast<std::uint8_t>(status);
}

std::uint32_t Accounting::damaged() const {
    std::uint32_t damaged = journal_.damaged();
    for (const RowLog& log : logs_) damaged += log.damaged();
    return damaged;
}

void Accounting::resume(const Clock& clock) {
    const UtcTime now = clock.now();
    deviation_min_ = clock.deviation_min_at(now);
    activation_ = to_utc(load_activation_time(store_), deviation_min_);
    // Of rows that are newer than the list of what they hold, nobody knows what they hold.
    for (const ProfileId id : all_profiles) {
        bool& unknown = rows_unknown_[index_of(id)];
        if (unknown) unknown = !begin_rows(now, id, profile(id));
    }
    if (ledger_.begun == 0) {
        ledger_.demand_epoch = settings_.demand_epoch;
        ledger_.recording_epochs = settings_.recording_epochs;
        ledger_.begun = clock.valid() ? begun_with_time : begun_without_time;
        ledger_.demand.reset(ledger_.energy.total, now);
        ledger_.demand_until = now;
        ledger_.recorded_until.fill(now);
        ledger_.executed.fill(local_of(clock, now));
        ledger_.last_reset = now;
        ledger_.now = now;
        // For how long nobody knows.
        if (lost_registers()) {
            tell_({EventKind::power_up, now, 0});
            mark(status_power_down);
        }
    } else {
        const UtcTime saved = ledger_.now;
        take_up_settings(clock);
        if (ledger_.due != 0) {
            run(clock);
            // What ended with it is done, and so is the switch: demands that end meanwhile are of the tariff behind it.
            switch_tariff(ledger_.due_time, switching_at(clock, ledger_.due_time));
        }
        tell_({EventKind::power_up, now, duration_cast<seconds>(now - saved).count()});
        mark(status_power_down);
        make_up_periods(clock);
        make_up_billing(clock, MakeUp::each);
    }
    follow_calendar(clock);
    find_boundary(clock);
}

// Settings are durable before the registers that follow them: if the power failed between the two, they follow now.
void Accounting::take_up_settings(const Clock& clock) {
    const UtcTime saved = ledger_.now;
    const bool demand_changed = ledger_.demand_epoch != settings_.demand_epoch;
    if (demand_changed) {
        ledger_.due &= ~std::uint64_t{due_demand};
        begin_demand(saved);
    }
    bool changed = demand_changed;
    for (const RecordingInterval which : {RecordingInterval::first, RecordingInterval::second}) {
        const auto index = static_cast<std::size_t>(which);
        if (ledger_.recording_epochs[index] == settings_.recording_epochs[index]) continue;
        ledger_.due &= ~std::uint64_t{which == RecordingInterval::first ? due_recording_1 : due_recording_2};
        begin_recording(which, saved);
        changed = true;
    }
    if (changed) tell_({EventKind::configuration_changed, clock.now(), 0});
}

void Accounting::begin_demand(UtcTime at) {
    ledger_.demand.reset(ledger_.energy.total, at);
    ledger_.demand_until = at;
    ledger_.demand_epoch = settings_.demand_epoch;
    tell_({EventKind::demand_reset, at, 0});
}

// With the period of the settings; the rows of before are gone by its epoch.
void Accounting::begin_recording(RecordingInterval which, UtcTime at) {
    const auto index = static_cast<std::size_t>(which);
    ledger_.recorded_until[index] = at;
    ledger_.recording_epochs[index] = settings_.recording_epochs[index];
    if (which == RecordingInterval::first) {
        ledger_.recorded = ledger_.energy.total;
    } else {
        ledger_.recorded_2 = ledger_.energy.total;
        ledger_.recording.reset();
    }
    for (const ProfileId id : all_profiles) {
        const bool concerned = recording_interval_of(id) == index && has_profile(model_, id);
        if (concerned) tell_({EventKind::profile_cleared, at, static_cast<std::int64_t>(id)});
    }
}

bool Accounting::begin_rows(UtcTime at, ProfileId id, ProfileSettings settings) {
    RowLog& log = logs_[index_of(id)];
    const std::uint16_t epoch = log.next_epoch();
    settings.epoch = static_cast<std::uint16_t>(epoch - settings_.epoch_of(id));
    if (!keep(store_, id, settings)) return false;
    log.begin(epoch, settings.columns.count);
    tell_({EventKind::profile_cleared, at, static_cast<std::int64_t>(id)});
    return true;
}

void Accounting::add(const Interval& interval) {
    const EnergySet before = ledger_.energy.total;
    ledger_.energy.add(interval);
    auto& of_tariff = ledger_.tariff[tariff() - 1U].raw();
    for (std::size_t i = 0; i < energy_registers; ++i) {
        of_tariff[i] += ledger_.energy.total.raw()[i] - before.raw()[i];
    }
    ledger_.recording.add({model_, ledger_.energy, interval});
}

bool Accounting::save(const Clock& clock) {
    ledger_.now = clock.now();
    std::array<std::uint64_t, ledger_words> words{};
    std::size_t next = 0;
    ledger_.each_word([&](std::uint64_t& word) { words[next++] = word; });
    return journal_.write(words);
}

void Accounting::execute(const Clock& clock, unsigned due, UtcTime at) {
    ledger_.due = due;
    ledger_.due_time = at;
    for (const ProfileId id : all_profiles) ledger_.next_row[index_of(id)] = logs_[index_of(id)].end();
    // If this fails the registers go on all the same; a cut within would then find the state before.
    (void)save(clock);
    run(clock);
}

void Accounting::run(const Clock& clock) {
    const UtcTime at = ledger_.due_time;
    const UtcTime until = (ledger_.due & due_outage) != 0 ? ledger_.now : at;
    if ((ledger_.due & due_demand) != 0) end_demand(at);
    if ((ledger_.due & due_recording_1) != 0) {
        capture(clock, ProfileId::load_1);
        ledger_.recorded = ledger_.energy.total;
        ledger_.recorded_until[0] = until;
        ledger_.status[status_index(status_recording_1)] = 0;
    }
    if ((ledger_.due & due_recording_2) != 0) {
        for (const ProfileId id : {ProfileId::load_2, ProfileId::average, ProfileId::minimum, ProfileId::maximum}) {
            if (has_profile(model_, id)) capture(clock, id);
        }
        ledger_.recorded_2 = ledger_.energy.total;
        ledger_.recording.reset();
        ledger_.recorded_until[1] = until;
        ledger_.status[status_index(status_recording_2)] = 0;
    }
    if ((ledger_.due & due_daily) != 0) {
        capture(clock, ProfileId::daily);
        ledger_.status[status_index(status_daily)] = 0;
    }
    if ((ledger_.due & due_monthly) != 0) {
        capture(clock, ProfileId::monthly);
        ledger_.status[status_index(status_monthly)] = 0;
        end_billing(at);
    }
    ledger_.due = 0;
}

void Accounting::capture(const Clock& clock, ProfileId id) {
    RowLog& log = logs_[index_of(id)];
    if (log.end() != ledger_.next_row[index_of(id)]) return;  // it was written before the power failed
    std::array<std::int64_t, max_profile_columns> cells{};
    const ProfileSettings settings = profile(id);
    const auto list = settings.columns.view();
    for (std::size_t i = 0; i < list.size(); ++i) cells[i] = cell_of(clock, list[i]);
    const bool known = has_rows_of(id, settings) || begin_rows(ledger_.due_time, id, settings);
    if (!(known && log.append(std::span(cells).first(list.size()))) && log.capacity() != 0) {
        tell_({EventKind::row_lost, ledger_.due_time, static_cast<std::int64_t>(id)});
    }
}

std::int64_t Accounting::cell_of(const Clock& clock, const CaptureObject& object) const {
    const auto& [class_id, name, attribute] = object.attribute;
    const Registers from = registers();
    switch (class_id) {
        case clock_object_class_number:
            return ledger_.due_time.time_since_epoch().count() * 2 + (clock.valid() ? 0 : 1);
        case data_class_number:
            if (name == active_tariff_name) return tariff();
            if (name == reset_counter_name) return static_cast<std::int64_t>(ledger_.resets);
            return status(name.e(), clock);
        case extended_register_class_number: {
            const Peak peak = from.peak(name).value_or(Peak{});
            constexpr std::int8_t value = 2;
            return attribute == value ? peak.value : peak.time_s;
        }
        case demand_register_class_number: {
            constexpr std::int8_t current_average = 2;
            return (attribute == current_average ? from.read(name) : from.last_average(name)).value_or(0);
        }
        default:
            return from.read(name).value_or(0);
    }
}

void Accounting::end_demand(UtcTime at) {
    ledger_.demand.end_period(settings_.demand, ledger_.energy.total, at);
    ledger_.demand_until = at;
    const auto time_s = static_cast<std::uint32_t>(floor<seconds>(at).time_since_epoch().count());
    for (std::size_t i = 0; i < demand_count; ++i) {
        const std::int64_t demand = std::max<std::int64_t>(ledger_.demand.last_average[i], 0);
        for (const std::size_t tariff : {std::size_t{0}, static_cast<std::size_t>(ledger_.tariff_now)}) {
            Peak& peak = ledger_.peaks[i][tariff];
            if (demand > peak.value) peak = {static_cast<std::uint32_t>(demand), time_s};
        }
    }
}

void Accounting::end_billing(UtcTime at) {
    for (std::size_t i = 0; i < demand_count; ++i) {
        for (std::size_t tariff = 0; tariff < Ledger::tariff_columns; ++tariff) {
            ledger_.cumulative[i][tariff] += ledger_.peaks[i][tariff].value;
            ledger_.peaks[i][tariff] = {};
        }
    }
    ledger_.billed = ledger_.energy.total;
    ledger_.tariff_billed = ledger_.tariff;
    ledger_.account.end_period();
    ++ledger_.resets;
    ledger_.last_reset = at;
    tell_({EventKind::billing_reset, at, static_cast<std::int64_t>(ledger_.resets)});
}

UtcTime Accounting::end_of_period(const Clock& clock, UtcTime since, std::uint16_t period_s) const {
    const LocalTime local = local_of(clock, since);
    return utc_of(clock, start_of_period(local, seconds{period_s}) + seconds{period_s}, since);
}

unsigned Accounting::due_periods(const Clock& clock) const {
    const UtcTime now = clock.now();
    unsigned due = 0;
    if (now >= demand_end_) due |= due_demand;
    if (now >= recording_end_[0]) due |= due_recording_1;
    if (now >= recording_end_[1]) due |= due_recording_2;
    return due;
}

void Accounting::reach_boundary(const Clock& clock) {
    unsigned due = due_periods(clock);
    const UtcTime at = std::min(clock.now(), boundary_);
    const LocalTime local = local_of(clock, clock.now());
    for (const Billing billing : {Billing::monthly, Billing::daily}) {
        auto& executed = ledger_.executed[static_cast<std::size_t>(billing)];
        if (next_execution(settings_.schedules[static_cast<std::size_t>(billing)], executed, local)) {
            due |= due_of(billing);
        }
        executed = std::max(executed, local);
    }
    if (due != 0) execute(clock, due, at);
    if (activation_ && clock.now() >= *activation_) (void)activate_calendar(clock);
    const std::int16_t deviation_min = clock.deviation_min_at(clock.now());
    if (deviation_min != deviation_min_) {
        deviation_min_ = deviation_min;
        tell_({EventKind::daylight_changed, clock.now(), clock.daylight_saving_at(clock.now()) ? 1 : 0});
    }
    if (clock.now() >= calendar_until_) follow_calendar(clock);
    find_boundary(clock);
}

// The periods that the power failure has cut short end where they would have ended, in the order of time, for profiles
// capture demands. Recording intervals that passed without power have no row, but the window of the demand moves on.
void Accounting::make_up_periods(const Clock& clock) {
    struct Period {
        unsigned due;
        std::uint16_t period_s;
        UtcTime& until;
        UtcTime end{};
        bool cut_short = false;
    };
    const UtcTime now = clock.now();
    std::array<Period, 3> periods = {
        Period{due_demand, settings_.demand.period_s, ledger_.demand_until},
        Period{due_recording_1, settings_.recording_period_s[0], ledger_.recorded_until[0]},
        Period{due_recording_2, settings_.recording_period_s[1], ledger_.recorded_until[1]},
    };
    UtcTime next = UtcTime::max();
    for (Period& period : periods) {
        period.end = end_of_period(clock, std::min(period.until, now), period.period_s);
        period.cut_short = period.end <= now;
        if (period.cut_short) {
            next = std::min(next, period.end);
        } else if (period.until > now + seconds{settings_.time_shift_limit_s}) {
            period.until = now;
        }
    }
    // Once the window is empty, only the last period of the demand still matters.
    std::int64_t demands_left = settings_.demand.periods;
    while (next <= now) {
        unsigned due = 0;
        const UtcTime at = next;
        next = UtcTime::max();
        for (Period& period : periods) {
            if (period.end == at) {
                due |= period.due;
                period.end = UtcTime::max();
                if (period.due == due_demand) {
                    const std::int64_t further = (now - at) / seconds{period.period_s};
                    const std::int64_t steps = demands_left-- > 0 ? std::min<std::int64_t>(further, 1) : further;
                    if (steps > 0) period.end = at + steps * seconds{period.period_s};
                }
            }
            next = std::min(next, period.end);
        }
        // No row: nothing to be kept from being written twice.
        if (due == due_demand) {
            end_demand(at);
        } else {
            execute(clock, due | due_outage, at);
            mark(status_power_down);
        }
    }
    for (Period& period : periods) {
        if (period.cut_short) period.until = now;
    }
}

void Accounting::make_up_billing(const Clock& clock, MakeUp how) {
    const LocalTime local = local_of(clock, clock.now());
    const std::uint64_t flags = ledger_.status[0] & (status_power_down | status_clock_adjusted);
    while (true) {
        // The earliest one, the daily before the monthly if both are due: as a boundary has it.
        std::array<std::optional<LocalTime>, 2> next;
        for (const Billing billing : {Billing::monthly, Billing::daily}) {
            const auto index = static_cast<std::size_t>(billing);
            next[index] = next_execution(settings_.schedules[index], ledger_.executed[index], local);
            while (how == MakeUp::latest && next[index]) {
                const auto later = next_execution(settings_.schedules[index], *next[index], local);
                if (!later) break;
                next[index] = later;
            }
        }
        const auto& [monthly, daily] = next;
        if (!monthly && !daily) break;
        const LocalTime first = !monthly ? *daily : !daily ? *monthly : std::min(*monthly, *daily);
        unsigned due = 0;
        for (const Billing billing : {Billing::monthly, Billing::daily}) {
            const auto index = static_cast<std::size_t>(billing);
            if (next[index] != first) continue;
            due |= due_of(billing);
            ledger_.executed[index] = first;
        }
        execute(clock, due, how == MakeUp::each ? std::min(utc_of(clock, first), clock.now()) : clock.now());
        ledger_.status[status_index(status_daily)] |= flags;
        ledger_.status[status_index(status_monthly)] |= flags;
    }
    for (LocalTime& executed : ledger_.executed) {
        const bool undone = executed - local > days{1};
        executed = undone ? local : std::max(executed, local);
    }
}

bool Accounting::clock_will_move(const Clock& clock, UtcTime to, bool becomes_valid) {
    const auto shift = to - clock.now();
    const auto magnitude = shift < milliseconds{0} ? -shift : shift;
    const bool closes = magnitude > seconds{settings_.time_shift_limit_s} || becomes_valid != clock.valid();
    if (!closes) return false;
    mark(status_clock_adjusted);
    execute(clock, all_periods, clock.now());
    // All up to now is done, not only up to the last boundary: how far the clock goes back is counted from here.
    const LocalTime local = local_of(clock, clock.now());
    for (LocalTime& executed : ledger_.executed) executed = std::max(executed, local);
    return true;
}

void Accounting::clock_moved(const Clock& clock, UtcTime from, bool closed) {
    const UtcTime now = clock.now();
    tell_({closed ? EventKind::clock_set : EventKind::clock_adjusted, now, (now - from).count()});
    if (closed) {
        mark(status_clock_adjusted);
        ledger_.demand_until = now;
        ledger_.demand.start = now;
        ledger_.demand.window_start = now;  // what is before is no time of this clock
        ledger_.recorded_until.fill(now);
        // What a new meter would have billed before anybody told it the time is nobody's.
        if (ledger_.begun == begun_without_time) ledger_.executed.fill(local_of(clock, now));
        if (clock.valid()) ledger_.begun = begun_with_time;
        make_up_billing(clock, MakeUp::latest);
        deviation_min_ = clock.deviation_min_at(now);
        follow_calendar(clock);
        find_boundary(clock);
    } else {
        if (now >= boundary_) reach_boundary(clock);
        follow_calendar(clock);
        find_boundary(clock);
    }
}

void Accounting::clock_rules_changed(const Clock& clock) {
    make_up_billing(clock, MakeUp::latest);
    deviation_min_ = clock.deviation_min_at(clock.now());
    const auto time = load_activation_time(store_);
    activation_ = to_utc(time, clock.deviation_min_at(clock.now()));
    follow_calendar(clock);
    find_boundary(clock);
}

bool Accounting::bill(const Clock& clock, Billing billing) {
    execute(clock, due_of(billing), clock.now());
    return save(clock);
}

bool Accounting::select_tariff(const Clock& clock, std::uint8_t tariff) {
    if (tariff < 1 || tariff > model_.tariffs.tariffs) return false;
    if (ledger_.tariff_now != tariff) tell_({EventKind::tariff_switched, clock.now(), tariff});
    ledger_.tariff_now = tariff;
    return save(clock);
}

bool Accounting::credit(const Clock& clock, std::uint64_t amount, std::uint64_t receipt) {
    constexpr std::uint64_t most = 0xFFFF'FFFF;
    const auto hundredths = static_cast<std::uint32_t>(std::min(amount / account_units_per_hundredth, most));
    const auto tell = [&](EventKind kind) {
        tell_({kind, clock.now(), static_cast<std::int64_t>(receipt), hundredths});
    };
    const Account before = ledger_.account;
    if (amount <= max_account_amount) {
        ledger_.account.credit(amount, receipt);
        if (save(clock)) {
            tell(EventKind::credit_added);
            return true;
        }
        ledger_.account = before;
    }
    tell(EventKind::credit_refused);
    return false;
}

void Accounting::charge(std::uint64_t amount) {
    ledger_.account.charge(std::min(amount, max_account_amount));
}

bool Accounting::reset_demand(const Clock& clock) {
    begin_demand(clock.now());
    find_boundary(clock);
    return save(clock);
}

bool Accounting::end_demand_period(const Clock& clock) {
    execute(clock, due_demand, clock.now());
    find_boundary(clock);
    return save(clock);
}

bool Accounting::reset_peaks(const Clock& clock, std::size_t index, std::size_t tariff) {
    ledger_.peaks[index][tariff] = {};
    tell_({EventKind::demand_reset, clock.now(), 0});
    return save(clock);
}

// Without special days each day is a day of the week.
std::optional<Switching> Accounting::switching_at(const Clock& clock, UtcTime at) const {
    const auto calendar = load_active_calendar(store_);
    if (!calendar) return std::nullopt;
    return meter::switching_at(*calendar, load_special_days(store_).value_or(SpecialDays{}), local_of(clock, at));
}

// What is in force stays when nobody knows any more what is to follow it.
void Accounting::switch_tariff(UtcTime at, const std::optional<Switching>& switching) {
    if (!switching || switching->tariff == ledger_.tariff_now) return;
    ledger_.tariff_now = std::clamp<std::uint64_t>(switching->tariff, 1, max_tariffs);
    tell_({EventKind::tariff_switched, at, switching->tariff});
}

void Accounting::follow_calendar(const Clock& clock) {
    const UtcTime now = clock.now();
    const auto switching = switching_at(clock, now);
    switch_tariff(now, switching);
    const LocalTime midnight = floor<days>(local_of(clock, now)) + days{1};
    if (!switching) {
        calendar_until_ =
            std::min(utc_of(clock, midnight, now), end_of_deviation(clock, now, longest_without_boundary));
        return;
    }
    run_script(clock, *switching);
    const UtcTime next = utc_of(clock, switching->next.value_or(midnight), now);
    calendar_until_ = std::min(next, end_of_deviation(clock, now, longest_without_boundary));
}

// Of the scripts up to now the last one counts, as of the tariffs: it is run unless it was. That it was is saved at
// once: what somebody does afterwards must not be undone by a second run. If the power fails between the run and the
// save, nobody could do anything yet.
void Accounting::run_script(const Clock& clock, const Switching& switching) {
    if (!scripts_.connected() || !clock.valid() || !switching.script || switching.script->time == ledger_.script_run)
        return;
    ledger_.script_run = switching.script->time;
    scripts_(script_table_of(switching.script->action), switching.script->selector);
    (void)save(clock);
}

void Accounting::find_boundary(const Clock& clock) {
    const UtcTime now = clock.now();
    const LocalTime local = local_of(clock, now);
    const UtcTime deviation_end = end_of_deviation(clock, now, longest_without_boundary);
    // A clock that was moved back a little does not end the same period twice.
    demand_end_ = end_of_period(clock, std::max(now, ledger_.demand_until), settings_.demand.period_s);
    boundary_ = std::min({deviation_end, calendar_until_, demand_end_});
    for (std::size_t i = 0; i < recording_end_.size(); ++i) {
        recording_end_[i] =
            end_of_period(clock, std::max(now, ledger_.recorded_until[i]), settings_.recording_period_s[i]);
        boundary_ = std::min(boundary_, recording_end_[i]);
    }
    const LocalTime midnight = floor<days>(local) + days{1};
    for (std::size_t i = 0; i < settings_.schedules.size(); ++i) {
        if (const auto next = next_execution(settings_.schedules[i], ledger_.executed[i], midnight)) {
            boundary_ = std::min(boundary_, utc_of(clock, *next, now));
        }
    }
    if (activation_) boundary_ = std::min(boundary_, *activation_);
    boundary_ = std::max(boundary_, now + milliseconds{1});
}

}  // namespace blathy::meter
