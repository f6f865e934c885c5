// The secured side of an application association: who a client is and how it proves it, what protection is asked of it,
// and protection taken off its requests and put on their answers (IEC 62056-5-3, 5.3 and 5.7; Green Book 9.2).
//
// A request is answered in three steps: unprotect() gives the request inside, and fixes then and there how its answer
// is protected, key and counter included; the services answer; protect(), or start_stream() for a long answer, follows.
// So the answer to a request that changes keys or the policy still goes under the old ones, and what is asked next
// under the new ones.
//
// What a context demands is its policy, and no less than authentication: an APDU that is only encrypted proves nothing,
// and would move the counter all the same. Only a policy that names encryption alone takes one, at that price. Within a
// ciphered association nothing is served in plain.
//
// Signatures (general-signing) are put around all else, and show nothing of when they were made: within a ciphered
// association one goes around a ciphered APDU. In one without ciphering, where nothing is demanded, it may stand alone.
//
// Answers under the dedicated key take their counters from the unicast key's: a client that uses a dedicated key again
// makes no nonce repeat. The requests' counter begins with 0 for each dedicated key.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "dlms/acse/acse.hpp"
#include "dlms/apdu/errors.hpp"
#include "dlms/data.hpp"
#include "dlms/initiate.hpp"
#include "dlms/security/ciphering.hpp"
#include "dlms/security/hls.hpp"
#include "dlms/security/key_agreement.hpp"
#include "meter/security/access_rights.hpp"
#include "meter/security/certificate_memory.hpp"
#include "meter/security/guess_guard.hpp"
#include "meter/security/key_memory.hpp"
#include "meter/security/key_pair_memory.hpp"
#include "meter/security/outgoing_stream.hpp"
#include "meter/security/security_ports.hpp"

namespace blathy::meter::security {

// What it works with; one of each a meter.
struct Surroundings {
    KeyMemory& keys;
    KeyPairMemory& pairs;
    CertificateMemory& certificates;
    GuessGuard& guesses;
    Entropy& entropy;
    SecurityEvents& events;
    dlms::security::SystemTitle server_title;
    CertificateTime now;
};

// How general-ciphering states its key.
enum class KeyInfoKind : std::uint8_t { identified, wrapped, one_pass, static_unified };

// Who is at the other end of the link, and when.
struct Caller {
    std::uint16_t client_sap = 0;
    std::uint16_t server_sap = 0;
    Origin origin;
    std::uint32_t uptime_s = 0;
};

// What the server offers a client.
struct Offer {
    std::uint16_t server_sap = 1;
    dlms::Conformance conformance;
    std::uint16_t max_receive_pdu_size = 0;
};

enum class PasswordCheck : std::uint8_t {
    right,
    wrong,
    too_soon,  // after wrong ones: it was not looked at
};
// A role's low level password, from whatever port; what is wrong is counted and reported.
[[nodiscard]] PasswordCheck check_password(const Surroundings& of, const Caller& caller, Role role, Bytes password);

inline constexpr std::size_t max_transaction_id_size = 16;

class SecuredAssociation {
  public:
    // Answers an AARQ with an AARE; the association is then open, waits for pass 3, or is closed.
    void open(const Surroundings& of, const Offer& offer, const Caller& caller, Bytes aarq, ByteWriter& out);
    // The association that needs no AARQ. False: its role has no keys, or no title to decipher by.
    [[nodiscard]] bool open_pre_established(const Surroundings& of, const Offer& offer, const Caller& caller);
    // Answers a release request. One that is protected by less than the association demands releases nothing.
    void release(const Surroundings& of, Bytes rlrq, ByteWriter& out);
    void close();

    // Pass 3 as the method reply_to_HLS_authentication of IC 15; `returned` becomes pass 4. A wrong proof ends it.
    dlms::ActionResult reply_to_hls(const Surroundings& of, const Caller& caller, Bytes parameters,
                                    dlms::DataWriter& returned);

    // Nothing is open, but this role is asked for its rights: for what the meter says on its own account.
    void act_for(Role role) { role_ = role; }

    // Open or waiting for pass 3. What waits serves() nothing but pass 3.
    [[nodiscard]] bool is_open() const { return state_ == State::open || state_ == State::waits_for_proof; }
    // Open to a client that has proven who it is.
    [[nodiscard]] bool is_proven() const { return state_ == State::open && mechanism_ != dlms::Mechanism::none; }
    [[nodiscard]] bool serves(Bytes plain) const;

