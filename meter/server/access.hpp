// From a descriptor in a request to the function of the meter behind it, if the client may have it.
#pragma once

#include "base/result.hpp"
#include "dlms/apdu/common.hpp"
#include "meter/cosem/object.hpp"
#include "meter/server/association.hpp"

namespace blathy::meter {

struct ReadableAttribute {
    const Object* object = nullptr;
    const Attribute* attribute = nullptr;  // null: the logical name, attribute 1
};

Result<ReadableAttribute, dlms::DataAccessResult> find_readable(const Meter& meter, const Association& association,
                                                                const dlms::AttributeSelection& selection);

dlms::DataAccessResult write_attribute(Meter& meter, Association& association,
                                       const dlms::AttributeSelection& selection, Bytes value);

dlms::ActionResult invoke_method(Meter& meter, Association& association, const dlms::MethodDescriptor& method,
                                 Bytes parameters, dlms::DataWriter& returned);

}  // namespace blathy::meter
