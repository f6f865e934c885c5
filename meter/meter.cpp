#include "meter/meter.hpp"

#include <array>

#include "meter/cosem/dictionary.hpp"
#include "meter/storage/records.hpp"

namespace blathy::meter {
namespace {

// 1 January 2026: where the clock of a new meter stands whose clock chip knows nothing.
constexpr UtcTime factory_time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

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
             std::optional<UtcTime> now)
    : model_(model),
      dictionary_(dictionary_of(model)),
      identity_(identity),
      store_(store),
      configuration_(load<Configuration>(store, RecordId::configuration, read_configuration_record).value_or(factory)),
      energy_(load<Energy>(store, RecordId::energy, read_energy_record).value_or(Energy{})),
      clock_(configuration_.clock,
             now.value_or(load<UtcTime>(store, RecordId::clock, read_clock_record).value_or(factory_time)),
             now.has_value()),
      active_pulses_(model.active_constant_per_kwh, energy_.total.active_absolute()),
      reactive_pulses_(model.reactive_constant_per_kvarh, energy_.total.reactive_absolute()) {}

Pulses Meter::advance(const Interval& interval) {
    const std::chrono::microseconds duration{interval.duration_us};
    interval_ = interval;
    energy_.add(interval);
    clock_.advance(duration);
    display_.advance(duration, measurements());
    unsaved_ += duration;
    if (unsaved_ >= save_period) {
        // A flash that fails now is tried again with the next Interval; the registers go on.
        if (save_energy() && save_clock()) unsaved_ = {};
    }
    return {active_pulses_.advance(energy_.total.active_absolute(), interval.duration_us),
            reactive_pulses_.advance(energy_.total.reactive_absolute(), interval.duration_us)};
}

bool Meter::save() {
    return save_energy() && save_clock();
}

bool Meter::save_energy() {
    return keep(store_, RecordId::energy, energy_);
}

bool Meter::save_clock() {
    return keep(store_, RecordId::clock, clock_.now());
}

void Meter::set_clock(UtcTime now) {
    clock_.set(now);
    save_changed_clock();
}

void Meter::adjust_clock(UtcTime now) {
    clock_.adjust(now);
    save_changed_clock();
}

void Meter::save_changed_clock() {
    // The energy up to now goes with it; a failure is made good by the next regular save.
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
    return true;
}

}  // namespace blathy::meter
