// The wrapper (IEC 62056-47) with the server behind it, as one connection sees it.
#include "meter/server/wrapper_link.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using test::Bench;
using test::Client;
using test::Octets;

Octets wpdu(std::uint16_t source, std::uint16_t destination, Bytes apdu) {
    Octets room(apdu.size() + 8);
    ByteWriter out(room);
    write(out, dlms::WrapperHeader{source, destination, static_cast<std::uint16_t>(apdu.size())});
    out.bytes(apdu);
    return room;
}
Octets wpdu(std::uint16_t source, std::uint16_t destination, std::string_view apdu) {
    return wpdu(source, destination, test::hex(apdu));
}

// A connection: what comes from the network piles up until the link takes it.
class Connection {
  public:
    explicit Connection(Meter& meter) : meter_(meter) {}

    // Returns what goes back.
    Octets receive(Bytes octets) {
        buffer_.insert(buffer_.end(), octets.begin(), octets.end());
        Octets answers;
        while (!closed) {
            const auto step = link.receive(meter_, buffer_, room_);
            answers.insert(answers.end(), step.answer.begin(), step.answer.end());
            for (Bytes next = link.more(meter_, room_); !next.empty(); next = link.more(meter_, room_)) {
                answers.insert(answers.end(), next.begin(), next.end());
            }
            closed = step.close;
            ++steps;
            EXPECT_LE(step.consumed, buffer_.size());
            if (step.consumed == 0) {
                EXPECT_TRUE(step.answer.empty());
                break;
            }
            buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(step.consumed));
        }
        EXPECT_LE(buffer_.size(), WrapperLink::receive_buffer_size);
        return answers;
    }
    std::string ask(const Octets& octets) { return test::hex(receive(octets)); }

    WrapperLink link;
    bool closed = false;
    std::size_t steps = 0;

  private:
    Meter& meter_;
    Octets buffer_;
    Octets room_ = Octets(WrapperLink::min_send_buffer_size + 3000);
};

struct Wrapper : testing::Test {
    Bench bench;
    Connection connection{bench.meter};
    const Octets open_public = wpdu(16, 1, Client::aarq());
    const Octets open_management = wpdu(1, 1, Client::aarq(test::management_password));
    const std::string get_base = "C001C100080000010000FF0900";
    const std::string base = "C401C1001601";
};

TEST_F(Wrapper, AnswersWithThePortsTurnedRound) {
    EXPECT_EQ(connection.ask(open_public),
              "000100010010002B"
              "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040040FEDF08000007");
    EXPECT_EQ(connection.ask(wpdu(16, 1, get_base)), "0001000100100006" + base);
    EXPECT_TRUE(connection.link.has_open_association());
    EXPECT_EQ(connection.ask(wpdu(16, 1, "6200")), "00010001001000056303800100");
    EXPECT_FALSE(connection.link.has_open_association());
}

TEST_F(Wrapper, LongAnswersHaveTheirHeaderRightBeforeThem) {
    (void)connection.ask(open_management);
    for (const char* request : {"C001C1000F0000280000FF0200", "C002C100000001"}) {
        const Octets answer = connection.receive(wpdu(1, 1, request));
        const auto header = dlms::read_wrapper_header(answer);
        ASSERT_TRUE(header);
        EXPECT_EQ(header->length + 8U, answer.size());
        EXPECT_EQ(test::hex(Bytes(answer).subspan(8, 3)), "C402C1");
    }
}

TEST_F(Wrapper, AnAnswerOfSeveralApdusIsAsManyWpdus) {
    (void)connection.ask(wpdu(16, 1, Client::aarq({}, 12, test::all_conformance)));
    (void)connection.ask(open_management);
    EXPECT_EQ(connection.ask(wpdu(16, 1, "C001C100080000010000FF0200")), "000100010010000CE0080001000005C401C10009");
    EXPECT_EQ(connection.ask(wpdu(1, 1, get_base)), "0001000100010006" + base) << "another client's session";
    EXPECT_EQ(connection.ask(wpdu(16, 1, "E083000100 0100")),
              "000100010010000CE04800020001050C07EA060F"
              "000100010010000CE0480003000105010E000000"
              "000100010010000AE0880004000103FF8880");
    Octets room(WrapperLink::min_send_buffer_size);
    EXPECT_TRUE(connection.link.more(bench.meter, room).empty());
}

