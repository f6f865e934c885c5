// What the tests of secured associations share: the keys of the Green Book's examples, and a meter that has them.
#pragma once

#include <functional>
#include <memory>

#include "dlms/apdu/action.hpp"
#include "dlms/apdu/errors.hpp"
#include "dlms/security/ciphering.hpp"
#include "dlms/security/hls.hpp"
#include "station/security/session.hpp"

#include "tests/station/support.hpp"

namespace blathy::station::test {

namespace sec = dlms::security;

inline SystemTitle title(std::string_view text) {
    return sec::as_system_title(hex(text)).value();
}
inline const SystemTitle client_title = title("4D4D4D0000000001");
inline const SystemTitle server_title = title("4D4D4D0000BC614E");

// Randomness that is known: the octets given first, then their number.
class KnownRandom final : public sec::Random {
  public:
    explicit KnownRandom(Octets octets = {}) : octets_(std::move(octets)) {}
    bool fill(MutableBytes octets) override {
        for (std::uint8_t& octet : octets) {
            octet = next_ < octets_.size() ? octets_[next_] : static_cast<std::uint8_t>(next_);
            ++next_;
        }
        return true;
    }

  private:
    Octets octets_;
    std::size_t next_ = 0;
};

inline Security security_of(dlms::Mechanism mechanism, Protection protection, std::uint32_t counter = 1) {
    Security security;
    security.mechanism = mechanism;
    security.protection = protection;
    security.client_title = client_title;
    security.server_title = server_title;
    security.encryption_key = Security::Key(hex("000102030405060708090A0B0C0D0E0F"));
    security.authentication_key = Security::Key(hex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"));
    security.counters = std::make_shared<MemoryCounters>(counter);
    return security;
}

// A meter with the other end of `security`, that answers `get` to whatever is asked. What a hostile one does otherwise
// goes through the hooks.
class SecuredMeter {
  public:
    explicit SecuredMeter(Security security) : security_(std::move(security)), global_(security_.encryption_key) {}

    Octets get = hex("C401C1001105");  // the plain answer, with the invoke id of the request
    std::uint32_t counter = 0x100;     // of what it sends next
    std::uint32_t lowest_counter = 0;  // that it takes
    Octets challenge = hex("503677524A323146503677524A323146");
    std::uint8_t context = 0;                                      // of the AARE; 0: as it was asked
    std::uint8_t mechanism = 0;                                    // likewise
    dlms::UserDiagnostic diagnostic = dlms::UserDiagnostic::none;  // none: as it should be
    SystemTitle says_title = server_title;
    bool reflects_challenge = false;
    dlms::Conformance conformance = dlms::Conformance::from_bits(0xFFFFFF);
    std::function<void(Octets&)> before_protecting = [](Octets&) {};
    std::function<void(Octets&)> before_sending = [](Octets&) {};  // not of the AARE
    std::function<void(Octets& proof)> on_proof = [](Octets&) {};

    std::vector<Octets> requests;        // as they came
    std::vector<Octets> plain_requests;  // and what was in them

    std::optional<Octets> operator()(Bytes request) {
        requests.push_back(to_octets(request));
        if (request[0] == 0x60) return associate(request);
        if (request[0] == 0x62) return release(request);
        auto plain = unprotected(request);
        if (!plain) return exception(plain.error());
        plain_requests.push_back(*plain);
        Octets answer = (*plain)[0] == 0xC3 ? reply(*plain) : get;
        if (answer.size() > 2) answer[2] = (*plain)[2];
        before_protecting(answer);
        Octets octets = security_.protects() ? protected_as(request, answer) : answer;
        before_sending(octets);
        return octets;
    }

  private:
    struct Refused {
        dlms::ServiceError why;
    };

    sec::CipherKeys keys(bool dedicated, const SystemTitle& sender) const {
        return {dedicated ? dedicated_ : global_, security_.authentication_key, sender, security_.suite};
    }
    sec::HlsExchange exchange() const {
        return {security_.mechanism, client_challenge_, challenge, client_title, server_title};
    }
    static bool is_dedicated(std::uint8_t tag) {
        return (tag >= 0x41 && tag <= 0x4E) || (tag >= 0xD0 && tag <= 0xD7) || tag == 0xDC;
    }
    static Octets exception(const Refused& refused) {
        return encoded(8, [&](ByteWriter& out) {
            write(out, dlms::ExceptionResponse{dlms::StateError::service_not_allowed, refused.why, 0});
        });
    }

    Result<Octets, Refused> unprotected(Bytes request) {
        if (!security_.protects()) return to_octets(request);
        const auto message = sec::read_ciphered(request);
        if (!message) return fail(Refused{dlms::ServiceError::deciphering_error});
        Octets room(request.size());
        const auto plain =
            sec::unprotect(*message, keys(is_dedicated(request[0]), client_title), security_.protection, room);
        if (!plain) return fail(Refused{dlms::ServiceError::deciphering_error});
        if (!is_dedicated(request[0])) {
            if (message->invocation_counter < lowest_counter) {
                return fail(Refused{dlms::ServiceError::invocation_counter_error});
            }
            lowest_counter = message->invocation_counter + 1;
        }
        return to_octets(*plain);
    }

    // As the request was.
    Octets protected_as(Bytes request, Bytes answer) {
        sec::Envelope around;
        around.tag = static_cast<dlms::ApduTag>(request[0]);
        const bool dedicated = is_dedicated(request[0]);
        if (const auto own =
                sec::ciphered_tag(dedicated ? sec::ServiceKey::dedicated : sec::ServiceKey::global, answer[0]);
            own && request[0] < 0xDB) {
            around.tag = *own;
        } else if (request[0] == 0xDD) {
            around.header.originator_title = server_title;
            around.header.recipient_title = client_title;
            around.key_info = sec::IdentifiedKey{0};
        } else {
            around.system_title = server_title;
        }
        return protect(around, answer, dedicated);
    }
    Octets protect(const sec::Envelope& around, Bytes plain, bool dedicated) {
        return encoded(plain.size() + 128, [&](ByteWriter& out) {
            EXPECT_TRUE(sec::protect(out, around, sec::SecurityControl::make(security_.suite, security_.protection),
                                     counter++, keys(dedicated, server_title), plain));
        });
    }

    std::optional<Octets> associate(Bytes request) {
        const auto aarq = dlms::read_aarq(request);
        EXPECT_TRUE(aarq);
        client_challenge_ = to_octets(aarq->authentication_value);
        if (reflects_challenge) challenge = client_challenge_;
        Octets initiate = to_octets(aarq->user_information);
        if (security_.protects()) {
            auto plain = unprotected(initiate);
            if (!plain) return hex("6117A109060760857405080103A203020101A305A10302010D");
            initiate = *plain;
        }
        const auto wanted = dlms::read_initiate_request(initiate);
        EXPECT_TRUE(wanted);
        (void)dedicated_.set(wanted->dedicated_key);
        Octets response = encoded(32, [&](ByteWriter& out) {
            dlms::InitiateResponse answer;
            answer.conformance = wanted->conformance & conformance;
            answer.server_max_receive_pdu_size = 0x400;
            write(out, answer);
        });
        if (security_.protects()) {
            sec::Envelope around;
            around.tag = dlms::ApduTag::glo_initiate_response;
            response = protect(around, response, false);
        }
        before_protecting(response);
        const bool high = security_.is_high_level();
        dlms::Aare aare;
        aare.context = context == 0 ? aarq->context : context;
        aare.result = dlms::AssociationResult::accepted;
        aare.diagnostic = high ? dlms::UserDiagnostic::authentication_required : dlms::UserDiagnostic::none;
        if (diagnostic != dlms::UserDiagnostic::none) aare.diagnostic = dlms::UserDiagnostic::no_reason;
        if (security_.is_titled()) aare.responding_ap_title = says_title;
        if (high) {
            aare.mechanism = mechanism == 0 ? *aarq->mechanism : mechanism;
            aare.authentication_value = challenge;
        }
        aare.user_information = response;
        return encoded(400, [&](ByteWriter& out) { write(out, aare); });
    }

    std::optional<Octets> release(Bytes request) {
        const auto release = dlms::read_rlrq(request);
        EXPECT_TRUE(release);
        if (!security_.protects()) return hex("6303800100");
        EXPECT_TRUE(unprotected(release->user_information)) << "a release that anybody could have asked for";
        return hex("6303800100");
    }

    // Pass 4.
    Octets reply(Bytes action) {
        // C3 01 invoke-id, class, instance and method, the flag of the parameters, octet-string.
        constexpr std::size_t head = 3 + 9 + 1 + 2;
        const Bytes proof = action.subspan(head);
        std::optional<sec::HlsValue> value;
        bool right = false;
        switch (security_.mechanism) {
            case dlms::Mechanism::high_level_gmac:
                right =
                    sec::check_hls_gmac(exchange(), sec::Role::client, keys(false, client_title), proof).has_value();
                value = sec::hls_gmac(exchange(), sec::Role::server, keys(false, server_title), counter++);
                break;
            case dlms::Mechanism::high_level_ecdsa: {
                const auto curve = *sec::curve_of(security_.suite);
                right = sec::is_hls_ecdsa(exchange(), sec::Role::client, curve, client_public_key, proof);
                value = sec::hls_ecdsa(exchange(), sec::Role::server, curve, server_private_key, random_);
                break;
            }
            default:
                right = sec::is_hls_digest(exchange(), sec::Role::client, security_.secret, proof);
                value = sec::hls_digest(exchange(), sec::Role::server, security_.secret);
                break;
        }
        if (!right || !value) return hex("C701C10300");
        Octets octets = to_octets(*value);
        on_proof(octets);
        Octets answer = hex("C701C1000100 09");
        answer.push_back(static_cast<std::uint8_t>(octets.size()));
        append(answer, octets);
        return answer;
    }

    Security security_;
    sec::GcmKey global_;
    sec::GcmKey dedicated_;
    Octets client_challenge_;
    KnownRandom random_;

  public:
    // Of mechanism 7.
    sec::PublicKey client_public_key;
    sec::PrivateKey server_private_key;
};

}  // namespace blathy::station::test
