#include "meter/meter.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/crc32.hpp"
#include "base/fixed_list.hpp"
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
        case SecurityEvent::policy_raised:
            return EventKind::configuration_changed;
        case SecurityEvent::certificates_changed:
            return EventKind::certificates_changed;
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
    conditions.neutral_missing = now.has(Condition::neutral);
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
      supervision_(model, store),
      recorder_(model, store, supervision_.settings().alarm_filters),
      accounting_(model, store, interval_, event_sink()),
      clock_(
          load_record<Configuration>(store, RecordId::configuration, read_configuration_record).value_or(factory).clock,
          now.value_or(accounting_.saved_time().value_or(factory_time)), now.has_value()),
      crystal_(load_crystal_deviation(store)),
      relay_(model, store, event_sink()),
      modules_(model, store, event_sink()),
      active_pulses_(model.active_constant_per_kwh, energy().total.active_absolute()),
      reactive_pulses_(model.reactive_constant_per_kvarh, energy().total.reactive_absolute()),
      display_(model, store),
      security_(store, identity.system_title(), ports, security_reporter_) {
    store_.complete_copies();
    outbox_.restore(store);
    damages_ = accounting_.damaged() + store.damaged_records();
    const std::uint32_t damaged = damages_ + recorder_.damaged();
    if (damaged != 0) tell(EventKind::storage_damaged, damaged);
    if (!clock_.valid()) tell(EventKind::clock_invalid);
    relay_.resume(clock_);
    accounting_.connect(calendar_scripts());
    accounting_.resume(clock_);
    if (!outbox_.empty()) (void)modules_.connect(clock_);
    note_birth_and_firmware();
    outbox_.reset(*this, PushSetup::power_down);
    look_after_storage();
    if (recorder_.unacknowledged()) push_alarm();
}

EventHook Meter::event_sink() {
    return {[](void* meter, const Event& event) {
                Event told = event;
                static_cast<Meter*>(meter)->take(std::span(&told, 1));
            },
            this};
}

