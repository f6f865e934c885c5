// Limits of error of the accuracy classes, as data. Each row says in which edition it stands.
//
// Editions: IEC 62053-21 and -22 of 2003 with amendment 1 of 2016, IEC 62053-23:2003, IEC 62053-24:2014. "House" rows
// are promises that no edition makes: the product sheet's wider ranges, and influences on class 1 reactive, for which
// half of what class 2 allows is taken.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace blathy::world::type_test {

enum class Quantity : std::uint8_t { active, reactive };

// Whether a row is for all phases loaded alike or for one of them with all voltages applied.
enum class Loading : std::uint8_t { balanced, single_phase };

// Clause 8.1 of each part: error at a current and a power factor (of reactive energy: a sine).
struct ErrorLimit {
    Quantity quantity;
    std::string_view accuracy_class;
    Loading loading;
    double from;   // share of Ib or In
    double below;  // share, 0: Imax included
    double factor;
    bool inductive;
    double percent;
    std::string_view edition;
};

enum class Influence : std::uint8_t {
    none,
    temperature,        // per kelvin
    voltage,            // level: share of Un
    frequency,          // level: Hz
    reversed_sequence,  //
    unbalance,          // level: mask of the phases that are interrupted
    fifth_harmonic,     // 10 % in voltage, 40 % in current, in phase
    half_wave,          // d.c. and even harmonics
    phase_fired,        // odd harmonics
    burst,              // sub-harmonics: two cycles on, two off
    alternating_field,  // 0.5 mT; level: its phase, degrees
    magnet,             // level: mT
    self_heating,
};

// Clause 8.2: change of error, in per cent (of the temperature: per cent a kelvin).
struct InfluenceLimit {
    Influence influence;
    Quantity quantity;
    std::string_view accuracy_class;
    double from;  // share of Ib or In; up to Imax
    double to;    // 0: Imax; otherwise the one current `from`
    double factor;
    double level;
    double percent;
    std::string_view edition;
};

// Clause 8.3, no-load: minutes = constant x 10^6 / (k m Un Imax), at 115 % of Un.
struct NoLoadLimit {
    Quantity quantity;
    std::string_view accuracy_class;
    double constant;
    std::string_view edition;
};

std::span<const ErrorLimit> error_limits();
std::span<const InfluenceLimit> influence_limits();
std::span<const NoLoadLimit> no_load_limits();

}  // namespace blathy::world::type_test
