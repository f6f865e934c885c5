// The data link cases of the DLMS UA Yellow Book (ATS_DL), by their names there, and what surrounds them. The meter is
// physical device 17 with the logical devices 1 and 16; the client is the public client, 16.
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/hdlc/server_link.hpp"

#include "tests/dlms/hdlc_frames.hpp"
#include "tests/dlms/hdlc_testing.hpp"

namespace blathy::dlms::hdlc {
namespace {

using namespace frames_test;
using codec_test::from_hex;
using codec_test::Octets;
using codec_test::to_hex;
using EventKind = ServerEvent::Kind;

constexpr std::array<std::uint16_t, 2> logical_devices{1, 16};
constexpr std::uint32_t turnaround_ms = 25;

constexpr std::string_view rr1_poll = "7EA00802232131A5E27E";
constexpr std::string_view rr0 = "7EA008210223116E037E";
constexpr std::string_view next_get = "7EA01A02232132F672E6E600C001C100080000010000FF0200601A7E";
constexpr std::string_view next_answer = "7EA01F210223526DF7E6E700C401C100090C07D20C04030A060BFF007800F1A67E";

std::string repeated(std::string_view hex, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += hex;
    return text;
}

class HdlcServer : public ::testing::Test {
  protected:
    HdlcServer() {
        settings_.physical_device = 17;
        settings_.logical_devices = logical_devices;
        answer_ = from_hex(answer_apdu);
    }

    // What the meter sends once the turnaround after `hex` is over, its frames one behind the other.
    std::string ask(std::string_view hex) {
        const Octets octets = from_hex(hex);
        Bytes input(octets);
        while (const auto event = link().receive(input, now_ms_)) {
            events_.push_back(event->kind);
            client_ = event->client;
            server_ = event->server;
            apdu_ = to_hex(event->apdu);
            if (event->kind == EventKind::request && is_answering_) link().respond(answer_);
        }
        std::array<std::uint8_t, frame_octets(2030)> room;
        EXPECT_EQ(link().transmit(room, now_ms_), 0u) << "before the line was quiet";
        now_ms_ += turnaround_ms;
        return listen();
    }
    std::string listen() {
        std::string sent;
        std::array<std::uint8_t, frame_octets(2030)> room;
        while (const std::size_t size = link().transmit(room, now_ms_)) sent += to_hex(Bytes(room).first(size));
        return sent;
    }
    std::string wait(std::uint32_t ms) {
        now_ms_ += ms;
        Bytes nothing;
        while (const auto event = link().receive(nothing, now_ms_)) events_.push_back(event->kind);
        return listen();
    }
    ServerLink& link() {
        if (!link_) link_.emplace(settings_, frame_buffer_, request_buffer_);
        return *link_;
    }
    std::vector<EventKind> take_events() { return std::exchange(events_, {}); }

    static std::string encoded(FrameKind kind, unsigned receive_number) {
        Frame frame;
        frame.destination = one_octet_address(16);
        frame.source = two_octet_address(1, 17);
        frame.control = encode_control({kind, true, static_cast<std::uint8_t>(receive_number), 0});
        std::array<std::uint8_t, 64> room;
        return to_hex(Bytes(room).first(encode_frame(frame, room)));
    }
    static std::string segment_of_128(unsigned send_number) {
        const Octets information(128, 0x55);
        Frame frame;
        frame.destination = two_octet_address(1, 17);
        frame.source = one_octet_address(16);
        frame.control = encode_control({FrameKind::i, true, 0, static_cast<std::uint8_t>(send_number)});
        frame.is_segmented = true;
        frame.information = information;
        std::array<std::uint8_t, 256> room;
        return to_hex(Bytes(room).first(encode_frame(frame, room)));
    }

    ServerSettings settings_;
    Octets frame_buffer_ = Octets(frame_octets(128));
    Octets request_buffer_ = Octets(1024);
    Octets answer_;
    bool is_answering_ = true;
    std::uint32_t now_ms_ = 0xFFFF'FF00;  // the clock wraps in every longer test
    std::vector<EventKind> events_;
    int client_ = 0;
    Address server_;
    std::string apdu_;

