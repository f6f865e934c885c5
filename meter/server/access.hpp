// From a descriptor in a request to the function of the meter behind it, if the client may have it.
#pragma once

#include "base/result.hpp"
#include "dlms/apdu/common.hpp"
#include "meter/cosem/object.hpp"
#include "meter/server/association.hpp"

namespace blathy::meter {

// Stands for all attributes of an object (Green Book 9.3.6 and 9.3.7), where the association has negotiated it.
inline constexpr std::int8_t all_attributes = 0;
inline constexpr std::int8_t logical_name_attribute = 1;

struct ReadableAttribute {
    const Object* object = nullptr;
    std::int8_t id = logical_name_attribute;
    const Attribute* attribute = nullptr;  // null: the logical name, or all attributes
};

Result<ReadableAttribute, dlms::DataAccessResult> find_readable(const Meter& meter, Association& association,
                                                                const dlms::AttributeSelection& selection);

// Whether the client may read this attribute of an object in its list, with the protection that its request has. The
// answer is then protected as the attribute's rights demand.
bool may_read(Association& association, const Object& object, const Attribute& attribute);

// How many attributes the object has: they are numbered from 1 on.
int attribute_count(const Object& object);

dlms::DataAccessResult write_attribute(Meter& meter, Association& association,
                                       const dlms::AttributeSelection& selection, Bytes value);

// Without a return value nothing is written to `returned`.
dlms::ActionResult invoke_method(Meter& meter, Association& association, const dlms::MethodDescriptor& method,
                                 Bytes parameters, dlms::DataWriter& returned);

}  // namespace blathy::meter
