// The optical port of a whole meter: sign-on, readout, programming mode, and mode E into HDLC and back.

#include "meter/local_port/optical_port.hpp"

#include <gtest/gtest.h>

#include "meter/models/sed102.hpp"

#include "tests/support/hdlc_bench.hpp"

namespace blathy::test {
namespace {

using dlms::hdlc::one_octet_address;
using dlms::iec62056_21::Framing;
using dlms::iec62056_21::LineSettings;

constexpr LineSettings opening_line{300, Framing::seven_even_one};

// "<01>B0<03>" with the block check character behind it; <> are octets in hex.
std::string message(std::string_view text) {
    std::string octets;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '<') {
            octets += static_cast<char>(hex(text.substr(i + 1, 2)).front());
            i += 3;
        } else {
            octets += text[i];
        }
    }
    std::uint8_t check = 0;
    for (std::size_t i = 1; i < octets.size(); ++i) check = static_cast<std::uint8_t>(check ^ octets[i]);
    const bool is_block = octets[0] == 1 || octets[0] == 2;
    return is_block ? octets + static_cast<char>(check) : octets;
}

class OpticalPortTest : public testing::Test {
  protected:
    OpticalPortTest() { advance(bench_); }
    // Two seconds at 230.12 V and 10 A in each phase.
    static void advance(Bench& bench) {
        meter::Interval interval;
        interval.duration_us = 2'000'000;
        for (auto& phase : interval.phase) {
            phase.voltage_mv = 230'120;
            phase.current_ua = 10'000'000;
            phase.active_power_mw = 2'301'200;
            phase.active_energy_mj = 246'913'580;
        }
        bench.meter.advance(interval);
    }

    // What the meter says to it, and how the line was set for that.
    std::string ask(std::string_view text) {
        port_.receive(as_bytes(text), now_ms_);
        return wait(250);
    }
    std::string wait(std::uint32_t ms) {
        now_ms_ += ms;
        port_.receive({}, now_ms_);
        std::string said;
        std::array<std::uint8_t, meter::OpticalPort::frame_room> room{};
        while (true) {
            const auto chunk = port_.transmit(room, now_ms_);
            if (chunk.size == 0) break;
            line_ = chunk.line;
            said += as_text(Bytes(room).first(chunk.size));
        }
        return said;
    }
    void enter_programming_mode() {
        ASSERT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
        ASSERT_EQ(ask("\x06"
                      "051\r\n"),
                  message("<01>P0<02>(00012345)<03>"));
    }
    std::string send(std::string_view command) { return ask(message(command)); }
    void enter_mode_e() {
        ASSERT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
        ASSERT_EQ(ask("\x06"
                      "252\r\n"),
                  "\x06"
                  "252\r\n");
        ASSERT_EQ(line_, opening_line) << "the confirmation still leaves at the old speed";
        ASSERT_EQ(port_.line(), (LineSettings{9600, Framing::eight_none_one}));
    }
    std::string ask_hdlc(const std::string& frame) { return hex(as_bytes(ask(as_text(hex(frame))))); }
    static std::string command(std::uint8_t control, std::string_view information = {}) {
        return frame({one_octet_address(1), one_octet_address(16), control, information});
    }
    static std::string answer(std::uint8_t control, std::string_view information = {}) {
        return frame({one_octet_address(16), one_octet_address(1), control, information});
    }

    static constexpr std::string_view wrong_password_ = "<01>P1<02>(GUESS)<03>";
    static constexpr std::string_view password_ = "<01>P1<02>(DEMO-PASSWORD)<03>";
    const std::string error_ = message("<02>(ERROR)<03>");

    Bench bench_;
    meter::OpticalPort port_{bench_.meter, {}};
    std::uint32_t now_ms_ = 0xFFFF'F000;  // the clock wraps in every test
    LineSettings line_;
};

