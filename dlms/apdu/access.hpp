// The ACCESS service (Green Book 9.4.6.6): several GETs, SETs and ACTIONs in one request, carried out in order.
//
// One value belongs to each specification: null-data in the request of a GET, and in the response of a SET. The codec
// refuses an APDU whose lists differ in length.
#pragma once

#include <optional>
#include <variant>

#include "dlms/apdu/common.hpp"

namespace blathy::dlms {

// Access-Request-Specification ::= CHOICE [1] to [5].
struct AccessGet {
    AttributeSelection target;  // [1], and [4] with a selection
};
struct AccessSet {
    AttributeSelection target;  // [2], and [5] with a selection
};
struct AccessAction {
    MethodDescriptor target;  // [3]
};
using AccessSpecification = std::variant<AccessGet, AccessSet, AccessAction>;

// Access-Response-Specification ::= CHOICE [1] to [3]. The result is a DataAccessResult, for an action an ActionResult.
enum class AccessKind : std::uint8_t { get = 1, set = 2, action = 3 };
struct AccessResult {
    AccessKind kind = AccessKind::get;
    std::uint8_t result = 0;
    constexpr bool operator==(const AccessResult&) const = default;
};

struct AccessRequest {
    LongInvokeId invoke;
    Bytes date_time;      // a date-time, or empty
    List specifications;  // of AccessSpecification
    List data;            // as many values
};

struct AccessResponse {
    LongInvokeId invoke;
    Bytes date_time;
    std::optional<List> specifications;  // those of the request, if it asked for a self-descriptive response
    List data;
    List results;  // of AccessResult
};

std::optional<AccessRequest> read_access_request(Bytes apdu);
std::optional<AccessResponse> read_access_response(Bytes apdu);
AccessSpecification read_access_specification(ByteReader& in);
AccessResult read_access_result(ByteReader& in);

void write(ByteWriter& out, const AccessRequest& request);
void write(ByteWriter& out, const AccessResponse& response);
void write(ByteWriter& out, const AccessSpecification& specification);
void write(ByteWriter& out, const AccessResult& result);

}  // namespace blathy::dlms
