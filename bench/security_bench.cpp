// What protection costs: a GET of suite 0 each way, a block of 1 KiB, a key's schedule, and the public-key operations.
#include <array>
#include <vector>

#include <benchmark/benchmark.h>

#include "dlms/security/ciphering.hpp"
#include "dlms/security/curve.hpp"
#include "dlms/security/key_wrap.hpp"

namespace {

using namespace blathy;
using namespace blathy::dlms;
using namespace blathy::dlms::security;

constexpr std::array<std::uint8_t, 16> key_octets = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr SystemTitle title = {0x4D, 0x4D, 0x4D, 0x00, 0x00, 0xBC, 0x61, 0x4E};
constexpr auto control = SecurityControl::make(Suite::aes128_gcm, Protection::authenticated_and_encrypted);

// GET-Request-Normal of class 3, 1-0:1.8.0.255, attribute 2.
constexpr std::array<std::uint8_t, 13> get = {0xC0, 0x01, 0xC1, 0x00, 0x03, 0x01, 0x00,
                                              0x01, 0x08, 0x00, 0xFF, 0x02, 0x00};

std::vector<std::uint8_t> plain_of(std::size_t size) {
    std::vector<std::uint8_t> plain(get.begin(), get.end());
    plain.resize(size);
    return plain;
}

void protect_apdu(benchmark::State& state) {
    const GcmKey key(key_octets);
    const CipherKeys keys{key, key_octets, title};
    const auto plain = plain_of(static_cast<std::size_t>(state.range(0)));
    const Envelope envelope{ApduTag::glo_get_request, {}, {}, {}};
    std::vector<std::uint8_t> room(plain.size() + 40);
    std::uint32_t counter = 0;
    for (auto _ : state) {
        ByteWriter out(room);
        benchmark::DoNotOptimize(protect(out, envelope, control, ++counter, keys, plain).has_value());
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void unprotect_apdu(benchmark::State& state) {
    const GcmKey key(key_octets);
    const CipherKeys keys{key, key_octets, title};
    const auto plain = plain_of(static_cast<std::size_t>(state.range(0)));
    std::vector<std::uint8_t> apdu(plain.size() + 40);
    ByteWriter out(apdu);
    const Envelope envelope{ApduTag::glo_get_request, {}, {}, {}};
    if (!protect(out, envelope, control, 1, keys, plain)) return state.SkipWithError("not protected");
    std::vector<std::uint8_t> room(plain.size());
    for (auto _ : state) {
        const auto message = read_ciphered(out.written());
        benchmark::DoNotOptimize(unprotect(*message, keys, Protection::authenticated_and_encrypted, room).has_value());
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void set_key(benchmark::State& state) {
    GcmKey key;
    for (auto _ : state) benchmark::DoNotOptimize(key.set(key_octets));
}

void key_wrap(benchmark::State& state) {
    std::array<std::uint8_t, 24> wrapped{};
    for (auto _ : state) benchmark::DoNotOptimize(wrap_key(key_octets, key_octets, wrapped));
}

class CountingRandom : public Random {
  public:
    bool fill(MutableBytes octets) override {
        for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(state_ = state_ * 5 + 7);
        return true;
    }

  private:
    unsigned state_ = 1;
};

struct Keys {
    CountingRandom random;
    Curve curve;
    KeyPair pair;
    explicit Keys(const benchmark::State& state)
        : curve(state.range(0) == 256 ? Curve::p256 : Curve::p384), pair(generate_key_pair(curve, random).value()) {}
};

void ecdsa_sign(benchmark::State& state) {
    Keys keys(state);
    for (auto _ : state) benchmark::DoNotOptimize(sign(keys.curve, keys.pair.private_key, {get}, keys.random));
}

void ecdsa_verify(benchmark::State& state) {
    Keys keys(state);
    const auto signature = sign(keys.curve, keys.pair.private_key, {get}, keys.random).value();
    for (auto _ : state) benchmark::DoNotOptimize(verify(keys.curve, keys.pair.public_key, {get}, signature));
}

void ecdh(benchmark::State& state) {
    Keys keys(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(agree(keys.curve, keys.pair.private_key, keys.pair.public_key, keys.random));
    }
}

BENCHMARK(protect_apdu)->Arg(13)->Arg(128)->Arg(1024);
BENCHMARK(unprotect_apdu)->Arg(13)->Arg(128)->Arg(1024);
BENCHMARK(set_key);
BENCHMARK(key_wrap);
BENCHMARK(ecdsa_sign)->Arg(256)->Arg(384);
BENCHMARK(ecdsa_verify)->Arg(256)->Arg(384);
BENCHMARK(ecdh)->Arg(256)->Arg(384);

}  // namespace
