// The setups of the meter's serial ports, from the client that writes them to the port that follows them: IEC HDLC
// setup (IC 23) and IEC local port setup (IC 19).

#include "meter/local_port/port_setup.hpp"

#include <gtest/gtest.h>

#include "meter/local_port/optical_port.hpp"
#include "meter/server/hdlc_port.hpp"

#include "tests/support/hdlc_bench.hpp"

namespace blathy::test {
namespace {

using dlms::Obis;
using dlms::hdlc::two_octet_address;
using dlms::iec62056_21::Framing;

constexpr Obis rs485(0, 1, 22, 0, 0);
constexpr Obis optical_hdlc(0, 0, 22, 0, 0);
constexpr Obis optical(0, 0, 20, 0, 0);

class PortSetup : public testing::Test {
  protected:
    // The answer to a SET of one attribute, as it is written in the standard: "C501C100" is success.
    std::string set(const Obis& name, int attribute, std::string_view value) {
        const std::string_view class_id = name == optical ? "0013" : "0017";
        return manager_.ask("C101C1" + std::string(class_id) + hex(Bytes(name.groups)) +
                            hex(Octets{static_cast<std::uint8_t>(attribute)}) + "00" + std::string(value));
    }
    std::string get(const Obis& name, int attribute) {
        return manager_.value(name == optical ? 19 : 23, name, static_cast<std::int8_t>(attribute));
    }
    // Another life on the same flash.
    meter::HdlcSetup after_restart(meter::HdlcLine line) {
        meter::Store store(bench_.flash);
        store.mount();
        return meter::load_hdlc_setup(store, line);
    }

