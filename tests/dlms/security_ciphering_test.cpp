#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/security/ciphering.hpp"

#include "security_testing.hpp"

namespace blathy::dlms::security {
namespace {

using namespace testing;

constexpr auto authenticated = SecurityControl::make(Suite::aes128_gcm, Protection::authenticated);
constexpr auto encrypted = SecurityControl::make(Suite::aes128_gcm, Protection::encrypted);
constexpr auto both = SecurityControl::make(Suite::aes128_gcm, Protection::authenticated_and_encrypted);

Envelope service(std::uint8_t plain_tag, ServiceKey key = ServiceKey::global) {
    Envelope envelope;
    envelope.tag = ciphered_tag(key, plain_tag).value();
    return envelope;
}

// `plain` is protected to `expected`, and comes out of it again.
void expect_both_ways(const Envelope& envelope, SecurityControl control, std::uint32_t counter, const CipherKeys& keys,
                      std::string_view plain, std::string_view expected) {
    const auto apdu = protected_octets(envelope, control, counter, keys, from_hex(plain));
    ASSERT_TRUE(apdu);
    EXPECT_EQ(to_hex(*apdu), to_hex(from_hex(expected)));
    EXPECT_EQ(apdu->size(), protected_size(envelope, control, from_hex(plain).size()));
    const auto again = unprotected_octets(from_hex(expected), keys);
    ASSERT_TRUE(again);
    EXPECT_EQ(to_hex(*again), plain);
}

// Green Book 11, get of the clock's time under each protection.
TEST(SecurityCiphering, GetOfTheClock) {
    constexpr std::string_view plain = "C0010000080000010000FF0200";
    expect_both_ways(service(0xC0), authenticated, example_counter, example_keys(), plain,
                     "C8 1E 10 01234567 C0010000080000010000FF0200 06725D910F9221D263877516");
    expect_both_ways(service(0xC0), encrypted, example_counter, example_keys(), plain,
                     "C8 12 20 01234567 411312FF935A47566827C467BC");
    expect_both_ways(service(0xC0), both, example_counter, example_keys(), plain,
                     "C8 1E 30 01234567 411312FF935A47566827C467BC 7D825C3BE4A77C3FCC056B6B");
}

TEST(SecurityCiphering, Initiate) {
    expect_both_ways(service(0x01), both, example_counter, example_keys(),
                     "01011000112233445566778899AABBCCDDEEFF0000065F1F0400007E1F04B0",
                     "21 30 30 01234567 801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE68"
                     "41DB204D39EE6FDB8E356855");
    expect_both_ways(service(0x08), both, example_counter, example_keys(), "0800065F1F0400007C1F04000007",
                     "28 1F 30 01234567 891214A0845E475714383F65BC19745CA235906525E4F3E1C893");
}

TEST(SecurityCiphering, ATitleOrKeyOfSomebodyElseIsRefused) {
    const Octets response = from_hex("281F3001234567891214A0845E475714383F65BC19745CA235906525E4F3E1C893");
    EXPECT_EQ(unprotected_octets(response, example_keys(client_title)).error(), CipherError::authentication_failed);
    const GcmKey other_key(from_hex("000102030405060708090A0B0C0D0E0E"));
    EXPECT_EQ(unprotected_octets(response, {other_key, authentication_key, server_title}).error(),
              CipherError::authentication_failed);
    EXPECT_EQ(unprotected_octets(response, {example_key(), encryption_key, server_title}).error(),
              CipherError::authentication_failed);
}

TEST(SecurityCiphering, LessThanThePolicyAsksForIsRefused) {
    constexpr auto none = Protection::none;
    constexpr auto authenticated_and_encrypted = Protection::authenticated_and_encrypted;
    constexpr Protection all[] = {none, Protection::authenticated, Protection::encrypted, authenticated_and_encrypted};
    for (const Protection protection :
         {Protection::authenticated, Protection::encrypted, authenticated_and_encrypted}) {
        const auto control = SecurityControl::make(Suite::aes128_gcm, protection);
        const auto apdu =
            protected_octets(service(0xC0), control, 1, example_keys(), from_hex("C001C100080000010000FF0200")).value();
        for (const Protection required : all) {
            const auto plain = unprotected_octets(apdu, example_keys(), required);
            const bool enough = required == none || required == protection || protection == authenticated_and_encrypted;
            EXPECT_EQ(plain.has_value(), enough);
            if (!enough) {
                EXPECT_EQ(plain.error(), CipherError::insufficient_protection);
            }
        }
    }
    // The tag of an APDU with both is cut off by clearing the authentication bit: decryption alone would give the APDU
    // and twelve octets more.
    Octets downgraded =
        protected_octets(service(0xC0), both, 1, example_keys(), from_hex("C001C100080000010000FF0200")).value();
    downgraded[2] = encrypted.octet;
    EXPECT_EQ(unprotected_octets(downgraded, example_keys(), authenticated_and_encrypted).error(),
              CipherError::insufficient_protection);
}

TEST(SecurityCiphering, GeneralGloWithAndWithoutTitle) {
    Envelope envelope;
    const auto without = protected_octets(envelope, both, 1, example_keys(), from_hex("C001C100080000010000FF0200"));
    ASSERT_TRUE(without);
    EXPECT_EQ(to_hex(*without).substr(0, 16), "DB001E3000000001");
    envelope.system_title = server_title;
    const auto with = protected_octets(envelope, both, 1, example_keys(), from_hex("C001C100080000010000FF0200"));
    ASSERT_TRUE(with);
    EXPECT_EQ(to_hex(*with).substr(0, 32), "DB084D4D4D0000BC614E1E3000000001");
    EXPECT_EQ(to_hex(Bytes(*with).subspan(16)), to_hex(Bytes(*without).subspan(8))) << "the title is in the nonce only";
    const auto message = read_ciphered(*with);
    ASSERT_TRUE(message);
    EXPECT_EQ(to_hex(message->envelope.system_title), "4D4D4D0000BC614E");

    // An APDU of a meter that states no title.
    const auto stranger = read_ciphered(from_hex("DB001E30800000D181EC9EC4BF53E9776EF0C453969FBDFE11BE9B791AACC0FF8C"));
    ASSERT_TRUE(stranger);
    EXPECT_TRUE(stranger->envelope.system_title.empty());
    EXPECT_EQ(stranger->invocation_counter, 0x800000D1U);
    EXPECT_EQ(stranger->text.size(), 13U);
}

// The ACCESS request of Green Book table C.2, under the keys of one-pass and of static unified
// agreement: its encrypted text. (The tag that
// the table prints can't be had from the keys that the book states.)
TEST(SecurityCiphering, AccessUnderGeneralCipheringWithAnAgreedKey) {
    const Octets apdu = from_hex(
        "DD080102030405060708084D4D4D0000BC614E084D4D4D00000000010000010201018180"
        "C323C2BD45711DE4688637D919F92E9DB8FB2DFC213A88D21C9DC8DCBA917D8170511DE1BADB360D50058F794B0960AE11FA28D392CFF9"
        "07A62D13E3357B1DC0B51BE089D0B682863B2217201E73A1A9031968A9B4121DCBC3281A69739AF87429F5B3AC5471E7B6A04A2C0F2F8A"
        "25FD772A317DF97FC5463FEAC248EB8AB8BE81EB3100000000"
        "F435069679270C5BF4425EE5777402A6C8D51C620EED52DBB188378B836E2857D5C053E6DDF27FA87409AEF502CD9618AE47017C010224"
        "FD109CC0BEB21E742D44AB40CD11908743EC90EC8C40E221D517F72228E1A26E827F43DC18ED27B5F458D66508B05A2A4CC6FED178C881"
        "AFC3BC67064689BE8BB41C80ABB3C114A31F4CB03B8B64C7E0B4CE77B2399C93347858888F92239713B38DF01C4858245827A92EF33417"
        "2EA636B31CBBDF2A96AD5D035F66AA38F1A2D97D4BBA99622E6B5F18789CECB2DFB3937D9F3E17F8B472098E6563238F37528374809836"
        "002AEA6E7012D2ADFAA7");
    const Octets plain = from_hex(
        "D94000000000040100010000600100FF020100080000010000FF0202001400000D0000FF0702001400000D0000FF080400000104020309"
        "0100090CFFFFFFFFFFFFFF00000000000901FF0203090101090CFFFFFFFFFFFFFF00000000000901FF0203090102090CFFFFFFFFFFFFFF"
        "00000000000901FF0203090103090CFFFFFFFFFFFFFF00000000000901FF0104020809010011FF11FF11FF11FF11FF11FF11FF02080901"
        "011102110111011101110111011101020809010211FF11FF11FF11FF11FF11FF11FF02080901031101110211021102110211021102");
    const auto message = read_ciphered(apdu);
    ASSERT_TRUE(message);
    EXPECT_EQ(to_hex(message->envelope.header.transaction_id), "0102030405060708");
    EXPECT_EQ(to_hex(message->envelope.header.originator_title), "4D4D4D0000BC614E");
    EXPECT_EQ(to_hex(message->envelope.header.recipient_title), "4D4D4D0000000001");
    ASSERT_TRUE(message->envelope.key_info);
    const auto& key_info = std::get<AgreedKey>(*message->envelope.key_info);
    EXPECT_EQ(to_hex(key_info.parameters), "01");
    EXPECT_EQ(key_info.data.size(), 128U);
    EXPECT_EQ(message->control.octet, 0x31);

    const GcmKey key(from_hex("59A71FD81C929A86A99438DA17A66C05"));
    const CipherKeys keys{key, authentication_key, server_title, Suite::p256_aes128_gcm};
    const auto again = protected_octets(message->envelope, message->control, 0, keys, plain);
    ASSERT_TRUE(again);
    ASSERT_EQ(again->size(), apdu.size());
    EXPECT_EQ(to_hex(Bytes(*again).first(apdu.size() - tag_size)), to_hex(Bytes(apdu).first(apdu.size() - tag_size)));
    EXPECT_EQ(unprotected_octets(*again, keys), plain);

    const GcmKey static_key(from_hex("56C46B57DF675515C31025455822514A"));
    const auto under_static =
        protected_octets(message->envelope, message->control, 0,
                         {static_key, authentication_key, server_title, Suite::p256_aes128_gcm}, plain);
    ASSERT_TRUE(under_static);
    EXPECT_EQ(to_hex(Bytes(*under_static).subspan(apdu.size() - tag_size - plain.size(), plain.size())),
              to_hex(from_hex(
                  "607581D83815281B561904E6A72B83BF3FB0B1F2A0A23A82A804B39911F6CB1B4EF9B6F76C6338ED058014FFBF4A13A162E0"
                  "EED11EEB8F597757A18215F28E1D3FC2D44586C4B8AFE4500B535B579506CDB925CBEFF7F1CF6BF96C583B9CF588FE8F6B01"
                  "A574824D7CEC597F057FFA8700AF12AD63A7FA72040439F4392C089B265F9EB1AC308239906DC04E1A8712ABE383CF923498"
                  "42EBA166EF2E9EB2F53D0DBA025D79875463398BBC3007BC4A6FC12780C21EE1ABF080BF0FA926242834C0AC30D55A1EF885"
                  "6E7DED48621F17FDF4D5B54EDDADD8741192")));
}

// The fields of general-ciphering's header are in the tag: whoever alters one is found out.
TEST(SecurityCiphering, TheGeneralHeaderIsAuthenticated) {
    Envelope envelope;
    envelope.tag = ApduTag::general_ciphering;
    const Octets transaction = from_hex("0102030405060708"), date_time = from_hex("07E7071E0717173B00FF8880"),
                 other = from_hex("AA55");
    envelope.header = {transaction, server_title, client_title, date_time, other};
    envelope.key_info = IdentifiedKey{0};
    const auto apdu = protected_octets(envelope, both, 7, example_keys(), from_hex("C001C100080000010000FF0200"));
    ASSERT_TRUE(apdu);
    for (GeneralHeader altered : {GeneralHeader{{}, server_title, client_title, date_time, other},
                                  GeneralHeader{transaction, {}, client_title, date_time, other},
                                  GeneralHeader{transaction, server_title, {}, date_time, other},
                                  GeneralHeader{transaction, server_title, client_title, {}, other},
                                  GeneralHeader{transaction, server_title, client_title, date_time, {}}}) {
        auto message = read_ciphered(*apdu);
        ASSERT_TRUE(message);
        message->envelope.header = altered;
        Octets room(200);
        EXPECT_EQ(unprotect(*message, example_keys(), Protection::none, room).error(),
                  CipherError::authentication_failed);
    }
}

TEST(SecurityCiphering, TagsOfTheServices) {
    struct Case {
        std::uint8_t plain, global, dedicated;
    };
    // IEC 62056-5-3, clause 8: the tags of the COSEMpdu module.
    constexpr Case cases[] = {{0x01, 0x21, 0x41}, {0x05, 0x25, 0x45}, {0x06, 0x26, 0x46}, {0x08, 0x28, 0x48},
                              {0x0C, 0x2C, 0x4C}, {0x0D, 0x2D, 0x4D}, {0x0E, 0x2E, 0x4E}, {0x16, 0x36, 0x56},
                              {0x18, 0x38, 0x58}, {0xC0, 0xC8, 0xD0}, {0xC1, 0xC9, 0xD1}, {0xC2, 0xCA, 0xD2},
                              {0xC3, 0xCB, 0xD3}, {0xC4, 0xCC, 0xD4}, {0xC5, 0xCD, 0xD5}, {0xC7, 0xCF, 0xD7}};
    std::size_t with_forms = 0;
    for (unsigned tag = 0; tag < 256; ++tag) {
        const auto octet = static_cast<std::uint8_t>(tag);
        with_forms += ciphered_tag(ServiceKey::global, octet).has_value() ? 1U : 0U;
        with_forms += ciphered_tag(ServiceKey::dedicated, octet).has_value() ? 1U : 0U;
        with_forms += plain_tag(static_cast<ApduTag>(octet)).has_value() ? 1U : 0U;
    }
    EXPECT_EQ(with_forms, 4 * std::size(cases)) << "and no others";
    for (const auto& [plain, global, dedicated] : cases) {
        EXPECT_EQ(ciphered_tag(ServiceKey::global, plain), static_cast<ApduTag>(global));
        EXPECT_EQ(ciphered_tag(ServiceKey::dedicated, plain), static_cast<ApduTag>(dedicated));
        EXPECT_EQ(plain_tag(static_cast<ApduTag>(global)), plain);
        EXPECT_EQ(plain_tag(static_cast<ApduTag>(dedicated)), plain);
        EXPECT_TRUE(is_ciphered(global) && is_ciphered(dedicated) && !is_ciphered(plain));
    }
    EXPECT_TRUE(is_ciphered(0xDB) && is_ciphered(0xDC) && is_ciphered(0xDD));
    EXPECT_FALSE(is_ciphered(0xDF) || is_ciphered(0xE0) || is_ciphered(0xD9) || is_ciphered(0x0F));
}

TEST(SecurityCiphering, ReasonsOfRefusal) {
    const auto refusal = [](std::string_view hex) { return unprotected_octets(from_hex(hex), example_keys()).error(); };
    EXPECT_EQ(refusal(""), CipherError::malformed);
    EXPECT_EQ(refusal("C0010000080000010000FF0200"), CipherError::malformed);
    EXPECT_EQ(refusal("C8 06 20 01234567"), CipherError::malformed) << "the length says more";
    EXPECT_EQ(refusal("C8 05 20 01234567"), CipherError::malformed) << "nothing inside";
    EXPECT_EQ(refusal("C8 06 20 01234567 41 00"), CipherError::malformed) << "a surplus octet";
    EXPECT_EQ(refusal("C8 06 23 01234567 41"), CipherError::unknown_suite);
    EXPECT_EQ(refusal("C8 06 21 01234567 41"), CipherError::wrong_suite);
    EXPECT_EQ(refusal("C8 06 A0 01234567 41"), CipherError::compressed);
    EXPECT_EQ(refusal("C8 06 00 01234567 C0"), CipherError::unprotected);
    EXPECT_EQ(refusal("C8 06 40 01234567 C0"), CipherError::unprotected);
    EXPECT_EQ(refusal("C8 86 000000000006 20 01234567 41"), CipherError::malformed) << "no such length";
    EXPECT_EQ(refusal("DB 07 4D4D4D0000BC61 06 20 01234567 41"), CipherError::malformed) << "a title of seven octets";
    EXPECT_EQ(refusal("DD 00 00 00 00 00 02 06 20 01234567 41"), CipherError::malformed) << "key-info there or not";
    EXPECT_EQ(refusal("DD 00 00 00 00 00 01 03 06 20 01234567 41"), CipherError::malformed) << "no such key-info";
    // A service inside the form of another: glo-set-request of what is a get-request.
    EXPECT_EQ(refusal("C9 12 20 01234567 411312FF935A47566827C467BC"), CipherError::wrong_service);
}

TEST(SecurityCiphering, RefusesToProtectWhatItCant) {
    const Octets get = from_hex("C001C100080000010000FF0200");
    const auto refusal = [&](const Envelope& envelope, SecurityControl control, const CipherKeys& keys, Bytes plain) {
        return protected_octets(envelope, control, 1, keys, plain).error();
    };
    EXPECT_EQ(refusal(service(0xC1), both, example_keys(), get), CipherError::wrong_service);
    EXPECT_EQ(refusal(service(0xC0), both, example_keys(), {}), CipherError::wrong_service);
    EXPECT_EQ(refusal(service(0xC0), {0xB0}, example_keys(), get), CipherError::compressed);
    EXPECT_EQ(refusal(service(0xC0), {0x00}, example_keys(), get), CipherError::unprotected);
    EXPECT_EQ(refusal(service(0xC0), {0x31}, example_keys(), get), CipherError::wrong_suite);
    EXPECT_EQ(refusal(service(0xC0), {0x3F}, example_keys(), get), CipherError::unknown_suite);
    const GcmKey none;
    EXPECT_EQ(refusal(service(0xC0), both, {none, authentication_key, server_title}, get), CipherError::no_key);
}

// An output that is too small is left as it was, with no octet of the plain APDU in it.
TEST(SecurityCiphering, NeedsRoomForAll) {
    const Octets get = from_hex("C001C100080000010000FF0200");
    const std::size_t whole = protected_size(service(0xC0), both, get.size());
    for (std::size_t size = 0; size <= whole; ++size) {
        Octets room(size + 2, 0xEE);
        ByteWriter out(room);
        out.u16(0xABCD);
        const auto done = protect(out, service(0xC0), both, 1, example_keys(), get);
        EXPECT_EQ(done.has_value(), size == whole);
        if (done) continue;
        EXPECT_EQ(done.error(), CipherError::no_room);
        EXPECT_TRUE(out.ok());
        EXPECT_EQ(out.size(), 2U);
        EXPECT_EQ(std::search(room.begin(), room.end(), get.begin(), get.begin() + 4), room.end());
    }
    const auto apdu = protected_octets(service(0xC0), both, 1, example_keys(), get).value();
    const auto message = read_ciphered(apdu).value();
    Octets room(get.size() - 1);
    EXPECT_EQ(unprotect(message, example_keys(), Protection::none, room).error(), CipherError::no_room);
}

TEST(SecurityCiphering, NothingIsDecryptedWhenTheTagIsWrong) {
    auto apdu =
        protected_octets(service(0xC0), both, 1, example_keys(), from_hex("C001C100080000010000FF0200")).value();
    apdu.back() ^= 1;
    Octets room(64, 0xEE);
    EXPECT_FALSE(unprotect(read_ciphered(apdu).value(), example_keys(), Protection::none, room));
    EXPECT_EQ(room, Octets(64, 0xEE));
}

TEST(SecurityCiphering, DecryptsInPlace) {
    auto apdu =
        protected_octets(service(0xC0), both, 1, example_keys(), from_hex("C001C100080000010000FF0200")).value();
    const auto message = read_ciphered(apdu).value();
    const auto offset = static_cast<std::size_t>(message.text.data() - apdu.data());
    const auto plain =
        unprotect(message, example_keys(), Protection::none, MutableBytes(apdu).subspan(offset, message.text.size()));
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->data(), message.text.data());
    EXPECT_EQ(to_hex(*plain), "C001C100080000010000FF0200");
}

TEST(SecurityCiphering, LargestPlainSizeFillsTheLimit) {
    Envelope general;
    general.system_title = server_title;
    for (const Envelope& envelope : {service(0xC4), general}) {
        for (const SecurityControl control : {authenticated, encrypted, both}) {
            for (std::size_t limit = 0; limit < 700; ++limit) {
                const std::size_t size = largest_plain_size(envelope, control, limit);
                if (size > 0) {
                    EXPECT_LE(protected_size(envelope, control, size), limit);
                }
                EXPECT_GT(protected_size(envelope, control, size + 1), limit);
            }
        }
    }
}

// Arbitrary keys, envelopes and APDUs.

struct Any {
    Octets key, ak, transaction_id, date_time, other, wrapped;
    Suite suite;
    Protection protection;
    SystemTitle sender;
    std::uint32_t counter;
    Octets plain;
    unsigned form;
    KeySet key_set;

