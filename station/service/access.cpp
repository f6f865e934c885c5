#include "station/service/access.hpp"

#include <algorithm>

namespace blathy::station {
namespace {

using dlms::AccessKind;
using dlms::Conformance;

constexpr std::array<std::uint8_t, 1> null_data = {static_cast<std::uint8_t>(dlms::DataTag::null_data)};

AccessKind kind_of(const AccessItem& item) {
    if (std::holds_alternative<AttributeTarget>(item)) return AccessKind::get;
    return std::holds_alternative<Assignment>(item) ? AccessKind::set : AccessKind::action;
}

const AttributeTarget* attribute_of(const AccessItem& item) {
    if (const auto* target = std::get_if<AttributeTarget>(&item)) return target;
    const auto* assignment = std::get_if<Assignment>(&item);
    return assignment == nullptr ? nullptr : &assignment->target;
}

dlms::AccessSpecification specification_of(const AccessItem& item) {
    if (const auto* target = std::get_if<AttributeTarget>(&item)) return dlms::AccessGet{view(*target)};
    if (const auto* assignment = std::get_if<Assignment>(&item)) return dlms::AccessSet{view(assignment->target)};
    return dlms::AccessAction{std::get<MethodTarget>(item).method};
}

// The one value that belongs to the item in the request.
Bytes data_of(const AccessItem& item) {
    if (const auto* assignment = std::get_if<Assignment>(&item)) return assignment->value;
    const auto* method = std::get_if<MethodTarget>(&item);
    return method == nullptr || method->parameters.empty() ? Bytes(null_data) : Bytes(method->parameters);
}

}  // namespace

Error refusal(const AccessReply& reply) {
    return reply.kind == AccessKind::action ? refusal(static_cast<dlms::ActionResult>(reply.result))
                                            : refusal(static_cast<dlms::DataAccessResult>(reply.result));
}

AccessExchange::AccessExchange(const Context& context, dlms::LongInvokeId invoke, std::vector<AccessItem> items)
    : Exchange(context), invoke_(invoke), items_(std::move(items)) {}

std::size_t AccessExchange::encoded_size(const AccessItem& item) {
    const AttributeTarget* attribute = attribute_of(item);
    constexpr std::size_t method_octets = 9;
    // The flag of an optional selection in GET and SET is the choice of the specification here.
    return (attribute == nullptr ? 1 + method_octets : station::encoded_size(*attribute)) + data_of(item).size();
}

bool AccessExchange::repeatable() const {
    return std::all_of(items_.begin(), items_.end(),
                       [](const AccessItem& item) { return kind_of(item) == AccessKind::get; });
}

Result<Step, Error> AccessExchange::begin() {
    if (auto allowed = require(Conformance::access); !allowed) return fail(allowed.error());
    std::size_t octets = request_overhead;
    for (const AccessItem& item : items_) {
        if (const AttributeTarget* attribute = attribute_of(item)) {
            const auto allowed =
                kind_of(item) == AccessKind::get ? require_for_get(*attribute) : require_for_set(*attribute);
            if (!allowed) return fail(allowed.error());
        }
        octets += encoded_size(item);
    }
    const Octets specifications = encoded(octets, [&](ByteWriter& out) {
        for (const AccessItem& item : items_) write(out, specification_of(item));
    });
    const Octets data = encoded(octets, [&](ByteWriter& out) {
        for (const AccessItem& item : items_) out.bytes(data_of(item));
    });
    Octets request = encoded(octets, [&](ByteWriter& out) {
        write(out, dlms::AccessRequest{invoke_, {}, {items_.size(), specifications}, {items_.size(), data}});
    });
    return invoke_.confirmed() ? send(std::move(request)) : post(std::move(request));
}

Result<Step, Error> AccessExchange::respond(Bytes apdu) {
    if (apdu[0] != static_cast<std::uint8_t>(dlms::ApduTag::access_response)) return Step::wait();
    const auto response = dlms::read_access_response(apdu);
    if (!response) return fail(protocol_error("the meter sent a malformed access-response"));
    if (response->invoke.id() != invoke_.id()) return Step::wait();
    const std::size_t count = response->results.count;
    const bool may_be_fewer = invoke_.break_on_error() && count > 0;
    if (count != items_.size() && !(may_be_fewer && count < items_.size())) {
        return fail(protocol_error("the meter sent " + std::to_string(count) + " results for an ACCESS of " +
                                   std::to_string(items_.size())));
    }
    ByteReader results(response->results.encoded);
    ByteReader data(response->data.encoded);
    std::vector<AccessReply> replies;
    replies.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const dlms::AccessResult result = dlms::read_access_result(results);
        if (result.kind != kind_of(items_[i])) {
            return fail(protocol_error("the meter answered another service of the ACCESS than it was asked for"));
        }
        replies.push_back({result.kind, result.result, to_octets(dlms::read_data(data))});
    }
    replies_ = std::move(replies);
    return Step::done();
}

}  // namespace blathy::station
