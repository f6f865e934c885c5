// Site: where one meter hangs. Its mains, its loads, its front end and its crystal, sampled one instant after another.
//
// Every setting can change between two samples; the mains' phase runs on through a change. What the meter ought to read
// is known in closed form, in double precision, and owes nothing to the metrology.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <optional>
#include <vector>

#include "meter/metrology/metrology.hpp"
#include "meter/model.hpp"
#include "world/analog_front_end.hpp"
#include "world/core.hpp"
#include "world/crystal.hpp"
#include "world/household.hpp"
#include "world/load.hpp"
#include "world/mains.hpp"
#include "world/random.hpp"

namespace blathy::world {

struct PhaseTruth {
    double voltage_v = 0;     // r.m.s. without d.c.
    double current_a = 0;     // r.m.s. without d.c., what runs through the meter's sensor
    double active_w = 0;      // of all orders but d.c.
    double reactive_var = 0;  // of the fundamental
    double apparent_va = 0;   // voltage x current
    double voltage_lag_degrees = 0;
    double current_lag_degrees = 0;
};

struct Truth {
    std::array<PhaseTruth, max_phases> phase;
    double neutral_current_a = 0;
    double frequency_hz = 0;
};

class Site {
  public:
    // Nominal voltage and frequency, no load, and by default a front end and a crystal without fault.
    explicit Site(const meter::Model& model, const AnalogFrontEnd& front_end = {}, const Crystal& crystal = {});

    [[nodiscard]] const Mains& mains() const { return mains_; }
    [[nodiscard]] const PhaseLoad& load(std::size_t phase) const { return load_[phase]; }
    void set_mains(const Mains& mains);
    // What a load draws down to the lowest voltage that the meter is made for; below it the current falls with the
    // voltage, as that of an impedance, and without voltage there is none.
    // A load that is set by hand ends the household.
    void set_load(std::size_t phase, const PhaseLoad& load);
    void set_loads(const PhaseLoad& load);  // of every phase alike
    // The share of a phase's current that somebody leads around the meter's sensor; the neutral still carries it.
    void set_bypass(std::size_t phase, double share);
    [[nodiscard]] double bypass(std::size_t phase) const { return bypass_[phase]; }
    // The meter's own contact in this phase. An open one takes the current from the load, not the voltage from the
    // meter; where transformers measure, the load is not the meter's to break.
    void set_contact(std::size_t phase, bool closed);
    // Without it the star point of the loads, taken as impedances, finds its own place; of a single phase nothing is
    // left.
    void set_neutral(bool connected);
    [[nodiscard]] bool neutral() const { return neutral_; }
    // Of the air around the meter; its front end and its crystal take it at once.
    void set_temperature(double celsius);
    // A field through the current sensors: alternating at the mains frequency, so far ahead of the first voltage, and
    // that of a magnet.
    void set_magnetic_field(double alternating_mt, double lead_degrees, double direct_mt);
    // The household drives the loads from this second of local time on (since any midnight), as samples go by.
    void start_household(const Household& household, double local_seconds);
    void stop_household();
    [[nodiscard]] bool household_runs() const { return household_.has_value(); }

    [[nodiscard]] meter::Samples next();
    [[nodiscard]] Truth truth() const;
    // The sampling clock, true samples a true second.
    [[nodiscard]] double sample_rate_hz() const { return sample_rate_hz_; }

  private:
    static constexpr std::size_t neutral_channel = 2 * max_phases;
    static constexpr std::size_t channels = neutral_channel + 1;
    using Phasor = std::complex<double>;

    // One order of every channel: amplitude and phase in counts, times a phasor that turns with each sample.
    struct Order {
        int order;
        std::array<Phasor, channels> counts;
        Phasor turn;   // of one sample
        Phasor angle;  // now
    };
    struct Noise {
        double offset_counts = 0;
        double counts = 0;
    };

    [[nodiscard]] double load_current_a(std::size_t phase) const;
    // Peak phasors at the terminals: what is there, before the front end.
    [[nodiscard]] Phasor source_phasor(std::size_t phase, int order) const;  // from the neutral of the network
    [[nodiscard]] Phasor load_phasor(std::size_t phase, int order) const;    // with the neutral connected
    [[nodiscard]] Phasor star_point(int order) const;
    [[nodiscard]] Phasor voltage_phasor(std::size_t phase, int order) const;
    [[nodiscard]] Phasor current_phasor(std::size_t phase, int order) const;
    [[nodiscard]] std::vector<int> orders() const;
    [[nodiscard]] Conditions conditions(std::size_t phase) const;
    void rebuild();
    void align();
    void run_household();

    Mains mains_;
    std::array<PhaseLoad, max_phases> load_;
    std::array<double, max_phases> bypass_{};
    std::array<bool, max_phases> open_{};
    bool breaks_load_;
    bool neutral_ = true;
    AnalogFrontEnd front_end_;
    Crystal crystal_;
    double temperature_c_ = reference_temperature_c;
    std::complex<double> alternating_mt_ = 0;
    double direct_mt_ = 0;
    double lowest_voltage_v_;
    double max_current_a_;
    std::size_t phases_;
    bool has_neutral_;
    double full_scale_v_;
    double full_scale_a_;
    double highest_count_;
    double sample_rate_hz_;  // true samples a true second
    std::uint32_t samples_per_second_;

    std::array<Noise, channels> noise_;
    std::array<Core, max_phases> core_;
    bool noisy_ = false;
    Random random_;
    std::vector<Order> order_;
    double turns_ = 0;  // of the fundamental, at the last alignment
    double turns_per_sample_ = 0;
    std::uint32_t since_alignment_ = 0;

    std::optional<Household> household_;
    double local_seconds_ = 0;
    std::uint32_t since_second_ = 0;
};

}  // namespace blathy::world
