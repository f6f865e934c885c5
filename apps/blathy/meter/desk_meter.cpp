#include "apps/blathy/meter/desk_meter.hpp"

#include <algorithm>

#include "apps/blathy/keys/meter_keys.hpp"
#include "world/factory_calibration.hpp"

namespace blathy::apps {
namespace {

using namespace std::chrono;

// A process that was held up for longer lives on from where it was.
constexpr nanoseconds longest_leap = seconds{1};
// Pulses that nobody asks for are not kept.
constexpr std::size_t max_waiting_pulses = 1000;

meter::Store mounted(FileFlash& flash) {
    meter::Store store(flash);
    store.mount();
    return store;
}

// Every meter is as imperfect as production makes it; its serial number says how.
world::Site make_site(const DeskMeterOptions& options) {
    return world::Site(*options.model, world::AnalogFrontEnd::manufacture(*options.model, options.serial_number));
}

meter::Calibration calibration_of(const DeskMeterOptions& options) {
    return world::calibrate_at_factory(*options.model,
                                       world::AnalogFrontEnd::manufacture(*options.model, options.serial_number));
}

}  // namespace

Result<std::unique_ptr<DeskMeter>, std::string> DeskMeter::make(const DeskMeterOptions& options) {
    auto flash = FileFlash::in_memory();
    if (options.state) {
        auto opened = FileFlash::open(*options.state);
        if (!opened) return fail(opened.error());
        flash = std::move(*opened);
    }
    const auto device_key = device_key_in(options.state);
    if (!device_key) return fail(device_key.error());
    std::unique_ptr<DeskMeter> desk(new DeskMeter(options, std::move(flash), *device_key));
    // Only a meter that leaves the factory gets them: one that lost its keys must not be opened by those.
    if (desk->leaves_the_factory_ && !desk->meter().security().provision_demo_keys()) {
        return fail(std::string("the keys could not be stored"));
    }
    if (options.keys) {
        if (const auto set = set_meter_keys(desk->meter(), *options.keys); !set) return fail(set.error());
    }
    return desk;
}

DeskMeter::DeskMeter(const DeskMeterOptions& options, std::unique_ptr<FileFlash> flash, const DeviceKey& device_key)
    : options_(options),
      flash_(std::move(flash)),
      clock_chip_(options.state),
      device_key_(device_key),
      store_(mounted(*flash_)),
      leaves_the_factory_(store_.empty()),
      meter_(*options.model, meter::Identity(*options.model, options.serial_number), options.factory, store_,
             clock_chip_.now(), {}, {&entropy_, device_key_}),
      site_(make_site(options)),
      relay_(options.model->relay, meter_.relay().drive().closed(), options.serial_number),
      metrology_(*options.model, calibration_of(options)),
      recent_capacity_(2 * options.model->sample_rate_hz * std::size_t{1000} / options.model->nominal_frequency_mhz) {
    start_household();
    // The first Interval, so that whoever asks first finds a meter that measures.
    while (meter_.interval().duration_us == 0) take_sample();
}

void DeskMeter::start_household() {
    const auto& clock = meter_.clock();
    const auto local = clock.now() - minutes{clock.deviation_min_at(clock.now())};
    const duration<double> since_midnight = local - floor<days>(local);
    site_.start_household(world::Household(options_.serial_number), since_midnight.count());
}

void DeskMeter::run_for(nanoseconds real_time) {
    const duration<double> meter_time = std::min(real_time, longest_leap) * options_.speed;
    samples_due_ += meter_time.count() * options_.model->sample_rate_hz;
    for (; samples_due_ >= 1; samples_due_ -= 1) take_sample();

    until_clock_is_kept_ -= duration_cast<milliseconds>(real_time);
    if (until_clock_is_kept_ <= milliseconds{0}) {
        (void)clock_chip_.follow(meter_.clock().now());  // what fails now is tried again in a second
        until_clock_is_kept_ = seconds{1};
    }
}

void DeskMeter::take_sample() {
    const meter::Samples samples = site_.next();
    if (recent_.size() == recent_capacity_) recent_.pop_front();
    recent_.push_back(samples);
    if (metrology_.push(samples)) end_interval();
}

void DeskMeter::end_interval() {
    const auto& interval = metrology_.interval();
    for (const auto& module : modules_) {
        if (module) module->advance(microseconds{interval.duration_us});
    }
    const auto pulses = meter_.advance(interval);
    const auto keep = [&](std::deque<microseconds>& waiting, std::span<const std::uint32_t> instants_us) {
        for (const std::uint32_t instant_us : instants_us) waiting.push_back(since_start_ + microseconds{instant_us});
        while (waiting.size() > max_waiting_pulses) waiting.pop_front();
    };
    keep(active_pulses_, pulses.active_us);
    keep(reactive_pulses_, pulses.reactive_us);
    since_start_ += microseconds{interval.duration_us};
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
    if (!meter_.modules().plug(meter_.clock(), slot, *module)) return false;
    modules_[slot] = std::move(module);
    return true;
}

void DeskMeter::pull_module(std::size_t slot) {
    if (slot >= modules_.size()) return;
    meter_.modules().unplug(meter_.clock(), slot);
    modules_[slot].reset();
}

bool DeskMeter::save() {
    return clock_chip_.follow(meter_.clock().now()) && meter_.save();
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
    return {ages(active_pulses_), ages(reactive_pulses_)};
}

}  // namespace blathy::apps
