// Secured associations: the Green Book's examples octet by octet, every way to protect, and meters that lie.
#include <gmock/gmock.h>

#include "dlms/block_transfer/block_transfer.hpp"
#include "station/client.hpp"

#include "tests/station/security_support.hpp"

namespace blathy::station {
namespace {

namespace sec = dlms::security;
using dlms::Mechanism;
using dlms::Obis;
using test::clock_time;
using test::FunctionLink;
using test::hex;
using test::KnownRandom;
using test::SecuredMeter;
using test::security_of;
using testing::HasSubstr;

constexpr auto both = Protection::authenticated_and_encrypted;

std::unique_ptr<SecuritySession> session_of(Security security, KnownRandom& random) {
    auto session = SecuritySession::make(std::move(security), random);
    EXPECT_TRUE(session) << session.error().text;
    return session ? std::move(*session) : nullptr;
}

Result<Client, Error> connect(SecuredMeter& meter, const Security& security, bool reliable = true) {
    Options options;
    options.association.security = security;
    options.link.retries = 1;
    return Client::associate(std::make_unique<FunctionLink>(std::ref(meter), reliable), options);
}

// The octets of Green Book 9.2.7.2.5, with the meter's title as the sender's.
TEST(Security, ProtectsAsInTheGreenBook) {
    const struct {
        Protection protection;
        const char* octets;
    } cases[] = {
        {Protection::authenticated, "C81E1001234567C0010000080000010000FF020006725D910F9221D263877516"},
        {Protection::encrypted, "C8122001234567411312FF935A47566827C467BC"},
        {both, "C81E3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B"},
    };
    for (const auto& example : cases) {
        Security security = security_of(Mechanism::none, example.protection, 0x01234567);
        security.client_title = test::server_title;
        security.server_title.reset();
        KnownRandom random;
        const auto session = session_of(security, random);
        const auto octets = session->protect(hex("C0010000080000010000FF0200"));
        ASSERT_TRUE(octets);
        EXPECT_EQ(hex_text(*octets), example.octets);
    }
}

TEST(Security, AsksAsInTheGreenBook) {
    Security security = security_of(Mechanism::low_level, both, 0x01234567);
    security.secret = to_octets(as_bytes("12345678"));
    security.client_title = test::server_title;
    security.server_title.reset();
    security.dedicated_key = true;
    KnownRandom random(hex("00112233445566778899AABBCCDDEEFF"));
    const auto session = session_of(security, random);
    const auto initiate =
        session->protect_initiate(hex("01011000112233445566778899AABBCCDDEEFF0000065F1F0400007E1F04B0"));
    ASSERT_TRUE(initiate);
    EXPECT_EQ(hex_text(*initiate),
              "21303001234567801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB204D39EE6FDB8E356855");
    EXPECT_EQ(hex_text(session->dedicated_key()), "00112233445566778899AABBCCDDEEFF");
}

TEST(Security, TakesTheInitiateResponseOfTheGreenBook) {
    KnownRandom random;
    const auto session = session_of(security_of(Mechanism::none, both), random);
    dlms::Aare aare;
    aare.responding_ap_title = test::server_title;
    ASSERT_TRUE(session->take(aare));
    const Octets apdu = hex("281F3001234567891214A0845E475714383F65BC19745CA235906525E4F3E1C893");
    const auto initiate = session->open_initiate(apdu);
    ASSERT_TRUE(initiate) << initiate.error().text;
    EXPECT_EQ(hex_text(*initiate),
              "0800065F1F040000"
              "7C1F04000007");
    EXPECT_THAT(session->open_initiate(apdu).error().text, HasSubstr("used before")) << "the same once more";
}

TEST(Security, ProvesItselfAsInTheGreenBook) {
    Security security = security_of(Mechanism::high_level_gmac, Protection::none);
    KnownRandom random(hex("4B35366956616759"));
    const auto session = session_of(security, random);
    EXPECT_EQ(session->authentication_value().size(), 16U) << "longer than the example's, which is checked below";

    dlms::Aare aare;
    aare.responding_ap_title = test::server_title;
    aare.diagnostic = dlms::UserDiagnostic::authentication_required;
    aare.mechanism = 5;
    const Octets challenge = hex("503677524A323146");
    aare.authentication_value = challenge;
    ASSERT_TRUE(session->take(aare));
    const auto proof = session->proof();
    ASSERT_TRUE(proof);
    EXPECT_EQ(hex_text(*proof), "10000000011A52FE7DD3E72748973C1E28");
}

struct Way {
    Mechanism mechanism;
    Protection protection;
    CipherForm form = CipherForm::service;
    bool dedicated_key = false;
    Suite suite = Suite::aes128_gcm;
    const char* request_begins = "C0";
};
class Secured : public testing::TestWithParam<Way> {
  protected:
    static Security security() {
        const Way& way = GetParam();
        Security security = security_of(way.mechanism, way.protection);
        security.form = way.form;
        security.dedicated_key = way.dedicated_key;
        security.suite = way.suite;
        security.secret = to_octets(as_bytes("a secret of the meter"));
        if (way.suite == Suite::p384_aes256_gcm) {
            security.encryption_key =
                Security::Key(hex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"));
            security.authentication_key =
                Security::Key(hex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEF"));
        }
        return security;
    }
};

TEST_P(Secured, ReadsAndReleases) {
    Security client_side = security();
    KnownRandom random;
    std::optional<sec::KeyPair> client_keys;
    std::optional<sec::KeyPair> server_keys;
    if (client_side.mechanism == Mechanism::high_level_ecdsa) {
        client_keys = sec::generate_key_pair(*sec::curve_of(client_side.suite), random);
        server_keys = sec::generate_key_pair(*sec::curve_of(client_side.suite), random);
        ASSERT_TRUE(client_keys && server_keys);
        client_side.signing_key = client_keys->private_key;
        client_side.server_signing_key = server_keys->public_key;
    }
    SecuredMeter meter(client_side);
    if (server_keys) {
        meter.client_public_key = client_keys->public_key;
        meter.server_private_key = server_keys->private_key;
        meter.challenge = Octets(32, 0x5A);
    }
    auto client = connect(meter, client_side);
    ASSERT_TRUE(client) << client.error().text;
    for (int i = 0; i < 3; ++i) {
        const auto value = client->get(clock_time);
        ASSERT_TRUE(value) << value.error().text;
        EXPECT_EQ(value->integer(), 5);
    }
    EXPECT_EQ(hex_text(meter.plain_requests.back()).substr(6), "00080000010000FF0200");
    EXPECT_THAT(hex_text(meter.requests.back()), testing::StartsWith(GetParam().request_begins));
    client->close();
    EXPECT_EQ(meter.requests.back().front(), 0x62);
}

INSTANTIATE_TEST_SUITE_P(
    Security, Secured,
    testing::Values(
        Way{Mechanism::low_level, both, CipherForm::service, false, Suite::aes128_gcm, "C8"},
        Way{Mechanism::high_level_md5, Protection::none}, Way{Mechanism::high_level_sha1, Protection::none},
        Way{Mechanism::high_level_sha256, Protection::none}, Way{Mechanism::high_level_gmac, Protection::none},
        Way{Mechanism::high_level_gmac, Protection::authenticated, CipherForm::service, false, Suite::aes128_gcm,
            "C81E10"},
        Way{Mechanism::high_level_gmac, Protection::encrypted, CipherForm::service, false, Suite::aes128_gcm, "C81220"},
        Way{Mechanism::high_level_gmac, both, CipherForm::service, false, Suite::aes128_gcm, "C81E30"},
        Way{Mechanism::high_level_gmac, both, CipherForm::service, true, Suite::aes128_gcm, "D01E30"},
        Way{Mechanism::high_level_gmac, both, CipherForm::general, false, Suite::aes128_gcm, "DB084D4D4D0000000001"},
        Way{Mechanism::high_level_gmac, both, CipherForm::general, true, Suite::aes128_gcm, "DC084D4D4D0000000001"},
        Way{Mechanism::high_level_gmac, both, CipherForm::header, false, Suite::aes128_gcm, "DD08"},
        Way{Mechanism::high_level_gmac, both, CipherForm::service, false, Suite::p256_aes128_gcm, "C81E31"},
        Way{Mechanism::high_level_gmac, both, CipherForm::service, false, Suite::p384_aes256_gcm, "C81E32"},
        Way{Mechanism::high_level_sha256, both, CipherForm::service, false, Suite::p256_aes128_gcm, "C81E31"},
        Way{Mechanism::high_level_ecdsa, both, CipherForm::service, false, Suite::p256_aes128_gcm, "C81E31"},
        Way{Mechanism::high_level_ecdsa, both, CipherForm::service, false, Suite::p384_aes256_gcm, "C81E32"}));

// What a hostile or broken meter does, and what the client says of it.
struct Lie {
    const char* name;
    std::function<void(SecuredMeter&)> tell;
    const char* says;
};
void PrintTo(const Lie& lie, std::ostream* out) {
    *out << lie.name;
}

class LyingWhileAssociating : public testing::TestWithParam<Lie> {};

TEST_P(LyingWhileAssociating, IsRefused) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    GetParam().tell(meter);
    const auto client = connect(meter, security);
    ASSERT_FALSE(client);
    EXPECT_THAT(client.error().text, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Security, LyingWhileAssociating,
    testing::Values(
        Lie{"plain context", [](SecuredMeter& meter) { meter.context = 1; }, "another application context"},
        Lie{"lower mechanism", [](SecuredMeter& meter) { meter.mechanism = 1; }, "another authentication mechanism"},
        Lie{"other high-level mechanism", [](SecuredMeter& meter) { meter.mechanism = 3; },
            "another authentication mechanism"},
        Lie{"no proof", [](SecuredMeter& meter) { meter.diagnostic = dlms::UserDiagnostic::no_reason; },
            "without proving itself"},
        Lie{"own challenge", [](SecuredMeter& meter) { meter.reflects_challenge = true; }, "the client's own"},
        Lie{"short challenge", [](SecuredMeter& meter) { meter.challenge = hex("01020304050607"); }, "too short"},
        Lie{"no challenge", [](SecuredMeter& meter) { meter.challenge.clear(); }, "too short"},
        Lie{"another meter", [](SecuredMeter& meter) { meter.says_title[7] ^= 1U; }, "another meter answers"},
        Lie{"wrong proof", [](SecuredMeter& meter) { meter.on_proof = [](Octets& proof) { proof.back() ^= 1U; }; },
            "does not prove itself"},
        Lie{"no proof at all", [](SecuredMeter& meter) { meter.on_proof = [](Octets& proof) { proof.clear(); }; },
            "does not prove itself"},
        Lie{"an old counter in the proof",
            [](SecuredMeter& meter) { meter.on_proof = [](Octets& proof) { proof[4] ^= 1U; }; },
            "does not prove itself"},
        Lie{"unprotected initiate-response",
            [](SecuredMeter& meter) {
                meter.before_protecting = [](Octets& octets) {
                    if (octets[0] == 0x28) octets = hex("0800065F1F040000501F01F40007");
                };
            },
            "without protection"},
        Lie{"altered initiate-response",
            [](SecuredMeter& meter) {
                meter.before_protecting = [](Octets& octets) {
                    if (octets[0] == 0x28) octets.back() ^= 1U;
                };
            },
            "wrong authentication tag"}));

TEST(Security, TheClientsOwnProofIsNoProofOfTheMeter) {
    const Security security = security_of(Mechanism::high_level_gmac, Protection::none);
    SecuredMeter meter(security);
    meter.on_proof = [&](Octets& proof) {
        const Octets& action = meter.requests.back();
        proof.assign(action.begin() + 15, action.end());
    };
    EXPECT_THAT(connect(meter, security).error().text, HasSubstr("does not prove itself"));
}

TEST(Security, GeneralCipheringHasToBeAgreedOn) {
    Security security = security_of(Mechanism::high_level_gmac, both);
    security.form = CipherForm::general;
    SecuredMeter meter(security);
    meter.conformance = dlms::Conformance::from_bits(0x00FFFF);
    const auto client = connect(meter, security);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, ErrorKind::not_negotiated);
}

class LyingAfterwards : public testing::TestWithParam<Lie> {};

TEST_P(LyingAfterwards, IsRefused) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    auto client = connect(meter, security);
    ASSERT_TRUE(client) << client.error().text;
    ASSERT_TRUE(client->get(clock_time));
    GetParam().tell(meter);
    const auto value = client->get(clock_time);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().kind, ErrorKind::security);
    EXPECT_THAT(value.error().text, HasSubstr(GetParam().says));
}

std::function<void(SecuredMeter&)> sending(std::function<void(Octets&)> change) {
    return [change](SecuredMeter& meter) { meter.before_sending = change; };
}

INSTANTIATE_TEST_SUITE_P(
    Security, LyingAfterwards,
    testing::Values(Lie{"plain", sending([](Octets& octets) { octets = hex("C401C1001105"); }), "without protection"},
                    Lie{"counter goes back", [](SecuredMeter& meter) { meter.counter = 0x100; }, "used before"},
                    Lie{"wrong tag", sending([](Octets& octets) { octets.back() ^= 0x80U; }),
                        "wrong authentication tag"},
                    Lie{"encrypted only", sending([](Octets& octets) {
                            octets.resize(octets.size() - sec::tag_size);
                            octets[1] = static_cast<std::uint8_t>(octets.size() - 2);
                            octets[2] = 0x20;
                        }),
                        "protected less"},
                    Lie{"another suite", sending([](Octets& octets) { octets[2] = 0x31; }), "another security suite"},
                    Lie{"compressed", sending([](Octets& octets) { octets[2] = 0xB0; }), "compressed"},
                    Lie{"broadcast key", sending([](Octets& octets) { octets[2] = 0x70; }), "broadcast key"},
                    Lie{"dedicated key", sending([](Octets& octets) { octets[0] = 0xD4; }), "does not have"},
                    Lie{"another service", sending([](Octets& octets) { octets[0] = 0xCD; }), "something else"},
                    Lie{"cut short", sending([](Octets& octets) { octets.pop_back(); }), "malformed"},
                    Lie{"notification for an answer", sending([](Octets& octets) {
                            octets = hex("E0");
                            octets[0] = 0xC4;
                        }),
                        "without protection"}));

TEST(Security, AnAnswerIsNotTakenTwice) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    auto client = connect(meter, security);
    ASSERT_TRUE(client);
    Octets kept;
    meter.before_sending = [&](Octets& octets) { kept = octets; };
    ASSERT_TRUE(client->get(clock_time));
    meter.before_sending = [&](Octets& octets) { octets = kept; };
    EXPECT_THAT(client->get(clock_time).error().text, HasSubstr("used before"));
}

