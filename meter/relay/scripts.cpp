#include "meter/relay/scripts.hpp"

namespace blathy::meter {

void write_script(dlms::DataWriter& out, RelayScript script) {
    out.structure(2);
    out.octet_string(relay_scripts_name);
    out.long_unsigned(static_cast<std::uint16_t>(script));
}

std::optional<RelayScript> read_script(dlms::DataReader& in) {
    in.structure(2);
    const dlms::Obis table = in.logical_name();
    const std::uint16_t selector = in.long_unsigned();
    if (selector == 0) return RelayScript::none;
    if (table != relay_scripts_name || selector > static_cast<std::uint16_t>(RelayScript::reconnect)) {
        return std::nullopt;
    }
    return static_cast<RelayScript>(selector);
}

}  // namespace blathy::meter
