// The scripts of disconnect control, 0-0:10.0.106.255: what schedules, calendars, limiters and monitors may call.
#pragma once

#include <cstdint>
#include <optional>

#include "dlms/data.hpp"
#include "meter/model.hpp"

namespace blathy::meter {

// By the selector of the script; a selector of 0 calls nothing.
enum class RelayScript : std::uint8_t { none, disconnect, reconnect };

inline constexpr dlms::Obis relay_scripts_name{0, 0, 10, 0, 106};

// The disconnector that carries the load, or that of an auxiliary relay, which is not the first of its kind: B is 1.
constexpr dlms::Obis disconnector_name(const Model& model) {
    return {0, model.relay.kind == RelayKind::latching ? 0 : 1, 96, 3, 10};
}

// {script_logical_name, script_selector}.
void write_script(dlms::DataWriter& out, RelayScript script);
// None, and `in` goes on, if it is another table's script or one that it has not.
std::optional<RelayScript> read_script(dlms::DataReader& in);

}  // namespace blathy::meter