TEST(Security, NoOctetOfAnAnswerCanBeAltered) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    auto client = connect(meter, security);
    ASSERT_TRUE(client);
    std::size_t size = 1;
    for (std::size_t at = 0; at < size; ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            meter.before_sending = [&](Octets& octets) {
                size = octets.size();
                octets[at] = static_cast<std::uint8_t>(octets[at] ^ (1U << bit));
            };
            EXPECT_FALSE(client->get(clock_time)) << "octet " << at << " bit " << bit;
        }
    }
    EXPECT_EQ(size, 25U);
    meter.before_sending = [](Octets&) {};
    EXPECT_TRUE(client->get(clock_time)) << "what was refused does no harm";
}

TEST(Security, AnUnprotectedNotificationInACipheredAssociationIsNotBelieved) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    auto client = connect(meter, security);
    ASSERT_TRUE(client);
    int notifications = 0;
    client->on_notification([&](const Notification&) { ++notifications; });
    meter.before_sending = [](Octets& octets) { octets = hex("0F 00000001 00 1105"); };
    EXPECT_EQ(client->get(clock_time).error().kind, ErrorKind::timeout);
    EXPECT_EQ(notifications, 0);
    meter.before_sending = [](Octets&) {};
    meter.before_protecting = [](Octets& octets) { octets = hex("C20000080000010000FF021105"); };
    EXPECT_EQ(client->get(clock_time).error().kind, ErrorKind::timeout);
    EXPECT_EQ(notifications, 1);
}