  private:
    std::optional<ServerLink> link_;
};

using HdlcAtsDl = HdlcServer;

TEST_F(HdlcAtsDl, HDLC_FRAME_P1) {  // connection set-up and release
    EXPECT_EQ(ask(disc), dm);
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_TRUE(link().is_connected());
    EXPECT_EQ(client_, 16);
    EXPECT_EQ(server_, two_octet_address(1, 17));
    EXPECT_EQ(ask(disc), ua);
    EXPECT_FALSE(link().is_connected());
    EXPECT_EQ(ask(disc), dm);
    EXPECT_EQ(take_events(), (std::vector{EventKind::connected, EventKind::disconnected}));
}

TEST_F(HdlcAtsDl, HDLC_FRAME_P2) {  // inter-octet timeout and inter-frame gap
    EXPECT_EQ(ask(snrm.substr(0, 10)), silence);
    now_ms_ += settings_.inter_octet_timeout_ms;
    EXPECT_EQ(ask(snrm.substr(10)), silence) << "the frame was interrupted for too long";
    now_ms_ += settings_.inter_octet_timeout_ms;
    EXPECT_EQ(ask(snrm), ua) << "and the next one is whole";

    // No answer as long as the line is not quiet, even if what comes is only noise.
    const Octets octets = from_hex(disc);
    Bytes input(octets);
    std::array<std::uint8_t, frame_octets(128)> room;
    EXPECT_EQ(link().receive(input, now_ms_)->kind, EventKind::disconnected);
    const Octets noise = from_hex("00");
    Bytes more(noise);
    EXPECT_EQ(link().receive(more, now_ms_ + 20), std::nullopt);
    EXPECT_EQ(link().transmit(room, now_ms_ + 44), 0u);
    EXPECT_EQ(link().wake_after_ms(now_ms_ + 44), 1u);
    EXPECT_EQ(to_hex(Bytes(room).first(link().transmit(room, now_ms_ + 45))), ua);
}

TEST_F(HdlcAtsDl, HDLC_FRAME_P3) {  // inactivity timeout
    settings_.inactivity_timeout_s = 120;
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(wait(100'000), silence);
    EXPECT_EQ(ask(rr0_poll), rr0) << "any frame of the connection counts";
    EXPECT_EQ(link().wake_after_ms(now_ms_), 120'000 - turnaround_ms);
    EXPECT_EQ(wait(120'000 - turnaround_ms - 1), silence);
    EXPECT_TRUE(link().is_connected());
    EXPECT_EQ(wait(1), silence);
    EXPECT_FALSE(link().is_connected());
    EXPECT_EQ(take_events(), (std::vector{EventKind::connected, EventKind::disconnected}));
    EXPECT_EQ(ask(rr0_poll), dm);
}

TEST_F(HdlcAtsDl, HDLC_FRAME_N1) {  // missing flags
    EXPECT_EQ(ask(snrm.substr(2)), silence);
    now_ms_ += settings_.inter_octet_timeout_ms;
    EXPECT_EQ(ask(snrm.substr(0, snrm.size() - 2)), silence);
    now_ms_ += settings_.inter_octet_timeout_ms;
    EXPECT_EQ(ask(snrm.substr(2, snrm.size() - 4)), silence);
    now_ms_ += settings_.inter_octet_timeout_ms;
    EXPECT_EQ(ask(snrm), ua);
}

TEST_F(HdlcAtsDl, HDLC_FRAME_N2) {  // frame too short
    for (const char* hex :
         {"7EA0020A7E", "7EA003217E", "7EA00402237E", "7EA00502232193 7E", "7EA0060223BD647E", "7E7E"}) {
        EXPECT_EQ(ask(hex), silence) << hex;
        now_ms_ += settings_.inter_octet_timeout_ms;
    }
    EXPECT_EQ(ask(snrm), ua);
}

TEST_F(HdlcAtsDl, HDLC_FRAME_N3) {  // format type sub-field
    EXPECT_EQ(ask("7E9008022321936DA37E"), silence);
    EXPECT_EQ(ask(snrm), ua);
}

TEST_F(HdlcAtsDl, HDLC_FRAME_N4) {  // length sub-field, one too many and one too few
    EXPECT_EQ(ask("7EA00902232193F96F7E"), silence);
    now_ms_ += settings_.inter_octet_timeout_ms;
    EXPECT_EQ(ask("7EA00702232193410E7E"), silence);
    now_ms_ += settings_.inter_octet_timeout_ms;
    EXPECT_EQ(ask(snrm), ua);
}

TEST_F(HdlcAtsDl, HDLC_FRAME_N5) {  // control field: FRMR with W, until SNRM or DISC
    const std::pair<std::string_view, std::string_view> frames[] = {
        {"7EA008022321FFD7CD7E", "7EA00D2102239704C4FF00010D187E"},
        {"7EA00802232119EF4F7E", "7EA00D2102239704C419000175C77E"},  // REJ
        {"7EA008022321BFD38F7E", "7EA00D2102239704C4BF00017B1E7E"},  // XID
    };
    for (const auto& [undefined, frmr] : frames) {
        EXPECT_EQ(ask(undefined), dm) << "in NDM";
        EXPECT_EQ(ask(snrm), ua);
        EXPECT_EQ(ask(undefined), frmr);
        EXPECT_EQ(ask(get), frmr) << "nothing else is heard any more";
        EXPECT_EQ(ask(rr0_poll), frmr);
        EXPECT_EQ(ask(snrm), ua);
        EXPECT_EQ(ask(get), answer);
        EXPECT_EQ(ask(disc), ua);
    }
}

TEST_F(HdlcAtsDl, HDLC_FRAME_N7) {  // bad HCS
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA01A02232110E770E6E600C001C100080000010000FF020087E27E"), silence);
    EXPECT_EQ(ask(get), answer);
}

TEST_F(HdlcAtsDl, HDLC_FRAME_N8) {  // bad FCS
    EXPECT_EQ(ask("7EA00802232193BC647E"), silence);
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA01A02232110E670E6E600C001C100080000010000FF0200611A7E"), silence);
    EXPECT_EQ(ask(get), answer);
}

TEST_F(HdlcAtsDl, HDLC_ADDRESS_P1) {  // valid addresses in the declared structure
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA00A00020023219318717E"), "7EA00A2100020023734CE77E");
    settings_.address_sizes = any_size;
    link().configure(settings_);
    EXPECT_EQ(ask("7EA0070321930F017E"), "7EA00721037301407E");
}

TEST_F(HdlcAtsDl, HDLC_ADDRESS_N1) {  // two-octet source address
    EXPECT_EQ(ask("7EA0090223022193CAD97E"), silence);
    EXPECT_EQ(ask(snrm), ua);
}

TEST_F(HdlcAtsDl, HDLC_ADDRESS_N4) {  // unknown destination
    EXPECT_EQ(ask("7EA0082423219374A07E"), silence) << "logical device 18";
    EXPECT_EQ(ask("7EA0080225219364B27E"), silence) << "physical device 18";
    EXPECT_EQ(ask("7EA00800232193CB5D7E"), silence) << "no station";
    EXPECT_EQ(ask("7EA00802FF2193114E7E"), silence) << "all stations";
    EXPECT_EQ(ask(snrm), ua);
}

TEST_F(HdlcAtsDl, HDLC_ADDRESS_N6) {  // one-octet destination where two or four are expected
    EXPECT_EQ(ask("7EA0070321930F017E"), silence);
    EXPECT_EQ(ask(snrm), ua);
}

TEST_F(HdlcAtsDl, HDLC_ADDRESS_N7) {  // three- or five-octet destination
    EXPECT_EQ(ask("7EA0090202232193C5137E"), silence);
    EXPECT_EQ(ask("7EA00B00020000232193955D7E"), silence);
    EXPECT_EQ(ask(snrm), ua);
}

TEST_F(HdlcAtsDl, HDLC_NDM2NRM_P1) {  // maximum information field length
    settings_.parameters = {2030, 2030, 1, 1};
    EXPECT_EQ(ask("7EA01F0223219321E081801205014006016007040000000108040000000117997E"),
              "7EA01F21022373E6C7818012050160060140070400000001080400000001B6677E")
        << "64 and 96 proposed, seen from the other side";
    EXPECT_EQ(link().negotiated(), (Parameters{96, 64, 1, 1}));
    EXPECT_EQ(ask("7EA021022321934855818014050207EE060207EE0704000000070804000000074EE97E"),
              "7EA021210223738F72818014050207EE060207EE070400000001080400000001B5D47E");
    EXPECT_EQ(link().negotiated(), (Parameters{2030, 2030, 1, 1}));
    EXPECT_EQ(ask("7EA01F0223219321E0818012050180060180070400000001080400000001533B7E"),
              "7EA01F21022373E6C7818012050180060180070400000001080400000001533B7E")
        << "the defaults are stated if they were proposed";
    EXPECT_EQ(ask(snrm), ua) << "and understood if nothing was";
    settings_.parameters = {64, 64, 1, 1};
    link().configure(settings_);
    EXPECT_EQ(ask(snrm), "7EA01F21022373E6C7818012050140060140070400000001080400000001B72C7E")
        << "less than the defaults must be stated";
}

TEST_F(HdlcAtsDl, HDLC_NDM2NRM_P2) {  // window size
    settings_.parameters = {128, 128, 7, 7};
    EXPECT_EQ(ask("7EA01F0223219321E0818012050180060180070400000003080400000002733E7E"),
              "7EA01F21022373E6C78180120501800601800704000000020804000000032FB07E");
    EXPECT_EQ(link().negotiated(), (Parameters{128, 128, 2, 3}));
    EXPECT_EQ(ask("7EA01902232193B9DB81800C050180060180070103080102E8187E"),
              "7EA01F21022373E6C78180120501800601800704000000020804000000032FB07E")
        << "window sizes of one octet";
}

TEST_F(HdlcAtsDl, HDLC_INFO_P1) {  // I frame exchange
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
    EXPECT_EQ(apdu_, get_apdu);
    EXPECT_EQ(ask(next_get), next_answer);
    EXPECT_EQ(ask("7EA00802232151A3817E"), "7EA008210223516A417E") << "RR 2 has nothing more to fetch";
    EXPECT_EQ(take_events(),
              (std::vector{EventKind::connected, EventKind::request, EventKind::request, EventKind::poll}));
}

TEST_F(HdlcAtsDl, HDLC_INFO_N1) {  // information field too long: FRMR with Y
    const std::string longest = "7EA08A02232110F34EE6E600" + repeated("C0", 125) + "61F47E";
    const std::string too_long = "7EA08B02232110B745E6E600" + repeated("C0", 126) + "0F447E";
    constexpr std::string_view frmr = "7EA00D2102239704C4100004C60C7E";
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(longest), answer);
    EXPECT_EQ(apdu_, repeated("C0", 125));
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(too_long), frmr);
    EXPECT_EQ(ask(get), frmr);
    EXPECT_EQ(ask(disc), ua);
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
}

TEST_F(HdlcAtsDl, HDLC_INFO_N2) {  // wrong N(R): FRMR with Z
    constexpr std::string_view frmr = "7EA00D2102239704C4B000087DC97E";
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA01A022321B0ECD5E6E600C001C100080000010000FF0200601A7E"), frmr) << "I frame with N(R) 5";
    EXPECT_EQ(ask(rr0_poll), frmr);
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA008022321B1AD667E"), "7EA00D2102239704C4B10008A1937E") << "RR with N(R) 5";
    EXPECT_EQ(ask(disc), ua);
    EXPECT_EQ(take_events(), (std::vector{EventKind::connected, EventKind::connected, EventKind::disconnected}));
}

TEST_F(HdlcAtsDl, HDLC_INFO_N3) {  // wrong N(S): the information is discarded and RR tells what is expected
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA01A02232112F453E6E600C001C100080000010000FF0200601A7E"), rr0) << "N(S) 1 instead of 0";
    EXPECT_EQ(ask(get), answer);
    EXPECT_EQ(ask("7EA01A02232134C017E6E600C001C100080000010000FF0200601A7E"), rr1) << "N(S) 2 instead of 1";
    EXPECT_EQ(ask(next_get), next_answer);
    EXPECT_EQ(take_events(), (std::vector{EventKind::connected, EventKind::request, EventKind::request}));
}

TEST_F(HdlcAtsDl, HDLC_NDMOP_N1) {  // I frame in NDM
    EXPECT_EQ(ask(get), dm);
    EXPECT_EQ(ask(rr0_poll), dm);
    EXPECT_EQ(ask("7EA01A022321006760E6E600C001C100080000010000FF0200601A7E"), silence) << "without poll no answer";
    EXPECT_EQ(take_events(), std::vector<EventKind>{});
}

TEST_F(HdlcServer, AnswersTheAarqOfThePublishedExchange) {
    EXPECT_EQ(ask(snrm), ua);
    answer_ = from_hex("6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400001E1D04C80007");
    EXPECT_EQ(ask("7EA02C02232110AF9FE6E600601DA109060760857405080101BE10040E01000000065F1F0400001E1DFFFFC5E47E"),
              "7EA0382102233034E7E6E7006129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400001E1D04"
              "C80007B86A7E");
    EXPECT_EQ(apdu_, "601DA109060760857405080101BE10040E01000000065F1F0400001E1DFFFF");
}

TEST_F(HdlcServer, StartsAnewWithEverySnrm) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(rr0_poll), rr0) << "the answer before it is gone";
    EXPECT_EQ(ask(get), answer) << "and both sequence numbers are zero";
}

TEST_F(HdlcServer, RepeatsAnAnswerThatWasLost) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
    EXPECT_EQ(ask("7EA00802232111A7C37E"), answer) << "the client polls for what it has not got";
    EXPECT_EQ(ask(get), answer) << "or repeats its request";
    EXPECT_EQ(ask(rr1_poll), rr1);
    EXPECT_EQ(ask(rr1_poll), rr1);
    EXPECT_EQ(take_events(), (std::vector{EventKind::connected, EventKind::request, EventKind::poll, EventKind::poll}))
        << "which was executed once";
}

TEST_F(HdlcServer, AcceptsTheAcknowledgementOfWhatItWasAboutToRepeat) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
    EXPECT_EQ(ask(std::string(rr0_poll) + std::string(next_get)), next_answer) << "the poll crossed the answer";
}

TEST_F(HdlcServer, AnswersPollsWhileTheApplicationIsBusy) {
    is_answering_ = false;
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), silence);
    EXPECT_EQ(ask(rr0_poll), rr1);
    link().respond(answer_);
    EXPECT_EQ(listen(), silence) << "the turn was given back";
    EXPECT_EQ(ask(rr0_poll), answer);
}

