// Signatures and keys of one transaction in suites 1 and 2: high level security 7, general-signing, and
// general-ciphering with wrapped and agreed keys.
#include "tests/meter/security_signing_testing.hpp"

namespace blathy::meter::security {
namespace {

using namespace testing;

class Signing : public SignedSession {};
INSTANTIATE_TEST_SUITE_P(Suites, Signing, ::testing::Values(Suite::p256_aes128_gcm, Suite::p384_aes256_gcm),
                         suite_name);

TEST_P(Signing, BothSidesProveThemselvesBySignature) {
    ASSERT_TRUE(associate_by_signature());
    EXPECT_EQ(client.get(), its_answer);
    ASSERT_TRUE(associate_by_signature(false));
    EXPECT_EQ(hex(client.ask(hex(get_invocation_counter), false)), its_answer);
}

TEST_P(Signing, AWrongProofEndsIt) {
    // Another's signature, one over another challenge, one that is altered, the server's own reflected.
    ASSERT_EQ(client.open(Mechanism::high_level_ecdsa).code, 14);
    EXPECT_EQ(hex(client.ask(ecdsa_pass_3(client_agreement))), "C701C1FA00");
    EXPECT_EQ(client.get(), "D80101");
    EXPECT_EQ(meter.events[SecurityEvent::wrong_password], 1);

    ASSERT_EQ(client.open(Mechanism::high_level_ecdsa).code, 14);
    const Octets old = ecdsa_pass_3(client_signing);
    ASSERT_EQ(client.open(Mechanism::high_level_ecdsa).code, 14);
    EXPECT_NE(hex(client.ask(old)).substr(6, 2), "00");
    ASSERT_EQ(client.open(Mechanism::high_level_ecdsa).code, 14);
    Octets altered = ecdsa_pass_3(client_signing);
    altered.back() ^= 1;
    EXPECT_NE(hex(client.ask(altered)).substr(6, 2), "00");
    EXPECT_EQ(meter.events[SecurityEvent::wrong_password], 3);
}

TEST_P(Signing, MechanismNeedsKeysAndALongChallenge) {
    client.challenge.resize(31);
    EXPECT_EQ(client.open(Mechanism::high_level_ecdsa).code, 13);
    client.challenge.resize(32);
    auto keys = client.keys;
    keys.suite = Suite::aes128_gcm;
    ASSERT_TRUE(meter.keys().change(Role::management, keys));
    EXPECT_EQ(client.open(Mechanism::high_level_ecdsa, false).code, 11);
    keys = client.keys;
    keys.mechanisms = Mechanisms(Mechanism::high_level_gmac);
    ASSERT_TRUE(meter.keys().change(Role::management, keys));
    EXPECT_EQ(client.open(Mechanism::high_level_ecdsa).code, 11);
    ASSERT_TRUE(meter.keys().change(Role::management, client.keys));
    ASSERT_TRUE(meter.pairs().set_client_keys(Role::management, {}));
    EXPECT_FALSE(associate_by_signature());
}

TEST_P(Signing, SignedRequestsGetSignedAnswers) {
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(ask_signed(hex(get_invocation_counter)), its_answer);
    // And those that are not, not.
    EXPECT_EQ(client.get(), its_answer);
    // Alone, where nothing is ciphered.
    ASSERT_TRUE(associate_by_signature(false));
    const auto content = check_signed(server.send(sign(hex(get_invocation_counter), client_signing)));
    ASSERT_TRUE(content);
    EXPECT_EQ(hex(*content), its_answer);
}

TEST_P(Signing, ASignatureIsNoReplacementForCiphering) {
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(server.send(sign(hex(get_invocation_counter), client_signing))), "D80101");
    EXPECT_EQ(server.served, 0);
    EXPECT_EQ(meter.events[SecurityEvent::weak_protection], 1);
}

// Whatever octet is flipped, of the header, the ciphered APDU or the signature.
TEST_P(Signing, AlteredSignedRequestsAreRefused) {
    ASSERT_TRUE(client.associate());
    const Octets request = sign(client.cipher(hex(get_invocation_counter), client.how()), client_signing);
    for (std::size_t i = 0; i < request.size(); ++i) {
        Octets altered = request;
        altered[i] ^= 0x01;
        const Octets answer = server.send(altered);
        ASSERT_EQ(answer.at(0), 0xD8) << i;
    }
    EXPECT_EQ(server.served, 0);
    // None of them moved the counter: the request itself is taken, once.
    const Octets answer = server.send(request);
    EXPECT_TRUE(check_signed(answer)) << hex(answer);
    EXPECT_EQ(hex(server.send(request)).substr(0, 6), "D80106");
    EXPECT_EQ(server.served, 1);
}

TEST_P(Signing, OthersSignaturesAreRefused) {
    ASSERT_TRUE(client.associate());
    const auto ciphered = [&] { return client.cipher(hex(get_invocation_counter), client.how()); };
    EXPECT_EQ(hex(server.send(sign(ciphered(), server_signing))), deciphering_error);
    EXPECT_EQ(hex(server.send(sign(ciphered(), client_signing, title("4D4D4D0000000002")))), deciphering_error);
    EXPECT_EQ(hex(server.send(sign(sign(ciphered(), client_signing), client_signing))).substr(0, 4), "D801");
    EXPECT_EQ(server.served, 0);
}

TEST_P(Signing, ThePolicyDemandsSignatures) {
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x94))), "C701C10000");
    EXPECT_EQ(client.get(), "D80101");
    EXPECT_EQ(ask_signed(hex(get_invocation_counter)), its_answer);
    // The proof of an association as well.
    EXPECT_FALSE(client.associate());
    EXPECT_EQ(meter.events[SecurityEvent::weak_protection], 2);
    // It does not shrink.
    ASSERT_EQ(client.open(Mechanism::high_level_gmac).code, 14);
    EXPECT_EQ(ask_signed(client.pass_3(Mechanism::high_level_gmac)).substr(0, 8), "C701C100");
    EXPECT_EQ(ask_signed(HeadEnd::activate(0x14)), "C701C1FA00");
}

