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
using meter::Role;
using meter::security::context_roles;
using meter::security::ContextKeys;
using meter::security::KeyOctets;
using meter::security::Mechanisms;

constexpr std::array role_names = {"public", "data collection", "management", "firmware", "pre-established"};
constexpr std::array all_mechanisms = {Mechanism::low_level,         Mechanism::high_level_md5,
                                       Mechanism::high_level_sha1,   Mechanism::high_level_gmac,
                                       Mechanism::high_level_sha256, Mechanism::high_level_ecdsa};

std::string hex(Bytes octets) {
    return station::hex_text(octets);
}

bool fill(KeyOctets& key, std::size_t size) {
    station::SystemEntropy entropy;
    key = KeyOctets::of_size(size);
    return entropy.fill(key.room());
}

// The mechanism that a head end should use, of those that the role takes.
Mechanism preferred(Mechanisms mechanisms) {
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
    if (client.master.size() > 0) keys.master = client.master;
    if (client.broadcast.size() > 0) keys.broadcast = client.broadcast;
    if (security.client_title != dlms::security::SystemTitle{}) keys.client_title = security.client_title;
    if (!security.secret.empty()) {
        (security.mechanism == Mechanism::high_level_md5 || security.mechanism == Mechanism::high_level_sha1 ||
                 security.mechanism == Mechanism::high_level_sha256
             ? keys.hls_secret
             : keys.password) = KeyOctets(Bytes(security.secret));
    }
    unsigned bits = keys.mechanisms.bits();
    if (security.mechanism != Mechanism::none) bits |= Mechanisms(security.mechanism).bits();
    keys.mechanisms = Mechanisms::from_bits(static_cast<std::uint8_t>(bits));
    const bool has_keys = keys.unicast.size() > 0 && keys.authentication.size() > 0;
    keys.policy = client.policy.value_or(has_keys ? strict_policy : std::uint8_t{0});
}

}  // namespace

Result<void, std::string> make_meter_keys(meter::Meter& meter) {
    for (const Role role : context_roles) {
        constexpr std::size_t key_size = 16;
        constexpr std::size_t password_size = 16;
        ContextKeys keys;
        dlms::security::SystemTitle title{};
        bool made = make_client_title(title);
        for (KeyOctets* key : {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication}) {
            made = made && fill(*key, key_size);
        }
        if (role != Role::pre_established) {
            made = made && fill(keys.password, password_size) && fill(keys.hls_secret, password_size);
            keys.mechanisms = Mechanisms(Mechanism::high_level_gmac, Mechanism::high_level_sha256);
        }
        keys.client_title = title;
        keys.policy = strict_policy;
        if (!made) return fail(std::string("there is no randomness for keys"));
        if (!meter.security().keys().change(role, keys)) return fail(std::string("the keys could not be stored"));
    }
    return {};
}

Result<void, std::string> set_meter_keys(meter::Meter& meter, const KeyList& list) {
    const auto& title = meter.security().server_title();
    const MeterKeys* of_meter = nullptr;
    for (const MeterKeys& each : list) {
        if (each.server_title == title || (!each.server_title && list.size() == 1)) of_meter = &each;
    }
    if (of_meter == nullptr) return fail(fmt::format("the key list has no keys of this meter, {}", hex(title)));
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
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!meter.security().keys().change(context_roles[i], keys[i])) {
            return fail(std::string("the keys could not be stored"));
        }
    }
    return {};
}

nlohmann::ordered_json key_list_of(const meter::Meter& meter) {
    nlohmann::ordered_json clients = nlohmann::ordered_json::array();
    for (const Role role : context_roles) {
        const auto keys = meter.security().keys().keys(role);
        if (!keys) continue;
        const Mechanism mechanism = preferred(keys->mechanisms);
        const bool has_secret = mechanism == Mechanism::high_level_sha256;
        nlohmann::ordered_json client;
        client["sap"] = meter::client_sap_of(role);
        client["role"] = role_names[static_cast<std::size_t>(role)];
        client["mechanism"] = static_cast<unsigned>(mechanism);
        client["password"] = hex(has_secret ? keys->hls_secret : keys->password);
        client["system_title"] = hex(keys->client_title.value_or(any_title(role)));
        client["ek"] = hex(keys->unicast);
        client["ak"] = hex(keys->authentication);
        client["suite"] = static_cast<unsigned>(keys->suite);
        client["counter_object"] = *meter::security::context_number(role);
        client["kek"] = hex(keys->master);
        client["bk"] = hex(keys->broadcast);
        client["policy"] = keys->policy;
        clients.push_back(std::move(client));
    }
    return {{"server_title", hex(meter.security().server_title())}, {"clients", std::move(clients)}};
}

}  // namespace blathy::apps