TEST_F(HdlcServer, AnswersARepeatedRequestWhileTheApplicationIsBusy) {
    is_answering_ = false;
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), silence);
    EXPECT_EQ(ask(get), rr1);
    link().respond(answer_);
    EXPECT_EQ(listen(), silence);
    EXPECT_EQ(ask(rr0_poll), answer);
    EXPECT_EQ(take_events(), (std::vector{EventKind::connected, EventKind::request}));
}

TEST_F(HdlcServer, SendsMoreOfAnAnswerToAClientThatPollsOn) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
    const Octets octets = from_hex(rr1_poll);
    Bytes input(octets);
    EXPECT_EQ(link().receive(input, now_ms_)->kind, EventKind::poll);
    link().respond(answer_);
    now_ms_ += turnaround_ms;
    const std::string more = listen();
    Frame frame;
    frame.destination = one_octet_address(16);
    frame.source = two_octet_address(1, 17);
    frame.control = encode_control({FrameKind::i, true, 1, 1});
    const Octets information = from_hex("E6E700" + std::string(answer_apdu));
    frame.information = information;
    std::array<std::uint8_t, 128> room;
    EXPECT_EQ(more, to_hex(Bytes(room).first(encode_frame(frame, room))));
    EXPECT_EQ(ask(rr1_poll), more) << "lost on the way";
    EXPECT_EQ(ask("7EA00802232151A3817E"), rr1) << "RR 2, and that was all";
}

