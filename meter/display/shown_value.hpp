// A quantity as people see it, on the glass and in a local readout: in thousands where that is usual, with the decimals
// of the model.
#pragma once

#include <cstdint>
#include <optional>

#include "dlms/obis.hpp"
#include "dlms/tags.hpp"
#include "meter/quantity/quantity.hpp"

namespace blathy::meter {

struct ShownValue {
    std::int64_t value = 0;  // in units of ten to the minus `decimals`
    int decimals = 0;
    dlms::Unit unit = dlms::Unit::none;
    bool kilo = false;
    bool is_energy = false;  // a counter, shown with leading zeros
};

// Cut as a register is, not rounded. None: not a quantity that this meter measures.
std::optional<ShownValue> shown_value(const Measurements& of, const dlms::Obis& item);

}  // namespace blathy::meter
