// IC 17, SAP assignment, version 0 (IEC 62056-6-2, 5.3.5): one logical device, the management one.

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"
#include "meter/server/association.hpp"

namespace blathy::meter {
namespace {

dlms::DataAccessResult read_sap_assignment_list(const AttributeContext& of, Cursor&, dlms::DataWriter& out) {
    out.array(1);
    out.structure(2);
    out.long_unsigned(management_logical_device);
    out.octet_string(of.meter.identity().logical_device_name());
    return dlms::DataAccessResult::success;
}

constexpr Attribute sap_assignment_attributes[] = {{2, read_sap_assignment_list, nullptr}};

}  // namespace

constinit const InterfaceClass sap_assignment_class = {17, 0, sap_assignment_attributes, {}};

}  // namespace blathy::meter