TEST_F(HdlcServer, AnswersLateWithinTheSameTurn) {
    is_answering_ = false;
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), silence);
    now_ms_ += 1000;
    link().respond(answer_);
    EXPECT_EQ(listen(), answer);
}

TEST_F(HdlcServer, GivesTheTurnBackWithoutAnAnswer) {
    answer_.clear();
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), rr1);
}

TEST_F(HdlcServer, WaitsForThePollOfARequestSentWithoutOne) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA01A022321006760E6E600C001C100080000010000FF0200601A7E"), silence);
    EXPECT_EQ(apdu_, get_apdu);
    EXPECT_EQ(ask("7EA0080223210126D37E"), silence) << "RR without poll";
    EXPECT_EQ(ask(rr0_poll), answer);
}

constexpr std::string_view snrm_32_window_1 = "7EA01F0223219321E081801205012006012007040000000108040000000145277E";
constexpr std::string_view ua_32_window_1 = "7EA01F21022373E6C781801205012006012007040000000108040000000145277E";
constexpr std::string_view snrm_32_window_3 = "7EA01F0223219321E0818012050120060120070400000003080400000003EC337E";
constexpr std::string_view ua_32_window_3 = "7EA01F21022373E6C7818012050120060120070400000003080400000003EC337E";
constexpr std::string_view segments[] = {"E6E700808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C74EF7E",
                                         "9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBC03807E",
                                         "BDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCC6427E"};
