// Thresholds and times of the supervision: IC 3, Register (IEC 62056-6-2, 5.2.2), each by its logical name.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/supervision_names.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

constexpr std::uint16_t register_id = 3;

DataAccessResult read_setting(const AttributeContext& of, Cursor&, DataWriter& out) {
    const SettingName* setting = find_setting(of.object.name);
    if (setting == nullptr) return DataAccessResult::object_unavailable;
    const SupervisionSettings& settings = of.meter.supervision().settings();
    if (setting->wide != nullptr) {
        out.double_long_unsigned(settings.*setting->wide);
    } else {
        out.long_unsigned(settings.*setting->narrow);
    }
    return DataAccessResult::success;
}

DataAccessResult write_setting(const RequestContext& of, Bytes value) {
    const SettingName* setting = find_setting(of.object.name);
    if (setting == nullptr) return DataAccessResult::object_unavailable;
    SupervisionSettings settings = of.meter.supervision().settings();
    DataReader in(value);
    if (setting->wide != nullptr) {
        settings.*setting->wide = in.double_long_unsigned();
    } else {
        settings.*setting->narrow = in.long_unsigned();
    }
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!valid(settings)) return DataAccessResult::other_reason;
    return of.meter.supervise(settings) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

DataAccessResult read_setting_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    const SettingName* setting = find_setting(of.object.name);
    if (setting == nullptr) return DataAccessResult::object_unavailable;
    out.scaler_unit(setting->scaler, setting->unit);
    return DataAccessResult::success;
}

constexpr std::array setting_attributes = {Attribute{2, read_setting, write_setting},
                                           Attribute{3, read_setting_unit, nullptr}};

}  // namespace

constinit const InterfaceClass supervision_setting_class = {register_id, 0, setting_attributes, {}};

}  // namespace blathy::meter
