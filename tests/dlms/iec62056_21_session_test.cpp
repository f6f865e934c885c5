// The meter's and the reader's side of modes C and E, each against the octets of the standard and against each other.
#include <array>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/iec62056_21/meter_session.hpp"
#include "dlms/iec62056_21/reader_session.hpp"

#include "tests/dlms/hdlc_testing.hpp"

namespace blathy::dlms::iec62056_21 {
namespace {

using codec_test::from_hex;
using codec_test::Octets;
using codec_test::to_hex;

constexpr LineSettings opening{300, Framing::seven_even_one};
constexpr LineSettings fast{9600, Framing::seven_even_one};
constexpr LineSettings hdlc_line{9600, Framing::eight_none_one};
constexpr std::uint16_t reaction_ms = 200;

class Registers : public MeterPort {
  public:
    std::size_t readout_line(std::size_t index, std::span<char> room) override {
        return index < lines.size() ? lines[index].copy(room.data(), room.size()) : 0;
    }
    std::size_t password_seed(std::span<char> room) override { return seed.copy(room.data(), room.size()); }
    bool is_password(int level, std::string_view password) override { return level == 1 && password == "00000000"; }
    std::size_t read(int, std::string_view address, std::string_view, std::span<char> room) override {
        const auto at = values.find(std::string(address));
        return at == values.end() ? 0 : at->second.copy(room.data(), room.size());
    }
    bool write(int level, std::string_view address, std::string_view value) override {
        if (level < 1 || !values.contains(std::string(address))) return false;
        values[std::string(address)] = value;
        return true;
    }

    std::vector<std::string> lines{"1-0:1.8.0(010192.57*kWh)", "1-0:1.7.0(001.322*kW)"};
    std::string seed = "12345678";
    std::map<std::string, std::string> values{{"1.8.0", "000123.4*kWh"}, {"0.9.1", "101500"}};
};

constexpr std::string_view sign_on = "2F3F210D0A";
constexpr std::string_view break_command = "0142300371";
constexpr std::string_view password = "01503102283030303030303030290361";
constexpr std::string_view error = "02284552524F5229035A";
constexpr std::string_view readout =
    "02312D303A312E382E30283031303139322E35372A6B5768290D0A312D303A312E372E30283030312E3332322A6B57290D0A210D0A0349";

class Iec62056_21Meter : public ::testing::Test {
  protected:
    Iec62056_21Meter() {
        settings_.address = "12345678";
        settings_.identification = "SM306-1";
    }
    MeterSession& meter() {
        if (!meter_) meter_.emplace(settings_, registers_);
        return *meter_;
    }
    std::string listen() {
        std::string sent;
        std::array<std::uint8_t, 7> room;  // small on purpose: messages leave in pieces
        for (;;) {
            const Chunk chunk = meter().transmit(room, now_ms_);
            if (chunk.size == 0) return sent;
            sent_at_ = chunk.line;
            sent += to_hex(Bytes(room).first(chunk.size));
            now_ms_ += line_time_ms(chunk.size, chunk.line);
        }
    }
    std::string ask(std::string_view hex) {
        meter().receive(from_hex(hex), now_ms_);
        now_ms_ += reaction_ms - 1;
        EXPECT_EQ(listen(), "") << "before the reaction time is over";
        ++now_ms_;
        return listen();
    }
    std::string wait(std::uint32_t ms) {
        now_ms_ += ms;
        meter().receive({}, now_ms_);
        return listen();
    }
    void enter_programming() {
        EXPECT_EQ(ask(sign_on), identification_);
        EXPECT_EQ(ask("063035310D0A"), "01503002283132333435363738290368");
        EXPECT_EQ(sent_at_, fast);
    }

    const std::string identification_ = to_hex(as_bytes("/BLY5\\2SM306-1\r\n"));
    MeterSettings settings_;
    Registers registers_;
    std::uint32_t now_ms_ = 0xFFFF'F000;
    LineSettings sent_at_;