constexpr std::string_view request_segment_0 =
    "7EA82A022321106F85E6E600000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C7BD97E";
constexpr std::string_view request_segment_1 =
    "7EA02A0223211225871D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C437D7E";

TEST_F(HdlcServer, ReceivesAndSendsInSegmentsOfTheAgreedLength) {
    answer_.clear();
    for (int i = 0x80; i <= 0xDC; ++i) answer_.push_back(static_cast<std::uint8_t>(i));
    EXPECT_EQ(ask(snrm_32_window_1), ua_32_window_1);
    EXPECT_EQ(ask(request_segment_0), rr1);
    EXPECT_EQ(ask(request_segment_1), "7EA82A21022350A207" + std::string(segments[0]));
    std::string whole;
    for (int i = 0; i <= 0x3C; ++i) whole += to_hex(Octets{static_cast<std::uint8_t>(i)});
    EXPECT_EQ(apdu_, whole);
    EXPECT_EQ(ask(rr1_poll), "7EA82A21022352B024" + std::string(segments[1]));
    EXPECT_EQ(ask(rr1_poll), "7EA82A21022352B024" + std::string(segments[1])) << "lost on the way";
    EXPECT_EQ(ask("7EA00802232151A3817E"), "7EA02A21022354DE60" + std::string(segments[2]));
    EXPECT_EQ(ask("7EA00802232171A1A07E"), "7EA008210223516A417E") << "RR 2, nothing left";
    EXPECT_EQ(take_events(), (std::vector{EventKind::connected, EventKind::request, EventKind::poll}));
}

