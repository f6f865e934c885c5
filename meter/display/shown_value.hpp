// A quantity as people see it, on the glass and in a local readout: in thousands where that is usual, with the decimals
// that are wanted.
#pragma once

#include <cstdint>
#include <optional>

#include "dlms/obis.hpp"
#include "dlms/tags.hpp"
#include "meter/billing/registers.hpp"
#include "meter/quantity/quantity.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// All of a meter that can be shown at this moment, and the store that has its lists of what is.
struct Readings {
    Registers registers;
    const Store& store;
    const Spectra* spectra = nullptr;
    std::uint32_t serial_number = 0;
    std::uint32_t errors = 0;  // the error register

    [[nodiscard]] Measurements measurements() const {
        return {registers.model, registers.ledger.energy, registers.interval, spectra};
    }
};

// Of kWh, kvarh and kVAh, and of kW, kvar and kVA.
struct Decimals {
    std::uint8_t energy = 0;
    std::uint8_t power = 0;
};

struct ShownValue {
    std::int64_t value = 0;  // in units of ten to the minus `decimals`
    int decimals = 0;
    dlms::Unit unit = dlms::Unit::none;
    bool kilo = false;
    bool is_counter = false;  // shown with leading zeros
};

// Cut as a register is, not rounded. None: not a number that this meter has.
std::optional<ShownValue> shown_value(const Readings& of, const dlms::Obis& item, Decimals decimals);

}  // namespace blathy::meter
