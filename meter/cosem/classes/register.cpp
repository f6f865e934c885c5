// IC 3, Register, version 0 (IEC 62056-6-2, 5.2.2). A billed register can't be reset, so method 1 is not offered.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataTag;
using dlms::DataWriter;
using dlms::Obis;
using dlms::Unit;

void write_as(DataWriter& out, DataTag type, std::int64_t value) {
    switch (type) {
        case DataTag::long_:
            return out.long_(static_cast<std::int16_t>(value));
        case DataTag::long_unsigned:
            return out.long_unsigned(static_cast<std::uint16_t>(value));
        case DataTag::double_long:
            return out.double_long(static_cast<std::int32_t>(value));
        case DataTag::double_long_unsigned:
            return out.double_long_unsigned(static_cast<std::uint32_t>(value));
        default:
            return out.null_data();
    }
}

DataAccessResult read_measured_value(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto value = of.meter.measurements().read(of.object.name);
    const auto presentation = presentation_of(of.object.name);
    if (!value || !presentation) return DataAccessResult::object_unavailable;
    write_as(out, presentation->type, *value);
    return DataAccessResult::success;
}

DataAccessResult read_measured_scaler_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto presentation = presentation_of(of.object.name);
    if (!presentation) return DataAccessResult::object_unavailable;
    out.scaler_unit(presentation->scaler, presentation->unit);
    return DataAccessResult::success;
}

constexpr std::array measured_register_attributes = {
    Attribute{2, read_measured_value, nullptr},
    Attribute{3, read_measured_scaler_unit, nullptr},
};

// What is printed on the front plate, by its logical name.
struct Nameplate {
    Obis name;
    std::uint32_t Model::*value;
    std::int8_t scaler;
    Unit unit;
};

// Pulse constants are stated in pulses a Wh and varh, hence the scaler.
constexpr std::array nameplates = {
    Nameplate{Obis(1, 0, 0, 3, 0), &Model::active_constant_per_kwh, -3, Unit::per_watt_hour},
    Nameplate{Obis(1, 0, 0, 3, 1), &Model::reactive_constant_per_kvarh, -3, Unit::per_var_hour},
    Nameplate{Obis(1, 0, 0, 3, 3), &Model::output_constant, -3, Unit::per_watt_hour},
    Nameplate{Obis(1, 0, 0, 3, 4), &Model::output_constant, -3, Unit::per_var_hour},
    Nameplate{Obis(1, 0, 0, 6, 0), &Model::nominal_voltage_mv, -3, Unit::volt},
    Nameplate{Obis(1, 0, 0, 6, 1), &Model::basic_current_ma, -3, Unit::ampere},
    Nameplate{Obis(1, 0, 0, 6, 2), &Model::nominal_frequency_mhz, -3, Unit::hertz},
    Nameplate{Obis(1, 0, 0, 6, 3), &Model::max_current_ma, -3, Unit::ampere},
};

const Nameplate* find_nameplate(const Obis& name) {
    for (const Nameplate& nameplate : nameplates) {
        if (nameplate.name == name) return &nameplate;
    }
    return nullptr;
}

DataAccessResult read_nameplate_value(const AttributeContext& of, Cursor&, DataWriter& out) {
    const Nameplate* nameplate = find_nameplate(of.object.name);
    if (nameplate == nullptr) return DataAccessResult::object_unavailable;
    out.double_long_unsigned(of.meter.model().*(nameplate->value));
    return DataAccessResult::success;
}

DataAccessResult read_nameplate_scaler_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    const Nameplate* nameplate = find_nameplate(of.object.name);
    if (nameplate == nullptr) return DataAccessResult::object_unavailable;
    out.scaler_unit(nameplate->scaler, nameplate->unit);
    return DataAccessResult::success;
}

constexpr std::array nameplate_register_attributes = {
    Attribute{2, read_nameplate_value, nullptr},
    Attribute{3, read_nameplate_scaler_unit, nullptr},
};

constexpr std::uint16_t register_class_id = 3;

}  // namespace

constinit const InterfaceClass measured_register_class = {register_class_id, 0, measured_register_attributes, {}};
constinit const InterfaceClass nameplate_register_class = {register_class_id, 0, nameplate_register_attributes, {}};

}  // namespace blathy::meter
