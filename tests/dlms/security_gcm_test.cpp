#include <gtest/gtest.h>
#include <mbedtls/gcm.h>
#include <rapidcheck/gtest.h>

#include "dlms/security/gcm.hpp"
#include "dlms/security/key_wrap.hpp"
#include "dlms/security/secret.hpp"

#include "security_testing.hpp"

namespace blathy::dlms::security {
namespace {

using namespace testing;

Nonce nonce_of(Bytes octets) {
    Nonce nonce{};
    std::copy(octets.begin(), octets.end(), nonce.begin());
    return nonce;
}

struct Sealed {
    Octets text;
    Octets tag;
};

Sealed seal(const GcmKey& key, const Nonce& nonce, Bytes associated, Bytes plain) {
    Gcm gcm(key, nonce);
    gcm.associate(associated);
    Octets text(plain.begin(), plain.end());
    gcm.encrypt(text);
    const Block tag = gcm.tag();
    return {text, Octets(tag.begin(), tag.end())};
}

// The test cases with nonces of 96 bits of McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B.
TEST(SecurityGcm, TestCasesOfTheSpecification) {
    struct Case {
        std::string_view key, nonce, associated, plain, text, tag;
    };
    for (const Case& vector : {
             Case{"00000000000000000000000000000000", "000000000000000000000000", "", "", "",
                  "58E2FCCEFA7E3061367F1D57A4E7455A"},
             Case{"00000000000000000000000000000000", "000000000000000000000000", "",
                  "00000000000000000000000000000000", "0388DACE60B6A392F328C2B971B2FE78",
                  "AB6E47D42CEC13BDF53A67B21257BDDF"},
             Case{"FEFFE9928665731C6D6A8F9467308308", "CAFEBABEFACEDBADDECAF888",
                  "FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2",
                  "D9313225F88406E5A55909C5AFF5269A86A7A9531534F7DA2E4C303D8A318A721C3C0C95956809532FCF0E2449A6B525B16A"
                  "EDF5AA0DE657BA637B39",
                  "42831EC2217774244B7221B784D0D49CE3AA212F2C02A4E035C17E2329ACA12E21D514B25466931C7D8F6A5AAC84AA051BA3"
                  "0B396A0AAC973D58E091",
                  "5BC94FBC3221A5DB94FAE95AE7121A47"},
             Case{"FEFFE9928665731C6D6A8F9467308308FEFFE9928665731C6D6A8F9467308308", "CAFEBABEFACEDBADDECAF888",
                  "FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2",
                  "D9313225F88406E5A55909C5AFF5269A86A7A9531534F7DA2E4C303D8A318A721C3C0C95956809532FCF0E2449A6B525B16A"
                  "EDF5AA0DE657BA637B39",
                  "522DC1F099567D07F47F37A32A84427D643A8CDCBFE5C0C97598A2BD2555D1AA8CB08E48590DBB3DA7B08B1056828838C5F6"
                  "1E6393BA7A0ABCC9F662",
                  "76FC6ECE0F4E1768CDDF8853BB2D551B"},
         }) {
        const GcmKey key(from_hex(vector.key));
        const Sealed sealed =
            seal(key, nonce_of(from_hex(vector.nonce)), from_hex(vector.associated), from_hex(vector.plain));
        EXPECT_EQ(to_hex(sealed.text), vector.text);
        EXPECT_EQ(to_hex(sealed.tag), vector.tag);
    }
}

RC_GTEST_PROP(SecurityGcm, IsWhatMbedTlsCalculates, ()) {
    const auto key_octets =
        *rc::gen::container<Octets>(*rc::gen::element<std::size_t>(16, 32), rc::gen::arbitrary<std::uint8_t>());
    const auto nonce = *rc::gen::container<Octets>(12, rc::gen::arbitrary<std::uint8_t>());
    const auto associated = *rc::gen::arbitrary<Octets>();
    const auto plain = *rc::gen::arbitrary<Octets>();

    Octets text(plain.size());
    Octets tag(16);
    mbedtls_gcm_context context;
    mbedtls_gcm_init(&context);
    RC_ASSERT(mbedtls_gcm_setkey(&context, MBEDTLS_CIPHER_ID_AES, key_octets.data(),
                                 static_cast<unsigned>(key_octets.size() * 8)) == 0);
    RC_ASSERT(mbedtls_gcm_crypt_and_tag(&context, MBEDTLS_GCM_ENCRYPT, plain.size(), nonce.data(), nonce.size(),
                                        associated.data(), associated.size(), plain.data(), text.data(), tag.size(),
                                        tag.data()) == 0);
    mbedtls_gcm_free(&context);

    const Sealed sealed = seal(GcmKey(key_octets), nonce_of(nonce), associated, plain);
    RC_ASSERT(sealed.text == text);
    RC_ASSERT(sealed.tag == tag);
}

RC_GTEST_PROP(SecurityGcm, PiecesGiveWhatTheWholeGives, ()) {
    const auto associated = *rc::gen::arbitrary<Octets>();
    const auto plain = *rc::gen::arbitrary<Octets>();
    const Sealed whole = seal(example_key(), Nonce{}, associated, plain);

    Gcm sealing(example_key(), Nonce{});
    Gcm opening(example_key(), Nonce{});
    const auto in_pieces = [](auto octets, auto&& take) {
        while (!octets.empty()) {
            const auto count = *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(octets.size(), 40) + 1);
            take(octets.first(count));
            octets = octets.subspan(count);
        }
    };
    in_pieces(Bytes(associated), [&](Bytes piece) { sealing.associate(piece), opening.associate(piece); });
    Octets text = plain;
    in_pieces(MutableBytes(text), [&](MutableBytes piece) { sealing.encrypt(piece); });
    RC_ASSERT(text == whole.text);
    RC_ASSERT(equal(sealing.tag(), whole.tag));

