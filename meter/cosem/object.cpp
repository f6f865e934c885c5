#include "meter/cosem/object.hpp"

#include <algorithm>

namespace blathy::meter {
namespace {

AccessKind kind_of(const Object& object, AccessKind of_member) {
    return of_member == AccessKind::of_object ? object.access : of_member;
}

}  // namespace

const Attribute* find_attribute(const InterfaceClass& interface_class, std::int8_t id) {
    const auto found = std::ranges::find(interface_class.attributes, id, &Attribute::id);
    return found == interface_class.attributes.end() ? nullptr : &*found;
}

const Method* find_method(const InterfaceClass& interface_class, std::int8_t id) {
    const auto found = std::ranges::find(interface_class.methods, id, &Method::id);
    return found == interface_class.methods.end() ? nullptr : &*found;
}

Rights rights_of(const Object& object, const Attribute& attribute, Role role) {
    return security::attribute_rights(kind_of(object, attribute.access), role, attribute.read != nullptr,
                                      attribute.write != nullptr);
}

Rights rights_of(const Object& object, const Method& method, Role role) {
    return security::method_rights(kind_of(object, method.access), role);
}

bool is_listed(const Object& object, Role role) {
    return security::is_listed(object.access, role);
}

const Object* Dictionary::find(const dlms::Obis& name) const {
    const auto found = std::ranges::lower_bound(objects_, name, {}, &Object::name);
    return found == objects_.end() || found->name != name ? nullptr : &*found;
}

}  // namespace blathy::meter
