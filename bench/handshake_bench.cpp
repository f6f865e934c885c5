// What it takes both sides to trust each other: an association by each mechanism, from the AARQ to the release, and
// requests whose answers are signed as well. Client library and meter, without a wire.
#include <memory>

#include <benchmark/benchmark.h>

#include "dlms/security/curve.hpp"
#include "station/client.hpp"

#include "bench/fleet_meter.hpp"
#include "tests/support/session_link.hpp"

namespace {

using namespace blathy;
using dlms::Mechanism;
using dlms::security::Curve;
using dlms::security::KeyPair;
using dlms::security::Protection;
using dlms::security::Suite;
using meter::Role;
using meter::security::KeyOctets;
using meter::security::KeyPurpose;

constexpr Role role = Role::management;
constexpr dlms::security::SystemTitle client_title = {'B', 'E', 'N', 'C', 'H', 0, 0, 2};
constexpr dlms::AttributeDescriptor energy{3, dlms::Obis(1, 0, 1, 8, 0), 2};

// A meter of the suite, and what a client has to have to be its manager.
class Site {
  public:
    Site(Suite suite, Mechanism mechanism) : suite_(suite), mechanism_(mechanism) {
        auto keys = meter::security::demo_keys(role);
        keys.suite = suite;
        keys.mechanisms = meter::security::Mechanisms(mechanism);
        keys.client_title = client_title;
        for (KeyOctets* key : {&keys.master, &keys.unicast, &keys.broadcast, &keys.authentication}) {
            station::Octets octets(dlms::security::key_size(suite), std::uint8_t{0x42});
            *key = KeyOctets(octets);
        }
        if (const auto curve = dlms::security::curve_of(suite)) make_pairs(*curve);
        if (!fleet_.meter.security().keys().change(role, keys)) std::abort();
        keys_ = keys;
    }

    [[nodiscard]] station::Security security(Protection protection, bool signs) const {
        station::Security security;
        security.mechanism = mechanism_;
        const Bytes secret = mechanism_ == Mechanism::low_level ? keys_.password.octets() : keys_.hls_secret.octets();
        security.secret.assign(secret.begin(), secret.end());
        security.protection = protection;
        security.signs = signs;
        security.suite = suite_;
        security.client_title = client_title;
        security.encryption_key = station::Security::Key(keys_.unicast.octets());
        security.authentication_key = station::Security::Key(keys_.authentication.octets());
        security.signing_key = client_.private_key;
        security.server_signing_key = server_.public_key;
        security.counters = counters_;
        return security;
    }
    Result<station::Client, station::Error> associate(Protection protection, bool signs) {
        station::Options options;
        options.association.security = security(protection, signs);
        return station::Client::associate(std::make_unique<test::SessionLink>(fleet_.meter, meter::client_sap_of(role)),
                                          options);
    }

  private:
    void make_pairs(Curve curve) {
        auto client = dlms::security::generate_key_pair(curve, fleet_.entropy);
        auto server = dlms::security::generate_key_pair(curve, fleet_.entropy);
        auto& pairs = fleet_.meter.security().pairs();
        if (!client || !server || !pairs.set(curve, KeyPurpose::signature, *server) ||
            !pairs.set_client_keys(role, {client->public_key, {}})) {
            std::abort();
        }
        client_ = *client;
        server_ = *server;
    }

    Suite suite_;
    Mechanism mechanism_;
    bench::FleetMeter fleet_{1};
    meter::security::ContextKeys keys_;
    KeyPair client_;
    KeyPair server_;
    std::shared_ptr<station::MemoryCounters> counters_ = std::make_shared<station::MemoryCounters>(1);
};

void handshake(benchmark::State& state, Suite suite, Mechanism mechanism) {
    Site site(suite, mechanism);
    for (auto _ : state) {
        const auto client = site.associate(Protection::authenticated_and_encrypted, false);
        if (!client) return state.SkipWithError(client.error().text.c_str());
    }
}

void signed_get(benchmark::State& state, Suite suite) {
    Site site(suite, Mechanism::high_level_ecdsa);
    auto client = site.associate(Protection::authenticated_and_encrypted, true);
    if (!client) return state.SkipWithError(client.error().text.c_str());
    for (auto _ : state) {
        if (const auto value = client->get(energy); !value) return state.SkipWithError(value.error().text.c_str());
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(handshake, lls, Suite::aes128_gcm, Mechanism::low_level);
BENCHMARK_CAPTURE(handshake, hls_3_md5, Suite::aes128_gcm, Mechanism::high_level_md5);
BENCHMARK_CAPTURE(handshake, hls_4_sha1, Suite::aes128_gcm, Mechanism::high_level_sha1);
BENCHMARK_CAPTURE(handshake, hls_5_gmac, Suite::aes128_gcm, Mechanism::high_level_gmac);
BENCHMARK_CAPTURE(handshake, hls_6_sha256, Suite::aes128_gcm, Mechanism::high_level_sha256);
BENCHMARK_CAPTURE(handshake, hls_7_ecdsa_suite_1, Suite::p256_aes128_gcm, Mechanism::high_level_ecdsa);
BENCHMARK_CAPTURE(handshake, hls_7_ecdsa_suite_2, Suite::p384_aes256_gcm, Mechanism::high_level_ecdsa);
BENCHMARK_CAPTURE(signed_get, suite_1, Suite::p256_aes128_gcm);
BENCHMARK_CAPTURE(signed_get, suite_2, Suite::p384_aes256_gcm);

}  // namespace
