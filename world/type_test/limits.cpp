#include "world/type_test/limits.hpp"

#include <array>

namespace blathy::world::type_test {

namespace {

constexpr std::string_view a21 = "IEC 62053-21:2003+A1:2016";
constexpr std::string_view a22 = "IEC 62053-22:2003+A1:2016";
constexpr std::string_view r23 = "IEC 62053-23:2003";
constexpr std::string_view r24 = "IEC 62053-24:2014";
constexpr std::string_view house = "house";

constexpr auto errors = std::to_array<ErrorLimit>({
    // IEC 62053-21, class 1, direct
    {Quantity::active, "1", Loading::balanced, 0.05, 0.1, 1, true, 1.5, a21},
    {Quantity::active, "1", Loading::balanced, 0.1, 0, 1, true, 1.0, a21},
    {Quantity::active, "1", Loading::balanced, 0.1, 0.2, 0.5, true, 1.5, a21},
    {Quantity::active, "1", Loading::balanced, 0.2, 0, 0.5, true, 1.0, a21},
    {Quantity::active, "1", Loading::balanced, 0.1, 0.2, 0.8, false, 1.5, a21},
    {Quantity::active, "1", Loading::balanced, 0.2, 0, 0.8, false, 1.0, a21},
    {Quantity::active, "1", Loading::balanced, 0.2, 1.01, 0.25, true, 3.5, a21},
    {Quantity::active, "1", Loading::balanced, 0.2, 1.01, 0.5, false, 2.5, a21},
    {Quantity::active, "1", Loading::single_phase, 0.1, 0, 1, true, 2.0, a21},
    {Quantity::active, "1", Loading::single_phase, 0.2, 0, 0.5, true, 2.0, a21},
    // IEC 62053-22, class 0.5 S
    {Quantity::active, "0.5S", Loading::balanced, 0.01, 0.05, 1, true, 1.0, a22},
    {Quantity::active, "0.5S", Loading::balanced, 0.05, 0, 1, true, 0.5, a22},
    {Quantity::active, "0.5S", Loading::balanced, 0.02, 0.1, 0.5, true, 1.0, a22},
    {Quantity::active, "0.5S", Loading::balanced, 0.1, 0, 0.5, true, 0.6, a22},
    {Quantity::active, "0.5S", Loading::balanced, 0.02, 0.1, 0.8, false, 1.0, a22},
    {Quantity::active, "0.5S", Loading::balanced, 0.1, 0, 0.8, false, 0.6, a22},
    {Quantity::active, "0.5S", Loading::balanced, 0.1, 0, 0.25, true, 1.0, a22},
    {Quantity::active, "0.5S", Loading::balanced, 0.1, 0, 0.5, false, 1.0, a22},
    {Quantity::active, "0.5S", Loading::single_phase, 0.05, 0, 1, true, 0.6, a22},
    {Quantity::active, "0.5S", Loading::single_phase, 0.1, 0, 0.5, true, 1.0, a22},
    // IEC 62053-23, class 2, direct: the factor is a sine
    {Quantity::reactive, "2", Loading::balanced, 0.05, 0.1, 1, true, 2.5, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.1, 0, 1, true, 2.0, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.1, 0.2, 0.5, true, 2.5, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.2, 0, 0.5, true, 2.0, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.2, 0, 0.25, true, 2.5, r23},
    {Quantity::reactive, "2", Loading::single_phase, 0.1, 0, 1, true, 3.0, r23},
    {Quantity::reactive, "2", Loading::single_phase, 0.2, 0, 0.5, true, 3.0, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.05, 0.1, 1, false, 2.5, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.1, 0, 1, false, 2.0, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.1, 0.2, 0.5, false, 2.5, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.2, 0, 0.5, false, 2.0, r23},
    {Quantity::reactive, "2", Loading::balanced, 0.2, 0, 0.25, false, 2.5, r23},
    {Quantity::reactive, "2", Loading::single_phase, 0.1, 0, 1, false, 3.0, r23},
    {Quantity::reactive, "2", Loading::single_phase, 0.2, 0, 0.5, false, 3.0, r23},
    // IEC 62053-24, class 1, through transformers: limits begin at 0.01 In, as those of 1 S do
    {Quantity::reactive, "1", Loading::balanced, 0.01, 0.05, 1, true, 1.5, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.05, 0, 1, true, 1.0, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.05, 0.1, 0.5, true, 1.5, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.1, 0, 0.5, true, 1.0, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.1, 0, 0.25, true, 2.0, r24},
    {Quantity::reactive, "1", Loading::single_phase, 0.05, 0, 1, true, 1.5, r24},
    {Quantity::reactive, "1", Loading::single_phase, 0.1, 0, 0.5, true, 1.5, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.01, 0.05, 1, false, 1.5, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.05, 0, 1, false, 1.0, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.05, 0.1, 0.5, false, 1.5, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.1, 0, 0.5, false, 1.0, r24},
    {Quantity::reactive, "1", Loading::balanced, 0.1, 0, 0.25, false, 2.0, r24},
    {Quantity::reactive, "1", Loading::single_phase, 0.05, 0, 1, false, 1.5, r24},
    {Quantity::reactive, "1", Loading::single_phase, 0.1, 0, 0.5, false, 1.5, r24},
});

constexpr auto influences = std::to_array<InfluenceLimit>({
    // IEC 62053-21, class 1
    {Influence::temperature, Quantity::active, "1", 0.1, 0, 1, -25, 0.05, a21},
    {Influence::temperature, Quantity::active, "1", 0.2, 0, 0.5, -25, 0.07, a21},
    {Influence::temperature, Quantity::active, "1", 0.1, 0, 1, 55, 0.05, a21},
    {Influence::temperature, Quantity::active, "1", 0.2, 0, 0.5, 55, 0.07, a21},
    {Influence::voltage, Quantity::active, "1", 0.05, 0, 1, 0.9, 0.7, a21},
    {Influence::voltage, Quantity::active, "1", 0.1, 0, 0.5, 0.9, 1.0, a21},
    {Influence::voltage, Quantity::active, "1", 0.05, 0, 1, 1.1, 0.7, a21},
    {Influence::voltage, Quantity::active, "1", 0.1, 0, 0.5, 1.1, 1.0, a21},
    {Influence::voltage, Quantity::active, "1", 0.05, 0, 1, 0.6, 0.7, house},
    {Influence::voltage, Quantity::active, "1", 0.1, 0, 0.5, 0.6, 1.0, house},
    {Influence::voltage, Quantity::active, "1", 0.05, 0, 1, 1.2, 0.7, house},
    {Influence::voltage, Quantity::active, "1", 0.1, 0, 0.5, 1.2, 1.0, house},
    {Influence::frequency, Quantity::active, "1", 0.05, 0, 1, 49, 0.5, a21},
    {Influence::frequency, Quantity::active, "1", 0.1, 0, 0.5, 49, 0.7, a21},
    {Influence::frequency, Quantity::active, "1", 0.05, 0, 1, 51, 0.5, a21},
    {Influence::frequency, Quantity::active, "1", 0.1, 0, 0.5, 51, 0.7, a21},
    {Influence::frequency, Quantity::active, "1", 0.05, 0, 1, 45, 0.5, house},
    {Influence::frequency, Quantity::active, "1", 0.1, 0, 0.5, 45, 0.7, house},
    {Influence::frequency, Quantity::active, "1", 0.05, 0, 1, 55, 0.5, house},
    {Influence::frequency, Quantity::active, "1", 0.1, 0, 0.5, 55, 0.7, house},
    {Influence::reversed_sequence, Quantity::active, "1", 0.1, 0.1, 1, 0, 1.5, a21},
    {Influence::unbalance, Quantity::active, "1", 1, 1, 1, 1, 2.0, a21},
    {Influence::unbalance, Quantity::active, "1", 1, 1, 1, 2, 2.0, a21},
    {Influence::unbalance, Quantity::active, "1", 1, 1, 1, 4, 2.0, a21},
    {Influence::unbalance, Quantity::active, "1", 1, 1, 1, 3, 2.0, a21},
    {Influence::unbalance, Quantity::active, "1", 1, 1, 1, 5, 2.0, a21},
    {Influence::unbalance, Quantity::active, "1", 1, 1, 1, 6, 2.0, a21},
    {Influence::fifth_harmonic, Quantity::active, "1", 10, 10, 1, 0, 0.8, a21},
    {Influence::half_wave, Quantity::active, "1", 14.142, 14.142, 1, 0, 3.0, a21},
    {Influence::phase_fired, Quantity::active, "1", 0.5, 0.5, 1, 0, 3.0, a21},
    {Influence::burst, Quantity::active, "1", 0.5, 0.5, 1, 0, 3.0, a21},
    {Influence::alternating_field, Quantity::active, "1", 1, 1, 1, 0, 2.0, a21},
    {Influence::alternating_field, Quantity::active, "1", 1, 1, 1, 90, 2.0, a21},
    {Influence::alternating_field, Quantity::active, "1", 1, 1, 1, 180, 2.0, a21},
    {Influence::alternating_field, Quantity::active, "1", 1, 1, 1, 270, 2.0, a21},
    {Influence::magnet, Quantity::active, "1", 1, 1, 1, 200, 2.0, a21},
    {Influence::self_heating, Quantity::active, "1", 20, 20, 1, 0, 0.7, a21},
    {Influence::self_heating, Quantity::active, "1", 20, 20, 0.5, 0, 1.0, a21},
    // IEC 62053-22, class 0.5 S
    {Influence::temperature, Quantity::active, "0.5S", 0.05, 0, 1, -25, 0.03, a22},
    {Influence::temperature, Quantity::active, "0.5S", 0.1, 0, 0.5, -25, 0.05, a22},
    {Influence::temperature, Quantity::active, "0.5S", 0.05, 0, 1, 55, 0.03, a22},
    {Influence::temperature, Quantity::active, "0.5S", 0.1, 0, 0.5, 55, 0.05, a22},
    {Influence::voltage, Quantity::active, "0.5S", 0.05, 0, 1, 0.9, 0.2, a22},
    {Influence::voltage, Quantity::active, "0.5S", 0.1, 0, 0.5, 0.9, 0.4, a22},
    {Influence::voltage, Quantity::active, "0.5S", 0.05, 0, 1, 1.1, 0.2, a22},
    {Influence::voltage, Quantity::active, "0.5S", 0.1, 0, 0.5, 1.1, 0.4, a22},
    {Influence::voltage, Quantity::active, "0.5S", 0.05, 0, 1, 0.8, 0.2, house},
    {Influence::voltage, Quantity::active, "0.5S", 0.1, 0, 0.5, 0.8, 0.4, house},
    {Influence::voltage, Quantity::active, "0.5S", 0.05, 0, 1, 1.2, 0.2, house},
    {Influence::voltage, Quantity::active, "0.5S", 0.1, 0, 0.5, 1.2, 0.4, house},
    {Influence::frequency, Quantity::active, "0.5S", 0.05, 0, 1, 49, 0.2, a22},
    {Influence::frequency, Quantity::active, "0.5S", 0.1, 0, 0.5, 49, 0.2, a22},
    {Influence::frequency, Quantity::active, "0.5S", 0.05, 0, 1, 51, 0.2, a22},
    {Influence::frequency, Quantity::active, "0.5S", 0.1, 0, 0.5, 51, 0.2, a22},
    {Influence::frequency, Quantity::active, "0.5S", 0.05, 0, 1, 45, 0.2, house},
    {Influence::frequency, Quantity::active, "0.5S", 0.1, 0, 0.5, 45, 0.2, house},
    {Influence::frequency, Quantity::active, "0.5S", 0.05, 0, 1, 55, 0.2, house},
    {Influence::frequency, Quantity::active, "0.5S", 0.1, 0, 0.5, 55, 0.2, house},
    {Influence::reversed_sequence, Quantity::active, "0.5S", 0.1, 0.1, 1, 0, 0.1, a22},
    {Influence::unbalance, Quantity::active, "0.5S", 1, 1, 1, 1, 1.0, a22},
    {Influence::unbalance, Quantity::active, "0.5S", 1, 1, 1, 2, 1.0, a22},
    {Influence::unbalance, Quantity::active, "0.5S", 1, 1, 1, 4, 1.0, a22},
    {Influence::unbalance, Quantity::active, "0.5S", 1, 1, 1, 3, 1.0, a22},
    {Influence::unbalance, Quantity::active, "0.5S", 1, 1, 1, 5, 1.0, a22},
    {Influence::unbalance, Quantity::active, "0.5S", 1, 1, 1, 6, 1.0, a22},
    {Influence::fifth_harmonic, Quantity::active, "0.5S", 5, 5, 1, 0, 0.5, a22},
    {Influence::burst, Quantity::active, "0.5S", 0.5, 0.5, 1, 0, 1.5, a22},
    {Influence::alternating_field, Quantity::active, "0.5S", 1, 1, 1, 0, 1.0, a22},
    {Influence::alternating_field, Quantity::active, "0.5S", 1, 1, 1, 90, 1.0, a22},
    {Influence::alternating_field, Quantity::active, "0.5S", 1, 1, 1, 180, 1.0, a22},
    {Influence::alternating_field, Quantity::active, "0.5S", 1, 1, 1, 270, 1.0, a22},
    {Influence::magnet, Quantity::active, "0.5S", 1, 1, 1, 200, 2.0, a22},
    {Influence::self_heating, Quantity::active, "0.5S", 10, 10, 1, 0, 0.2, a22},
    {Influence::self_heating, Quantity::active, "0.5S", 10, 10, 0.5, 0, 0.2, a22},
    // IEC 62053-23, class 2
    {Influence::temperature, Quantity::reactive, "2", 0.1, 0, 1, -25, 0.1, r23},
    {Influence::temperature, Quantity::reactive, "2", 0.2, 0, 0.5, -25, 0.15, r23},
    {Influence::temperature, Quantity::reactive, "2", 0.1, 0, 1, 55, 0.1, r23},
    {Influence::temperature, Quantity::reactive, "2", 0.2, 0, 0.5, 55, 0.15, r23},
    {Influence::voltage, Quantity::reactive, "2", 0.05, 0, 1, 0.9, 1.0, r23},
    {Influence::voltage, Quantity::reactive, "2", 0.1, 0, 0.5, 0.9, 1.5, r23},
    {Influence::voltage, Quantity::reactive, "2", 0.05, 0, 1, 1.1, 1.0, r23},
    {Influence::voltage, Quantity::reactive, "2", 0.1, 0, 0.5, 1.1, 1.5, r23},
    {Influence::voltage, Quantity::reactive, "2", 0.05, 0, 1, 0.6, 1.0, house},
    {Influence::voltage, Quantity::reactive, "2", 0.1, 0, 0.5, 0.6, 1.5, house},
    {Influence::voltage, Quantity::reactive, "2", 0.05, 0, 1, 1.2, 1.0, house},
    {Influence::voltage, Quantity::reactive, "2", 0.1, 0, 0.5, 1.2, 1.5, house},
    {Influence::frequency, Quantity::reactive, "2", 0.05, 0, 1, 49, 2.5, r23},
    {Influence::frequency, Quantity::reactive, "2", 0.1, 0, 0.5, 49, 2.5, r23},
    {Influence::frequency, Quantity::reactive, "2", 0.05, 0, 1, 51, 2.5, r23},
    {Influence::frequency, Quantity::reactive, "2", 0.1, 0, 0.5, 51, 2.5, r23},
    {Influence::frequency, Quantity::reactive, "2", 0.05, 0, 1, 45, 2.5, house},
    {Influence::frequency, Quantity::reactive, "2", 0.1, 0, 0.5, 45, 2.5, house},
    {Influence::frequency, Quantity::reactive, "2", 0.05, 0, 1, 55, 2.5, house},
    {Influence::frequency, Quantity::reactive, "2", 0.1, 0, 0.5, 55, 2.5, house},
    {Influence::alternating_field, Quantity::reactive, "2", 1, 1, 1, 0, 3.0, r23},
    {Influence::alternating_field, Quantity::reactive, "2", 1, 1, 1, 90, 3.0, r23},
    {Influence::alternating_field, Quantity::reactive, "2", 1, 1, 1, 180, 3.0, r23},
    {Influence::alternating_field, Quantity::reactive, "2", 1, 1, 1, 270, 3.0, r23},
    {Influence::magnet, Quantity::reactive, "2", 1, 1, 1, 200, 3.0, r23},
    {Influence::self_heating, Quantity::reactive, "2", 20, 20, 1, 0, 1.0, r23},
    {Influence::self_heating, Quantity::reactive, "2", 20, 20, 0.5, 0, 1.5, r23},
    // Class 1 reactive: half of what class 2 allows
    {Influence::temperature, Quantity::reactive, "1", 0.05, 0, 1, -25, 0.05, house},
    {Influence::temperature, Quantity::reactive, "1", 0.1, 0, 0.5, -25, 0.075, house},
    {Influence::temperature, Quantity::reactive, "1", 0.05, 0, 1, 55, 0.05, house},
    {Influence::temperature, Quantity::reactive, "1", 0.1, 0, 0.5, 55, 0.075, house},
    {Influence::voltage, Quantity::reactive, "1", 0.02, 0, 1, 0.9, 0.5, house},
    {Influence::voltage, Quantity::reactive, "1", 0.05, 0, 0.5, 0.9, 0.75, house},
    {Influence::voltage, Quantity::reactive, "1", 0.02, 0, 1, 1.1, 0.5, house},
    {Influence::voltage, Quantity::reactive, "1", 0.05, 0, 0.5, 1.1, 0.75, house},
    {Influence::voltage, Quantity::reactive, "1", 0.02, 0, 1, 0.8, 0.5, house},
    {Influence::voltage, Quantity::reactive, "1", 0.05, 0, 0.5, 0.8, 0.75, house},
    {Influence::voltage, Quantity::reactive, "1", 0.02, 0, 1, 1.2, 0.5, house},
    {Influence::voltage, Quantity::reactive, "1", 0.05, 0, 0.5, 1.2, 0.75, house},
    {Influence::frequency, Quantity::reactive, "1", 0.02, 0, 1, 49, 1.25, house},
    {Influence::frequency, Quantity::reactive, "1", 0.05, 0, 0.5, 49, 1.25, house},
    {Influence::frequency, Quantity::reactive, "1", 0.02, 0, 1, 51, 1.25, house},
    {Influence::frequency, Quantity::reactive, "1", 0.05, 0, 0.5, 51, 1.25, house},
    {Influence::frequency, Quantity::reactive, "1", 0.02, 0, 1, 45, 1.25, house},
    {Influence::frequency, Quantity::reactive, "1", 0.05, 0, 0.5, 45, 1.25, house},
    {Influence::frequency, Quantity::reactive, "1", 0.02, 0, 1, 55, 1.25, house},
    {Influence::frequency, Quantity::reactive, "1", 0.05, 0, 0.5, 55, 1.25, house},
    {Influence::alternating_field, Quantity::reactive, "1", 1, 1, 1, 0, 1.5, house},
    {Influence::alternating_field, Quantity::reactive, "1", 1, 1, 1, 90, 1.5, house},
    {Influence::alternating_field, Quantity::reactive, "1", 1, 1, 1, 180, 1.5, house},
    {Influence::alternating_field, Quantity::reactive, "1", 1, 1, 1, 270, 1.5, house},
    {Influence::magnet, Quantity::reactive, "1", 1, 1, 1, 200, 1.5, house},
    {Influence::self_heating, Quantity::reactive, "1", 10, 10, 1, 0, 0.5, house},
    {Influence::self_heating, Quantity::reactive, "1", 10, 10, 0.5, 0, 0.75, house},
});

constexpr auto no_load_table = std::to_array<NoLoadLimit>({
    {Quantity::active, "1", 600, a21},
    {Quantity::active, "0.5S", 600, a22},
    {Quantity::reactive, "2", 480, r23},
    {Quantity::reactive, "1", 480, r24},
});

}  // namespace

std::span<const ErrorLimit> error_limits() {
    return errors;
}

std::span<const InfluenceLimit> influence_limits() {
    return influences;
}

std::span<const NoLoadLimit> no_load_limits() {
    return no_load_table;
}

}  // namespace blathy::world::type_test