// A day profile moves the relay where the tariff table does (SM120B2); tariffs it selects itself.
ScriptRunner Meter::calendar_scripts() {
    return {[](void* meter, const dlms::Obis& table, std::uint16_t selector) {
                if (table != relay_scripts_name) return;
                Meter& of = *static_cast<Meter*>(meter);
                of.relay_.run_script(of.clock_, RelayCause::tariff, static_cast<RelayScript>(selector));
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
    if (!calibration_checked_) look_after_calibration();
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
    modules_.advance(clock_, duration, ModuleBay::Supply::mains);
    display_.advance(duration, readings());
    pass(duration);
    unsaved_ += duration;
    if (unsaved_ >= save_period) {
        // A flash that fails now is tried again with the next Interval; the registers go on.
        if (save()) unsaved_ = {};
        calibration_checked_ = false;
        look_after_storage();
    }
    return give_pulses(interval.duration_us);
}

Pulses Meter::give_pulses(std::uint32_t duration_us) {
    const std::uint64_t active_mj = energy().total.active_absolute();
    const std::uint64_t reactive_mj = energy().total.reactive_absolute();
    active_contact_.advance(model_.output_constant, active_pulses_.register_mj(), active_mj, duration_us);
    reactive_contact_.advance(model_.output_constant, reactive_pulses_.register_mj(), reactive_mj, duration_us);
    return {active_pulses_.advance(active_mj, duration_us), reactive_pulses_.advance(reactive_mj, duration_us),
            active_contact_.closings_us(), reactive_contact_.closings_us()};
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
    if (recorder_.record(events, clock_.valid())) {
        if (powered_) display_.sound(sound_alarm);
        push_alarm();
    }
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

// Each phase of a dip or a swell has its row with its own extreme; the duration is that of the whole event.
void Meter::take(const VoltageEvent& voltage) {
    constexpr std::uint64_t hundredth_us = 10'000;
    const auto event_of = [&](EventKind kind, std::size_t phase, std::uint32_t extreme_mv) {
        Event event{kind, clock_.now(), static_cast<std::int64_t>(phase), (extreme_mv + 50) / 100};
        event.duration_cs =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(voltage.duration_us / hundredth_us, 0xFFFF'FFFF));
        return event;
    };
    FixedList<Event, max_phases> events;
    if (voltage.kind == VoltageEventKind::interruption) {
        if (voltage.phases != 0) (void)events.add(event_of(EventKind::voltage_interruption, 0, voltage.extreme_mv()));
    } else {
        const EventKind kind =
            voltage.kind == VoltageEventKind::swell ? EventKind::voltage_swell : EventKind::voltage_dip;
        for (std::size_t k = 0; k < max_phases; ++k) {
            if (voltage.concerns(k)) (void)events.add(event_of(kind, k + 1, voltage.extremes_mv[k]));
        }
    }
    take(std::span(events.items).first(events.count));
}

bool Meter::mains_lost() {
    if (!powered_) return true;
    if (recorder_.end_minute(clock_.now(), clock_.valid())) push_alarm();
    (void)recorder_.change([&](EventState& state) { state.failing_since_s = supervision_.power_goes(clock_.now()); });
    tell(EventKind::power_down);
    const bool saved = save();
    powered_ = false;
    interval_ = {};
    display_.set_supply(display_supply());
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
    relay_.note_without_mains(relay_conditions(recorder_.now(), accounting_.ledger().account));
    modules_.advance(clock_, duration, ModuleBay::Supply::battery);
    awake_left_us_ -= static_cast<std::uint32_t>(std::min<std::int64_t>(duration.count(), awake_left_us_));
    display_.advance(duration, readings());
    pass(duration);
}

void Meter::clock_stopped() {
    clock_ = Clock(clock_.settings(), clock_.now(), false);
    tell(EventKind::clock_invalid);
}

void Meter::mains_returned() {
    if (powered_) return;
    powered_ = true;
    awake_left_us_ = 0;
    display_.set_supply(display_supply());
    outbox_.reset(*this, PushSetup::power_down);
    accounting_.resume(clock_);
}

void Meter::press_display_button() {
    wake();
    display_.press(readings());
}

void Meter::push_display_button(bool down) {
    if (down) wake();
    display_.push_button(down, readings());
}

void Meter::wake() {
    const Inputs& inputs = supervision_.inputs();
    const bool has_energy = inputs.battery_present || inputs.supercapacitor_mv >= supercapacitor_empty_mv;
    if (!powered_ && has_energy) {
        awake_left_us_ = static_cast<std::uint32_t>(std::chrono::microseconds{awake_time}.count());
    }
}

void Meter::set_inputs(const Inputs& inputs) {
    supervision_.set_inputs(inputs);
    display_.set_supply(display_supply());
}

DisplaySupply Meter::display_supply() const {
    if (powered_) return DisplaySupply::mains;
    const Inputs& inputs = supervision_.inputs();
    const bool feeds = inputs.battery_present && inputs.battery_mv >= display_battery_mv;
    return feeds ? DisplaySupply::battery : DisplaySupply::none;
}

void Meter::look_after_calibration() {
    calibration_checked_ = true;
    if (calibration_ == nullptr) return;
    const auto found = calibration_->read();
    const bool lost = !found;
    const bool damaged = calibration_->damaged();
    if (damaged && !calibration_damaged_) tell(EventKind::storage_damaged, 1);
    if (lost && !calibration_lost_) tell(EventKind::measurement_fault);
    calibration_damaged_ = damaged;
    calibration_lost_ = lost;
    if (found && calibration_->sealed()) look_after_seal(found->check);
}

// Of a meter that was delivered, other constants under a seal are another chip's: nothing here could write them.
void Meter::look_after_seal(std::uint32_t check) {
    const std::uint32_t known = recorder_.state().calibration;
    if (known == check) return;
    if (known == EventState::in_factory) return begin_life(check);
    if (known != EventState::calibration_unknown) tell(EventKind::configuration_changed);
    (void)recorder_.change([&](EventState& state) { state.calibration = check; });
}

// With a flash that fails now it is tried again at the next look.
void Meter::begin_life(std::uint32_t check) {
    if (!recorder_.begin_life(check, lasting_bits())) return;
    (void)keep(store_, Changes{});
    outbox_.reset(*this, PushSetup::alarm);
    (void)display_.take_sounds();
}

// What reading has found out about the flash since this was asked last, and of which records nothing is left. The
// registers are told as the record that holds the energy, though they are in the journal.
void Meter::look_after_storage() {
    const std::uint32_t damaged = accounting_.damaged() + store_.damaged_records();
    if (damaged > damages_) tell(EventKind::storage_damaged, damaged - damages_);
    damages_ = damaged;
    RecordSet lost = store_.lost_records();
    if (accounting_.lost_registers()) lost |= RecordSet{1} << static_cast<unsigned>(RecordId::energy);
    for (RecordSet untold = lost & ~lost_records_; untold != 0; untold &= untold - 1) {
        tell(EventKind::record_lost, std::countr_zero(untold));
    }
    lost_records_ = lost;
}

bool Meter::calibrate(const Calibration& calibration) {
    if (calibration_ == nullptr || !calibration_->write(calibration, seconds_of(clock_.now()))) return false;
    ++calibrations_;
    tell(EventKind::configuration_changed);
    look_after_calibration();
    return true;
}

bool Meter::seal_calibration() {
    if (calibration_ == nullptr || calibration_->sealed() || !calibration_->seal()) return false;
    look_after_calibration();
    return true;
}

bool Meter::set_transformer_ratios(const TransformerRatios& ratios) {
    if (!ratios.is_valid() || !keep(store_, ratios)) return false;
    tell(EventKind::configuration_changed);
    return true;
}

Readings Meter::readings() const {
    return {accounting_.registers(), store_, spectra_now(), identity_.serial_number_value(), recorder_.errors()};
}

DisplayFault Meter::note(DisplayFault fault) {
    display_fault_ = fault;
    if (fault == DisplayFault::none) tell(EventKind::configuration_changed);
    return fault;
}

DisplayFault Meter::set_up_display(const DisplaySettings& settings) {
    return note(display_.configure(store_, settings));
}

DisplayFault Meter::set_display_list(DisplayList list, std::span<const CaptureObject> objects) {
    return note(set_display_items(list, objects));
}

DisplayFault Meter::set_display_items(DisplayList list, std::span<const CaptureObject> objects) {
    constexpr std::int8_t value = 2;
    DisplayItems items;
    for (const auto& [attribute, data_index] : objects) {
        const Object* object = dictionary_.find(attribute.instance);
        const bool known = object != nullptr && object->interface_class->id == attribute.class_id &&
                           attribute.attribute == value && data_index == 0;
        if (!known) return DisplayFault::unknown_object;
        if (!Display::can_show(readings(), attribute.instance)) return DisplayFault::not_shown;
        if (!items.add(attribute.instance)) return DisplayFault::too_many_items;
    }
    return display_.set_items(store_, list, items, readings());
}

bool Meter::press_reset_button() {
    if (!powered_) return false;
    const bool done = accounting_.bill(clock_, Billing::monthly);
    display_.confirm(done);
    return done;
}

void Meter::charge(std::uint64_t amount) {
    const Account& account = accounting_.ledger().account;
    const bool had_credit = account.receipt != 0 && account.available > 0;
    accounting_.charge(amount);
    if (had_credit && account.available <= 0) tell(EventKind::credit_exhausted);
}

CreditLed Meter::credit_led() const {
    const bool has_one = model_.functions.prepayment && powered_;
    return has_one ? meter::credit_led(accounting_.ledger().account) : CreditLed::off;
}

bool Meter::can_send() const {
    return powered_ || (model_.ports.last_gasp && supervision_.inputs().supercapacitor_mv >= supercapacitor_empty_mv);
}

bool Meter::clear_event_log(EventLogId id) {
    if (!recorder_.clear(id, clock_.now(), clock_.valid())) return false;
    hook_({EventKind::log_cleared, clock_.now(), static_cast<std::int64_t>(id)});
    return true;
}

LastingBits Meter::lasting_bits() const {
    return meter::lasting_bits(model_.companion, recorder_.now(), clock_.valid(),
                               supervision_.measures_wrong() || calibration_lost_);
}

bool Meter::clear_alarms(std::size_t index, std::uint32_t keep) {
    const LastingBits lasting = lasting_bits();
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
    const LastingBits lasting = lasting_bits();
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
    Lcd lcd = display_.render(readings(), clock_.local_now());
    if (display_.testing() || display_.dark()) return lcd;
    const Conditions now = recorder_.now();
    constexpr std::array tariffs = {Annunciator::tariff_1, Annunciator::tariff_2, Annunciator::tariff_3,
                                    Annunciator::tariff_4};
    const std::size_t tariff = accounting_.tariff();
    if (tariff >= 1 && tariff <= tariffs.size()) lcd.set(tariffs[tariff - 1]);
    lcd.set(Annunciator::relay_open, !relay_.drive().closed());
    lcd.set(Annunciator::alarm, alarming());
    lcd.set(Annunciator::cover_open, now.any_of(cover_conditions));
    lcd.set(Annunciator::magnetic_field, now.has(Condition::magnetic_field));
    lcd.set(Annunciator::battery_low, now.has(Condition::battery_low));
    for (std::size_t slot = 0; slot < communication_slots; ++slot) {
        if (!modules_.carries(slot)) continue;
        lcd.set(Annunciator::communication);
        if (needs_network(modules_.module(slot)->kind())) lcd.set(Annunciator::signal);
    }
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
