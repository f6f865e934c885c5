// The data link cases of the DLMS UA Conformance Test Plan (ATS_DL), by their names there, as a tester sees them on the
// line of a whole meter. The meter is physical device 17, its management logical device is 1, and the tester is the
// public client, 16. It offers information fields of 2030 octets and windows of 7.
//
// tests/dlms/hdlc_server_link_test.cpp has them for the link alone.
#include <gtest/gtest.h>

#include "tests/support/hdlc_bench.hpp"

namespace blathy::test {
namespace {

using dlms::hdlc::Address;
using dlms::hdlc::one_octet_address;
using dlms::hdlc::two_octet_address;

constexpr std::string_view snrm = "7EA00802232193BD647E";
constexpr std::string_view ua = "7EA008210223737A437E";
constexpr std::string_view disc = "7EA00802232153B1A27E";
constexpr std::string_view dm = "7EA0082102231F10EA7E";
constexpr std::string_view rr0_poll = "7EA00802232111A7C37E";
constexpr std::string_view rr0 = "7EA008210223116E037E";
constexpr std::string_view aarq_frame =
    "7EA02C02232110AF9FE6E600601DA109060760857405080101BE10040E01000000065F1F0400001E1DFFFFC5E47E";
constexpr std::string_view name = "E6E700 C401C100 0910 424C54454433303230303031 32333435";

class HdlcConformance : public testing::Test {
  protected:
    HdlcConformance() { line_.attach(port_); }
    static meter::HdlcPortSettings settings() {
        meter::HdlcPortSettings of;
        of.setup.device_address = 17;
        of.address_sizes = dlms::hdlc::bus_sizes;
        return of;
    }
    std::string ask(std::string_view octets) { return line_.ask(octets); }
    // Pauses, so that what comes next is a new frame.
    void pause() { EXPECT_EQ(line_.wait(settings().setup.inter_octet_timeout_ms + 1U), silence); }

    static std::string to_meter(std::uint8_t control, std::string_view information = {}) {
        return frame({here_, reader_, control, information});
    }
    static std::string from_meter(std::uint8_t control, std::string_view information = {}) {
        return frame({reader_, here_, control, information});
    }
    // Nothing of a damaged frame has an effect: the same connection goes on. `next` counts frames of both sides.
    void expect_service(unsigned next) {
        const auto control = [](unsigned receive, unsigned send) {
            return static_cast<std::uint8_t>((receive & 7U) << 5U | 0x10U | (send & 7U) << 1U);
        };
        EXPECT_EQ(ask(to_meter(control(next, next), get_name)), from_meter(control(next + 1, next), name));
    }
    void associate() {
        EXPECT_EQ(ask(snrm), ua);
        const std::string aare = ask(aarq_frame);
        EXPECT_EQ(aare.substr(0, 14), "7EA03821022330");
        EXPECT_NE(aare.find("E6E7006129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F04"),
                  std::string::npos);
    }
    void expect_new_connection() {
        associate();
        expect_service(1);
        EXPECT_EQ(ask(disc), ua);
    }

