#include "meter/cosem/object.hpp"

#include <algorithm>

namespace blathy::meter {

const Attribute* find_attribute(const InterfaceClass& interface_class, std::int8_t id) {
    const auto found = std::ranges::find(interface_class.attributes, id, &Attribute::id);
    return found == interface_class.attributes.end() ? nullptr : &*found;
}

const Method* find_method(const InterfaceClass& interface_class, std::int8_t id) {
    const auto found = std::ranges::find(interface_class.methods, id, &Method::id);
    return found == interface_class.methods.end() ? nullptr : &*found;
}

const Object* Dictionary::find(const dlms::Obis& name) const {
    const auto found = std::ranges::lower_bound(objects_, name, {}, &Object::name);
    return found == objects_.end() || found->name != name ? nullptr : &*found;
}

}  // namespace blathy::meter
