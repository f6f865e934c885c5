#include "apps/firmware/waveform.hpp"

namespace blathy::firmware {
namespace {

constexpr int quarter_points = 240;  // the steps of a cycle at any of the models' sample rates divide four times this
constexpr int cycle_points = 4 * quarter_points;
constexpr std::int64_t one = std::int64_t{1} << 30;

// A quarter of a sine, as shares of 2^30: its Taylor series, which for an angle below pi/2 is exact to the last bit
// after twelve terms.
constexpr auto quarter_sine = [] {
    std::array<std::int32_t, quarter_points + 1> table{};
    constexpr double quarter_turn = 1.57079632679489661923;
    for (int i = 0; i <= quarter_points; ++i) {
        const double angle = quarter_turn * i / quarter_points;
        double term = angle;
        double sum = angle;
        for (int n = 1; n < 12; ++n) {
            term *= -angle * angle / ((2 * n) * (2 * n + 1));
            sum += term;
        }
        table[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(sum * static_cast<double>(one) + 0.5);
    }
    return table;
}();

constexpr std::int64_t sine(std::uint32_t point) {
    const std::uint32_t quarter = point / quarter_points % 4;
    const std::uint32_t within = point % quarter_points;
    const std::int64_t value = quarter_sine[quarter % 2 == 0 ? within : quarter_points - within];
    return quarter < 2 ? value : -value;
}

// Peak counts of an r.m.s. value, for a converter that is full at `full_scale`.
constexpr std::int64_t peak_counts(std::uint32_t rms, std::uint32_t full_scale, std::uint8_t bits) {
    constexpr std::int64_t sqrt2_millionths = 1'414'214;
    return (std::int64_t{rms} * sqrt2_millionths / 1'000'000 << (bits - 1)) / full_scale;
}

}  // namespace

Waveform::Waveform(const meter::Model& model)
    : samples_per_cycle_(model.sample_rate_hz / frequency_hz),
      voltage_peak_(peak_counts(model.nominal_voltage_mv, model.full_scale_voltage_mv, model.adc_bits)),
      current_peak_(peak_counts(2 * model.basic_current_ma, model.full_scale_current_ma, model.adc_bits)) {}

meter::Samples Waveform::next() {
    meter::Samples samples;
    const std::uint32_t point = position_ * cycle_points / samples_per_cycle_;
    for (std::size_t phase = 0; phase < meter::max_phases; ++phase) {
        // Each phase lags the one before by a third of a cycle.
        const auto lag = static_cast<std::uint32_t>(phase) * (cycle_points / 3);
        const std::int64_t value = sine((point + cycle_points - lag) % cycle_points);
        samples.voltage[phase] = static_cast<std::int32_t>(voltage_peak_ * value / one);
        samples.current[phase] = static_cast<std::int32_t>(current_peak_ * value / one);
    }
    position_ = (position_ + 1) % samples_per_cycle_;
    return samples;
}

}  // namespace blathy::firmware
