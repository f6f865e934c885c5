// The pre-established client: what it sends, and that it expects nothing back.
#include "dlms/security/signing.hpp"

#include "tests/station/security_support.hpp"

namespace blathy::station::test {
namespace {

const dlms::AttributeDescriptor time_zone{8, dlms::Obis(0, 0, 1, 0, 0), 3};

class Broadcast : public testing::Test {
  protected:
    Broadcast() {
        security = security_of(dlms::Mechanism::none, Protection::authenticated_and_encrypted, 7);
        security.key_set = sec::KeySet::broadcast;
        security.server_title.reset();
    }
    Result<Client, Error> open() {
        Options options;
        options.association.security = security;
        return Client::broadcast(std::make_unique<FunctionLink>([this](Bytes apdu) -> std::optional<Octets> {
                                     sent.push_back(to_octets(apdu));
                                     return std::nullopt;
                                 }),
                                 options);
    }
    // What is inside, for whoever has the broadcast key.
    std::string plain(const Octets& apdu) const {
        const auto message = sec::read_ciphered(apdu);
        if (!message) return "not ciphered";
        EXPECT_EQ(message->control.key_set(), sec::KeySet::broadcast);
        const sec::GcmKey key(security.encryption_key);
        Octets room(apdu.size());
        const auto inside = sec::unprotect(*message, {key, security.authentication_key, client_title, security.suite},
                                           security.protection, room);
        return inside ? hex_text(*inside) : "not for this key";
    }

    Security security;
    std::vector<Octets> sent;
};

TEST_F(Broadcast, IsAnUnconfirmedServiceUnderTheBroadcastKey) {
    auto client = open();
    ASSERT_TRUE(client) << client.error().text;
    ASSERT_TRUE(client->post_set(time_zone, integer_value(dlms::DataTag::long_, -120)));
    ASSERT_TRUE(client->post_call({8, time_zone.instance, 6}, integer_value(dlms::DataTag::long_, 30)));
    client->close();
    ASSERT_EQ(sent.size(), 2U) << "no association is made, and none released";
    // glo-set-request, suite 0, authenticated, encrypted, broadcast key; the counter.
    EXPECT_EQ(hex_text(sent[0]).substr(0, 14),
              "C92170"
              "00000007");
    EXPECT_EQ(plain(sent[0]),
              "C10181"
              "00080000010000FF0300"
              "10FF88");
    EXPECT_EQ(hex_text(sent[1]).substr(6, 8), "00000008") << "never the same again";
    EXPECT_EQ(plain(sent[1]),
              "C30182"
              "00080000010000FF0601"
              "10001E");
}

TEST_F(Broadcast, InTheGeneralForms) {
    security.form = CipherForm::general;
    ASSERT_TRUE(open()->post_set(time_zone, integer_value(dlms::DataTag::long_, -120)));
    EXPECT_EQ(hex_text(sent[0]).substr(0, 20), "DB08" + hex_text(client_title));
    EXPECT_EQ(plain(sent[0]), "C1018100080000010000FF030010FF88");
    security.form = CipherForm::header;
    ASSERT_TRUE(open()->post_set(time_zone, integer_value(dlms::DataTag::long_, -120)));
    const auto message = sec::read_ciphered(sent[1]);
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->envelope.header.recipient_title.empty()) << "it is for nobody alone";
    const auto* key = std::get_if<sec::IdentifiedKey>(&*message->envelope.key_info);
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(key->key_id, 1);
    EXPECT_EQ(plain(sent[1]), "C1018100080000010000FF030010FF88");
}

TEST_F(Broadcast, NothingIsReadByOne) {
    auto client = open();
    ASSERT_TRUE(client);
    const auto value = client->get(clock_time);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().kind, ErrorKind::usage);
    EXPECT_NE(value.error().text.find("nobody answers a broadcast"), std::string::npos);
    EXPECT_FALSE(client->set(time_zone, integer_value(dlms::DataTag::long_, 0)));
    EXPECT_FALSE(client->call({8, time_zone.instance, 6}));
    EXPECT_FALSE(client->object_list());
    EXPECT_TRUE(sent.empty());
}

TEST_F(Broadcast, IsNoLongerThanADatagram) {
    auto client = open();
    ASSERT_TRUE(client);
    const auto done = client->post_set(time_zone, octet_string_value(Octets(1024)));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::limit);
    ASSERT_TRUE(client->post_set(time_zone, octet_string_value(Octets(950))));
    EXPECT_LE(sent.at(0).size(), 1024U);
}

TEST_F(Broadcast, SaysWhatDoesNotGoWithIt) {
    const auto refused = [&](auto&& change) {
        const Security before = security;
        change();
        const auto client = open();
        EXPECT_FALSE(client);
        if (!client) EXPECT_EQ(client.error().kind, ErrorKind::usage);
        security = before;
    };
    refused([&] { security.key_set = sec::KeySet::unicast; });
    refused([&] { security.protection = Protection::none; });
    refused([&] { security.mechanism = dlms::Mechanism::high_level_gmac; });
    refused([&] { security.dedicated_key = true; });
    refused([&] { security.encryption_key = {}; });
    refused([&] { security.counters.reset(); });
    refused([&] {
        security.form = CipherForm::header;
        security.key_info = KeyInfoKind::wrapped;
        security.master_key = security.encryption_key;
    });
    // And there is no association with such a key.
    Options options;
    options.association.security = security;
    const auto client = Client::connect(*parse_url("tcp://127.0.0.1:1"), options);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, ErrorKind::usage);
    const auto optical = Client::broadcast(*parse_url("optical:/dev/null"), options);
    ASSERT_FALSE(optical);
    EXPECT_NE(optical.error().text.find("has no broadcasts"), std::string::npos);
}

TEST_F(Broadcast, MayBeSignedForWhoeverHearsIt) {
    KnownRandom random;
    const auto pair = sec::generate_key_pair(sec::Curve::p256, random).value();
    security.suite = Suite::p256_aes128_gcm;
    security.signs = true;
    security.signing_key = pair.private_key;
    ASSERT_TRUE(open()->post_set(time_zone, integer_value(dlms::DataTag::long_, -120)));
    const auto message = sec::read_signed(sent.at(0));
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->header.recipient_title.empty());
    EXPECT_TRUE(sec::is_signed_by(*message, sec::Curve::p256, pair.public_key));
    EXPECT_EQ(plain(to_octets(message->content)), "C1018100080000010000FF030010FF88");
}

}  // namespace
}  // namespace blathy::station::test
