// Harmonics of a voltage or a current, orders 1 to 21, from one window of ten cycles.
//
// A discrete Fourier transform against the oscillator's own multiples, which a recurrence gives from its cosine and
// sine, so the orders stay on the mains whatever its frequency. A raised cosine weighs the window: its ends rarely fall
// on a sample, and so they weigh nothing. Harmonics are ten lines of 5 Hz apart and the raised cosine reaches over two,
// so no order sees another, nor d.c.
//
// The cost is bounded: some 50 products a sample, whatever the signal. The metrology analyses one voltage or current a
// window by turns, so a three-phase meter has all six spectra anew every 1.2 s.
#pragma once

#include <array>
#include <cstdint>

#include "meter/interval.hpp"
#include "meter/metrology/scale.hpp"

namespace blathy::meter {

inline constexpr std::size_t highest_order = 21;

struct Spectrum {
    // R.m.s. of each order, mV or uA; index 0 is not used.
    std::array<std::uint32_t, highest_order + 1> rms{};
    // Total harmonic distortion: r.m.s. of the orders from 2 on, against that of the fundamental. 0 without one.
    std::uint32_t distortion_ppm = 0;
};

struct PhaseSpectra {
    Spectrum voltage;
    Spectrum current;
};

// Those that the model has, the others zero.
using Spectra = std::array<PhaseSpectra, max_phases>;

class HarmonicAnalyser {
  public:
    // A window, or the next of its ten cycles, begins at this angle of the oscillator, which turns by `step` a sample.
    void begin_window(std::uint32_t angle, std::uint32_t step);
    void begin_cycle(std::uint32_t cycle, std::uint32_t angle, std::uint32_t step);

    // The sample, below 2^24, that belongs to the oscillator's present cosine and sine.
    void add(std::int32_t sample, std::int32_t cosine, std::int32_t sine);

    // Of the samples since begin_window. `units`: mV or uA for 2^-8 counts.
    [[nodiscard]] Spectrum spectrum(Scale units) const;

  private:
    struct Order {
        std::int64_t cosine = 0;
        std::int64_t sine = 0;
    };
    std::array<Order, highest_order> orders_{};
    std::int64_t weight_ = 0;
    // The cosine that weighs the window.
    std::int32_t cosine_ = 0, sine_ = 0, step_cosine_ = 0, step_sine_ = 0;
};

}  // namespace blathy::meter