TEST(Security, EachRepetitionOfADatagramIsANewMessage) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    bool lost = true;
    Options options;
    options.association.security = security;
    options.link.retries = 2;
    const auto forgetful = [&](Bytes request) {
        auto answer = meter(request);
        if (request[0] == 0xC8 && std::exchange(lost, false)) answer.reset();
        return answer;
    };
    auto client = Client::associate(std::make_unique<FunctionLink>(forgetful, false), options);
    ASSERT_TRUE(client) << client.error().text;
    EXPECT_TRUE(client->get(clock_time));
    ASSERT_EQ(meter.requests.size(), 4U);
    EXPECT_NE(meter.requests[2], meter.requests[3]);
    EXPECT_EQ(meter.plain_requests[1], meter.plain_requests[2]);
}

TEST(Security, NoCounterIsUsedTwice) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    std::vector<std::uint32_t> counters;
    for (int i = 0; i < 3; ++i) {
        auto client = connect(meter, security);
        ASSERT_TRUE(client) << client.error().text;
        ASSERT_TRUE(client->get(clock_time));
    }
    for (const Octets& request : meter.requests) {
        if (request[0] == 0x60 || request[0] == 0x62) continue;
        counters.push_back(ByteReader(Bytes(request).subspan(3)).u32());
    }
    EXPECT_EQ(counters.size(), 6U);
    EXPECT_TRUE(std::is_sorted(counters.begin(), counters.end(), std::less_equal<>()));
}

