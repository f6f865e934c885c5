// Meter: everything between an Interval and what a client, the display and the pulse outputs show of it.
//
// Plain state and pure steps. Nothing happens but by a call, and every call says what it needs; so a fleet, a desk
// meter and a microcontroller run the very same code, and a life can be replayed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "meter/clock/clock.hpp"
#include "meter/configuration.hpp"
#include "meter/cosem/object.hpp"
#include "meter/display/display.hpp"
#include "meter/energy/energy.hpp"
#include "meter/energy/pulse_output.hpp"
#include "meter/identity.hpp"
#include "meter/interval.hpp"
#include "meter/model.hpp"
#include "meter/quantity/quantity.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// Instants of pulses in the last Interval, in microseconds after its beginning. Valid until the next one.
struct Pulses {
    std::span<const std::uint32_t> active_us;
    std::span<const std::uint32_t> reactive_us;
};

class Meter {
  public:
    // At most so much meter time is lost when the process or the power ends without notice.
    static constexpr std::chrono::seconds save_period{10};

    // Takes up what `store` holds; a new meter begins at zero with `factory` settings. `now` is what the clock chip
    // says, none if its battery is empty: then the clock goes on from the last saved time, and says that it is invalid.
    Meter(const Model& model, const Identity& identity, const Configuration& factory, Store& store,
          std::optional<UtcTime> now);

    // Time passes as the Interval says, with what was measured in it.
    Pulses advance(const Interval& interval);

    // Power is about to fail, or somebody changed a setting: everything becomes durable. False if the flash failed.
    bool save();

    void press_display_button() { display_.press(measurements()); }
    void set_clock(UtcTime now);
    // As above, but it does not make a clock valid whose time nobody knows.
    void adjust_clock(UtcTime now);
    // A time to be set at once when adjust_to_preset_time() comes within the given period (IC 8, methods 4 and 5).
    struct PresetTime {
        UtcTime time;
        UtcTime valid_from;
        UtcTime valid_to;
    };
    void preset_time(const PresetTime& preset) { preset_time_ = preset; }
    // False: there is none, or it is not its time.
    bool adjust_to_preset_time();
    // False if it could not be made durable; then it is not in force either.
    bool configure(const Configuration& configuration);

    [[nodiscard]] const Model& model() const { return model_; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    [[nodiscard]] const Dictionary& dictionary() const { return dictionary_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] const Configuration& configuration() const { return configuration_; }
    [[nodiscard]] const Energy& energy() const { return energy_; }
    [[nodiscard]] const Interval& interval() const { return interval_; }
    [[nodiscard]] Measurements measurements() const { return {model_, energy_, interval_}; }
    [[nodiscard]] Lcd lcd() const { return display_.render(measurements(), clock_.local_now()); }

  private:
    bool save_energy();
    bool save_clock();
    void save_changed_clock();

    const Model& model_;
    const Dictionary& dictionary_;
    Identity identity_;
    Store& store_;
    Configuration configuration_;
    Energy energy_;
    Clock clock_;
    std::optional<PresetTime> preset_time_;
    Interval interval_;
    PulseOutput active_pulses_;
    PulseOutput reactive_pulses_;
    Display display_;
    std::chrono::microseconds unsaved_{0};
};

}  // namespace blathy::meter
