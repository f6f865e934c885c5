// What a meter holds and what this client may do with it: the object_list of its association (IEC 62056-6-2, 5.3.3.2).
#pragma once

#include <optional>
#include <vector>

#include "dlms/obis.hpp"
#include "station/value.hpp"

namespace blathy::station {

// Access rights in the form of Association LN version 3, into which those of earlier versions are translated.
struct AccessRights {
    enum Bit : std::uint8_t {
        read = 0x01,  // of a method: invoke
        write = 0x02,
        authenticated_request = 0x04,
        encrypted_request = 0x08,
        signed_request = 0x10,
        authenticated_response = 0x20,
        encrypted_response = 0x40,
        signed_response = 0x80,
    };
    std::uint8_t bits = 0;

    [[nodiscard]] bool may_read() const { return (bits & read) != 0; }
    [[nodiscard]] bool may_write() const { return (bits & write) != 0; }
    [[nodiscard]] bool may_invoke() const { return (bits & read) != 0; }
    // "r", "w", "rw" or "-", and "!" when requests or responses need protection.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string method_text() const;
    bool operator==(const AccessRights&) const = default;
};

struct AttributeAccess {
    std::int8_t attribute = 0;
    AccessRights rights;
    std::vector<std::int8_t> selectors;  // of selective access
};

struct MethodAccess {
    std::int8_t method = 0;
    AccessRights rights;
};

struct ObjectEntry {
    std::uint16_t class_id = 0;
    std::uint8_t version = 0;
    dlms::Obis instance;
    std::vector<AttributeAccess> attributes;
    std::vector<MethodAccess> methods;

    [[nodiscard]] bool may_read(std::int8_t attribute) const;
    [[nodiscard]] bool may_write(std::int8_t attribute) const;
};

using ObjectList = std::vector<ObjectEntry>;

// The value of attribute 2 of an Association LN. Errors: not such a value.
Result<ObjectList, Error> object_list_from(const Value& value);

// The first object with this logical name; null if there is none.
const ObjectEntry* find_object(const ObjectList& objects, const dlms::Obis& instance);

}  // namespace blathy::station
