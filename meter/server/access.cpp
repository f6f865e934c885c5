#include "meter/server/access.hpp"

#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;

constexpr std::int8_t logical_name_attribute = 1;

// The object that a request names, for both results have the same numbers where they mean the same.
template <class Error>
Result<const Object*, Error> find_object(const Meter& meter, std::uint16_t class_id, const dlms::Obis& name) {
    const Object* object = meter.dictionary().find(name);
    if (object == nullptr) return fail(Error::object_undefined);
    if (object->interface_class->id != class_id) return fail(Error::object_class_inconsistent);
    return object;
}

}  // namespace

Result<ReadableAttribute, DataAccessResult> find_readable(const Meter& meter, const Association& association,
                                                          const dlms::AttributeSelection& selection) {
    const auto& [class_id, name, id] = selection.attribute;
    const auto object = find_object<DataAccessResult>(meter, class_id, name);
    if (!object) return fail(object.error());
    if (!(*object)->readers.has(association.role())) return fail(DataAccessResult::read_write_denied);
    if (id == logical_name_attribute) {
        if (selection.access) return fail(DataAccessResult::scope_of_access_violated);
        return ReadableAttribute{*object, nullptr};
    }
    const Attribute* attribute = find_attribute(*(*object)->interface_class, id);
    if (attribute == nullptr || attribute->read == nullptr) return fail(DataAccessResult::read_write_denied);
    if (selection.access && !attribute->selective_access) return fail(DataAccessResult::scope_of_access_violated);
    return ReadableAttribute{*object, attribute};
}

DataAccessResult write_attribute(Meter& meter, Association& association, const dlms::AttributeSelection& selection,
                                 Bytes value) {
    const auto& [class_id, name, id] = selection.attribute;
    const auto object = find_object<DataAccessResult>(meter, class_id, name);
    if (!object) return object.error();
    const Attribute* attribute = find_attribute(*(*object)->interface_class, id);
    if (attribute == nullptr || attribute->write == nullptr || !(*object)->writers.has(association.role())) {
        return DataAccessResult::read_write_denied;
    }
    if (selection.access) return DataAccessResult::scope_of_access_violated;
    return attribute->write({meter, **object, association}, value);
}

ActionResult invoke_method(Meter& meter, Association& association, const dlms::MethodDescriptor& descriptor,
                           Bytes parameters, dlms::DataWriter& returned) {
    const auto& [class_id, name, id] = descriptor;
    const auto object = find_object<ActionResult>(meter, class_id, name);
    if (!object) return object.error();
    const Method* method = find_method(*(*object)->interface_class, id);
    if (method == nullptr || !(*object)->callers.has(association.role())) return ActionResult::read_write_denied;
    return method->invoke({meter, **object, association}, parameters, returned);
}

}  // namespace blathy::meter
