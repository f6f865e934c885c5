// Meter: everything between an Interval and what a client, the display and the pulse outputs show of it.
//
// Plain state and pure steps. Nothing happens but by a call, and every call says what it needs; so a fleet, a desk
// meter and a microcontroller run the very same code, and a life can be replayed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "meter/billing/accounting.hpp"
#include "meter/clock/clock.hpp"
#include "meter/clock/crystal.hpp"
#include "meter/clock/preset_time.hpp"
#include "meter/configuration.hpp"
#include "meter/cosem/object.hpp"
#include "meter/display/display.hpp"
#include "meter/display/leds.hpp"
#include "meter/energy/energy.hpp"
#include "meter/energy/pulse_contact.hpp"
#include "meter/energy/pulse_output.hpp"
#include "meter/event/event_recorder.hpp"
#include "meter/identity.hpp"
#include "meter/interval.hpp"
#include "meter/local_port/port_setup.hpp"
#include "meter/metrology/calibration_memory.hpp"
#include "meter/metrology/harmonics.hpp"
#include "meter/metrology/transformer_ratios.hpp"
#include "meter/metrology/voltage_events.hpp"
#include "meter/model.hpp"
#include "meter/module/module_bay.hpp"
#include "meter/push/outbox.hpp"
#include "meter/quantity/quantity.hpp"
#include "meter/relay/relay_control.hpp"
#include "meter/security/meter_security.hpp"
#include "meter/storage/store.hpp"
#include "meter/supervision/supervision.hpp"

namespace blathy::meter {

// Instants of pulses in the last Interval, in microseconds after its beginning: of the LEDs, and when the electrical
// outputs close. Valid until the next one.
struct Pulses {
    std::span<const std::uint32_t> active_us;
    std::span<const std::uint32_t> reactive_us;
    std::span<const std::uint32_t> active_output_us;
    std::span<const std::uint32_t> reactive_output_us;
};

class Meter {
  public:
    // At most so much meter time is lost when the process or the power ends without notice.
    static constexpr std::chrono::seconds save_period{60};

    // Takes up what the flash of `store` holds, which must be a shared one to keep registers and profiles; a new meter
    // begins at zero with `factory` settings. `now` is what the clock chip says, none if its battery is empty: then the
    // clock goes on from the last saved time, and says that it is invalid. `hook` is told what happens, once it is
    // recorded. Without security's ports nobody but the public client is served.
    Meter(const Model& model, const Identity& identity, const Configuration& factory, Store& store,
          std::optional<UtcTime> now, const EventHook& hook = {}, const security::SecurityPorts& ports = {});
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

    // Time passes as the Interval says, with what was measured in it. Its duration is the crystal's, and what that is
    // off is put right here.
    Pulses advance(const Interval& interval);

    // The electrical pulse outputs, so long after the beginning of the last Interval. Without mains they are open.
    [[nodiscard]] bool active_output_closed(std::uint32_t at_us) const {
        return powered_ && active_contact_.closed(at_us);
    }
    [[nodiscard]] bool reactive_output_closed(std::uint32_t at_us) const {
        return powered_ && reactive_contact_.closed(at_us);
    }

    // Somebody changed a setting, or the process ends: everything becomes durable. False if the flash failed.
    bool save();

    // The supply sees no mains any more, and there is energy for a little while: everything becomes durable, and the
    // last gasp waits in the outbox of a model that has one. From now on the clock and the inputs go on by
    // advance_on_battery(). Without the notice no more is lost than save_period says. False: the flash failed.
    bool mains_lost();
    void advance_on_battery(std::chrono::microseconds counted);
    // Neither battery nor supercapacitor has kept the clock meanwhile: nobody knows the time.
    void clock_stopped();
    // Makes up for what was due meanwhile, as a meter does that is made anew.
    void mains_returned();
    [[nodiscard]] bool powered() const { return powered_; }
    // Its modems have energy: from the mains, or from what is left in the supercapacitor for the last gasp.
    [[nodiscard]] bool can_send() const;

    // Covers, magnetic field, battery: as they are from now on.
    void set_inputs(const Inputs& inputs);
    // A dip, a swell or an interruption that has ended (IEC 61000-4-30), from the metrology.
    void take(const VoltageEvent& event);

