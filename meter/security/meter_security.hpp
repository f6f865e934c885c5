// All of a meter's security that outlives a session: keys and counters, what stands in the way of guessing, where
// randomness comes from, and who is told.
#pragma once

#include "meter/security/certificate_memory.hpp"
#include "meter/security/guess_guard.hpp"
#include "meter/security/key_memory.hpp"
#include "meter/security/key_pair_memory.hpp"
#include "meter/security/secured_association.hpp"
#include "meter/security/security_ports.hpp"

namespace blathy::meter::security {

class MeterSecurity {
  public:
    // `ports` are viewed. Without a device key no role but the public client has keys, and without entropy nobody is
    // given a challenge.
    MeterSecurity(Store& store, const dlms::security::SystemTitle& server_title, const SecurityPorts& ports,
                  SecurityEvents& events);
    MeterSecurity(const MeterSecurity&) = delete;
    MeterSecurity& operator=(const MeterSecurity&) = delete;

    // `now` is what the validity of certificates is held against; none: the clock is not set.
    [[nodiscard]] Surroundings around(CertificateTime now = {});
    [[nodiscard]] KeyMemory& keys() { return keys_; }
    [[nodiscard]] const KeyMemory& keys() const { return keys_; }
    [[nodiscard]] KeyPairMemory& pairs() { return pairs_; }
    [[nodiscard]] const KeyPairMemory& pairs() const { return pairs_; }
    [[nodiscard]] CertificateMemory& certificates() { return certificates_; }
    [[nodiscard]] const CertificateMemory& certificates() const { return certificates_; }
    [[nodiscard]] GuessGuard& guesses() { return guesses_; }
    [[nodiscard]] SecurityEvents& events() { return events_; }
    [[nodiscard]] const dlms::security::SystemTitle& server_title() const { return server_title_; }

    // Gives every role that has no keys those that everybody knows. False: the store or the device key failed.
    [[nodiscard]] bool provision_demo_keys();
    // Some role has a key or a password that everybody knows.
    [[nodiscard]] bool has_demo_keys() const;

  private:
    class NoEntropy final : public Entropy {
      public:
        bool fill(MutableBytes) override { return false; }
    };

    dlms::security::SystemTitle server_title_;
    SecurityEvents& events_;
    NoEntropy no_entropy_;
    Entropy& entropy_;
    KeyMemory keys_;
    KeyPairMemory pairs_;
    CertificateMemory certificates_;
    GuessGuard guesses_;
};

}  // namespace blathy::meter::security
