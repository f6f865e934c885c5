// IC 64, Security setup, version 1 (IEC 62056-6-2, 5.3.7): the security context of a role, by E of the logical name.
// And IC 1 of its invocation counter (Blue Book 6.2.36).

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"
#include "meter/security/security_setup.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataWriter;

template <std::int8_t attribute>
DataAccessResult read_setup(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto& security = of.meter.security();
    const bool known = security::read_security_setup(security.keys(), security::context_role(of.object.name.e()),
                                                     security.server_title(), attribute, out);
    return known ? DataAccessResult::success : DataAccessResult::read_write_denied;
}

ActionResult activate(const RequestContext& of, Bytes parameters, DataWriter&) {
    return security::activate_security(of.meter.security().keys(), security::context_role(of.object.name.e()),
                                       parameters);
}

ActionResult transfer_keys(const RequestContext& of, Bytes parameters, DataWriter&) {
    auto& security = of.meter.security();
    return security::transfer_keys(security.keys(), security.events(), security::context_role(of.object.name.e()),
                                   parameters);
}

DataAccessResult read_counter(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.security().keys().last_received(security::context_role(of.object.name.e()),
                                                                      dlms::security::KeySet::unicast));
    return DataAccessResult::success;
}

constexpr std::array setup_attributes = {
    Attribute{2, read_setup<2>, nullptr}, Attribute{3, read_setup<3>, nullptr}, Attribute{4, read_setup<4>, nullptr},
    Attribute{5, read_setup<5>, nullptr}, Attribute{6, read_setup<6>, nullptr},
};
constexpr std::array setup_methods = {Method{1, activate}, Method{2, transfer_keys}};

constexpr Attribute counter_attributes[] = {{2, read_counter, nullptr}};

}  // namespace

constinit const InterfaceClass security_setup_class = {64, 1, setup_attributes, setup_methods};
constinit const InterfaceClass invocation_counter_class = {1, 0, counter_attributes, {}};

}  // namespace blathy::meter
