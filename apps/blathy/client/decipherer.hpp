// Deciphers APDUs that somebody else was sent, with the keys of a list: in captures, and of pushes. Which key it takes
// is told by the authentication tag, so it does not matter whose the APDU is; without a tag, by whether the text makes
// sense. Dedicated keys are learnt from the associations that make them. Keys that are made for one APDU are found
// with the master key, or with one of the two private keys that they were agreed on with: that of a one-pass key is the
// recipient's, so a client's list is enough for what the meter sends.
#pragma once

#include <list>
#include <memory>

#include "apps/blathy/keys/key_list.hpp"
#include "dlms/explain/explain.hpp"
#include "dlms/security/ciphering.hpp"
#include "station/security/entropy.hpp"

namespace blathy::apps {

class Decipherer {
  public:
    explicit Decipherer(const KeyList& keys);

    struct Found {
        Bytes plain;  // until the next call
        Bytes shown;  // the same, with zeros for a dedicated key: secrets are not printed
        station::Protection protection = station::Protection::none;
        bool is_from_meter = false;
        // The counter is above those of all APDUs before that this key and sender were found for.
        bool is_new = false;
        // Of a signed APDU: somebody else's than of who ciphered what is inside, or not his. It moves no counter.
        bool is_signed_wrongly = false;
    };
    // Of a signed APDU what is inside, whatever the signature is.
    Result<Found, dlms::Undeciphered> decipher(Bytes apdu);
    // What was signed.
    Result<Bytes, dlms::Undeciphered> check_signature(Bytes apdu);

  private:
    // All that is known of a client and its meter.
    struct Parties {
        ClientKeys client;
        dlms::security::PrivateKey meter_signing_key;
        dlms::security::PrivateKey meter_agreement_key;
    };
    // One direction of what they send each other.
    struct Candidate {
        std::shared_ptr<const Parties> parties;
        dlms::security::GcmKey key;
        station::SystemTitle sender{};
        station::SystemTitle recipient{};
        bool is_from_meter = false;
        bool is_dedicated = false;
        dlms::security::ReceiveCounter counter;
    };
    using TransactionKey = Result<dlms::security::GcmKey, dlms::Undeciphered>;
    static constexpr std::size_t max_dedicated = 256;

    void add(const Candidate& candidate);
    Result<Bytes, dlms::Undeciphered> try_candidate(const Candidate& candidate,
                                                    const dlms::security::Ciphered& message);
    // The key that the message states.
    TransactionKey key_of(const Candidate& candidate, const dlms::security::Ciphered& message);
    TransactionKey agreed_key(const Candidate& candidate, const dlms::security::GeneralHeader& header,
                              const dlms::security::AgreedKey& stated);
    // That of who ciphered what is inside, where his key is known, and in his name in any case.
    bool is_signed_rightly(const Candidate& candidate, const dlms::security::Signed& message);
    // Of who sends; empty where it is not known.
    dlms::security::PublicKey signing_key(const Candidate& candidate, dlms::security::Curve curve);
    dlms::security::PublicKey public_half(dlms::security::Curve curve, Bytes private_key);
    // Learns the dedicated key of an InitiateRequest, and takes it out of what is shown.
    void learn(const Candidate& candidate);

    std::list<Candidate> candidates_;  // the last that fitted first
    std::size_t dedicated_ = 0;
    station::SystemEntropy random_;  // hides what is calculated
    station::Octets plain_;
    station::Octets shown_;
};

}  // namespace blathy::apps