TEST_F(HdlcServer, SendsAWindowOfFramesForOnePoll) {
    answer_.clear();
    for (int i = 0x80; i <= 0xDC; ++i) answer_.push_back(static_cast<std::uint8_t>(i));
    settings_.parameters.window_transmit = settings_.parameters.window_receive = 7;
    EXPECT_EQ(ask(snrm_32_window_3), ua_32_window_3);
    const std::string all = "7EA82A210223202574" + std::string(segments[0]) + "7EA82A210223223757" +
                            std::string(segments[1]) + "7EA02A21022334D803" + std::string(segments[2]);
    EXPECT_EQ(ask(get), all) << "only the last has F";
    EXPECT_EQ(ask(rr0_poll), all) << "the whole window was lost";
    EXPECT_EQ(ask("7EA00802232151A3817E"), "7EA02A21022334D803" + std::string(segments[2])) << "the third was lost";
    EXPECT_EQ(ask("7EA00802232171A1A07E"), rr1);
}

TEST_F(HdlcServer, SkipsWhatIsAcknowledgedBeforeItIsRepeated) {
    answer_.clear();
    for (int i = 0x80; i <= 0xDC; ++i) answer_.push_back(static_cast<std::uint8_t>(i));
    settings_.parameters.window_transmit = settings_.parameters.window_receive = 7;
    EXPECT_EQ(ask(snrm_32_window_3), ua_32_window_3);
    ask(get);
    EXPECT_EQ(ask(std::string(rr0_poll) + "7EA0080223212124F27E"),
              "7EA82A210223223757" + std::string(segments[1]) + "7EA02A21022334D803" + std::string(segments[2]))
        << "RR 1 without poll, behind RR 0 with it";
}

TEST_F(HdlcServer, ForgetsTheAnswerBeforeANewRequest) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
    is_answering_ = false;
    EXPECT_EQ(ask("7EA01A02232112F453E6E600C001C100080000010000FF0200601A7E"), silence) << "N(S) 1, N(R) still 0";
    EXPECT_EQ(ask(rr0_poll), "7EA008210223516A417E") << "RR 2";
}

TEST_F(HdlcServer, SendsNoInformationToAClientThatIsNotReady) {
    answer_.clear();
    for (int i = 0x80; i <= 0xDC; ++i) answer_.push_back(static_cast<std::uint8_t>(i));
    EXPECT_EQ(ask(snrm_32_window_1), ua_32_window_1);
    EXPECT_EQ(ask(get), "7EA82A21022330A464" + std::string(segments[0]));
    EXPECT_EQ(ask("7EA0080223213581A47E"), rr1) << "RNR 1";
    EXPECT_EQ(ask(rr1_poll), "7EA82A21022332B647" + std::string(segments[1])) << "RR 1 ends it";
}

TEST_F(HdlcServer, RejectsInformationWhereNoneIsPermitted) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA00B022321116BDE00CCC67E"), "7EA00D2102239704C4110003A5227E") << "W and X";
}