    // Something happens, now by the meter's clock: it is recorded, then told to the owner.
    void tell(EventKind kind, std::int64_t detail = 0, std::uint32_t magnitude = 0);
    // As the object says that it is cleared, see alarms.hpp. False: the flash failed.
    [[nodiscard]] bool clear_event_log(EventLogId id);
    [[nodiscard]] bool clear_alarms(std::size_t index, std::uint32_t keep);
    [[nodiscard]] bool acknowledge_alarms(std::size_t index, std::uint32_t keep);
    [[nodiscard]] bool clear_errors(std::uint32_t keep);
    // False: not in order, or the flash failed. Then they are not in force.
    [[nodiscard]] bool supervise(const SupervisionSettings& settings);
    // A tamper or a measurement fault lasts or an alarm is not acknowledged: the annunciator. The LED is lit with it
    // while there are mains.
    [[nodiscard]] bool alarming() const {
        return recorder_.unacknowledged() || recorder_.now().any_of(tamper_conditions) || measurement_fault();
    }
    [[nodiscard]] bool alarm_led() const { return powered_ && alarming(); }

    // Somebody may read it at its optical port: with mains always, without for so long after the display button was
    // pressed, if there is a battery.
    static constexpr std::chrono::minutes awake_time{2};
    [[nodiscard]] bool awake() const { return powered_ || awake_left_us_ > 0; }
    // Of who makes the Intervals from samples, and has to live as long. A meter that lives of a load model has none,
    // and no memory for any.
    void connect(const Spectra& spectra) { spectra_ = &spectra; }

    // The constants of its front end, looked after from the next Interval on: what is wrong with them is an event, and
    // without any that are valid the measurement fault stands. A meter that lives of a load model has none.
    void connect(CalibrationMemory& calibration) { calibration_ = &calibration; }
    [[nodiscard]] const CalibrationMemory* calibration() const { return calibration_; }
    // Only in factory state. False: it is sealed, the constants are not valid, or the flash failed.
    [[nodiscard]] bool calibrate(const Calibration& calibration);
    // The meter leaves the factory: what has happened there is in no log, counter or alarm from now on. That is so
    // once; of a meter that has left it already, another sealed calibration is an event. False as above.
    [[nodiscard]] bool seal_calibration();
    // Grows with every calibration, for the owner of the metrology to take the new constants up.
    [[nodiscard]] std::uint8_t calibrations() const { return calibrations_; }
    // There are no valid constants.
    [[nodiscard]] bool measurement_fault() const { return calibration_lost_; }

    // One to one until somebody says otherwise. False: not in order, or the flash failed. Then they are not in force.
    [[nodiscard]] TransformerRatios transformer_ratios() const { return load_transformer_ratios(store_); }
    [[nodiscard]] bool set_transformer_ratios(const TransformerRatios& ratios);

    // The display button, for a moment, or down and later up.
    void press_display_button();
    void push_display_button(bool down);
    [[nodiscard]] const Display& display() const { return display_; }
    // Durable and in force if there is no fault. Objects are those of its own dictionary.
    [[nodiscard]] DisplayFault set_up_display(const DisplaySettings& settings);
    [[nodiscard]] DisplayFault set_display_list(DisplayList list, std::span<const CaptureObject> objects);
    // Of what was written last.
    [[nodiscard]] DisplayFault display_fault() const { return display_fault_; }
    // What the beeper is to play since this was last asked; Sound.
    std::uint8_t take_sounds() { return display_.take_sounds(); }
    [[nodiscard]] CreditLed credit_led() const;
    void set_clock(UtcTime now);
    // As above, but it does not make a clock valid whose time nobody knows.
    void adjust_clock(UtcTime now);
    // A time to be set at once when adjust_to_preset_time() comes within the given period (IC 8, methods 4 and 5),
    // once, whatever the power does meanwhile. False: the flash failed.
    [[nodiscard]] bool preset_time(const PresetTime& preset) { return keep(store_, preset); }
    // False: there is none, it is not its time, or the flash failed.
    bool adjust_to_preset_time();
    // The factory has measured it. False: the flash failed, and the one before is in force.
    [[nodiscard]] bool calibrate_crystal(std::int32_t deviation_ppb);
    [[nodiscard]] const Crystal& crystal() const { return crystal_; }
    // The sealed button: ends the billing period, as a script or the schedule does, and the display says whether it
    // could. True once it is durable; false without mains.
    bool press_reset_button();
    // What a client changes or calls of tariffs, demands, profiles and bills: a function of the Accounting whose first
    // argument is the clock.
    template <class... Parameters, class... Arguments>
    auto account(auto(Accounting::*step)(const Clock&, Parameters...), Arguments&&... arguments) {
        return (accounting_.*step)(clock_, std::forward<Arguments>(arguments)...);
    }
    // Consumption takes so much from the account (Account).
    void charge(std::uint64_t amount);
    // False if it could not be made durable; then it is not in force either.
    bool configure(const Configuration& configuration);
    // The same of the serial ports, which take up what has changed when they see that something has.
    bool set_up(HdlcLine line, const HdlcSetup& setup);
    bool set_up(const LocalPortSetup& setup);
    [[nodiscard]] std::uint8_t port_setup_changes() const { return port_setup_changes_; }

