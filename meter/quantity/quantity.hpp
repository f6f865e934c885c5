// Every measured quantity by its OBIS code, as the register objects and the display show it.
#pragma once

#include <cstdint>
#include <optional>

#include "dlms/obis.hpp"
#include "dlms/tags.hpp"
#include "meter/energy/energy.hpp"
#include "meter/interval.hpp"
#include "meter/metrology/harmonics.hpp"
#include "meter/model.hpp"

namespace blathy::meter {

// How a quantity is presented: value times ten to the scaler, in the unit, as data of the type.
struct Presentation {
    dlms::DataTag type = dlms::DataTag::null_data;
    std::int8_t scaler = 0;
    dlms::Unit unit = dlms::Unit::none;
};

// Value groups C and D of a quantity of one element, IEC 62056-6-1, Table 13: C is quantity + 20 times the phase.
struct QuantityCode {
    std::uint8_t quantity = 0;  // C of the sum of all phases
    std::uint8_t phase = 0;     // 0 all, 1 to 3
};
inline constexpr int obis_phase_step = 20;
inline constexpr int obis_energy = 8;         // D: time integral 1
inline constexpr int obis_instantaneous = 7;  // D

enum Quantity : std::uint8_t {
    active_import = 1,
    active_export = 2,
    reactive_import = 3,
    reactive_export = 4,
    reactive_quadrant_1 = 5,
    reactive_quadrant_4 = 8,
    apparent_import = 9,
    apparent_export = 10,
    current = 11,
    voltage = 12,
    power_factor = 13,
    frequency = 14,
    active_absolute = 15,
    active_net = 16,
    phase_angle = 81,
    current_sum = 90,
    current_neutral = 91,
};

// Value group E of an instantaneous voltage or current: 1 the fundamental, 2 to 21 a harmonic of that order, r.m.s.
inline constexpr std::uint8_t obis_distortion = 124;  // total harmonic distortion

constexpr QuantityCode quantity_code(std::uint8_t c) {
    if (c == 0 || c > 80) return {c, 0};
    const auto phase = static_cast<std::uint8_t>((c - 1) / obis_phase_step);
    return {static_cast<std::uint8_t>(c - phase * obis_phase_step), phase};
}

// None: not a quantity that this meter measures.
std::optional<Presentation> presentation_of(const dlms::Obis& obis);

struct Measurements {
    const Model& model;
    const Energy& energy;
    const Interval& interval;
    // Of who analyses the waveform. Without one a voltage or a current is the sinusoid that its r.m.s. value stands
    // for.
    const Spectra* spectra = nullptr;

    // None: as above. Values beyond the type of their presentation roll over, as registers do.
    [[nodiscard]] std::optional<std::int64_t> read(const dlms::Obis& obis) const;
};

}  // namespace blathy::meter
