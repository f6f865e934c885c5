#include <array>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/iec62056_21/line.hpp"
#include "dlms/iec62056_21/message.hpp"

#include "tests/dlms/hdlc_testing.hpp"

namespace blathy::dlms::iec62056_21 {
namespace {

using codec_test::from_hex;
using codec_test::Octets;
using codec_test::to_hex;

std::string written(const std::function<void(ByteWriter&)>& write) {
    std::array<std::uint8_t, 256> room{};
    ByteWriter writer(room);
    write(writer);
    EXPECT_TRUE(writer.ok());
    return to_hex(writer.written());
}

TEST(Iec62056_21Line, KnowsTheBaudCodes) {
    EXPECT_EQ(baud_of('0'), 300u);
    EXPECT_EQ(baud_of('3'), 2400u);
    EXPECT_EQ(baud_of('5'), 9600u);
    EXPECT_EQ(baud_of('6'), 19200u);
    EXPECT_EQ(baud_of('7'), std::nullopt);
    EXPECT_EQ(baud_of('A'), std::nullopt);
    EXPECT_EQ(line_time_ms(6, {300, Framing::seven_even_one}), 200u);
}

TEST(Iec62056_21Line, AddsAndChecksEvenParity) {
    EXPECT_EQ(with_even_parity('/'), 0xAF);
    EXPECT_EQ(with_even_parity('?'), '?');
    EXPECT_EQ(with_even_parity('\r'), 0x8D);
    for (int c = 0; c < 128; ++c) {
        const auto character = static_cast<std::uint8_t>(c);
        EXPECT_TRUE(has_even_parity(with_even_parity(character)));
        EXPECT_EQ(character_of(with_even_parity(character)), character);
        EXPECT_EQ(character_of(character), character) << "a UART has taken the parity bit off";
        if (!has_even_parity(static_cast<std::uint8_t>(character | 0x80))) {
            EXPECT_EQ(character_of(static_cast<std::uint8_t>(character | 0x80)), std::nullopt);
        }
    }
}

TEST(Iec62056_21Message, SignsOn) {
    EXPECT_EQ(written([](ByteWriter& w) { write_sign_on("", w); }), "2F3F210D0A");
    EXPECT_EQ(written([](ByteWriter& w) { write_sign_on("1234", w); }), "2F3F31323334210D0A");
    EXPECT_EQ(parse_sign_on("/?!"), "");
    EXPECT_EQ(parse_sign_on("/?00012345!"), "00012345");
    for (const char* line :
         {"", "/", "/?", "/ISK5\\2MT382-1008", "/?12", "?!", "/?123456789012345678901234567890123!"}) {
        EXPECT_EQ(parse_sign_on(line), std::nullopt) << line;
    }
}

TEST(Iec62056_21Message, ComparesAddressesWithoutLeadingZeros) {
    EXPECT_TRUE(is_addressed("", "12345"));
    EXPECT_TRUE(is_addressed("000000", "12345"));
    EXPECT_TRUE(is_addressed("12345", "12345"));
    EXPECT_TRUE(is_addressed("0012345", "12345"));
    EXPECT_TRUE(is_addressed("12345", "0012345"));
    EXPECT_FALSE(is_addressed("1234", "12345"));
    EXPECT_FALSE(is_addressed("123450", "12345"));
}

TEST(Iec62056_21Message, ReadsTheIdentificationOfAMeterInTheField) {
    const auto identification = parse_identification("/ISK5\\2MT382-1008").value();
    EXPECT_EQ(identification.manufacturer, "ISK");
    EXPECT_EQ(identification.baud_code, '5');
    EXPECT_TRUE(identification.has_mode_e);
    EXPECT_EQ(identification.text, "MT382-1008");
    EXPECT_EQ(identification.reaction_ms(), 200);
    EXPECT_EQ(written([&](ByteWriter& w) { write_identification(identification, w); }),
              to_hex(as_bytes("/ISK5\\2MT382-1008\r\n")));
}

TEST(Iec62056_21Message, ReadsIdentificationsOfOtherKinds) {
    EXPECT_FALSE(parse_identification("/LGZ4ZMR120AR").value().has_mode_e);
    EXPECT_EQ(parse_identification("/ABc0").value().reaction_ms(), 20);
    EXPECT_EQ(parse_identification("/EMH5\\@\\2LZQJ").value().text, "LZQJ");
    EXPECT_TRUE(parse_identification("/EMH5\\@\\2LZQJ").value().has_mode_e);
    for (const char* line : {"", "/", "/ISK", "/IS15", "ISK5", "/?!"}) EXPECT_FALSE(parse_identification(line)) << line;
}

TEST(Iec62056_21Message, SelectsOptions) {
    EXPECT_EQ(written([](ByteWriter& w) { write_option_select({'2', '5', '2'}, w); }), "063235320D0A");
    EXPECT_EQ(written([](ByteWriter& w) { write_option_select({'0', '5', '0'}, w); }), "063035300D0A");
    EXPECT_EQ(written([](ByteWriter& w) { write_option_select({'0', '5', '1'}, w); }), "063035310D0A");
    EXPECT_EQ(parse_option_select(from_hex("06323532")), (OptionSelect{'2', '5', '2'}));
    EXPECT_EQ(parse_option_select(from_hex("063235")), std::nullopt);
    EXPECT_EQ(parse_option_select(from_hex("0632353200")), std::nullopt);
}

TEST(Iec62056_21Message, ClosesBlocksWithBcc) {
    EXPECT_EQ(written([](ByteWriter& w) { write_command({'B', '0', {}}, w); }), "0142300371") << "the break";
    EXPECT_EQ(written([](ByteWriter& w) {
                  write_command({'P', '1', "(00000000)"}, w);
              }),
              "0150310228303030303030303029"
              "0361");
    EXPECT_EQ(written([](ByteWriter& w) { write_data("(ERROR)", w); }), "02284552524F5229035A");
}

TEST(Iec62056_21Message, ReadsCommands) {
    const Octets octets = from_hex("01523502312E382E30282903");
    const auto command = parse_command(octets).value();
    EXPECT_EQ(command.name, 'R');
    EXPECT_EQ(command.type, '5');
    EXPECT_EQ(command.text, "1.8.0()");
    EXPECT_EQ(parse_command(from_hex("01423003")).value().name, 'B');
    for (const char* hex : {"", "0103", "014203", "0142300", "02423003", "01423004", "0142304103", "01304203"}) {
        EXPECT_FALSE(parse_command(from_hex(hex))) << hex;
    }
    EXPECT_EQ(parse_data(from_hex("0228290 3")), "()");
    EXPECT_EQ(parse_data(from_hex("01282903")), std::nullopt);
}

TEST(Iec62056_21Message, SplitsDataSets) {
    const auto energy = parse_data_set("1-0:1.8.0(010192.57*kWh)").value();
    EXPECT_EQ(energy.address, "1-0:1.8.0");
    EXPECT_EQ(energy.value, "010192.57");
    EXPECT_EQ(energy.unit, "kWh");
    const auto date = parse_data_set("1-0:0.9.2(210528)").value();
    EXPECT_EQ(date.value, "210528");
    EXPECT_EQ(date.unit, "");
    EXPECT_EQ(parse_data_set("()").value().inside, "");
    for (const char* text : {"", "1.8.0", "1.8.0(", "1.8.0)", ")("}) EXPECT_FALSE(parse_data_set(text)) << text;
}

// The kinds of the messages in a stream: l(ine), o(ption), b(lock), x (bad block), a(ck), n(ak).
std::string collected(std::string_view hex, bool expects_option = false) {
    Collector collector;
    std::string kinds;
    for (const std::uint8_t octet : from_hex(hex)) {
        if (const auto message = collector.push(octet, expects_option)) {
            kinds += std::string_view("lobxan")[static_cast<std::size_t>(message->kind)];
            kinds += to_hex(message->octets) + " ";
        }
    }
    return kinds;
}

TEST(Iec62056_21Collector, FindsEveryKindOfMessage) {
    EXPECT_EQ(collected("2F3F210D0A"), "l2F3F21 ");
    EXPECT_EQ(collected("AF3F218D0A"), "l2F3F21 ") << "with parity bits";
    EXPECT_EQ(collected("063235320D0A", true), "o06323532 ");
    EXPECT_EQ(collected("0615"), "a n ");
    EXPECT_EQ(collected("0142300371"), "b01423003 ");
    EXPECT_EQ(collected("0142300370"), "x01423003 ");
    EXPECT_EQ(collected("0228290302"
                        "0228290302"),
              "b02282903 b02282903 ");
}

TEST(Iec62056_21Collector, DropsWhatIsDamagedOrUnfinished) {
    EXPECT_EQ(collected("2FBF210D0A"), "") << "parity";
    EXPECT_EQ(collected("2F3F210A"), "") << "no CR";
    EXPECT_EQ(collected("2F3F2F3F210D0A"), "l2F3F21 ") << "begun again";
    EXPECT_EQ(collected("01423001 42300371"), "b01423003 ");
    EXPECT_EQ(collected("01C23003F1"), "x013F3003 ") << "0xC2 has odd parity";
    std::string endless = "2F";
    for (int i = 0; i < 1000; ++i) endless += "41";
    EXPECT_EQ(collected(endless + "0D0A" + "2F3F210D0A"), "l2F3F21 ");
}

RC_GTEST_PROP(Iec62056_21Collector, AnyOctetsAreSurvived, (const Octets& octets, bool expects_option)) {
    Collector collector;
    for (const std::uint8_t octet : octets) {
        const auto message = collector.push(octet, expects_option);
        if (!message) continue;
        (void)parse_sign_on(as_text(message->octets));
        (void)parse_identification(as_text(message->octets));
        (void)parse_option_select(message->octets);
        if (const auto command = parse_command(message->octets)) (void)parse_data_set(command->text);
    }
}

}  // namespace
}  // namespace blathy::dlms::iec62056_21
