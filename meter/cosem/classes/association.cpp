// IC 15, Association LN, version 3 (IEC 62056-6-2, 5.3.4): the association that the client speaks within.

#include "meter/server/association.hpp"

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"
#include "meter/security/security_setup.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

// An element with the rights of every attribute and method stays below attribute_piece_size.
constexpr std::size_t max_object_list_element = 256;

// Attributes with selective access are the buffers of profiles: by range (1) and by entry (2).
void write_access(DataWriter& out, std::int8_t id, Rights rights, bool selective = false) {
    out.structure(3);
    out.integer(id);
    out.enumerated(rights.bits);
    if (!selective) return out.null_data();
    out.array(2);
    out.integer(1);
    out.integer(2);
}

void write_object_list_element(DataWriter& out, const Object& object, Role role) {
    const InterfaceClass& of_class = *object.interface_class;
    out.structure(4);
    out.long_unsigned(of_class.id);
    out.unsigned_(of_class.version);
    out.octet_string(object.name);
    out.structure(2);
    out.array(of_class.attributes.size() + 1);
    write_access(out, 1, {Rights::read});
    for (const Attribute& attribute : of_class.attributes) {
        write_access(out, attribute.id, rights_of(object, attribute, role), attribute.selective_access);
    }
    out.array(of_class.methods.size());
    for (const Method& method : of_class.methods) {
        out.structure(2);
        out.integer(method.id);
        out.enumerated(rights_of(object, method, role).bits);
    }
}

// The cursor's position is the index of the next object.
DataAccessResult read_object_list(const AttributeContext& of, Cursor& cursor, DataWriter& out) {
    const auto objects = of.meter.dictionary().objects();
    const Role role = of.association.role();
    if (!cursor.more) {
        std::size_t visible = 0;
        for (const Object& object : objects) visible += is_listed(object, role) ? 1U : 0U;
        out.array(visible);
    }
    for (; cursor.position < objects.size(); ++cursor.position) {
        const Object& object = objects[cursor.position];
        if (!is_listed(object, role)) continue;
        if (out.room_left() < max_object_list_element) break;
        write_object_list_element(out, object, role);
    }
    cursor.more = cursor.position < objects.size();
    return DataAccessResult::success;
}

DataAccessResult read_partners(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.structure(2);
    out.integer(static_cast<std::int8_t>(of.association.client_sap()));
    out.long_unsigned(of.association.server_sap());
    return DataAccessResult::success;
}

// joint-iso-ccitt(2) country(16) country-name(756) identified-organization(5) DLMS-UA(8) kind(1 or 2) and the number.
void write_name(DataWriter& out, std::uint8_t kind, std::uint8_t number) {
    out.structure(7);
    out.unsigned_(2);
    out.unsigned_(16);
    out.long_unsigned(756);
    out.unsigned_(5);
    out.unsigned_(8);
    out.unsigned_(kind);
    out.unsigned_(number);
}

DataAccessResult read_context_name(const AttributeContext& of, Cursor&, DataWriter& out) {
    write_name(out, 1, static_cast<std::uint8_t>(of.association.context()));
    return DataAccessResult::success;
}

DataAccessResult read_xdlms_context(const AttributeContext& of, Cursor&, DataWriter& out) {
    const std::uint32_t conformance = of.association.conformance().bits();
    const std::array<std::uint8_t, 3> bits = {static_cast<std::uint8_t>(conformance >> 16),
                                              static_cast<std::uint8_t>(conformance >> 8),
                                              static_cast<std::uint8_t>(conformance)};
    out.structure(6);
    out.bit_string(bits, 24);
    out.long_unsigned(max_receive_pdu_size);
    out.long_unsigned(of.association.client_max_receive_pdu_size());
    out.unsigned_(dlms::dlms_version);
    out.integer(0);             // quality of service: not used
    out.octet_string(Bytes{});  // no dedicated key
    return DataAccessResult::success;
}

DataAccessResult read_mechanism_name(const AttributeContext& of, Cursor&, DataWriter& out) {
    write_name(out, 2, static_cast<std::uint8_t>(of.association.mechanism()));
    return DataAccessResult::success;
}

// The password, or the secret of high level security, of whoever is speaking.
DataAccessResult write_secret(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const Bytes secret = in.octet_string();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!security::is_secret(of.association.mechanism(), secret)) return DataAccessResult::other_reason;
    const bool changed =
        security::change_secret(of.meter.security().keys(), of.association.role(), of.association.mechanism(), secret);
    return changed ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

ActionResult reply_to_hls(const RequestContext& of, Bytes parameters, DataWriter& returned) {
    return of.association.reply_to_hls(of.meter, parameters, returned);
}

ActionResult change_hls_secret(const RequestContext& of, Bytes parameters, DataWriter&) {
    return static_cast<ActionResult>(write_secret(of, parameters));
}

DataAccessResult read_status(const AttributeContext&, Cursor&, DataWriter& out) {
    constexpr std::uint8_t associated = 2;
    out.enumerated(associated);
    return DataAccessResult::success;
}

// All zeros for the public client, which has no context.
DataAccessResult read_security_setup(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto number = security::context_number(of.association.role());
    out.octet_string(number ? dlms::Obis(0, 0, 43, 0, *number) : dlms::Obis{});
    return DataAccessResult::success;
}

// Users of a client are not told apart.
DataAccessResult read_user_list(const AttributeContext&, Cursor&, DataWriter& out) {
    out.array(0);
    return DataAccessResult::success;
}

DataAccessResult read_current_user(const AttributeContext&, Cursor&, DataWriter& out) {
    out.structure(2);
    out.unsigned_(0);
    out.visible_string("");
    return DataAccessResult::success;
}

constexpr std::array association_attributes = {
    Attribute{2, read_object_list, nullptr},    Attribute{3, read_partners, nullptr},
    Attribute{4, read_context_name, nullptr},   Attribute{5, read_xdlms_context, nullptr},
    Attribute{6, read_mechanism_name, nullptr}, Attribute{7, nullptr, write_secret, false, AccessKind::secret},
    Attribute{8, read_status, nullptr},         Attribute{9, read_security_setup, nullptr},
    Attribute{10, read_user_list, nullptr},     Attribute{11, read_current_user, nullptr},
};
constexpr std::array association_methods = {
    Method{1, reply_to_hls, AccessKind::hls_reply},
    Method{2, change_hls_secret, AccessKind::secret},
};

}  // namespace

constinit const InterfaceClass association_class = {15, 3, association_attributes, association_methods};

}  // namespace blathy::meter
