#include <gtest/gtest.h>

#include "explain_support.hpp"

namespace blathy::dlms {
namespace {

using explain_test::lines_of;
using explain_test::missing;
using Lines = std::vector<std::string>;

TEST(ExplainHdlc, FrameWithApdu) {
    EXPECT_EQ(lines_of("7EA0199575546835E6E600C0018100080000010000FF01000DFD7E"),
              (Lines{"hdlc-frame: I N(S)=2 N(R)=2 P/F, 58 -> 74",
                     "  flag: 7E",
                     "  frame-format: type 3, length 25",
                     "    type (bits 12-15): 1010",
                     "    segmentation (bit 11): no",
                     "    length (bits 0-10): 25",
                     "  destination-address: 74",
                     "  source-address: 58",
                     "  control: I N(S)=2 N(R)=2 P/F",
                     "    N(R) (bits 5-7): 2",
                     "    poll/final (bit 4): yes",
                     "    N(S) (bits 1-3): 2",
                     "  HCS: good",
                     "  information",
                     "    llc: request",
                     "    get-request-normal",
                     "      invoke-id-and-priority: invoke-id 1, unconfirmed, high priority",
                     "        priority (bit 7): high",
                     "        service-class (bit 6): unconfirmed",
                     "        invoke-id (bits 0-3): 1",
                     "      cosem-attribute-descriptor: 0-0:1.0.0.255 attribute 1 (logical_name)",
                     "        class-id: 8 (Clock)",
                     "        instance-id: 0-0:1.0.0.255 (Clock)",
                     "        attribute-id: 1 (logical_name)",
                     "      access-selection: absent",
                     "  FCS: good",
                     "  flag: 7E"}));
}

TEST(ExplainHdlc, Addresses) {
    EXPECT_EQ(missing("7EA00A00020023219318717E",
                      {"hdlc-frame: SNRM P/F, 16 -> 1/17", "  destination-address: upper 1, lower 17",
                       "    upper (logical device): 1", "    lower (physical device): 17",
                       "  source-address: 16 (public client)", "  FCS: good"}),
              "");
    EXPECT_EQ(missing("7EA013CEFFCD1361D5E6E6001D64001400002C667E",
                      {"hdlc-frame: UI P/F, 102 -> 103/127", "    lower (physical device): 127 (all stations)"}),
              "");
    EXPECT_EQ(missing("7EA0090202 23219318717E", {"!  destination-address: neither one, two nor four octets"}), "");
}

TEST(ExplainHdlc, NegotiationParameters) {
    EXPECT_EQ(
        missing("7EA01F21022373E6C781801205019A06019A070400000001080400000001CCA27E",
                {"hdlc-frame: UA P/F, 1/17 -> 16", "    format, group and length: 18 octets",
                 "    max-information-field-length-transmit: 154", "    max-information-field-length-receive: 154",
                 "    window-size-transmit: 1", "    window-size-receive: 1", "  FCS: good"}),
        "");
}

TEST(ExplainHdlc, WrongCheckSequencesAreMarkedWithTheRightOnes) {
    EXPECT_EQ(missing("7EA0070321930F027E", {"  control: SNRM P/F", "!  FCS: wrong, expected 0F01", "  flag: 7E"}), "");
    EXPECT_EQ(missing("7EA0199575546836E6E600C0018100080000010000FF01000DFD7E",
                      {"!  HCS: wrong, expected 6835", "    get-request-normal"}),
              "");
}

TEST(ExplainHdlc, SeveralFramesMayShareAFlag) {
    const std::string both = "7EA0070321930F017EA00721037301407E";
    const auto nodes = explain_test::nodes_of(explain_test::from_hex(both));
    std::vector<std::pair<std::size_t, std::size_t>> frames;
    for (const auto& node : nodes) {
        EXPECT_FALSE(node.error) << node.name;
        if (node.depth == 0) frames.emplace_back(node.offset, node.length);
    }
    EXPECT_EQ(frames, (std::vector<std::pair<std::size_t, std::size_t>>{{0, 9}, {8, 9}}));
    EXPECT_EQ(missing("7EA0070321930F017E7EA00721037301407E",
                      {"hdlc-frame: SNRM P/F, 16 -> 1", "hdlc-frame: UA P/F, 1 -> 16"}),
              "");
}

TEST(ExplainHdlc, AnErrorInOneFrameLeavesTheNextOne) {
    EXPECT_EQ(missing("7EA0090202 23219318717E 7EA0070321930F017E",
                      {"!  destination-address: neither one, two nor four octets", "  undecoded: 219318717E",
                       "hdlc-frame: SNRM P/F, 16 -> 1", "  FCS: good"}),
              "");
}

TEST(ExplainHdlc, SegmentsAreNotTakenForWholeApdus) {
    // S set: the LLC octets and the beginning of an APDU. Check sequences are left wrong on purpose.
    EXPECT_EQ(missing("7EA80F032110 0000 E6E600C00181 0000 7E", {"    segmentation (bit 11): more segments follow",
                                                                 "    llc: request", "    segment of an apdu: C00181"}),
              "");
    EXPECT_EQ(missing("7EA00D032112 0000 00080000 0000 7E", {"    segment of an apdu: 00080000"}), "");
}

TEST(ExplainHdlc, FramesThatAreNone) {
    EXPECT_EQ(missing("7E90070321930F017E", {"!  frame-format: not of type 3 (1010)", "  undecoded: 0321930F017E"}),
              "");
    EXPECT_EQ(missing("7EA0060321930F017E", {"!  frame-format: length 6 less than the shortest frame's, 7"}), "");
    EXPECT_EQ(missing("7EA0070321930F0155", {"!  flag: 7E expected, not 55"}), "");
    EXPECT_EQ(
        missing("7EA00C0321970000 109201 0000 7E", {"    rejected-control: I N(S)=0 N(R)=0 P/F",
                                                    "    state: V(R)=4, V(S)=1", "    reason: W: control undefined"}),
        "");
}

TEST(ExplainWrapper, HeaderAndApdu) {
    EXPECT_EQ(missing("000100100001000DC001C100080000010000FF0200 00010001001000 04C5 01C100",
                      {"wpdu: 16 -> 1, apdu of 13", "  version: 1", "  source-wport: 16 (public client)",
                       "  destination-wport: 1 (management)", "  length: 13", "  get-request-normal",
                       "wpdu: 1 -> 16, apdu of 4", "  set-response-normal", "    result: success"}),
              "");
    EXPECT_EQ(lines_of("0002001000010001C0"), (Lines{"wpdu", "!  version: not 1", "  undecoded: 001000010001C0"}));
    EXPECT_EQ(
        missing("000100100001000DC001C10008", {"    invoke-id-and-priority: invoke-id 1, confirmed, high priority",
                                               "!    cosem-attribute-descriptor: truncated: needs 9 octets, has 2"}),
        "");
}

TEST(ExplainIec62056_21, SignOnToModeE) {
    EXPECT_EQ(lines_of("2F3F31323334210D0A"),
              (Lines{"request", "  start: /?", "  device-address: 1234", "  end-of-request: !", "  end: CR LF"}));
    EXPECT_EQ(lines_of("2F49534B355C324D543338322D313030380D0A"),
              (Lines{"identification", "  start: /", "  manufacturer: ISK", "  baud-rate: 9600 Bd",
                     "  enhanced-mode: \\2 (mode E, HDLC)", "  identification: MT382-1008", "  end: CR LF"}));
    EXPECT_EQ(lines_of("063235320D0A"), (Lines{"acknowledgement", "  ack: \\x06", "  protocol: 2 (HDLC)",
                                               "  baud-rate: 9600 Bd", "  mode: 2 (binary)", "  end: CR LF"}));
}

TEST(ExplainIec62056_21, DataAndCommands) {
    EXPECT_EQ(missing("02312D303A312E382E30283031303139322E35372A6B5768290D0A210D0A0355",
                      {"data-message", "  data-set: 1-0:1.8.0(010192.57*kWh)  Active energy import (+A) total",
                       "  text: !", "  bcc: good"}),
              "");
    EXPECT_EQ(lines_of("0142300371"),
              (Lines{"command-message", "  soh: \\x01", "  command: B0", "  etx: \\x03", "  bcc: good"}));
    EXPECT_EQ(missing("0142300370", {"!  bcc: wrong, expected 71"}), "");
    EXPECT_EQ(missing("2F3F21", {"!  end: truncated: no CR LF"}), "");
}

TEST(Explain, GuessesTheProtocolFromTheFirstOctets) {
    const auto guess = [](std::string_view hex) { return guess_protocol(explain_test::from_hex(hex)); };
    EXPECT_EQ(guess("7EA0"), Protocol::hdlc);
    EXPECT_EQ(guess("0001001000010002"), Protocol::wrapper);
    EXPECT_EQ(guess("2F3F210D0A"), Protocol::iec62056_21);
    EXPECT_EQ(guess("063235320D0A"), Protocol::iec62056_21);
    EXPECT_EQ(guess("0142300371"), Protocol::iec62056_21);
    EXPECT_EQ(guess("01000000065F1F04"), Protocol::apdu);
    EXPECT_EQ(guess("0601"), Protocol::apdu);
    EXPECT_EQ(guess("C001"), Protocol::apdu);
    EXPECT_EQ(guess(""), Protocol::apdu);
}

}  // namespace
}  // namespace blathy::dlms
