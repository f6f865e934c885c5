#include "apps/blathy/keys/meter_keys.hpp"

#include <array>

#include <fmt/format.h>

#include "meter/security/security_setup.hpp"
#include "meter/server/association.hpp"
#include "station/format.hpp"
#include "station/security/entropy.hpp"

namespace blathy::apps {
namespace {

using dlms::Mechanism;
using dlms::security::Curve;
using dlms::security::KeyPair;
using dlms::security::scalar_size;
using meter::Role;
using meter::security::ClientPublicKeys;
using meter::security::context_roles;
using meter::security::ContextKeys;
using meter::security::KeyOctets;
using meter::security::KeyPurpose;
using meter::security::Mechanisms;

constexpr std::array all_mechanisms = {Mechanism::low_level,         Mechanism::high_level_md5,
                                       Mechanism::high_level_sha1,   Mechanism::high_level_gmac,
                                       Mechanism::high_level_sha256, Mechanism::high_level_ecdsa};

bool fill(KeyOctets& key, std::size_t size) {
    station::SystemEntropy entropy;
    key = KeyOctets::of_size(size);
    return entropy.fill(key.room());
}

// The mechanism that a head end should use, of those that the role takes: signatures for who has the key to them.
Mechanism preferred(Mechanisms mechanisms, bool can_sign) {
    if (can_sign && mechanisms.has(Mechanism::high_level_ecdsa)) return Mechanism::high_level_ecdsa;
    for (const Mechanism mechanism : {Mechanism::high_level_gmac, Mechanism::high_level_sha256, Mechanism::low_level,
                                      Mechanism::high_level_sha1, Mechanism::high_level_md5}) {
        if (mechanisms.has(mechanism)) return mechanism;
    }
    return Mechanism::none;
}

// Titles of clients are made of the manufacturer of this program and random octets, so that no two head ends that were
// given keys count under the same name.
bool make_client_title(dlms::security::SystemTitle& title) {
    station::SystemEntropy entropy;
    std::copy(meter::flag_manufacturer.begin(), meter::flag_manufacturer.end(), title.begin());
    return entropy.fill(MutableBytes(title).subspan(meter::flag_manufacturer.size()));
}

// Of a role that takes any title with the right keys, as with the demo ones.
dlms::security::SystemTitle any_title(Role role) {
    dlms::security::SystemTitle title = {'D', 'E', 'M', 'O', 'H', 'E', 'S'};
    title.back() = static_cast<std::uint8_t>('0' + static_cast<unsigned>(role));
    return title;
}

// What one entry of a key list adds to the keys of its role; a role may have several, of different mechanisms.
void add_client(ContextKeys& keys, const ClientKeys& client) {
    const auto& security = client.security;
    keys.suite = security.suite;
    if (security.encryption_key.size() > 0) keys.unicast = security.encryption_key;
    if (security.authentication_key.size() > 0) keys.authentication = security.authentication_key;
    if (security.master_key.size() > 0) keys.master = security.master_key;
    if (client.broadcast.size() > 0) keys.broadcast = client.broadcast;
    if (security.client_title != dlms::security::SystemTitle{}) keys.client_title = security.client_title;
    if (!client.password.empty()) keys.password = KeyOctets(Bytes(client.password));
    if (!client.hls_secret.empty()) keys.hls_secret = KeyOctets(Bytes(client.hls_secret));
    unsigned bits = keys.mechanisms.bits() | Mechanisms(security.mechanism).bits();
    for (const Mechanism mechanism : client.mechanisms) bits |= Mechanisms(mechanism).bits();
    // Nobody is let in without proof.
    bits &= ~unsigned{Mechanisms(Mechanism::none).bits()};
    keys.mechanisms = Mechanisms::from_bits(static_cast<std::uint8_t>(bits));
    const bool has_keys = keys.unicast.size() > 0 && keys.authentication.size() > 0;
    keys.policy = client.policy.value_or(has_keys ? strict_policy : std::uint8_t{0});
}

std::optional<KeyPair> pair_of(Bytes private_key) {
    if (private_key.empty()) return std::nullopt;
    station::SystemEntropy entropy;
    const Curve curve = private_key.size() == scalar_size(Curve::p256) ? Curve::p256 : Curve::p384;
    const auto public_key = dlms::security::public_key_of(curve, private_key, entropy);
    if (!public_key) return std::nullopt;
    return KeyPair{dlms::security::PrivateKey(private_key), *public_key};
}

bool make_pair(meter::Meter& meter, Curve curve, KeyPurpose purpose) {
    station::SystemEntropy entropy;
    const auto pair = dlms::security::generate_key_pair(curve, entropy);
    return pair && meter.security().pairs().set(curve, purpose, *pair);
}

// What a key list means for the meter's pairs and for what it knows of the clients'.
struct CurveKeys {
    std::optional<KeyPair> signature;
    std::optional<KeyPair> agreement;
    std::array<ClientPublicKeys, context_roles.size()> clients;
};

// The pair of the list, or else the one that the meter has; it must be the one that the clients know it by.
Result<std::optional<KeyPair>, std::string> own_pair(const meter::Meter& meter, Bytes in_list, Bytes known_as,
                                                     KeyPurpose purpose) {
    auto pair = pair_of(in_list);
    if (!pair && !in_list.empty()) return fail(std::string("a private key of the meter in the list is none"));
    if (known_as.empty()) return pair;
    const Curve curve = known_as.size() == 2 * scalar_size(Curve::p256) ? Curve::p256 : Curve::p384;
    const auto mine = pair ? pair->public_key : meter.security().pairs().public_key(curve, purpose);
    if (!equal(mine, known_as)) {
        return fail(
            std::string("the list has another public key of the meter than the meter's own; its private key "
                        "would have to be in the list (meter_signing_key, meter_agreement_key)"));
    }
    return pair;
}

Result<CurveKeys, std::string> curve_keys_of(const meter::Meter& meter, const MeterKeys& list) {
    CurveKeys keys;
    for (const ClientKeys& client : list.clients) {
        const auto& security = client.security;
        auto signature = own_pair(meter, list.signing_key, security.server_signing_key, KeyPurpose::signature);
        if (!signature) return fail(signature.error());
        auto agreement = own_pair(meter, list.agreement_key, security.server_agreement_key, KeyPurpose::agreement);
        if (!agreement) return fail(agreement.error());
        keys.signature = *signature;
        keys.agreement = *agreement;
        const auto role = meter::security::role_of(client.sap);
        const auto number = role ? meter::security::context_number(*role) : std::nullopt;
        if (!number) continue;
        if (const auto pair = pair_of(security.signing_key)) keys.clients[*number].signature = pair->public_key;
        if (const auto pair = pair_of(security.agreement_key)) keys.clients[*number].agreement = pair->public_key;
        const auto curve = dlms::security::curve_of(security.suite);
        if (security.mechanism != Mechanism::high_level_ecdsa) continue;
        const bool has_pair =
            curve && (keys.signature || meter.security().pairs().public_key(*curve, KeyPurpose::signature).size() > 0);
        if (!has_pair) {
            return fail(
                fmt::format("the client {} proves itself with signatures, for which the meter needs suite 1 or "
                            "2 and a signing key of its own",
                            client.sap));
        }
    }
    return keys;
}

bool set_curve_keys(meter::Meter& meter, const CurveKeys& keys) {
    auto& pairs = meter.security().pairs();
    const auto set = [&](const std::optional<KeyPair>& pair, KeyPurpose purpose) {
        if (!pair) return true;
        const Curve curve = pair->private_key.size() == scalar_size(Curve::p256) ? Curve::p256 : Curve::p384;
        return pairs.set(curve, purpose, *pair);
    };
    bool done = set(keys.signature, KeyPurpose::signature) && set(keys.agreement, KeyPurpose::agreement);
    for (std::size_t i = 0; i < keys.clients.size() && done; ++i) {
        done = pairs.set_client_keys(context_roles[i], keys.clients[i]);
    }
    return done;
}

}  // namespace

Result<AllClientPairs, std::string> make_meter_keys(meter::Meter& meter, dlms::security::Suite suite) {
    AllClientPairs clients;
    const auto curve = dlms::security::curve_of(suite);
    const std::size_t key_size = dlms::security::key_size(suite);
    if (curve &&
        (!make_pair(meter, *curve, KeyPurpose::signature) || !make_pair(meter, *curve, KeyPurpose::agreement))) {
        return fail(std::string("the meter's key pairs could not be made"));
    }
    for (const Role role : context_roles) {
        constexpr std::size_t secret_size = 16;
        ContextKeys keys;
        keys.suite = suite;
        dlms::security::SystemTitle title{};
        bool made = make_client_title(title);
        for (KeyOctets* key : {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication}) {
            made = made && fill(*key, key_size);
        }
        if (role != Role::pre_established) {
            made = made && fill(keys.hls_secret, secret_size);
            keys.mechanisms = curve ? Mechanisms(Mechanism::high_level_gmac, Mechanism::high_level_sha256,
                                                 Mechanism::high_level_ecdsa)
                                    : Mechanisms(Mechanism::high_level_gmac, Mechanism::high_level_sha256);
        }
        if (curve) {
            station::SystemEntropy entropy;
            const auto signature = dlms::security::generate_key_pair(*curve, entropy);
            const auto agreement = dlms::security::generate_key_pair(*curve, entropy);
            made = made && signature && agreement;
            if (made) clients[*meter::security::context_number(role)] = {*signature, *agreement};
        }
        keys.client_title = title;
        keys.policy = strict_policy;
        if (!made) return fail(std::string("there is no randomness for keys"));
        const ClientPairs& pairs = clients[*meter::security::context_number(role)];
        const bool stored =
            meter.security().keys().change(role, keys) &&
            meter.security().pairs().set_client_keys(role, {pairs.signature.public_key, pairs.agreement.public_key});
        if (!stored) return fail(std::string("the keys could not be stored"));
    }
    return clients;
}

bool has_secret_keys(const KeyList& list) {
    const auto is_secret = [](Bytes key, Bytes demo) {
        return !key.empty() && !dlms::security::same_secret(key, demo);
    };
    for (const MeterKeys& meter : list) {
        if (meter.signing_key.size() > 0 || meter.agreement_key.size() > 0) return true;
        for (const ClientKeys& client : meter.clients) {
            const auto& security = client.security;
            const auto role = meter::security::role_of(client.sap);
            const ContextKeys demo = role ? meter::security::demo_keys(*role) : ContextKeys{};
            if (is_secret(security.encryption_key, demo.unicast) || is_secret(security.master_key, demo.master) ||
                is_secret(security.authentication_key, demo.authentication) ||
                is_secret(client.broadcast, demo.broadcast) || security.signing_key.size() > 0 ||
                security.agreement_key.size() > 0) {
                return true;
            }
        }
    }
    return false;
}

Result<void, std::string> set_meter_keys(meter::Meter& meter, const KeyList& list) {
    const auto& title = meter.security().server_title();
    const MeterKeys* of_meter = nullptr;
    for (const MeterKeys& each : list) {
        if (each.server_title == title || (!each.server_title && list.size() == 1)) of_meter = &each;
    }
    if (of_meter == nullptr)
        return fail(fmt::format("the key list has no keys of this meter, {}", station::hex_text(title)));
    std::array<ContextKeys, context_roles.size()> keys;
    for (const ClientKeys& client : of_meter->clients) {
        const auto role = meter::security::role_of(client.sap);
        const auto number = role ? meter::security::context_number(*role) : std::nullopt;
        if (!number) return fail(fmt::format("the meter has no client {} that could have keys", client.sap));
        ContextKeys& of_role = keys[*number];
        add_client(of_role, client);
        for (const Mechanism mechanism : all_mechanisms) {
            const bool guessable = mechanism != Mechanism::high_level_gmac && mechanism != Mechanism::high_level_ecdsa;
            const Bytes secret = mechanism == Mechanism::low_level ? of_role.password : of_role.hls_secret;
            if (guessable && of_role.mechanisms.has(mechanism) && !meter::security::is_secret(mechanism, secret)) {
                return fail(fmt::format("the client {} has no password of 1 to 32 octets, or no secret of 8 to 32",
                                        client.sap));
            }
        }
    }
    const auto curve_keys = curve_keys_of(meter, *of_meter);
    if (!curve_keys) return fail(curve_keys.error());
    if (!set_curve_keys(meter, *curve_keys)) return fail(std::string("the keys could not be stored"));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!meter.security().keys().change(context_roles[i], keys[i])) {
            return fail(std::string("the keys could not be stored"));
        }
    }
    return {};
}