TEST_F(Wrapper, AStreamMayBeCutAndJoinedAnywhere) {
    Octets stream = open_public;
    for (const char* apdu : {"C001C100080000010000FF0900", "", "C001C100080000010000FF0200", "6200"}) {
        const Octets next = wpdu(16, 1, apdu);
        stream.insert(stream.end(), next.begin(), next.end());
    }
    const std::string whole = Connection(bench.meter).ask(stream);
    ASSERT_GT(whole.size(), 2 * (43U + 14U + 26U + 13U));
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Connection other(bench.meter);
        Octets answers = other.receive(Bytes(stream).first(cut));
        const Octets rest = other.receive(Bytes(stream).subspan(cut));
        answers.insert(answers.end(), rest.begin(), rest.end());
        ASSERT_EQ(test::hex(answers), whole) << cut;
    }
    std::string by_octet;
    for (const std::uint8_t octet : stream) by_octet += connection.ask({octet});
    EXPECT_EQ(by_octet, whole);
}

TEST_F(Wrapper, AnotherVersionClosesTheConnection) {
    for (const char* header : {"0000001000010000", "0002001000010000", "0100001000010000", "7EA00A0002002321"}) {
        Connection other(bench.meter);
        EXPECT_EQ(other.ask(test::hex(header)), "");
        EXPECT_TRUE(other.closed) << header;
    }
    (void)connection.ask(test::hex("00020010000100"));
    EXPECT_FALSE(connection.closed);  // a header is looked at when it is whole
}

TEST_F(Wrapper, AnApduWithoutOctetsHasNoAnswer) {
    EXPECT_EQ(connection.ask(wpdu(16, 1, "")), "");
    EXPECT_EQ(connection.ask(wpdu(0, 0, "")), "");
    EXPECT_FALSE(connection.closed);
}

TEST_F(Wrapper, WhatIsTooLongIsRefusedAtOnceAndPassedOver) {
    (void)connection.ask(open_public);
    for (const std::size_t size : {std::size_t{max_receive_pdu_size} + 1, std::size_t{0xFFFF}}) {
        const Octets overlong = wpdu(16, 1, Octets(size, 0xC0));
        EXPECT_EQ(connection.ask(Octets(overlong.begin(), overlong.begin() + 8)), "0001000100100003D80104");
        std::size_t sent = 8;
        for (; sent + 1000 < overlong.size(); sent += 1000) {
            ASSERT_TRUE(connection.receive(Bytes(overlong).subspan(sent, 1000)).empty());
        }
        Octets rest(overlong.begin() + static_cast<std::ptrdiff_t>(sent), overlong.end());
        const Octets next = wpdu(16, 1, get_base);
        rest.insert(rest.end(), next.begin(), next.end());
        EXPECT_EQ(connection.ask(rest), "0001000100100006" + base);
    }
}

TEST_F(Wrapper, TheLongestApduIsTaken) {
    (void)connection.ask(open_public);
    EXPECT_EQ(connection.ask(wpdu(16, 1, Octets(max_receive_pdu_size, 0xC0))), "0001000100100003D80103");
}

TEST_F(Wrapper, TwoClientsShareAConnection) {
    (void)connection.ask(open_public);
    EXPECT_EQ(connection.ask(open_management).substr(0, 16), "0001000100010038");
    EXPECT_EQ(connection.ask(wpdu(16, 1, get_base)), "0001000100100006" + base);
    EXPECT_EQ(connection.ask(wpdu(1, 1, get_base)), "0001000100010006" + base);
    EXPECT_EQ(connection.ask(wpdu(16, 1, "C101C100080000010000FF030010FF88")), "0001000100100004C501C103");
    EXPECT_EQ(connection.ask(wpdu(1, 1, "C101C100080000010000FF030010FF88")), "0001000100010004C501C100");
    EXPECT_EQ(connection.ask(wpdu(16, 1, "6200")), "00010001001000056303800100");
    EXPECT_EQ(connection.ask(wpdu(1, 1, get_base)), "0001000100010006" + base);
}

