// The APDUs that protect other APDUs (IEC 62056-5-3, 5.7.2 and clause 8; Green Book 9.2.7.2.4): how they are laid out.
// ciphering.hpp states what is done to their contents.
//
//   glo-, ded-service   tag | content
//   general-glo, -ded   DB, DC | system-title | content
//   general-ciphering   DD | general header | key-info OPTIONAL | content
//   general-signing     DF | general header | signed content | signature
//   content             length | security control | invocation counter | text | tag of 12 octets when authenticated
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "dlms/security/suite.hpp"
#include "dlms/tags.hpp"

namespace blathy::dlms::security {

enum class CipherError : std::uint8_t {
    malformed,                // no APDU of this kind, cut short, or with octets behind its end
    unknown_suite,            // a suite that does not exist
    wrong_suite,              // another suite than the one in use
    compressed,               // V.44 compression, which is not supported
    unprotected,              // neither authenticated nor encrypted
    insufficient_protection,  // less than the policy asks for
    no_key,                   // the key is not set
    authentication_failed,    // another key, title or counter, or an altered APDU
    wrong_service,            // the tag states another service than the one inside
    no_room,
};

struct GeneralHeader {
    Bytes transaction_id;
    Bytes originator_title;  // eight octets, or none
    Bytes recipient_title;   // eight octets, or none
    Bytes date_time;         // twelve octets, or none
    Bytes other_information;
};

// Key-Info ::= CHOICE.
struct IdentifiedKey {
    std::uint8_t key_id = 0;  // 0 global unicast, 1 global broadcast encryption key
};
struct WrappedKey {
    std::uint8_t kek_id = 0;  // 0 master key
    Bytes wrapped;
};
struct AgreedKey {
    Bytes parameters;  // one octet: 1 one-pass Diffie-Hellman C(1e, 1s), 2 static unified C(0e, 2s)
    Bytes data;        // C(1e, 1s): the originator's ephemeral public key and its signature; C(0e, 2s): none
};
inline constexpr std::uint8_t master_key_id = 0;
inline constexpr std::array<std::uint8_t, 1> one_pass_parameters = {1};
inline constexpr std::array<std::uint8_t, 1> static_unified_parameters = {2};
using KeyInfo = std::variant<IdentifiedKey, WrappedKey, AgreedKey>;

// What stands around the content.
struct Envelope {
    ApduTag tag = ApduTag::general_glo_ciphering;
    Bytes system_title;               // general-glo and -ded: eight octets, or none when the other side knows it
    GeneralHeader header;             // general-ciphering
    std::optional<KeyInfo> key_info;  // general-ciphering
};

struct Ciphered {
    Envelope envelope;
    SecurityControl control;
    std::uint32_t invocation_counter = 0;
    Bytes text;  // encrypted, or as it is
    Bytes tag;   // empty when not authenticated
};

struct Signed {
    GeneralHeader header;
    Bytes content;
    Bytes signature;
    Bytes signed_octets;  // what was signed: the header and the content as they are encoded
};

// Services with a ciphered form of their own use the global or the dedicated key.
enum class ServiceKey : std::uint8_t { global, dedicated };

// The tag that `plain_tag` has when it is ciphered. None: the service has no such form, and a general one is for it.
std::optional<ApduTag> ciphered_tag(ServiceKey key, std::uint8_t plain_tag);
// The opposite, for glo- and ded- tags. None: `tag` is another.
std::optional<std::uint8_t> plain_tag(ApduTag tag);
// An APDU that `read_ciphered` is for, as its first octet says.
bool is_ciphered(std::uint8_t tag);

// The structure alone: nothing is deciphered or checked.
Result<Ciphered, CipherError> read_ciphered(Bytes apdu);
std::optional<Signed> read_signed(Bytes apdu);

// All up to the text; `plain_size` octets of text and, when authenticated, a tag must follow.
void write_head(ByteWriter& out, const Envelope& envelope, SecurityControl control, std::uint32_t invocation_counter,
                std::size_t plain_size);
void write(ByteWriter& out, const GeneralHeader& header);

// Octets of the protected APDU around `plain_size` octets; and how many octets may be protected in one of at most
// `limit` (0 when there is no room for any).
std::size_t protected_size(const Envelope& envelope, SecurityControl control, std::size_t plain_size);
std::size_t largest_plain_size(const Envelope& envelope, SecurityControl control, std::size_t limit);

}  // namespace blathy::dlms::security
