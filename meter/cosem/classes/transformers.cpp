// Transformer ratios: IC 1, Data; and what the registers are on the primary side: IC 3, Register (IEC 62056-6-2, 5.2.1
// and 5.2.2).

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/transformer_names.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataTag;
using dlms::DataWriter;
using dlms::Obis;
using dlms::Unit;

constexpr std::uint16_t ratio_data_id = 1;
constexpr std::uint16_t primary_register_id = 3;

// The field of a name; null: it is of what both ratios make.
template <class Ratios>
auto field_of(Ratios& ratios, const Obis& name) -> decltype(&ratios.current.primary) {
    if (name == current_ratio_numerator) return &ratios.current.primary;
    if (name == current_ratio_denominator) return &ratios.current.secondary;
    if (name == voltage_ratio_numerator) return &ratios.voltage.primary;
    return name == voltage_ratio_denominator ? &ratios.voltage.secondary : nullptr;
}

DataAccessResult read_ratio(const AttributeContext& of, Cursor&, DataWriter& out) {
    const TransformerRatios ratios = of.meter.transformer_ratios();
    if (const std::uint32_t* field = field_of(ratios, of.object.name)) {
        out.double_long_unsigned(*field);
    } else {
        out.long64_unsigned(of.object.name == overall_ratio_numerator ? ratios.numerator() : ratios.denominator());
    }
    return DataAccessResult::success;
}

DataAccessResult write_ratio(const RequestContext& of, Bytes value) {
    TransformerRatios ratios = of.meter.transformer_ratios();
    std::uint32_t* field = field_of(ratios, of.object.name);
    if (field == nullptr) return DataAccessResult::read_write_denied;
    DataReader in(value);
    *field = in.double_long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!ratios.is_valid()) return DataAccessResult::other_reason;
    return of.meter.set_transformer_ratios(ratios) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

// The same quantity on the secondary side.
Obis secondary_name(const Obis& name) {
    return {name.a(), 0, name.c(), name.d(), name.e()};
}

std::optional<std::int64_t> read_primary(const Meter& meter, const Obis& name) {
    const TransformerRatios ratios = meter.transformer_ratios();
    const QuantityCode code = quantity_code(name.c());
    if (name.d() == obis_energy) {
        const Energy& energy = meter.energy();
        const auto millijoules =
            energy_mj(code.phase == 0 ? energy.total : energy.phase[code.phase - 1U], code.quantity);
        if (!millijoules) return std::nullopt;
        return to_primary_wh(*millijoules, ratios.numerator(), ratios.denominator());
    }
    const auto value = meter.measurements().read(secondary_name(name));
    if (!value) return std::nullopt;
    if (code.quantity == voltage) return to_primary(*value, ratios.voltage.primary, ratios.voltage.secondary);
    if (code.quantity == current) return to_primary(*value, ratios.current.primary, ratios.current.secondary);
    return to_primary(*value, ratios.numerator(), ratios.denominator());
}

DataAccessResult read_primary_value(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto value = read_primary(of.meter, of.object.name);
    if (!value) return DataAccessResult::object_unavailable;
    out.long64(*value);
    return DataAccessResult::success;
}

DataAccessResult read_primary_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto presentation = presentation_of(secondary_name(of.object.name));
    if (!presentation) return DataAccessResult::object_unavailable;
    out.scaler_unit(presentation->scaler, presentation->unit);
    return DataAccessResult::success;
}

constexpr std::array ratio_attributes = {Attribute{2, read_ratio, write_ratio}};
constexpr std::array overall_ratio_attributes = {Attribute{2, read_ratio, nullptr}};
constexpr std::array primary_attributes = {Attribute{2, read_primary_value, nullptr},
                                           Attribute{3, read_primary_unit, nullptr}};

}  // namespace

constinit const InterfaceClass transformer_ratio_class = {ratio_data_id, 0, ratio_attributes, {}};
constinit const InterfaceClass overall_ratio_class = {ratio_data_id, 0, overall_ratio_attributes, {}};
constinit const InterfaceClass primary_register_class = {primary_register_id, 0, primary_attributes, {}};

}  // namespace blathy::meter