    in_pieces(Bytes(text), [&](Bytes piece) { opening.authenticate(piece); });
    RC_ASSERT(equal(opening.tag(), whole.tag));
    in_pieces(MutableBytes(text), [&](MutableBytes piece) { opening.decrypt(piece); });
    RC_ASSERT(text == plain);
}

TEST(SecurityGcm, AKeyIsCopiedWithItsSchedule) {
    GcmKey copy;
    EXPECT_FALSE(copy.has_key());
    {
        const GcmKey original(encryption_key);
        copy = original;
    }
    ASSERT_TRUE(copy.has_key());
    const GcmKey second(copy);
    const Octets plain = from_hex("00112233445566778899AABBCCDDEEFF00");
    EXPECT_EQ(seal(second, Nonce{}, {}, plain).tag, seal(example_key(), Nonce{}, {}, plain).tag);
    copy.clear();
    EXPECT_FALSE(copy.has_key());
    EXPECT_TRUE(second.has_key());
}

TEST(SecurityGcm, TakesKeysOfTheSuitesAlone) {
    for (const std::size_t size : {0U, 1U, 8U, 15U, 17U, 24U, 31U, 33U}) {
        EXPECT_FALSE(GcmKey(Octets(size)).has_key()) << size;
    }
    EXPECT_TRUE(GcmKey(Octets(16)).has_key());
    EXPECT_TRUE(GcmKey(Octets(32)).has_key());
}

// RFC 3394, section 4.
TEST(SecurityKeyWrap, VectorsOfTheRfc) {
    struct Case {
        std::string_view wrapping_key, key, wrapped;
    };
    for (const Case& vector : {
             Case{"000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
                  "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"},
             Case{"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
                  "00112233445566778899AABBCCDDEEFF", "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"},
             Case{"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
                  "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
                  "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"},
         }) {
        const Octets key = from_hex(vector.key);
        Octets wrapped(key.size() + wrap_overhead);
        ASSERT_TRUE(wrap_key(from_hex(vector.wrapping_key), key, wrapped));
        EXPECT_EQ(to_hex(wrapped), vector.wrapped);
        Octets unwrapped(key.size());
        ASSERT_TRUE(unwrap_key(from_hex(vector.wrapping_key), wrapped, unwrapped));
        EXPECT_EQ(unwrapped, key);
    }
}

TEST(SecurityKeyWrap, RefusesWhatIsAltered) {
    const Octets wrapped = from_hex("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5");
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            Octets altered = wrapped;
            altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1U << bit));
            Octets key(16, 0x55);
            EXPECT_FALSE(unwrap_key(encryption_key, altered, key));
            EXPECT_EQ(key, Octets(16)) << "nothing of it is left";
        }
    }
    Octets key(16);
    EXPECT_FALSE(unwrap_key(authentication_key, wrapped, key)) << "another wrapping key";
}

TEST(SecurityKeyWrap, TakesKeysOfTheSuitesAlone) {
    Octets wrapped(32);
    for (std::size_t size = 0; size <= 40; ++size) {
        const bool fits = size == 16 || size == 32;
        Octets room(size + wrap_overhead);
        EXPECT_EQ(wrap_key(encryption_key, Octets(size), room), fits);
        EXPECT_EQ(wrap_key(Octets(size), encryption_key, MutableBytes(wrapped).first(24)), fits);
        Octets key(size);
        EXPECT_FALSE(unwrap_key(encryption_key, Octets(size), key)) << "no room for the check value";
    }
    EXPECT_FALSE(wrap_key(encryption_key, encryption_key, MutableBytes(wrapped).first(23)));
}

TEST(SecuritySecret, ComparesAllOctets) {
    const Octets a = from_hex("00112233445566778899AABB");
    EXPECT_TRUE(same_secret(a, Octets(a)));
    EXPECT_TRUE(same_secret({}, {}));
    EXPECT_FALSE(same_secret(a, Bytes(a).first(11)));
    for (std::size_t i = 0; i < a.size(); ++i) {
        Octets b = a;
        b[i] ^= 0x80;
        EXPECT_FALSE(same_secret(a, b)) << i;
    }
}

TEST(SecuritySecret, IsWipedWhenItGoes) {
    alignas(Secret<16>) std::array<std::byte, sizeof(Secret<16>)> place{};
    auto* secret = new (place.data()) Secret<16>(encryption_key);
    EXPECT_EQ(to_hex(*secret), to_hex(encryption_key));
    secret->~Secret<16>();
    for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(place[i], std::byte{0}) << i;
}

}  // namespace
}  // namespace blathy::dlms::security
