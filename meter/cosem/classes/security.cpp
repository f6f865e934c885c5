// IC 64, Security setup, version 1 (IEC 62056-6-2, 5.3.7): the security context of a role, by E of the logical name.
// And IC 1 of its invocation counter (Blue Book 6.2.36).

#include <algorithm>
#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"
#include "meter/security/certificate_setup.hpp"
#include "meter/security/security_setup.hpp"
#include "meter/server/association.hpp"

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

// The position is that of the place whose certificate is next.
DataAccessResult read_certificates(const AttributeContext& of, Cursor& cursor, DataWriter& out) {
    const auto& security = of.meter.security();
    if (cursor.position == 0) out.array(security::count_certificates(security.certificates()));
    while (cursor.position < security::max_certificates && out.room_left() >= security::max_certificate_information) {
        write_certificate_information(security.certificates(), security.server_title(), cursor.position, out);
        ++cursor.position;
    }
    cursor.more = cursor.position < security::max_certificates;
    return DataAccessResult::success;
}

Role role_of(const RequestContext& of) {
    return security::context_role(of.object.name.e());
}

ActionResult activate(const RequestContext& of, Bytes parameters, DataWriter&) {
    return security::activate_security(of.meter.secured(), role_of(of), parameters);
}

ActionResult transfer_keys(const RequestContext& of, Bytes parameters, DataWriter&) {
    auto& security = of.meter.security();
    return security::transfer_keys(security.keys(), security.events(), role_of(of), parameters);
}

ActionResult agree_on_keys(const RequestContext& of, Bytes parameters, DataWriter& returned) {
    auto& secured = of.association.secured();
    const auto surroundings = of.meter.secured();
    return security::agree_on_keys(surroundings, role_of(of),
                                   {secured.client_title(), secured.client_signing_key(surroundings)}, parameters,
                                   returned);
}

ActionResult generate_pair(const RequestContext& of, Bytes parameters, DataWriter&) {
    return security::generate_pair(of.meter.secured(), role_of(of), parameters);
}

ActionResult request_certificate(const RequestContext& of, Bytes parameters, DataWriter& returned) {
    return security::request_certificate(of.meter.secured(), role_of(of), parameters, returned);
}

ActionResult import_certificate(const RequestContext& of, Bytes parameters, DataWriter&) {
    return security::import_certificate(of.meter.secured(), role_of(of), parameters);
}

ActionResult export_certificate(const RequestContext& of, Bytes parameters, DataWriter& returned) {
    return security::export_certificate(of.meter.secured(), parameters, returned);
}

ActionResult remove_certificate(const RequestContext& of, Bytes parameters, DataWriter&) {
    return security::remove_certificate(of.meter.secured(), role_of(of), parameters);
}

DataAccessResult read_counter(const AttributeContext& of, Cursor&, DataWriter& out) {
    using Counted = security::KeyMemory::Counted;
    const auto& keys = of.meter.security().keys();
    const Role role = security::context_role(of.object.name.e());
    // Who broadcasts is never told where he stands, and has one counter here for both of his keys.
    const std::uint32_t broadcast = role == Role::pre_established ? keys.last_received(role, Counted::broadcast) : 0;
    out.double_long_unsigned(std::max(keys.last_received(role, Counted::unicast), broadcast));
    return DataAccessResult::success;
}

constexpr std::array setup_attributes = {
    Attribute{2, read_setup<2>, nullptr},     Attribute{3, read_setup<3>, nullptr},
    Attribute{4, read_setup<4>, nullptr},     Attribute{5, read_setup<5>, nullptr},
    Attribute{6, read_certificates, nullptr},
};
constexpr std::array setup_methods = {
    Method{1, activate},           Method{2, transfer_keys},       Method{3, agree_on_keys},
    Method{4, generate_pair},      Method{5, request_certificate}, Method{6, import_certificate},
    Method{7, export_certificate}, Method{8, remove_certificate},
};

constexpr Attribute counter_attributes[] = {{2, read_counter, nullptr}};

}  // namespace

constinit const InterfaceClass security_setup_class = {64, 1, setup_attributes, setup_methods};
constinit const InterfaceClass invocation_counter_class = {1, 0, counter_attributes, {}};

}  // namespace blathy::meter
