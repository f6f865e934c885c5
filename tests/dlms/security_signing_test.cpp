#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/security/signing.hpp"

#include "security_testing.hpp"

namespace blathy::dlms::security {
namespace {

using namespace testing;

const Octets transaction_id = from_hex("0102030405060708");
const Octets content = from_hex("C001C100080000010000FF0200");
const GeneralHeader header{transaction_id, client_title, server_title, {}, {}};

TEST(SecuritySigning, GeneralSigning) {
    CountingRandom random;
    for (const Curve curve : {Curve::p256, Curve::p384}) {
        const auto keys = generate_key_pair(curve, random).value();
        Octets room(200);
        ByteWriter out(room);
        ASSERT_TRUE(write_signed(out, header, content, curve, keys.private_key, random));
        const Octets apdu(out.written().begin(), out.written().end());
        const std::size_t signature_size = 2 * scalar_size(curve);
        ASSERT_EQ(apdu.size(), 45 + signature_size);
        EXPECT_EQ(to_hex(Bytes(apdu).first(44)),
                  to_hex(from_hex("DF 08 0102030405060708 08 4D4D4D0000000001 08 4D4D4D0000BC614E 00 00"
                                  "0D C001C100080000010000FF0200")));
        EXPECT_EQ(apdu[44], signature_size);

        const auto message = read_signed(apdu);
        ASSERT_TRUE(message);
        EXPECT_EQ(to_hex(message->header.transaction_id), to_hex(transaction_id));
        EXPECT_EQ(to_hex(message->header.originator_title), to_hex(client_title));
        EXPECT_EQ(to_hex(message->header.recipient_title), to_hex(server_title));
        EXPECT_EQ(to_hex(message->content), to_hex(content));
        EXPECT_EQ(message->signature.size(), signature_size);
        EXPECT_EQ(to_hex(message->signed_octets), to_hex(Bytes(apdu).first(44).subspan(1)));
        EXPECT_TRUE(is_signed_by(*message, curve, keys.public_key));
        dlms::codec_test::expect_exact(read_signed, apdu);
    }
}

TEST(SecuritySigning, AnyAlterationIsRefused) {
    CountingRandom random;
    const auto keys = generate_key_pair(Curve::p256, random).value();
    Octets room(200);
    ByteWriter out(room);
    ASSERT_TRUE(write_signed(out, header, content, Curve::p256, keys.private_key, random));
    const Octets apdu(out.written().begin(), out.written().end());
    for (std::size_t i = 0; i < apdu.size(); ++i) {
        Octets altered = apdu;
        altered[i] ^= 0x01;
        const auto message = read_signed(altered);
        EXPECT_FALSE(message && is_signed_by(*message, Curve::p256, keys.public_key)) << i;
    }
}

TEST(SecuritySigning, NeedsAKeyAndRoom) {
    CountingRandom random;
    FailingRandom failing;
    const auto keys = generate_key_pair(Curve::p256, random).value();
    for (const std::size_t size : {0U, 1U, 20U, 43U, 44U, 45U, 108U}) {
        Octets room(size);
        ByteWriter out(room);
        EXPECT_FALSE(write_signed(out, header, content, Curve::p256, keys.private_key, random)) << size;
        EXPECT_TRUE(out.ok());
        EXPECT_EQ(out.size(), 0U);
    }
    Octets room(200);
    ByteWriter out(room);
    EXPECT_FALSE(write_signed(out, header, content, Curve::p384, keys.private_key, random));
    EXPECT_FALSE(write_signed(out, header, content, Curve::p256, keys.private_key, failing));
    EXPECT_EQ(out.size(), 0U);
}

RC_GTEST_PROP(SecuritySigning, TakesArbitraryOctets, (Octets octets)) {
    octets.insert(octets.begin(), 0xDF);
    const auto message = read_signed(octets);
    RC_ASSERT(!message || message->signed_octets.size() + 1 < octets.size());
}

}  // namespace
}  // namespace blathy::dlms::security
