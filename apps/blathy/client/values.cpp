#include "apps/blathy/client/values.hpp"

#include "station/format.hpp"

namespace blathy::apps {

using station::Error;
using station::ErrorKind;
using station::Value;

Result<Value, Error> typed_value(const std::string& text, const std::string& type, const Value* like) {
    if (type == "clock") {
        const Value date_time = station::octet_string_value(dlms::DateTime{});
        return station::parse_value(dlms::DataTag::octet_string, text, &date_time);
    }
    const auto tag = type.empty() && like != nullptr ? std::optional(like->type) : station::data_tag_from(type);
    if (!tag)
        return fail(Error{ErrorKind::usage, 0, "there is no data type '" + type + "'; see `blathy write --help`"});
    return station::parse_value(*tag, text, like);
}

Result<Value, Error> encoded_value(const std::string& hex) {
    const auto octets = station::parse_hex(hex);
    if (!octets) return fail(Error{ErrorKind::usage, 0, "'" + hex + "' is not in hexadecimal"});
    const auto value = station::decode_value(*octets);
    if (!value) return fail(Error{ErrorKind::usage, 0, "the octets are not one encoded value"});
    return *value;
}

}  // namespace blathy::apps
