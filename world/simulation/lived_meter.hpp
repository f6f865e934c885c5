// A meter that lives steps: its flash stays when its power fails.
#pragma once

#include <optional>

#include "meter/meter.hpp"
#include "world/flash/nor_flash.hpp"
#include "world/simulation/life.hpp"

namespace blathy::world {

class LivedMeter {
  public:
    // `now` is what its clock chip says, which runs through every failure.
    LivedMeter(const meter::Model& model, UtcTime now, const meter::EventHook& hook = {});
    // As above, with a flash that has been lived with.
    LivedMeter(const meter::Model& model, UtcTime now, NorFlash flash, const meter::EventHook& hook = {});
    LivedMeter(const LivedMeter&) = delete;
    LivedMeter& operator=(const LivedMeter&) = delete;

    void live(const Step& step);
    // Power goes, with a notice that lets the meter save or without, and is back after a while.
    void power_off(std::chrono::seconds duration, bool noticed = true);
    // As they are from now on, with power or without.
    void set_inputs(const meter::Inputs& inputs);

    [[nodiscard]] meter::Meter& meter() { return *meter_; }
    [[nodiscard]] NorFlash& flash() { return flash_; }

  private:
    void power_on(UtcTime now);
    void advance(const Lives& lives);
    // What was before the Interval is durable, as it is once a minute: else it is lost with it.
    void fail_within(const FailsWithin& step);

    const meter::Model& model_;
    NorFlash flash_;
    meter::EventHook hook_;
    std::uint64_t receipt_ = 0;  // of the last credit
    meter::Inputs inputs_;
    std::optional<meter::Store> store_;
    std::optional<meter::Meter> meter_;
};

}  // namespace blathy::world
