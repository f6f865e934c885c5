#include "dlms/apdu/action.hpp"

#include "dlms/apdu/codec.hpp"

namespace blathy::dlms {

ActionOutcome read_action_outcome(ByteReader& in) {
    ActionOutcome outcome;
    outcome.result = static_cast<ActionResult>(in.u8());
    if (read_presence(in)) outcome.returned = read_get_data_result(in);
    return outcome;
}

std::optional<ActionRequest> read_action_request(Bytes apdu) {
    ByteReader in(apdu);
    const auto [choice, invoke] = read_head(in, ApduTag::action_request);
    switch (choice) {
        case 1: {
            MethodInvocation target;
            target.method = read_method_descriptor(in);
            if (read_presence(in)) target.parameters = read_data(in);
            return whole<ActionRequest>(in, ActionRequestNormal{invoke, target});
        }
        case 2: {
            const std::uint32_t number = in.u32();
            return whole<ActionRequest>(in, ActionRequestNextPblock{invoke, number});
        }
        case 3: {
            const List methods = read_list(in, read_method_descriptor);
            const List parameters = read_list(in, read_data);
            if (methods.count != parameters.count) return std::nullopt;
            return whole<ActionRequest>(in, ActionRequestWithList{invoke, methods, parameters});
        }
        case 4: {
            const MethodDescriptor method = read_method_descriptor(in);
            const DataBlock block = read_data_block(in);
            return whole<ActionRequest>(in, ActionRequestWithFirstPblock{invoke, method, block});
        }
        case 5: {
            const List methods = read_list(in, read_method_descriptor);
            const DataBlock block = read_data_block(in);
            return whole<ActionRequest>(in, ActionRequestWithListAndFirstPblock{invoke, methods, block});
        }
        case 6: {
            const DataBlock block = read_data_block(in);
            return whole<ActionRequest>(in, ActionRequestWithPblock{invoke, block});
        }
        default:
            return std::nullopt;
    }
}

std::optional<ActionResponse> read_action_response(Bytes apdu) {
    ByteReader in(apdu);
    const auto [choice, invoke] = read_head(in, ApduTag::action_response);
    switch (choice) {
        case 1: {
            const ActionOutcome outcome = read_action_outcome(in);
            return whole<ActionResponse>(in, ActionResponseNormal{invoke, outcome});
        }
        case 2: {
            const DataBlock block = read_data_block(in);
            return whole<ActionResponse>(in, ActionResponseWithPblock{invoke, block});
        }
        case 3: {
            const List outcomes = read_list(in, read_action_outcome);
            return whole<ActionResponse>(in, ActionResponseWithList{invoke, outcomes});
        }
        case 4: {
            const std::uint32_t number = in.u32();
            return whole<ActionResponse>(in, ActionResponseNextPblock{invoke, number});
        }
        default:
            return std::nullopt;
    }
}

void write(ByteWriter& out, const ActionRequestNormal& request) {
    write_head(out, ApduTag::action_request, 1, request.invoke);
    write(out, request.target.method);
    out.u8(request.target.parameters.empty() ? 0 : 1);
    out.bytes(request.target.parameters);
}

void write(ByteWriter& out, const ActionRequestNextPblock& request) {
    write_head(out, ApduTag::action_request, 2, request.invoke);
    out.u32(request.block_number);
}

void write(ByteWriter& out, const ActionRequestWithList& request) {
    write_head(out, ApduTag::action_request, 3, request.invoke);
    write(out, request.methods);
    write(out, request.parameters);
}

void write(ByteWriter& out, const ActionRequestWithFirstPblock& request) {
    write_head(out, ApduTag::action_request, 4, request.invoke);
    write(out, request.method);
    write(out, request.block);
}

void write(ByteWriter& out, const ActionRequestWithListAndFirstPblock& request) {
    write_head(out, ApduTag::action_request, 5, request.invoke);
    write(out, request.methods);
    write(out, request.block);
}

void write(ByteWriter& out, const ActionRequestWithPblock& request) {
    write_head(out, ApduTag::action_request, 6, request.invoke);
    write(out, request.block);
}

void write(ByteWriter& out, const ActionOutcome& outcome) {
    out.u8(static_cast<std::uint8_t>(outcome.result));
    out.u8(outcome.returned ? 1 : 0);
    if (outcome.returned) write(out, *outcome.returned);
}

void write(ByteWriter& out, const ActionResponseNormal& response) {
    write_head(out, ApduTag::action_response, 1, response.invoke);
    write(out, response.outcome);
}

void write(ByteWriter& out, const ActionResponseWithPblock& response) {
    write_head(out, ApduTag::action_response, 2, response.invoke);
    write(out, response.block);
}

void write(ByteWriter& out, const ActionResponseWithList& response) {
    write_head(out, ApduTag::action_response, 3, response.invoke);
    write(out, response.outcomes);
}

void write(ByteWriter& out, const ActionResponseNextPblock& response) {
    write_head(out, ApduTag::action_response, 4, response.invoke);
    out.u32(response.block_number);
}

}  // namespace blathy::dlms