    [[nodiscard]] Outbox& outbox() { return outbox_; }
    [[nodiscard]] security::MeterSecurity& security() { return security_; }
    [[nodiscard]] const security::MeterSecurity& security() const { return security_; }
    // Security as it is now.
    [[nodiscard]] security::Surroundings secured();
    // Seconds that were lived since the start: they never go back.
    [[nodiscard]] std::uint32_t uptime_s() const { return outbox_.uptime_s(); }
    [[nodiscard]] RelayControl& relay() { return relay_; }
    [[nodiscard]] const RelayControl& relay() const { return relay_; }
    [[nodiscard]] ModuleBay& modules() { return modules_; }
    [[nodiscard]] const ModuleBay& modules() const { return modules_; }
    [[nodiscard]] Store& store() { return store_; }
    [[nodiscard]] const Store& store() const { return store_; }

    [[nodiscard]] const Model& model() const { return model_; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    [[nodiscard]] const Dictionary& dictionary() const { return dictionary_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] Configuration configuration() const { return {clock_.settings()}; }
    [[nodiscard]] const Energy& energy() const { return accounting_.ledger().energy; }
    [[nodiscard]] const Interval& interval() const { return interval_; }
    [[nodiscard]] Measurements measurements() const { return {model_, energy(), interval_, spectra_now()}; }
    [[nodiscard]] Readings readings() const;
    [[nodiscard]] const Accounting& accounting() const { return accounting_; }
    [[nodiscard]] Registers registers() const { return accounting_.registers(); }
    [[nodiscard]] const EventRecorder& events() const { return recorder_; }
    [[nodiscard]] const Supervision& supervision() const { return supervision_; }
    [[nodiscard]] Lcd lcd() const;

  private:
    // What security notices becomes an event of the meter.
    class SecurityReporter final : public security::SecurityEvents {
      public:
        explicit SecurityReporter(Meter& meter) : meter_(meter) {}
        void report(security::SecurityEvent event, Role role) override;

      private:
        Meter& meter_;
    };

    // Without mains nothing is measured, whatever was measured last.
    [[nodiscard]] const Spectra* spectra_now() const { return powered_ ? spectra_ : nullptr; }
    void look_after_calibration();
    void look_after_seal(std::uint32_t check);
    void begin_life(std::uint32_t check);
    void look_after_storage();
    [[nodiscard]] DisplaySupply display_supply() const;
    [[nodiscard]] DisplayFault set_display_items(DisplayList list, std::span<const CaptureObject> objects);
    [[nodiscard]] DisplayFault note(DisplayFault fault);
    void move_clock(UtcTime now, bool becomes_valid);
    // Of the parts of the meter: what they tell is recorded first.
    [[nodiscard]] EventHook event_sink();
    [[nodiscard]] ScriptRunner calendar_scripts();
    [[nodiscard]] LastingBits lasting_bits() const;
    void take(std::span<Event> events);
    void wake();
    void follow(Findings&& findings);
    void push_alarm();
    void pass(std::chrono::microseconds duration);
    void note_birth_and_firmware();
    Pulses give_pulses(std::uint32_t duration_us);
    void note_changes(std::span<const Event> events);
    // What has passed while the crystal counted so much.
    std::chrono::microseconds elapsed(std::chrono::microseconds counted);

    const Model& model_;
    const Dictionary& dictionary_;
    Identity identity_;
    Store& store_;
    EventHook hook_;
    Interval interval_;
    const Spectra* spectra_ = nullptr;
    CalibrationMemory* calibration_ = nullptr;
    Supervision supervision_;
    EventRecorder recorder_;
    Accounting accounting_;
    Clock clock_;
    Crystal crystal_;
    RelayControl relay_;
    ModuleBay modules_;
    PulseOutput active_pulses_;
    PulseOutput reactive_pulses_;
    PulseContact active_contact_;
    PulseContact reactive_contact_;
    Display display_;
    Outbox outbox_;
    SecurityReporter security_reporter_{*this};
    security::MeterSecurity security_;  // behind what a report needs
    std::chrono::microseconds unsaved_{0};
    RecordSet lost_records_ = 0;        // as was told
    std::uint32_t damages_ = 0;         // of the storage, as was told
    std::uint32_t since_alarm_us_ = 0;  // was pushed
    std::uint32_t awake_left_us_ = 0;
    std::uint8_t port_setup_changes_ = 0;
    std::uint8_t calibrations_ = 0;
    DisplayFault display_fault_ = DisplayFault::none;
    bool calibration_checked_ = false;  // within the last save period
    bool calibration_damaged_ = false;  // as was told
    bool calibration_lost_ = false;     // as was told
    bool powered_ = true;
};

}  // namespace blathy::meter