TEST_F(HdlcServer, ReportsBothSequenceNumbersInFrmr) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
    EXPECT_EQ(ask("7EA008022321FFD7CD7E"), "7EA00D2102239704C4FF22018E087E") << "V(R) 1, V(S) 1";
}

TEST_F(HdlcServer, RejectsARequestThatNeverEnds) {
    EXPECT_EQ(ask(snrm), ua);
    for (unsigned n = 0; n < 8; ++n) {
        const std::string next_rr = encoded(FrameKind::rr, (n + 1) % 8);
        EXPECT_EQ(ask(segment_of_128(n)), next_rr);
    }
    EXPECT_EQ(ask(segment_of_128(0)).substr(12, 2), "97") << "1024 octets are full";
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get), answer);
}

TEST_F(HdlcServer, IgnoresARequestWithoutLlcOctets) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA00F02232110F2E2E6E700C00186A47E"), rr1);
    EXPECT_EQ(take_events(), std::vector{EventKind::connected});
}

TEST_F(HdlcServer, NeverAnswersAResponse) {
    EXPECT_EQ(ask(snrm), ua);
    for (const std::string_view echo : {"7EA00802232173B3837E", "7EA0080223211FD92A7E"}) EXPECT_EQ(ask(echo), silence);
    EXPECT_EQ(ask(get), answer);
}

TEST_F(HdlcServer, WantsThePollBitOfSnrmAndDisc) {
    EXPECT_EQ(ask("7EA008022321833C747E"), silence);
    EXPECT_FALSE(link().is_connected());
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA0080223214330B27E"), silence);
    EXPECT_TRUE(link().is_connected());
}

TEST_F(HdlcServer, RefusesAMalformedProposal) {
    EXPECT_EQ(ask("7EA01002232193DD8A818014050280E7377E"), dm);
    EXPECT_EQ(ask("7EA01402232193CDA78180074202ABCD06014046DE7E"),
              "7EA01F21022373E6C781801205014006018007040000000108040000000144897E")
        << "an unknown parameter is passed over";
}

TEST_F(HdlcServer, TellsClientsApart) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask("7EA00802234153E4C77E"), "7EA0084102231FF4737E") << "client 32 has no connection to end";
    EXPECT_EQ(ask(get), answer) << "and did not disturb client 16";
    EXPECT_EQ(ask("7EA00802234193E8017E"), "7EA008410223739EDA7E") << "its SNRM takes the port over";
    EXPECT_EQ(client_, 32);
    EXPECT_EQ(ask(rr1_poll), dm);
    EXPECT_EQ(take_events(), (std::vector{EventKind::connected, EventKind::request, EventKind::connected}));
}

TEST_F(HdlcServer, AnswersTheCallingAddressOnlyWhenItIsTheOne) {
    EXPECT_EQ(ask("7EA00802FD2193A9FB7E"), silence);
    settings_.answers_calling_address = true;
    link().configure(settings_);
    EXPECT_EQ(ask("7EA00802FD2193A9FB7E"), "7EA0082102FD7351867E") << "under the address that was used";
}

TEST_F(HdlcServer, TakesDatagramsToAllStationsAndAnswersNone) {
    EXPECT_EQ(ask("7EA012FEFF21036FC2E6E6000F000000010A677E"), silence);
    EXPECT_EQ(apdu_, "0F00000001");
    EXPECT_EQ(server_, two_octet_address(0x7F, 0x7F));
    EXPECT_EQ(ask("7EA00EFEFF21139E11E6E6000F102F7E"), silence) << "even with P";
    EXPECT_EQ(ask("7EA010FEFEFEFF21035D5BE6E6000F102F7E"), silence) << "four octets";
    EXPECT_EQ(server_, four_octet_address(0x3FFF, 0x3FFF));
    EXPECT_EQ(ask("7EA00E20232113086DE6E600C0EB117E"), silence) << "logical device 16";
    EXPECT_EQ(server_, two_octet_address(16, 17));
    EXPECT_EQ(take_events(),
              (std::vector{EventKind::datagram, EventKind::datagram, EventKind::datagram, EventKind::datagram}));
}

