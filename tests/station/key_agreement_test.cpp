// C(2e, 0s), as IC 64 has it: the client against the other end of the agreement.
#include "station/key_agreement.hpp"

#include "dlms/security/key_agreement.hpp"

#include "tests/station/security_support.hpp"

namespace blathy::station::test {
namespace {

using sec::Curve;

class AgreedKeys : public testing::TestWithParam<Suite> {
  protected:
    const Suite suite = GetParam();
    const Curve curve = *sec::curve_of(suite);
    KnownRandom random;
    const sec::KeyPair client_pair = sec::generate_key_pair(curve, random).value();
    const sec::KeyPair meter_pair = sec::generate_key_pair(curve, random).value();
    const AgreementParties parties{suite, client_title, server_title, client_pair.private_key, meter_pair.public_key};
    const std::vector<GlobalKey> all = {GlobalKey::unicast, GlobalKey::broadcast, GlobalKey::authentication,
                                        GlobalKey::master};

    // What a meter answers, and the keys that it has then.
    struct Answer {
        Value value;
        std::vector<Octets> keys;
    };
    Answer answer(const Value& parameters) { return answer(parameters, meter_pair.private_key); }
    Answer answer(const Value& parameters, const sec::PrivateKey& signing_key) {
        Answer made;
        Value::Items items;
        for (const Value& each : *parameters.items()) {
            const auto id = static_cast<std::uint8_t>(*each.items()->at(0).integer());
            const auto party = sec::verify_public_key(curve, client_pair.public_key, id, *each.items()->at(1).octets());
            EXPECT_TRUE(party) << int{id};
            const auto own = sec::generate_key_pair(curve, random).value();
            const auto z = sec::agree(curve, own.private_key, party.value_or(sec::PublicKey{}), random);
            EXPECT_TRUE(z);
            const bool is_long = suite == Suite::p384_aes256_gcm;
            const auto use = id == 3 ? (is_long ? sec::AgreedKeyUse::aes_wrap_256 : sec::AgreedKeyUse::aes_wrap_128)
                                     : (is_long ? sec::AgreedKeyUse::aes_gcm_256 : sec::AgreedKeyUse::aes_gcm_128);
            made.keys.push_back(to_octets(sec::derive_key(curve, *z, use, client_title, server_title)));
            items.push_back(structure_value({unsigned_value(dlms::DataTag::enumerated, id),
                                             octet_string_value(to_octets(*sec::sign_public_key(
                                                 curve, signing_key, id, own.public_key, random)))}));
        }
        made.value = array_value(std::move(items));
        return made;
    }
};
INSTANTIATE_TEST_SUITE_P(Suites, AgreedKeys, testing::Values(Suite::p256_aes128_gcm, Suite::p384_aes256_gcm),
                         [](const auto& of) { return "Suite" + std::to_string(static_cast<int>(of.param)); });

TEST_P(AgreedKeys, AreTheSameOnBothSides) {
    const auto agreement = KeyAgreement::make(parties, all, random);
    ASSERT_TRUE(agreement) << agreement.error().text;
    const Answer meter = answer(agreement->parameters());
    const auto keys = agreement->finish(meter.value);
    ASSERT_TRUE(keys) << keys.error().text;
    ASSERT_EQ(keys->size(), 4U);
    for (std::size_t i = 0; i < keys->size(); ++i) {
        EXPECT_EQ(hex_text(keys->at(i)), hex_text(meter.keys[i]));
        EXPECT_EQ(keys->at(i).size(), sec::key_size(suite));
    }
    // A meter that answers in another order.
    Value turned = meter.value;
    std::swap(std::get<Value::Items>(turned.payload).front(), std::get<Value::Items>(turned.payload).back());
    const auto again = agreement->finish(turned);
    ASSERT_TRUE(again);
    EXPECT_EQ(hex_text(again->front()), hex_text(meter.keys.front()));
}

TEST_P(AgreedKeys, AreNewEachTime) {
    const std::vector<GlobalKey> one = {GlobalKey::unicast};
    EXPECT_NE(encode(KeyAgreement::make(parties, one, random)->parameters()),
              encode(KeyAgreement::make(parties, one, random)->parameters()));
}

TEST_P(AgreedKeys, OnlyTheMetersOwnAnswerIsTaken) {
    const std::vector<GlobalKey> two = {GlobalKey::unicast, GlobalKey::authentication};
    const auto agreement = KeyAgreement::make(parties, two, random);
    ASSERT_TRUE(agreement);
    const auto refused = [&](const Value& value, std::string_view because) {
        const auto keys = agreement->finish(value);
        ASSERT_FALSE(keys);
        EXPECT_EQ(keys.error().kind, ErrorKind::security);
        EXPECT_NE(keys.error().text.find(because), std::string::npos) << keys.error().text;
    };
    const Value good = answer(agreement->parameters()).value;
    // Somebody else's signature, and every octet of the meter's.
    refused(answer(agreement->parameters(), client_pair.private_key).value, "wrong signature");
    const std::size_t octets = good.items()->at(0).items()->at(1).octets()->size();
    for (std::size_t i = 0; i < octets; i += 7) {
        Value bad = good;
        auto& first = std::get<Value::Items>(std::get<Value::Items>(bad.payload)[0].payload)[1];
        std::get<Octets>(first.payload)[i] ^= 0x10;
        refused(bad, "wrong signature");
    }
    // What was signed for another key.
    Value mixed = good;
    auto& items = std::get<Value::Items>(mixed.payload);
    std::swap(std::get<Value::Items>(items[0].payload)[1], std::get<Value::Items>(items[1].payload)[1]);
    refused(mixed, "wrong signature");
    // Too few, too many, the same twice, and nothing of the kind.
    Value one = good;
    std::get<Value::Items>(one.payload).pop_back();
    refused(one, "one ephemeral key for each");
    Value three = good;
    std::get<Value::Items>(three.payload).push_back(items[0]);
    refused(three, "one ephemeral key for each");
    Value twice = good;
    std::get<Value::Items>(twice.payload)[1] = std::get<Value::Items>(twice.payload)[0];
    refused(twice, "one ephemeral key for each");
    refused(null_value(), "one ephemeral key for each");
    refused(value_of("0102 0202 1600 1100 0202 1602 1100"), "one ephemeral key for each");
}

TEST_P(AgreedKeys, SayWhatIsMissing) {
    const auto says = [&](const AgreementParties& of, const std::vector<GlobalKey>& keys) {
        const auto made = KeyAgreement::make(of, keys, random);
        EXPECT_FALSE(made);
        return made ? std::string() : made.error().text;
    };
    AgreementParties wrong = parties;
    wrong.suite = Suite::aes128_gcm;
    EXPECT_NE(says(wrong, all).find("suite 0"), std::string::npos);
    wrong = parties;
    wrong.signing_key = {};
    EXPECT_NE(says(wrong, all).find("needs the client's signing key"), std::string::npos);
    wrong = parties;
    wrong.server_signing_key = {};
    EXPECT_NE(says(wrong, all).find("the meter's public one"), std::string::npos);
    wrong = parties;
    wrong.suite = suite == Suite::p256_aes128_gcm ? Suite::p384_aes256_gcm : Suite::p256_aes128_gcm;
    EXPECT_NE(says(wrong, all).find("of the curve"), std::string::npos);
    EXPECT_FALSE(says(parties, {}).empty());
    EXPECT_FALSE(says(parties, {GlobalKey::unicast, GlobalKey::unicast}).empty());
}

TEST(AgreedKeysOf, AClientThatDoesNotSignAreNone) {
    const Security security = security_of(dlms::Mechanism::high_level_gmac, Protection::authenticated_and_encrypted);
    SecuredMeter meter(security);
    Options options;
    options.association.security = security;
    auto client = Client::associate(std::make_unique<FunctionLink>(std::ref(meter)), options);
    ASSERT_TRUE(client) << client.error().text;
    const std::vector<GlobalKey> one = {GlobalKey::unicast};
    const std::size_t asked = meter.plain_requests.size();
    const auto keys = agree_on_keys(*client, 0, one);
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().error.kind, ErrorKind::usage);
    EXPECT_FALSE(keys.error().may_have_changed);
    EXPECT_EQ(meter.plain_requests.size(), asked) << "nothing was asked";
}

}  // namespace
}  // namespace blathy::station::test