TEST(Security, RequestsFitTheMeterOnceTheyAreProtected) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    auto client = connect(meter, security);
    ASSERT_TRUE(client);
    // 0x400 less the tag, a system title where it has to be general-glo, three octets of length, security control,
    // counter and authentication tag.
    EXPECT_EQ(client->context().max_request_octets, 0x400U - 1 - 9 - 3 - 5 - 12);
    meter.get = hex("C501C100");
    ASSERT_TRUE(client->set(clock_time, octet_string_value(Octets(970))));
    EXPECT_LE(meter.requests.back().size(), 0x400U);
    EXPECT_GE(meter.requests.back().size(), 0x3E0U);
}

TEST(Security, SaysWhatIsMissing) {
    const struct {
        std::function<void(Security&)> spoil;
        const char* says;
    } cases[] = {
        {[](Security& security) { security.encryption_key = {}; }, "16 octets"},
        {[](Security& security) { security.suite = Suite::p384_aes256_gcm; }, "of suite 2 32"},
        {[](Security& security) { security.counters = nullptr; }, "invocation counters"},
        {[](Security& security) { security.mechanism = Mechanism::high_level_sha256; }, "password or secret"},
        {[](Security& security) { security.mechanism = Mechanism::high_level_ecdsa; }, "suite 1 or 2"},
        {[](Security& security) { security.mechanism = Mechanism::high_level_manufacturer; }, "manufacturer"},
        {[](Security& security) {
             security.dedicated_key = true;
             security.protection = Protection::authenticated;
         },
         "encrypted"},
        {[](Security& security) { security.client_title = test::server_title; }, "same system title"},
    };
    for (const auto& each : cases) {
        Security security = security_of(Mechanism::high_level_gmac, both);
        each.spoil(security);
        SecuredMeter meter(security);
        const auto client = connect(meter, security);
        ASSERT_FALSE(client) << each.says;
        EXPECT_EQ(client.error().kind, ErrorKind::usage);
        EXPECT_THAT(client.error().text, HasSubstr(each.says));
        EXPECT_TRUE(meter.requests.empty());
    }
}

