// The desk meter: one meter of the family, hung at a simulated site, run in (multiples of) real time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/blathy/keys/device_key.hpp"
#include "apps/blathy/keys/key_list.hpp"
#include "apps/blathy/meter/clock_chip.hpp"
#include "apps/blathy/meter/file_flash.hpp"
#include "base/result.hpp"
#include "meter/meter.hpp"
#include "meter/metrology/metrology.hpp"
#include "station/security/entropy.hpp"
#include "world/latching_relay.hpp"
#include "world/modem/plug_in_module.hpp"
#include "world/site.hpp"

namespace blathy::apps {

struct DeskMeterOptions {
    const meter::Model* model = nullptr;
    std::uint32_t serial_number = 1;
    std::optional<std::filesystem::path> state;
    meter::Configuration factory;
    double speed = 1;             // meter seconds a second
    bool unsealed = false;        // a new meter stays in factory state once it is calibrated
    std::optional<KeyList> keys;  // of this meter; none: those that it has, and at first those that everybody knows
    std::optional<meter::UtcTime> clock;  // what the clock starts with; none: what its chip says
};

class DeskMeter {
  public:
    // The error is a sentence: the state directory could not be used.
    static Result<std::unique_ptr<DeskMeter>, std::string> make(const DeskMeterOptions& options);

    // Lives through so much real time.
    void run_for(std::chrono::nanoseconds real_time);
    // The power goes: makes everything durable. False if that failed.
    bool save();

    [[nodiscard]] meter::Meter& meter() { return meter_; }
    [[nodiscard]] const meter::Meter& meter() const { return meter_; }
    [[nodiscard]] world::Site& site() { return site_; }
    [[nodiscard]] const world::Site& site() const { return site_; }
    // The relay that the meter drives: what it does reaches the site at the end of an Interval.
    [[nodiscard]] world::LatchingRelay& relay() { return relay_; }
    [[nodiscard]] const world::LatchingRelay& relay() const { return relay_; }
    // Modules are plugged and pulled while it runs. False: as for ModuleBay::plug().
    bool plug_module(std::size_t slot, meter::ModuleKind kind, const world::ModuleTraits& traits = {});
    void pull_module(std::size_t slot);
    // Null: the slot is empty.
    [[nodiscard]] world::PlugInModule* module(std::size_t slot) { return modules_[slot].get(); }
    [[nodiscard]] const world::PlugInModule* module(std::size_t slot) const { return modules_[slot].get(); }
    // Where a module has the network, what the meter has to say waits for it; without any it leaves by the computer's
    // own.
    [[nodiscard]] bool has_way_out() const;
    [[nodiscard]] double speed() const { return options_.speed; }
    void start_household();

    // Covers, battery: as they are from now on.
    void set_inputs(const meter::Inputs& inputs);
    [[nodiscard]] const meter::Inputs& inputs() const { return inputs_; }
    // A magnet of so many millitesla at the meter: its sensor tells, and its current sensors feel it.
    void set_magnet(double millitesla);
    [[nodiscard]] double magnet_mt() const { return magnet_mt_; }
    // What the mains have in a phase, before its switch.
    void set_phase_voltage(std::size_t phase, double voltage_v);
    [[nodiscard]] double phase_voltage_v(std::size_t phase) const;
    // The switch in a phase's or in the neutral's wire. With all phases off the meter goes on by battery.
    void set_phase_switch(std::size_t phase, bool closed);
    [[nodiscard]] bool phase_switch(std::size_t phase) const { return !switched_off_v_[phase]; }
    void set_neutral_switch(bool closed) { site_.set_neutral(closed); }

    // Is told of each event once it is recorded; one at most.
    void observe_events(std::function<void(const meter::Event&)> observer) { event_observer_ = std::move(observer); }

    // The last two mains periods as the converter saw them, oldest first.
    [[nodiscard]] std::vector<meter::Samples> recent_samples() const;

    // How long ago in real time each pulse since the last call began, oldest first.
    struct PulseAges {
        std::vector<std::chrono::microseconds> active;
        std::vector<std::chrono::microseconds> reactive;
        // Of the electrical outputs.
        std::vector<std::chrono::microseconds> active_output;
        std::vector<std::chrono::microseconds> reactive_output;
    };
    PulseAges take_pulses();

  private:
    struct Chips {
        std::unique_ptr<FileFlash> data;
        std::unique_ptr<FileFlash> calibration;
    };
    DeskMeter(const DeskMeterOptions& options, Chips chips, const DeviceKey& device_key);
    void calibrate();
    void start_metrology();
    void live_on_mains(std::chrono::duration<double> meter_time);
    void take_sample();
    void end_interval();
    void move_relay();
    [[nodiscard]] bool supplied() const;
    void power_up();
    void live_on_battery(std::chrono::microseconds meter_time);
    void advance_modules(std::chrono::microseconds meter_time);

    DeskMeterOptions options_;
    Chips chips_;
    ClockChip clock_chip_;
    DeviceKey device_key_;
    station::SystemEntropy entropy_;
    meter::Store store_;
    meter::CalibrationMemory calibration_memory_;
    bool leaves_the_factory_;  // nothing was stored before
    bool calibrated_ = false;  // just now, and not sealed yet
    std::array<std::unique_ptr<world::PlugInModule>, meter::module_slots> modules_;
    bool had_network_module_ = false;
    std::function<void(const meter::Event&)> event_observer_;
    meter::Meter meter_;
    world::Site site_;
    world::LatchingRelay relay_;
    std::optional<meter::Metrology> metrology_;
    std::uint8_t calibrations_ = 0;  // that the metrology has taken up
    meter::Inputs inputs_;
    double supercapacitor_v_;
    double magnet_mt_ = 0;
    std::array<std::optional<double>, meter::max_phases> switched_off_v_;  // before open switches
    double samples_due_ = 0;
    std::chrono::microseconds held_up_{0};  // for so long the power supply has seen no mains
    std::chrono::microseconds unlived_{0};  // of the time without power
    bool clock_stopped_ = false;            // for want of a battery
    bool clipped_ = false;                  // in this Interval: something was beyond the converter's range
    std::deque<meter::Samples> recent_;
    std::size_t recent_capacity_;
    std::chrono::microseconds since_start_{0};  // of meter time, up to the last Interval
    std::deque<std::chrono::microseconds> active_pulses_;
    std::deque<std::chrono::microseconds> reactive_pulses_;
    std::deque<std::chrono::microseconds> active_output_pulses_;
    std::deque<std::chrono::microseconds> reactive_output_pulses_;
    std::chrono::nanoseconds until_clock_is_kept_{0};
};

}  // namespace blathy::apps