TEST_P(Signing, ThePolicyDemandsSignedAnswers) {
    ASSERT_TRUE(client.associate());
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x84))), "C701C10000");
    const Octets answer = server.send(client.cipher(hex(get_invocation_counter), client.how()));
    const auto message = dlms::security::read_signed(answer);
    ASSERT_TRUE(message) << hex(answer);
    EXPECT_TRUE(dlms::security::is_signed_by(*message, curve, server_signing.public_key));
    EXPECT_EQ(hex(client.decipher(message->content).value()), its_answer);
}

TEST_P(Signing, WhatCantBeSignedIsNoPolicy) {
    ASSERT_TRUE(client.associate());
    ASSERT_TRUE(meter.pairs().set_client_keys(Role::management, {}));
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x14))), "C701C1FA00");
    EXPECT_EQ(hex(client.ask(HeadEnd::activate(0x84))), "C701C10000");
}

TEST_P(Signing, ALongAnswerIsSignedWhileItLeaves) {
    ASSERT_TRUE(client.associate());
    Octets room(300);
    const Octets request = sign(client.cipher(hex(get_invocation_counter), client.how()), client_signing);
    ASSERT_TRUE(server.association.unprotect(meter.around(), request, room));
    Octets plain(5000, 0x5A);
    plain[0] = 0xC4;
    OutgoingStream stream;
    ASSERT_TRUE(server.association.start_stream(stream, plain[0], plain.size()));
    std::size_t given = 0;
    Octets answer;
    bool end = false;
    while (!end) {
        Octets piece(1 + answer.size() % 97);
        const auto pulled = stream.pull(piece, [&](MutableBytes into) {
            const std::size_t count = std::min(into.size(), plain.size() - given);
            std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(given), count, into.begin());
            given += count;
            return dlms::Pulled{count, given == plain.size()};
        });
        ASSERT_GT(pulled.octets, 0U);
        answer.insert(answer.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(pulled.octets));
        end = pulled.end;
    }
    const auto content = check_signed(answer);
    ASSERT_TRUE(content);
    EXPECT_EQ(client.decipher(*content), plain);
}

// General-ciphering whose key comes with it.
class TransactionKeys : public SignedSession {
  protected:
    KeyPair client_ephemeral = KeyHolder(group_of(curve)).pair();
    KeyPair one_pass_signer = client_signing;
    Octets wrapping;  // empty: the master key
    Octets transaction_id = hex("0102030405060708");