  private:
    std::optional<MeterSession> meter_;
};

TEST_F(Iec62056_21Meter, IdentifiesItselfAt300Bd) {
    EXPECT_TRUE(meter().is_idle());
    EXPECT_EQ(meter().line(), opening);
    EXPECT_EQ(ask(sign_on), identification_);
    EXPECT_EQ(sent_at_, opening);
    EXPECT_FALSE(meter().is_idle());
}

TEST_F(Iec62056_21Meter, AnswersItsAddressAndNoOther) {
    EXPECT_EQ(ask(to_hex(as_bytes("/?12345678!\r\n"))), identification_);
    EXPECT_EQ(ask(to_hex(as_bytes("/?0012345678!\r\n"))), identification_);
    meter().reset();
    EXPECT_EQ(ask(to_hex(as_bytes("/?12345679!\r\n"))), "");
    EXPECT_EQ(ask(to_hex(as_bytes("/BLY5SM306\r\n"))), "");
    EXPECT_TRUE(meter().is_idle());
}

TEST_F(Iec62056_21Meter, EntersModeE) {
    EXPECT_EQ(ask(sign_on), identification_);
    EXPECT_EQ(ask("063235320D0A"), "063235320D0A");
    EXPECT_EQ(sent_at_, opening) << "confirmed at the old speed";
    EXPECT_TRUE(meter().is_hdlc());
    EXPECT_EQ(meter().line(), hdlc_line);
    meter().receive(from_hex("7EA00802232193BD647E"), now_ms_);
    EXPECT_EQ(wait(10'000), "");
    EXPECT_TRUE(meter().is_hdlc());
    meter().reset();
    EXPECT_EQ(meter().line(), opening);
    EXPECT_EQ(ask(sign_on), identification_);
}

TEST_F(Iec62056_21Meter, EntersModeEAtALowerSpeedThanOffered) {
    EXPECT_EQ(ask(sign_on), identification_);
    EXPECT_EQ(ask("063233320D0A"), "063233320D0A");
    EXPECT_EQ(meter().line(), (LineSettings{2400, Framing::eight_none_one}));
}

TEST_F(Iec62056_21Meter, HasNoModeEWhenItIsOff) {
    settings_.has_mode_e = false;
    EXPECT_EQ(ask(sign_on), to_hex(as_bytes("/BLY5SM306-1\r\n")));
    EXPECT_EQ(ask("063235320D0A"), readout);
    EXPECT_EQ(sent_at_, opening);
}

TEST_F(Iec62056_21Meter, ReadsOutAtTheSelectedSpeed) {
    EXPECT_EQ(ask(sign_on), identification_);
    EXPECT_EQ(ask("063035300D0A"), readout);
    EXPECT_EQ(sent_at_, fast);
    EXPECT_EQ(ask("15"), readout) << "NAK: once more";
    EXPECT_EQ(wait(settings_.answer_timeout_ms), "");
    EXPECT_TRUE(meter().is_idle());
    EXPECT_EQ(meter().line(), opening);
}

TEST_F(Iec62056_21Meter, ReadsOutAt300BdWithoutASelection) {
    EXPECT_EQ(ask(sign_on), identification_);
    EXPECT_EQ(wait(settings_.answer_timeout_ms - 1), "");
    EXPECT_EQ(wait(1), "");
    EXPECT_EQ(wait(reaction_ms), readout);
    EXPECT_EQ(sent_at_, opening);
}

TEST_F(Iec62056_21Meter, ReadsOutAt300BdWhatItDoesNotUnderstand) {
    for (const char* option : {"063036300D0A", "063039300D0A", "063039310D0A", "06300D0A"}) {
        EXPECT_EQ(ask(sign_on), identification_);
        EXPECT_EQ(ask(option), readout) << option;
        EXPECT_EQ(sent_at_, opening);
        meter().reset();
    }
}

TEST_F(Iec62056_21Meter, ReadsOutNothingToo) {
    registers_.lines.clear();
    EXPECT_EQ(ask(sign_on), identification_);
    EXPECT_EQ(ask("063035300D0A"), "02210D0A0325");
}

TEST_F(Iec62056_21Meter, LetsReadAndWriteInProgrammingMode) {
    enter_programming();
    EXPECT_EQ(ask("01523502312E382E302829035E"), "02312E382E30283030303132332E342A6B576829035F");
    EXPECT_EQ(ask("01523102312E382E302829035A"), "02283030303132332E342A6B5768290366") << "R1 has no address";
    EXPECT_EQ(ask("01523502392E392E392829035E"), error) << "unknown";
    EXPECT_EQ(ask("01573502302E392E3128313230303030290359"), error) << "not logged in";
    EXPECT_EQ(ask(password), "06");
    EXPECT_EQ(ask("01573502302E392E3128313230303030290359"), "06");
    EXPECT_EQ(registers_.values["0.9.1"], "120000");
    EXPECT_EQ(ask("0152350267617262616765 0313"), error) << "no data set";
    EXPECT_EQ(ask("0145320258282903 2F"), error) << "no such command";
    EXPECT_EQ(ask(break_command), "");
    EXPECT_TRUE(meter().is_idle());
    EXPECT_EQ(meter().line(), opening);
}

TEST_F(Iec62056_21Meter, AsksForARepetitionAndRepeats) {
    enter_programming();
    EXPECT_EQ(ask("01523502312E382E302829035F"), "15") << "BCC";
    EXPECT_EQ(ask("01523502312E382E302829035E"), "02312E382E30283030303132332E342A6B576829035F");
    EXPECT_EQ(ask("15"), "02312E382E30283030303132332E342A6B576829035F");
}

TEST_F(Iec62056_21Meter, BreaksAfterThreeWrongPasswords) {
    enter_programming();
    EXPECT_EQ(ask("01503102283131313131313131290361"), error);
    EXPECT_EQ(ask("01503102283131313131313131290361"), error);
    EXPECT_EQ(ask("01503102283131313131313131290361"), break_command);
    EXPECT_TRUE(meter().is_idle());
}

TEST_F(Iec62056_21Meter, LeavesProgrammingModeWithoutCommands) {
    enter_programming();
    EXPECT_EQ(meter().wake_after_ms(now_ms_), settings_.programming_timeout_ms + 0u);
    EXPECT_EQ(wait(settings_.programming_timeout_ms), "");
    EXPECT_TRUE(meter().is_idle());
    EXPECT_EQ(meter().line(), opening);
}

TEST_F(Iec62056_21Meter, BeginsAnewWithASignOn) {
    enter_programming();
    EXPECT_EQ(ask(password), "06");
    EXPECT_EQ(ask(sign_on), identification_);
    EXPECT_EQ(sent_at_, opening);
    EXPECT_EQ(ask("063035310D0A"), "01503002283132333435363738290368");
    EXPECT_EQ(ask("01573502302E392E3128313230303030290359"), error) << "and without the old password";
}

TEST_F(Iec62056_21Meter, AnswersWithParityBitsIfItIsAskedWithThem) {
    const auto with_parity = [](std::string_view hex) {
        Octets octets = from_hex(hex);
        for (std::uint8_t& octet : octets) octet = with_even_parity(octet);
        return to_hex(octets);
    };
    EXPECT_EQ(ask(with_parity(sign_on)), with_parity(identification_));
    EXPECT_EQ(ask(with_parity("063035300D0A")), with_parity(readout));
}

TEST_F(Iec62056_21Meter, GivesUpAMessageThatStops) {
    meter().receive(from_hex(sign_on.substr(0, 4)), now_ms_);
    now_ms_ += settings_.character_timeout_ms;
    EXPECT_EQ(ask(sign_on.substr(4)), "");
    EXPECT_EQ(ask(sign_on), identification_);
}

// Octets of any kind at any time: never a crash, never more than there is room for, and a sign-on still helps.
RC_GTEST_PROP(Iec62056_21Properties, TheMeterSurvivesAnyOctets, ()) {
    Registers registers;
    MeterSettings settings;
    settings.has_mode_e = false;
    MeterSession meter(settings, registers);
    std::uint32_t now_ms = 0;
    std::array<std::uint8_t, 64> room;
    const auto pieces = *rc::gen::container<std::vector<Octets>>(rc::gen::oneOf(
        rc::gen::arbitrary<Octets>(),
        rc::gen::map(rc::gen::element<std::string>("2F3F210D0A", "063035310D0A", "063035300D0A", "0150310228", "290361",
                                                   "01523502312E382E302829035E", "15"),
                     [](const std::string& hex) { return from_hex(hex); })));
    for (const Octets& piece : pieces) {
        meter.receive(piece, now_ms);
        now_ms += *rc::gen::inRange(0u, 2000u);
        while (meter.transmit(room, now_ms).size > 0) {
        }
    }
    now_ms += 100'000;
    meter.receive({}, now_ms);
    now_ms += 100'000;
    meter.receive(from_hex("2F3F210D0A"), now_ms);
    now_ms += settings.reaction_ms;
    RC_ASSERT(meter.transmit(room, now_ms).size > 0u);
}

class Iec62056_21Reader : public ::testing::Test {
  protected:
    ReaderSession& reader() {
        if (!reader_) reader_.emplace(settings_);
        return *reader_;
    }
    std::string listen() {
        std::array<std::uint8_t, 64> room;
        const Chunk chunk = reader().transmit(room, now_ms_);
        if (chunk.size > 0) sent_at_ = chunk.line;
        now_ms_ += line_time_ms(chunk.size, chunk.line);
        return to_hex(Bytes(room).first(chunk.size));
    }
    std::string hear(std::string_view hex, std::uint32_t after_ms = 0) {
        now_ms_ += after_ms;
        const Octets octets = from_hex(hex);
        Bytes input(octets);
        while (const auto event = reader().receive(input, now_ms_)) {
            events_.push_back(event->kind);
            failure_ = event->failure;
            text_ = event->text;
        }
        now_ms_ += settings_.turnaround_ms;
        return listen();
    }

    ReaderSettings settings_;
    std::uint32_t now_ms_ = 0xFFFF'F000;
    LineSettings sent_at_;
    std::vector<ReaderEvent::Kind> events_;
    ReaderEvent::Failure failure_{};
    std::string text_;
    const std::string identification_ = to_hex(as_bytes("/ISK5\\2MT382-1008\r\n"));

  private:
    std::optional<ReaderSession> reader_;
};

using Kind = ReaderEvent::Kind;
using Failure = ReaderEvent::Failure;
using Goal = ReaderSession::Goal;

TEST_F(Iec62056_21Reader, EntersModeE) {
    reader().start(Goal::hdlc, now_ms_);
    EXPECT_EQ(listen(), sign_on);
    EXPECT_EQ(hear(sign_on), "") << "the echo of an optical head";
    EXPECT_EQ(hear(identification_), "063235320D0A");
    EXPECT_EQ(sent_at_, opening);
    EXPECT_EQ(reader().line(), opening) << "until it is confirmed";
    EXPECT_EQ(hear("063235320D0A"), "");
    EXPECT_EQ(reader().line(), hdlc_line);
    EXPECT_TRUE(reader().is_hdlc());
    EXPECT_EQ(events_, (std::vector{Kind::identified, Kind::hdlc}));
}

TEST_F(Iec62056_21Reader, LeavesTheOctetsBehindTheConfirmationToHdlc) {
    reader().start(Goal::hdlc, now_ms_);
    listen();
    hear(identification_);
    const Octets octets = from_hex("063235320D0A7EA0");
    Bytes input(octets);
    EXPECT_EQ(reader().receive(input, now_ms_)->kind, Kind::hdlc);
    EXPECT_EQ(to_hex(input), "7EA0");
    EXPECT_EQ(reader().receive(input, now_ms_), std::nullopt);
    EXPECT_EQ(to_hex(input), "7EA0");
}

TEST_F(Iec62056_21Reader, ReadsOut) {
    settings_.max_baud_code = '4';
    reader().start(Goal::readout, now_ms_);
    EXPECT_EQ(listen(), sign_on);
    EXPECT_EQ(hear(identification_), "063034300D0A");
    EXPECT_EQ(reader().line(), (LineSettings{4800, Framing::seven_even_one}));
    EXPECT_EQ(hear(readout), "");
    EXPECT_EQ(events_, (std::vector{Kind::identified, Kind::data_line, Kind::data_line, Kind::finished}));
    EXPECT_EQ(reader().line(), opening);
}

TEST_F(Iec62056_21Reader, ChecksTheReadout) {
    reader().start(Goal::readout, now_ms_);
    listen();
    hear(identification_);
    std::string damaged(readout);
    damaged[21] ^= 1;
    EXPECT_EQ(hear(damaged), "");
    EXPECT_EQ(failure_, Failure::bad_check);
}

TEST_F(Iec62056_21Reader, GivesUpALineThatNeverEnds) {
    reader().start(Goal::readout, now_ms_);
    listen();
    hear(identification_);
    std::string endless = "02";
    for (int i = 0; i < 300; ++i) endless += "41";
    EXPECT_EQ(hear(endless), "");
    EXPECT_EQ(failure_, Failure::too_long);
}

TEST_F(Iec62056_21Reader, SendsCommands) {
    reader().start(Goal::programming, now_ms_);
    EXPECT_FALSE(reader().command({'P', '1', "(00000000)"}, now_ms_)) << "too early";
    EXPECT_EQ(listen(), sign_on);
    EXPECT_EQ(hear(identification_), "063035310D0A");
    EXPECT_EQ(hear("01503002283132333435363738290368"), "");
    EXPECT_EQ(events_.back(), Kind::ready);
    EXPECT_TRUE(reader().command({'P', '1', "(00000000)"}, now_ms_));
    EXPECT_FALSE(reader().command({'P', '1', "(00000000)"}, now_ms_)) << "one at a time";
    EXPECT_EQ(hear(""), password);
    EXPECT_EQ(hear("06"), "");
    EXPECT_EQ(events_.back(), Kind::done);
    EXPECT_TRUE(reader().command({'R', '5', "1.8.0()"}, now_ms_));
    EXPECT_EQ(hear(""), "01523502312E382E302829035E");
    EXPECT_EQ(hear("02312E382E30283030303132332E342A6B576829035F"), "");
    EXPECT_EQ(events_.back(), Kind::data);
    EXPECT_TRUE(reader().command({'R', '5', "1.8.0()"}, now_ms_));
    hear("");
    EXPECT_EQ(hear("15"), "");
    EXPECT_EQ(events_.back(), Kind::refused);
    EXPECT_TRUE(reader().command({'R', '5', "1.8.0()"}, now_ms_));
    hear("");
    EXPECT_EQ(hear("02312E382E30283030303132332E342A6B5768290300"), "");
    EXPECT_EQ(events_.back(), Kind::failed);
    EXPECT_EQ(failure_, Failure::bad_check);
    EXPECT_TRUE(reader().command({'R', '5', "1.8.0()"}, now_ms_)) << "the mode holds";
    hear("");
    EXPECT_EQ(hear(break_command), "");
    EXPECT_EQ(events_.back(), Kind::ended);
    EXPECT_EQ(reader().line(), opening);
}

TEST_F(Iec62056_21Reader, TriesToSignOnAndGivesUp) {
    reader().start(Goal::hdlc, now_ms_);
    EXPECT_EQ(listen(), sign_on);
    for (int attempt = 1; attempt < settings_.max_attempts; ++attempt) {
        EXPECT_EQ(reader().wake_after_ms(now_ms_), settings_.answer_timeout_ms + 0u);
        EXPECT_EQ(hear("", settings_.answer_timeout_ms), sign_on);
    }
    EXPECT_EQ(hear("", settings_.answer_timeout_ms), "");
    EXPECT_EQ(failure_, Failure::no_answer);
    EXPECT_EQ(reader().wake_after_ms(now_ms_), std::nullopt);
}

TEST_F(Iec62056_21Reader, IsNotKeptBusyByATrickle) {
    settings_.session_timeout_ms = 60'000;
    reader().start(Goal::readout, now_ms_);
    listen();
    hear(identification_);
    int octets = 0;
    EXPECT_EQ(hear("02"), "");
    while (events_.size() == 1 && ++octets < 1000) hear("410A", 1000);
    while (events_.back() != Kind::failed && ++octets < 1000) hear("410A", 1000);
    EXPECT_EQ(events_.back(), Kind::failed);
    EXPECT_LT(octets, 60);
}

TEST_F(Iec62056_21Reader, RefusesWhatTheMeterCannotDo) {
    reader().start(Goal::hdlc, now_ms_);
    listen();
    hear(to_hex(as_bytes("/LGZ4ZMR120AR\r\n")));
    EXPECT_EQ(failure_, Failure::no_such_mode);
    reader().start(Goal::readout, now_ms_);
    listen();
    hear(to_hex(as_bytes("/LGZBZMR120AR\r\n")));
    EXPECT_EQ(failure_, Failure::no_such_mode) << "mode B";
    reader().start(Goal::readout, now_ms_);
    listen();
    hear(to_hex(as_bytes("/L1\r\n")));
    EXPECT_EQ(failure_, Failure::bad_identification);
}

RC_GTEST_PROP(Iec62056_21Properties, TheReaderSurvivesAnyOctets, ()) {
    ReaderSettings settings;
    ReaderSession reader(settings);
    std::uint32_t now_ms = 0;
    std::array<std::uint8_t, 64> room;
    reader.start(*rc::gen::element(Goal::readout, Goal::programming, Goal::hdlc), now_ms);
    const auto pieces = *rc::gen::container<std::vector<Octets>>(rc::gen::oneOf(
        rc::gen::arbitrary<Octets>(),
        rc::gen::map(rc::gen::element<std::string>("2F49534B355C324D540D0A", "063235320D0A", "02", "210D0A0325",
                                                   "01503002282903 60", "0142300371", "06", "15"),
                     [](const std::string& hex) { return from_hex(hex); })));
    for (const Octets& piece : pieces) {
        Bytes input(piece);
        while (const auto event = reader.receive(input, now_ms)) {
            if (event->kind == Kind::ready) reader.command({'R', '5', "1.8.0()"}, now_ms);
        }
        RC_ASSERT(input.empty() || reader.is_hdlc());
        now_ms += *rc::gen::inRange(0u, 2000u);
        while (reader.transmit(room, now_ms).size > 0) {
        }
    }
}

// Both sides on one line, a millisecond at a time; octets get through only while both are set alike.
struct Bench {
    Registers registers;
    MeterSettings meter_settings;
    MeterSession meter{meter_settings, registers};
    ReaderSettings reader_settings;
    ReaderSession reader{reader_settings};
    std::uint32_t now_ms = 0;
    std::vector<std::string> log;

    void run(std::uint32_t duration_ms) {
        std::array<std::uint8_t, 128> room;
        for (const std::uint32_t end_ms = now_ms + duration_ms; now_ms != end_ms; ++now_ms) {
            const Chunk asked = reader.transmit(room, now_ms);
            if (asked.size > 0) {
                EXPECT_EQ(asked.line, meter.line());
                meter.receive(Bytes(room).first(asked.size), now_ms);
            }
            const Chunk said = meter.transmit(room, now_ms);
            Bytes input = Bytes(room).first(said.size);
            EXPECT_TRUE(said.size == 0 || said.line == reader.line());
            while (const auto event = reader.receive(input, now_ms)) {
                log.push_back(std::to_string(static_cast<int>(event->kind)) + std::string(event->text));
            }
        }
    }
};

TEST(Iec62056_21, ReaderAndMeterMeetInModeE) {
    Bench bench;
    bench.reader.start(Goal::hdlc, 0);
    bench.run(5000);
    EXPECT_TRUE(bench.reader.is_hdlc());
    EXPECT_TRUE(bench.meter.is_hdlc());
    EXPECT_EQ(bench.reader.line(), bench.meter.line());
}

TEST(Iec62056_21, ReaderReadsTheMeterOut) {
    Bench bench;
    for (int i = 0; i < 500; ++i) bench.registers.lines.push_back("1-0:1.8.0*" + std::to_string(i) + "(000001.0*kWh)");
    bench.reader.start(Goal::readout, 0);
    bench.run(60'000);
    ASSERT_EQ(bench.log.size(), 504u);
    EXPECT_EQ(bench.log[1], "11-0:1.8.0(010192.57*kWh)");
    EXPECT_EQ(bench.log[502], "11-0:1.8.0*499(000001.0*kWh)");
    EXPECT_EQ(bench.log[503], "2");
    EXPECT_TRUE(bench.meter.is_idle());
    EXPECT_EQ(bench.reader.line(), bench.meter.line());
}

TEST(Iec62056_21, ReaderProgramsTheMeter) {
    Bench bench;
    bench.reader.start(Goal::programming, 0);
    bench.run(5000);
    EXPECT_TRUE(bench.reader.command({'P', '1', "(00000000)"}, bench.now_ms));
    bench.run(2000);
    EXPECT_TRUE(bench.reader.command({'W', '5', "0.9.1(120000)"}, bench.now_ms));
    bench.run(2000);
    EXPECT_TRUE(bench.reader.command({'R', '5', "0.9.1()"}, bench.now_ms));
    bench.run(2000);
    EXPECT_TRUE(bench.reader.end(bench.now_ms));
    bench.run(2000);
    EXPECT_EQ(bench.log, (std::vector<std::string>{"0/BLY5\\2", "312345678", "4", "4", "60.9.1(120000)"}));
    EXPECT_TRUE(bench.meter.is_idle());
    EXPECT_EQ(bench.reader.line(), bench.meter.line());
}

}  // namespace
}  // namespace blathy::dlms::iec62056_21