nlohmann::ordered_json key_list_of(const meter::Meter& meter, const AllClientPairs& made) {
    nlohmann::ordered_json clients = nlohmann::ordered_json::array();
    for (const Role role : context_roles) {
        const auto keys = meter.security().keys().keys(role);
        if (!keys) continue;
        const ClientPairs& own = made[*meter::security::context_number(role)];
        const Mechanism mechanism = preferred(keys->mechanisms, own.signature.private_key.size() > 0);
        // Only what opens something.
        std::vector<unsigned> mechanisms;
        bool takes_secret = false;
        for (const Mechanism each : all_mechanisms) {
            if (!keys->mechanisms.has(each)) continue;
            mechanisms.push_back(static_cast<unsigned>(each));
            takes_secret = takes_secret || is_of_hls_secret(each);
        }
        const bool takes_password = keys->mechanisms.has(Mechanism::low_level);
        nlohmann::ordered_json client;
        client["sap"] = meter::client_sap_of(role);
        client["role"] = role_names[static_cast<std::size_t>(role)];
        client["mechanism"] = static_cast<unsigned>(mechanism);
        client["password"] = takes_password ? station::hex_text(keys->password) : "";
        client["system_title"] = station::hex_text(keys->client_title.value_or(any_title(role)));
        client["ek"] = station::hex_text(keys->unicast);
        client["ak"] = station::hex_text(keys->authentication);
        client["suite"] = static_cast<unsigned>(keys->suite);
        client["mechanisms"] = mechanisms;
        client["hls_secret"] = takes_secret ? station::hex_text(keys->hls_secret) : "";
        client["counter_object"] = *meter::security::context_number(role);
        client["kek"] = station::hex_text(keys->master);
        client["bk"] = station::hex_text(keys->broadcast);
        client["policy"] = keys->policy;
        if (const auto curve = dlms::security::curve_of(keys->suite)) {
            const auto& pairs = meter.security().pairs();
            const auto add = [&](const char* name, Bytes key) {
                if (!key.empty()) client[name] = station::hex_text(key);
            };
            add("signing_key", own.signature.private_key);
            add("server_signing_key", pairs.public_key(*curve, KeyPurpose::signature));
            add("agreement_key", own.agreement.private_key);
            add("server_agreement_key", pairs.public_key(*curve, KeyPurpose::agreement));
        }
        clients.push_back(std::move(client));
    }
    return {{"server_title", station::hex_text(meter.security().server_title())}, {"clients", std::move(clients)}};
}

}  // namespace blathy::apps