    dlms::security::AgreedKeyUse use() const {
        return suite == Suite::p384_aes256_gcm ? dlms::security::AgreedKeyUse::aes_gcm_256
                                               : dlms::security::AgreedKeyUse::aes_gcm_128;
    }
    // 0: with a wrapped key; 1: one-pass; 2: static unified.
    Octets request(std::uint8_t parameters) {
        const Octets one = {parameters};
        dlms::security::SignedPublicKey data;
        dlms::security::Envelope envelope;
        envelope.tag = dlms::ApduTag::general_ciphering;
        envelope.header = {transaction_id, client_title, server_title, {}, {}};
        KeyOctets key(KeyOctets::of_size(dlms::security::key_size(suite)));
        Octets wrapped(key.size() + 8);
        if (parameters == 0) {
            EXPECT_TRUE(random.fill(key.room()));
            EXPECT_TRUE(dlms::security::wrap_key(wrapping.empty() ? client.keys.master.octets() : Bytes(wrapping), key,
                                                 wrapped));
            envelope.key_info = dlms::security::WrappedKey{0, wrapped};
        } else {
            const bool one_pass = parameters == 1;
            if (one_pass) {
                data = dlms::security::sign_public_key(curve, one_pass_signer.private_key, std::nullopt,
                                                       client_ephemeral.public_key, random)
                           .value();
            }
            const Bytes own = one_pass ? client_ephemeral.private_key : client_agreement.private_key;
            const auto z = dlms::security::agree(curve, own, server_agreement.public_key, random).value();
            key = dlms::security::derive_key(curve, z, use(), client_title, server_title,
                                             one_pass ? Bytes{} : Bytes(transaction_id));
            envelope.key_info = dlms::security::AgreedKey{one, data};
        }
        const dlms::security::GcmKey gcm(key);
        Octets room(600);
        ByteWriter out(room);
        EXPECT_TRUE(protect(out, envelope, SecurityControl::make(suite, Protection::authenticated_and_encrypted),
                            client.counter++, {gcm, client.keys.authentication, client_title, suite},
                            hex(get_invocation_counter)));
        room.resize(out.size());
        return room;
    }
    std::string open(Bytes answer) {
        const auto message = dlms::security::read_ciphered(answer);
        if (!message || !message->envelope.key_info) return hex(answer);
        EXPECT_TRUE(equal(message->envelope.header.originator_title, server_title));
        EXPECT_TRUE(equal(message->envelope.header.transaction_id, transaction_id));
        KeyOctets key(KeyOctets::of_size(dlms::security::key_size(suite)));
        if (const auto* wrapped = std::get_if<dlms::security::WrappedKey>(&*message->envelope.key_info)) {
            EXPECT_TRUE(dlms::security::unwrap_key(client.keys.master, wrapped->wrapped, key.room()));
        } else {
            const auto& agreed = std::get<dlms::security::AgreedKey>(*message->envelope.key_info);
            const bool one_pass = agreed.parameters[0] == 1;
            const auto party = one_pass ? dlms::security::verify_public_key(curve, server_signing.public_key,
                                                                            std::nullopt, agreed.data)
                                        : server_agreement.public_key;
            if (!party) return "unsigned";
            const auto z = dlms::security::agree(curve, client_agreement.private_key, *party, random).value();
            key = dlms::security::derive_key(curve, z, use(), server_title, client_title,
                                             one_pass ? Bytes{} : message->envelope.header.transaction_id);
        }
        const dlms::security::GcmKey gcm(key);
        Octets room(answer.size());
        const auto plain = unprotect(*message, {gcm, client.keys.authentication, server_title, suite},
                                     Protection::authenticated_and_encrypted, room);
        return plain ? hex(*plain) : "undecipherable";
    }
};
INSTANTIATE_TEST_SUITE_P(Suites, TransactionKeys, ::testing::Values(Suite::p256_aes128_gcm, Suite::p384_aes256_gcm),
                         suite_name);

TEST_P(TransactionKeys, RequestAndAnswerHaveAKeyEach) {
    ASSERT_TRUE(client.associate());
    for (const std::uint8_t parameters : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
        EXPECT_EQ(open(server.send(request(parameters))), its_answer) << int{parameters};
        // And the global key afterwards as before.
        EXPECT_EQ(client.get(), its_answer);
    }
    // Within a signature as well.
    const auto content = check_signed(server.send(sign(request(1), client_signing)));
    ASSERT_TRUE(content);
    EXPECT_EQ(open(*content), its_answer);
}

TEST_P(TransactionKeys, AreNotTakenTwice) {
    ASSERT_TRUE(client.associate());
    for (const std::uint8_t parameters : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
        const Octets once = request(parameters);
        EXPECT_EQ(open(server.send(once)), its_answer);
        EXPECT_EQ(hex(server.send(once)).substr(0, 6), "D80106") << int{parameters};
        meter.restart();
        client.counter = meter.keys().expected(Role::management, Counted::unicast);
        ASSERT_TRUE(client.associate());
        EXPECT_EQ(hex(server.send(once)).substr(0, 6), "D80106") << int{parameters};
    }
}

