#include "meter/meter.hpp"

#include <algorithm>
#include <array>

#include "meter/cosem/dictionary.hpp"
#include "meter/storage/records.hpp"

namespace blathy::meter {
namespace {

// 1 January 2026: where the clock of a new meter stands whose clock chip knows nothing.
constexpr UtcTime factory_time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

EventKind kind_of(security::SecurityEvent event) {
    using security::SecurityEvent;
    switch (event) {
        case SecurityEvent::wrong_password:
            return EventKind::wrong_password;
        case SecurityEvent::keys_changed:
            return EventKind::keys_changed;
        case SecurityEvent::deciphering_failed:
            return EventKind::deciphering_failed;
        case SecurityEvent::replay:
            return EventKind::replay;
        case SecurityEvent::weak_protection:
            return EventKind::weak_protection;
        case SecurityEvent::counter_alarm:
            return EventKind::counter_alarm;
        case SecurityEvent::counter_end:
            return EventKind::counter_end;
        case SecurityEvent::storage_failed:
            break;
    }
    return EventKind::storage_damaged;
}

template <class Value, class Read>
std::optional<Value> load(const Store& store, RecordId id, Read&& read_record) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(id, room);
    if (!content) return std::nullopt;
    return read_record(*content);
}

template <class Value>
bool keep(Store& store, RecordId id, const Value& value) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    write_record(out, value);
    return out.ok() && store.write(id, out.written());
}

}  // namespace

Meter::Meter(const Model& model, const Identity& identity, const Configuration& factory, Store& store,
             std::optional<UtcTime> now, const EventHook& hook, const security::SecurityPorts& ports)
    : model_(model),
      dictionary_(dictionary_of(model)),
      identity_(identity),
      store_(store),
      hook_(hook),
      security_(store, identity.system_title(), ports, security_reporter_),
      configuration_(load<Configuration>(store, RecordId::configuration, read_configuration_record).value_or(factory)),
      accounting_(model, store, interval_, hook),
      clock_(configuration_.clock, now.value_or(accounting_.saved_time().value_or(factory_time)), now.has_value()),
      relay_(model, store, hook),
      modules_(model, store, hook),
      active_pulses_(model.active_constant_per_kwh, energy().total.active_absolute()),
      reactive_pulses_(model.reactive_constant_per_kvarh, energy().total.reactive_absolute()) {
    outbox_.restore(store);
    accounting_.resume(clock_);
    relay_.resume(clock_);
}

Pulses Meter::advance(const Interval& interval) {
    const std::chrono::microseconds duration{interval.duration_us};
    interval_ = interval;
    // Up to each boundary of time on its own: what is measured across one is divided as the time is.
    Interval rest = interval;
    for (auto left = clock_.until(accounting_.boundary()); left <= std::chrono::microseconds{rest.duration_us};
         left = clock_.until(accounting_.boundary())) {
        const auto first_us = static_cast<std::uint32_t>(std::max<std::int64_t>(left.count(), 0));
        accounting_.add(take_first(rest, first_us));
        clock_.advance(std::chrono::microseconds{first_us});
        accounting_.reach_boundary(clock_);
    }
    accounting_.add(rest);
    clock_.advance(std::chrono::microseconds{rest.duration_us});
    relay_.advance(clock_, registers(), duration);
    modules_.advance(clock_, duration);
    display_.advance(duration, measurements());
    outbox_.advance(duration);
    uptime_ += duration;
    unsaved_ += duration;
    if (unsaved_ >= save_period) {
        // A flash that fails now is tried again with the next Interval; the registers go on.
        if (save()) unsaved_ = {};
    }
    return {active_pulses_.advance(energy().total.active_absolute(), interval.duration_us),
            reactive_pulses_.advance(energy().total.reactive_absolute(), interval.duration_us)};
}

void Meter::SecurityReporter::report(security::SecurityEvent event, Role role) {
    meter_.hook_({kind_of(event), meter_.clock_.now(), static_cast<std::int64_t>(role)});
}

bool Meter::save() {
    return accounting_.save(clock_);
}

void Meter::set_clock(UtcTime now) {
    move_clock(now, true);
}

void Meter::adjust_clock(UtcTime now) {
    move_clock(now, clock_.valid());
}

void Meter::move_clock(UtcTime now, bool becomes_valid) {
    const UtcTime from = clock_.now();
    const bool closed = accounting_.clock_will_move(clock_, now, becomes_valid);
    becomes_valid ? clock_.set(now) : clock_.adjust(now);
    accounting_.clock_moved(clock_, from, closed);
    relay_.clock_moved(clock_);
    // A failure is made good by the next regular save.
    unsaved_ = save() ? std::chrono::microseconds{0} : save_period;
}

bool Meter::adjust_to_preset_time() {
    if (!preset_time_ || clock_.now() < preset_time_->valid_from || clock_.now() > preset_time_->valid_to) return false;
    set_clock(preset_time_->time);
    preset_time_.reset();
    return true;
}

bool Meter::configure(const Configuration& configuration) {
    if (!keep(store_, RecordId::configuration, configuration)) return false;
    configuration_ = configuration;
    clock_.configure(configuration.clock);
    accounting_.clock_rules_changed(clock_);
    relay_.clock_moved(clock_);
    return true;
}

bool Meter::set_up(HdlcLine line, const HdlcSetup& setup) {
    if (!keep_hdlc_setup(store_, line, setup)) return false;
    ++port_setup_changes_;
    return true;
}

bool Meter::set_up(const LocalPortSetup& setup) {
    if (!keep_local_port_setup(store_, setup)) return false;
    ++port_setup_changes_;
    return true;
}

}  // namespace blathy::meter
