// IC 68, Arbitrator, version 0 (IEC 62056-6-2): who asks the relay for what. Its actors are the causes of
// meter/relay/causes.hpp, by their numbers from 0; its actions are the scripts of the disconnector.
//
// What the standard does by weights, the relay does by its rule that it closes only when no cause stands. The weights
// say the same: one that wants it open outweighs all others that do not.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/transition_result.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

// Bits of an actor, the first action first.
constexpr std::size_t action_count = 2;
constexpr std::uint8_t disconnect_bit = 0x80;
constexpr std::uint8_t reconnect_bit = 0x40;

void write_bits(DataWriter& out, std::uint8_t bits) {
    out.bit_string(Bytes(&bits, 1), action_count);
}

DataAccessResult read_actions(const AttributeContext&, Cursor&, DataWriter& out) {
    out.array(action_count);
    for (const RelayScript script : {RelayScript::disconnect, RelayScript::reconnect}) write_script(out, script);
    return DataAccessResult::success;
}

// Who can't be a cause may ask for nothing.
DataAccessResult read_permissions(const AttributeContext& of, Cursor&, DataWriter& out) {
    const RelayCauses causes = causes_of(of.meter.model());
    out.array(relay_causes);
    for (std::size_t i = 0; i < relay_causes; ++i) {
        const bool may = causes.has(static_cast<RelayCause>(i));
        write_bits(out, may ? disconnect_bit | reconnect_bit : 0);
    }
    return DataAccessResult::success;
}

DataAccessResult read_weightings(const AttributeContext&, Cursor&, DataWriter& out) {
    constexpr std::uint16_t more_than_all_others = relay_causes;
    out.array(relay_causes);
    for (std::size_t i = 0; i < relay_causes; ++i) {
        out.array(action_count);
        out.long_unsigned(more_than_all_others);
        out.long_unsigned(1);
    }
    return DataAccessResult::success;
}

DataAccessResult read_requests(const AttributeContext& of, Cursor&, DataWriter& out) {
    const RelayCauses possible = causes_of(of.meter.model());
    const RelayCauses standing = of.meter.relay().disconnector().causes();
    out.array(relay_causes);
    for (std::size_t i = 0; i < relay_causes; ++i) {
        const auto cause = static_cast<RelayCause>(i);
        const std::uint8_t asked = standing.has(cause) ? disconnect_bit : reconnect_bit;
        write_bits(out, possible.has(cause) ? asked : 0);
    }
    return DataAccessResult::success;
}

// The number of the action in the list, from 1.
DataAccessResult read_outcome(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.unsigned_(of.meter.relay().wants_closed() ? 2 : 1);
    return DataAccessResult::success;
}

// {actor, actions}: a client is the actor *remote* and no other.
ActionResult request_action(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    in.structure(2);
    const std::uint8_t actor = in.unsigned_();
    const Bytes actions = in.value();  // tag, number of bits, bits
    const bool is_bits = actions.size() == 3 && actions[0] == static_cast<std::uint8_t>(dlms::DataTag::bit_string) &&
                         actions[1] == action_count;
    if (!in.complete() || !is_bits) return ActionResult::type_unmatched;
    const auto asked = static_cast<std::uint8_t>(actions[2] & (disconnect_bit | reconnect_bit));
    const bool one_of_them = asked == disconnect_bit || asked == reconnect_bit;
    if (actor != static_cast<std::uint8_t>(RelayCause::remote) || !one_of_them) return ActionResult::other_reason;
    const RelayScript script = asked == disconnect_bit ? RelayScript::disconnect : RelayScript::reconnect;
    return result_of(of.meter.relay().command(of.meter.clock(), RelayCause::remote, script));
}

constexpr std::array arbitrator_attributes = {
    Attribute{2, read_actions, nullptr},    Attribute{3, read_permissions, nullptr},
    Attribute{4, read_weightings, nullptr}, Attribute{5, read_requests, nullptr},
    Attribute{6, read_outcome, nullptr},
};
constexpr std::array arbitrator_methods = {Method{1, request_action}};

}  // namespace

constinit const InterfaceClass arbitrator_class = {68, 0, arbitrator_attributes, arbitrator_methods};

}  // namespace blathy::meter
