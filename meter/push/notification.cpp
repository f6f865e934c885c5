#include "meter/push/notification.hpp"

#include <array>

#include "dlms/apdu/notification.hpp"
#include "meter/meter.hpp"
#include "meter/security/protected_notification.hpp"
#include "meter/server/association.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;

// Kept free for a null-data in each place that is still to come.
constexpr std::size_t reserve = PushSettings::max_objects;

// All pieces of the attribute. False: it can't be read, or there is no room for it.
bool write_attribute_value(const AttributeContext& of, const Attribute& attribute, ByteWriter& out) {
    dlms::DataWriter data(out);
    Cursor cursor;
    do {
        if (out.room_left() < attribute_piece_size + reserve) return false;
        if (attribute.read(of, cursor, data) != DataAccessResult::success || !out.ok()) return false;
    } while (cursor.more);
    return out.room_left() >= reserve;
}

// Leaves of the value written since `start` its element number `index`, from 1. False: it has none.
bool keep_element(ByteWriter& out, std::size_t start, std::uint16_t index) {
    dlms::DataReader in(out.since(start));
    const std::size_t count = in.peek() == dlms::DataTag::array ? in.array() : in.structure();
    if (!in.ok() || index > count) return false;
    Bytes element;
    for (std::uint16_t i = 0; i < index; ++i) element = in.value();
    if (!in.ok()) return false;
    out.rewind(start);
    out.bytes(element);  // forwards within the same room, so nothing is overwritten before it is copied
    return true;
}

bool write_readable(const Meter& meter, const Association& association, const CaptureObject& wanted, ByteWriter& out) {
    constexpr std::int8_t logical_name = 1;
    const auto& [class_id, name, id] = wanted.attribute;
    const Object* object = meter.dictionary().find(name);
    if (object == nullptr || object->interface_class->id != class_id) return false;
    if (!is_listed(*object, association.role())) return false;
    const std::size_t start = out.size();
    if (id == logical_name) {
        if (out.room_left() < attribute_piece_size + reserve) return false;
        dlms::DataWriter(out).octet_string(object->name);
    } else {
        const Attribute* attribute = find_attribute(*object->interface_class, id);
        if (attribute == nullptr) return false;
        const Rights rights = rights_of(*object, *attribute, association.role());
        if (!security::permits(rights, Rights::read, Rights::request)) return false;
        if (!write_attribute_value({meter, *object, association, nullptr}, *attribute, out)) return false;
    }
    return wanted.data_index == 0 || keep_element(out, start, wanted.data_index);
}

void write_value(const Meter& meter, const Association& association, const CaptureObject& wanted, ByteWriter& out) {
    const std::size_t start = out.size();
    if (write_readable(meter, association, wanted, out)) return;
    out.rewind(start);
    dlms::DataWriter(out).null_data();
}

std::array<std::uint8_t, dlms::DateTime::encoded_size> time_of(const Meter& meter) {
    std::array<std::uint8_t, dlms::DateTime::encoded_size> octets{};
    ByteWriter out(octets);
    write(out, meter.clock().local_now());
    return octets;
}

Role role_towards(std::int8_t client_sap) {
    return security::role_of(static_cast<std::uint8_t>(client_sap)).value_or(Role::public_client);
}

// What `write` has written, protected.
template <class Write>
Bytes protected_notification(Meter& meter, std::int8_t client_sap, MutableBytes room, Write&& write) {
    const Role role = role_towards(client_sap);
    const std::size_t overhead = security::notification_overhead(meter.security().keys(), role);
    ByteWriter unprotected(room.first(room.size() - overhead));
    write(Association::towards(role), unprotected);
    if (!unprotected.ok()) return {};
    ByteWriter out(room);
    out.bytes(unprotected.written());
    const bool done = security::protect_notification(meter.secured(), role, out);
    return done && out.ok() ? out.written() : Bytes{};
}

}  // namespace

Bytes write_data_notification(Meter& meter, const PushSettings& settings, dlms::LongInvokeId invoke,
                              MutableBytes room) {
    return protected_notification(
        meter, settings.client_sap, room, [&](const Association& association, ByteWriter& out) {
            const auto time = time_of(meter);
            write(out, dlms::DataNotification{invoke, time, {}});  // what comes before the body
            dlms::DataWriter(out).structure(settings.objects.count);
            for (const CaptureObject& object : settings.objects.view()) write_value(meter, association, object, out);
        });
}

Bytes write_event_notification(Meter& meter, std::int8_t client_sap, const dlms::AttributeDescriptor& attribute,
                               MutableBytes room) {
    return protected_notification(meter, client_sap, room, [&](const Association& association, ByteWriter& out) {
        const auto time = time_of(meter);
        write(out, dlms::EventNotification{time, attribute, {}});  // what comes before the value
        write_value(meter, association, {attribute, 0}, out);
    });
}

}  // namespace blathy::meter
