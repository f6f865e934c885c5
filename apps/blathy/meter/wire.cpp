#include "apps/blathy/meter/wire.hpp"

#include <memory>

#include <fmt/format.h>

#include "apps/blathy/meter/deed.hpp"
#include "apps/blathy/meter/session_link.hpp"
#include "meter/server/association.hpp"

namespace blathy::apps {
namespace {

Result<station::Client, station::Error> associate(meter::Meter& meter, station::Octets password) {
    station::Options options;
    options.association.password = std::move(password);
    const std::uint16_t sap = meter::client_sap_of(meter::Role::management);
    return station::Client::associate(std::make_unique<SessionLink>(meter, sap), options);
}

using Done = Result<void, station::Error>;

Done invoke(station::Client& client, const dlms::MethodDescriptor& method) {
    const auto result = client.call(method, station::integer_value(dlms::DataTag::integer, 0));
    if (!result) return fail(result.error());
    return {};
}

Done call_disconnector(station::Client& client, const meter::Model& model, std::int8_t method) {
    // Of the auxiliary relay, where a model has no other (docs/relay.md).
    const bool auxiliary = model.relay.kind == meter::RelayKind::auxiliary;
    const dlms::Obis name(0, auxiliary ? 1 : 0, 96, 3, 10);
    return invoke(client, {70, name, method});
}

Done acknowledge(station::Client& client) {
    for (const std::uint8_t e : {std::uint8_t{20}, std::uint8_t{21}}) {
        Done done = client.set({1, dlms::Obis(0, 0, 97, 98, e), 2},
                               station::unsigned_value(dlms::DataTag::double_long_unsigned, 0));
        if (!done) return done;
    }
    return {};
}

}  // namespace

std::string act_as_client(meter::Meter& meter, ClientAct act) {
    if (!meter.can_send()) return "no client reaches a meter without mains";
    if (act == ClientAct::wrong_password) {
        constexpr std::string_view guess = "GUESS";
        if (!associate(meter, station::Octets(guess.begin(), guess.end()))) return {};
        return "the wrong password was the right one";
    }
    if (!meter.security().has_demo_keys()) return "only a meter with demo keys lets such a client in";
    const auto keys = meter::security::demo_keys(meter::Role::management);
    const Bytes password = keys.password.octets();
    auto client = associate(meter, station::Octets(password.begin(), password.end()));
    if (!client) return fmt::format("the meter does not let the client in: {}", client.error().text);
    Done done;
    switch (act) {
        case ClientAct::wrong_password:
            break;
        case ClientAct::disconnect:
            done = call_disconnector(*client, meter.model(), 1);
            break;
        case ClientAct::reconnect:
            done = call_disconnector(*client, meter.model(), 2);
            break;
        case ClientAct::acknowledge_alarms:
            done = acknowledge(*client);
            break;
        case ClientAct::clear_tamper:
            done = client->set({1, dlms::Obis(1, 0, 94, 98, 69), 2},
                               station::unsigned_value(dlms::DataTag::long_unsigned, 0));
            break;
    }
    if (!done) return fmt::format("the meter refused: {}", done.error().text);
    return {};
}

}  // namespace blathy::apps
