#include "meter/server/access.hpp"

#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::Conformance;
using dlms::DataAccessResult;
using dlms::DataTag;

// The object that a request names, for both results have the same numbers where they mean the same.
template <class Error>
Result<const Object*, Error> find_object(const Meter& meter, std::uint16_t class_id, const dlms::Obis& name) {
    const Object* object = meter.dictionary().find(name);
    if (object == nullptr) return fail(Error::object_undefined);
    if (object->interface_class->id != class_id) return fail(Error::object_class_inconsistent);
    return object;
}

// The operation is one of Rights.
bool may(Association& association, Rights rights, std::uint8_t operation) {
    if (!security::permits(rights, operation, association.secured().request_bits())) return false;
    association.secured().demand_in_answer(rights);
    return true;
}

const Attribute* find_writable(const Object& object, Association& association, std::int8_t id) {
    const Attribute* attribute = find_attribute(*object.interface_class, id);
    if (attribute == nullptr) return nullptr;
    return may(association, rights_of(object, *attribute, association.role()), Rights::write) ? attribute : nullptr;
}

// A structure with one element for each attribute; null-data leaves it as it is. Nothing is written if one of them may
// not be; the first that can't be written ends it.
DataAccessResult write_all(const RequestContext& of, Bytes value) {
    const int count = attribute_count(of.object);
    const auto writable = [&](int id) {
        return find_writable(of.object, of.association, static_cast<std::int8_t>(id));
    };
    dlms::DataReader check(value);
    check.structure(static_cast<std::size_t>(count));
    for (int id = 1; id <= count && check.ok(); ++id) {
        const bool leave = check.peek() == DataTag::null_data;
        (void)check.value();
        if (!leave && check.ok() && writable(id) == nullptr) {
            return DataAccessResult::read_write_denied;
        }
    }
    if (!check.complete()) return DataAccessResult::type_unmatched;
    dlms::DataReader in(value);
    in.structure(static_cast<std::size_t>(count));
    for (int id = 1; id <= count; ++id) {
        const bool leave = in.peek() == DataTag::null_data;
        const Bytes element = in.value();
        if (leave) continue;
        const auto result = writable(id)->write(of, element);
        if (result != DataAccessResult::success) return result;
    }
    return DataAccessResult::success;
}

}  // namespace

bool may_read(Association& association, const Object& object, const Attribute& attribute) {
    return may(association, rights_of(object, attribute, association.role()), Rights::read);
}

Result<ReadableAttribute, DataAccessResult> find_readable(const Meter& meter, Association& association,
                                                          const dlms::AttributeSelection& selection) {
    const auto& [class_id, name, id] = selection.attribute;
    if (selection.access && !association.conformance().has(Conformance::selective_access)) {
        return fail(DataAccessResult::scope_of_access_violated);
    }
    const auto object = find_object<DataAccessResult>(meter, class_id, name);
    if (!object) return fail(object.error());
    if (!is_listed(**object, association.role())) return fail(DataAccessResult::read_write_denied);
    const bool all = id == all_attributes && association.conformance().has(Conformance::attribute_0_with_get);
    if (all || id == logical_name_attribute) {
        if (selection.access) return fail(DataAccessResult::scope_of_access_violated);
        return ReadableAttribute{*object, id, nullptr};
    }
    const Attribute* attribute = find_attribute(*(*object)->interface_class, id);
    if (attribute == nullptr || !may_read(association, **object, *attribute)) {
        return fail(DataAccessResult::read_write_denied);
    }
    if (selection.access && !attribute->selective_access) return fail(DataAccessResult::scope_of_access_violated);
    return ReadableAttribute{*object, id, attribute};
}

int attribute_count(const Object& object) {
    const auto attributes = object.interface_class->attributes;
    return attributes.empty() ? logical_name_attribute : attributes.back().id;
}

DataAccessResult write_attribute(Meter& meter, Association& association, const dlms::AttributeSelection& selection,
                                 Bytes value) {
    const auto& [class_id, name, id] = selection.attribute;
    const auto object = find_object<DataAccessResult>(meter, class_id, name);
    if (!object) return object.error();
    const RequestContext context{meter, **object, association};
    if (id == all_attributes && association.conformance().has(Conformance::attribute_0_with_set)) {
        return selection.access ? DataAccessResult::scope_of_access_violated : write_all(context, value);
    }
    const Attribute* attribute = find_writable(**object, association, id);
    if (attribute == nullptr) return DataAccessResult::read_write_denied;
    if (selection.access) return DataAccessResult::scope_of_access_violated;
    return attribute->write(context, value);
}

ActionResult invoke_method(Meter& meter, Association& association, const dlms::MethodDescriptor& descriptor,
                           Bytes parameters, dlms::DataWriter& returned) {
    const auto& [class_id, name, id] = descriptor;
    const auto object = find_object<ActionResult>(meter, class_id, name);
    if (!object) return object.error();
    const Method* method = find_method(*(*object)->interface_class, id);
    if (method == nullptr || !may(association, rights_of(**object, *method, association.role()), Rights::call)) {
        return ActionResult::read_write_denied;
    }
    return method->invoke({meter, **object, association}, parameters, returned);
}

}  // namespace blathy::meter
