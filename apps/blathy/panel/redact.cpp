#include "apps/blathy/panel/redact.hpp"

#include <algorithm>

#include "dlms/acse/acse.hpp"
#include "dlms/apdu/access.hpp"
#include "dlms/apdu/action.hpp"
#include "dlms/apdu/block_transfer.hpp"
#include "dlms/apdu/set.hpp"
#include "dlms/data.hpp"
#include "dlms/explain/explain.hpp"
#include "dlms/hdlc/frame.hpp"
#include "dlms/hdlc/transfer.hpp"
#include "dlms/iec62056_21/message.hpp"
#include "dlms/wrapper.hpp"

namespace blathy::apps {
namespace {

constexpr std::uint16_t association_class_id = 15;
constexpr std::uint16_t local_port_setup_class_id = 19;
constexpr std::int8_t secret_attribute = 7;  // of both
constexpr std::int8_t change_secret_method = 2;
constexpr std::uint8_t blank = '*';

bool is_secret(const dlms::AttributeDescriptor& attribute) {
    const bool has_secret =
        attribute.class_id == association_class_id || attribute.class_id == local_port_setup_class_id;
    return has_secret && attribute.attribute == secret_attribute;
}

bool is_secret(const dlms::MethodDescriptor& method) {
    return method.class_id == association_class_id && method.method == change_secret_method;
}

bool any_secret(const dlms::List& targets) {
    ByteReader in(targets.encoded);
    for (std::size_t i = 0; i < targets.count; ++i) {
        if (is_secret(dlms::read_attribute_selection(in).attribute)) return true;
    }
    return false;
}

bool is_secret(const dlms::AccessSpecification& specification) {
    if (const auto* set = std::get_if<dlms::AccessSet>(&specification)) return is_secret(set->target.attribute);
    const auto* action = std::get_if<dlms::AccessAction>(&specification);
    return action != nullptr && is_secret(action->target);
}

std::vector<Bytes> secrets_in(const dlms::AccessRequest& request) {
    ByteReader specifications(request.specifications.encoded);
    Bytes values = request.data.encoded;
    std::vector<Bytes> secrets;
    for (std::size_t i = 0; i < request.specifications.count; ++i) {
        const bool secret = is_secret(dlms::read_access_specification(specifications));
        const Bytes value = values.first(dlms::data_size(values).value_or(values.size()));
        values = values.subspan(value.size());
        if (secret) secrets.push_back(value);
    }
    return secrets;
}

std::vector<Bytes> secrets_in(Bytes apdu);

// Of a request that does not end in its first block nobody can say yet where its secrets are.
std::vector<Bytes> secrets_in(const dlms::GeneralBlock& block) {
    if (block.data.empty()) return {};
    auto secrets = secrets_in(block.data);
    const auto tag = static_cast<dlms::ApduTag>(block.data.front());
    const bool may_have_some = tag == dlms::ApduTag::set_request || tag == dlms::ApduTag::action_request ||
                               tag == dlms::ApduTag::access_request;
    if (secrets.empty() && may_have_some && !block.last) secrets.push_back(block.data);
    return secrets;
}

// Of views into one APDU, those that hold secrets.
std::vector<Bytes> secrets_in(Bytes apdu) {
    if (const auto block = dlms::read_general_block(apdu)) return secrets_in(*block);
    if (const auto access = dlms::read_access_request(apdu)) return secrets_in(*access);
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
            if (is_secret(normal->target.method)) secrets.push_back(normal->target.parameters);
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

namespace {

using dlms::hdlc::FrameKind;

std::optional<dlms::hdlc::Frame> hdlc_frame(Bytes octets) {
    if (octets.size() < 2 || octets.front() != dlms::hdlc::flag || octets.back() != dlms::hdlc::flag) return {};
    const auto frame = dlms::hdlc::decode_frame(octets.subspan(1, octets.size() - 2));
    return frame ? std::optional(*frame) : std::nullopt;
}

// Whether it carries (a part of) an APDU to the meter.
bool is_request(const dlms::hdlc::Frame& frame) {
    const auto kind = dlms::hdlc::decode_control(frame.control).kind;
    if (kind != FrameKind::i && kind != FrameKind::ui) return false;
    return !dlms::hdlc::strip_llc(dlms::hdlc::llc_response, frame.information);
}

std::vector<std::uint8_t> redacted_hdlc(Bytes octets) {
    std::vector<std::uint8_t> copy(octets.begin(), octets.end());
    auto frame = hdlc_frame(octets);
    if (!frame || !is_request(*frame)) return copy;
    const auto apdu = dlms::hdlc::strip_llc(dlms::hdlc::llc_command, frame->information);
    std::vector<std::uint8_t> information(frame->information.size(), blank);
    if (apdu && !frame->is_segmented) {
        const auto shown = redacted(*apdu);
        information.assign(dlms::hdlc::llc_command.begin(), dlms::hdlc::llc_command.end());
        information.insert(information.end(), shown.begin(), shown.end());
    }
    frame->information = information;
    copy.resize(dlms::hdlc::encode_frame(*frame, copy));
    return copy;
}

// The password of P1 and P2 stands between brackets.
std::vector<std::uint8_t> redacted_message(Bytes octets) {
    std::vector<std::uint8_t> copy(octets.begin(), octets.end());
    if (octets.size() < 3 || (octets[0] & 0x7F) != dlms::iec62056_21::soh || (octets[1] & 0x7F) != 'P') return copy;
    for (std::size_t i = 3; i < copy.size() && (copy[i] & 0x7F) != dlms::iec62056_21::etx; ++i) copy[i] = blank;
    return copy;
}

}  // namespace

std::vector<std::uint8_t> redacted_frame(Bytes frame) {
    switch (dlms::guess_protocol(frame)) {
        case dlms::Protocol::hdlc:
            return redacted_hdlc(frame);
        case dlms::Protocol::iec62056_21:
            return redacted_message(frame);
        case dlms::Protocol::wrapper: {
            std::vector<std::uint8_t> copy(frame.begin(), frame.end());
            const auto apdu = redacted(apdu_in(frame));
            std::copy(apdu.rbegin(), apdu.rend(), copy.rbegin());
            return copy;
        }
        case dlms::Protocol::apdu:
            break;
    }
    return redacted(frame);
}

Bytes apdu_in(Bytes octets) {
    if (dlms::guess_protocol(octets) == dlms::Protocol::wrapper) {
        return octets.subspan(std::min(octets.size(), dlms::WrapperHeader::size));
    }
    const auto frame = hdlc_frame(octets);
    if (!frame || frame->is_segmented) return {};
    const auto request = dlms::hdlc::strip_llc(dlms::hdlc::llc_command, frame->information);
    if (request) return *request;
    return dlms::hdlc::strip_llc(dlms::hdlc::llc_response, frame->information).value_or(Bytes{});
}

}  // namespace blathy::apps
