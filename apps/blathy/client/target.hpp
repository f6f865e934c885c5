// How an attribute or a method is named on the command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dlms/apdu/common.hpp"
#include "dlms/obis.hpp"
#include "station/client.hpp"

namespace blathy::apps {

// [CLASS/]OBIS[/ATTRIBUTE]: "1.8.0", "1-0:1.8.0.255/3", "8/0-0:1.0.0.255/time".
struct Target {
    std::string text;  // as it was given
    std::optional<std::uint16_t> class_id;
    dlms::Obis instance;
    std::string member;  // number or name of the attribute; empty: 2
};

inline constexpr const char* target_help =
    "An object or attribute is written [CLASS/]OBIS[/ATTRIBUTE]:\n"
    "  1.8.0                   attribute 2 of 1-0:1.8.0.255, whatever its class\n"
    "  1-0:1.8.0.255/3         attribute 3 of it; its name works too: 1.8.0/scaler_unit\n"
    "  8/0-0:1.0.0.255/2       class 8 stated: the object list need not be read first\n"
    "  0-0:1.0.0/0             all attributes of it, as one structure\n";

Result<Target, station::Error> parse_target(std::string_view text);

// The class of the object: as stated, or from the meter's object list.
Result<std::uint16_t, station::Error> class_of(const Target& target, station::Client& client);
Result<dlms::AttributeDescriptor, station::Error> resolve(const Target& target, station::Client& client);

// "active_energy…" for people; empty if the standard has no word for it.
std::string description_of(const dlms::Obis& instance);

}  // namespace blathy::apps
