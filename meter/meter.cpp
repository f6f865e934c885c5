#include "meter/meter.hpp"

#include <algorithm>
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
             std::optional<UtcTime> now, const EventHook& hook)
    : model_(model),
      dictionary_(dictionary_of(model)),
      identity_(identity),
      store_(store),
      configuration_(load<Configuration>(store, RecordId::configuration, read_configuration_record).value_or(factory)),
      accounting_(model, store, hook),
      clock_(configuration_.clock, now.value_or(accounting_.saved_time().value_or(factory_time)), now.has_value()),
      active_pulses_(model.active_constant_per_kwh, energy().total.active_absolute()),
      reactive_pulses_(model.reactive_constant_per_kvarh, energy().total.reactive_absolute()) {
    outbox_.restore(store);
    accounting_.resume(clock_);
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
    display_.advance(duration, measurements());
    outbox_.advance(duration);
    unsaved_ += duration;
    if (unsaved_ >= save_period) {
        // A flash that fails now is tried again with the next Interval; the registers go on.
        if (save()) unsaved_ = {};
    }
    return {active_pulses_.advance(energy().total.active_absolute(), interval.duration_us),
            reactive_pulses_.advance(energy().total.reactive_absolute(), interval.duration_us)};
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
    return true;
}

}  // namespace blathy::meter
