#include <gtest/gtest.h>

#include "explain_support.hpp"

namespace blathy::dlms {
namespace {

using explain_test::lines_of;
using explain_test::missing;
using Lines = std::vector<std::string>;

std::string summary_of(std::string_view hex) {
    std::array<char, 256> room{};
    return std::string(summary(explain_test::from_hex(hex), room));
}

TEST(ExplainApdu, GetRequestDownToTheBits) {
    EXPECT_EQ(lines_of("C00181 0003 0100010800FF 02 00"),
              (Lines{"get-request-normal", "  invoke-id-and-priority: invoke-id 1, unconfirmed, high priority",
                     "    priority (bit 7): high", "    service-class (bit 6): unconfirmed",
                     "    invoke-id (bits 0-3): 1", "  cosem-attribute-descriptor: 1-0:1.8.0.255 attribute 2 (value)",
                     "    class-id: 3 (Register)", "    instance-id: 1-0:1.8.0.255 (Active energy import (+A) total)",
                     "    attribute-id: 2 (value)", "  access-selection: absent"}));
}

TEST(ExplainApdu, SelectiveAccessByRange) {
    EXPECT_EQ(
        missing(
            "C001C100070100630100FF0201010204020412000809060000010000FF0F02120000090C07E10A010700000000FFC480"
            "090C07E10A010701000000FFC4800100",
            {"  cosem-attribute-descriptor: 1-0:99.1.0.255 attribute 2 (buffer)",
             "  selective-access-descriptor: selector 1 (by range)", "    access-selector: 1",
             "    structure: 4 elements", "      structure: 4 elements", "        long-unsigned: 8",
             "        octet-string: 0000010000FF (0-0:1.0.0.255 Clock)", "        integer: 2",
             "        long-unsigned: 0", "      octet-string: 2017-10-01 Sun 00:00:00.00 UTC+01:00, daylight saving",
             "      octet-string: 2017-10-01 Sun 01:00:00.00 UTC+01:00, daylight saving", "      array: 0 elements"}),
        "");
}

TEST(ExplainApdu, GetResponses) {
    EXPECT_EQ(missing("C401C1000600001391",
                      {"get-response-normal", "  get-data-result: data", "  double-long-unsigned: 5009"}),
              "");
    EXPECT_EQ(missing("C401C10104", {"  get-data-result: data-access-result", "  result: object-undefined"}), "");
    EXPECT_EQ(
        missing("C402C101000000010003010203", {"get-response-with-datablock", "  last-block: yes", "  block-number: 1",
                                               "  datablock-result: raw-data", "  raw-data: 010203"}),
        "");
    EXPECT_EQ(missing("C402C1010000000201 13", {"  result: data-block-number-invalid"}), "");
    EXPECT_EQ(missing("C403C102001605 0104", {"get-response-with-list", "  result-list: 2 items", "    result 1",
                                              "      enum: 5", "    result 2", "      result: object-undefined"}),
              "");
}

TEST(ExplainApdu, SetAndAction) {
    EXPECT_EQ(missing("C101C100080000010000FF0200090C07E50118FF0E303950FFC400",
                      {"set-request-normal", "  cosem-attribute-descriptor: 0-0:1.0.0.255 attribute 2 (time)",
                       "  access-selection: absent", "  octet-string: 2021-01-24 14:48:57.80 UTC+01:00"}),
              "");
    EXPECT_EQ(
        missing("C101C10001 01005E6245FF 02 00 120000",
                {"    instance-id: 1-0:94.98.69.255 (Country specific object of country 98)", "  long-unsigned: 0"}),
        "");
    EXPECT_EQ(
        missing("C303C1 01 0046000060030AFF01 01 0F00",
                {"action-request-with-list", "  method-descriptor-list: 1 item",
                 "    cosem-method-descriptor: 0-0:96.3.10.255 method 1 (remote_disconnect)",
                 "      class-id: 70 (Disconnect control)", "      instance-id: 0-0:96.3.10.255 (Disconnect control)",
                 "  method-invocation-parameters: 1 item", "    integer: 0"}),
        "");
    EXPECT_EQ(missing("C701C0000101FA", {"action-response-normal", "  result: success",
                                         "  get-data-result: data-access-result", "  result: other-reason"}),
              "");
    EXPECT_EQ(missing("C704C100000007", {"action-response-next-pblock", "  block-number: 7"}), "");
}

TEST(ExplainApdu, NamesEveryChoiceOfTheServices) {
    const auto root = [](std::string_view hex) { return lines_of(hex).front(); };
    EXPECT_EQ(root("C002C100000001"), "get-request-next");
    EXPECT_EQ(root("C003C100"), "get-request-with-list");
    EXPECT_EQ(root("C102C1"), "set-request-with-first-datablock");
    EXPECT_EQ(root("C103C1"), "set-request-with-datablock");
    EXPECT_EQ(root("C104C1"), "set-request-with-list");
    EXPECT_EQ(root("C105C1"), "set-request-with-list-and-first-datablock");
    EXPECT_EQ(root("C502C1"), "set-response-datablock");
    EXPECT_EQ(root("C503C1"), "set-response-last-datablock");
    EXPECT_EQ(root("C504C1"), "set-response-last-datablock-with-list");
    EXPECT_EQ(root("C505C1"), "set-response-with-list");
    EXPECT_EQ(root("C302C1"), "action-request-next-pblock");
    EXPECT_EQ(root("C304C1"), "action-request-with-first-pblock");
    EXPECT_EQ(root("C305C1"), "action-request-with-list-and-first-pblock");
    EXPECT_EQ(root("C306C1"), "action-request-with-pblock");
    EXPECT_EQ(root("C702C1"), "action-response-with-pblock");
    EXPECT_EQ(root("C703C1"), "action-response-with-list");
    EXPECT_EQ(lines_of("C007C1"), (Lines{"get-request", "!  choice: no choice 7 of get-request", "  undecoded: C1"}));
}

TEST(ExplainApdu, Associations) {
    EXPECT_EQ(
        missing("6066A109060760857405080103A60A04084D4D4D0000BC614E8A0207808B0760857405080201AC0A80083132333435363738"
                "BE34043221303001234567801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB204D39EE6FDB"
                "8E356855",
                {"AARQ", "  application-context-name: LN ciphered (2.16.756.5.8.1.3)",
                 "  calling-AP-title: 4D4D4D0000BC614E (MMM)", "  sender-acse-requirements: 1 (authentication)",
                 "  mechanism-name: LLS (2.16.756.5.8.2.1)",
                 "  calling-authentication-value: 3132333435363738 \"12345678\"", "  user-information",
                 "    glo-initiate-request", "      security-control: suite 0, authenticated, encrypted",
                 "        encryption (bit 5): yes", "        authentication (bit 4): yes",
                 "        security-suite (bits 0-3): 0 (AES-GCM-128)", "      invocation-counter: 19088743",
                 "      ciphered-text: 801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE68",
                 "      authentication-tag: 41DB204D39EE6FDB8E356855"}),
        "");
    EXPECT_EQ(
        missing("6142A109060760857405080101A203020100A305A10302010E88020780890760857405080205AA0A8008503677524A323146"
                "BE10040E0800065F1F040000501F01F40007",
                {"AARE", "  result: accepted", "  result-source-diagnostic: authentication-required (service user)",
                 "  mechanism-name: HLS-GMAC (2.16.756.5.8.2.5)",
                 "  responding-authentication-value: 503677524A323146 \"P6wRJ21F\"", "    initiate-response",
                 "      negotiated-dlms-version-number: 6", "      conformance: 00501F",
                 "        bit 9: priority-mgmt-supported", "        bit 11: block-transfer-with-get-or-read",
                 "        bit 19: get", "        bit 20: set", "        bit 21: selective-access",
                 "        bit 22: event-notification", "        bit 23: action",
                 "      server-max-receive-pdu-size: 500", "      vaa-name: 0007 (logical names)"}),
        "");
    EXPECT_EQ(missing("611FA109060760857405080101A203020101A305A103020101BE0604040E010601",
                      {"  result: rejected-permanent", "  result-source-diagnostic: no-reason-given (service user)",
                       "    confirmed-service-error", "      service: initiate-error", "      error-class: initiate",
                       "      error: dlms-version-too-low"}),
              "");
    EXPECT_EQ(lines_of("6203800100"), (Lines{"RLRQ", "  reason: normal"}));
    EXPECT_EQ(lines_of("6303800101"), (Lines{"RLRE", "  reason: not-finished"}));
}

TEST(ExplainApdu, MalformedAssociationFieldsAreMarkedAndTheOthersExplained) {
    EXPECT_EQ(lines_of("610E A1040602 6085 A203020100 5F0101 00"),
              (Lines{"AARE", "!  application-context-name: malformed: 06026085", "  result: accepted",
                     "!  unknown field: tag 5F: 01", "!  surplus: 1 octet too many: 00"}));
}

TEST(ExplainApdu, ConformanceNamesEveryBit) {
    EXPECT_EQ(missing("01000000065F1F0400FFFFFF0000", {"  dedicated-key: absent",
                                                       "  response-allowed: true (default)",
                                                       "  proposed-quality-of-service: absent",
                                                       "  proposed-dlms-version-number: 6",
                                                       "  conformance: FFFFFF",
                                                       "    bit 0: reserved-zero",
                                                       "    bit 1: general-protection",
                                                       "    bit 2: general-block-transfer",
                                                       "    bit 3: read",
                                                       "    bit 4: write",
                                                       "    bit 5: unconfirmed-write",
                                                       "    bit 6: delta-value-encoding",
                                                       "    bit 7: reserved-seven",
                                                       "    bit 8: attribute0-supported-with-set",
                                                       "    bit 9: priority-mgmt-supported",
                                                       "    bit 10: attribute0-supported-with-get",
                                                       "    bit 11: block-transfer-with-get-or-read",
                                                       "    bit 12: block-transfer-with-set-or-write",
                                                       "    bit 13: block-transfer-with-action",
                                                       "    bit 14: multiple-references",
                                                       "    bit 15: information-report",
                                                       "    bit 16: data-notification",
                                                       "    bit 17: access",
                                                       "    bit 18: parameterized-access",
                                                       "    bit 19: get",
                                                       "    bit 20: set",
                                                       "    bit 21: selective-access",
                                                       "    bit 22: event-notification",
                                                       "    bit 23: action",
                                                       "  client-max-receive-pdu-size: 0 (no limit)"}),
              "");
}

TEST(ExplainApdu, CipheredApdus) {
    EXPECT_EQ(
        missing("C81E1001234567C0010000080000010000FF020006725D910F9221D263877516",
                {"glo-get-request", "  security-control: suite 0, authenticated", "  invocation-counter: 19088743",
                 "  get-request-normal", "    cosem-attribute-descriptor: 0-0:1.0.0.255 attribute 2 (time)",
                 "  authentication-tag: 06725D910F9221D263877516"}),
        "");
    EXPECT_EQ(
        missing("DB001E30800000D181EC9EC4BF53E9776EF0C453969FBDFE11BE9B791AACC0FF8C",
                {"general-glo-ciphering", "  system-title: absent",
                 "  security-control: suite 0, authenticated, encrypted", "  invocation-counter: 2147483857",
                 "  ciphered-text: 81EC9EC4BF53E9776EF0C45396", "  authentication-tag: 9FBDFE11BE9B791AACC0FF8C"}),
        "");
    EXPECT_EQ(missing("DD 0101 084D4D4D0000000001 084D4D4D0000BC614E 00 00 01 02 0102 00 08 21 00000001 AABBCC",
                      {"  other-information", "  key-info: agreed-key",
                       "    key-parameters: 02 (static unified model C(0e, 2s))", "    key-ciphered-data",
                       "  security-control: suite 1, encrypted"}),
              "");
    EXPECT_EQ(missing("DF 0101 084D4D4D0000000001 084D4D4D0000BC614E 00 00 0D C001C100080000010000FF0200 04 01020304",
                      {"general-signing", "  content", "    get-request-normal", "  signature: 01020304"}),
              "");
    EXPECT_EQ(missing("C8 06 30 00000001 AA", {"!  ciphered-content: too short for an authentication tag"}), "");
}

TEST(ExplainApdu, BlocksAndNotifications) {
    EXPECT_EQ(missing("E0 45 0002 0001 03 AABBCC",
                      {"general-block-transfer", "  block-control: more blocks follow, streaming, window 5",
                       "    last-block (bit 7): no", "    streaming (bit 6): yes", "    window (bits 0-5): 5",
                       "  block-number: 2", "  block-number-ack: 1", "  block-data: 3 octets",
                       "    part of an apdu: AABBCC"}),
              "");
    EXPECT_EQ(
        missing("E0 80 0001 0000 0D C001C100080000010000FF0200", {"  block-data: 13 octets", "    get-request-normal"}),
        "");
    EXPECT_EQ(missing("0F700000010C07EA0A07030E3611FFFED40009060000600100FF",
                      {"data-notification", "  long-invoke-id-and-priority: invoke-id 1, confirmed, normal priority",
                       "    priority (bit 31): normal", "    service-class (bit 30): confirmed",
                       "    processing-option (bit 29): break on error", "    self-descriptive (bit 28): yes",
                       "    invoke-id (bits 0-23): 1", "  date-time: 2026-10-07 Wed 14:54:17 UTC+05:00",
                       "  notification-body", "    octet-string: 0000600100FF (0-0:96.1.0.255 Device identifier 1)"}),
              "");
    EXPECT_EQ(missing("C200000100006 00B00FF021105",
                      {"event-notification-request", "  time: absent",
                       "  cosem-attribute-descriptor: 0-0:96.11.0.255 attribute 2 (value)", "  unsigned: 5"}),
              "");
}

TEST(ExplainApdu, Errors) {
    EXPECT_EQ(lines_of("D80101"), (Lines{"exception-response", "  state-error: service-not-allowed",
                                         "  service-error: operation-not-possible"}));
    EXPECT_EQ(missing("D8020600000042", {"  state-error: service-unknown", "  service-error: invocation-counter-error",
                                         "  invocation-counter: 66"}),
              "");
    EXPECT_EQ(lines_of("050102FA00"), (Lines{"read-request", "  body: 0102FA00"}));
    EXPECT_EQ(lines_of("AA01"), (Lines{"unknown apdu", "!  tag: no APDU here may have the tag AA", "  undecoded: 01"}));
    EXPECT_EQ(lines_of(""), (Lines{"!apdu: truncated: needs 1 octet, has 0"}));
}

TEST(ExplainApdu, EveryTypeOfData) {
    EXPECT_EQ(missing("C401C100 0216 00 0301 040BFFE0 05FFFFFFFF 06FFFFFFFF 0A03414243 0C02C3A9 0D12 0FFF 10FFFF "
                      "14FFFFFFFFFFFFFFFF 15FFFFFFFFFFFFFFFF 1605 1740490FDB 18400921FB54442D18 "
                      "1907E50118FF0E303950FFC400 1A07E5011807 1B0E303950 1CFF 1DFFFE 1EFFFFFFFD FF",
                      {"  structure: 22 elements",
                       "    null-data",
                       "    boolean: true",
                       "    bit-string: 11111111 111",
                       "    double-long: -1",
                       "    double-long-unsigned: 4294967295",
                       "    visible-string: \"ABC\"",
                       "    utf8-string: \"é\"",
                       "    bcd: 12",
                       "    integer: -1",
                       "    long: -1",
                       "    long64: -1",
                       "    long64-unsigned: 18446744073709551615",
                       "    enum: 5",
                       "    float32: 3.1415927",
                       "    float64: 3.141592653589793",
                       "    date-time: 2021-01-24 14:48:57.80 UTC+01:00",
                       "    date: 2021-01-24 Sun",
                       "    time: 14:48:57.80",
                       "    delta-integer: -1",
                       "    delta-long: -2",
                       "    delta-double-long: -3",
                       "    dont-care"}),
              "");
}

TEST(ExplainApdu, CompactArrayContents) {
    EXPECT_EQ(
        missing("C401C100 13 02021201 0002 0A 0B 0001 0141 024243 0002 00 00",
                {"  compact-array", "    contents-description: structure {long-unsigned, array 2 {visible-string}}",
                 "    array-contents: 11 octets", "      structure: 2 elements", "        long-unsigned: 1",
                 "        array: 2 elements", "          visible-string: \"A\"", "          visible-string: \"BC\"",
                 "      structure: 2 elements", "        long-unsigned: 2", "        array: 2 elements",
                 "          visible-string: \"\"", "          visible-string: \"\""}),
        "");
    EXPECT_EQ(missing("C401C100 13 0202 12 11 06 0001 02 0003 04",
                      {"    contents-description: structure {long-unsigned, unsigned}", "    array-contents: 6 octets",
                       "      structure: 2 elements", "        long-unsigned: 1", "        unsigned: 2",
                       "      structure: 2 elements", "        long-unsigned: 3", "        unsigned: 4"}),
              "");
    EXPECT_EQ(missing("C401C100 13 13 01 00", {"!    contents-description: none of a compact array, or truncated"}),
              "");
}

TEST(ExplainApdu, DatesWithWildcardsAndText) {
    EXPECT_EQ(missing("C401C100 090CFFFFFEFE0702000000800000", {"  octet-string: ****-DST-begin-last Sun 02:00:00.00"}),
              "");
    EXPECT_EQ(missing("C401C100 0904 4C455431", {"  octet-string: 4C455431 \"LET1\""}), "");
}

TEST(ExplainApdu, TextsShowNoControlCharactersAndNoBrokenUtf8) {
    EXPECT_EQ(missing("C401C100 0C06 41 0A C3A9 22 5C", {"  utf8-string: \"A\\x0Aé\\\"\\\\\""}), "");
    EXPECT_EQ(missing("C401C100 0C03 E282AC", {"  utf8-string: \"€\""}), "");
    // C1 control, overlong, surrogate, cut short.
    EXPECT_EQ(missing("C401C100 0C02 C29B", {"  utf8-string: \"\\xC2\\x9B\""}), "");
    EXPECT_EQ(missing("C401C100 0C03 E08080", {"  utf8-string: \"\\xE0\\x80\\x80\""}), "");
    EXPECT_EQ(missing("C401C100 0C03 EDA080", {"  utf8-string: \"\\xED\\xA0\\x80\""}), "");
    EXPECT_EQ(missing("C401C100 0C02 E282", {"  utf8-string: \"\\xE2\\x82\""}), "");
    EXPECT_EQ(missing("C401C100 0A02 C3A9", {"  visible-string: \"\\xC3\\xA9\""}), "");
}

TEST(ExplainApdu, BadDataIsMarkedWhereItIs) {
    EXPECT_EQ(lines_of("C401C100 0203 1101 0B 1102"),
              (Lines{"get-response-normal", "  invoke-id-and-priority: invoke-id 1, confirmed, high priority",
                     "    priority (bit 7): high", "    service-class (bit 6): confirmed",
                     "    invoke-id (bits 0-3): 1", "  get-data-result: data", "  structure: 3 elements",
                     "    unsigned: 1", "!    data: no data type has the tag 0B", "  undecoded: 1102"}));
    EXPECT_EQ(missing("C401C100 01 05 1101", {"!  array: count 5 larger than the octets left, 2", "  undecoded: 1101"}),
              "");
    EXPECT_EQ(missing("C401C100 0910 0102", {"!  octet-string: truncated: needs 18 octets, has 4"}), "");
    EXPECT_EQ(missing("C401C100 0980 0102", {"!  octet-string: no valid length", "  undecoded: 0102"}), "");
    EXPECT_EQ(missing("C001C1 0003 0100010800FF 02 02", {"!  access-selection: neither present (01) nor absent (00)"}),
              "");
    EXPECT_EQ(missing("C401C107", {"!  get-data-result: no choice 07"}), "");
}

TEST(Summary, OneLineForEachKindOfApdu) {
    EXPECT_EQ(summary_of("C001C1 0003 0100010800FF 02 00"), "get-request-normal 1-0:1.8.0.255 attribute 2 (value)");
    EXPECT_EQ(summary_of("C401C100060001E240"), "get-response-normal double-long-unsigned 123456");
    EXPECT_EQ(summary_of("C401C10104"), "get-response-normal object-undefined");
    EXPECT_EQ(summary_of("C002C100000002"), "get-request-next block 2");
    EXPECT_EQ(summary_of("C402C100000000020003AABBCC"), "get-response-with-datablock block 2");
    EXPECT_EQ(summary_of("C003C102000100002A0000FF020000080000010000FF0200"),
              "get-request-with-list 2 items, 0-0:42.0.0.255 attribute 2 (value)");
    EXPECT_EQ(summary_of("C001C100070100630100FF020102 0204 0600000001 0600000002 120001 120000"),
              "get-request-normal 1-0:99.1.0.255 attribute 2 (buffer), selector 2 (by entry)");
    EXPECT_EQ(summary_of("C101C100080000010000FF0200090C07E50118FF0E303950FFC400"),
              "set-request-normal 0-0:1.0.0.255 attribute 2 (time), octet-string 2021-01-24 14:48:57.80 UTC+01:00");
    EXPECT_EQ(summary_of("C501C100"), "set-response-normal success");
    EXPECT_EQ(summary_of("C301C1004600006003 0AFF01010F00"),
              "action-request-normal 0-0:96.3.10.255 method 1 (remote_disconnect), integer 0");
    EXPECT_EQ(summary_of("C701C00000"), "action-response-normal success");
    EXPECT_EQ(
        summary_of("6036A1090607608574050801018A0207808B0760857405080201AC0A80083132333435363738BE10040E01000000065F"
                   "1F0400007E1F04B0"),
        "AARQ LN, LLS");
    EXPECT_EQ(
        summary_of("6142A109060760857405080101A203020100A305A10302010E88020780890760857405080205AA0A8008503677524A"
                   "323146BE10040E0800065F1F040000501F01F40007"),
        "AARE accepted, LN, authentication-required (service user), HLS-GMAC");
    EXPECT_EQ(summary_of("6129A109060760857405080101A203020101A305A103020102BE10040E0800065F1F040000501F01F40007"),
              "AARE rejected-permanent, LN, application-context-name-not-supported (service user)");
    EXPECT_EQ(summary_of("6203800100"), "RLRQ normal");
    EXPECT_EQ(summary_of("D80101"), "exception-response service-not-allowed, operation-not-possible");
    EXPECT_EQ(summary_of("C81E3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B"),
              "glo-get-request suite 0, authenticated, encrypted, counter 19088743");
    EXPECT_EQ(summary_of("0F400000010C07EA0A07030E3611FFFED40009060000600100FF"),
              "data-notification octet-string 0000600100FF (0-0:96.1.0.255 Device identifier 1)");
    EXPECT_EQ(summary_of("E0450002000103AABBCC"),
              "general-block-transfer more blocks follow, streaming, window 5, block 2");
    EXPECT_EQ(summary_of(""), "error at 0: apdu truncated: needs 1 octet, has 0");
}

}  // namespace
}  // namespace blathy::dlms
