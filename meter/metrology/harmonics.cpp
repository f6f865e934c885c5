#include "meter/metrology/harmonics.hpp"

#include <algorithm>
#include <bit>

#include "meter/metrology/cordic.hpp"
#include "meter/metrology/sums.hpp"

// Bounds: a sample below 2^24, weighed by at most 1, in 2^-5 counts is below 2^29, and its double is within 32 bits; at
// most 2,000 of them, of which the window takes one half, are below 2^39.

namespace blathy::meter {

namespace {

constexpr std::uint32_t cycles_per_window = 10;
constexpr int product_bits = 5;  // of a sample times an order's cosine or sine
constexpr int window_bits = 15;  // of the window's weight of a sample

constexpr std::int32_t times(std::int64_t value, std::int64_t unit, int bits) {
    return static_cast<std::int32_t>((value * unit) >> bits);
}

// A sample times cos nx and sin nx, for every second n: cos (n + 2)x = 2 cos 2x cos nx - cos (n - 2)x, and so for the
// sine. An order costs no product but its recurrence, and even orders do not wait for odd ones.
struct Products {
    std::int32_t cosine, sine;
    std::int32_t cosine_before, sine_before;

    void go_on(std::int32_t cosine_of_double) {
        const std::int32_t next_cosine = times(cosine, cosine_of_double, unit_bits - 1) - cosine_before;
        const std::int32_t next_sine = times(sine, cosine_of_double, unit_bits - 1) - sine_before;
        cosine_before = cosine;
        sine_before = sine;
        cosine = next_cosine;
        sine = next_sine;
    }
};

// R.m.s. in 2^-8 counts of the sinusoid that left these sums.
std::int64_t order_rms(std::int64_t cosine, std::int64_t sine, std::int64_t weight) {
    if (weight == 0) return 0;
    const auto magnitude = [](std::int64_t value) { return static_cast<std::uint64_t>(value < 0 ? -value : value); };
    const int excess = std::max(0, static_cast<int>(std::bit_width(magnitude(cosine) | magnitude(sine))) - 31);
    const std::int64_t c = cosine >> excess;
    const std::int64_t s = sine >> excess;
    const std::int64_t length = std::int64_t{square_root(static_cast<std::uint64_t>(c * c + s * s))} << excess;
    constexpr std::int64_t root_of_2 = 92'682;  // x 2^16
    constexpr int raised_bits = 23;
    constexpr int places = product_bits + raised_bits - window_bits;
    return ((length << raised_bits) / weight * root_of_2) >> (16 + places - root_bits);
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

void HarmonicAnalyser::add(std::int32_t sample, std::int32_t cosine, std::int32_t sine) {
    const std::int32_t weight =
        static_cast<std::int32_t>(((std::int64_t{1} << unit_bits) - cosine_) >> (unit_bits + 1 - window_bits));
    weight_ += weight;
    const auto weighed = static_cast<std::int32_t>((std::int64_t{sample} * weight) >> (window_bits - product_bits));

    const std::int32_t c = times(weighed, cosine, unit_bits);
    const std::int32_t s = times(weighed, sine, unit_bits);
    Products odd{c, s, c, -s};
    Products even{times(c, cosine, unit_bits - 1) - weighed, times(s, cosine, unit_bits - 1), weighed, 0};
    const auto cosine_of_double = static_cast<std::int32_t>(((std::int64_t{cosine} * cosine) >> (unit_bits - 1)) -
                                                            (std::int64_t{1} << unit_bits));
    for (std::size_t n = 0; n + 1 < highest_order; n += 2) {
        orders_[n].cosine += odd.cosine;
        orders_[n].sine += odd.sine;
        orders_[n + 1].cosine += even.cosine;
        orders_[n + 1].sine += even.sine;
        odd.go_on(cosine_of_double);
        even.go_on(cosine_of_double);
    }
    static_assert(highest_order % 2 == 1);
    orders_.back().cosine += odd.cosine;
    orders_.back().sine += odd.sine;

    const std::int64_t x = cosine_;
    const std::int64_t y = sine_;
    cosine_ = static_cast<std::int32_t>((x * step_cosine_ - y * step_sine_) >> unit_bits);
    sine_ = static_cast<std::int32_t>((y * step_cosine_ + x * step_sine_) >> unit_bits);
}

Spectrum HarmonicAnalyser::spectrum(Scale units) const {
    Spectrum found;
    std::uint64_t squares = 0;
    for (std::size_t n = 1; n <= highest_order; ++n) {
        const Order& sums = orders_[n - 1];
        found.rms[n] = static_cast<std::uint32_t>(units.apply(order_rms(sums.cosine, sums.sine, weight_)));
        if (n > 1) squares += std::uint64_t{found.rms[n]} * found.rms[n];
    }
    const std::uint64_t fundamental = found.rms[1];
    constexpr std::uint64_t most = 10'000'000;  // ten times the fundamental says that there is none
    if (fundamental > 0) {
        found.distortion_ppm =
            static_cast<std::uint32_t>(std::min(most, std::uint64_t{square_root(squares)} * 1'000'000 / fundamental));
    }
    return found;
}

}  // namespace blathy::meter
