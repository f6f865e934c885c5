// The GET service (IEC 62056-5-3, 7.3.5.2): attributes, one or a list, whole or in blocks.
#pragma once

#include <optional>
#include <variant>

#include "dlms/apdu/common.hpp"

namespace blathy::dlms {

struct GetRequestNormal {
    InvokeId invoke;
    AttributeSelection target;
};
struct GetRequestNext {
    InvokeId invoke;
    std::uint32_t block_number = 0;
};
struct GetRequestWithList {
    InvokeId invoke;
    List targets;  // of AttributeSelection
};
using GetRequest = std::variant<GetRequestNormal, GetRequestNext, GetRequestWithList>;

// Get-Data-Result: data if `result` is success.
struct GetDataResult {
    DataAccessResult result = DataAccessResult::success;
    Bytes data;
};
struct GetResponseNormal {
    InvokeId invoke;
    GetDataResult result;
};
struct GetResponseWithDatablock {
    InvokeId invoke;
    DataBlock block;  // without octets if `result` is not success
    DataAccessResult result = DataAccessResult::success;
};
struct GetResponseWithList {
    InvokeId invoke;
    List results;  // of GetDataResult
};
using GetResponse = std::variant<GetResponseNormal, GetResponseWithDatablock, GetResponseWithList>;

std::optional<GetRequest> read_get_request(Bytes apdu);
std::optional<GetResponse> read_get_response(Bytes apdu);
GetDataResult read_get_data_result(ByteReader& in);

void write(ByteWriter& out, const GetRequestNormal& request);
void write(ByteWriter& out, const GetRequestNext& request);
void write(ByteWriter& out, const GetRequestWithList& request);
void write(ByteWriter& out, const GetResponseNormal& response);
void write(ByteWriter& out, const GetResponseWithDatablock& response);
void write(ByteWriter& out, const GetResponseWithList& response);
void write(ByteWriter& out, const GetDataResult& result);

}  // namespace blathy::dlms
