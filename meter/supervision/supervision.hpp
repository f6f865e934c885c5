// Supervision: what lasts long enough becomes an event, and so does its end.
//
// It is shown what the inputs, and with the mains the Intervals, say. Which conditions hold already is the recorder's
// business: it remembers them without power too.
#pragma once

#include <array>
#include <chrono>

#include "base/fixed_list.hpp"
#include "meter/clock/clock.hpp"
#include "meter/event/event_state.hpp"
#include "meter/interval.hpp"
#include "meter/model.hpp"
#include "meter/supervision/inputs.hpp"
#include "meter/supervision/settings.hpp"

namespace blathy::meter {

// What does not fit comes with the next step.
using Findings = FixedList<Event, 16>;

class Supervision {
  public:
    Supervision(const Model& model, const Store& store)
        : model_(model), settings_(load_supervision_settings(model, store)) {}

    [[nodiscard]] const SupervisionSettings& settings() const { return settings_; }
    // False: they are not in order, or the flash failed. Then they are not in force.
    [[nodiscard]] bool configure(Store& store, const SupervisionSettings& settings);

    [[nodiscard]] const Inputs& inputs() const { return inputs_; }
    void set_inputs(const Inputs& inputs) { inputs_ = inputs; }

    // `time` is that at the end of the Interval.
    [[nodiscard]] Findings advance(const Interval& interval, Conditions now, UtcTime time);
    // Without mains: of what Intervals show nothing begins and nothing ends.
    [[nodiscard]] Findings advance(std::chrono::microseconds duration, Conditions now, UtcTime time);

    // Since when phases fail, as far as Intervals have shown it; with `all` since now, for the power goes.
    [[nodiscard]] std::array<std::uint32_t, Failures::kinds> power_goes(UtcTime now) const;
    // The power is back at `now`; it failed at `failed_s` unless the state from then knows better.
    [[nodiscard]] Findings power_returns(const EventState& before, std::uint32_t failed_s, UtcTime now);

    // The converter has been at fault for long enough to be told of.
    [[nodiscard]] bool measures_wrong() const { return converter_ms_ == told_of_converter; }

    // Since when the phase, or any of them, fails; 0: it does not.
    [[nodiscard]] std::uint32_t failing_since_s(std::size_t kind) const { return failing_since_s_[kind]; }

  private:
    // `interval` is null without mains.
    void follow(Conditions shown, Conditions now, const Interval* interval, std::chrono::microseconds duration,
                UtcTime time, Findings& found);
    [[nodiscard]] std::uint64_t time_us_of(Condition condition, bool begins) const;
    void follow_converter(std::chrono::microseconds duration, UtcTime time, Findings& found);
    void follow_failures(const Interval& interval, UtcTime time, Findings& found);
    void end_failure(std::size_t kind, UtcTime end, Findings& found);

    const Model& model_;
    SupervisionSettings settings_;
    Inputs inputs_;
    std::array<std::uint32_t, conditions> pending_us_{};  // for so long what is shown is not what holds
    // Of the voltage's condition, in tenths of a volt.
    static constexpr std::uint16_t no_extreme = 0xFFFF;
    std::array<std::uint16_t, max_phases> extreme_{no_extreme, no_extreme, no_extreme};
    static constexpr std::uint16_t told_of_converter = 0xFFFF;
    std::uint16_t converter_ms_ = 0;  // for so long the converter has been at fault
    std::array<std::uint32_t, Failures::kinds> failing_since_s_{};
};

}  // namespace blathy::meter
