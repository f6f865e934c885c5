// What services are invoked on, owned: the codecs' descriptors hold views.
#pragma once

#include <optional>

#include "dlms/apdu/common.hpp"
#include "dlms/data.hpp"
#include "station/octets.hpp"

namespace blathy::station {

// Of every request: tag, choice and invoke id.
inline constexpr std::size_t request_head = 3;

// A part of an attribute: the selector of its class and the encoded parameters (IEC 62056-6-2, for instance 5.2.6).
struct Selection {
    std::uint8_t selector = 0;
    Octets parameters;
};

struct AttributeTarget {
    dlms::AttributeDescriptor attribute;
    std::optional<Selection> selection;
};

struct MethodTarget {
    dlms::MethodDescriptor method;
    Octets parameters;  // one encoded value; empty: none
};

// The descriptors below view `target`.
dlms::AttributeSelection view(const AttributeTarget& target);
// How many octets the descriptor takes in a request.
std::size_t encoded_size(const AttributeTarget& target);

}  // namespace blathy::station
