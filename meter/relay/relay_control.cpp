#include "meter/relay/relay_control.hpp"

#include <algorithm>
#include <cstdlib>

namespace blathy::meter {
namespace {

using namespace std::chrono;

constexpr std::uint8_t relay_state_form = 1;
// Of the octet of tampers: those that were seen, and above them those that are due.
constexpr unsigned tamper_bits = 4;
constexpr std::uint8_t tampers_mask = (1U << tamper_bits) - 1;
static_assert(tamper_sources <= tampers_mask);
// A current that is no noise: a part of the basic one.
constexpr std::uint32_t flowing_part = 20;
// What a current transformer gives for seconds after its current has ended has hardly any power with the voltage; a
// load has this part of the apparent one at least.
constexpr std::int64_t power_part = 4;

constexpr std::array monitored_causes = {RelayCause::overvoltage, RelayCause::overcurrent};  // by MonitorKind
constexpr std::array limiter_causes = {RelayCause::limiter, RelayCause::maximum_demand};

// As their registers have them.
std::uint32_t monitored_value(MonitorKind kind, const PhaseInterval& phase) {
    return kind == MonitorKind::overvoltage ? (phase.voltage_mv + 50) / 100 : (phase.current_ua + 500) / 1000;
}

bool current_flows(const Model& model, const Interval& interval) {
    // The load of the others runs through somebody else's contacts.
    if (model.relay.kind != RelayKind::latching) return false;
    return std::ranges::any_of(interval.phase, [&](const PhaseInterval& phase) {
        const std::int64_t power = std::abs(phase.active_power_mw) + std::abs(phase.reactive_power_mvar);
        return phase.current_ua / 1000 >= model.basic_current_ma / flowing_part &&
               power * power_part >= phase.apparent_power_mva;
    });
}

Transition execute(Disconnector& disconnector, RelayCause by, RelayScript script) {
    return script == RelayScript::disconnect ? disconnector.disconnect(by) : disconnector.reconnect(by);
}

}  // namespace

RelayControl::RelayControl(const Model& model, Store& store, const EventHook& hook)
    : model_(model), store_(store), tell_(hook) {
    std::array<std::uint8_t, max_record_size> room{};
    RelayOperations operations;
    if (const auto content = store.read(RecordId::relay_state, room)) {
        ByteReader in(*content);
        const bool known = in.u8() == relay_state_form;
        const std::uint8_t mode = in.u8();
        const RelayCauses causes(in.u16());
        const std::uint8_t latch = in.u8();
        const std::uint8_t tampers = in.u8();
        operations.on_load = in.u32();
        operations.off_load = in.u32();
        const LocalTime followed{milliseconds{in.i64()}};
        if (known && in.ok() && in.at_end() && mode <= highest_control_mode) {
            disconnector_ = Disconnector(mode, causes);
            tamper_latch_ = latch;
            tampers_seen_ = tampers & tampers_mask;
            tampers_due_ = tampers >> tamper_bits;
            followed_ = followed;
        } else {
            operations = {};
        }
    }
    drive_.restore(operations, wants_closed());
}

void RelayControl::resume(const Clock& clock) {
    load_settings();
    for (std::size_t i = 0; i < limiters; ++i) {
        limiters_[i].configure(load_limiter_settings(model_, store_, i), clock);
        limiters_[i].restore(disconnector_.causes().has(limiter_causes[i]));
    }
    for (std::size_t kind = 0; kind < monitors_.size(); ++kind) {
        if (!disconnector_.causes().has(monitored_causes[kind])) continue;
        for (std::size_t phase = 0; phase < model_.phases; ++phase) monitors_[kind][phase].restore_standing();
    }
}

void RelayControl::load_settings() {
    const RelaySettings settings = load_relay_settings(model_, store_);
    enabled_ = settings.enabled & causes_of(model_);
    enabled_tampers_ = settings.enabled_tampers;
    times_ = settings.times;
    for (std::size_t kind = 0; kind < monitors_.size(); ++kind) {
        for (std::size_t phase = 0; phase < max_phases; ++phase) {
            RegisterMonitor& monitor = monitors_[kind][phase];
            if (!watches(monitored_causes[kind])) monitor = {};
            monitor.configure(settings.monitors[kind][phase]);
        }
    }
}

bool RelayControl::keep_state() {
    std::array<std::uint8_t, 32> room{};
    ByteWriter out(room);
    out.u8(relay_state_form);
    out.u8(disconnector_.mode());
    out.u16(disconnector_.causes().bits());
    out.u8(tamper_latch_);
    out.u8(static_cast<std::uint8_t>(tampers_seen_ | tampers_due_ << tamper_bits));
    out.u32(drive_.operations().on_load);
    out.u32(drive_.operations().off_load);
    out.i64(followed_.time_since_epoch().count());
    const bool kept = out.ok() && store_.write(RecordId::relay_state, out.written());
    unkept_ = !kept;
    return kept;
}

// What somebody asks for is durable, or it does not happen.
template <class Change>
Transition RelayControl::change(Change&& change) {
    const Disconnector before = disconnector_;
    const std::uint8_t latch_before = tamper_latch_;
    const std::uint8_t due_before = tampers_due_;
    const Transition transition = change();
    if (transition != Transition::done || keep_state()) return transition;
    disconnector_ = before;
    tamper_latch_ = latch_before;
    tampers_due_ = due_before;
    return Transition::not_durable;
}

void RelayControl::tell_reconnection(const Clock& clock, const Disconnector& before, EventKind connected,
                                     RelayCause cause) {
    const bool was_connected = before.state() == ControlState::connected;
    if (disconnector_.state() == ControlState::connected && !was_connected) {
        tell(connected, clock, connected == EventKind::local_connection ? static_cast<std::int64_t>(cause) : 0);
    } else if (disconnector_.waits_for_hand() && !before.waits_for_hand()) {
        tell(EventKind::ready_for_connection, clock);
    }
}

void RelayControl::tell_command(const Clock& clock, const Disconnector& before, RelayCause by, RelayScript script) {
    const bool remote = by == RelayCause::remote;
    if (script == RelayScript::reconnect) {
        tell_reconnection(clock, before, remote ? EventKind::remote_connection : EventKind::local_connection, by);
    } else if (remote) {
        tell(EventKind::remote_disconnection, clock);
    } else if (before.state() != ControlState::disconnected) {
        tell(EventKind::local_disconnection, clock, static_cast<std::int64_t>(by));
    }
}

Transition RelayControl::command(const Clock& clock, RelayCause by, RelayScript script) {
    const Disconnector before = disconnector_;
    const Transition transition = change([&] { return execute(disconnector_, by, script); });
    if (transition == Transition::done) tell_command(clock, before, by, script);
    return transition;
}

void RelayControl::run_script(const Clock& clock, RelayCause by, RelayScript script) {
    if (!causes_of(model_).has(by) || script == RelayScript::none) return;
    const Disconnector before = disconnector_;
    if (execute(disconnector_, by, script) == Transition::done) tell_command(clock, before, by, script);
    (void)keep_state();  // if it fails it is tried again with the next advance
}

Transition RelayControl::manual_disconnect(const Clock& clock) {
    const Transition transition = change([&] { return disconnector_.manual_disconnect(); });
    if (transition == Transition::done) tell(EventKind::manual_disconnection, clock);
    return transition;
}

Transition RelayControl::manual_reconnect(const Clock& clock) {
    const Transition transition = change([&] { return disconnector_.manual_reconnect(); });
    if (transition == Transition::done) tell(EventKind::manual_connection, clock);
    return transition;
}

Transition RelayControl::press_button(const Clock& clock) {
    return wants_closed() ? manual_disconnect(clock) : manual_reconnect(clock);
}

Transition RelayControl::set_mode(const Clock& clock, std::uint8_t mode) {
    const Disconnector before = disconnector_;
    const Transition transition =
        change([&] { return disconnector_.set_mode(mode) ? Transition::done : Transition::refused_by_state; });
    if (transition != Transition::done || before.mode() == mode) return transition;
    tell(EventKind::configuration_changed, clock);
    if (before.state() == ControlState::connected && !wants_closed()) {
        tell(EventKind::local_disconnection, clock, static_cast<std::int64_t>(*disconnector_.causes().first()));
    }
    tell_reconnection(clock, before, EventKind::remote_connection, RelayCause::remote);
    return transition;
}

Transition RelayControl::clear_tamper(const Clock& clock) {
    const Disconnector before = disconnector_;
    const bool any = tamper_latch_ != 0 || tampers_due_ != 0 || before.causes().has(RelayCause::tamper);
    if (!any) return Transition::done;
    const Transition transition = change([&] {
        tamper_latch_ = 0;
        tampers_due_ = 0;
        disconnector_.end(RelayCause::tamper, CauseEnd::direct);
        return Transition::done;
    });
    if (transition != Transition::done) return transition;
    tell(EventKind::tamper_latch_cleared, clock);
    tell_reconnection(clock, before, EventKind::local_connection, RelayCause::tamper);
    return transition;
}

bool RelayControl::configure(const Clock& clock, const RelaySettings& settings) {
    if (!keep(store_, settings)) return false;
    load_settings();
    tell(EventKind::configuration_changed, clock);
    end_disabled_causes(clock);
    return true;
}

void RelayControl::end_disabled_causes(const Clock& clock) {
    for (std::size_t i = 0; i < relay_causes; ++i) {
        const auto cause = static_cast<RelayCause>(i);
        if (!relay_local_causes.has(cause) || watches(cause)) continue;
        if (cause == RelayCause::tamper) tamper_latch_ = 0;
        end(clock, cause, CauseEnd::by_itself);
    }
    if (unkept_) (void)keep_state();
}

bool RelayControl::configure(const Clock& clock, std::size_t limiter, const LimiterSettings& settings) {
    if (!keep(store_, limiter, settings)) return false;
    change_limiter(clock, limiter, [&](Limiter& changed) { changed.configure(settings, clock); });
    return true;
}

template <class Change>
void RelayControl::change_limiter(const Clock& clock, std::size_t index, Change&& change) {
    Limiter& limiter = limiters_[index];
    const std::uint32_t before = limiter.threshold();
    change(limiter);
    if (limiter.threshold() != before) tell(EventKind::limiter_changed, clock, static_cast<std::int64_t>(index));
}

bool RelayControl::set_schedules(const Clock& clock, const RelaySchedules& schedules) {
    if (!keep(store_, schedules)) return false;
    // What the new schedule would have had in the past is not made up.
    if (clock.valid()) followed_ = local_of(clock, clock.now());
    (void)keep_state();  // a failure is made good by the next advance
    tell(EventKind::configuration_changed, clock);
    next_schedule_ = {};
    return true;
}

void RelayControl::begin(const Clock& clock, RelayCause cause) {
    if (disconnector_.causes().has(cause)) return;
    const bool was_connected = disconnector_.state() == ControlState::connected;
    disconnector_.begin(cause);
    unkept_ = true;
    if (was_connected && disconnector_.state() != ControlState::connected) {
        tell(EventKind::local_disconnection, clock, static_cast<std::int64_t>(cause));
    }
}

void RelayControl::end(const Clock& clock, RelayCause cause, CauseEnd how) {
    if (!disconnector_.causes().has(cause)) return;
    const Disconnector before = disconnector_;
    disconnector_.end(cause, how);
    unkept_ = true;
    tell_reconnection(clock, before, EventKind::local_connection, cause);
}

void RelayControl::supervise(const Clock& clock, MonitorKind kind, const Interval& interval,
                             std::chrono::microseconds duration) {
    const auto index = static_cast<std::size_t>(kind);
    const RelayCause cause = monitored_causes[index];
    if (!watches(cause)) return;
    bool falls = false;
    bool reconnects = true;
    for (std::size_t phase = 0; phase < model_.phases; ++phase) {
        const auto finding =
            monitors_[index][phase].advance(monitored_value(kind, interval.phase[phase]), times_[index], duration);
        if (kind == MonitorKind::overcurrent && finding.crossed_up) {
            tell(EventKind::fuse_exceeded, clock, static_cast<std::int64_t>(phase + 1));
        }
        if (kind == MonitorKind::overcurrent && finding.crossed_down) {
            tell(EventKind::fuse_normal, clock, static_cast<std::int64_t>(phase + 1));
        }
        if (finding.disconnects) begin(clock, cause);
        falls = falls || finding.falls;
        if (finding.falls) reconnects = reconnects && finding.reconnects;
    }
    // Behind an open relay the voltages of a broken neutral look well; closed, it would give them to the loads again.
    if (kind == MonitorKind::overvoltage && conditions_.neutral_missing) reconnects = false;
    const bool stands = std::ranges::any_of(monitors_[index], &RegisterMonitor::stands);
    if (falls && !stands) end(clock, cause, reconnects ? CauseEnd::by_itself : CauseEnd::by_hand);
}

void RelayControl::limit(const Clock& clock, std::size_t index, const Registers& registers,
                         std::chrono::microseconds duration) {
    const RelayCause cause = limiter_causes[index];
    if (!watches(cause)) return;
    Limiter& limiter = limiters_[index];
    const auto detail = static_cast<std::int64_t>(index);
    const auto finding = limiter.advance(registers, clock, duration);
    if (finding.threshold_changed) tell(EventKind::limiter_changed, clock, detail);
    if (finding.exceeded) {
        tell(EventKind::limiter_exceeded, clock, detail);
        if (limiter.when_over() == RelayScript::disconnect) begin(clock, cause);
    }
    if (finding.normal) {
        tell(EventKind::limiter_normal, clock, detail);
        end(clock, cause, limiter.when_under() == RelayScript::reconnect ? CauseEnd::by_itself : CauseEnd::by_hand);
    }
}

void RelayControl::note_without_mains(const RelayConditions& conditions) {
    conditions_ = conditions;
    if (conditions.tamper == tampers_seen_) return;
    const unsigned risen = conditions.tamper & ~unsigned{tampers_seen_};
    tampers_due_ = static_cast<std::uint8_t>(tampers_due_ | risen);
    tampers_seen_ = conditions.tamper;
    (void)keep_state();  // a failure is made good by the next advance
}

void RelayControl::heed_conditions(const Clock& clock) {
    if (conditions_.tamper != tampers_seen_ || tampers_due_ != 0) {
        const unsigned risen = (conditions_.tamper & ~unsigned{tampers_seen_}) | tampers_due_;
        tampers_seen_ = conditions_.tamper;
        tampers_due_ = 0;
        unkept_ = true;
        const unsigned opening = watches(RelayCause::tamper) ? risen & enabled_tampers_ : 0;
        if (opening != 0) {
            tamper_latch_ = static_cast<std::uint8_t>(tamper_latch_ | opening);
            begin(clock, RelayCause::tamper);
        }
    }
    if (watches(RelayCause::no_credit) && conditions_.credit_exhausted) {
        begin(clock, RelayCause::no_credit);
    } else {
        end(clock, RelayCause::no_credit, CauseEnd::by_itself);
    }
}

void RelayControl::clock_moved(const Clock& clock) {
    next_schedule_ = {};
    for (std::size_t i = 0; i < limiters; ++i) {
        const LimiterSettings settings = load_limiter_settings(model_, store_, i);
        change_limiter(clock, i, [&](Limiter& limiter) { limiter.plan_emergency(settings, clock); });
    }
}

// A clock that nobody has set says nothing about schedules. What passed without power, or was skipped by setting the
// clock, is made up: of each schedule its last execution. What the clock repeats is not, unless it goes back by more
// than a day.
void RelayControl::follow_schedules(const Clock& clock) {
    if (!clock.valid() || clock.now() < next_schedule_) return;
    const LocalTime local = local_of(clock, clock.now());
    const RelaySchedules schedules = load_relay_schedules(store_);
    if (followed_ == LocalTime{} || followed_ - local > days{1}) followed_ = local;
    std::array<std::optional<LocalTime>, relay_schedules> last;
    for (std::size_t i = 0; i < relay_schedules; ++i) {
        for (auto next = next_execution(schedules[i].schedule, followed_, local); next;
             next = next_execution(schedules[i].schedule, *next, local)) {
            last[i] = next;
        }
    }
    followed_ = std::max(followed_, local);
    // The earlier one first; of two at the same time the disconnection last, which then holds.
    const bool second_first =
        last[0] && last[1] &&
        (*last[1] < *last[0] || (*last[1] == *last[0] && schedules[0].script == RelayScript::disconnect));
    for (const std::size_t i : {second_first ? 1U : 0U, second_first ? 0U : 1U}) {
        if (last[i]) run_script(clock, RelayCause::schedule, schedules[i].script);
    }
    find_next_schedule(clock, schedules);
}

void RelayControl::find_next_schedule(const Clock& clock, const RelaySchedules& schedules) {
    const UtcTime now = clock.now();
    const LocalTime local = local_of(clock, now);
    const LocalTime midnight = floor<days>(local) + days{1};
    UtcTime next = end_of_deviation(clock, now, hours{1});
    for (const RelaySchedule& schedule : schedules) {
        if (const auto at = next_execution(schedule.schedule, local, midnight))
            next = std::min(next, now + (*at - local));
    }
    next_schedule_ = next;
}

void RelayControl::advance(const Clock& clock, const Registers& registers, std::chrono::microseconds duration) {
    const Interval& interval = registers.interval;
    supervise(clock, MonitorKind::overvoltage, interval, duration);
    supervise(clock, MonitorKind::overcurrent, interval, duration);
    for (std::size_t i = 0; i < limiters; ++i) limit(clock, i, registers, duration);
    follow_schedules(clock);
    heed_conditions(clock);
    const RelayOperations before = drive_.operations();
    if (drive_.advance(wants_closed(), contact_, current_flows(model_, interval), duration)) {
        tell(EventKind::disconnector_failed, clock, drive_.closed() ? 1 : 0);
    }
    if (unkept_ || drive_.operations() != before) (void)keep_state();  // what fails is tried again next time
}

}  // namespace blathy::meter
