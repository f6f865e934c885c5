// The ACTION service (IEC 62056-5-3, 7.3.5.4).
#pragma once

#include <optional>
#include <variant>

#include "dlms/apdu/common.hpp"
#include "dlms/apdu/get.hpp"

namespace blathy::dlms {

struct ActionRequestNormal {
    InvokeId invoke;
    MethodInvocation target;
};
struct ActionRequestNextPblock {
    InvokeId invoke;
    std::uint32_t block_number = 0;
};
struct ActionRequestWithList {
    InvokeId invoke;
    List methods;     // of MethodDescriptor
    List parameters;  // as many values
};
struct ActionRequestWithFirstPblock {
    InvokeId invoke;
    MethodDescriptor method;
    DataBlock block;
};
struct ActionRequestWithListAndFirstPblock {
    InvokeId invoke;
    List methods;
    DataBlock block;  // of the counted list of parameters
};
struct ActionRequestWithPblock {
    InvokeId invoke;
    DataBlock block;
};
using ActionRequest =
    std::variant<ActionRequestNormal, ActionRequestNextPblock, ActionRequestWithList, ActionRequestWithFirstPblock,
                 ActionRequestWithListAndFirstPblock, ActionRequestWithPblock>;

// Action-Response-With-Optional-Data.
struct ActionOutcome {
    ActionResult result = ActionResult::success;
    std::optional<GetDataResult> returned;
};
struct ActionResponseNormal {
    InvokeId invoke;
    ActionOutcome outcome;
};
struct ActionResponseWithPblock {
    InvokeId invoke;
    DataBlock block;
};
struct ActionResponseWithList {
    InvokeId invoke;
    List outcomes;  // of ActionOutcome
};
struct ActionResponseNextPblock {
    InvokeId invoke;
    std::uint32_t block_number = 0;
};
using ActionResponse =
    std::variant<ActionResponseNormal, ActionResponseWithPblock, ActionResponseWithList, ActionResponseNextPblock>;

std::optional<ActionRequest> read_action_request(Bytes apdu);
std::optional<ActionResponse> read_action_response(Bytes apdu);
ActionOutcome read_action_outcome(ByteReader& in);

void write(ByteWriter& out, const ActionRequestNormal& request);
void write(ByteWriter& out, const ActionRequestNextPblock& request);
void write(ByteWriter& out, const ActionRequestWithList& request);
void write(ByteWriter& out, const ActionRequestWithFirstPblock& request);
void write(ByteWriter& out, const ActionRequestWithListAndFirstPblock& request);
void write(ByteWriter& out, const ActionRequestWithPblock& request);
void write(ByteWriter& out, const ActionOutcome& outcome);
void write(ByteWriter& out, const ActionResponseNormal& response);
void write(ByteWriter& out, const ActionResponseWithPblock& response);
void write(ByteWriter& out, const ActionResponseWithList& response);
void write(ByteWriter& out, const ActionResponseNextPblock& response);

}  // namespace blathy::dlms