TEST(Security, AMeterCantUseAKeyUp) {
    MemoryCounters counters(10);
    EXPECT_EQ(counters.advance_to(20), true);
    EXPECT_EQ(counters.advance_to(5), false);
    EXPECT_EQ(counters.take(), 20U);
    EXPECT_FALSE(counters.advance_to(0xFFFF'FFF0));
    EXPECT_EQ(counters.take(), 21U);
    MemoryCounters last(dlms::security::last_counter);
    EXPECT_THAT(last.take().error().text, HasSubstr("come to its end"));
}

TEST(Security, LongValuesComeInCipheredBlocks) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    auto client = connect(meter, security);
    ASSERT_TRUE(client);
    meter.before_protecting = [&](Octets& answer) {
        const bool is_first = meter.plain_requests.back()[1] == 1;
        const std::uint8_t invoke = meter.plain_requests.back()[2];
        answer = is_first ? hex("C402C100 00000001 00 03 090401") : hex("C402C101 00000002 00 03 020304");
        answer[2] = invoke;
    };
    const auto value = client->get(clock_time);
    ASSERT_TRUE(value) << value.error().text;
    EXPECT_EQ(*value->octets(), hex("01020304"));
    EXPECT_EQ(hex_text(meter.plain_requests.back()).substr(0, 4), "C002");
    EXPECT_EQ(meter.requests.back()[0], 0xC8);
}

// Carries ciphered APDUs in general blocks both ways, as the Green Book puts the two together (9.4.6.13).
class BlockLink : public Link {
  public:
    explicit BlockLink(SecuredMeter& meter) : meter_(meter), room_(100'000), transfer_(room_, {50, 4, 0, 3}) {}

    Result<void, Error> send(Bytes apdu, const Deadline&) override {
        if (apdu[0] != 0xE0) {
            answers_.push_back(meter_(apdu).value());
            return {};
        }
        const auto block = dlms::read_general_block(apdu);
        if (dlms::BlockTransfer::begins_exchange(*block) && transfer_.all_sent()) transfer_.reset();
        if (transfer_.receive(*block, now_ms_ += 10'000) == dlms::BlockTransfer::Event::message) {
            response_ = meter_(transfer_.message()).value();
            transfer_.send(response_, dlms::BlockTransfer::Service::response);
        }
        std::array<std::uint8_t, 256> room{};
        while (transfer_.due()) {
            ByteWriter writer(room);
            EXPECT_TRUE(transfer_.next(writer, now_ms_));
            answers_.push_back(to_octets(writer.written()));
            ++blocks;
        }
        return {};
    }
    Result<Bytes, Error> receive(const Deadline&) override {
        if (answers_.empty()) return fail(timeout_error("silence"));
        current_ = std::move(answers_.front());
        answers_.pop_front();
        return Bytes(current_);
    }
    [[nodiscard]] bool is_reliable() const override { return true; }
    [[nodiscard]] bool is_half_duplex() const override { return true; }

    unsigned blocks = 0;

  private:
    SecuredMeter& meter_;
    Octets room_;
    Octets response_;
    dlms::BlockTransfer transfer_;
    std::deque<Octets> answers_;
    Octets current_;
    std::uint32_t now_ms_ = 0;
};

TEST(Security, GeneralBlocksCarryCipheredApdus) {
    const Security security = security_of(Mechanism::high_level_gmac, both);
    SecuredMeter meter(security);
    Options options;
    options.association.security = security;
    options.association.block_window = 4;
    auto link = std::make_unique<BlockLink>(meter);
    BlockLink* const blocks = link.get();
    auto client = Client::associate(std::move(link), options);
    ASSERT_TRUE(client) << client.error().text;
    EXPECT_TRUE(client->context().uses_general_blocks());
    Octets value = encode(octet_string_value(Octets(5000, 0x5A)));
    meter.get = hex("C401C100");
    append(meter.get, value);
    const auto read = client->get(clock_time);
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(*read->octets(), Octets(5000, 0x5A));
    EXPECT_GT(blocks->blocks, 100U);
    meter.before_sending = [](Octets& octets) { octets[2500] ^= 1U; };
    EXPECT_THAT(client->get(clock_time).error().text, HasSubstr("wrong authentication tag"));
}

}  // namespace
}  // namespace blathy::station
