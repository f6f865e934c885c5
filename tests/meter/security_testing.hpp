// What the tests of the meter's security share: a secured server as small as can be, wired as a session is, and a
// client that does all it does with the keys of its own.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dlms/apdu/action.hpp"
#include "dlms/apdu/get.hpp"
#include "dlms/security/key_wrap.hpp"
#include "meter/security/certificate_setup.hpp"
#include "meter/security/secured_association.hpp"
#include "meter/security/security_setup.hpp"

#include "tests/support/hex.hpp"

namespace blathy::meter::security::testing {

using test::hex;
using Octets = std::vector<std::uint8_t>;
using Counted = KeyMemory::Counted;
using dlms::Mechanism;
using dlms::security::KeySet;
using dlms::security::Protection;
using dlms::security::SecurityControl;
using dlms::security::ServiceKey;
using dlms::security::Suite;
using dlms::security::SystemTitle;

inline SystemTitle title(std::string_view text) {
    return dlms::security::as_system_title(hex(text)).value();
}
inline const SystemTitle server_title = title("4D4D4D0000BC614E");
inline const SystemTitle client_title = title("4D4D4D0000000001");
inline const Octets device_key = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF");
inline constexpr std::string_view get_invocation_counter = "C001C1000100002B0100FF0200";
inline constexpr std::string_view its_answer = "C401C1000600001391";
inline const std::string deciphering_error = "D80105";
// The answers to an ACTION.
inline const std::string success = "C701C10000";
inline const std::string refused = "C701C1FA00";
inline const std::string denied = "C701C10300";

// Records of the store that no test here uses otherwise.
inline constexpr KeyMemory::Records records = {RecordId::calendar_a, RecordId::calendar_b, RecordId::calendar_a_days,
                                               RecordId::calendar_b_days, RecordId::special_days};
inline constexpr RecordId guess_record = RecordId::calendar_state;

class CountingEntropy : public Entropy {
  public:
    bool fill(MutableBytes octets) override {
        for (std::uint8_t& octet : octets) octet = fixed ? *fixed : static_cast<std::uint8_t>(++state_ * 37);
        return works;
    }
    bool works = true;
    std::optional<std::uint8_t> fixed;

