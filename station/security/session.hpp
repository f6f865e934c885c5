// The security of one association, without input or output: protects what the client sends, opens what the meter sends,
// and goes through the passes of high-level security.
//
// An answer is taken only if its protection is at least that of the requests, its tag is right and its counter is new.
// What comes without protection is refused, but for association control, which protects its own contents, and an
// exception-response, which has no protected form and only ever ends a request.
#pragma once

#include <array>
#include <optional>

#include "dlms/security/ciphering.hpp"
#include "dlms/security/hls.hpp"
#include "dlms/security/key_agreement.hpp"
#include "station/octets.hpp"
#include "station/security/security.hpp"

namespace blathy::station {

class SecuritySession {
  public:
    // Makes the challenge and the dedicated key. `random` must outlive the session.
    static Result<std::unique_ptr<SecuritySession>, Error> make(Security security, dlms::security::Random& random);

    SecuritySession(const SecuritySession&) = delete;
    SecuritySession& operator=(const SecuritySession&) = delete;

    [[nodiscard]] const Security& security() const { return security_; }

    // None: the meter has not said it.
    [[nodiscard]] std::optional<SystemTitle> server_title() const {
        return server_title_ == SystemTitle{} ? std::nullopt : std::optional(server_title_);
    }

    // For the AARQ.
    [[nodiscard]] Bytes authentication_value() const;
    [[nodiscard]] Bytes dedicated_key() const { return dedicated_octets_; }
    // The AARE, whose fields are to be those that were asked for: anything else is an attempt to get the client to use
    // less than it wants to.
    Result<void, Error> take(const dlms::Aare& aare);
    // The InitiateRequest and -Response within association control. Without protection both are as they are.
    Result<Octets, Error> protect_initiate(Bytes initiate);
    Result<Bytes, Error> open_initiate(Bytes apdu);

    // Passes 3 and 4: f(StoC), and whether what the meter returns is f(CtoS).
    [[nodiscard]] bool has_to_prove() const { return security_.is_high_level() && !is_proven_; }
    Result<Octets, Error> proof();
    Result<void, Error> check_proof(Bytes value);

    // A request, or a confirmation. Never the same octets again for the same APDU.
    Result<Octets, Error> protect(Bytes apdu);
    // What is inside an APDU of the meter; valid until the next call.
    Result<Bytes, Error> open(Bytes apdu);
    // The most octets of a request that become no more than `limit` by being protected.
    [[nodiscard]] std::size_t largest_request(std::size_t limit) const;

    // What to try when a request is refused that may be protected too little, as the end of a sentence; empty when it
    // has all there is. Requests for an association are never signed.
    enum class Refused : std::uint8_t { association, service };
    [[nodiscard]] std::string advice(Refused refused) const;

  private:
    enum class KeyUsed : std::uint8_t { global, dedicated };

    SecuritySession(Security security, dlms::security::Random& random)
        : security_(std::move(security)), random_(random), global_(security_.encryption_key) {}

    using TransactionId = std::array<std::uint8_t, 8>;
    // A key of one transaction, and what states it: the wrapped key, or the signed ephemeral one.
    struct TransactionKey {
        dlms::security::GcmKey key;
        dlms::security::SignedPublicKey data;
    };

    [[nodiscard]] bool uses_dedicated_key() const { return !dedicated_octets_.octets().empty() && !has_to_prove(); }
    [[nodiscard]] dlms::security::CipherKeys keys(KeyUsed used, const SystemTitle& sender,
                                                  const dlms::security::GcmKey* key = nullptr) const;
    [[nodiscard]] dlms::security::Curve curve() const;
    [[nodiscard]] Counters& counters(KeyUsed used);
    [[nodiscard]] dlms::security::Envelope envelope(std::uint8_t plain_tag) const;
    [[nodiscard]] dlms::security::SecurityControl control() const {
        return dlms::security::SecurityControl::make(security_.suite, security_.protection, security_.key_set);
    }
    // A broadcast is for nobody alone.
    [[nodiscard]] Bytes recipient_title() const { return security_.broadcasts() ? Bytes{} : Bytes(server_title_); }
    [[nodiscard]] dlms::security::HlsExchange exchange() const;
    Result<Octets, Error> cipher(Bytes apdu, const TransactionId& transaction);
    // With `key` instead of the one that `used` says; its counter is that of the global key.
    Result<Octets, Error> protect(Bytes apdu, const dlms::security::Envelope& envelope, KeyUsed used,
                                  const dlms::security::GcmKey* key = nullptr);
    Result<Bytes, Error> open(Bytes apdu, const dlms::security::Ciphered& message, KeyUsed used,
                              const dlms::security::GcmKey* key = nullptr);
    Result<Bytes, Error> open_ciphered(Bytes apdu);
    Result<Octets, Error> sign(Bytes apdu, const TransactionId& transaction);
    Result<Bytes, Error> check_signature(Bytes apdu) const;
    [[nodiscard]] dlms::security::GeneralHeader request_header(const TransactionId& transaction) const;
    Result<TransactionKey, Error> make_key(const TransactionId& transaction);
    // Of the meter's answer.
    Result<dlms::security::GcmKey, Error> key_of(const dlms::security::Envelope& envelope);
    // Nothing if the sender and the recipient of a general APDU are the two that talk.
    Result<void, Error> check(const dlms::security::Envelope& envelope) const;

    Security security_;
    dlms::security::Random& random_;
    dlms::security::GcmKey global_;
    dlms::security::GcmKey dedicated_;
    Security::Key dedicated_octets_;
    MemoryCounters dedicated_counters_{1};
    dlms::security::OctetBuffer<dlms::security::max_challenge_size> client_challenge_;
    dlms::security::OctetBuffer<dlms::security::max_challenge_size> server_challenge_;
    SystemTitle server_title_{};
    std::uint64_t transaction_ = 0;
    std::optional<std::uint32_t> reserved_;  // for the next request
    std::optional<std::uint32_t> held_;      // of the APDU of pass 4, to be accepted along with that of the proof
    bool is_proven_ = false;
    Octets room_;
};

}  // namespace blathy::station
