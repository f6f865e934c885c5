#include "apps/blathy/panel/redact.hpp"

#include <algorithm>

#include "dlms/acse/acse.hpp"
#include "dlms/apdu/action.hpp"
#include "dlms/apdu/set.hpp"

namespace blathy::apps {
namespace {

constexpr std::uint16_t association_class_id = 15;
constexpr std::int8_t secret_attribute = 7;
constexpr std::int8_t change_secret_method = 2;
constexpr std::uint8_t blank = '*';

bool is_secret(const dlms::AttributeDescriptor& attribute) {
    return attribute.class_id == association_class_id && attribute.attribute == secret_attribute;
}

bool any_secret(const dlms::List& targets) {
    ByteReader in(targets.encoded);
    for (std::size_t i = 0; i < targets.count; ++i) {
        if (is_secret(dlms::read_attribute_selection(in).attribute)) return true;
    }
    return false;
}

// Of views into one APDU, those that hold secrets.
std::vector<Bytes> secrets_in(Bytes apdu) {
    if (const auto aarq = dlms::read_aarq(apdu)) return {aarq->authentication_value};
    std::vector<Bytes> secrets;
    if (const auto request = dlms::read_set_request(apdu)) {
        if (const auto* normal = std::get_if<dlms::SetRequestNormal>(&*request)) {
            if (is_secret(normal->target.attribute)) secrets.push_back(normal->value);
        } else if (const auto* first = std::get_if<dlms::SetRequestWithFirstDatablock>(&*request)) {
            if (is_secret(first->target.attribute)) secrets.push_back(first->block.raw);
        } else if (const auto* block = std::get_if<dlms::SetRequestWithDatablock>(&*request)) {
            secrets.push_back(block->block.raw);
        } else if (const auto* list = std::get_if<dlms::SetRequestWithList>(&*request)) {
            if (any_secret(list->targets)) secrets.push_back(list->values.encoded);
        } else if (const auto* list_block = std::get_if<dlms::SetRequestWithListAndFirstDatablock>(&*request)) {
            if (any_secret(list_block->targets)) secrets.push_back(list_block->block.raw);
        }
    } else if (const auto action = dlms::read_action_request(apdu)) {
        if (const auto* normal = std::get_if<dlms::ActionRequestNormal>(&*action)) {
            const auto& method = normal->target.method;
            if (method.class_id == association_class_id && method.method == change_secret_method) {
                secrets.push_back(normal->target.parameters);
            }
        }
    }
    return secrets;
}

}  // namespace

std::vector<std::uint8_t> redacted(Bytes apdu) {
    std::vector<std::uint8_t> copy(apdu.begin(), apdu.end());
    for (const Bytes secret : secrets_in(apdu)) {
        // The tag and length of a value stay, so that what is left is still an APDU.
        const bool is_value = secret.size() > 2 && secret[0] == 9 && secret[1] == secret.size() - 2;
        const std::size_t kept = is_value ? 2 : 0;
        const auto start = secret.data() == nullptr ? 0 : secret.data() - apdu.data();
        std::fill(copy.begin() + start + static_cast<std::ptrdiff_t>(kept),
                  copy.begin() + start + static_cast<std::ptrdiff_t>(secret.size()), blank);
    }
    return copy;
}

}  // namespace blathy::apps
