#include "meter/meter.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/crc32.hpp"
#include "meter/changes.hpp"
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

// What the relay heeds of what others have found.
RelayConditions relay_conditions(Conditions now, const Account& account) {
    RelayConditions conditions;
    if (now.has(Condition::meter_cover)) conditions.tamper |= tamper_meter_cover;
    if (now.has(Condition::terminal_cover)) conditions.tamper |= tamper_terminal_cover;
    if (now.has(Condition::magnetic_field)) conditions.tamper |= tamper_magnetic_field;
    // An account that nobody ever paid into is not in use.
    conditions.credit_exhausted = account.receipt != 0 && account.available <= 0;
    return conditions;
}

template <class Value, class Read>
std::optional<Value> load_record(const Store& store, RecordId id, Read&& read_record) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(id, room);
    if (!content) return std::nullopt;
    return read_record(*content);
}

template <class Value>
bool keep_record(Store& store, RecordId id, const Value& value) {
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
      configuration_(
          load_record<Configuration>(store, RecordId::configuration, read_configuration_record).value_or(factory)),
      supervision_(model, store),
      recorder_(model, store, supervision_.settings().alarm_filters),
      accounting_(model, store, interval_, event_sink()),
      clock_(configuration_.clock, now.value_or(accounting_.saved_time().value_or(factory_time)), now.has_value()),
      crystal_(load_crystal_deviation(store)),
      relay_(model, store, event_sink()),
      modules_(model, store, event_sink()),
      active_pulses_(model.active_constant_per_kwh, energy().total.active_absolute()),
      reactive_pulses_(model.reactive_constant_per_kvarh, energy().total.reactive_absolute()),
      security_(store, identity.system_title(), ports, security_reporter_) {
    outbox_.restore(store);
    const std::uint32_t damaged = accounting_.damaged() + recorder_.damaged() + store.damaged_records();
    if (damaged != 0) tell(EventKind::storage_damaged, damaged);
    if (!clock_.valid()) tell(EventKind::clock_invalid);
    accounting_.resume(clock_);
    relay_.resume(clock_);
    note_birth_and_firmware();
    outbox_.reset(*this, PushSetup::power_down);
    if (recorder_.unacknowledged()) push_alarm();
}

EventHook Meter::event_sink() {
    return {[](void* meter, const Event& event) {
                Event told = event;
                static_cast<Meter*>(meter)->take(std::span(&told, 1));
            },
            this};
}

void Meter::note_birth_and_firmware() {
    const EventState state = recorder_.state();
    const std::uint32_t firmware = crc32(as_bytes(firmware_version));
    if (state.firmware == firmware && state.battery_since_s != 0) return;
    if (state.firmware != 0 && state.firmware != firmware) tell(EventKind::firmware_activated);
    const std::uint32_t now_s = seconds_of(clock_.now());
    // What a flash that fails now does not keep is noted at the next start.
    (void)recorder_.change([&](EventState& changed) {
        changed.firmware = firmware;
        if (changed.battery_since_s == 0) changed.battery_since_s = now_s;
    });
}

Pulses Meter::advance(const Interval& interval) {
    const std::chrono::microseconds duration = elapsed(std::chrono::microseconds{interval.duration_us});
    if (!powered_) mains_returned();
    interval_ = interval;
    // Up to each boundary of time on its own: what is measured across one is divided as the time is.
    Interval rest = interval;
    rest.duration_us = static_cast<std::uint32_t>(duration.count());
    for (auto left = clock_.until(accounting_.boundary()); left <= std::chrono::microseconds{rest.duration_us};
         left = clock_.until(accounting_.boundary())) {
        const auto first_us = static_cast<std::uint32_t>(std::max<std::int64_t>(left.count(), 0));
        accounting_.add(take_first(rest, first_us));
        clock_.advance(std::chrono::microseconds{first_us});
        accounting_.reach_boundary(clock_);
    }
    accounting_.add(rest);
    clock_.advance(std::chrono::microseconds{rest.duration_us});
    follow(supervision_.advance(interval, recorder_.now(), clock_.now()));
    relay_.set_conditions(relay_conditions(recorder_.now(), accounting_.ledger().account));
    relay_.advance(clock_, registers(), duration);
    modules_.advance(clock_, duration);
    display_.advance(duration, measurements());
    pass(duration);
    unsaved_ += duration;
    if (unsaved_ >= save_period) {
        // A flash that fails now is tried again with the next Interval; the registers go on.
        if (save()) unsaved_ = {};
    }
    return {active_pulses_.advance(energy().total.active_absolute(), interval.duration_us),
            reactive_pulses_.advance(energy().total.reactive_absolute(), interval.duration_us)};
}

void Meter::SecurityReporter::report(security::SecurityEvent event, Role role) {
    meter_.tell(kind_of(event), static_cast<std::int64_t>(role));
}

security::Surroundings Meter::secured() {
    using std::chrono::floor, std::chrono::seconds;
    return security_.around(clock_.valid() ? std::optional(floor<seconds>(clock_.now()).time_since_epoch().count())
                                           : std::nullopt);
}

bool Meter::save() {
    // Without mains nothing has changed since they were lost, and it is that time that counts.
    return !powered_ || accounting_.save(clock_);
}

void Meter::pass(std::chrono::microseconds duration) {
    outbox_.advance(duration);
    const bool told = recorder_.advance(duration, clock_.now(), clock_.valid());
    constexpr std::chrono::microseconds repetition = alarm_repetition;
    since_alarm_us_ =
        static_cast<std::uint32_t>(std::min<std::int64_t>(since_alarm_us_ + duration.count(), repetition.count()));
    const bool again = recorder_.unacknowledged() && since_alarm_us_ == repetition.count();
    if (told || again) push_alarm();
}

void Meter::push_alarm() {
    since_alarm_us_ = 0;
    (void)outbox_.push(*this, PushSetup::alarm);
}

void Meter::follow(Findings&& findings) {
    take(std::span(findings.items).first(findings.count));
}

void Meter::tell(EventKind kind, std::int64_t detail, std::uint32_t magnitude) {
    Event event{kind, clock_.now(), detail, magnitude};
    take(std::span(&event, 1));
}

void Meter::take(std::span<Event> events) {
    if (events.empty()) return;
    const Event& first = events.front();
    if (first.kind == EventKind::clock_set) {
        Event left{EventKind::clock_left, first.time - std::chrono::milliseconds{first.detail}};
        take(std::span(&left, 1));
    }
    const bool power_returns = first.kind == EventKind::power_up;
    const EventState before = power_returns ? recorder_.state() : EventState{};
    if (recorder_.record(events, clock_.valid())) push_alarm();
    note_changes(events);
    for (const Event& event : events) hook_(event);
    if (power_returns) {
        const auto failed = first.time - std::chrono::seconds{first.detail};
        follow(supervision_.power_returns(before, seconds_of(failed), first.time));
    }
}

void Meter::note_changes(std::span<const Event> events) {
    const auto is_change = [](const Event& event) { return Changes{}.note(event); };
    if (std::ranges::none_of(events, is_change)) return;
    Changes changes = load_changes(store_);
    for (const Event& event : events) (void)changes.note(event);
    // A flash that fails now loses this mark; the event has its row.
    (void)keep(store_, changes);
}

void Meter::take(const VoltageEvent& voltage) {
    if (voltage.phases == 0) return;
    EventKind kind = EventKind::voltage_dip;
    if (voltage.kind == VoltageEventKind::swell) kind = EventKind::voltage_swell;
    if (voltage.kind == VoltageEventKind::interruption) kind = EventKind::voltage_interruption;
    Event event{kind, clock_.now(), std::countr_zero(voltage.phases) + 1, (voltage.extreme_mv + 50) / 100};
    constexpr std::uint64_t hundredth_us = 10'000;
    event.duration_cs =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(voltage.duration_us / hundredth_us, 0xFFFF'FFFF));
    take(std::span(&event, 1));
}

bool Meter::mains_lost() {
    if (!powered_) return true;
    if (recorder_.end_minute(clock_.now(), clock_.valid())) push_alarm();
    (void)recorder_.change([&](EventState& state) { state.failing_since_s = supervision_.power_goes(clock_.now()); });
    tell(EventKind::power_down);
    const bool saved = save();
    powered_ = false;
    interval_ = {};
    if (model_.ports.last_gasp) (void)outbox_.push(*this, PushSetup::power_down);
    return saved;
}

std::chrono::microseconds Meter::elapsed(std::chrono::microseconds counted) {
    return crystal_.elapsed(counted, supervision_.inputs().temperature_tenths);
}

void Meter::advance_on_battery(std::chrono::microseconds counted) {
    if (powered_) (void)mains_lost();
    const std::chrono::microseconds duration = elapsed(counted);
    clock_.advance(duration);
    follow(supervision_.advance(duration, recorder_.now(), clock_.now()));
    pass(duration);
}

void Meter::mains_returned() {
    if (powered_) return;
    powered_ = true;
    outbox_.reset(*this, PushSetup::power_down);
    accounting_.resume(clock_);
}

bool Meter::can_send() const {
    return powered_ || (model_.ports.last_gasp && supervision_.inputs().supercapacitor_mv >= supercapacitor_empty_mv);
}

bool Meter::clear_event_log(EventLogId id) {
    if (!recorder_.clear(id, clock_.now(), clock_.valid())) return false;
    hook_({EventKind::log_cleared, clock_.now(), static_cast<std::int64_t>(id)});
    return true;
}

bool Meter::clear_alarms(std::size_t index, std::uint32_t keep) {
    const LastingBits lasting = lasting_bits(model_.companion, recorder_.now(), clock_.valid());
    if (!recorder_.clear_alarms(index, keep, lasting.alarms[index])) return false;
    tell(EventKind::alarm_cleared);
    return true;
}

bool Meter::acknowledge_alarms(std::size_t index, std::uint32_t keep) {
    if (!recorder_.acknowledge(index, keep)) return false;
    if (!recorder_.unacknowledged()) outbox_.reset(*this, PushSetup::alarm);
    return true;
}

bool Meter::clear_errors(std::uint32_t keep) {
    const LastingBits lasting = lasting_bits(model_.companion, recorder_.now(), clock_.valid());
    if (!recorder_.clear_errors(keep, lasting.errors)) return false;
    tell(EventKind::error_cleared);
    return true;
}

bool Meter::supervise(const SupervisionSettings& settings) {
    if (!recorder_.set_filters(settings.alarm_filters) || !supervision_.configure(store_, settings)) {
        (void)recorder_.set_filters(supervision_.settings().alarm_filters);
        return false;
    }
    tell(EventKind::configuration_changed);
    return true;
}

Lcd Meter::lcd() const {
    Lcd lcd = display_.render(measurements(), clock_.local_now());
    if (!display_.item()) return lcd;  // all segments are tested
    const Conditions now = recorder_.now();
    lcd.set(Annunciator::alarm, alarm_led());
    lcd.set(Annunciator::cover_open, now.any_of(cover_conditions));
    lcd.set(Annunciator::magnetic_field, now.has(Condition::magnetic_field));
    lcd.set(Annunciator::battery_low, now.has(Condition::battery_low));
    return lcd;
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
    const auto preset = load_preset_time(store_);
    if (!preset || clock_.now() < preset->valid_from || clock_.now() > preset->valid_to) return false;
    if (!forget_preset_time(store_)) return false;
    set_clock(preset->time);
    return true;
}

bool Meter::calibrate_crystal(std::int32_t deviation_ppb) {
    if (!keep_crystal_deviation(store_, deviation_ppb)) return false;
    crystal_ = Crystal(deviation_ppb);
    tell(EventKind::configuration_changed);
    return true;
}

bool Meter::configure(const Configuration& configuration) {
    if (!keep_record(store_, RecordId::configuration, configuration)) return false;
    configuration_ = configuration;
    clock_.configure(configuration.clock);
    accounting_.clock_rules_changed(clock_);
    relay_.clock_moved(clock_);
    tell(EventKind::configuration_changed);
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
