// An explanation as text for people and as JSON for programs; with `decipher`, of what is in ciphered APDUs too.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "dlms/explain/explain.hpp"

namespace blathy::apps {

// A line for each node: offset, the first octets, and the name and value with two spaces of indentation for each level.
// Returns whether a node is an error.
bool render_text(std::ostream& out, Bytes octets, dlms::Protocol protocol, std::optional<dlms::Decipher> decipher = {});

// An array of {depth, offset, length, octets, name, value, error}. Sets `has_error` if a node is one.
nlohmann::ordered_json render_json(Bytes octets, dlms::Protocol protocol, bool& has_error,
                                   std::optional<dlms::Decipher> decipher = {});

// A line for each node: prefix, depth, offset, length, octets, name, value, error. Returns whether a node is an error.
bool render_csv(std::ostream& out, const std::string& prefix, Bytes octets, dlms::Protocol protocol,
                std::optional<dlms::Decipher> decipher = {});
inline constexpr const char* csv_header = "depth,offset,length,octets,name,value,error";

// One line, without line breaks; octets that are no UTF-8 are replaced.
std::string to_text(const nlohmann::ordered_json& json);

}  // namespace blathy::apps
