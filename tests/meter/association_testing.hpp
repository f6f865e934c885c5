// AARQs and AAREs without ciphering, and the pieces that they share.
#pragma once

#include <string>

#include "tests/support/bench.hpp"

namespace blathy::meter::association_test {

inline const std::string plain_context = "A109060760857405080101";
inline const std::string initiate = "BE10040E01000000065F1F0400007E1F04B0";
// Bits 9 to 14, 19 to 21 and 23 of those that most ask for, a PDU size of 2048, and the VAA name of logical names.
inline const std::string initiate_response = "BE10040E0800065F1F0400007E1F08000007";
inline const std::string accepted = "6129" + plain_context + "A203020100A305A103020100" + initiate_response;

inline std::string aarq(const std::string& fields) {
    return "60" + test::octet_hex(fields.size() / 2) + fields;
}
inline std::string rejected(const std::string& diagnostic, const std::string& rest = "") {
    const std::string fields = plain_context + "A203020101" + "A305" + diagnostic + rest;
    return "61" + test::octet_hex(fields.size() / 2) + fields;
}
inline std::string rejected_by_user(int diagnostic, const std::string& rest = "") {
    return rejected("A1030201" + test::octet_hex(static_cast<std::size_t>(diagnostic)), rest);
}

}  // namespace blathy::meter::association_test
