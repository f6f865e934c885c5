#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/security/curve.hpp"
#include "dlms/security/key_agreement.hpp"

#include "security_testing.hpp"

namespace blathy::dlms::security {
namespace {

using namespace testing;

// The client's and server's signing keys and ephemeral keys of Green Book tables C.1 and C.2.
const Octets client_signing = from_hex("418073C239FA6125011DE4D6CD2E645780289F761BB21BFB0835CB5585E8B373");
const Octets client_verifying = from_hex(
    "BAAFFDE06A8CB1C9DAE8D94023C601DBBB249254BA22EDD827E820BCA2BCC64362FBB83D86A82B87BB8B7161D2AAB5521911A946B97A284A90"
    "F7785CD9047D25");
const Octets server_signing = from_hex("AE55414FFE079F9FC95649536BD1C2B5653D200813727E07D501A8B550C69207");
const Octets server_verifying = from_hex(
    "933ACF15B03A9248E029B2787FB52A0AECAF635F07C42A0019FB3197E38F8F549A125EA36781B0CA96BE89A0E1FE2CF9B7361ED48B3C5E2459"
    "2B9C0F4EDD31D1");

TEST(SecurityCurve, PublicKeysOfPrivateOnes) {
    CountingRandom random;
    EXPECT_EQ(to_hex(*public_key_of(Curve::p256, client_signing, random)), to_hex(client_verifying));
    EXPECT_EQ(to_hex(*public_key_of(Curve::p256, server_signing, random)), to_hex(server_verifying));
    EXPECT_EQ(to_hex(*public_key_of(
                  Curve::p256, from_hex("47DAB03842E5B6E74828EF4F449B378D7DD1A5DAE1FFCA5AE0B0BE0AD18EC57E"), random)),
              "C323C2BD45711DE4688637D919F92E9DB8FB2DFC213A88D21C9DC8DCBA917D8170511DE1BADB360D50058F794B0960AE11FA28D3"
              "92CFF907A62D13E3357B1DC0");
    // NSA, Suite B Implementer's Guide to FIPS 186-3, D.2.1.
    EXPECT_EQ(
        to_hex(*public_key_of(Curve::p384,
                              from_hex("c838b85253ef8dc7394fa5808a5183981c7deef5a69ba8f4f2117ffea39cfcd90e95f6cbc854aba"
                                       "cab701d50c1f3cf24"),
                              random)),
        to_hex(from_hex("1fbac8eebd0cbf35640b39efe0808dd774debff20a2a329e91713baf7d7f3c3e81546d883730bee7e48678f857b02c"
                        "a0eb213103bd68ce343365a8a4c3d4555fa385f5330203bdd76ffad1f3affb95751c132007e1b240353cb0a4cf169"
                        "3bdf9")));
}

TEST(SecurityCurve, VerifiesThePublishedSignatures) {
    // Table C.1: key id and ephemeral key, signed by the client.
    EXPECT_TRUE(verify(Curve::p256, client_verifying,
                       {from_hex("00"),
                        from_hex("2914D60E10AB705F62ED6CC349D7CB99B9AB3F3978E59278C7AF595B3AF987941372DAB6D5AF1FA867E13"
                                 "4167E6F23DE664A6693E05F43414611058D1B48F894")},
                       from_hex("06F0607702AA0E2435A183E2F6B1ECD19629712E389A213610C03F77B2590860EA840AF5C3FA1F2BCDF055"
                                "D4744E9A01CE9A0E55026BCAA4EEBEB764CED64BB3")));
    // Suite B guide, D.2.1.
    EXPECT_TRUE(verify(
        Curve::p384,
        from_hex("1fbac8eebd0cbf35640b39efe0808dd774debff20a2a329e91713baf7d7f3c3e81546d883730bee7e48678f857b02ca0eb213"
                 "103bd68ce343365a8a4c3d4555fa385f5330203bdd76ffad1f3affb95751c132007e1b240353cb0a4cf1693bdf9"),
        {as_bytes("This is only a test message. It is 48 bytes long")},
        from_hex("a0c27ec893092dea1e1bd2ccfed3cf945c8134ed0c9f81311a0f4a05942db8dbed8dd59f267471d5462aa14fe72de85620ab3"
                 "f45b74f10b6e11f96a2c8eb694d206b9dda86d3c7e331c26b22c987b7537726577667adadf168ebbe803794a402")));
}

// RFC 6979, A.2.5 and A.2.6: message "sample".
TEST(SecurityCurve, SignsAsRfc6979) {
    CountingRandom random;
    EXPECT_EQ(to_hex(*sign(Curve::p256, from_hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"),
                           {as_bytes("sample")}, random)),
              "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
              "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
    EXPECT_EQ(to_hex(*sign(Curve::p384,
                           from_hex("6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825"
                                    "F872C9EA60D2EDF5"),
                           {as_bytes("sam"), as_bytes("ple")}, random)),
              "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46"
              "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8");
}

TEST(SecurityCurve, RefusesAlteredSignaturesMessagesAndKeys) {
    CountingRandom random;
    for (const Curve curve : {Curve::p256, Curve::p384}) {
        const auto keys = generate_key_pair(curve, random).value();
        const Octets message = from_hex("C001C100080000010000FF0200");
        const auto signature = sign(curve, keys.private_key, {message}, random);
        ASSERT_TRUE(signature);
        EXPECT_TRUE(verify(curve, keys.public_key, {message}, *signature));
        EXPECT_FALSE(verify(curve, keys.public_key, {message, from_hex("00")}, *signature));
        EXPECT_FALSE(verify(curve, keys.public_key, {}, *signature));
        const auto half = scalar_size(curve);
        for (const std::size_t at : {std::size_t{0}, half - 1, half, 2 * half - 1}) {
            Octets altered(signature->octets().begin(), signature->octets().end());
            altered[at] ^= 0x10;
            EXPECT_FALSE(verify(curve, keys.public_key, {message}, altered));
        }
        EXPECT_FALSE(verify(curve, keys.public_key, {message}, Octets(2 * half))) << "r and s of zero";
        EXPECT_FALSE(verify(curve, keys.public_key, {message}, signature->octets().first(2 * half - 1)));
        EXPECT_FALSE(verify(curve, generate_key_pair(curve, random)->public_key, {message}, *signature));
    }
}

TEST(SecurityCurve, OnlyPointsOfTheCurveAreKeys) {
    CountingRandom random;
    EXPECT_TRUE(is_public_key(Curve::p256, client_verifying));
    EXPECT_FALSE(is_public_key(Curve::p384, client_verifying));
    EXPECT_FALSE(is_public_key(Curve::p256, Octets(64))) << "the origin";
    EXPECT_FALSE(is_public_key(Curve::p256, Octets(64, 0xFF))) << "beyond the field";
    for (std::size_t i = 0; i < client_verifying.size(); i += 7) {
        Octets altered = client_verifying;
        altered[i] ^= 0x01;
        EXPECT_FALSE(is_public_key(Curve::p256, altered)) << i;
        EXPECT_FALSE(agree(Curve::p256, server_signing, altered, random)) << "no small subgroup to be led into";
        EXPECT_FALSE(verify(Curve::p256, altered, {}, Octets(64, 1)));
    }
    for (const std::size_t size : {0U, 1U, 63U, 65U, 96U}) EXPECT_FALSE(is_public_key(Curve::p256, Octets(size, 4)));
}

TEST(SecurityCurve, OnlyScalarsOfTheGroupArePrivateKeys) {
    CountingRandom random;
    const Octets order = from_hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    for (const Octets& key : {Octets(32), order, Octets(32, 0xFF), Octets(31, 1), Octets(33, 1), Octets{}}) {
        EXPECT_FALSE(public_key_of(Curve::p256, key, random));
        EXPECT_FALSE(sign(Curve::p256, key, {as_bytes("sample")}, random));
        EXPECT_FALSE(agree(Curve::p256, key, client_verifying, random));
    }
}

TEST(SecurityCurve, WithoutRandomnessThereIsNoKey) {
    FailingRandom random;
    EXPECT_FALSE(generate_key_pair(Curve::p256, random));
    EXPECT_FALSE(agree(Curve::p256, client_signing, server_verifying, random)) << "nor unblinded arithmetic";
    EXPECT_FALSE(sign(Curve::p256, client_signing, {as_bytes("sample")}, random));
}

TEST(SecurityKeyAgreement, BothSidesFindTheSameSecret) {
    CountingRandom random;
    for (const Curve curve : {Curve::p256, Curve::p384}) {
        const auto a = generate_key_pair(curve, random).value();
        const auto b = generate_key_pair(curve, random).value();
        const auto at_a = agree(curve, a.private_key, b.public_key, random);
        const auto at_b = agree(curve, b.private_key, a.public_key, random);
        ASSERT_TRUE(at_a && at_b);
        EXPECT_EQ(at_a->size(), scalar_size(curve));
        EXPECT_EQ(to_hex(*at_a), to_hex(*at_b));
        EXPECT_NE(to_hex(a.private_key), to_hex(b.private_key));
    }
}

// NIST CAVS, KAS_ECC_CDH_PrimitiveTest: the first vector of P-256.
TEST(SecurityKeyAgreement, VectorsOfNist) {
    CountingRandom random;
    EXPECT_EQ(to_hex(*agree(Curve::p256, from_hex("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534"),
                            from_hex("700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
                                     "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"),
                            random)),
              to_hex(from_hex("46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b")));
}

// The key derivations of Green Book table C.2: the key is the first half of the digest that the book prints.
TEST(SecurityKeyAgreement, DerivesTheKeysOfTheBook) {
    const auto gcm_key = AgreedKeyUse::aes_gcm_128;
    const Octets z = from_hex("0D4385BA0DD756CBCAB9887EB538396EE8F090A14C1079B4359F115B977F4615");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha256,
                            {from_hex("00000001"), z, from_hex("60857405080300"), server_title, client_title})),
              "59A71FD81C929A86A99438DA17A66C058C6A93FD3065F5EE16A05D775927659B");
    EXPECT_EQ(to_hex(derive_key(Curve::p256, z, gcm_key, server_title, client_title)),
              "59A71FD81C929A86A99438DA17A66C05");
    EXPECT_EQ(
        to_hex(derive_key(Curve::p256, from_hex("2B4302DC49790E2E78D990CFB52ED6E2F273DECE441A2D95E4301B93812A9FAC"),
                          gcm_key, client_title, server_title)),
        "F0184BDA9466BFA4601A64A7EF46504A");
}