    Bench bench_;
    Manager manager_{bench_};
};

TEST_F(PortSetup, OfANewMeterIsReadable) {
    for (const Obis& line : {rs485, optical_hdlc}) {
        EXPECT_EQ(get(line, 2), "1605") << "9600 Bd";
        EXPECT_EQ(get(line, 3), "1107");
        EXPECT_EQ(get(line, 4), "1107");
        EXPECT_EQ(get(line, 5), "1207EE");
        EXPECT_EQ(get(line, 6), "1207EE");
        EXPECT_EQ(get(line, 7), "120019");
        EXPECT_EQ(get(line, 8), "120078");
        EXPECT_EQ(get(line, 9), "120010");
    }
    EXPECT_EQ(get(optical, 2), "1600");
    EXPECT_EQ(get(optical, 3), "1600") << "300 Bd";
    EXPECT_EQ(get(optical, 4), "1605");
    EXPECT_EQ(get(optical, 5), "1601") << "200 ms";
    EXPECT_EQ(get(optical, 6), "09083030303132333435") << "the serial number";
}

TEST_F(PortSetup, PasswordsCannotBeRead) {
    for (const int attribute : {7, 8, 9}) EXPECT_EQ(get(optical, attribute), "error 3");
    EXPECT_EQ(set(optical, 8, "090141"), "C501C103") << "there is no P2";
    EXPECT_EQ(set(optical, 9, "090141"), "C501C103") << "nor a W5";
}

TEST_F(PortSetup, IsWrittenByManagementOnly) {
    Client anybody(bench_.meter);
    ASSERT_TRUE(anybody.open());
    EXPECT_EQ(anybody.value(23, rs485, 3), "error 3");
    Reader reader(bench_);
    EXPECT_EQ(reader.ask("C101C1 0017 0001160000FF 03 00 1103"), "C501C103");
    EXPECT_EQ(reader.ask("C101C1 0013 0000140000FF 02 00 1601"), "C501C103");
    EXPECT_EQ(reader.ask("C001C1 0017 0001160000FF 03 00"), "C401C1001107");
}

TEST_F(PortSetup, TakesWhatTheStandardAllowsAndNoMore) {
    struct Case {
        Obis name;
        int attribute;
        std::vector<std::string_view> good;
        std::vector<std::string_view> out_of_range;
    };
    const std::vector<Case> cases = {
        {rs485, 2, {"1600", "1609"}, {"160A", "16FF"}},
        {rs485, 3, {"1101", "1107"}, {"1100", "1108"}},
        {rs485, 4, {"1101", "1107"}, {"1100", "1108"}},
        {rs485, 5, {"120020", "1207EE"}, {"12001F", "1207EF"}},
        {rs485, 6, {"120020", "1207EE"}, {"12001F", "1207EF"}},
        {rs485, 7, {"120014", "121770"}, {"120013", "121771"}},
        {rs485, 8, {"120000", "12FFFF"}, {}},
        {rs485, 9, {"120010", "12007D", "120080", "123FFD"}, {"120000", "12000F", "12007E", "12007F", "123FFE"}},
        {optical, 2, {"1600", "1601"}, {"1602", "16FF"}},
        {optical, 3, {"1600", "1609"}, {"160A"}},
        {optical, 4, {"1600", "1606"}, {"1607"}},
        {optical, 5, {"1600", "1601"}, {"1602"}},
        {optical, 6, {"0900", "09054D65746572"}, {"09012F", "090121", "09013F", "09010D"}},
        {optical, 7, {"090141", "090461626364"}, {"0900", "090128", "090129", "090103"}},
    };
    for (const Case& of : cases) {
        for (const std::string_view value : of.good) {
            EXPECT_EQ(set(of.name, of.attribute, value), set_success) << of.attribute << " " << value;
            if (of.name == optical && of.attribute >= 6) continue;
            EXPECT_EQ(get(of.name, of.attribute), value);
        }
        const std::string before = get(of.name, of.attribute);
        for (const std::string_view value : of.out_of_range) {
            EXPECT_EQ(set(of.name, of.attribute, value), "C501C1FA") << of.attribute << " " << value;
        }
        // Another type, and too much of the right one.
        EXPECT_EQ(set(of.name, of.attribute, "0300"), "C501C10C") << of.attribute;
        EXPECT_EQ(set(of.name, of.attribute, "0202 1101 1101"), "C501C10C") << of.attribute;
        EXPECT_EQ(get(of.name, of.attribute), before);
    }
    const std::string long_text = hex(Octets(33, 'A'));
    EXPECT_EQ(set(optical, 6, "0921" + long_text), "C501C1FA");
    EXPECT_EQ(set(optical, 7, "0921" + long_text), "C501C1FA");
}

TEST_F(PortSetup, IsKeptOverARestart) {
    EXPECT_EQ(set(rs485, 3, "1103"), set_success);
    EXPECT_EQ(set(rs485, 9, "120022"), set_success);
    EXPECT_EQ(set(optical_hdlc, 8, "120000"), set_success);
    EXPECT_EQ(after_restart(meter::HdlcLine::rs485).window_size_transmit, 3);
    EXPECT_EQ(after_restart(meter::HdlcLine::rs485).device_address, 0x22);
    EXPECT_EQ(after_restart(meter::HdlcLine::rs485).inactivity_timeout_s, 120);
    EXPECT_EQ(after_restart(meter::HdlcLine::optical).inactivity_timeout_s, 0);
    EXPECT_EQ(after_restart(meter::HdlcLine::optical).device_address, 0x10);
}

TEST_F(PortSetup, ThatTheFlashDoesNotTakeIsNotInForce) {
    class FullFlash final : public meter::Flash {
      public:
        explicit FullFlash(MemoryFlash& flash) : flash_(flash) {}
        [[nodiscard]] std::size_t sector_size() const override { return flash_.sector_size(); }
        [[nodiscard]] std::size_t sector_count() const override { return flash_.sector_count(); }
        [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
            return flash_.read(sector, offset, into);
        }
        [[nodiscard]] bool program(std::size_t, std::size_t, Bytes) override { return false; }
        [[nodiscard]] bool erase(std::size_t) override { return false; }

      private:
        MemoryFlash& flash_;
    };
    FullFlash flash(bench_.flash);
    meter::Store store(flash);
    store.mount();
    meter::Meter meter(meter::sed302, meter::Identity(meter::sed302, 1), {}, store, bench_time, {},
                       security_ports(bench_.entropy));
    Client manager(meter, management_client_sap);
    ASSERT_TRUE(manager.open(management_password));
    const std::uint8_t changes = meter.port_setup_changes();
    EXPECT_EQ(manager.ask("C101C1 0017 0001160000FF 03 00 1103"), "C501C101") << "hardware fault";
    EXPECT_EQ(manager.ask("C101C1 0013 0000140000FF 02 00 1601"), "C501C101");
    EXPECT_EQ(manager.ask("C001C1 0017 0001160000FF 03 00"), "C401C1001107");
    EXPECT_EQ(meter.port_setup_changes(), changes);
}

// The RS485 line of the meter.
class HdlcSetupOfAPort : public PortSetup {
  protected:
    HdlcSetupOfAPort() { line_.attach(port_); }
    // SNRM that proposes the most, and the UA's parameters.
    std::string connect(std::uint8_t device = 16) {
        const auto meter = two_octet_address(1, device);
        const std::string answer =
            line_.ask(frame({meter, client_, 0x93, "818014 0502 07EE 0602 07EE 0704 00000007 0804 00000007"}));
        return answer.size() < 22 ? answer : answer.substr(18, answer.size() - 18 - 6);
    }
    std::string disconnect(std::uint8_t device = 16) {
        return line_.ask(frame({two_octet_address(1, device), client_, 0x53}));
    }
    static constexpr dlms::hdlc::Address client_ = dlms::hdlc::one_octet_address(16);

