// A whole meter behind HDLC: connections and associations, several meters on one bus, datagrams, and what must not
// grow.

#include "meter/server/hdlc_port.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meter/models/sm306.hpp"

#include "tests/support/hdlc_bench.hpp"

namespace blathy::test {
namespace {

using dlms::hdlc::Address;
using dlms::hdlc::one_octet_address;
using dlms::hdlc::two_octet_address;

constexpr std::uint8_t snrm_control = 0x93;
constexpr std::uint8_t disc_control = 0x53;
constexpr std::uint8_t ua_control = 0x73;
constexpr std::uint8_t dm_control = 0x1F;
constexpr std::uint8_t unnumbered = 0x03;
constexpr std::uint8_t poll_first = 0x11;  // RR, N(R) = 0
constexpr std::string_view frame_reject = "97";
// Of a frame from a meter with an address of two octets.
std::string control_of(const std::string& frame) {
    return frame.size() < 14 ? "" : frame.substr(12, 2);
}

constexpr Address reader = one_octet_address(16);
constexpr Address manager = one_octet_address(1);

// Of the public client: AARQ, and the answers to GET of the logical device name, each with its LLC octets.
constexpr std::string_view aarq = "E6E600 601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0";
constexpr std::string_view not_associated = "E6E700 D80101";
std::string name_answer(std::string_view serial) {
    return "E6E700 C401C100 0910 424C544544333032303030" + hex(as_bytes(serial));
}
// The management client opens an unconfirmed association (response-allowed FALSE) and sets the clock, unconfirmed.
constexpr std::string_view unconfirmed_aarq =
    "E6E600 603CA1090607608574050801018A0207808B0760857405080201AC0F800D44454D4F2D50415353574F5244"
    "BE11040F0100010000065F1F0400007E1F04B0";
constexpr std::string_view set_clock = "E6E600 C10181 0008 0000010000FF 02 00 090C 07EA0C18 FF 0C000000 FFC400";
const meter::UtcTime christmas_eve =
    std::chrono::sys_days{std::chrono::year{2026} / 12 / 24} + std::chrono::hours{11};  // of Central Europe, at noon

class HdlcPortTest : public testing::Test {
  protected:
    HdlcPortTest() { line_.attach(port_); }

    static meter::HdlcPortSettings at(std::uint16_t physical_device) {
        meter::HdlcPortSettings settings;
        settings.setup.device_address = physical_device;
        settings.address_sizes = dlms::hdlc::bus_sizes;
        return settings;
    }
    std::string ask(const FrameParts& parts) { return line_.ask(frame(parts)); }
    void connect(const Address& meter, const Address& client) {
        EXPECT_EQ(ask({meter, client, snrm_control}), frame({client, meter, ua_control}));
    }
    // A request in the first I frame of a connection, and its answer, without what surrounds it.
    void associate(const Address& meter, const Address& client = reader) {
        connect(meter, client);
        EXPECT_NE(ask({meter, client, 0x10, aarq}).find("E6E7006129"), std::string::npos);
    }