    // Why a request is not served; `answer` goes out as it is, in plain. Silent: nothing does.
    struct Refusal {
        dlms::ExceptionResponse answer;
        bool silent = false;
    };
    // The request inside `apdu`. It is deciphered into `room`, which is `apdu` itself or does not overlap it, and has
    // its size.
    Result<Bytes, Refusal> unprotect(const Surroundings& of, Bytes apdu, MutableBytes room);

    // What the request was protected by, for permits().
    [[nodiscard]] std::uint8_t request_bits() const { return request_bits_; }
    // The rights of what was served ask for a protected answer. It has no effect in an association in plain, whose
    // requests can't ask for it.
    void demand_in_answer(Rights rights);
    // A broadcast is acted upon and not answered.
    [[nodiscard]] bool is_answered() const { return answered_; }

    // The longest plain answer that leaves in `limit` octets.
    [[nodiscard]] std::size_t answer_limit(std::size_t limit) const;
    // An answer that begins with this octet leaves protected. An exception-response has no protected form.
    [[nodiscard]] bool is_protected(std::uint8_t plain_tag) const;
    // Protects the answer that was written to `out` from `start` on. An exception-response stays as it is. False: it
    // can't be, and must not leave.
    [[nodiscard]] bool protect(ByteWriter& out, std::size_t start);
    // Protects an answer of `plain_size` octets that begins with `plain_tag` piece by piece. The association must stay
    // where it is, and unprotect nothing, until the stream has ended.
    [[nodiscard]] bool start_stream(OutgoingStream& stream, std::uint8_t plain_tag, std::size_t plain_size);

    [[nodiscard]] Role role() const { return role_; }
    // All zeros in an association that does not ask for it.
    [[nodiscard]] const dlms::security::SystemTitle& client_title() const { return client_title_; }
    // Of the client's signatures, on the curve of its suite. Empty: none.
    [[nodiscard]] Bytes client_signing_key(const Surroundings& of);
    [[nodiscard]] bool is_ciphered() const { return ciphered_; }
    [[nodiscard]] dlms::ApplicationContext context() const {
        return ciphered_ ? dlms::ApplicationContext::logical_names_ciphered : dlms::ApplicationContext::logical_names;
    }
    [[nodiscard]] dlms::Mechanism mechanism() const { return mechanism_; }
    [[nodiscard]] dlms::Conformance conformance() const { return conformance_; }
    // 0: no limit.
    [[nodiscard]] std::uint16_t client_max_receive_pdu_size() const { return client_max_receive_pdu_size_; }

  private:
    enum class State : std::uint8_t { closed, waits_for_proof, open };
    // The key that is made ready in `key_`.
    enum class Key : std::uint8_t { none, unicast, broadcast, dedicated, transaction };
    // The forms of ciphered APDUs.
    enum class Form : std::uint8_t { plain, service, general_with_title, general };

    struct Rejection {
        dlms::Diagnostic diagnostic;
        std::optional<dlms::InitiateError> error;
        bool transient = false;
    };

    // None: admitted.
    std::optional<Rejection> admit(const Surroundings& of, const Offer& offer, const Caller& caller,
                                   const dlms::Aarq& aarq, std::optional<dlms::InitiateRequest>& request,
                                   MutableBytes room);
    std::optional<dlms::UserDiagnostic> choose_mechanism(const Surroundings& of, const dlms::Aarq& aarq);
    std::optional<dlms::UserDiagnostic> choose_titles(const Surroundings& of, const dlms::Aarq& aarq);
    std::optional<Rejection> read_initiate(const Surroundings& of, Bytes user_information,
                                           std::optional<dlms::InitiateRequest>& request, MutableBytes room);
    std::optional<dlms::UserDiagnostic> take_certificate(const Surroundings& of, Bytes certificate);
    std::optional<Rejection> challenge(const Surroundings& of, const Caller& caller, Bytes client_challenge);
    std::optional<Rejection> negotiate(const Offer& offer, const std::optional<dlms::InitiateRequest>& request);
    bool take_dedicated_key(const Surroundings& of, Bytes key);
    void forget();
    void write_initiate_response(ByteWriter& out, bool quality_of_service);
    [[nodiscard]] bool demands_protection(const Surroundings& of) const;

