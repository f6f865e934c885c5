#include "apps/blathy/meter/desk_meter.hpp"

#include <algorithm>
#include <utility>

#include "apps/blathy/keys/meter_keys.hpp"
#include "apps/blathy/meter/state_owner.hpp"
#include "world/factory_calibration.hpp"
#include "world/factory_crystal.hpp"

namespace blathy::apps {
namespace {

using namespace std::chrono;

// A process that was held up for longer lives on from where it was.
constexpr nanoseconds longest_leap = seconds{1};
// Meter time lived in one go: a machine that is too slow for the speed still answers in between.
constexpr seconds longest_step{100};
// Pulses that nobody asks for are not kept.
constexpr std::size_t max_waiting_pulses = 1000;

// A supercapacitor holds a modem for about a minute.
constexpr double full_supercapacitor_v = 5.0;
constexpr double supercapacitor_v_a_second = 0.04;
// What the power supply's own capacitor bridges: short interruptions are seen, and outages are not short.
constexpr milliseconds hold_up{500};
// Below it the clock chip does not run.
constexpr std::uint16_t clock_stops_mv = 2000;
// What the meter's field sensor calls a magnet.
constexpr double least_magnet_mt = 50;

// The converter gives its greatest or its least code.
bool clips(const meter::Model& model, const meter::Samples& samples) {
    const std::int32_t greatest = (std::int32_t{1} << (model.adc_bits - 1)) - 1;
    const auto at_the_end = [&](std::int32_t code) { return code >= greatest || code < -greatest; };
    return std::any_of(samples.voltage.begin(), samples.voltage.end(), at_the_end) ||
           std::any_of(samples.current.begin(), samples.current.end(), at_the_end) ||
           at_the_end(samples.neutral_current);
}

meter::Store mounted(FileFlash& flash) {
    meter::Store store(flash);
    store.mount();
    return store;
}

// Every meter is as imperfect as production makes it; its serial number says how.
world::AnalogFrontEnd front_end_of(const DeskMeterOptions& options) {
    return world::AnalogFrontEnd::manufacture(*options.model, options.serial_number);
}

// So is the crystal that samples and clock are counted by, in the air of the desk.
world::Crystal crystal_of(const DeskMeterOptions& options) {
    return {.offset_ppm = front_end_of(options).crystal_ppm, .temperature_c = world::reference_temperature_c};
}

constexpr auto desk_temperature_tenths = static_cast<std::int16_t>(world::reference_temperature_c * 10);

}  // namespace

Result<std::unique_ptr<DeskMeter>, std::string> DeskMeter::make(const DeskMeterOptions& options) {
    Chips chips{FileFlash::in_memory(), FileFlash::in_memory(FileFlash::calibration)};
    if (options.state) {
        auto data = FileFlash::open(*options.state);
        if (!data) return fail(data.error());
        if (const auto claimed = claim_state(*options.state, *options.model, options.serial_number); !claimed) {
            return fail(claimed.error());
        }
        auto calibration = FileFlash::open(*options.state, FileFlash::calibration);
        if (!calibration) return fail(calibration.error());
        chips = {std::move(*data), std::move(*calibration)};
    }
    const auto device_key = device_key_in(options.state);
    if (!device_key) return fail(device_key.error());
    std::unique_ptr<DeskMeter> desk(new DeskMeter(options, std::move(chips), *device_key));
    // Only a meter that leaves the factory gets them: one that lost its keys must not be opened by those.
    if (desk->leaves_the_factory_ && !desk->meter().security().provision_demo_keys()) {
        return fail(std::string("the keys could not be stored"));
    }
    if (options.keys) {
        if (const auto set = set_meter_keys(desk->meter(), *options.keys); !set) return fail(set.error());
    }
    // The last that the factory does. What goes wrong here the meter says itself: its calibration is not sealed.
    if (desk->calibrated_ && !options.unsealed) (void)desk->meter().seal_calibration();
    return desk;
}

DeskMeter::DeskMeter(const DeskMeterOptions& options, Chips chips, const DeviceKey& device_key)
    : options_(options),
      chips_(std::move(chips)),
      clock_chip_(options.state),
      device_key_(device_key),
      store_(mounted(*chips_.data)),
      calibration_memory_(*chips_.calibration, options.serial_number),
      leaves_the_factory_(store_.empty()),
      meter_(*options.model, meter::Identity(*options.model, options.serial_number), options.factory, store_,
             options.clock.value_or(clock_chip_.now()),
             {[](void* desk, const meter::Event& event) {
                  const auto& observer = static_cast<DeskMeter*>(desk)->event_observer_;
                  if (observer) observer(event);
              },
              this},
             {&entropy_, device_key_}),
      site_(*options.model, front_end_of(options), crystal_of(options)),
      relay_(options.model->relay, meter_.relay().drive().closed(), options.serial_number),
      supercapacitor_v_(options.model->ports.last_gasp ? full_supercapacitor_v : 0),
      recent_capacity_(2 * options.model->sample_rate_hz * std::size_t{1000} / options.model->nominal_frequency_mhz) {
    inputs_.temperature_tenths = desk_temperature_tenths;
    set_inputs(inputs_);
    calibrate();
    start_metrology();
    start_household();
    // The first Interval, so that whoever asks first finds a meter that measures.
    while (meter_.interval().duration_us == 0) take_sample();
}

// A new meter comes to the factory's bench first.
void DeskMeter::calibrate() {
    meter_.connect(calibration_memory_);
    if (!calibration_memory_.blank()) return;
    (void)meter_.calibrate_crystal(world::crystal_deviation_at_factory(crystal_of(options_)));
    // What goes wrong here the meter says itself: it has no valid constants, and goes on with those of the design.
    calibrated_ = world::calibrate_at_factory(meter_, front_end_of(options_));
}

void DeskMeter::start_metrology() {
    const auto found = calibration_memory_.read();
    metrology_.emplace(*options_.model, found ? found->calibration : meter::Calibration{});
    calibrations_ = meter_.calibrations();
    meter_.connect(metrology_->spectra());
}

void DeskMeter::start_household() {
    const auto& clock = meter_.clock();
    const auto local = clock.now() - minutes{clock.deviation_min_at(clock.now())};
    const duration<double> since_midnight = local - floor<days>(local);
    site_.start_household(world::Household(options_.serial_number), since_midnight.count());
}

void DeskMeter::run_for(nanoseconds real_time) {
    const duration<double> meter_time =
        std::min<duration<double>>(std::min(real_time, longest_leap) * options_.speed, longest_step);
    if (supplied()) {
        if (!meter_.powered()) power_up();
        held_up_ = microseconds{0};
        live_on_mains(meter_time);
    } else {
        auto left = duration_cast<microseconds>(meter_time);
        if (meter_.powered()) {
            const microseconds held_up = std::min(left, hold_up - held_up_);
            live_on_mains(held_up);
            held_up_ += held_up;
            left -= held_up;
        }
        if (held_up_ == hold_up) live_on_battery(left);
    }

    until_clock_is_kept_ -= real_time;
    if (until_clock_is_kept_ <= nanoseconds{0}) {
        (void)clock_chip_.follow(meter_.clock().now());  // what fails now is tried again in a second
        until_clock_is_kept_ = seconds{1};
    }
}

void DeskMeter::live_on_mains(duration<double> meter_time) {
    samples_due_ += meter_time.count() * site_.sample_rate_hz();
    for (; samples_due_ >= 1; samples_due_ -= 1) take_sample();
}

bool DeskMeter::supplied() const {
    if (options_.model->phases == 1 && !site_.neutral()) return false;
    // A power supply starts below the lowest voltage at which the meter has to measure.
    const double lowest_v = options_.model->lowest_voltage_mv / 2000.0;
    const auto& voltages = site_.mains().voltage_v;
    return std::any_of(voltages.begin(), voltages.begin() + options_.model->phases,
                       [&](double voltage_v) { return voltage_v >= lowest_v; });
}

void DeskMeter::power_up() {
    start_metrology();
    supercapacitor_v_ = options_.model->ports.last_gasp ? full_supercapacitor_v : 0;
    inputs_.converter_fault = false;
    set_inputs(inputs_);
    for (const auto& module : modules_) {
        if (module) module->set_supply(true);
    }
    if (std::exchange(clock_stopped_, false)) meter_.clock_stopped();
    meter_.mains_returned();
}

void DeskMeter::live_on_battery(microseconds meter_time) {
    unlived_ += meter_time;
    if (meter_.powered()) {
        (void)meter_.mains_lost();  // with a flash that fails it goes on as well as it can
        samples_due_ = 0;
        for (const auto& module : modules_) {
            if (module) module->set_supply(false);
        }
        // What it says in its last moment is sent before any time passes, however fast that does.
        return;
    }
    const microseconds lived = std::exchange(unlived_, microseconds{0});
    const duration<double> passed = lived;
    supercapacitor_v_ = std::max(0.0, supercapacitor_v_ - passed.count() * supercapacitor_v_a_second);
    set_inputs(inputs_);
    advance_modules(lived);
    since_start_ += lived;
    const bool battery_lasts = inputs_.battery_present && inputs_.battery_mv >= clock_stops_mv;
    if (battery_lasts || inputs_.supercapacitor_mv >= meter::supercapacitor_empty_mv) {
        const duration<double, std::micro> counted = lived * (1 + crystal_of(options_).error_ppm() * 1e-6);
        meter_.advance_on_battery(round<microseconds>(counted));
    } else {
        clock_stopped_ = true;
    }
}

void DeskMeter::advance_modules(microseconds meter_time) {
    for (const auto& module : modules_) {
        if (module) module->advance(meter_time);
    }
}

void DeskMeter::set_inputs(const meter::Inputs& inputs) {
    inputs_ = inputs;
    inputs_.supercapacitor_mv = static_cast<std::uint16_t>(supercapacitor_v_ * 1000);
    meter_.set_inputs(inputs_);
}

void DeskMeter::set_magnet(double millitesla) {
    magnet_mt_ = millitesla;
    site_.set_magnetic_field(0, 0, millitesla);
    inputs_.magnetic_field = millitesla >= least_magnet_mt;
    set_inputs(inputs_);
}

void DeskMeter::set_phase_voltage(std::size_t phase, double voltage_v) {
    if (switched_off_v_[phase]) {
        switched_off_v_[phase] = voltage_v;
        return;
    }
    world::Mains mains = site_.mains();
    mains.voltage_v[phase] = voltage_v;
    site_.set_mains(mains);
}

double DeskMeter::phase_voltage_v(std::size_t phase) const {
    return switched_off_v_[phase].value_or(site_.mains().voltage_v[phase]);
}

void DeskMeter::set_phase_switch(std::size_t phase, bool closed) {
    if (closed == phase_switch(phase)) return;
    const double voltage_v = phase_voltage_v(phase);
    switched_off_v_[phase].reset();
    set_phase_voltage(phase, closed ? voltage_v : 0);
    if (!closed) switched_off_v_[phase] = voltage_v;
}

void DeskMeter::take_sample() {
    const meter::Samples samples = site_.next();
    if (recent_.size() == recent_capacity_) recent_.pop_front();
    recent_.push_back(samples);
    clipped_ = clipped_ || clips(*options_.model, samples);
    if (metrology_->push(samples)) end_interval();
}

void DeskMeter::end_interval() {
    const auto& interval = metrology_->interval();
    advance_modules(microseconds{interval.duration_us});
    if (inputs_.converter_fault != clipped_) {
        inputs_.converter_fault = clipped_;
        set_inputs(inputs_);
    }
    clipped_ = false;
    const auto pulses = meter_.advance(interval);
    while (const auto event = metrology_->voltage_events().take()) meter_.take(*event);
    const auto keep = [&](std::deque<microseconds>& waiting, std::span<const std::uint32_t> instants_us) {
        for (const std::uint32_t instant_us : instants_us) waiting.push_back(since_start_ + microseconds{instant_us});
        while (waiting.size() > max_waiting_pulses) waiting.pop_front();
    };
    keep(active_pulses_, pulses.active_us);
    keep(reactive_pulses_, pulses.reactive_us);
    keep(active_output_pulses_, pulses.active_output_us);
    keep(reactive_output_pulses_, pulses.reactive_output_us);
    since_start_ += microseconds{interval.duration_us};
    if (calibrations_ != meter_.calibrations()) start_metrology();
    move_relay();
}

void DeskMeter::move_relay() {
    const meter::RelayPulse pulse = meter_.relay().take_pulse();
    if (pulse != meter::RelayPulse::none) {
        const world::Truth truth = site_.truth();
        std::array<double, meter::max_phases> current_a{};
        for (std::size_t k = 0; k < current_a.size(); ++k) current_a[k] = truth.phase[k].current_a;
        relay_.pulse(pulse, current_a);
    }
    for (std::size_t k = 0; k < meter::max_phases; ++k) site_.set_contact(k, relay_.conducts(k));
    meter_.relay().set_contact(relay_.closed());
}

bool DeskMeter::plug_module(std::size_t slot, meter::ModuleKind kind, const world::ModuleTraits& traits) {
    if (slot >= modules_.size()) return false;
    auto module = std::make_unique<world::PlugInModule>(kind, traits, options_.serial_number + slot);
    if (!meter_.powered()) module->set_supply(false);
    if (!meter_.modules().plug(meter_.clock(), slot, *module)) return false;
    modules_[slot] = std::move(module);
    had_network_module_ = had_network_module_ || meter::needs_network(kind);
    return true;
}

bool DeskMeter::has_way_out() const {
    const meter::ModuleBay& bay = meter_.modules();
    for (std::size_t slot = 0; slot < meter::communication_slots; ++slot) {
        const meter::Module* const module = bay.module(slot);
        if (module != nullptr && meter::needs_network(module->kind()) && bay.carries(slot)) return true;
    }
    return !had_network_module_;
}

void DeskMeter::pull_module(std::size_t slot) {
    if (slot >= modules_.size()) return;
    meter_.modules().unplug(meter_.clock(), slot);
    modules_[slot].reset();
}

bool DeskMeter::save() {
    // Who ends the process takes the power away.
    const bool saved = meter_.mains_lost();
    return clock_chip_.follow(meter_.clock().now()) && saved;
}

std::vector<meter::Samples> DeskMeter::recent_samples() const {
    return {recent_.begin(), recent_.end()};
}

DeskMeter::PulseAges DeskMeter::take_pulses() {
    const auto ages = [&](std::deque<microseconds>& waiting) {
        std::vector<microseconds> result;
        for (const microseconds at : waiting) {
            const duration<double, std::micro> age = (since_start_ - at) / options_.speed;
            result.push_back(duration_cast<microseconds>(age));
        }
        waiting.clear();
        return result;
    };
    return {ages(active_pulses_), ages(reactive_pulses_), ages(active_output_pulses_), ages(reactive_output_pulses_)};
}

}  // namespace blathy::apps
