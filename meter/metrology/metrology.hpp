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
//   harmonics         orders 1 to 21, one voltage or current a window by turns (harmonics.hpp)
//   Urms(1/2)         of each voltage at its own zero crossings; dips, swells, interruptions (voltage_events.hpp)
//   by quarter delay  a second reactive power, of a voltage delayed by a quarter period (quarter_delay.hpp); shown, not
//                     registered
//
// What a current transformer's magnetising inductance takes away is put back by an integral of the current, which
// undoes its phase lead at every frequency alike; a time delay would be right at one frequency only. Power offsets
// follow the square of the voltage, no-load thresholds its amount, so one calibration serves a meter on 57.7 V and on
// 240 V.
//
// Removal of d.c. subtracts the products of the window's means, after the fact: no filter, no settling, and no phase
// shift in any channel. Conversion remainders are carried to the next window. Everything is integer, so the same
// samples give the same Intervals on every machine; no input whatsoever overflows.
#pragma once

#include <array>
#include <cstdint>

#include "meter/interval.hpp"
#include "meter/metrology/calibration.hpp"
#include "meter/metrology/half_cycle.hpp"
#include "meter/metrology/harmonics.hpp"
#include "meter/metrology/no_load.hpp"
#include "meter/metrology/quarter_delay.hpp"
#include "meter/metrology/scale.hpp"
#include "meter/metrology/voltage_events.hpp"
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

    // Of each voltage's and current's latest turn, at most as many windows ago as there are of them. They stay where
    // they are.
    [[nodiscard]] const Spectra& spectra() const { return spectra_; }
    // Reactive power of the last window by the quarter-period delay of the voltage; positive when the current lags.
    [[nodiscard]] std::int64_t delayed_reactive_power_mvar(std::size_t phase) const {
        return phase_[phase].delayed_reactive_mvar;
    }
    // Voltage at its latest Urms(1/2).
    [[nodiscard]] std::uint32_t half_cycle_voltage_mv(std::size_t phase) const {
        return static_cast<std::uint32_t>(phase_[phase].voltage_scale.apply(phase_[phase].half_cycle.rms()));
    }
    // Against the model's nominal voltage, until its limits are set.
    [[nodiscard]] VoltageEvents& voltage_events() { return voltage_events_; }

  private:
    static constexpr int cycles_per_window = 10;
    static constexpr int taps = 5;
    // The converter's offset is taken from the second window; in the first, transformers may still settle.
    static constexpr std::uint8_t offset_windows = 2;

    // Sums over samples. Every sample weighs 1, those across a cut less.
    struct Moments {
        std::int64_t voltage = 0;
        std::int64_t current = 0;
        std::int64_t voltage_squared = 0;
        std::int64_t current_squared = 0;
        std::int64_t active = 0;
        std::int64_t shorter_delay = 0;  // delayed voltage x current
        std::int64_t longer_delay = 0;
        std::int64_t sensor = 0;  // current before its integral is added
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
        std::int64_t delayed_reactive = 0;
        Fundamental against_reference;  // reference voltage x conjugate of this voltage
    };
    // Power that leaks in from the voltage, as a share of the voltage's squares.
    struct Leak {
        Scale scale{};
        std::int64_t sign = 0;
        [[nodiscard]] std::int64_t of(std::int64_t voltage_squares) const {
            return sign == 0 ? 0 : sign * scale.apply(voltage_squares);
        }
    };
    struct EnergyCounter {
        std::int64_t counts = 0;    // less than one step of the coarse scale
        std::int64_t fraction = 0;  // less than one unit of energy
        std::int64_t add(std::int64_t energy, Scale scale);
    };
    struct Phase {
        // Set up once
        std::array<std::int32_t, taps> delay_filter{};
        Scale voltage_scale;  // mV for 2^-8 count, r.m.s.
        Scale current_scale;  // uA for 2^-8 count, r.m.s.
        Scale power_scale;    // mW for a squared count
        Scale energy_scale;   // mJ for 2^coarse_bits squared counts x sample period
        Leak active_leak, reactive_leak;
        std::uint64_t noise_squared = 0;  // 2^-16 squared counts
        std::int32_t corner_gain = 0;     // of the current's integral, 2^-28 a sample
        // Runs
        std::array<std::int32_t, taps> past_currents{};
        std::int64_t current_integral = 0;  // 2^-28 counts
        std::int32_t converter_offset = 0;  // of the current channel
        std::int32_t sensor_current = 0;    // of the sample in work, before the integral
        VoltageHistory voltages;
        std::int32_t voltage = 0;  // of the sample in work
        std::int32_t current = 0;
        HalfCycle half_cycle;
        std::uint32_t lowest_half_cycle = 0xffff'ffff;  // of the window, 2^-8 counts
        std::uint32_t highest_half_cycle = 0;
        Cycle cycle;
        Window window;
        EnergyCounter active, reactive, apparent;
        NoLoadGate active_gate, reactive_gate, apparent_gate;
        std::int64_t delayed_reactive_mvar = 0;
    };
    // Start and stop of registration, as currents; the power that goes with them is that at the present voltage.
    struct NoLoadLimit {
        std::uint64_t start_ua;
        std::uint64_t stop_ua;
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
    void take(Phase& phase, std::int32_t voltage, std::int32_t current) const;
    void accumulate(Phase& phase) const;
    void end_half_cycle(std::size_t phase);
    void align_half_cycles();
    // Ends the cycle, and perhaps the window. `later` / 1024 of the last sample belongs to the next one.
    bool end_cycle(std::int32_t later);
    void follow_reference();
    void end_window();
    void measure(Phase& phase, const PhaseSpectra& spectra, PhaseInterval& out);
    void follow_converter_offset(Phase& phase) const;
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
    NoLoadLimit active_limit_, reactive_limit_;
    std::uint32_t presence_mv_;  // a phase with less voltage has none
    // Runs
    std::array<Phase, max_phases> phase_;
    Neutral neutral_;
    std::uint32_t angle_ = 0;  // of the oscillator
    std::uint32_t step_ = 0;
    std::uint32_t previous_step_ = 0;
    std::int32_t cosine_ = 0, sine_ = 0, step_cosine_ = 0, step_sine_ = 0;
    QuarterDelay quarter_;
    HarmonicAnalyser analyser_;
    Spectra spectra_;
    std::uint8_t analysed_ = 0;  // the phase whose turn it is, with its voltage first
    bool analyses_current_ = false;
    VoltageEvents voltage_events_;
    std::uint64_t samples_ = 0;
    std::uint8_t first_windows_ = 0;  // up to offset_windows
    std::int32_t cycle_weight_ = 0;   // samples in the cycle, 1/1024
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
