#include "station/exchange.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"
#include "dlms/names.hpp"

namespace blathy::station {
namespace {

std::string hex_tag(std::uint8_t tag) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    return {digits[tag >> 4U], digits[tag & 0x0FU]};
}

}  // namespace

Result<Step, Error> Exchange::take(Bytes apdu, Carrier carrier) {
    if (apdu.empty()) return fail(protocol_error("the meter sent an empty APDU"));
    switch (static_cast<dlms::ApduTag>(apdu[0])) {
        case dlms::ApduTag::data_notification:
        case dlms::ApduTag::event_notification_request:
            return Step::wait();
        case dlms::ApduTag::exception_response: {
            const auto exception = dlms::read_exception_response(apdu);
            if (!exception) return fail(protocol_error("the meter sent a malformed exception-response"));
            return fail(exception_error(*exception));
        }
        case dlms::ApduTag::confirmed_service_error: {
            if (const auto error = dlms::read_initiate_error(apdu)) {
                return fail(Error{ErrorKind::association, static_cast<std::uint32_t>(*error),
                                  "the meter refused the association: " + explain(*error)});
            }
            return fail(Error{ErrorKind::exception, apdu.back(), "the meter answered with a confirmed-service-error"});
        }
        case dlms::ApduTag::aare:
        case dlms::ApduTag::rlre:
        case dlms::ApduTag::get_response:
        case dlms::ApduTag::set_response:
        case dlms::ApduTag::action_response:
        case dlms::ApduTag::access_response:
            break;
        default: {
            std::string name(dlms::apdu_name(apdu[0]));
            if (name.empty()) name = "an unknown APDU";
            return fail(protocol_error("the meter answered with " + name + " (tag " + hex_tag(apdu[0]) + ")"));
        }
    }
    if (carrier == Carrier::apdu && has_begun()) {
        return fail(protocol_error("the meter began anew in the middle of a long value"));
    }
    // What was negotiated bounds xDLMS APDUs, and not those that negotiate it.
    const auto tag = static_cast<dlms::ApduTag>(apdu[0]);
    const bool is_acse = tag == dlms::ApduTag::aare || tag == dlms::ApduTag::rlre;
    const std::size_t most = carrier == Carrier::blocks ? context_.max_value_octets : context_.max_response_octets;
    if (!is_acse && apdu.size() > most) {
        return fail(protocol_error("the meter sent an APDU of " + std::to_string(apdu.size()) +
                                   " octets, but was told to send at most " + std::to_string(most)));
    }
    return respond(apdu);
}

Result<Step, Error> Exchange::send(Octets apdu) const {
    const std::size_t most = context_.uses_general_blocks() ? context_.max_value_octets : context_.max_request_octets;
    if (apdu.empty() || apdu.size() > most) {
        return fail(Error{ErrorKind::limit, 0,
                          "the request has " + std::to_string(apdu.size()) + " octets, but the meter takes at most " +
                              std::to_string(most)});
    }
    return Step::send(std::move(apdu));
}

Result<Step, Error> Exchange::post(Octets apdu) const {
    if (apdu.empty() || apdu.size() > context_.max_request_octets) {
        return fail(Error{ErrorKind::limit, 0,
                          "the request has " + std::to_string(apdu.size()) + " octets, but the meter takes at most " +
                              std::to_string(context_.max_request_octets) +
                              " at once, and only a confirmed request can go in blocks"});
    }
    return Step::post(std::move(apdu));
}

Result<void, Error> Exchange::require(dlms::Conformance::Bit bit) const {
    if (context_.has(bit)) return {};
    return fail(
        Error{ErrorKind::not_negotiated, static_cast<std::uint32_t>(bit),
              "the association with the meter does not include " + std::string(dlms::conformance_bit_name(bit))});
}

Result<void, Error> Exchange::require_for_get(const AttributeTarget& target) const {
    return require_for(target, dlms::Conformance::attribute_0_with_get);
}

Result<void, Error> Exchange::require_for_set(const AttributeTarget& target) const {
    return require_for(target, dlms::Conformance::attribute_0_with_set);
}

Result<void, Error> Exchange::require_for(const AttributeTarget& target, dlms::Conformance::Bit all_attributes) const {
    if (target.attribute.attribute == 0) {
        if (auto allowed = require(all_attributes); !allowed) return allowed;
    }
    return target.selection ? require(dlms::Conformance::selective_access) : Result<void, Error>{};
}

Result<dlms::DataBlock, Error> BlockSource::next(std::size_t room) {
    constexpr std::size_t overhead = 1 + 4;  // last-block, block-number
    const std::size_t left = payload_.size() - position_;
    std::size_t count = room > overhead ? std::min(room - overhead, left) : 0;
    // The length octets come out of the same room.
    while (count > 0 && overhead + dlms::length_size(count) + count > room) --count;
    if (count == 0) {
        return fail(
            Error{ErrorKind::limit, 0, "the meter takes requests too short to hold even one octet of the value"});
    }
    const Bytes raw = Bytes(payload_).subspan(position_, count);
    position_ += count;
    ++number_;
    return dlms::DataBlock{at_end(), number_, raw};
}

Result<void, Error> BlockSink::take(const dlms::DataBlock& block) {
    if (block.number != number_ + 1) {
        return fail(protocol_error("the meter sent block " + std::to_string(block.number) + " instead of block " +
                                   std::to_string(number_ + 1)));
    }
    if (block.raw.empty() && !block.last) return fail(protocol_error("the meter sent an empty block"));
    if (number_ == max_blocks_) {
        return fail(Error{ErrorKind::limit, 0,
                          "the meter's answer comes in more than " + std::to_string(max_blocks_) +
                              " blocks; raise the PDU size, or ask for less at a time"});
    }
    if (block.raw.size() > max_octets_ - octets_) {
        return fail(Error{
            ErrorKind::limit, 0,
            "the meter's answer is longer than " + std::to_string(max_octets_) + " octets; ask for less at a time"});
    }
    octets_ += block.raw.size();
    ++number_;
    return {};
}

}  // namespace blathy::station