    Bench bench_;
    meter::HdlcPort port_{bench_.meter, settings()};
    HdlcLine line_;
    static constexpr Address here_ = two_octet_address(1, 17);
    static constexpr Address reader_ = one_octet_address(16);
};

TEST_F(HdlcConformance, HDLC_FRAME_P1) {  // connection set-up and release
    EXPECT_EQ(ask(disc), dm);
    associate();
    expect_service(1);
    EXPECT_EQ(ask(disc), ua);
    EXPECT_EQ(ask(disc), dm);
}

TEST_F(HdlcConformance, HDLC_FRAME_P2) {  // inter-frame timeout
    EXPECT_EQ(ask(snrm.substr(0, 10)), silence);
    line_.now_ms += 1;
    EXPECT_EQ(ask(snrm.substr(10)), silence);
    pause();
    associate();
    // No octet leaves before the gap between frames is over.
    line_.pause_ms = 24;
    EXPECT_EQ(ask(to_meter(0x32, get_name)), silence);
    EXPECT_EQ(line_.wait(1), from_meter(0x52, name));
}

TEST_F(HdlcConformance, HDLC_FRAME_P3) {  // inactivity timeout
    associate();
    EXPECT_EQ(line_.wait(119'974), silence);
    expect_service(1);
    EXPECT_EQ(line_.wait(119'975), silence);
    EXPECT_EQ(ask(rr0_poll), dm) << "the association is gone with the connection";
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_FRAME_N1) {  // missing flags
    associate();
    pause();  // or the flag that closed the last frame would open the next one
    const std::string request = to_meter(0x32, get_name);
    for (const std::string& damaged :
         {request.substr(2), request.substr(0, request.size() - 2), request.substr(2, request.size() - 4)}) {
        EXPECT_EQ(ask(damaged), silence);
        pause();
    }
    expect_service(1);
}

TEST_F(HdlcConformance, HDLC_FRAME_N2) {  // frame too short
    associate();
    for (const char* damaged : {"7EA0020A7E", "7EA003217E", "7EA00402237E", "7EA005022321937E", "7EA0060223BD647E"}) {
        EXPECT_EQ(ask(damaged), silence) << damaged;
        pause();
    }
    expect_service(1);
}

TEST_F(HdlcConformance, HDLC_FRAME_N3) {  // format type sub-field
    associate();
    EXPECT_EQ(ask("7E9008022321936DA37E"), silence);
    pause();
    expect_service(1);
}

TEST_F(HdlcConformance, HDLC_FRAME_N4) {  // length sub-field, one too many and one too few
    associate();
    for (const char* damaged : {"7EA00902232193F96F7E", "7EA00702232193410E7E"}) {
        EXPECT_EQ(ask(damaged), silence) << damaged;
        pause();
    }
    expect_service(1);
}

TEST_F(HdlcConformance, HDLC_FRAME_N5) {  // control field
    associate();
    // FRMR: V(R) 1, V(S) 1, undefined control.
    const std::string reject = from_meter(0x97, "FF2201");
    EXPECT_EQ(ask("7EA008022321FFD7CD7E"), reject);
    EXPECT_EQ(ask(to_meter(0x32, get_name)), reject) << "until SNRM or DISC";
    EXPECT_EQ(ask(disc), ua);
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_FRAME_N7) {  // bad HCS
    associate();
    std::string damaged = to_meter(0x32, get_name);
    damaged[14] = damaged[14] == '0' ? '1' : '0';
    EXPECT_EQ(ask(damaged), silence);
    pause();
    expect_service(1);
}

TEST_F(HdlcConformance, HDLC_FRAME_N8) {  // bad FCS
    associate();
    std::string damaged = to_meter(0x32, get_name);
    char& digit = damaged[damaged.size() - 6];
    digit = digit == '0' ? '1' : '0';
    EXPECT_EQ(ask(damaged), silence);
    pause();
    expect_service(1);
}

TEST_F(HdlcConformance, HDLC_ADDRESS_P1) {  // valid addresses in the declared structure
    expect_new_connection();
    EXPECT_EQ(ask("7EA00A00020023219318717E"), "7EA00A2100020023734CE77E") << "four octets";
}

TEST_F(HdlcConformance, HDLC_ADDRESS_N1) {  // two-octet source address
    EXPECT_EQ(ask("7EA0090223022193CAD97E"), silence);
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_ADDRESS_N4) {  // unknown destination
    EXPECT_EQ(ask("7EA0082423219374A07E"), silence) << "logical device 18";
    EXPECT_EQ(ask("7EA0080225219364B27E"), silence) << "physical device 18";
    EXPECT_EQ(ask("7EA00800232193CB5D7E"), silence) << "no station";
    EXPECT_EQ(ask("7EA00802FF2193114E7E"), silence) << "all stations";
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_ADDRESS_N6) {  // one-octet destination where two or four are expected
    EXPECT_EQ(ask("7EA0070321930F017E"), silence);
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_ADDRESS_N7) {  // three- or five-octet destination
    EXPECT_EQ(ask("7EA0090202232193C5137E"), silence);
    EXPECT_EQ(ask("7EA00B00020000232193955D7E"), silence);
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_NDM2NRM_P1) {  // maximum information field length
    EXPECT_EQ(ask("7EA021022321934855818014050207EE060207EE0704000000070804000000074EE97E"),
              from_meter(0x73, "818014050207EE060207EE0704000000070804000000 07"));
    EXPECT_EQ(ask("7EA01F0223219321E081801205014006016007040000000108040000000117997E"),
              "7EA01F21022373E6C7818012050160060140070400000001080400000001B6677E");
    // A request of 70 octets is more than the 64 that were agreed on.
    EXPECT_EQ(ask(to_meter(0x10, "E6E600" + hex(Octets(67, 0xC0)))), from_meter(0x97, "100004"));
    EXPECT_EQ(ask(snrm), ua) << "and nothing stated means the defaults";
}

TEST_F(HdlcConformance, HDLC_NDM2NRM_P2) {  // window size
    EXPECT_EQ(ask("7EA01F0223219321E0818012050180060180070400000003080400000002733E7E"),
              "7EA01F21022373E6C78180120501800601800704000000020804000000032FB07E");
    EXPECT_EQ(ask(to_meter(0x10, "E6E600601DA109060760857405080101BE10040E01000000065F1F0400001E1DFFFF")).substr(12, 2),
              "30");
    // The object list comes in frames of 128 octets, two of them for a poll.
    const std::string window = ask(to_meter(0x32, "E6E600 C001C1 000F 0000280000FF 02 00"));
    EXPECT_EQ(window.size() / 2, 2U * (128 + 12));
    EXPECT_EQ(window.substr(0, 14), "7EA88A21022342") << "segmented, not final";
    EXPECT_EQ(window.substr(window.size() / 2, 14), "7EA88A21022354") << "segmented, final";
}

TEST_F(HdlcConformance, HDLC_INFO_P1) {  // I frame exchange
    associate();
    for (unsigned i = 1; i < 20; ++i) expect_service(i);
}

TEST_F(HdlcConformance, HDLC_INFO_N1) {  // information field too long
    associate();
    const std::string too_long = "E6E600" + hex(Octets(126, 0xC0));
    EXPECT_EQ(ask(to_meter(0x32, too_long)), from_meter(0x97, "322204"));
    EXPECT_EQ(ask(disc), ua);
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_INFO_N2) {  // wrong N(R)
    associate();
    EXPECT_EQ(ask(to_meter(0xD2, get_name)), from_meter(0x97, "D22208"));
    EXPECT_EQ(ask(disc), ua);
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_INFO_N3) {  // wrong N(S): discarded, RR tells what is expected
    associate();
    EXPECT_EQ(ask(to_meter(0x34, get_name)), from_meter(0x31));
    expect_service(1);
}

TEST_F(HdlcConformance, HDLC_NDMOP_N1) {  // I frame in NDM: no data
    EXPECT_EQ(ask(aarq_frame), dm);
    EXPECT_EQ(ask(rr0_poll), dm);
    expect_new_connection();
}

// Where the older list (CTT 1) has more.

TEST_F(HdlcConformance, HDLC_1_AllStationAndNoStationAddresses) {
    for (const Address& to : {two_octet_address(0x7F, 17), two_octet_address(1, 0x7F), two_octet_address(0, 17),
                              two_octet_address(1, 0), two_octet_address(0x7F, 0x7F)}) {
        EXPECT_EQ(ask(frame({to, reader_, 0x93})), silence);
        EXPECT_EQ(ask(frame({to, reader_, 0x11})), silence);
    }
    EXPECT_EQ(ask(frame({here_, one_octet_address(0), 0x93})), silence) << "from no station";
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_2_ReceiveReadyInNrm) {
    EXPECT_EQ(ask(snrm), ua);
    EXPECT_EQ(ask(rr0_poll), rr0);
    EXPECT_EQ(ask(rr0_poll), rr0);
}

TEST_F(HdlcConformance, HDLC_2_SnrmInNrmBeginsAnew) {
    associate();
    expect_service(1);
    expect_new_connection();
}

TEST_F(HdlcConformance, HDLC_3_WrongCommandFrames) {
    associate();
    // A tester's UA, DM and FRMR are responses: never answered.
    EXPECT_EQ(ask(to_meter(0x73)), silence);
    EXPECT_EQ(ask(to_meter(0x1F)), silence);
    EXPECT_EQ(ask(to_meter(0x97, "000001")), silence);
    expect_service(1);
}

}  // namespace
}  // namespace blathy::test