    meter::HdlcPort port_{bench_.meter, {.line = meter::HdlcLine::rs485, .address_sizes = dlms::hdlc::bus_sizes}};
    HdlcLine line_;
};

TEST_F(HdlcSetupOfAPort, WindowsAndLengthsHoldFromTheNextConnectionOn) {
    EXPECT_EQ(connect(), "818014050207EE060207EE070400000007080400000007");
    EXPECT_EQ(set(rs485, 3, "1102"), set_success);
    EXPECT_EQ(set(rs485, 4, "1103"), set_success);
    EXPECT_EQ(set(rs485, 5, "120100"), set_success);
    EXPECT_EQ(set(rs485, 6, "120200"), set_success);
    EXPECT_EQ(set(optical_hdlc, 3, "1101"), set_success) << "which is another line's";
    EXPECT_EQ(port_.is_connected(), true);
    EXPECT_EQ(connect(), "8180140502010006020200070400000002080400000003");
    EXPECT_EQ(disconnect(), frame({client_, two_octet_address(1, 16), 0x73}));
}

TEST_F(HdlcSetupOfAPort, AConnectionKeepsTheAddressThatItWasMadeWith) {
    (void)connect(16);
    EXPECT_EQ(set(rs485, 9, "120022"), set_success);
    EXPECT_EQ(line_.ask(frame({two_octet_address(1, 16), client_, 0x11})),
              frame({client_, two_octet_address(1, 16), 0x11}));
    EXPECT_EQ(connect(16), silence) << "but nobody connects to it any more";
    EXPECT_EQ(disconnect(16), frame({client_, two_octet_address(1, 16), 0x73}));
    EXPECT_EQ(disconnect(16), silence);
    EXPECT_NE(connect(0x22), silence);
    EXPECT_EQ(disconnect(0x22), frame({client_, two_octet_address(1, 0x22), 0x73}));
}

TEST_F(HdlcSetupOfAPort, TheInactivityTimeoutEndsAConnection) {
    EXPECT_EQ(set(rs485, 8, "120005"), set_success);
    (void)connect();
    (void)line_.wait(4'900);
    EXPECT_TRUE(port_.is_connected());
    (void)line_.wait(100);
    EXPECT_FALSE(port_.is_connected());
    EXPECT_EQ(set(rs485, 8, "120000"), set_success);
    (void)connect();
    (void)line_.wait(1'000'000);
    EXPECT_TRUE(port_.is_connected());
}

TEST_F(HdlcSetupOfAPort, TheInterOctetTimeoutEndsAFrame) {
    const std::string snrm = frame({two_octet_address(1, 16), client_, 0x93});
    const auto in_two_parts = [&](std::uint32_t pause_ms) {
        (void)line_.ask(snrm.substr(0, 8));
        line_.now_ms += pause_ms - line_.pause_ms;
        const std::string answer = line_.ask(snrm.substr(8));
        (void)line_.wait(10'000);
        return answer;
    };
    EXPECT_NE(in_two_parts(25), silence);
    EXPECT_EQ(in_two_parts(26), silence);
    EXPECT_EQ(set(rs485, 7, "1201F4"), set_success);
    EXPECT_NE(in_two_parts(500), silence);
    EXPECT_EQ(in_two_parts(501), silence);
}

TEST_F(HdlcSetupOfAPort, TheSpeedChangesWhenTheConnectionIsOver) {
    EXPECT_EQ(port_.line().baud, 9'600U);
    (void)connect();
    EXPECT_EQ(set(rs485, 2, "1609"), set_success);
    EXPECT_EQ(port_.line().baud, 9'600U);
    port_.receive(hex(frame({two_octet_address(1, 16), client_, 0x53})), line_.now_ms);
    EXPECT_EQ(port_.line().baud, 9'600U) << "the answer to DISC has still to leave";
    EXPECT_EQ(line_.wait(25), frame({client_, two_octet_address(1, 16), 0x73}));
    EXPECT_EQ(port_.line().baud, 115'200U);
    EXPECT_EQ(set(rs485, 2, "1603"), set_success);
    EXPECT_EQ(port_.line().baud, 2'400U) << "at once while nobody is connected";
    EXPECT_EQ(meter::HdlcPort(bench_.meter, {.line = meter::HdlcLine::rs485}).line().baud, 2'400U);
    EXPECT_EQ(meter::HdlcPort(bench_.meter, {}).line().baud, 9'600U) << "a line that has no setup";
}

// The optical port of the meter.
class LocalPortSetupOfAPort : public PortSetup {
  protected:
    // What the meter says to it within `ms`.
    std::string ask(std::string_view text, std::uint32_t ms = 200) {
        port_.receive(as_bytes(text), now_ms_);
        return wait(ms);
    }
    std::string wait(std::uint32_t ms) {
        now_ms_ += ms;
        port_.receive({}, now_ms_);
        std::array<std::uint8_t, meter::OpticalPort::frame_room> room{};
        std::string said;
        while (const auto size = port_.transmit(room, now_ms_).size) said += as_text(Bytes(room).first(size));
        return said;
    }
    // Until the port is back at its sign-on.
    void leave() {
        for (int i = 0; i < 6; ++i) (void)wait(100'000);
    }
    static std::string password(std::string_view text) {
        std::string command = "\x01P1\x02(" + std::string(text) + ")\x03";
        char check = 0;
        for (const char c : command.substr(1)) check = static_cast<char>(check ^ c);
        return command + check;
    }

    meter::OpticalPort port_{bench_.meter, {.has_setup = true, .hdlc = {.line = meter::HdlcLine::optical}}};
    std::uint32_t now_ms_ = 0;
};

TEST_F(LocalPortSetupOfAPort, TheProposedSpeedIsOfferedAndIsTheFastest) {
    EXPECT_EQ(set(optical, 4, "1604"), set_success);
    EXPECT_EQ(ask("/?!\r\n"), "/BLT4\\2SED302\r\n");
    EXPECT_EQ(set(optical, 4, "1606"), set_success);
    EXPECT_EQ(ask("\x06"
                  "242\r\n"),
              "\x06"
              "242\r\n")
        << "this sign-on goes on as it began";
    EXPECT_EQ(port_.line().baud, 4'800U);
    leave();
    EXPECT_EQ(ask("/?!\r\n"), "/BLT6\\2SED302\r\n");
}

TEST_F(LocalPortSetupOfAPort, TheDefaultSpeedIsThatOfTheSignOn) {
    EXPECT_EQ(port_.line().baud, 300U);
    EXPECT_EQ(set(optical, 3, "1605"), set_success);
    EXPECT_EQ(port_.line().baud, 9'600U);
    EXPECT_EQ(port_.line().framing, Framing::seven_even_one);
    EXPECT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
    leave();
    EXPECT_EQ(port_.line().baud, 9'600U);
}

TEST_F(LocalPortSetupOfAPort, AQuickAnswerIsPromisedAndKept) {
    EXPECT_EQ(ask("/?!\r\n", 20), silence);
    leave();
    EXPECT_EQ(set(optical, 5, "1600"), set_success);
    EXPECT_EQ(ask("/?!\r\n", 20), "/BLt5\\2SED302\r\n");
}

TEST_F(LocalPortSetupOfAPort, AnAddressReplacesTheSerialNumber) {
    EXPECT_EQ(ask("/?12345!\r\n"), "/BLT5\\2SED302\r\n");
    leave();
    EXPECT_EQ(set(optical, 6, "09054D65746572"), set_success);
    EXPECT_EQ(get(optical, 6), "09054D65746572");
    EXPECT_EQ(ask("/?12345!\r\n"), silence);
    EXPECT_EQ(ask("/?Meter!\r\n"), "/BLT5\\2SED302\r\n");
    leave();
    EXPECT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n") << "no address is everybody's";
    leave();
    EXPECT_EQ(set(optical, 6, "0900"), set_success);
    EXPECT_EQ(ask("/?12345!\r\n"), "/BLT5\\2SED302\r\n");
}

TEST_F(LocalPortSetupOfAPort, ThePasswordOfP1IsTheManagementClients) {
    const auto answer_to = [this](std::string_view text) {
        EXPECT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
        EXPECT_NE(ask("\x06"
                      "051\r\n"),
                  silence);
        const std::string answer = ask(password(text));
        leave();
        return answer;
    };
    EXPECT_EQ(answer_to(management_password), "\x06");
    EXPECT_EQ(set(optical, 7, "090453455354"), set_success);
    EXPECT_NE(answer_to(management_password), "\x06");
    EXPECT_EQ(answer_to("SEST"), "\x06");
    Client manager(bench_.meter, management_client_sap);
    EXPECT_FALSE(manager.open(management_password));
    EXPECT_TRUE(manager.open("SEST"));
}

TEST_F(LocalPortSetupOfAPort, DefaultModeOneIsHdlcAtTheSpeedOfItsSetup) {
    EXPECT_EQ(set(optical_hdlc, 2, "1607"), set_success);
    EXPECT_EQ(set(optical, 2, "1601"), set_success);
    EXPECT_TRUE(port_.line() == (dlms::iec62056_21::LineSettings{38'400, Framing::eight_none_one}));
    const auto meter = dlms::hdlc::one_octet_address(1);
    const auto client = dlms::hdlc::one_octet_address(16);
    const std::string snrm = frame({meter, client, 0x93});
    EXPECT_EQ(hex(as_bytes(ask(as_text(hex(snrm))))), frame({client, meter, 0x73}));
    EXPECT_EQ(set(optical, 2, "1600"), set_success);
    EXPECT_TRUE(port_.is_hdlc()) << "this connection goes on";
    EXPECT_EQ(hex(as_bytes(ask(as_text(hex(frame({meter, client, 0x53})))))), frame({client, meter, 0x73}));
    EXPECT_EQ(port_.line().baud, 300U);
    EXPECT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
}

TEST_F(LocalPortSetupOfAPort, ItsHdlcSetupHoldsBehindModeE) {
    EXPECT_EQ(set(optical_hdlc, 3, "1102"), set_success);
    EXPECT_EQ(ask("/?!\r\n"), "/BLT5\\2SED302\r\n");
    (void)ask(
        "\x06"
        "252\r\n");
    const auto meter = dlms::hdlc::one_octet_address(1);
    const auto client = dlms::hdlc::one_octet_address(16);
    const std::string snrm = frame({meter, client, 0x93, "81800C 0704 00000007 0804 00000007"});
    EXPECT_NE(hex(as_bytes(ask(as_text(hex(snrm))))).find("070400000002080400000007"), std::string::npos);
    EXPECT_EQ(port_.line().baud, 9'600U) << "what the sign-on settled on";
}

}  // namespace
}  // namespace blathy::test