    Bench bench_;
    meter::HdlcPort port_{bench_.meter, at(17)};
    HdlcLine line_;
    static constexpr Address here_ = two_octet_address(1, 17);
};

TEST_F(HdlcPortTest, ServesAnAssociation) {
    associate(here_);
    EXPECT_TRUE(port_.has_open_association());
    EXPECT_EQ(ask({here_, reader, 0x32, get_name}), frame({reader, here_, 0x52, name_answer("12345")}));
    EXPECT_EQ(ask({here_, reader, disc_control}), frame({reader, here_, ua_control}));
    EXPECT_FALSE(port_.has_open_association());
}

TEST_F(HdlcPortTest, DisconnectingReleasesTheAssociation) {
    associate(here_);
    (void)ask({here_, reader, disc_control});
    connect(here_, reader);
    EXPECT_EQ(ask({here_, reader, 0x10, get_name}), frame({reader, here_, 0x30, not_associated}));
}

TEST_F(HdlcPortTest, AnSnrmInTheMiddleReleasesTheAssociation) {
    associate(here_);
    connect(here_, reader);
    EXPECT_EQ(ask({here_, reader, 0x10, get_name}), frame({reader, here_, 0x30, not_associated}));
}

TEST_F(HdlcPortTest, InactivityReleasesTheAssociation) {
    associate(here_);
    EXPECT_EQ(port_.wake_after_ms(line_.now_ms), 120'000U - 25);
    EXPECT_EQ(line_.wait(119'000), silence);
    EXPECT_TRUE(port_.has_open_association());
    EXPECT_EQ(line_.wait(1'000), silence);
    EXPECT_FALSE(port_.has_open_association());
    EXPECT_EQ(ask({here_, reader, 0x32, get_name}), frame({reader, here_, dm_control}));
}

TEST_F(HdlcPortTest, AnotherClientTakesTheLineOver) {
    associate(here_, reader);
    connect(here_, manager);
    EXPECT_EQ(ask({here_, manager, 0x10, get_name}), frame({manager, here_, 0x30, not_associated}));
    EXPECT_EQ(ask({here_, reader, 0x32, get_name}), frame({reader, here_, dm_control}));
}

// Connecting and disconnecting in any order with the services of an association: each frame gets the one answer that
// the state of both, which is all that a connection is made of, allows.
RC_GTEST_PROP(HdlcSequence, FramesAndServicesInAnyOrderGetTheAnswersOfTheirState, ()) {
    Bench bench;
    meter::HdlcPort port(bench.meter, {});
    HdlcLine line;
    line.attach(port);
    constexpr Address meter = one_octet_address(1);
    bool connected = false;
    bool associated = false;
    unsigned next = 0;  // N(S) of both sides' next I frame: every request has one answer
    const auto ask = [&](std::uint8_t control, std::string_view information = {}) {
        return line.ask(frame({meter, reader, control, information}));
    };
    const auto answer = [&](std::uint8_t control, std::string_view information = {}) {
        return frame({reader, meter, control, information});
    };
    const std::string disconnected = answer(dm_control);
    // What the request is answered with, or on a line without a connection DM.
    const auto exchange = [&](std::string_view request, std::string_view in_association, std::string_view without) {
        const auto sent = static_cast<std::uint8_t>(next << 5U | 0x10U | next << 1U);
        const std::string said = ask(sent, request);
        if (!connected) return RC_ASSERT(said == disconnected);
        const unsigned after = (next + 1U) % 8U;
        RC_ASSERT(said == answer(static_cast<std::uint8_t>(after << 5U | 0x10U | next << 1U),
                                 associated ? in_association : without));
        next = after;
    };
    const std::string accepted =
        "E6E700 6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400007E1F08000007";
    const std::string released = "E6E700 6303800100";
    for (const std::uint8_t step :
         *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::inRange<std::uint8_t>(0, 8))) {
        switch (step) {
            case 0:
                RC_ASSERT(ask(snrm_control) == answer(ua_control));
                connected = true;
                associated = false;
                next = 0;
                break;
            case 1:
                RC_ASSERT(ask(disc_control) == (connected ? answer(ua_control) : disconnected));
                connected = associated = false;
                break;
            case 2:
            case 3:
                exchange(aarq, accepted, accepted);
                associated = connected;
                break;
            case 4:
                exchange(get_name, name_answer("12345"), not_associated);
                break;
            case 5:
                exchange("E6E600 6200", released, released);
                associated = false;
                break;
            case 6:
                exchange("E6E600 D94000000100 00 00", "E6E700 D80102", not_associated);
                break;
            default: {
                const auto poll = static_cast<std::uint8_t>(next << 5U | 0x11U);
                RC_ASSERT(ask(poll) == (connected ? answer(poll) : disconnected));
                break;
            }
        }
        RC_ASSERT(port.is_connected() == connected);
        RC_ASSERT(port.has_open_association() == associated);
    }
}

// A push of the logical device name to client 16, by the line that is said.
void push_by(Bench& bench, meter::HdlcLine line) {
    meter::PushSettings settings;
    (void)settings.objects.add({{1, dlms::Obis(0, 0, 42, 0, 0), 2}, 0});
    settings.transport = meter::PushTransport::hdlc;
    settings.port_reference = meter::hdlc_setup_name(line);
    settings.client_sap = 16;
    ASSERT_TRUE(meter::keep_push_settings(bench.store, meter::PushSetup::interval, settings));
    ASSERT_EQ(bench.meter.outbox().push(bench.meter, meter::PushSetup::interval), dlms::ActionResult::success);
}

class PushingPortTest : public testing::Test {
  protected:
    PushingPortTest() { line_.attach(port_); }
    // Without what differs from push to push: the number and the time.
    static bool is_push(const std::string& said, const Address& from) {
        const std::string name =
            "0201"
            "0910"
            "424C5445443330323030303132333435";
        const std::string whole = frame({reader, from, 0x13,
                                         "E6E7000F00000001"
                                         "0C"
                                         "07EA060F010E000000FF8880" +
                                             name});
        return said.substr(0, whole.size()) == whole;
    }

    Bench bench_;
    meter::HdlcPort port_{bench_.meter, {.line = meter::HdlcLine::rs485, .address_sizes = dlms::hdlc::bus_sizes}};
    HdlcLine line_;
    static constexpr Address here_ = two_octet_address(1, 16);
};

TEST_F(PushingPortTest, PushesByItsLineWhenThatIsQuiet) {
    EXPECT_FALSE(port_.may_have_push());
    push_by(bench_, meter::HdlcLine::rs485);
    EXPECT_TRUE(port_.may_have_push());
    const std::string said = line_.wait(1);
    EXPECT_TRUE(is_push(said, here_)) << said;
    EXPECT_TRUE(bench_.meter.outbox().empty());
    EXPECT_FALSE(port_.may_have_push());
    EXPECT_EQ(line_.wait(1'000), silence);
}

TEST_F(PushingPortTest, LeavesAnotherLinesPushAlone) {
    push_by(bench_, meter::HdlcLine::optical);
    EXPECT_EQ(line_.wait(1'000), silence);
    EXPECT_FALSE(bench_.meter.outbox().empty());
}

TEST_F(PushingPortTest, OnAConnectionItPushesWithItsNextTurn) {
    ASSERT_EQ(line_.ask(frame({here_, reader, snrm_control})), frame({reader, here_, ua_control}));
    push_by(bench_, meter::HdlcLine::rs485);
    EXPECT_EQ(line_.wait(1'000), silence) << "the client has the turn";
    const std::string said = line_.ask(frame({here_, reader, poll_first}));
    const std::string ready = frame({reader, here_, poll_first});
    EXPECT_EQ(said.substr(0, said.size() - ready.size()).substr(12, 2), "03") << "an UI frame that ends no turn";
    EXPECT_EQ(said.substr(said.size() - ready.size()), ready);
    EXPECT_TRUE(bench_.meter.outbox().empty());
}

TEST_F(PushingPortTest, AFrameThatIsTooShortForAPushIsAFailure) {
    meter::HdlcSetup setup;
    setup.max_info_transmit = 32;
    ASSERT_TRUE(bench_.meter.set_up(meter::HdlcLine::rs485, setup));
    push_by(bench_, meter::HdlcLine::rs485);
    EXPECT_EQ(line_.wait(1'000), silence);
    EXPECT_FALSE(bench_.meter.outbox().empty()) << "it is tried again";
    EXPECT_FALSE(port_.may_have_push()) << "but later";
}

TEST_F(HdlcPortTest, NoOctetAloneKeepsAConnectionAlive) {
    associate(here_);
    for (int i = 0; i < 120; ++i) {
        EXPECT_EQ(line_.ask("7E"), silence);
        EXPECT_EQ(line_.wait(1'000), silence);
    }
    EXPECT_FALSE(port_.has_open_association());
}

TEST_F(HdlcPortTest, AFrameThatNeverEndsIsForgotten) {
    // The longest that a length field can announce, an octet at a time, for ever: nothing is kept but a buffer's worth,
    // and as soon as the line is quiet the next client is served.
    EXPECT_EQ(line_.ask("7EA7FF0223"), silence);
    for (int i = 0; i < 100'000; ++i) {
        const std::array<std::uint8_t, 1> octet{0x55};
        port_.receive(octet, line_.now_ms);
        if (i % 10 == 0) ++line_.now_ms;
    }
    EXPECT_EQ(line_.wait(26), silence);
    associate(here_);
}

TEST_F(HdlcPortTest, SegmentsThatNeverEndAreRejectedAndForgotten) {
    connect(here_, reader);
    const std::string segment = hex(Octets(128, 0x55));
    int taken = 0;
    while (taken < 100) {
        const auto control = static_cast<std::uint8_t>(0x10 | (taken % 8) << 1);
        const std::string answer =
            ask({.to = here_, .from = reader, .control = control, .information = segment, .is_segmented = true});
        if (control_of(answer) == frame_reject) break;
        ++taken;
    }
    // 2048 octets and the LLC header: the seventeenth segment of 128 does not fit.
    EXPECT_EQ(taken, 16);
    EXPECT_EQ(control_of(ask({here_, reader, poll_first})), frame_reject);
    associate(here_);
}

TEST_F(HdlcPortTest, AFrameThatComesLateIsForNobody) {
    associate(here_);
    const std::string late = frame({here_, reader, 0x32, get_name});
    EXPECT_EQ(ask({here_, reader, disc_control}), frame({reader, here_, ua_control}));
    // The last frame of the old connection, held up on its way: no data, and the new connection does not take it for
    // its own, for it acknowledges what was never sent.
    EXPECT_EQ(line_.ask(late), frame({reader, here_, dm_control}));
    connect(here_, reader);
    EXPECT_EQ(control_of(line_.ask(late)), frame_reject);
    connect(here_, reader);
    EXPECT_NE(ask({here_, reader, 0x10, aarq}).find("E6E7006129"), std::string::npos);
}

TEST_F(HdlcPortTest, AFrameWhoseLastOctetsComeLateIsDropped) {
    connect(here_, reader);
    const std::string whole = frame({here_, reader, 0x10, aarq});
    EXPECT_EQ(line_.ask(whole.substr(0, whole.size() - 4)), silence);
    line_.now_ms += 1;
    EXPECT_EQ(line_.ask(whole.substr(whole.size() - 4)), silence);
    EXPECT_EQ(line_.wait(100), silence);
    EXPECT_NE(line_.ask(whole).find("E6E7006129"), std::string::npos);
}

TEST_F(HdlcPortTest, AWindowOfAnAnswerIsRepeatedWhereItWasLost) {
    // The object list in information fields of 128 octets, a window of three. The second frame gets lost.
    constexpr std::string_view parameters = "81801405020080060200800704000000030804 00000003";
    EXPECT_EQ(control_of(ask({here_, reader, snrm_control, parameters})), "73");
    EXPECT_NE(ask({here_, reader, 0x10, aarq}).find("E6E7006129"), std::string::npos);
    const std::string first = ask({here_, reader, 0x32, "E6E600 C001C1 000F 0000280000FF 02 00"});
    ASSERT_EQ(first.size() / 2, 3U * (128 + 12));
    const std::string again = ask({here_, reader, 0x51});  // RR: frame 2 is expected
    EXPECT_EQ(again.size(), first.size()) << "frames 2, 3 and 4";
    const std::size_t one = first.size() / 3;
    EXPECT_EQ(again.substr(0, one), first.substr(one, one));
}

TEST_F(HdlcPortTest, TheCallingAddressIsForAMeterAloneOnItsLine) {
    const Address calling = two_octet_address(1, 0x7E);
    EXPECT_EQ(ask({calling, reader, snrm_control}), silence);
    meter::HdlcPort alone(bench_.meter, {});
    HdlcLine line;
    line.attach(alone);
    EXPECT_EQ(line.ask(frame({calling, reader, snrm_control})), frame({reader, calling, ua_control}));
    EXPECT_EQ(line.ask(frame({one_octet_address(1), reader, snrm_control})),
              frame({reader, one_octet_address(1), ua_control}));
}

TEST_F(HdlcPortTest, AnUnknownLogicalDeviceIsSilent) {
    EXPECT_EQ(ask({two_octet_address(2, 17), reader, snrm_control}), silence);
}

TEST_F(HdlcPortTest, ResetEndsEverything) {
    associate(here_);
    port_.reset();
    EXPECT_FALSE(port_.has_open_association());
    EXPECT_TRUE(port_.is_idle());
    EXPECT_EQ(ask({here_, reader, 0x32, get_name}), frame({reader, here_, dm_control}));
}

// Three meters on one RS485 bus.
class HdlcBusTest : public HdlcPortTest {
  protected:
    HdlcBusTest() {
        line_.attach(port_b_);
        line_.attach(port_c_);
    }
    Bench bench_b_{meter::sed302, 22222};
    Bench bench_c_{meter::sm306, 33333};
    meter::HdlcPort port_b_{bench_b_.meter, at(18)};
    meter::HdlcPort port_c_{bench_c_.meter, at(0x1234)};
    static constexpr Address b_ = two_octet_address(1, 18);
    static constexpr Address c_ = dlms::hdlc::four_octet_address(1, 0x1234);
};

TEST_F(HdlcBusTest, EachMeterAnswersItsOwnAddress) {
    associate(b_);
    associate(here_);
    EXPECT_EQ(ask({c_, reader, snrm_control}), frame({reader, c_, ua_control}));
    EXPECT_EQ(ask({b_, reader, 0x32, get_name}), frame({reader, b_, 0x52, name_answer("22222")}));
    EXPECT_EQ(ask({here_, reader, 0x32, get_name}), frame({reader, here_, 0x52, name_answer("12345")}));
    EXPECT_EQ(ask({two_octet_address(1, 19), reader, snrm_control}), silence);
    EXPECT_EQ(ask({one_octet_address(1), reader, snrm_control}), silence) << "it names no physical device";
}

TEST_F(HdlcBusTest, NobodyAnswersABroadcast) {
    for (const Address& all : {two_octet_address(1, 0x7F), two_octet_address(0x7F, 0x7F), two_octet_address(0x7F, 17),
                               dlms::hdlc::four_octet_address(1, 0x3FFF), one_octet_address(0x7F)}) {
        for (const unsigned control : {0x93U, 0x53U, 0x11U, 0x10U, 0x13U, 0x03U}) {
            EXPECT_EQ(ask({all, reader, static_cast<std::uint8_t>(control), aarq}), silence);
        }
        EXPECT_FALSE(port_.is_connected() || port_b_.is_connected() || port_c_.is_connected());
    }
}

TEST_F(HdlcBusTest, ABroadcastSetsEveryClock) {
    const Address all = two_octet_address(1, 0x7F);
    EXPECT_EQ(ask({all, manager, unnumbered, unconfirmed_aarq}), silence);
    EXPECT_EQ(ask({all, manager, unnumbered, set_clock}), silence);
    for (const Bench* bench : {&bench_, &bench_b_, &bench_c_}) EXPECT_EQ(bench->meter.clock().now(), christmas_eve);
}

TEST_F(HdlcBusTest, ABroadcastWithoutItsPasswordSetsNothing) {
    EXPECT_EQ(ask({two_octet_address(1, 0x7F), manager, unnumbered, set_clock}), silence);
    EXPECT_EQ(bench_.meter.clock().now(), bench_time);
}

TEST_F(HdlcBusTest, AnUnconfirmedAssociationIsForgotten) {
    const Address all = two_octet_address(1, 0x7F);
    EXPECT_EQ(ask({all, manager, unnumbered, unconfirmed_aarq}), silence);
    EXPECT_TRUE(port_.has_open_association());
    EXPECT_EQ(line_.wait(120'000), silence);
    EXPECT_FALSE(port_.has_open_association());
    EXPECT_EQ(ask({all, manager, unnumbered, set_clock}), silence);
    EXPECT_EQ(bench_.meter.clock().now(), bench_time);
}

TEST_F(HdlcBusTest, ADatagramDoesNotUseSomebodyElsesConnection) {
    associate(here_, reader);
    EXPECT_EQ(ask({two_octet_address(1, 0x7F), manager, unnumbered, unconfirmed_aarq}), silence);
    EXPECT_EQ(ask({two_octet_address(1, 0x7F), manager, unnumbered, set_clock}), silence);
    EXPECT_EQ(bench_.meter.clock().now(), bench_time) << "this one serves a connection";
    EXPECT_EQ(bench_b_.meter.clock().now(), christmas_eve);
    EXPECT_EQ(ask({here_, reader, 0x32, get_name}), frame({reader, here_, 0x52, name_answer("12345")}));
}

}  // namespace
}  // namespace blathy::test