TEST_F(OpticalPortTest, ReadsOutWhatTheDisplayShows) {
    ASSERT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
    EXPECT_EQ(line_, opening_line);
    EXPECT_EQ(ask("\x06"
                  "050\r\n"),
              message("<02>0-0:96.1.0(00012345)<0D><0A>"
                      "1-0:0.2.0(0.1.0)<0D><0A>"
                      "1-0:1.8.0(000000.20*kWh)<0D><0A>"
                      "1-0:2.8.0(000000.00*kWh)<0D><0A>"
                      "1-0:3.8.0(000000.00*kvarh)<0D><0A>"
                      "1-0:4.8.0(000000.00*kvarh)<0D><0A>"
                      "1-0:0.9.2(260615)<0D><0A>"
                      "1-0:0.9.1(140002)<0D><0A>"
                      "1-0:16.7.0(6.90*kW)<0D><0A>"
                      "1-0:3.7.0(0.00*kvar)<0D><0A>"
                      "1-0:4.7.0(0.00*kvar)<0D><0A>"
                      "1-0:13.7.0(1.000)<0D><0A>"
                      "1-0:32.7.0(230.1*V)<0D><0A>"
                      "1-0:52.7.0(230.1*V)<0D><0A>"
                      "1-0:72.7.0(230.1*V)<0D><0A>"
                      "1-0:31.7.0(10.000*A)<0D><0A>"
                      "1-0:51.7.0(10.000*A)<0D><0A>"
                      "1-0:71.7.0(10.000*A)<0D><0A>"
                      "1-0:91.7.0(0.000*A)<0D><0A>"
                      "1-0:14.7.0(0.000*Hz)<0D><0A>"
                      "!<0D><0A><03>"));
    EXPECT_EQ(line_, (LineSettings{9600, Framing::seven_even_one}));
}

TEST_F(OpticalPortTest, AModelReadsOutWhatItHas) {
    Bench single(meter::sed102);
    advance(single);
    meter::OpticalPort port(single.meter, {});
    port.receive(as_bytes("/?!\r\n"), 0);
    std::array<std::uint8_t, meter::OpticalPort::frame_room> room{};
    ASSERT_GT(port.transmit(room, 250).size, 0U);
    port.receive(as_bytes("\x06"
                          "050\r\n"),
                 1000);
    const auto chunk = port.transmit(room, 1300);
    const std::string text(as_text(Bytes(room).first(chunk.size)));
    EXPECT_NE(text.find("1-0:32.7.0(230.1*V)"), text.npos);
    EXPECT_EQ(text.find("1-0:52.7.0"), text.npos);
}

TEST_F(OpticalPortTest, AnswersItsSerialNumberAndNoOther) {
    EXPECT_EQ(ask("/?12345!\r\n"), "/BLT5\\2SED302\r\n");
    port_.reset();
    EXPECT_EQ(ask("/?12346!\r\n"), silence);
}

TEST_F(OpticalPortTest, ReadsAnyRegisterByItsCode) {
    enter_programming_mode();
    EXPECT_EQ(send("<01>R1<02>1.8.0()<03>"), message("<02>(000000.20*kWh)<03>"));
    EXPECT_EQ(send("<01>R5<02>1-0:1.8.0()<03>"), message("<02>1-0:1.8.0(000000.20*kWh)<03>"));
    EXPECT_EQ(send("<01>R5<02>1-0:21.7.0()<03>"), message("<02>1-0:21.7.0(2.30*kW)<03>"));
    EXPECT_EQ(send("<01>R1<02>0.0.0()<03>"), message("<02>(00012345)<03>"));
    EXPECT_EQ(send("<01>R1<02>0.9.1()<03>"), message("<02>(140002)<03>"));
    EXPECT_EQ(send("<01>R1<02>99.99.99()<03>"), error_);
    EXPECT_EQ(send("<01>R1<02>nonsense()<03>"), error_);
}

TEST_F(OpticalPortTest, SetsTheClockWithThePassword) {
    enter_programming_mode();
    EXPECT_EQ(send("<01>W1<02>0.9.1(235958)<03>"), error_) << "without the password";
    EXPECT_EQ(send(password_), "\x06");
    EXPECT_EQ(send("<01>W1<02>0.9.1(235958)<03>"), "\x06");
    EXPECT_EQ(send("<01>W1<02>0.9.2(26-12-24)<03>"), "\x06");
    EXPECT_EQ(send("<01>R1<02>0.9.1()<03>"), message("<02>(235958)<03>"));
    EXPECT_EQ(send("<01>R1<02>0.9.2()<03>"), message("<02>(261224)<03>"));
    using namespace std::chrono;
    EXPECT_EQ(bench_.meter.clock().now(), sys_days{year{2026} / 12 / 24} + 22h + 59min + 58s)
        << "normal time in winter";
}

