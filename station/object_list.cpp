#include "station/object_list.hpp"

#include <algorithm>

namespace blathy::station {
namespace {

constexpr std::uint16_t association_class = 15;
constexpr dlms::Obis current_association(0, 0, 40, 0, 0);
constexpr std::uint8_t first_version_with_bits = 3;

// Enumerations of the versions 0 to 2: no access, read, write, both, and the last three with authentication.
AccessRights attribute_rights(std::int64_t mode, bool bits) {
    if (bits) return {static_cast<std::uint8_t>(mode)};
    if (mode >= 0 && mode <= 3) return {static_cast<std::uint8_t>(mode)};
    if (mode >= 4 && mode <= 6) {
        return {static_cast<std::uint8_t>((mode - 3) | AccessRights::authenticated_request)};
    }
    return {};
}

// No access, access, authenticated access; version 0 has a boolean.
AccessRights method_rights(const Value& mode, bool bits) {
    if (const bool* access = std::get_if<bool>(&mode.payload)) {
        return {static_cast<std::uint8_t>(*access ? AccessRights::read : 0)};
    }
    const std::int64_t number = mode.integer().value_or(0);
    if (bits) return {static_cast<std::uint8_t>(number)};
    if (number == 1) return {AccessRights::read};
    if (number == 2) return {AccessRights::read | AccessRights::authenticated_request};
    return {};
}

std::optional<std::int8_t> small_integer(const Value& value) {
    const auto number = value.integer();
    if (!number || *number < -128 || *number > 127) return std::nullopt;
    return static_cast<std::int8_t>(*number);
}

// The elements of a structure of `count`; null for anything else.
const Value::Items* fields(const Value& value, std::size_t count) {
    const Value::Items* items = value.items();
    return value.type == dlms::DataTag::structure && items->size() == count ? items : nullptr;
}

const Value::Items* elements(const Value& value) {
    return value.type == dlms::DataTag::array ? value.items() : nullptr;
}

std::optional<AttributeAccess> attribute_access(const Value& value, bool bits) {
    const Value::Items* item = fields(value, 3);
    if (item == nullptr) return std::nullopt;
    const auto attribute = small_integer((*item)[0]);
    const auto mode = (*item)[1].integer();
    if (!attribute || !mode) return std::nullopt;
    AttributeAccess access{*attribute, attribute_rights(*mode, bits), {}};
    if (const Value::Items* selectors = elements((*item)[2])) {
        for (const Value& selector : *selectors) {
            if (const auto number = small_integer(selector)) access.selectors.push_back(*number);
        }
    }
    return access;
}

std::optional<MethodAccess> method_access(const Value& value, bool bits) {
    const Value::Items* item = fields(value, 2);
    if (item == nullptr) return std::nullopt;
    const auto method = small_integer((*item)[0]);
    if (!method) return std::nullopt;
    return MethodAccess{*method, method_rights((*item)[1], bits)};
}

std::optional<ObjectEntry> entry_from(const Value& value) {
    const Value::Items* item = fields(value, 4);
    if (item == nullptr) return std::nullopt;
    const auto class_id = (*item)[0].integer();
    const auto version = (*item)[1].integer();
    const auto instance = (*item)[2].logical_name();
    if (!class_id || *class_id < 0 || *class_id > 0xFFFF || !version || *version < 0 || *version > 0xFF || !instance) {
        return std::nullopt;
    }
    return ObjectEntry{static_cast<std::uint16_t>(*class_id), static_cast<std::uint8_t>(*version), *instance, {}, {}};
}

// Where `value` is not structured as the standard says, the object has no rights.
void add_rights(ObjectEntry& entry, const Value& value, bool bits) {
    const Value::Items* rights = fields(value, 2);
    if (rights == nullptr) return;
    if (const Value::Items* attributes = elements((*rights)[0])) {
        for (const Value& attribute : *attributes) {
            if (auto access = attribute_access(attribute, bits)) entry.attributes.push_back(std::move(*access));
        }
    }
    if (const Value::Items* methods = elements((*rights)[1])) {
        for (const Value& method : *methods) {
            if (const auto access = method_access(method, bits)) entry.methods.push_back(*access);
        }
    }
}

}  // namespace

std::string AccessRights::text() const {
    std::string text;
    if (may_read()) text += 'r';
    if (may_write()) text += 'w';
    if (text.empty()) return "-";
    if ((bits & ~(read | write)) != 0) text += '!';
    return text;
}

std::string AccessRights::method_text() const {
    if (!may_invoke()) return "-";
    return (bits & ~(read | write)) != 0 ? "x!" : "x";
}

bool ObjectEntry::may_read(std::int8_t attribute) const {
    return std::any_of(attributes.begin(), attributes.end(), [&](const AttributeAccess& access) {
        return access.attribute == attribute && access.rights.may_read();
    });
}

bool ObjectEntry::may_write(std::int8_t attribute) const {
    return std::any_of(attributes.begin(), attributes.end(), [&](const AttributeAccess& access) {
        return access.attribute == attribute && access.rights.may_write();
    });
}

Result<ObjectList, Error> object_list_from(const Value& value) {
    const Value::Items* items = elements(value);
    if (items == nullptr) return fail(protocol_error("the meter's object list is not an array"));
    ObjectList objects;
    objects.reserve(items->size());
    for (const Value& item : *items) {
        auto entry = entry_from(item);
        if (!entry) return fail(protocol_error("the meter's object list has a malformed entry"));
        objects.push_back(std::move(*entry));
    }
    // The version of the association tells how it writes down rights, and the list tells that version.
    const auto association = std::find_if(objects.begin(), objects.end(), [](const ObjectEntry& entry) {
        return entry.class_id == association_class && entry.instance == current_association;
    });
    const bool bits = association != objects.end() && association->version >= first_version_with_bits;
    for (std::size_t i = 0; i < objects.size(); ++i) add_rights(objects[i], (*(*items)[i].items())[3], bits);
    return objects;
}

const ObjectEntry* find_object(const ObjectList& objects, const dlms::Obis& instance) {
    const auto entry =
        std::find_if(objects.begin(), objects.end(), [&](const ObjectEntry& any) { return any.instance == instance; });
    return entry == objects.end() ? nullptr : &*entry;
}

}  // namespace blathy::station