// All that goes into a key changes it.
TEST(SecurityKeyAgreement, EveryPartOfTheDerivationCounts) {
    const Octets z(48, 0x11), transaction = from_hex("0102030405060708");
    std::set<std::string> keys;
    std::size_t derived = 0;
    for (const Curve curve : {Curve::p256, Curve::p384}) {
        for (const auto use : {AgreedKeyUse::aes_gcm_128, AgreedKeyUse::aes_gcm_256, AgreedKeyUse::aes_wrap_128,
                               AgreedKeyUse::aes_wrap_256}) {
            for (const Bytes id : {Bytes{}, Bytes(transaction)}) {
                for (const bool swapped : {false, true}) {
                    const auto key = derive_key(curve, z, use, swapped ? client_title : server_title,
                                                swapped ? server_title : client_title, id);
                    const bool is_long = use == AgreedKeyUse::aes_gcm_256 || use == AgreedKeyUse::aes_wrap_256;
                    EXPECT_EQ(key.size(), is_long ? 32U : 16U);
                    keys.insert(to_hex(key));
                    ++derived;
                }
            }
        }
    }
    EXPECT_EQ(keys.size(), derived);
}

TEST(SecurityKeyAgreement, SignedEphemeralKeys) {
    // Table C.1, with a key id, and C.2, without.
    const Octets with_id = from_hex(
        "2914D60E10AB705F62ED6CC349D7CB99B9AB3F3978E59278C7AF595B3AF987941372DAB6D5AF1FA867E134167E6F23DE664A6693E05F43"
        "414611058D1B48F89406F0607702AA0E2435A183E2F6B1ECD19629712E389A213610C03F77B2590860EA840AF5C3FA1F2BCDF055D4744E"
        "9A01CE9A0E55026BCAA4EEBEB764CED64BB3");
    const Octets of_client = from_hex(
        "C323C2BD45711DE4688637D919F92E9DB8FB2DFC213A88D21C9DC8DCBA917D8170511DE1BADB360D50058F794B0960AE11FA28D392CFF9"
        "07A62D13E3357B1DC0B51BE089D0B682863B2217201E73A1A9031968A9B4121DCBC3281A69739AF87429F5B3AC5471E7B6A04A2C0F2F8A"
        "25FD772A317DF97FC5463FEAC248EB8AB8BE");
    const Octets of_server = from_hex(
        "6439724714B47CD9CB988897D8424AB946DCD083D37A954637616011B9C2378773295F0F850D8DAFD1BBE9FE666E53E4F097CD10B38B69"
        "622152724A90987444E1FF47974A1F6931A6502F58147463F0E8CC517D47F55B0AC56DD8AC5C9D0E481934F2D90F9893016BD82B6E3FFE"
        "21FF1588F3278B4E9D98EB4FB62ADD64B380");
    EXPECT_EQ(to_hex(*verify_public_key(Curve::p256, client_verifying, std::uint8_t{0}, with_id)),
              to_hex(Bytes(with_id).first(64)));
    EXPECT_FALSE(verify_public_key(Curve::p256, client_verifying, std::uint8_t{1}, with_id));
    EXPECT_FALSE(verify_public_key(Curve::p256, client_verifying, std::nullopt, with_id));
    EXPECT_TRUE(verify_public_key(Curve::p256, client_verifying, std::nullopt, of_client));
    EXPECT_TRUE(verify_public_key(Curve::p256, server_verifying, std::nullopt, of_server));
    EXPECT_FALSE(verify_public_key(Curve::p256, client_verifying, std::nullopt, of_server));
    EXPECT_FALSE(verify_public_key(Curve::p256, client_verifying, std::nullopt, Bytes(of_client).first(127)));

    CountingRandom random;
    const auto ephemeral = generate_key_pair(Curve::p384, random).value();
    const auto signing = generate_key_pair(Curve::p384, random).value();
    const auto sent = sign_public_key(Curve::p384, signing.private_key, std::uint8_t{2}, ephemeral.public_key, random);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->size(), 192U);
    EXPECT_EQ(to_hex(*verify_public_key(Curve::p384, signing.public_key, std::uint8_t{2}, *sent)),
              to_hex(ephemeral.public_key));
    EXPECT_FALSE(sign_public_key(Curve::p256, signing.private_key, std::uint8_t{2}, ephemeral.public_key, random));

    // A signature over what is no point is no key.
    const auto trap = sign(Curve::p256, client_signing, {Octets(64, 0x01)}, random);
    ASSERT_TRUE(trap);
    Octets signed_trap(64, 0x01);
    signed_trap.insert(signed_trap.end(), trap->octets().begin(), trap->octets().end());
    EXPECT_FALSE(verify_public_key(Curve::p256, client_verifying, std::nullopt, signed_trap));
}

TEST(SecurityDigest, InPieces) {
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::md5, {as_bytes("a"), as_bytes("bc")})),
              "900150983CD24FB0D6963F7D28E17F72");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha1, {as_bytes("ab"), {}, as_bytes("c")})),
              "A9993E364706816ABA3E25717850C26C9CD0D89D");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha256, {as_bytes("abc")})),
              "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha384, {as_bytes("abc")})),
              "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED8086072BA1E7CC2358BAECA134C825A7");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha256, {})),
              "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
}

}  // namespace
}  // namespace blathy::dlms::security
