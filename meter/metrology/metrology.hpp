// Metrology: from converter samples to Intervals.
//
// A numerically controlled oscillator follows the fundamental of the reference voltage (the first phase that has one).
// Its wraps cut the samples into mains cycles, and ten cycles are a window, about 200 ms, which becomes one Interval. A
// sample that lies across a cut is shared between both sides, so cycles are whole and no energy falls between them.
//
//   r.m.s.            of all samples, d.c. removed
//   active power      mean of voltage x current, d.c. removed: all harmonics count (IEC 62053-21, -22)
//   reactive power    of the FUNDAMENTAL only, by synchronous demodulation (required by IEC 62053-24; IEC 62053-23
//                     defines sinusoidal conditions only, so it is met as well)
//   apparent power    r.m.s. voltage x r.m.s. current
//   angles            of the fundamentals
//   frequency         from the phase advance of the reference voltage over the window; tracked from 40 to 60 Hz
//
// Removal of d.c. subtracts the products of the window's means, after the fact: no filter, no settling, and no phase
// shift in any channel. Conversion remainders are carried to the next window. Everything is integer, so the same
// samples give the same Intervals on every machine; no input whatsoever overflows.
#pragma once

#include <array>
#include <cstdint>

#include "meter/interval.hpp"
#include "meter/metrology/calibration.hpp"
#include "meter/metrology/no_load.hpp"
#include "meter/metrology/scale.hpp"
#include "meter/model.hpp"

namespace blathy::meter {

// One simultaneous sample of every channel, as the converter gives it: two's complement of `Model::adc_bits` bits.
// Values beyond that range are taken as the nearest in it. Channels that the model lacks are ignored.
struct Samples {
    std::array<std::int32_t, max_phases> voltage{};
    std::array<std::int32_t, max_phases> current{};
    std::int32_t neutral_current = 0;
};

class Metrology {
  public:
    // What is needed of both is copied.
    Metrology(const Model& model, const Calibration& calibration);

    // Takes the next sample. True when it completed a window: `interval` is then new.
    bool push(const Samples& samples);

    [[nodiscard]] const Interval& interval() const { return interval_; }

  private:
    static constexpr int cycles_per_window = 10;
    static constexpr int taps = 5;

    // Sums over samples. Every sample weighs 1, those across a cut less.
    struct Moments {
        std::int64_t voltage = 0;
        std::int64_t current = 0;
        std::int64_t voltage_squared = 0;
        std::int64_t current_squared = 0;
        std::int64_t active = 0;
    };
    // Sums against the oscillator: the fundamental is (cosine - j sine).
    struct Fundamental {
        std::int64_t cosine = 0;
        std::int64_t sine = 0;
    };
    struct Cycle {
        Moments moments;
        Fundamental voltage;
        Fundamental current;
    };
    struct Window {
        Moments moments;
        std::int64_t reactive = 0;
        std::int64_t fundamental_active = 0;
        Fundamental against_reference;  // reference voltage x conjugate of this voltage
    };
    struct EnergyCounter {
        std::int64_t counts = 0;    // less than one step of the coarse scale
        std::int64_t fraction = 0;  // less than one unit of energy
        std::int64_t add(std::int64_t energy, Scale scale);
    };
    struct Phase {
        // Set up once
        std::array<std::int32_t, taps> delay_filter{};
        Scale voltage_scale;               // mV for 2^-8 count, r.m.s.
        Scale current_scale;               // uA for 2^-8 count, r.m.s.
        Scale power_scale;                 // mW for a squared count
        Scale energy_scale;                // mJ for 2^coarse_bits squared counts x sample period
        std::int64_t active_offset = 0;    // squared counts, a sample
        std::int64_t reactive_offset = 0;  // squared counts, a sample
        std::uint64_t noise_squared = 0;   // 2^-16 squared counts
        // Runs
        std::array<std::int32_t, taps> past_currents{};
        std::array<std::int32_t, 2> past_voltages{};
        std::int32_t voltage = 0;  // of the sample in work
        std::int32_t current = 0;
        Cycle cycle;
        Window window;
        EnergyCounter active, reactive, apparent;
        NoLoadGate active_gate, reactive_gate, apparent_gate;
    };
    struct Neutral {
        Scale scale;
        std::uint64_t noise_squared = 0;
        std::int32_t current = 0;
        std::int64_t cycle = 0;
        std::int64_t cycle_squared = 0;
        std::int64_t window = 0;
        std::int64_t window_squared = 0;
    };

    [[nodiscard]] std::int32_t converted(std::int32_t count) const;
    void accumulate(Phase& phase) const;
    // Ends the cycle, and perhaps the window. `later` / 1024 of the last sample belongs to the next one.
    bool end_cycle(std::int32_t later);
    void follow_reference();
    void end_window();
    void measure(Phase& phase, PhaseInterval& out);
    void measure_angles();
    void choose_reference();
    void set_oscillator(std::uint32_t step);

    // Set up once
    std::uint8_t phases_;
    bool has_neutral_;
    std::uint8_t unused_bits_;  // of the converter, to 24
    std::int32_t highest_count_;
    std::uint32_t sample_rate_hz_;
    std::uint32_t nominal_step_, lowest_step_, highest_step_;  // of the oscillator, 2^-32 of a turn a sample
    std::int64_t active_start_mw_, active_stop_mw_, reactive_start_mvar_, reactive_stop_mvar_;
    std::uint32_t presence_mv_;  // a phase with less voltage has none
    // Runs
    std::array<Phase, max_phases> phase_;
    Neutral neutral_;
    std::uint32_t angle_ = 0;  // of the oscillator
    std::uint32_t step_ = 0;
    std::uint32_t previous_step_ = 0;
    std::int32_t cosine_ = 0, sine_ = 0, step_cosine_ = 0, step_sine_ = 0;
    std::int32_t cycle_weight_ = 0;  // samples in the cycle, 1/1024
    std::int64_t window_weight_ = 0;
    std::int32_t cycles_ = 0;
    std::uint8_t reference_ = 0;
    bool reference_present_ = false;
    bool direction_known_ = false;  // of the reference voltage in the cycle before
    std::uint32_t direction_ = 0;
    std::uint64_t frequency_sum_ = 0;  // of the frequencies found in this window's cycles, as oscillator steps
    std::uint32_t frequencies_ = 0;
    std::uint64_t duration_remainder_ = 0;
    Interval interval_;
};

}  // namespace blathy::meter
