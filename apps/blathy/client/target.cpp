#include "apps/blathy/client/target.hpp"

#include <array>
#include <charconv>

#include "dlms/names.hpp"
#include "dlms/obis_names.hpp"

namespace blathy::apps {
namespace {

using station::Error;
using station::ErrorKind;

template <class T>
std::optional<T> whole_number(std::string_view text) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Error not_a_target(std::string_view text) {
    return {ErrorKind::usage, 0,
            "'" + std::string(text) +
                "' is not of the form [CLASS/]OBIS[/ATTRIBUTE], for instance 1.8.0 or 8/0-0:1.0.0.255/2"};
}

}  // namespace

Result<Target, Error> parse_target(std::string_view text) {
    Target target{std::string(text), std::nullopt, {}, {}};
    std::string_view rest = text;
    // A class is a plain number; an OBIS code always has dots.
    if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
        if (const std::string_view first = rest.substr(0, slash); first.find('.') == std::string_view::npos) {
            target.class_id = whole_number<std::uint16_t>(first);
            if (!target.class_id) return fail(not_a_target(text));
            rest.remove_prefix(slash + 1);
        }
    }
    const std::size_t slash = rest.find('/');
    const auto instance = dlms::parse_obis(rest.substr(0, slash));
    if (!instance) return fail(not_a_target(text));
    target.instance = *instance;
    if (slash != std::string_view::npos) {
        target.member = rest.substr(slash + 1);
        if (target.member.empty()) return fail(not_a_target(text));
    }
    return target;
}

Result<std::uint16_t, Error> class_of(const Target& target, station::Client& client) {
    if (target.class_id) return *target.class_id;
    const auto objects = client.object_list();
    if (!objects) {
        Error error = objects.error();
        error.text += "; state the class to do without it: CLASS/" + station::obis_text(target.instance);
        return fail(error);
    }
    const station::ObjectEntry* object = station::find_object(**objects, target.instance);
    if (object == nullptr) return fail(station::refusal(dlms::DataAccessResult::object_undefined));
    return object->class_id;
}

Result<dlms::AttributeDescriptor, Error> resolve(const Target& target, station::Client& client) {
    const auto class_id = class_of(target, client);
    if (!class_id) return fail(class_id.error());
    dlms::AttributeDescriptor attribute{*class_id, target.instance, 2};
    if (target.member.empty()) return attribute;
    if (const auto number = whole_number<std::int8_t>(target.member)) {
        attribute.attribute = *number;
        return attribute;
    }
    for (std::int8_t number = 1; number < 64; ++number) {
        if (dlms::attribute_name(*class_id, number) == target.member) {
            attribute.attribute = number;
            return attribute;
        }
    }
    return fail(
        Error{ErrorKind::usage, 0, "class " + std::to_string(*class_id) + " has no attribute '" + target.member + "'"});
}

std::string description_of(const dlms::Obis& instance) {
    std::array<char, dlms::max_obis_description> room{};
    return std::string(dlms::describe_obis(instance, room));
}

}  // namespace blathy::apps
