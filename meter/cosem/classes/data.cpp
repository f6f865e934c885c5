// IC 1, Data, version 0 (IEC 62056-6-2, 5.2.1).

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataWriter;

constexpr std::uint16_t data_class_id = 1;

// A Data object's value is attribute 2.
template <ReadAttribute read>
inline constexpr Attribute value_attribute[] = {{2, read, nullptr}};

template <ReadAttribute read>
inline constexpr InterfaceClass data_class = {data_class_id, 0, value_attribute<read>, {}};

DataAccessResult read_logical_device_name(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(of.meter.identity().logical_device_name());
    return DataAccessResult::success;
}

DataAccessResult read_serial_number(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(of.meter.identity().serial_number());
    return DataAccessResult::success;
}

DataAccessResult read_model_name(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(of.meter.model().name);
    return DataAccessResult::success;
}

DataAccessResult read_firmware_version(const AttributeContext&, Cursor&, DataWriter& out) {
    out.octet_string(firmware_version);
    return DataAccessResult::success;
}

DataAccessResult read_local_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(of.meter.clock().local_now().time);
    return DataAccessResult::success;
}

DataAccessResult read_local_date(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(of.meter.clock().local_now().date);
    return DataAccessResult::success;
}

DataAccessResult read_unix_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(of.meter.clock().now());
    out.double_long_unsigned(static_cast<std::uint32_t>(seconds.time_since_epoch().count()));
    return DataAccessResult::success;
}

}  // namespace

constinit const InterfaceClass logical_device_name_class = data_class<read_logical_device_name>;
constinit const InterfaceClass serial_number_class = data_class<read_serial_number>;
constinit const InterfaceClass model_name_class = data_class<read_model_name>;
constinit const InterfaceClass firmware_version_class = data_class<read_firmware_version>;
constinit const InterfaceClass local_time_class = data_class<read_local_time>;
constinit const InterfaceClass local_date_class = data_class<read_local_date>;
constinit const InterfaceClass unix_time_class = data_class<read_unix_time>;

}  // namespace blathy::meter
