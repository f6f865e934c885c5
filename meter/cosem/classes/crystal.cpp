// What the clock runs by: its crystal, and the temperature that it is in. IC 3, Register, version 0 (IEC 62056-6-2,
// 5.2.2).

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

DataAccessResult read_temperature(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_(of.meter.supervision().inputs().temperature_tenths);
    return DataAccessResult::success;
}
DataAccessResult read_temperature_unit(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(-1, dlms::Unit::degree_celsius);
    return DataAccessResult::success;
}

DataAccessResult read_deviation(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long(of.meter.crystal().deviation_ppb());
    return DataAccessResult::success;
}
DataAccessResult write_deviation(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::int32_t deviation_ppb = in.double_long();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (deviation_ppb < -Crystal::most_deviation_ppb || deviation_ppb > Crystal::most_deviation_ppb) {
        return DataAccessResult::other_reason;
    }
    return of.meter.calibrate_crystal(deviation_ppb) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}
DataAccessResult read_deviation_unit(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(-9, dlms::Unit::none);
    return DataAccessResult::success;
}

constexpr std::array temperature_attributes = {Attribute{2, read_temperature, nullptr},
                                               Attribute{3, read_temperature_unit, nullptr}};
constexpr std::array crystal_attributes = {Attribute{2, read_deviation, write_deviation},
                                           Attribute{3, read_deviation_unit, nullptr}};

}  // namespace

constinit const InterfaceClass temperature_class = {register_class_number, 0, temperature_attributes, {}};
constinit const InterfaceClass crystal_class = {register_class_number, 0, crystal_attributes, {}};

}  // namespace blathy::meter
