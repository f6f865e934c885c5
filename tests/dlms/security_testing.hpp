// What the tests of ciphering share: the keys of the Green Book's examples and a source of randomness that repeats.
#pragma once

#include <vector>

#include "dlms/security/ciphering.hpp"
#include "dlms/security/random.hpp"

#include "codec_testing.hpp"

namespace blathy::dlms::security::testing {

using dlms::codec_test::from_hex;
using dlms::codec_test::to_hex;
using Octets = dlms::codec_test::Octets;

inline SystemTitle title(std::string_view hex) {
    return as_system_title(from_hex(hex)).value();
}

// The keys of Green Book 11, common to its examples of suite 0.
inline const Octets encryption_key = from_hex("000102030405060708090A0B0C0D0E0F");
inline const Octets authentication_key = from_hex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF");
inline const SystemTitle server_title = title("4D4D4D0000BC614E");
inline const SystemTitle client_title = title("4D4D4D0000000001");
inline constexpr std::uint32_t example_counter = 0x01234567;

inline const GcmKey& example_key() {
    static const GcmKey key(encryption_key);
    return key;
}
inline CipherKeys example_keys(const SystemTitle& sender = server_title, Suite suite = Suite::aes128_gcm) {
    return {example_key(), authentication_key, sender, suite};
}

class CountingRandom : public Random {
  public:
    bool fill(MutableBytes octets) override {
        for (std::uint8_t& octet : octets)
            octet = static_cast<std::uint8_t>((state_ = state_ * 6364136223846793005U + 1442695040888963407U) >> 56);
        return true;
    }

  private:
    std::uint64_t state_ = 1;
};

class FailingRandom : public Random {
  public:
    bool fill(MutableBytes) override { return false; }
};

inline Result<Octets, CipherError> protected_octets(const Envelope& envelope, SecurityControl control,
                                                    std::uint32_t counter, const CipherKeys& keys, Bytes plain) {
    Octets room(plain.size() + 600);
    ByteWriter out(room);
    if (const auto done = protect(out, envelope, control, counter, keys, plain); !done) return fail(done.error());
    room.resize(out.size());
    return room;
}

inline Result<Octets, CipherError> unprotected_octets(Bytes apdu, const CipherKeys& keys,
                                                      Protection required = Protection::none) {
    const auto message = read_ciphered(apdu);
    if (!message) return fail(message.error());
    Octets room(apdu.size());
    const auto plain = unprotect(*message, keys, required, room);
    if (!plain) return fail(plain.error());
    return Octets(plain->begin(), plain->end());
}

}  // namespace blathy::dlms::security::testing