TEST_F(Wrapper, AThirdClientIsRefusedForTheTimeBeing) {
    (void)connection.ask(open_public);
    (void)connection.ask(open_management);
    EXPECT_EQ(connection.ask(wpdu(2, 1, Client::aarq())),
              "0001000100020019"
              "6117A109060760857405080101A203020102A305A103020101");
    EXPECT_EQ(connection.ask(wpdu(2, 1, get_base)), "0001000100020003D80101");
    EXPECT_EQ(connection.ask(wpdu(16, 2, get_base)), "0001000200100003D80101");
    EXPECT_EQ(connection.ask(wpdu(16, 1, get_base)), "0001000100100006" + base);
}

TEST_F(Wrapper, ASessionWithoutAnAssociationMakesRoomForAnother) {
    for (std::uint16_t sap = 100; sap < 200; ++sap) {
        EXPECT_EQ(connection.ask(wpdu(sap, 7, get_base)).substr(16), "D80101");
    }
    EXPECT_EQ(connection.ask(open_management).substr(0, 16), "0001000100010038");
    EXPECT_EQ(connection.ask(open_public).substr(0, 16), "000100010010002B");
}

TEST_F(Wrapper, UnknownPortsAreRejected) {
    for (const auto& [source, destination] : {std::pair{0, 0}, {4, 1}, {16, 2}, {0xFFFF, 1}, {16, 0x7F}}) {
        const auto answer = connection.ask(
            wpdu(static_cast<std::uint16_t>(source), static_cast<std::uint16_t>(destination), Client::aarq()));
        EXPECT_EQ(answer.substr(16), "6117A109060760857405080101A203020101A305A103020101");
    }
}

// Every reply is a whole WPDU, and the work is bounded by the octets that come.
void expect_well_formed(const Octets& answers) {
    std::size_t at = 0;
    while (at < answers.size()) {
        const auto header = dlms::read_wrapper_header(Bytes(answers).subspan(at));
        RC_ASSERT(header.has_value());
        RC_ASSERT(header->length > 0);
        at += 8U + header->length;
    }
    RC_ASSERT(at == answers.size());
}

RC_GTEST_PROP(WrapperProperty, RandomOctetsGetWellFormedRepliesOrTheEnd, (const Octets& octets)) {
    Bench bench;
    Connection connection(bench.meter);
    expect_well_formed(connection.receive(octets));
    RC_ASSERT(connection.steps <= octets.size() + 1);
}

RC_GTEST_PROP(WrapperProperty, RandomApdusOfRandomClientsGetWellFormedReplies, ()) {
    Bench bench;
    Connection connection(bench.meter);
    (void)connection.receive(wpdu(16, 1, Client::aarq({}, *rc::gen::inRange<std::uint16_t>(12, 400))));
    for (int i = 0; i < 20; ++i) {
        const auto source = *rc::gen::element<std::uint16_t>(1, 16, 16, 2);
        const auto destination = *rc::gen::element<std::uint16_t>(1, 1, 1, 2);
        auto apdu = *rc::gen::arbitrary<Octets>();
        const auto tag = *rc::gen::element<std::uint8_t>(0x60, 0x62, 0xC0, 0xC1, 0xC3);
        if (!apdu.empty()) apdu[0] = tag;
        if (apdu.size() > 1) apdu[1] = static_cast<std::uint8_t>(apdu[1] % 7);
        expect_well_formed(connection.receive(wpdu(source, destination, apdu)));
    }
    RC_ASSERT(!connection.closed);
}

}  // namespace
}  // namespace blathy::meter
