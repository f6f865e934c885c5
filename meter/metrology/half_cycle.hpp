// Urms(1/2) of one voltage (IEC 61000-4-30, 3.23 and 5.4): the r.m.s. value over one cycle that begins at a zero
// crossing of the fundamental, anew every half cycle, of each channel at its own crossings.
//
// The crossings come from the phase of the fundamental against the oscillator, so that neither harmonics nor noise
// doubles one, and during an interruption they go on where they were.
#pragma once

#include <cstdint>

namespace blathy::meter {

class HalfCycle {
  public:
    // Takes a sample and the oscillator's angle after it. True when a half cycle ended in it: `rms` is then new.
    bool add(std::int32_t voltage, std::uint32_t angle_after, std::uint32_t step) {
        const std::int64_t v = std::int64_t{voltage} - offset_;
        now_.squares += v * v;
        now_.weight += one_sample;
        const bool second_half = (angle_after - crossing_) >> 31 != 0;
        if (second_half == second_half_) return false;
        second_half_ = second_half;
        return end(v, angle_after, step);
    }

    // Where the fundamental crosses zero. The first time it is taken as it is; later a jump is followed by a sixteenth
    // of a turn a call, so that no cycle comes out much too short.
    void align(std::uint32_t crossing);
    // The channel's d.c., counts.
    void set_offset(std::int32_t offset) { offset_ = offset; }

    [[nodiscard]] std::uint32_t rms() const { return rms_; }  // 2^-8 counts
    // Samples in the cycle that `rms` is of.
    [[nodiscard]] std::uint32_t samples() const { return samples_; }

  private:
    static constexpr std::int32_t one_sample = 1 << 10;
    struct Half {
        std::int64_t squares = 0;
        std::int32_t weight = 0;
    };
    bool end(std::int64_t voltage, std::uint32_t angle_after, std::uint32_t step);

    Half now_;
    Half before_;
    std::uint32_t crossing_ = 0;
    std::int32_t offset_ = 0;
    std::uint32_t rms_ = 0;
    std::uint32_t samples_ = 0;
    std::uint8_t halves_ = 0;  // of those that a first value needs
    bool second_half_ = false;
    bool aligned_ = false;
};

}  // namespace blathy::meter
