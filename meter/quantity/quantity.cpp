#include "meter/quantity/quantity.hpp"

#include <algorithm>

namespace blathy::meter {
namespace {

using dlms::DataTag;
using dlms::Unit;

constexpr Presentation voltage_presentation{DataTag::long_unsigned, -1, Unit::volt};
constexpr Presentation current_presentation{DataTag::double_long_unsigned, -3, Unit::ampere};
constexpr Presentation angle_presentation{DataTag::long_unsigned, -1, Unit::degree};

constexpr std::int64_t ratio_one = 1000;  // power factor 1.000

std::optional<Presentation> energy_presentation(std::uint8_t quantity) {
    switch (quantity) {
        case active_import:
        case active_export:
        case active_absolute:
            return Presentation{DataTag::double_long_unsigned, 0, Unit::watt_hour};
        case active_net:
            return Presentation{DataTag::double_long, 0, Unit::watt_hour};
        case apparent_import:
        case apparent_export:
            return Presentation{DataTag::double_long_unsigned, 0, Unit::volt_ampere_hour};
        default:
            if (quantity >= reactive_import && quantity <= reactive_quadrant_4) {
                return Presentation{DataTag::double_long_unsigned, 0, Unit::var_hour};
            }
            return std::nullopt;
    }
}

std::optional<Presentation> harmonic_presentation(std::uint8_t quantity, std::uint8_t e) {
    if (e == obis_distortion) return Presentation{DataTag::long_unsigned, -2, Unit::percent};
    if (e > highest_order) return std::nullopt;
    return quantity == voltage ? Presentation{DataTag::double_long_unsigned, -3, Unit::volt}
                               : Presentation{DataTag::double_long_unsigned, -4, Unit::ampere};
}

constexpr bool has_harmonics(std::uint8_t quantity) {
    return quantity == voltage || quantity == current;
}

std::optional<Presentation> instantaneous_presentation(std::uint8_t quantity) {
    switch (quantity) {
        case active_import:
        case active_export:
        case active_absolute:
            return Presentation{DataTag::double_long_unsigned, -1, Unit::watt};
        case active_net:
            return Presentation{DataTag::double_long, -1, Unit::watt};
        case reactive_import:
        case reactive_export:
            return Presentation{DataTag::double_long_unsigned, -1, Unit::var};
        case apparent_import:
        case apparent_export:
            return Presentation{DataTag::double_long_unsigned, -1, Unit::volt_ampere};
        case voltage:
            return voltage_presentation;
        case current:
        case current_sum:
        case current_neutral:
            return current_presentation;
        case power_factor:
            return Presentation{DataTag::long_, -3, Unit::none};
        case frequency:
            return Presentation{DataTag::long_unsigned, -3, Unit::hertz};
        case phase_angle:
            return angle_presentation;
        default:
            return std::nullopt;
    }
}

std::int64_t wh(std::uint64_t millijoules) {
    return static_cast<std::int64_t>(millijoules / millijoules_per_wh);
}

std::optional<std::int64_t> read_energy(const EnergySet& energy, std::uint8_t quantity) {
    switch (quantity) {
        case active_import:
            return wh(energy[EnergyRegister::active_import]);
        case active_export:
            return wh(energy[EnergyRegister::active_export]);
        case reactive_import:
            return wh(energy.reactive_import());
        case reactive_export:
            return wh(energy.reactive_export());
        case apparent_import:
            return wh(energy[EnergyRegister::apparent_import]);
        case apparent_export:
            return wh(energy[EnergyRegister::apparent_export]);
        case active_absolute:
            return wh(energy.active_absolute());
        case active_net:
            return energy.active_net() / static_cast<std::int64_t>(millijoules_per_wh);
        default:
            if (quantity >= reactive_quadrant_1 && quantity <= reactive_quadrant_4) {
                const auto first = static_cast<std::uint8_t>(EnergyRegister::reactive_quadrant_1);
                return wh(energy[static_cast<EnergyRegister>(first + quantity - reactive_quadrant_1)]);
            }
            return std::nullopt;
    }
}

std::int64_t rounded(std::int64_t value, std::int64_t divisor) {
    return (value + (value < 0 ? -divisor : divisor) / 2) / divisor;
}

struct Power {
    std::int64_t active_mw = 0;
    std::int64_t reactive_mvar = 0;
    std::int64_t apparent_mva = 0;

