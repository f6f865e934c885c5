// A client's link straight into a session of a meter, without a wire between.
#pragma once

#include "apps/blathy/meter/session_link.hpp"

namespace blathy::test {

using apps::SessionLink;

// The management client with the password that everybody knows, which a meter without keys is given.
inline Result<station::Client, station::Error> manage(meter::Meter& meter, std::uint16_t pdu_octets = 0xFFFF) {
    constexpr auto role = meter::Role::management;
    if (!meter.security().keys().has_context(role) && !meter.security().provision_demo_keys()) {
        return fail(station::protocol_error("the meter has no keys"));
    }
    station::Options options;
    const auto keys = meter::security::demo_keys(role);
    const Bytes password = keys.password.octets();
    options.association.password = station::Octets(password.begin(), password.end());
    options.association.max_receive_pdu_octets = pdu_octets;
    return station::Client::associate(std::make_unique<SessionLink>(meter, meter::client_sap_of(role)), options);
}

}  // namespace blathy::test