    [[nodiscard]] SecurityControl control() const { return SecurityControl::make(suite, protection, key_set); }
    [[nodiscard]] Envelope envelope() const {
        Envelope envelope;
        switch (form) {
            case 0:
            case 1:
                envelope.tag =
                    ciphered_tag(form == 0 ? ServiceKey::global : ServiceKey::dedicated, plain.front()).value();
                break;
            case 2:
            case 3:
                envelope.tag = form == 2 ? ApduTag::general_glo_ciphering : ApduTag::general_ded_ciphering;
                if (counter % 2 == 0) envelope.system_title = sender;
                break;
            default:
                envelope.tag = ApduTag::general_ciphering;
                envelope.header = {transaction_id, sender, client_title, date_time, other};
                if (counter % 4 == 1) envelope.key_info = IdentifiedKey{1};
                if (counter % 4 == 2) envelope.key_info = WrappedKey{0, wrapped};
                if (counter % 4 == 3) envelope.key_info = AgreedKey{other, wrapped};
                break;
        }
        return envelope;
    }
};

Any any_message() {
    const auto octets = [](std::size_t size) {
        return *rc::gen::container<Octets>(size, rc::gen::arbitrary<std::uint8_t>());
    };
    Any any;
    any.suite = *rc::gen::element(Suite::aes128_gcm, Suite::p256_aes128_gcm, Suite::p384_aes256_gcm);
    any.protection =
        *rc::gen::element(Protection::authenticated, Protection::encrypted, Protection::authenticated_and_encrypted);
    any.key_set = *rc::gen::element(KeySet::unicast, KeySet::broadcast);
    any.key = octets(key_size(any.suite));
    any.ak = octets(key_size(any.suite));
    any.sender = *as_system_title(octets(8));
    any.counter = *rc::gen::arbitrary<std::uint32_t>();
    any.transaction_id = octets(*rc::gen::inRange<std::size_t>(0, 10));
    any.date_time = octets(*rc::gen::element<std::size_t>(0, 12));
    any.other = octets(*rc::gen::inRange<std::size_t>(0, 10));
    any.wrapped = octets(*rc::gen::inRange<std::size_t>(0, 200));
    any.form = *rc::gen::inRange(0U, 5U);
    any.plain = octets(*rc::gen::inRange<std::size_t>(1, 300));
    any.plain.front() = *rc::gen::element<std::uint8_t>(0x01, 0x08, 0x0E, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC7);
    return any;
}

RC_GTEST_PROP(SecurityCiphering, WhatIsProtectedComesOutAgain, ()) {
    const Any any = any_message();
    const GcmKey key(any.key);
    const CipherKeys keys{key, any.ak, any.sender, any.suite};
    const auto apdu = protected_octets(any.envelope(), any.control(), any.counter, keys, any.plain);
    RC_ASSERT(apdu.has_value());
    RC_ASSERT(apdu->size() == protected_size(any.envelope(), any.control(), any.plain.size()));
    const auto message = read_ciphered(*apdu);
    RC_ASSERT(message.has_value());
    RC_ASSERT(message->control == any.control());
    RC_ASSERT(message->invocation_counter == any.counter);
    RC_ASSERT(unprotected_octets(*apdu, keys) == any.plain);
    // Every beginning of it is refused, for the length says more.
    for (std::size_t size = 0; size < apdu->size(); ++size) {
        const Octets cut(apdu->begin(), apdu->begin() + static_cast<std::ptrdiff_t>(size));
        RC_ASSERT(!read_ciphered(cut));
    }
}

// An alteration of any octet is refused, but of those that are not in the tag and that the receiver compares or chooses
// the key by: whether the form is glo- or ded-, the title of general-glo, and the key-info.
RC_GTEST_PROP(SecurityCiphering, AnyAlterationIsRefused, ()) {
    Any any = any_message();
    if (any.protection == Protection::encrypted) any.protection = Protection::authenticated_and_encrypted;
    const GcmKey key(any.key);
    const CipherKeys keys{key, any.ak, any.sender, any.suite};
    const Envelope envelope = any.envelope();
    const Octets apdu = protected_octets(envelope, any.control(), any.counter, keys, any.plain).value();
    const std::size_t content = apdu.size() - 5 - any.plain.size() - tag_size;
    const std::size_t authentic_head =
        envelope.tag == ApduTag::general_ciphering
            ? 1 + dlms::codec_test::written_by([&](ByteWriter& out) { write(out, envelope.header); }).size()
            : 1;
    const auto difference = *rc::gen::inRange(1, 256);
    for (std::size_t i = 0; i < apdu.size(); ++i) {
        Octets altered = apdu;
        altered[i] = static_cast<std::uint8_t>(altered[i] ^ difference);
        const auto message = read_ciphered(altered);
        if (!message) continue;
        if (i >= authentic_head && i < content) continue;
        if (i == 0 && plain_tag(message->envelope.tag) == plain_tag(envelope.tag)) continue;
        RC_ASSERT(!unprotected_octets(altered, keys, any.protection));
    }
}

RC_GTEST_PROP(SecurityCiphering, TheStreamGivesWhatTheWholeGives, ()) {
    const Any any = any_message();
    const GcmKey key(any.key);
    const CipherKeys keys{key, any.ak, any.sender, any.suite};
    const Octets whole = protected_octets(any.envelope(), any.control(), any.counter, keys, any.plain).value();

    Bytes left = any.plain;
    const auto plain = [&](MutableBytes room) -> Pulled {
        const auto count = *rc::gen::inRange<std::size_t>(1, std::min(room.size(), left.size()) + 1);
        std::copy_n(left.begin(), count, room.begin());
        left = left.subspan(count);
        return {count, left.empty()};
    };
    ProtectedStream stream;
    RC_ASSERT(stream.start(any.envelope(), any.control(), any.counter, keys, any.plain.size()));
    Octets streamed;
    for (bool end = false; !end;) {
        Octets room(*rc::gen::inRange<std::size_t>(1, 100));
        const Pulled pulled = stream.pull(room, plain);
        RC_ASSERT(pulled.octets > 0);
        streamed.insert(streamed.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(pulled.octets));
        RC_ASSERT(streamed.size() <= whole.size());
        end = pulled.end;
    }
    RC_ASSERT(streamed == whole);
}

TEST(SecurityCiphering, AStreamOfAnotherSizeFails) {
    const auto pull_from = [](std::size_t stated, Bytes plain) {
        ProtectedStream stream;
        EXPECT_TRUE(stream.start(service(0xC4), both, 1, example_keys(), stated));
        const auto source = [&](MutableBytes room) -> Pulled {
            const std::size_t count = std::min(room.size(), plain.size());
            std::copy_n(plain.begin(), count, room.begin());
            plain = plain.subspan(count);
            return {count, plain.empty()};
        };
        Octets room(200);
        return stream.pull(room, source);
    };
    const Octets plain(40, 0xC4);
    EXPECT_EQ(pull_from(40, plain).octets, protected_size(service(0xC4), both, 40));
    EXPECT_TRUE(pull_from(40, plain).end);
    EXPECT_EQ(pull_from(39, plain).octets, 0U) << "longer than was said";
    EXPECT_EQ(pull_from(41, plain).octets, 0U) << "shorter than was said";
    EXPECT_EQ(pull_from(41, {}).octets, 0U);
    ProtectedStream stream;
    EXPECT_FALSE(stream.start(service(0xC4), both, 1, example_keys(), 0));
    EXPECT_FALSE(stream.start(service(0xC4), {0x31}, 1, example_keys(), 10));
    Octets room(20);
    EXPECT_EQ(stream.pull(room, [](MutableBytes) { return Pulled{1, true}; }).octets, 0U) << "not started";
}

// Any octets at all, behind tags that are looked into.
RC_GTEST_PROP(SecurityCiphering, TakesArbitraryOctets, (Octets octets, std::uint8_t form)) {
    constexpr std::uint8_t tags[] = {0xC8, 0xD4, 0x21, 0xDB, 0xDC, 0xDD};
    octets.insert(octets.begin(), tags[form % std::size(tags)]);
    (void)unprotected_octets(octets, example_keys());
}

}  // namespace
}  // namespace blathy::dlms::security
