// The keys of each role's security context, and their invocation counters, in the store.
//
// A context is one record: keys and counters change in one write, and whatever is lost is lost together. Keys and
// secrets are wrapped with the device key (RFC 3394); they are in RAM only while they are used.
//
//     record   = form u8, suite u8, policy u8, mechanisms u8, title present u8, title 8, counter u32 [3],
//                retired key [4], size u8 [6], wrapped secret 40 [6]
//     counter  = all below it may have been used: sent, received, received with the broadcast key
//     retired  = fingerprint 8, the counter that it stopped at u32
//     secret   = padded with zeros to 32 octets: master, unicast, broadcast, authentication key, password, HLS secret
//
// A record of its own has the fingerprints of the last dedicated keys, whichever roles they were for:
//
//     record   = form u8, fingerprint 8 [16], the newest first, all zeros where there is none
//
// A nonce is never repeated: the counter of what is sent goes on over all keys, so that a key that was replaced and
// comes back is safe. The counter of what is received begins with 0 for a new key; for one that comes back it goes on
// where it stopped, or else all that was ever sent with it could be sent again. So many retired keys are remembered.
// Dedicated keys count anew in each association, and so none of those that are remembered is taken a second time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/acse/acse.hpp"
#include "dlms/security/secret.hpp"
#include "dlms/security/suite.hpp"
#include "meter/security/access_rights.hpp"
#include "meter/security/security_ports.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter::security {

// Roles with keys: all but the public one, in their order.
inline constexpr std::size_t contexts = roles - 1;

// The last counter of all is never used; and from so many on a key is due to be changed, and an event says so.
inline constexpr std::uint32_t last_counter = 0xFFFF'FFFF;
inline constexpr std::uint32_t counter_alarm_level = 2'000'000'000;

using KeyOctets = dlms::security::Secret<dlms::security::max_key_size>;

// The authentication mechanisms that a context takes.
class Mechanisms {
  public:
    constexpr Mechanisms() = default;
    template <class... Others>
    constexpr explicit Mechanisms(dlms::Mechanism first, Others... others) : bits_(mask(first)) {
        ((bits_ = static_cast<std::uint8_t>(bits_ | mask(others))), ...);
    }
    static constexpr Mechanisms from_bits(std::uint8_t bits) {
        Mechanisms mechanisms;
        mechanisms.bits_ = bits;
        return mechanisms;
    }
    [[nodiscard]] constexpr bool has(dlms::Mechanism mechanism) const { return (bits_ & mask(mechanism)) != 0; }
    [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }
    constexpr bool operator==(const Mechanisms&) const = default;

  private:
    static constexpr std::uint8_t mask(dlms::Mechanism mechanism) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(mechanism));
    }
    std::uint8_t bits_ = 0;
};

// All of a context, unwrapped. An empty key or secret is one that is not set.
struct ContextKeys {
    dlms::security::Suite suite = dlms::security::Suite::aes128_gcm;
    std::uint8_t policy = 0;
    Mechanisms mechanisms;
    std::optional<dlms::security::SystemTitle> client_title;  // none: any client that has the keys
    KeyOctets master;
    KeyOctets unicast;
    KeyOctets broadcast;
    KeyOctets authentication;
    KeyOctets password;
    KeyOctets hls_secret;
};

// What a meter without keys of its own starts with. Everybody knows them: not for the field.
ContextKeys demo_keys(Role role);

class KeyMemory {
  public:
    // Of the contexts, and last of the dedicated keys.
    using Records = std::array<RecordId, contexts + 1>;

    // `device_key` has 16 or 32 octets and outlives it.
    KeyMemory(Store& store, Bytes device_key, const Records& records, SecurityEvents& events)
        : store_(store), device_key_(device_key), records_(records), events_(events) {}

    // Finds what is stored. A role without a valid record has no keys.
    void mount();

    [[nodiscard]] bool has_context(Role role) const;
    // It had keys, of which nothing readable is left.
    [[nodiscard]] bool lost(Role role) const;
    // None: no record, or its keys can't be unwrapped.
    [[nodiscard]] std::optional<ContextKeys> keys(Role role) const;
    // True once all of it is durable. False: all is as it was before.
    [[nodiscard]] bool change(Role role, const ContextKeys& keys);

    // Without unwrapping anything.
    [[nodiscard]] std::uint8_t policy(Role role) const;
    [[nodiscard]] dlms::security::Suite suite(Role role) const;
    // Another number whenever the context changes.
    [[nodiscard]] std::uint16_t generation(Role role) const;

    // Of the unicast key. None: worn out, or the store failed; then nothing can be sent.
    [[nodiscard]] std::optional<std::uint32_t> take_sent(Role role);

    // What is counted. The count of a key begins anew with the key. Keys of a transaction come with their messages and
    // share the count of the unicast key; but a message of theirs outlives that key, and so they have another count
    // beside it, which begins anew with the authentication key: without that none of them is authentic any more.
    enum class Counted : std::uint8_t { unicast, broadcast, transaction };
    enum class Taken : std::uint8_t { taken, not_new, store_failed };
    [[nodiscard]] bool is_new(Role role, Counted counted, std::uint32_t counter) const;
    // Once the message was found authentic, and before it is acted upon.
    [[nodiscard]] Taken take_received(Role role, Counted counted, std::uint32_t counter);
    // The lowest counter that would be taken, and the last one that was: the value of 0.0.43.1.e.255, whose reader goes
    // on with the next. It is 0 for a new key as well.
    [[nodiscard]] std::uint32_t expected(Role role, Counted counted) const;
    [[nodiscard]] std::uint32_t last_received(Role role, Counted counted) const;

    // Remembers a dedicated key, and is durable then. False: it is one of the last of any role, or the unicast key of
    // this one; what was sent with it could be sent again. Or the store failed.
    [[nodiscard]] bool take_dedicated(Role role, Bytes key);
    static constexpr std::size_t dedicated_keys = 16;

    // Counters that one write reserves.
    static constexpr std::uint32_t counters_in_block = 1024;

  private:
    // What is stored runs ahead: all below `reserved` may have been used when power fails.
    struct Counter {
        std::uint32_t next = 0;  // the lowest that was not used
        std::uint32_t reserved = 0;
    };
    static constexpr std::size_t counters_of_context = 4;

    struct Context {
        std::array<Counter, counters_of_context> counters{};  // in the order of the record
        std::uint16_t generation = 0;
        dlms::security::Suite suite = dlms::security::Suite::aes128_gcm;
        std::uint8_t policy = 0;
        bool present = false;
    };
    // None: the public client, or no role at all.
    [[nodiscard]] static std::optional<std::size_t> index_of(Role role);
    [[nodiscard]] const Context* find(Role role) const;
    [[nodiscard]] Context* find(Role role);
    // Uses `value` of a counter, which then goes on behind it. False: it could not be reserved.
    [[nodiscard]] bool use_counter(Role role, Context& context, std::size_t which, std::uint32_t value);
    [[nodiscard]] bool store_counter(Role role, std::size_t which, std::uint32_t reserved);

    Store& store_;
    Bytes device_key_;
    Records records_;
    SecurityEvents& events_;
    std::array<Context, contexts> contexts_{};
};

}  // namespace blathy::meter::security
