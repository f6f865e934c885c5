// Deciphers APDUs that somebody else was sent, with the keys of a list: in captures, and of pushes. Which key it takes
// is told by the authentication tag, so it does not matter whose the APDU is; without a tag, by whether the text makes
// sense. Dedicated keys are learnt from the associations that make them.
#pragma once

#include <list>
#include <optional>

#include "apps/blathy/keys/key_list.hpp"
#include "dlms/security/ciphering.hpp"

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
    };
    // None: no key fits.
    std::optional<Found> decipher(Bytes apdu);

  private:
    struct Candidate {
        dlms::security::GcmKey key;
        station::Security::Key authentication_key;
        station::SystemTitle sender{};
        station::SystemTitle recipient{};
        station::Suite suite{};
        bool is_from_meter = false;
        bool is_dedicated = false;
        dlms::security::ReceiveCounter counter;
    };
    static constexpr std::size_t max_dedicated = 256;

    void add(const Candidate& candidate);
    std::optional<Bytes> try_candidate(const Candidate& candidate, const dlms::security::Ciphered& message);
    // Learns the dedicated key of an InitiateRequest, and takes it out of what is shown.
    void learn(const Candidate& candidate);

    std::list<Candidate> candidates_;  // the last that fitted first
    std::size_t dedicated_ = 0;
    station::Octets plain_;
    station::Octets shown_;
};

}  // namespace blathy::apps