TEST_F(HdlcServer, PushesADatagramWhenTheLineIsQuiet) {
    const Octets push = from_hex("0F00000001");
    EXPECT_TRUE(link().send_datagram(16, two_octet_address(1, 17), push));
    EXPECT_FALSE(link().send_datagram(16, two_octet_address(1, 17), push)) << "one at a time";
    EXPECT_EQ(link().wake_after_ms(now_ms_), 0u);
    EXPECT_EQ(listen(), "7EA0122102231394D8E6E7000F00000001DFF87E");
    EXPECT_FALSE(link().is_datagram_pending());

    EXPECT_EQ(ask(snrm), ua);
    EXPECT_TRUE(link().send_datagram(16, two_octet_address(1, 17), push));
    EXPECT_EQ(listen(), silence) << "the client has the turn";
    EXPECT_EQ(ask(get), "7EA0122102230315C8E6E7000F00000001DFF87E" + std::string(answer)) << "ahead of the answer";
    const Octets too_long(126);
    EXPECT_FALSE(link().send_datagram(16, two_octet_address(1, 17), too_long));
}

TEST_F(HdlcServer, IsSilentForOtherMetersOnTheBus) {
    // The whole talk between the client and physical device 18, both directions.
    Frame frame;
    std::array<std::uint8_t, 256> room;
    EXPECT_EQ(ask(snrm), ua);
    for (int control = 0; control < 256; ++control) {
        frame.control = static_cast<std::uint8_t>(control);
        frame.destination = two_octet_address(1, 18);
        frame.source = one_octet_address(16);
        EXPECT_EQ(ask(to_hex(Bytes(room).first(encode_frame(frame, room)))), silence);
        std::swap(frame.destination, frame.source);
        EXPECT_EQ(ask(to_hex(Bytes(room).first(encode_frame(frame, room)))), silence);
    }
    EXPECT_EQ(ask(get), answer);
}

TEST_F(HdlcServer, ForgetsEverythingWhenTheLineIsGone) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(get.substr(0, 20)), silence);
    link().reset();
    EXPECT_EQ(ask(get), dm);
}

// Whatever frames come, the link answers with valid frames only, and never without being polled.
RC_GTEST_PROP(HdlcServerProperties, AnySequenceOfFramesGetsOnlyValidAnswers, ()) {
    ServerSettings settings;
    settings.physical_device = 17;
    settings.logical_devices = logical_devices;
    settings.turnaround_ms = 0;
    settings.parameters = {64, 64, 3, 3};
    Octets frame_buffer(frame_octets(64));
    Octets request_buffer(200);
    ServerLink link(settings, frame_buffer, request_buffer);
    const Octets response(150, 0x5A);
    std::array<std::uint8_t, 2100> room;
    const int count = *rc::gen::inRange(1, 60);
    for (int i = 0; i < count; ++i) {
        Frame frame;
        frame.destination = two_octet_address(1, 17);
        frame.source = one_octet_address(16);
        frame.control = *rc::gen::weightedOneOf<std::uint8_t>(
            {{3, rc::gen::arbitrary<std::uint8_t>()},
             {2, rc::gen::just<std::uint8_t>(0x93)},
             {4, rc::gen::element<std::uint8_t>(0x10, 0x32, 0x54, 0x11, 0x31, 0x51, 0x71, 0x00, 0x22)}});
        Octets information = *rc::gen::oneOf(
            rc::gen::just(Octets{}), rc::gen::just(from_hex("E6E600C001")),
            rc::gen::container<Octets>(*rc::gen::inRange<std::size_t>(0, 300), rc::gen::arbitrary<std::uint8_t>()));
        frame.is_segmented = *rc::gen::arbitrary<bool>();
        frame.information = information;
        const bool is_polled = (frame.control & 0x10) != 0;
        Bytes input = Bytes(room).first(encode_frame(frame, room));
        Octets copy(input.begin(), input.end());
        input = copy;
        while (const auto event = link.receive(input, 0)) {
            if (event->kind == EventKind::request) link.respond(response);
        }
        bool has_final = false;
        while (const std::size_t size = link.transmit(room, 0)) {
            RC_ASSERT(is_polled);
            RC_ASSERT(!has_final);
            const auto sent = decode_frame(Bytes(room).subspan(1, size - 2));
            RC_ASSERT(sent.has_value());
            RC_ASSERT(sent->destination == one_octet_address(16));
            RC_ASSERT(sent->source == two_octet_address(1, 17));
            RC_ASSERT(sent->information.size() <= 64u);
            has_final = decode_control(sent->control).poll_final;
        }
    }
}

}  // namespace
}  // namespace blathy::dlms::hdlc
