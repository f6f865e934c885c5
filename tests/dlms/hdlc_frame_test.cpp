#include <array>
#include <tuple>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/hdlc/crc.hpp"
#include "dlms/hdlc/frame.hpp"
#include "dlms/hdlc/parameters.hpp"

#include "tests/dlms/hdlc_testing.hpp"

namespace blathy::dlms::hdlc {
namespace {

using codec_test::from_hex;
using codec_test::Octets;
using codec_test::to_hex;

TEST(HdlcCrc, GivesTheCheckValueOfTheCatalogue) {
    EXPECT_EQ(crc_of(as_bytes("123456789")), 0x906E);
    Crc crc;
    crc.update(as_bytes("123456789"));
    EXPECT_FALSE(crc.is_good());
    crc.update(from_hex("6E90"));
    EXPECT_TRUE(crc.is_good());
}

TEST(HdlcCrc, IsTheSameInPieces) {
    Crc crc;
    for (const char c : std::string_view("123456789")) crc.update(as_bytes({&c, 1}));
    EXPECT_EQ(crc.value(), 0x906E);
}

std::string encoded(const Address& address) {
    std::array<std::uint8_t, 4> room{};
    ByteWriter writer(room);
    write_address(address, writer);
    return to_hex(writer.written());
}

TEST(HdlcAddress, IsWrittenAndReadInEveryStructure) {
    const std::pair<Address, std::string_view> examples[] = {
        {one_octet_address(1), "03"},
        {one_octet_address(16), "21"},
        {two_octet_address(1, 17), "0223"},
        {two_octet_address(0x67, 0x7F), "CEFF"},
        {four_octet_address(0x1234, 0x3FFF), "4868FEFF"},
        {four_octet_address(1, 0x11), "00020023"},
    };
    for (const auto& [address, hex] : examples) {
        EXPECT_EQ(encoded(address), hex);
        const Octets octets = from_hex(hex);
        ByteReader reader(octets);
        EXPECT_EQ(read_address(reader), address) << hex;
        EXPECT_TRUE(reader.ok() && reader.at_end());
    }
}

TEST(HdlcAddress, HasNeitherThreeNorFiveOctetsAndAnEnd) {
    for (const char* hex : {"", "02", "020223", "0002000023", "00020002", "0002"}) {
        const Octets octets = from_hex(hex);
        ByteReader reader(octets);
        EXPECT_EQ(read_address(reader), std::nullopt) << hex;
        EXPECT_FALSE(reader.ok()) << hex;
    }
}

TEST(HdlcControl, KnowsEveryFrameOfTheDlmsSubset) {
    using K = FrameKind;
    const std::pair<Control, std::uint8_t> octets[] = {
        {{K::i, true, 0, 0}, 0x10},     {{K::i, false, 7, 5}, 0xEA},   {{K::rr, true, 0, 0}, 0x11},
        {{K::rr, false, 3, 0}, 0x61},   {{K::rnr, true, 0, 0}, 0x15},  {{K::rnr, true, 1, 0}, 0x35},
        {{K::snrm, true, 0, 0}, 0x93},  {{K::disc, true, 0, 0}, 0x53}, {{K::ua, true, 0, 0}, 0x73},
        {{K::dm, true, 0, 0}, 0x1F},    {{K::dm, false, 0, 0}, 0x0F},  {{K::frmr, true, 0, 0}, 0x97},
        {{K::frmr, false, 0, 0}, 0x87}, {{K::ui, true, 0, 0}, 0x13},   {{K::ui, false, 0, 0}, 0x03},
    };
    for (const auto& [control, octet] : octets) {
        EXPECT_EQ(encode_control(control), octet);
        EXPECT_EQ(decode_control(octet), control) << int(octet);
    }
}

TEST(HdlcControl, TakesWhatIsOutsideTheSubsetAsUndefined) {
    // REJ, SREJ, XID, TEST, SARM, and nonsense.
    for (const int octet : {0x09, 0x19, 0x1D, 0xBF, 0xF3, 0x0F | 0x20, 0xFF}) {
        EXPECT_EQ(decode_control(static_cast<std::uint8_t>(octet)).kind, FrameKind::undefined) << octet;
    }
}

TEST(HdlcControl, EveryOctetIsEitherUndefinedOrWrittenAsRead) {
    for (int octet = 0; octet < 256; ++octet) {
        const Control control = decode_control(static_cast<std::uint8_t>(octet));
        EXPECT_TRUE(control.kind == FrameKind::undefined || encode_control(control) == octet) << octet;
    }
}

struct Vector {
    const char* name;
    std::string_view hex;
    Address destination;
    Address source;
    int control;
    std::string_view information;
};

const Vector vectors[] = {
    {"Green Book UI", "7EA013CEFFCD1361D5E6E6001D64001400002C667E", two_octet_address(0x67, 0x7F),
     one_octet_address(0x66), 0x13, "E6E6001D6400140000"},
    {"SNRM, 4 octets", "7EA00A00020023219318717E", four_octet_address(1, 0x11), one_octet_address(16), 0x93, ""},
    {"UA, 2 octet lengths", "7EA023210002002373F6C58180140502008006020080070400000001080400000001CE6A7E",
     one_octet_address(16), four_octet_address(1, 0x11), 0x73, "8180140502008006020080070400000001080400000001"},
    {"SNRM, 2 octets", "7EA00802232193BD647E", two_octet_address(1, 17), one_octet_address(16), 0x93, ""},
    {"UA, info 154", "7EA01F21022373E6C781801205019A06019A070400000001080400000001CCA27E", one_octet_address(16),
     two_octet_address(1, 17), 0x73, "81801205019A06019A070400000001080400000001"},
    {"SNRM, 1 octet", "7EA0070321930F017E", one_octet_address(1), one_octet_address(16), 0x93, ""},
    {"UA", "7EA00721037301407E", one_octet_address(16), one_octet_address(1), 0x73, ""},
    {"DISC", "7EA00703215303C77E", one_octet_address(1), one_octet_address(16), 0x53, ""},
    {"DM", "7EA00721031F6BE97E", one_octet_address(16), one_octet_address(1), 0x1F, ""},
    {"RR", "7EA00703211115A67E", one_octet_address(1), one_octet_address(16), 0x11, ""},
    {"AARQ", "7EA02C02232110AF9FE6E600601DA109060760857405080101BE10040E01000000065F1F0400001E1DFFFFC5E47E",
     two_octet_address(1, 17), one_octet_address(16), 0x10,
     "E6E600601DA109060760857405080101BE10040E01000000065F1F0400001E1DFFFF"},
    {"AARE",
     "7EA0382102233034E7E6E7006129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400001E1D04C80007B8"
     "6A7E",
     one_octet_address(16), two_octet_address(1, 17), 0x30,
     "E6E7006129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400001E1D04C80007"},
    {"GET clock A1", "7EA0199575546835E6E600C0018100080000010000FF01000DFD7E", one_octet_address(0x4A),
     one_octet_address(0x3A), 0x54, "E6E600C0018100080000010000FF0100"},
    {"GET clock A1, reply", "7EA018759574E9E8E6E700C401810009060000010000FFFD497E", one_octet_address(0x3A),
     one_octet_address(0x4A), 0x74, "E6E700C401810009060000010000FF"},
    {"GET clock A2", "7EA0199575767837E6E600C0018100080000010000FF020065D77E", one_octet_address(0x4A),
     one_octet_address(0x3A), 0x76, "E6E600C0018100080000010000FF0200"},
    {"GET clock A2, reply", "7EA01E7595966F67E6E700C4018100090C07D20C04030A060BFF007800F3307E", one_octet_address(0x3A),
     one_octet_address(0x4A), 0x96, "E6E700C4018100090C07D20C04030A060BFF007800"},
};

TEST(HdlcFrame, ReadsAndWritesThePublishedFrames) {
    for (const Vector& v : vectors) {
        const Octets octets = from_hex(v.hex);
        const auto frame = decode_frame(Bytes(octets).subspan(1, octets.size() - 2));
        ASSERT_TRUE(frame) << v.name;
        EXPECT_EQ(frame->destination, v.destination) << v.name;
        EXPECT_EQ(frame->source, v.source) << v.name;
        EXPECT_EQ(frame->control, v.control) << v.name;
        EXPECT_EQ(to_hex(frame->information), v.information) << v.name;
        EXPECT_FALSE(frame->is_segmented || frame->is_oversize) << v.name;

        const Octets information = from_hex(v.information);
        Frame again;
        again.destination = v.destination;
        again.source = v.source;
        again.control = static_cast<std::uint8_t>(v.control);
        again.information = information;
        std::array<std::uint8_t, 256> room{};
        EXPECT_EQ(to_hex(Bytes(room).first(encode_frame(again, room))), v.hex) << v.name;
    }
}

// Wherever one bit of a published frame is wrong, the frame is refused. CRC-16 finds every single bit error.
TEST(HdlcFrame, RefusesEverySingleBitError) {
    for (const Vector& v : vectors) {
        Octets octets = from_hex(v.hex);
        for (std::size_t bit = 8; bit < 8 * (octets.size() - 1); ++bit) {
            octets[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            EXPECT_FALSE(decode_frame(Bytes(octets).subspan(1, octets.size() - 2))) << v.name << " bit " << bit;
            octets[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        }
    }
}

TEST(HdlcFrame, SaysWhyItRefuses) {
    const auto error_of = [](std::string_view hex) {
        const auto frame = decode_frame(from_hex(hex));
        return frame ? std::optional<FrameError>() : frame.error();
    };
    EXPECT_EQ(error_of(""), FrameError::length);
    EXPECT_EQ(error_of("A0"), FrameError::length);
    EXPECT_EQ(error_of("9008022321936DA3"), FrameError::format_type);
    EXPECT_EQ(error_of("A00902232193F96F"), FrameError::length);
    EXPECT_EQ(error_of("A0090202232193C513"), FrameError::address);
    EXPECT_EQ(error_of("A00802232193BC64"), FrameError::frame_check);
    EXPECT_EQ(error_of("A01A02232110E770E6E600C001C100080000010000FF020087E2"), FrameError::header_check);
    EXPECT_EQ(error_of("A01A02232110E670E6E600C001C100080000010000FF0200611A"), FrameError::frame_check);
}

TEST(HdlcFrame, MustFitItsRoomAndItsLengthField) {
    Octets information(max_length, 0x55);
    Frame frame;
    frame.destination = one_octet_address(1);
    frame.source = one_octet_address(16);
    Octets room(4096);
    frame.information = Bytes(information).first(max_length - 9);
    EXPECT_EQ(encode_frame(frame, room), max_length + 2);
    frame.information = Bytes(information).first(max_length - 8);
    EXPECT_EQ(encode_frame(frame, room), 0u);
    frame.information = Bytes(information).first(100);
    const std::size_t size = encode_frame(frame, room);
    for (std::size_t less = 0; less < size; ++less) EXPECT_EQ(encode_frame(frame, MutableBytes(room).first(less)), 0u);
}

rc::Gen<Address> any_address() {
    return rc::gen::map(
        rc::gen::tuple(rc::gen::element(1, 2, 4), rc::gen::inRange(0, 0x4000), rc::gen::inRange(0, 0x4000)),
        [](const std::tuple<int, int, int>& t) {
            const auto [octets, upper, lower] = t;
            const int mask = octets == 4 ? 0x3FFF : 0x7F;
            return Address{static_cast<std::uint16_t>(upper & mask),
                           static_cast<std::uint16_t>(octets == 1 ? 0 : lower & mask),
                           static_cast<std::uint8_t>(octets)};
        });
}

RC_GTEST_PROP(HdlcFrame, ReadsWhatItWrote, ()) {
    const auto information = *rc::gen::resize(2000, rc::gen::arbitrary<Octets>());
    Frame frame;
    frame.destination = *any_address();
    frame.source = *any_address();
    frame.control = *rc::gen::arbitrary<std::uint8_t>();
    frame.is_segmented = *rc::gen::arbitrary<bool>();
    const std::size_t cut = *rc::gen::inRange<std::size_t>(0, information.size() + 1);
    frame.head = Bytes(information).first(cut);
    frame.information = Bytes(information).subspan(cut);
    Octets room(2 + max_length);
    const std::size_t size = encode_frame(frame, room);
    RC_ASSERT(size > 0u);
    const auto again = decode_frame(Bytes(room).subspan(1, size - 2));
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->destination == frame.destination);
    RC_ASSERT(again->source == frame.source);
    RC_ASSERT(again->control == frame.control);
    RC_ASSERT(again->is_segmented == frame.is_segmented);
    RC_ASSERT(equal(again->information, information));
}

TEST(HdlcParameters, ReadsBothPublishedForms) {
    Parameters two_octets = decode_parameters(from_hex("8180140502008006020080070400000001080400000001")).value();
    EXPECT_EQ(two_octets, Parameters{});
    const auto one_octet = decode_parameters(from_hex("81801205019A06019A070400000001080400000001"));
    EXPECT_EQ(one_octet, (Parameters{154, 154, 1, 1}));
}

TEST(HdlcParameters, WritesThePublishedForm) {
    std::array<std::uint8_t, max_parameters_octets> room{};
    ByteWriter writer(room);
    encode_parameters({154, 154, 1, 1}, writer);
    EXPECT_EQ(to_hex(writer.written()), "81801205019A06019A070400000001080400000001");
    ByteWriter longest(room);
    encode_parameters({2030, 256, 7, 7}, longest);
    EXPECT_TRUE(longest.ok());
    EXPECT_EQ(to_hex(longest.written()), "818014050207EE06020100070400000007080400000007");
}

TEST(HdlcParameters, TakesDefaultsForWhatIsNotStatedAndPassesOverTheUnknown) {
    EXPECT_EQ(decode_parameters({}), Parameters{});
    EXPECT_EQ(decode_parameters(from_hex("818000")), Parameters{});
    EXPECT_EQ(decode_parameters(from_hex("8180074202ABCD060140")), (Parameters{128, 64, 1, 1}));
    EXPECT_EQ(decode_parameters(from_hex("818006070103080102")), (Parameters{128, 128, 3, 2}));
    // Zero says nothing, and more than the standard allows is as much as it allows.
    EXPECT_EQ(decode_parameters(from_hex("8180060501000701FF")), (Parameters{128, 128, 7, 1}));
    EXPECT_EQ(decode_parameters(from_hex("818006050400010000")), (Parameters{2030, 128, 1, 1}));
}

TEST(HdlcParameters, RefusesTheMalformed) {
    for (const char* hex : {"80", "8180", "818001", "8080030501", "818003050280", "8181030501FF", "81800105"}) {
        EXPECT_EQ(decode_parameters(from_hex(hex)), std::nullopt) << hex;
    }
}

TEST(HdlcParameters, AgreeOnTheSmallerOfEachDirection) {
    const Parameters client{100, 500, 2, 7};
    const Parameters server{2030, 64, 3, 4};
    EXPECT_EQ(agree(server, client), (Parameters{500, 64, 3, 2}));
    EXPECT_EQ(agree(client, server), (Parameters{64, 500, 2, 3}));
}

}  // namespace
}  // namespace blathy::dlms::hdlc