TEST_F(OpticalPortTest, RefusesATimeThatIsNone) {
    enter_programming_mode();
    ASSERT_EQ(send(password_), "\x06");
    for (const char* value : {"0.9.1(240000)", "0.9.1(126000)", "0.9.1(12000)", "0.9.1(12:0000)", "0.9.1(ab0000)",
                              "0.9.2(260230)", "0.9.2(261301)", "0.9.2()", "1.8.0(000000)", "0.9.9(1)", "x(1)"}) {
        EXPECT_EQ(send(std::string("<01>W1<02>") + value + "<03>"), error_) << value;
    }
}

TEST_F(OpticalPortTest, WrongPasswordsAreBounded) {
    enter_programming_mode();
    EXPECT_EQ(send(wrong_password_), error_);
    EXPECT_EQ(send(wrong_password_), error_);
    EXPECT_EQ(send(wrong_password_), message("<01>B0<03>"));
    // Signing on anew does not help, nor does the right password: not for a second.
    enter_programming_mode();
    EXPECT_EQ(send(password_), error_);
    ask(message("<01>B0<03>"));
    const auto live = [&](std::uint32_t seconds) {
        meter::Interval interval;
        interval.duration_us = seconds * 1'000'000;
        bench_.meter.advance(interval);
    };
    live(1);
    enter_programming_mode();
    EXPECT_EQ(send(wrong_password_), error_) << "which locks for two seconds";
    live(1);
    enter_programming_mode();
    EXPECT_EQ(send(password_), error_);
    ask(message("<01>B0<03>"));
    live(1);
    enter_programming_mode();
    EXPECT_EQ(send(password_), "\x06");
}

TEST_F(OpticalPortTest, ModeELeadsIntoHdlcAndDiscBack) {
    enter_mode_e();
    EXPECT_EQ(ask_hdlc(command(0x93)).substr(10, 2), "73");
    EXPECT_EQ(line_, (LineSettings{9600, Framing::eight_none_one}));
    EXPECT_NE(ask_hdlc(command(0x10, "E6E600601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0"))
                  .find("E6E7006129"),
              std::string::npos);
    EXPECT_TRUE(port_.has_open_association());
    EXPECT_EQ(ask_hdlc(command(0x53)), answer(0x73));
    EXPECT_FALSE(port_.has_open_association());
    EXPECT_EQ(port_.line(), opening_line);
    EXPECT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
}

TEST_F(OpticalPortTest, InactivityLeadsBackToTheSignOn) {
    enter_mode_e();
    EXPECT_EQ(ask_hdlc(command(0x93)).substr(10, 2), "73");
    EXPECT_EQ(wait(119'000), silence);
    EXPECT_TRUE(port_.is_hdlc());
    EXPECT_EQ(wait(1'000), silence);
    EXPECT_EQ(port_.line(), opening_line);
}

TEST_F(OpticalPortTest, AClientThatSignsOnAndLeavesIsGivenUp) {
    enter_mode_e();
    ASSERT_TRUE(port_.wake_after_ms(now_ms_));
    EXPECT_EQ(wait(*port_.wake_after_ms(now_ms_) - 1), silence);
    EXPECT_TRUE(port_.is_hdlc());
    EXPECT_EQ(wait(1), silence);
    EXPECT_EQ(port_.line(), opening_line);
}

TEST_F(OpticalPortTest, TheSpeedOfTheLineFollowsTheSelection) {
    ASSERT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
    ASSERT_EQ(ask("\x06"
                  "242\r\n"),
              "\x06"
              "242\r\n");
    EXPECT_EQ(port_.line(), (LineSettings{4800, Framing::eight_none_one}));
}

TEST_F(OpticalPortTest, DefaultModeOneIsHdlcFromTheStart) {
    meter::OpticalPortSettings settings;
    settings.setup.default_mode = meter::LocalPortSetup::Mode::hdlc;
    settings.hdlc.setup.comm_speed = 6;
    meter::OpticalPort port(bench_.meter, settings);
    EXPECT_EQ(port.line(), (LineSettings{19'200, Framing::eight_none_one}));
    port.receive(hex(command(0x93)), 0);
    std::array<std::uint8_t, meter::OpticalPort::frame_room> room{};
    EXPECT_GT(port.transmit(room, 25).size, 0U);
    port.receive(hex(command(0x53)), 100);
    EXPECT_GT(port.transmit(room, 125).size, 0U);
    EXPECT_EQ(port.transmit(room, 125).size, 0U);
    EXPECT_TRUE(port.is_hdlc());
}

}  // namespace
}  // namespace blathy::test