    // Makes `key` ready; false: it is not set.
    bool use(const Surroundings& of, Key key);
    bool use_key_of(const Surroundings& of, const dlms::security::Ciphered& message);
    bool use_octets(const Surroundings& of, Bytes key, Bytes authentication_key);
    [[nodiscard]] dlms::security::CipherKeys keys_of(const dlms::security::SystemTitle& sender) const {
        return {key_, authentication_key_, sender, suite_};
    }
    Result<Bytes, Refusal> check_signature(const Surroundings& of, Bytes apdu);
    Result<Bytes, Refusal> unprotect_content(const Surroundings& of, Bytes apdu, MutableBytes room);
    void prepare_signature(const Surroundings& of, bool is_signed);
    // `is_meant`, if given, tells whether it is what belongs here.
    Result<Bytes, Refusal> unprotect_ciphered(const Surroundings& of, Bytes apdu, MutableBytes room,
                                              bool (*is_meant)(Bytes) = nullptr);
    // Which key, and whether the titles are those of the association.
    std::optional<Key> key_for(const Surroundings& of, const dlms::security::Ciphered& message) const;
    static constexpr KeyMemory::Counted counted(Key key) {
        if (key == Key::transaction) return KeyMemory::Counted::transaction;
        return key == Key::broadcast ? KeyMemory::Counted::broadcast : KeyMemory::Counted::unicast;
    }
    bool take_counter(const Surroundings& of, Key key, std::uint32_t counter);
    [[nodiscard]] bool is_new(const Surroundings& of, Key key, std::uint32_t counter) const;
    [[nodiscard]] std::uint32_t expected(const Surroundings& of, Key key) const;
    bool prepare_answer(const Surroundings& of, const dlms::security::Ciphered& message, Key key);
    void answer_in_plain();
    [[nodiscard]] dlms::security::SecurityControl answer_control() const {
        return dlms::security::SecurityControl::make(suite_, answer_protection_);
    }
    [[nodiscard]] dlms::security::GeneralHeader signature_header() const;
    // None: an answer that has no ciphered form.
    [[nodiscard]] std::optional<dlms::security::Envelope> answer_envelope(std::uint8_t plain_tag) const;
    [[nodiscard]] bool prove(const Surroundings& of, const dlms::security::HlsExchange& exchange,
                             const ContextKeys& keys, Bytes value, std::optional<dlms::security::HlsValue>& own);
    [[nodiscard]] bool prove_by_gmac(const Surroundings& of, const dlms::security::HlsExchange& exchange,
                                     const ContextKeys& keys, Bytes value,
                                     std::optional<dlms::security::HlsValue>& own);
    [[nodiscard]] bool prove_by_signature(const Surroundings& of, const dlms::security::HlsExchange& exchange,
                                          Bytes value, std::optional<dlms::security::HlsValue>& own);

    State state_ = State::closed;
    Role role_ = Role::public_client;
    bool ciphered_ = false;
    bool answered_ = true;
    dlms::Mechanism mechanism_ = dlms::Mechanism::none;
    dlms::Conformance conformance_;
    bool initiate_protected_ = false;
    std::uint16_t client_max_receive_pdu_size_ = 0;
    std::uint16_t server_max_receive_pdu_size_ = 0;
    dlms::security::SystemTitle client_title_{};
    dlms::security::SystemTitle server_title_{};

    dlms::security::GcmKey key_;
    KeyOctets authentication_key_;
    KeyOctets dedicated_key_;
    std::uint32_t dedicated_next_ = 0;  // the lowest counter that is taken with it
    Key ready_ = Key::none;
    std::uint16_t generation_ = 0;
    dlms::security::Suite suite_ = dlms::security::Suite::aes128_gcm;

    // Of the request, for its answer.
    Form answer_form_ = Form::plain;
    dlms::security::ServiceKey answer_key_ = dlms::security::ServiceKey::global;
    dlms::security::Protection answer_protection_ = dlms::security::Protection::none;
    std::uint32_t answer_counter_ = 0;
    bool answer_counter_taken_ = false;
    std::uint8_t request_bits_ = 0;
    dlms::security::OctetBuffer<16> transaction_id_;
    KeyInfoKind answer_key_info_ = KeyInfoKind::identified;
    dlms::security::SignedPublicKey answer_key_data_;

    // Of signatures. The key is the one that was in force when the request came; empty: there is none.
    dlms::security::PublicKey client_signing_key_;
    dlms::security::PrivateKey signing_key_;
    dlms::security::Curve curve_ = dlms::security::Curve::p256;
    dlms::security::OctetBuffer<16> signed_transaction_id_;
    Entropy* entropy_ = nullptr;
    bool sign_answer_ = false;

    // From pass 1 and 2 to pass 3.
    std::optional<std::uint32_t> request_counter_;  // of the unicast key, when that protected the request
    std::uint32_t counter_before_request_ = 0;
    dlms::security::OctetBuffer<dlms::security::max_challenge_size> client_challenge_;
    dlms::security::OctetBuffer<32> server_challenge_;
};

}  // namespace blathy::meter::security
