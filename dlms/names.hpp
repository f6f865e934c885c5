// The standard's own words for its numbers: interface classes, their attributes and methods (IEC 62056-6-2), APDUs,
// data types, results and conformance bits (IEC 62056-5-3). An empty view where the standard has no word.
#pragma once

#include <cstdint>
#include <string_view>

namespace blathy::dlms {

// "Register" for 3.
std::string_view class_name(std::uint16_t class_id);
// "scaler_unit" for (3, 3); 1 is "logical_name" in every class that is known.
std::string_view attribute_name(std::uint16_t class_id, std::int8_t attribute);
// "remote_disconnect" for (70, 1). Where versions of a class differ, the word of the latest one.
std::string_view method_name(std::uint16_t class_id, std::int8_t method);

// "get-request" for C0, "glo-get-request" for C8.
std::string_view apdu_name(std::uint8_t tag);
// "double-long-unsigned" for 6.
std::string_view data_type_name(std::uint8_t tag);
// "object-undefined" for 4.
std::string_view data_access_result_name(std::uint8_t result);
std::string_view action_result_name(std::uint8_t result);
// "selective-access" for 21; bit 0 is the first one sent.
std::string_view conformance_bit_name(std::uint8_t bit);
// "Wh" for 30, in UTF-8; 255 (no unit) has no name.
std::string_view unit_name(std::uint8_t unit);

}  // namespace blathy::dlms
