// Protected APDUs from anybody: the first octet chooses the key that the receiver has, the rest is what it receives.
// What is taken as authentic must be what these keys protect; and what they protect must come out again.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "dlms/security/certificate.hpp"
#include "dlms/security/ciphering.hpp"
#include "dlms/security/hls.hpp"
#include "dlms/security/key_wrap.hpp"

using namespace blathy;
using namespace blathy::dlms;
using namespace blathy::dlms::security;

namespace {

void require(bool truth) {
    if (!truth) std::abort();
}

constexpr std::array<std::uint8_t, 32> key_octets = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A,
                                                     0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15,
                                                     0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F};
constexpr std::array<std::uint8_t, 16> authentication_key = {0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7,
                                                             0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF};
constexpr SystemTitle title = {0x4D, 0x4D, 0x4D, 0x00, 0x00, 0xBC, 0x61, 0x4E};

void check_received(Bytes apdu, const CipherKeys& keys) {
    const auto message = read_ciphered(apdu);
    if (!message) return;
    std::vector<std::uint8_t> room(message->text.size());
    const auto plain = unprotect(*message, keys, Protection::none, room);
    if (!plain) return;
    // The same again, but for lengths that were written longer than they need to be.
    std::vector<std::uint8_t> again(apdu.size());
    ByteWriter out(again);
    require(protect(out, message->envelope, message->control, message->invocation_counter, keys, *plain).has_value());
    require(out.size() <= apdu.size());
    const auto second = read_ciphered(out.written());
    require(second && equal(second->text, message->text) && equal(second->tag, message->tag));
}

void check_sent(Bytes plain, const CipherKeys& keys) {
    if (plain.empty()) return;
    const auto control = SecurityControl::make(keys.suite, Protection::authenticated_and_encrypted);
    Envelope envelope;
    if (const auto tag = ciphered_tag(ServiceKey::global, plain.front())) envelope.tag = *tag;
    std::vector<std::uint8_t> room(protected_size(envelope, control, plain.size()));
    ByteWriter out(room);
    require(protect(out, envelope, control, 7, keys, plain).has_value());
    require(out.size() == room.size());
    const auto message = read_ciphered(out.written());
    require(message.has_value());
    std::vector<std::uint8_t> again(plain.size());
    const auto received = unprotect(*message, keys, Protection::authenticated_and_encrypted, again);
    require(received && equal(*received, plain));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size == 0) return 0;
    const auto suite = static_cast<Suite>(input[0] % 3);
    const Bytes octets(input + 1, size - 1);
    const GcmKey key(Bytes(key_octets).first(key_size(suite)));
    const CipherKeys keys{key, authentication_key, title, suite};
    check_received(octets, keys);
    check_sent(octets, keys);

    if (const auto message = read_signed(octets)) {
        require(message->signed_octets.size() + 1 < octets.size());
        (void)verify(Curve::p256, message->header.other_information, {message->signed_octets}, message->signature);
    }
    const HlsExchange exchange{Mechanism::high_level_gmac, authentication_key, key_octets, title, title};
    (void)check_hls_gmac(exchange, Role::client, keys, octets);
    std::array<std::uint8_t, 32> unwrapped{};
    (void)unwrap_key(authentication_key, octets, MutableBytes(unwrapped).first(key_size(suite)));
    (void)is_public_key(Curve::p256, octets);
    if (const auto certificate = read_certificate(octets)) (void)is_issued_by(*certificate, *certificate);
    return 0;
}