// What was sent with keys of a transaction outlives the unicast key, whose counter begins anew.
TEST_P(TransactionKeys, AreNotTakenAgainAfterAnotherUnicastKey) {
    ASSERT_TRUE(client.associate());
    std::vector<Octets> recorded;
    for (const std::uint8_t parameters : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
        recorded.push_back(request(parameters));
        EXPECT_EQ(open(server.send(recorded.back())), its_answer);
    }
    const std::uint32_t used = client.counter;
    client.keys.unicast = KeyOctets(Octets(dlms::security::key_size(suite), 0x99));
    ASSERT_TRUE(meter.keys().change(Role::management, client.keys));
    client.counter = 0;
    for (const bool restarted : {false, true}) {
        if (restarted) {
            meter.restart();
            client.counter = meter.keys().expected(Role::management, Counted::unicast);
        }
        ASSERT_TRUE(client.associate());
        const int served = server.served;
        for (const Octets& apdu : recorded) EXPECT_EQ(hex(server.send(apdu)).substr(0, 6), "D80106");
        EXPECT_EQ(server.served, served);
        // The unicast key counts anew, and is served.
        EXPECT_EQ(client.get(), its_answer);
    }
    // Keys of a transaction are, once the client counts on from where the meter says.
    client.counter = meter.keys().expected(Role::management, Counted::transaction);
    EXPECT_GE(client.counter, used);
    EXPECT_EQ(open(server.send(request(0))), its_answer);
    // With another authentication key nothing of before is authentic any more, and all counts begin anew.
    client.keys.authentication = KeyOctets(Octets(dlms::security::key_size(suite), 0x55));
    client.keys.unicast = KeyOctets(Octets(dlms::security::key_size(suite), 0x66));
    ASSERT_TRUE(meter.keys().change(Role::management, client.keys));
    EXPECT_EQ(meter.keys().expected(Role::management, Counted::transaction), 0U);
}

TEST_P(TransactionKeys, AlteredRequestsAreRefused) {
    ASSERT_TRUE(client.associate());
    for (const std::uint8_t parameters : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
        const Octets sound = request(parameters);
        for (std::size_t i = 0; i < sound.size(); ++i) {
            Octets altered = sound;
            altered[i] ^= 0x01;
            ASSERT_EQ(server.send(altered).at(0), 0xD8) << int{parameters} << ' ' << i;
        }
        EXPECT_EQ(open(server.send(sound)), its_answer);
    }
    EXPECT_EQ(server.served, 3);
}

TEST_P(TransactionKeys, OfOthersAreRefused) {
    ASSERT_TRUE(client.associate());
    wrapping.assign(dlms::security::key_size(suite), 0x77);
    EXPECT_EQ(hex(server.send(request(0))), deciphering_error);
    one_pass_signer = client_agreement;
    EXPECT_EQ(hex(server.send(request(1))), deciphering_error);
    ASSERT_TRUE(meter.pairs().set_client_keys(
        Role::management, {client_signing.public_key, KeyHolder(group_of(curve)).pair().public_key}));
    EXPECT_EQ(hex(server.send(request(2))), deciphering_error);
    EXPECT_EQ(server.served, 0);
}

// Nobody gets the meter to calculate for him before there is an association.
TEST_P(TransactionKeys, AreOfNoUseBeforeAnAssociation) {
    EXPECT_EQ(hex(server.send(request(2))).substr(0, 4), "D801");
    EXPECT_EQ(server.served, 0);
}

TEST_P(TransactionKeys, AnAnswerNeedsRoomForThem) {
    server.offer.max_receive_pdu_size = 1024;
    ASSERT_TRUE(client.associate());
    EXPECT_LT(server.association.answer_limit(300), 300U);
    const Octets sound = request(1);
    Octets room(sound.size());
    ASSERT_TRUE(server.association.unprotect(meter.around(), sound, room));
    const std::size_t most = server.association.answer_limit(1024);
    Octets plain(most, 0x5A);
    plain[0] = 0xC4;
    Octets out_room(2048);
    ByteWriter out(out_room);
    out.bytes(plain);
    ASSERT_TRUE(server.association.protect(out, 0));
    EXPECT_LE(out.size(), 1024U);
    EXPECT_GT(out.size(), 1000U);
}

}  // namespace
}  // namespace blathy::meter::security