    void add(const PhaseInterval& phase) {
        active_mw += phase.active_power_mw;
        reactive_mvar += phase.reactive_power_mvar;
        apparent_mva += phase.apparent_power_mva;
    }
};

std::optional<std::int64_t> read_power(const Power& power, std::uint8_t quantity) {
    constexpr std::int64_t per_tenth = 100;  // milliwatts in the tenth of a watt that is shown
    const bool exporting = power.active_mw < 0;
    switch (quantity) {
        case active_import:
            return rounded(std::max<std::int64_t>(power.active_mw, 0), per_tenth);
        case active_export:
            return rounded(std::max<std::int64_t>(-power.active_mw, 0), per_tenth);
        case active_absolute:
            return rounded(exporting ? -power.active_mw : power.active_mw, per_tenth);
        case active_net:
            return rounded(power.active_mw, per_tenth);
        case reactive_import:
            return rounded(std::max<std::int64_t>(power.reactive_mvar, 0), per_tenth);
        case reactive_export:
            return rounded(std::max<std::int64_t>(-power.reactive_mvar, 0), per_tenth);
        case apparent_import:
            return exporting ? 0 : rounded(power.apparent_mva, per_tenth);
        case apparent_export:
            return exporting ? rounded(power.apparent_mva, per_tenth) : 0;
        case power_factor: {
            // Without any power there is nothing reactive: the factor is one.
            if (power.apparent_mva == 0) return ratio_one;
            return std::clamp(rounded(power.active_mw * ratio_one, power.apparent_mva), -ratio_one, ratio_one);
        }
        default:
            return std::nullopt;
    }
}

std::int64_t tenth_degrees(std::uint32_t millidegrees) {
    return (millidegrees + 50) / 100 % 3600;
}

// E is ten times the reference and the index of what is measured against it: 0 to 2 the voltages, 4 to 6 the currents
// (IEC 62056-6-1, Table 15). Offered are the voltages against that of L1, and each current against its own voltage.
std::optional<std::int64_t> read_angle(const Measurements& of, std::uint8_t e) {
    const std::size_t reference = e / 10U;
    const std::size_t measured = e % 10U;
    if (reference == 0 && measured >= 1 && measured < of.model.phases) {
        return tenth_degrees(of.interval.phase[measured].voltage_angle_mdeg);
    }
    if (reference < of.model.phases && measured == reference + 4) {
        return tenth_degrees(of.interval.phase[reference].current_angle_mdeg);
    }
    return std::nullopt;
}

std::optional<std::int64_t> read_harmonic(const Measurements& of, QuantityCode code, std::uint8_t e) {
    if (code.phase == 0) return std::nullopt;
    const std::size_t index = code.phase - 1U;
    const PhaseInterval& phase = of.interval.phase[index];
    const bool of_voltage = code.quantity == voltage;
    if (e == obis_distortion) return of_voltage ? phase.voltage_distortion : phase.current_distortion;
    if (e > highest_order) return std::nullopt;
    std::uint32_t rms = 0;
    if (of.spectra != nullptr) {
        const PhaseSpectra& found = (*of.spectra)[index];
        rms = (of_voltage ? found.voltage : found.current).rms[e];
    } else if (e == 1) {
        rms = of_voltage ? phase.voltage_mv : phase.current_ua;
    }
    constexpr std::int64_t per_tenth_of_ma = 100;
    return of_voltage ? std::int64_t{rms} : rounded(rms, per_tenth_of_ma);
}

std::optional<std::int64_t> read_instantaneous(const Measurements& of, QuantityCode code, std::uint8_t e) {
    if (code.quantity == phase_angle) return read_angle(of, e);
    if (e != 0) return has_harmonics(code.quantity) ? read_harmonic(of, code, e) : std::nullopt;
    const Interval& now = of.interval;
    const auto phases = std::span(now.phase).first(of.model.phases);
    if (code.phase == 0) {
        switch (code.quantity) {
            case frequency:
                return now.frequency_mhz;
            case current_neutral:
                if (!of.model.neutral_current) return std::nullopt;
                return rounded(now.neutral_current_ua, 1000);
            case current_sum: {
                std::int64_t sum_ua = 0;
                for (const PhaseInterval& phase : phases) sum_ua += phase.current_ua;
                return rounded(sum_ua, 1000);
            }
            case voltage:
            case current:  // only phase by phase
                return std::nullopt;
            default:
                break;
        }
        Power power;
        for (const PhaseInterval& phase : phases) power.add(phase);
        return read_power(power, code.quantity);
    }
    const PhaseInterval& phase = phases[code.phase - 1U];
    if (code.quantity == voltage) return rounded(phase.voltage_mv, 100);
    if (code.quantity == current) return rounded(phase.current_ua, 1000);
    Power power;
    power.add(phase);
    return read_power(power, code.quantity);
}

}  // namespace

std::optional<Presentation> presentation_of(const dlms::Obis& obis) {
    const std::uint8_t quantity = quantity_code(obis.c()).quantity;
    switch (obis.d()) {
        case obis_energy:
            return energy_presentation(quantity);
        case obis_instantaneous:
            if (obis.e() != 0 && quantity != phase_angle) {
                return has_harmonics(quantity) ? harmonic_presentation(quantity, obis.e()) : std::nullopt;
            }
            return instantaneous_presentation(quantity);
        default:
            return std::nullopt;
    }
}

std::optional<std::int64_t> Measurements::read(const dlms::Obis& obis) const {
    const QuantityCode code = quantity_code(obis.c());
    if (code.phase > model.phases) return std::nullopt;
    switch (obis.d()) {
        case obis_energy:
            if (obis.e() != 0) return std::nullopt;  // tariffs have registers of their own
            return read_energy(code.phase == 0 ? energy.total : energy.phase[code.phase - 1U], code.quantity);
        case obis_instantaneous:
            return read_instantaneous(*this, code, obis.e());
        default:
            return std::nullopt;
    }
}

}  // namespace blathy::meter
