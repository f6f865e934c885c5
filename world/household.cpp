#include "world/household.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "world/random.hpp"

namespace blathy::world {

namespace {

constexpr double day_s = 86'400;
constexpr double hour_s = 3'600;

// What happens on one day, drawn afresh for each use from the seed, the day and what is asked for.
Random chance(std::uint64_t seed, std::int64_t day, std::uint64_t what) {
    Random mixer(seed ^ (static_cast<std::uint64_t>(day) * 0x2545'f491'4f6c'dd1d) ^ (what << 32));
    return Random(mixer.bits());
}

struct Use {
    double begin_h;
    double end_h;
    bool covers(double hour) const { return hour >= begin_h && hour < end_h; }
};

// A use of `length_h` hours somewhere between `earliest_h` and `latest_h`, with that probability.
Use use(Random& random, double probability, double earliest_h, double latest_h, double length_h) {
    const double begin = random.uniform(earliest_h, latest_h);
    const bool happens = random.uniform() < probability;
    return {begin, happens ? begin + length_h : begin};
}

}  // namespace

struct Household::Powers {
    std::array<double, max_phases> active_w{};
    std::array<double, max_phases> reactive_var{};

    void add(std::size_t phase, double watts, double power_factor = 1) {
        active_w[phase] += watts;
        reactive_var[phase] += watts * std::sqrt(1 / (power_factor * power_factor) - 1);
    }
};

std::array<PhaseLoad, max_phases> Household::at(double seconds, const std::array<double, max_phases>& voltage_v) const {
    const auto day = static_cast<std::int64_t>(std::floor(seconds / day_s));
    const double second = seconds - static_cast<double>(day) * day_s;
    const double hour = second / hour_s;
    Powers sum;

    // Always on: router, standby, an alarm clock; mostly capacitive supplies.
    sum.add(0, 35, 1);
    sum.reactive_var[0] -= 20;
    sum.add(1, 12, 1);
    sum.add(2, 18, 1);

    // Refrigerator and freezer: compressors that run a third of the time, each at its own pace.
    Random kitchen = chance(seed_, 0, 1);
    for (const double watts : {95.0, 120.0}) {
        const double period_s = kitchen.uniform(2'400, 3'200);
        if (std::fmod(seconds + kitchen.uniform(0, period_s), period_s) < period_s / 3) sum.add(0, watts, 0.72);
    }

    // Kettle, at breakfast, in the afternoon and in the evening; oven and hob towards dinner.
    Random cooking = chance(seed_, day, 2);
    for (const double from_h : {6.3, 9.0, 15.0, 19.5}) {
        if (use(cooking, 0.8, from_h, from_h + 1.5, 0.05).covers(hour)) sum.add(1, 2'050);
    }
    const Use oven = use(cooking, 0.6, 17.2, 18.5, 0.9);
    if (oven.covers(hour) && std::fmod(second, 120) < (hour < oven.begin_h + 0.2 ? 120 : 45)) sum.add(2, 2'300);
    if (use(cooking, 0.9, 17.5, 18.8, 0.5).covers(hour) && std::fmod(second, 20) < 12) sum.add(1, 1'700);

    // Washing machine: heats first, then turns a motor.
    Random laundry = chance(seed_, day, 3);
    const Use washing = use(laundry, 0.45, 8.5, 16.0, 1.5);
    if (washing.covers(hour)) {
        const bool heats = hour < washing.begin_h + 0.35;
        sum.add(2, heats ? 2'100 : 180, heats ? 0.99 : 0.6);
    }

    // Lights and television, in the dark hours that somebody is awake.
    Random evening = chance(seed_, day, 4);
    const double bedtime_h = evening.uniform(22.0, 23.8);
    const double rising_h = evening.uniform(5.8, 7.0);
    if (hour > rising_h && hour < 8.0) sum.add(0, 130, 0.95);
    if (hour > 17.0 && hour < bedtime_h) {
        sum.add(0, 210, 0.95);
        sum.add(2, 140, 0.93);
    }

    // Electric car: 16 A on three phases, begun in the evening and ended early, every other night on the average.
    Random garage = chance(seed_, day, 5);
    const Use charge = use(garage, 0.5, 20.0, 22.0, garage.uniform(1.0, 2.0));
    if (charge.covers(hour)) {
        for (std::size_t k = 0; k < max_phases; ++k) sum.add(k, 16 * 228, 0.995);
    }

    // Solar panels: 6 kW peak on three phases, with clouds that pass every few minutes.
    const double height = std::sin((hour - 6) / 12 * std::numbers::pi);
    if (height > 0) {
        Random sky = chance(seed_, day, 6);
        const double overcast = sky.uniform(0.2, 1.0);
        Random cloud = chance(seed_, day * 288 + static_cast<std::int64_t>(second / 300), 7);
        const double clear = std::min(1.0, overcast * cloud.uniform(0.7, 1.3));
        for (std::size_t k = 0; k < max_phases; ++k) sum.active_w[k] -= 2'000 * std::pow(height, 1.3) * clear;
    }

    std::array<PhaseLoad, max_phases> loads;
    for (std::size_t k = 0; k < max_phases; ++k) {
        loads[k] = PhaseLoad::of_powers(sum.active_w[k], sum.reactive_var[k], voltage_v[k]);
    }
    return loads;
}

}  // namespace blathy::world
