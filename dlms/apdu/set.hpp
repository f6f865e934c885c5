// The SET service (IEC 62056-5-3, 7.3.5.3).
#pragma once

#include <optional>
#include <variant>

#include "dlms/apdu/common.hpp"

namespace blathy::dlms {

struct SetRequestNormal {
    InvokeId invoke;
    AttributeSelection target;
    Bytes value;
};
struct SetRequestWithFirstDatablock {
    InvokeId invoke;
    AttributeSelection target;
    DataBlock block;
};
struct SetRequestWithDatablock {
    InvokeId invoke;
    DataBlock block;
};
struct SetRequestWithList {
    InvokeId invoke;
    List targets;  // of AttributeSelection
    List values;   // as many values
};
struct SetRequestWithListAndFirstDatablock {
    InvokeId invoke;
    List targets;
    DataBlock block;  // of the counted list of values
};
using SetRequest = std::variant<SetRequestNormal, SetRequestWithFirstDatablock, SetRequestWithDatablock,
                                SetRequestWithList, SetRequestWithListAndFirstDatablock>;

struct SetResponseNormal {
    InvokeId invoke;
    DataAccessResult result = DataAccessResult::success;
};
struct SetResponseDatablock {
    InvokeId invoke;
    std::uint32_t block_number = 0;
};
struct SetResponseLastDatablock {
    InvokeId invoke;
    DataAccessResult result = DataAccessResult::success;
    std::uint32_t block_number = 0;
};
struct SetResponseLastDatablockWithList {
    InvokeId invoke;
    Bytes results;  // a DataAccessResult an octet
    std::uint32_t block_number = 0;
};
struct SetResponseWithList {
    InvokeId invoke;
    Bytes results;
};
using SetResponse = std::variant<SetResponseNormal, SetResponseDatablock, SetResponseLastDatablock,
                                 SetResponseLastDatablockWithList, SetResponseWithList>;

std::optional<SetRequest> read_set_request(Bytes apdu);
std::optional<SetResponse> read_set_response(Bytes apdu);

void write(ByteWriter& out, const SetRequestNormal& request);
void write(ByteWriter& out, const SetRequestWithFirstDatablock& request);
void write(ByteWriter& out, const SetRequestWithDatablock& request);
void write(ByteWriter& out, const SetRequestWithList& request);
void write(ByteWriter& out, const SetRequestWithListAndFirstDatablock& request);
void write(ByteWriter& out, const SetResponseNormal& response);
void write(ByteWriter& out, const SetResponseDatablock& response);
void write(ByteWriter& out, const SetResponseLastDatablock& response);
void write(ByteWriter& out, const SetResponseLastDatablockWithList& response);
void write(ByteWriter& out, const SetResponseWithList& response);

}  // namespace blathy::dlms
