#include "meter/metrology/harmonics.hpp"

#include <algorithm>
#include <bit>

#include "meter/metrology/cordic.hpp"
#include "meter/metrology/sums.hpp"

// Bounds: a sample below 2^24, weighed by at most 1, times 2^28 is 2^52; at most 2,000 samples, of which the window
// takes one half, are 2^62.

namespace blathy::meter {

namespace {

constexpr std::uint32_t cycles_per_window = 10;
constexpr int order_bits = 28;   // of an order's cosine and sine
constexpr int window_bits = 15;  // of the window's weight of a sample

// R.m.s. in 2^-8 counts of the sinusoid that left these sums.
std::int64_t order_rms(std::int64_t cosine, std::int64_t sine, std::int64_t weight) {
    if (weight == 0) return 0;
    const auto magnitude = [](std::int64_t value) { return static_cast<std::uint64_t>(value < 0 ? -value : value); };
    const int excess = std::max(0, static_cast<int>(std::bit_width(magnitude(cosine) | magnitude(sine))) - 31);
    const std::int64_t c = cosine >> excess;
    const std::int64_t s = sine >> excess;
    const std::int64_t length = std::int64_t{square_root(static_cast<std::uint64_t>(c * c + s * s))} << excess;
    constexpr std::int64_t root_of_2 = 92'682;  // x 2^16
    constexpr int places = order_bits - window_bits;
    return (length / weight * root_of_2) >> (16 + places - root_bits);
}

}  // namespace

void HarmonicAnalyser::begin_window(std::uint32_t angle, std::uint32_t step) {
    orders_.fill({});
    weight_ = 0;
    begin_cycle(0, angle, step);
}

void HarmonicAnalyser::begin_cycle(std::uint32_t cycle, std::uint32_t angle, std::uint32_t step) {
    const auto place = ((std::uint64_t{cycle} << 32) + angle) / cycles_per_window;
    const Vector now = unit_vector(static_cast<std::uint32_t>(place));
    const Vector turn = unit_vector(step / cycles_per_window);
    cosine_ = now.x;
    sine_ = now.y;
    step_cosine_ = turn.x;
    step_sine_ = turn.y;
}

void HarmonicAnalyser::add(std::int32_t voltage, std::int32_t current, std::int32_t cosine, std::int32_t sine) {
    const std::int32_t weight =
        static_cast<std::int32_t>(((std::int64_t{1} << unit_bits) - cosine_) >> (unit_bits + 1 - window_bits));
    weight_ += weight;
    const std::int64_t v = (std::int64_t{voltage} * weight) >> window_bits;
    const std::int64_t i = (std::int64_t{current} * weight) >> window_bits;

    // cos (n + 1)x = 2 cos x cos nx - cos (n - 1)x, and so for the sine.
    constexpr int to_order = unit_bits - order_bits;
    std::int32_t c = cosine >> to_order;
    std::int32_t s = sine >> to_order;
    std::int32_t c_before = std::int32_t{1} << order_bits;
    std::int32_t s_before = 0;
    for (Order& order : orders_) {
        order.voltage_cosine += v * c;
        order.voltage_sine += v * s;
        order.current_cosine += i * c;
        order.current_sine += i * s;
        const auto c_next = static_cast<std::int32_t>((std::int64_t{c} * cosine) >> (unit_bits - 1)) - c_before;
        const auto s_next = static_cast<std::int32_t>((std::int64_t{s} * cosine) >> (unit_bits - 1)) - s_before;
        c_before = c;
        s_before = s;
        c = c_next;
        s = s_next;
    }

    const std::int64_t x = cosine_;
    const std::int64_t y = sine_;
    cosine_ = static_cast<std::int32_t>((x * step_cosine_ - y * step_sine_) >> unit_bits);
    sine_ = static_cast<std::int32_t>((y * step_cosine_ + x * step_sine_) >> unit_bits);
}

PhaseSpectra HarmonicAnalyser::spectra(Scale millivolts, Scale microamperes) const {
    PhaseSpectra found;
    for (std::size_t n = 1; n <= highest_order; ++n) {
        const Order& sums = orders_[n - 1];
        found.voltage.rms[n] =
            static_cast<std::uint32_t>(millivolts.apply(order_rms(sums.voltage_cosine, sums.voltage_sine, weight_)));
        found.current.rms[n] =
            static_cast<std::uint32_t>(microamperes.apply(order_rms(sums.current_cosine, sums.current_sine, weight_)));
    }
    for (Spectrum* spectrum : {&found.voltage, &found.current}) {
        std::uint64_t squares = 0;
        for (std::size_t n = 2; n <= highest_order; ++n) squares += std::uint64_t{spectrum->rms[n]} * spectrum->rms[n];
        const std::uint64_t fundamental = spectrum->rms[1];
        constexpr std::uint64_t most = 10'000'000;  // ten times the fundamental says that there is none
        if (fundamental > 0) {
            spectrum->distortion_ppm = static_cast<std::uint32_t>(
                std::min(most, std::uint64_t{square_root(squares)} * 1'000'000 / fundamental));
        }
    }
    return found;
}

}  // namespace blathy::meter