  private:
    unsigned state_ = 0;
};

class Log : public SecurityEvents {
  public:
    void report(SecurityEvent event, Role) override { ++counts[event]; }
    int operator[](SecurityEvent event) { return counts[event]; }
    std::map<SecurityEvent, int> counts;
};

// The keys of the Green Book's examples.
inline ContextKeys example_keys() {
    ContextKeys keys;
    keys.mechanisms = Mechanisms(Mechanism::low_level, Mechanism::high_level_md5, Mechanism::high_level_sha1,
                                 Mechanism::high_level_gmac, Mechanism::high_level_sha256);
    keys.master = KeyOctets(hex("00112233445566778899AABBCCDDEEFF"));
    keys.unicast = KeyOctets(hex("000102030405060708090A0B0C0D0E0F"));
    keys.broadcast = KeyOctets(hex("0F0E0D0C0B0A09080706050403020100"));
    keys.authentication = KeyOctets(hex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"));
    keys.password = KeyOctets(as_bytes("12345678"));
    keys.hls_secret = KeyOctets(hex("00112233445566778899AABBCCDDEEFF"));
    return keys;
}

// A meter's security upon a flash; restart() is what a power cut leaves.
class Secured {
  public:
    explicit Secured(Flash& flash) : flash_(flash) { restart(); }
    // Reads what is stored anew.
    void restart() {
        store_.emplace(flash_);
        store_->mount();
        keys_.emplace(*store_, device_key, records, events);
        keys_->mount();
        pairs_.emplace(*store_, device_key);
        certificates_.emplace(*store_);
        guesses_.emplace(*store_, guess_record);
        guesses_->mount(uptime_s);
    }
    void provision() {
        for (const Role role : {Role::data_collection, Role::management, Role::firmware}) {
            ASSERT_TRUE(keys_->change(role, example_keys()));
        }
        ContextKeys pre_established = example_keys();
        pre_established.client_title = client_title;
        ASSERT_TRUE(keys_->change(Role::pre_established, pre_established));
    }
    Surroundings around() { return {*keys_, *pairs_, *certificates_, *guesses_, entropy, events, server_title, now}; }
    KeyMemory& keys() { return *keys_; }
    KeyPairMemory& pairs() { return *pairs_; }
    CertificateMemory& certificates() { return *certificates_; }
    GuessGuard& guesses() { return *guesses_; }
    Store& store() { return *store_; }
    void set_policy(Role role, std::uint8_t policy) {
        auto keys = keys_->keys(role).value();
        keys.policy = policy;
        ASSERT_TRUE(keys_->change(role, keys));
    }

    Log events;
    CountingEntropy entropy;
    std::uint32_t uptime_s = 1000;
    CertificateTime now;

  private:
    Flash& flash_;
    std::optional<Store> store_;
    std::optional<KeyMemory> keys_;
    std::optional<KeyPairMemory> pairs_;
    std::optional<CertificateMemory> certificates_;
    std::optional<GuessGuard> guesses_;
};

// The session: a GET gets one answer, an ACTION goes to the association or the security setup of its own context.
class Server {
  public:
    explicit Server(Secured& meter, std::uint16_t sap = 1, AccessPort port = AccessPort::network)
        : meter_(meter), sap_(sap), port_(port) {}

    Octets send(Bytes apdu) {
        const auto tag = static_cast<dlms::ApduTag>(apdu[0]);
        Octets room(2048);
        ByteWriter out(room);
        if (tag == dlms::ApduTag::aarq) {
            association.open(meter_.around(), offer, caller(), apdu, out);
        } else if (tag == dlms::ApduTag::rlrq) {
            association.release(meter_.around(), apdu, out);
        } else {
            respond(apdu, out);
        }
        EXPECT_TRUE(out.ok());
        return {out.written().begin(), out.written().end()};
    }
    Caller caller() const { return {sap_, 1, port_, meter_.uptime_s}; }

    SecuredAssociation association;
    Offer offer{1, dlms::Conformance::from_bits(0xFFFFFF), 1024};
    int served = 0;

  private:
    void respond(Bytes apdu, ByteWriter& out) {
        Octets room(apdu.size());
        const auto request = association.unprotect(meter_.around(), apdu, room);
        if (!request) {
            if (!request.error().silent) write(out, request.error().answer);
            return;
        }
        if (!association.serves(*request)) return write(out, dlms::ExceptionResponse{});
        const bool answered = association.is_answered();
        if ((*request)[0] == 0xC3) {
            serve_action(*request, out);
        } else {
            ++served;
            if (answered) out.bytes(hex(its_answer));
        }
        if (!answered) return out.rewind(0);
        EXPECT_TRUE(association.protect(out, 0));
    }
    void serve_action(Bytes request, ByteWriter& out) {
        const auto action = dlms::read_action_request(request);
        ASSERT_TRUE(action);
        const auto& normal = std::get<dlms::ActionRequestNormal>(*action);
        Octets returned_room(1024);
        ByteWriter returned_out(returned_room);
        dlms::DataWriter returned(returned_out);
        dlms::ActionOutcome outcome;
        const auto& method = normal.target.method;
        if (method.class_id == 15) {
            outcome.result = association.reply_to_hls(meter_.around(), caller(), normal.target.parameters, returned);
        } else {
            const Rights rights = method_rights(AccessKind::security_setup, association.role());
            if (!permits(rights, Rights::call, association.request_bits())) {
                outcome.result = dlms::ActionResult::read_write_denied;
            } else if (method.method == 1) {
                outcome.result = activate_security(meter_.around(), association.role(), normal.target.parameters);
            } else if (method.method > 2) {
                outcome.result = call(method.method, normal.target.parameters, returned);
            } else {
                outcome.result =
                    transfer_keys(meter_.keys(), meter_.events, association.role(), normal.target.parameters);
            }
            association.demand_in_answer(rights);
        }
        if (returned_out.size() > 0) {
            outcome.returned = dlms::GetDataResult{dlms::DataAccessResult::success, returned_out.written()};
        }
        write(out, dlms::ActionResponseNormal{normal.invoke, outcome});
    }

    dlms::ActionResult call(std::int8_t method, Bytes parameters, dlms::DataWriter& returned) {
        const Surroundings of = meter_.around();
        const Role role = association.role();
        switch (method) {
            case 3:
                return agree_on_keys(of, role, {association.client_title(), association.client_signing_key(of)},
                                     parameters, returned);
            case 4:
                return generate_pair(of, role, parameters);
            case 5:
                return request_certificate(of, role, parameters, returned);
            case 6:
                return import_certificate(of, role, parameters);
            case 7:
                return export_certificate(of, parameters, returned);
            case 8:
                return remove_certificate(of, role, parameters);
            default:
                return dlms::ActionResult::object_undefined;
        }
    }

    Secured& meter_;
    std::uint16_t sap_;
    AccessPort port_;
};

// The other side of whatever takes an APDU and gives one, by send().
template <class Peer>
class HeadEndOf {
  public:
    explicit HeadEndOf(Peer& of) : server(of) {}

    Peer& server;
    SystemTitle peer_title = server_title;
    ContextKeys keys = example_keys();
    SystemTitle own_title = client_title;
    std::uint32_t counter = 1;
    Octets challenge = hex("4B35366956616759");
    Octets dedicated_key;
    Octets certificate;  // in the calling-AE-qualifier
    Protection protection = Protection::authenticated_and_encrypted;
    Octets server_challenge;
    std::vector<std::uint32_t> server_counters;  // of all that was deciphered
    std::vector<Octets> sent;                    // as it was on the wire

    // How a request is put into its ciphered form.
    struct How {
        Protection protection = Protection::authenticated_and_encrypted;
        ServiceKey key = ServiceKey::global;
        std::optional<dlms::ApduTag> general;
        KeySet key_set = KeySet::unicast;
    };
    How how() const { return {protection, ServiceKey::global, {}, KeySet::unicast}; }

    Octets cipher(Bytes plain, const How& as) {
        dlms::security::Envelope envelope;
        const Octets transaction = hex("0102030405060708");
        if (as.general) {
            envelope.tag = *as.general;
            if (as.general == dlms::ApduTag::general_ciphering) {
                envelope.header = {transaction, own_title, peer_title, {}, {}};
                envelope.key_info =
                    dlms::security::IdentifiedKey{static_cast<std::uint8_t>(as.key_set == KeySet::broadcast ? 1 : 0)};
            } else {
                envelope.system_title = own_title;
            }
        } else {
            envelope.tag = *dlms::security::ciphered_tag(as.key, plain[0]);
        }
        const Bytes octets = as.key == ServiceKey::dedicated   ? Bytes(dedicated_key)
                             : as.key_set == KeySet::broadcast ? keys.broadcast.octets()
                                                               : keys.unicast.octets();
        const dlms::security::GcmKey key(octets);
        Octets room(plain.size() + 128);
        ByteWriter out(room);
        EXPECT_TRUE(protect(out, envelope, SecurityControl::make(keys.suite, as.protection, as.key_set), counter++,
                            {key, keys.authentication, own_title, keys.suite}, plain));
        room.resize(out.size());
        return room;
    }
    // None: it is not what the server would send.
    std::optional<Octets> decipher(Bytes apdu) {
        const auto message = dlms::security::read_ciphered(apdu);
        if (!message) return std::nullopt;
        const auto tag = message->envelope.tag;
        const auto plain_tag = dlms::security::plain_tag(tag);
        const bool dedicated = tag == dlms::ApduTag::general_ded_ciphering ||
                               (plain_tag && dlms::security::ciphered_tag(ServiceKey::dedicated, *plain_tag) == tag);
        const dlms::security::GcmKey key(dedicated ? Bytes(dedicated_key) : keys.unicast.octets());
        Octets room(apdu.size());
        const auto plain =
            unprotect(*message, {key, keys.authentication, peer_title, keys.suite}, Protection::none, room);
        if (!plain) return std::nullopt;
        server_counters.push_back(message->invocation_counter);
        return Octets(plain->begin(), plain->end());
    }

    Octets aarq(Mechanism mechanism, bool ciphered, Bytes authentication_value) {
        std::array<std::uint8_t, 64> initiate_room{};
        ByteWriter initiate(initiate_room);
        dlms::InitiateRequest request;
        request.conformance = dlms::Conformance::from_bits(0xFFFFFF);
        request.client_max_receive_pdu_size = 1024;
        request.dedicated_key = dedicated_key;
        write(initiate, request);
        Octets information(initiate.written().begin(), initiate.written().end());
        if (ciphered && protection != Protection::none) information = cipher(information, how());
        dlms::Aarq apdu;
        apdu.context = ciphered ? 3 : 1;
        apdu.calling_ap_title = own_title;
        apdu.calling_ae_qualifier = certificate;
        apdu.authentication_unit = mechanism != Mechanism::none;
        if (apdu.authentication_unit) apdu.mechanism = static_cast<std::uint8_t>(mechanism);
        apdu.authentication_value = authentication_value;
        apdu.user_information = information;
        Octets room(1024);
        ByteWriter out(room);
        write(out, apdu);
        room.resize(out.size());
        return room;
    }
    // Passes 1 and 2, or low level security.
    dlms::Diagnostic open(Mechanism mechanism, bool ciphered = true) {
        const Octets request =
            aarq(mechanism, ciphered, mechanism == Mechanism::low_level ? keys.password.octets() : Bytes(challenge));
        sent.push_back(request);
        return read_aare(server.send(request));
    }
    dlms::Diagnostic read_aare(const Octets& answer) {
        const auto aare = dlms::read_aare(answer);
        EXPECT_TRUE(aare) << hex(answer);
        if (!aare) return dlms::ProviderDiagnostic::no_reason;
        result = aare->result;
        server_challenge.assign(aare->authentication_value.begin(), aare->authentication_value.end());
        user_information.assign(aare->user_information.begin(), aare->user_information.end());
        return aare->diagnostic;
    }
    Octets pass_3(Mechanism mechanism) {
        const dlms::security::HlsExchange exchange{mechanism, challenge, server_challenge, own_title, peer_title};
        const dlms::security::GcmKey key(keys.unicast);
        const auto value = mechanism == Mechanism::high_level_gmac
                               ? hls_gmac(exchange, dlms::security::Role::client,
                                          {key, keys.authentication, own_title, keys.suite}, counter++)
                               : hls_digest(exchange, dlms::security::Role::client, keys.hls_secret);
        Octets apdu = hex("C301C1000F0000280000FF010109");
        apdu.push_back(static_cast<std::uint8_t>(value ? value->size() : 0));
        if (value) apdu.insert(apdu.end(), value->octets().begin(), value->octets().end());
        return apdu;
    }
    // All four passes.
    bool associate(Mechanism mechanism = Mechanism::high_level_gmac, bool ciphered = true) {
        return open(mechanism, ciphered) == dlms::Diagnostic(dlms::UserDiagnostic::authentication_required) &&
               prove(mechanism, ciphered);
    }
    // Passes 3 and 4; true: both have proven themselves.
    bool prove(Mechanism mechanism = Mechanism::high_level_gmac, bool ciphered = true) {
        const Octets proof = pass_3(mechanism);
        const Octets answer = ask(proof, ciphered);
        // C7 01 C1 | success | data | octet-string of so many octets
        if (answer.size() < 8 || answer[3] != 0) return false;
        const Bytes value = Bytes(answer).subspan(8);
        const dlms::security::HlsExchange exchange{mechanism, challenge, server_challenge, own_title, peer_title};
        if (mechanism != Mechanism::high_level_gmac) {
            return is_hls_digest(exchange, dlms::security::Role::server, keys.hls_secret, value);
        }
        const dlms::security::GcmKey key(keys.unicast);
        const auto proven = check_hls_gmac(exchange, dlms::security::Role::server,
                                           {key, keys.authentication, peer_title, keys.suite}, value);
        if (proven) server_counters.push_back(*proven);
        return proven.has_value();
    }
    // The plain answer; what could not be deciphered comes back as it is.
    Octets ask(Bytes plain, bool ciphered = true) { return ciphered ? ask(plain, how()) : server.send(plain); }
    Octets ask(Bytes plain, const How& as) {
        sent.push_back(cipher(plain, as));
        const Octets answer = server.send(sent.back());
        if (answer.empty()) return answer;
        return decipher(answer).value_or(answer);
    }
    std::string get() { return hex(ask(hex(get_invocation_counter))); }

    // The parameters of key_transfer.
    static Octets transfer(Bytes master, std::vector<std::pair<std::uint8_t, Octets>> new_keys) {
        Octets apdu = hex("C301C100400000 2B0000FF 02 01 01");
        apdu.push_back(static_cast<std::uint8_t>(new_keys.size()));
        for (const auto& [id, key] : new_keys) {
            Octets wrapped(key.size() + dlms::security::wrap_overhead);
            EXPECT_TRUE(dlms::security::wrap_key(master, key, wrapped));
            const std::array<std::uint8_t, 6> head = {0x02, 0x02, 0x16,
                                                      id,   0x09, static_cast<std::uint8_t>(wrapped.size())};
            apdu.insert(apdu.end(), head.begin(), head.end());
            apdu.insert(apdu.end(), wrapped.begin(), wrapped.end());
        }
        return apdu;
    }
    static Octets activate(std::uint8_t policy) {
        Octets apdu = hex("C301C100400000 2B0000FF 01 01 16");
        apdu.push_back(policy);
        return apdu;
    }

    dlms::AssociationResult result = dlms::AssociationResult::accepted;
    Octets user_information;
};

using HeadEnd = HeadEndOf<Server>;

// The role that most tests are about.
inline constexpr Role role = Role::management;

}  // namespace blathy::meter::security::testing
