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
#include "meter/security/access_rights.hpp"

namespace blathy::meter {

class Meter;
class Association;
struct Object;

using security::AccessKind;
using security::Rights;
using security::Role;

// Where a long attribute goes on. Zero at first; what the numbers mean is the attribute's own business.
struct Cursor {
    std::uint32_t position = 0;
    std::uint32_t end = 0;
    std::uint32_t left = 0;
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
    AccessKind access = AccessKind::of_object;
};

struct Method {
    std::int8_t id;
    InvokeMethod invoke;
    AccessKind access = AccessKind::of_object;
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
    AccessKind access;  // of those attributes and methods that state no other
};

// What a role may do, before its security policy (IC 15, version 3). None to an object that is not in its list.
Rights rights_of(const Object& object, const Attribute& attribute, Role role);
Rights rights_of(const Object& object, const Method& method, Role role);
// The object is in the role's object list, and its logical name can be read.
bool is_listed(const Object& object, Role role);

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
