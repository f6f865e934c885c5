// COSEM objects as data: what an object is, and the functions of `Meter` that its attributes and methods are.
//
// Objects are constexpr and shared by every meter of a model. Nothing per object is stored per meter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "dlms/apdu/common.hpp"
#include "dlms/data.hpp"
#include "dlms/obis.hpp"

namespace blathy::meter {

class Meter;
class Association;
struct Object;

// Who may ask: one role a client SAP (see meter/server/association.hpp).
enum class Role : std::uint8_t { public_client, management, count };

class Roles {
  public:
    constexpr Roles() = default;
    constexpr Roles(Role role) : bits_(static_cast<std::uint8_t>(1U << static_cast<unsigned>(role))) {}
    constexpr Roles operator|(Roles other) const { return Roles(static_cast<std::uint8_t>(bits_ | other.bits_)); }
    [[nodiscard]] constexpr bool has(Role role) const { return ((bits_ >> static_cast<unsigned>(role)) & 1U) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

  private:
    constexpr explicit Roles(std::uint8_t bits) : bits_(bits) {}
    std::uint8_t bits_ = 0;
};
constexpr Roles operator|(Role a, Role b) {
    return Roles(a) | Roles(b);
}

// Where a long attribute goes on. Zero at first; what the numbers mean is the attribute's own business.
struct Cursor {
    std::uint32_t position = 0;
    std::uint32_t end = 0;
    bool more = false;  // set by the attribute: call again
};

struct AttributeContext {
    const Meter& meter;
    const Object& object;
    const Association& association;
    const dlms::SelectiveAccess* access;  // null: none; given only to attributes that know selective access
};

struct RequestContext {
    Meter& meter;
    const Object& object;
    Association& association;
};

// Every call of a reader finds at least this much room, and should stop to write when less is left of it.
inline constexpr std::size_t attribute_piece_size = 512;

// Writes the next piece of the attribute's value. An error is possible in the first call only.
using ReadAttribute = dlms::DataAccessResult (*)(const AttributeContext&, Cursor&, dlms::DataWriter&);
// `value` is one well-formed value.
using WriteAttribute = dlms::DataAccessResult (*)(const RequestContext&, Bytes value);
// `parameters` is one well-formed value or empty; what is written to `returned` becomes the return parameter.
using InvokeMethod = dlms::ActionResult (*)(const RequestContext&, Bytes parameters, dlms::DataWriter& returned);

struct Attribute {
    std::int8_t id;
    ReadAttribute read;    // null: can't be read by anybody
    WriteAttribute write;  // null: can't be written by anybody
    bool selective_access = false;
};

struct Method {
    std::int8_t id;
    InvokeMethod invoke;
};

// An interface class in one version. Attribute 1, the logical name, is every class's and is not listed.
struct InterfaceClass {
    std::uint16_t id;
    std::uint8_t version;
    std::span<const Attribute> attributes;  // by id, from 2 on
    std::span<const Method> methods;        // by id
};

struct Object {
    const InterfaceClass* interface_class;
    dlms::Obis name;
    Roles readers;  // of the readable attributes; the object is in these roles' object lists
    Roles writers;  // of the writable attributes
    Roles callers;  // of the methods
};

const Attribute* find_attribute(const InterfaceClass& interface_class, std::int8_t id);
const Method* find_method(const InterfaceClass& interface_class, std::int8_t id);

// The object list of a model, ordered by logical name.
class Dictionary {
  public:
    constexpr explicit Dictionary(std::span<const Object> objects) : objects_(objects) {}
    [[nodiscard]] constexpr std::span<const Object> objects() const { return objects_; }
    [[nodiscard]] const Object* find(const dlms::Obis& name) const;

  private:
    std::span<const Object> objects_;
};

}  // namespace blathy::meter
