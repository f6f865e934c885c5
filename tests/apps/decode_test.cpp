#include "apps/blathy/decode/decode.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include "apps/blathy/decode/hex.hpp"
#include "apps/blathy/decode/pcap.hpp"
#include "apps/blathy/decode/segment.hpp"
#include "apps/blathy/decode/stream.hpp"
#include "dlms/security/ciphering.hpp"
#include "dlms/security/key_agreement.hpp"
#include "dlms/security/key_wrap.hpp"
#include "dlms/security/signing.hpp"
#include "station/format.hpp"
#include "station/security/entropy.hpp"

#include "tests/support/hex.hpp"

namespace blathy::apps {
namespace {

using test::hex;
using ::testing::HasSubstr;
using ::testing::Not;
using Octets = std::vector<std::uint8_t>;

void append(Octets& to, const Octets& more) {
    to.insert(to.end(), more.begin(), more.end());
}

void put(Octets& to, std::uint64_t value, std::size_t count, bool little = false) {
    for (std::size_t i = 0; i < count; ++i) {
        to.push_back(static_cast<std::uint8_t>(value >> (8 * (little ? i : count - 1 - i))));
    }
}

// --- what captures are made of ---------------------------------------------------------------------------------------

struct Ports {
    std::uint16_t source = 50000;
    std::uint16_t destination = 4059;
};

Octets tcp(std::uint32_t sequence, const Octets& payload, Ports ports = {}, std::uint8_t flags = 0x18) {
    Octets octets;
    put(octets, ports.source, 2);
    put(octets, ports.destination, 2);
    put(octets, sequence, 4);
    put(octets, 0, 4);
    put(octets, 0x5000U | flags, 2);
    put(octets, 0, 6);
    append(octets, payload);
    return octets;
}

Octets udp(const Octets& payload, Ports ports = {}) {
    Octets octets;
    put(octets, ports.source, 2);
    put(octets, ports.destination, 2);
    put(octets, 8 + payload.size(), 2);
    put(octets, 0, 2);
    append(octets, payload);
    return octets;
}

Octets ipv4(std::uint8_t protocol, const Octets& payload, std::uint16_t fragment = 0) {
    Octets octets = hex("4500");
    put(octets, 20 + payload.size(), 2);
    put(octets, 0, 2);
    put(octets, fragment, 2);
    put(octets, 64, 1);
    put(octets, protocol, 1);
    append(octets, hex("0000 0A000001 0A000002"));
    append(octets, payload);
    return octets;
}

Octets ipv6(std::uint8_t next, const Octets& payload) {
    Octets octets = hex("60000000");
    put(octets, payload.size(), 2);
    put(octets, next, 1);
    put(octets, 64, 1);
    append(octets, hex("20010DB8000000000000000000000001 20010DB8000000000000000000000002"));
    append(octets, payload);
    return octets;
}

Octets ethernet(std::string_view type, const Octets& payload) {
    Octets octets = hex("FFFFFFFFFFFF 020000000001");
    append(octets, hex(type));
    append(octets, payload);
    return octets;
}

struct Classic {
    bool little = true;
    bool nano = false;
    std::uint32_t link_type = 1;
};

Octets classic_capture(const std::vector<Octets>& packets, Classic form = {}) {
    Octets octets;
    put(octets, form.nano ? 0xA1B23C4D : 0xA1B2C3D4, 4, form.little);
    put(octets, 2, 2, form.little);
    put(octets, 4, 2, form.little);
    put(octets, 0, 8, form.little);
    put(octets, 65535, 4, form.little);
    put(octets, form.link_type, 4, form.little);
    for (const Octets& packet : packets) {
        put(octets, 1'600'000'000, 4, form.little);
        put(octets, form.nano ? 123'456'789 : 123'456, 4, form.little);
        put(octets, packet.size(), 4, form.little);
        put(octets, packet.size(), 4, form.little);
        append(octets, packet);
    }
    return octets;
}

Octets block(std::uint32_t type, const Octets& body, bool little) {
    Octets octets;
    const std::size_t padded = (body.size() + 3) / 4 * 4;
    put(octets, type, 4, little);
    put(octets, 12 + padded, 4, little);
    append(octets, body);
    octets.resize(8 + padded);
    put(octets, 12 + padded, 4, little);
    return octets;
}

Octets section(bool little) {
    Octets body;
    put(body, 0x1A2B3C4D, 4, little);
    put(body, 1, 2, little);
    put(body, 0, 2, little);
    put(body, ~0ULL, 8, little);
    return block(0x0A0D0D0A, body, little);
}

Octets interface(bool little, std::uint8_t resolution) {
    Octets body;
    put(body, 1, 2, little);
    put(body, 0, 2, little);
    put(body, 0, 4, little);
    put(body, 9, 2, little);
    put(body, 1, 2, little);
    put(body, resolution, 1);
    put(body, 0, 3);
    put(body, 0, 4, little);
    return block(1, body, little);
}

Octets enhanced(bool little, std::uint64_t time, const Octets& packet) {
    Octets body;
    put(body, 0, 4, little);
    put(body, time >> 32, 4, little);
    put(body, time & 0xFFFF'FFFF, 4, little);
    put(body, packet.size(), 4, little);
    put(body, packet.size(), 4, little);
    append(body, packet);
    return block(6, body, little);
}

std::vector<Packet> packets_of(const Octets& capture, std::string* error = nullptr) {
    std::istringstream in(std::string(capture.begin(), capture.end()));
    CaptureReader reader(in);
    std::vector<Packet> packets;
    while (auto packet = reader.next()) packets.push_back(std::move(*packet));
    if (error) *error = reader.error();
    return packets;
}

const Octets get_clock = hex("000100100001000D C001C100080000010000FF0200");

// --- hexadecimal -----------------------------------------------------------------------------------------------------

TEST(ParseHex, TakesWhatPeoplePaste) {
    const Octets octets{0x7E, 0xA0, 0x07};
    for (const char* text : {"7EA007", "7e a0 07", "7E:A0:07", "0x7E 0xA0 0x07", "0x7EA007", "7E\r\nA0\n\t07\n",
                             "0x7E, 0xA0, 0x07", "7E-A0-07", "\\x7E\\xA0\\x07"}) {
        EXPECT_EQ(parse_hex(text).value(), octets) << text;
    }
    EXPECT_EQ(parse_hex("").value(), Octets{});
}

TEST(ParseHex, SaysWhereItIsWrong) {
    const auto position = [](std::string_view text) { return parse_hex(text).error().position; };
    EXPECT_EQ(position("7EG0"), 2U);
    EXPECT_EQ(position("7E A"), 4U);
    EXPECT_EQ(position("7 E"), 1U);
    EXPECT_EQ(position("7E 0x"), 5U);
    EXPECT_EQ(parse_hex("7EG0").error().reason, "'G' is no hexadecimal digit");
    EXPECT_EQ(parse_hex("7EA").error().reason, "the second digit of an octet is missing");
}

RC_GTEST_PROP(ParseHexProperty, NeverReadsOutside, (const std::string& text)) {
    const auto octets = parse_hex(text);
    if (!octets) RC_ASSERT(octets.error().position <= text.size());
}

// --- capture files ---------------------------------------------------------------------------------------------------

TEST(Capture, ClassicOfEitherByteOrderAndResolution) {
    for (const bool little : {true, false}) {
        for (const bool nano : {true, false}) {
            std::string error;
            const auto packets = packets_of(classic_capture({hex("0102"), hex("")}, {little, nano, 228}), &error);
            ASSERT_EQ(packets.size(), 2U);
            EXPECT_EQ(packets[0].octets, hex("0102"));
            EXPECT_EQ(packets[0].link_type, 228U);
            EXPECT_EQ(packets[0].time_ns, 1'600'000'000'000'000'000 + (nano ? 123'456'789 : 123'456'000));
            EXPECT_EQ(error, "");
        }
    }
}

TEST(Capture, NextGenerationOfEitherByteOrder) {
    for (const bool little : {true, false}) {
        Octets capture = section(little);
        append(capture, interface(little, 9));
        append(capture, block(5, hex("0000"), little));
        append(capture, enhanced(little, 1'600'000'000'123'456'789, hex("010203")));
        append(capture, section(!little));  // a second section starts anew
        append(capture, interface(!little, 0x80 | 10));
        append(capture, enhanced(!little, 1024 * 5 + 512, hex("04")));
        Octets simple;
        put(simple, 2, 4, !little);
        append(simple, hex("0506"));
        append(capture, block(3, simple, !little));
        std::string error;
        const auto packets = packets_of(capture, &error);
        EXPECT_EQ(error, "");
        ASSERT_EQ(packets.size(), 3U);
        EXPECT_EQ(packets[0].time_ns, 1'600'000'000'123'456'789);
        EXPECT_EQ(packets[0].octets, hex("010203"));
        EXPECT_EQ(packets[1].time_ns, 5'500'000'000);
        EXPECT_EQ(packets[2].octets, hex("0506"));
    }
}

TEST(Capture, CutShortStillGivesWhatIsWhole) {
    for (const Octets& whole : {classic_capture({hex("0102"), hex("0304")}), [] {
                                    Octets capture = section(true);
                                    append(capture, interface(true, 6));
                                    append(capture, enhanced(true, 1, hex("0102")));
                                    append(capture, enhanced(true, 2, hex("0304")));
                                    return capture;
                                }()}) {
        std::size_t last = 0;
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto packets = packets_of(Octets(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
            EXPECT_GE(packets.size(), last);
            EXPECT_LT(packets.size(), 2U);
            last = packets.size();
        }
        EXPECT_EQ(last, 1U);
        EXPECT_EQ(packets_of(whole).size(), 2U);
    }
}

TEST(Capture, HostileLengthsAreRefused) {
    std::string error;
    Octets classic = classic_capture({});
    put(classic, 0, 8);
    put(classic, 0xFFFF'FFFF, 4);
    put(classic, 0, 4);
    EXPECT_TRUE(packets_of(classic, &error).empty());
    EXPECT_EQ(error, "a packet of 4294967295 octets");
    Octets next = section(true);
    put(next, 6, 4, true);
    put(next, 0xFFFF'FFFC, 4, true);
    EXPECT_TRUE(packets_of(next, &error).empty());
    EXPECT_EQ(error, "a block of 4294967292 octets");
}

// --- segments --------------------------------------------------------------------------------------------------------

TEST(Segments, ComeOutOfEveryLinkLayer) {
    const Octets ip = ipv4(6, tcp(7, hex("0102")));
    const auto from = [](std::uint32_t link_type, const Octets& octets) {
        return read_segment({.time_ns = 5, .link_type = link_type, .octets = octets});
    };
    Octets cooked(14);
    append(cooked, hex("0800"));
    append(cooked, ip);
    Octets cooked2 = hex("0800");
    cooked2.resize(20);
    append(cooked2, ip);
    Octets loopback = hex("02000000");
    append(loopback, ip);
    Octets tagged = hex("0064 0800");
    append(tagged, ip);
    Octets padded = ip;
    padded.resize(46);  // Ethernet fills short frames up
    const std::pair<std::uint32_t, Octets> forms[] = {{1, ethernet("0800", padded)},
                                                      {1, ethernet("8100", tagged)},
                                                      {113, cooked},
                                                      {276, cooked2},
                                                      {0, loopback},
                                                      {101, ip},
                                                      {228, ip}};
    for (const auto& [link_type, octets] : forms) {
        const auto segment = from(link_type, octets);
        ASSERT_TRUE(segment) << link_type;
        EXPECT_EQ(to_string(segment->source), "10.0.0.1:50000");
        EXPECT_EQ(to_string(segment->destination), "10.0.0.2:4059");
        EXPECT_TRUE(segment->is_tcp);
        EXPECT_EQ(segment->sequence, 7U);
        EXPECT_EQ(segment->payload, hex("0102"));
        EXPECT_EQ(segment->time_ns, 5);
    }
    EXPECT_FALSE(from(1, ethernet("0806", ip)));
    EXPECT_FALSE(from(147, ip));
    EXPECT_FALSE(from(101, ipv4(6, tcp(7, {}), 0x2000)));
    EXPECT_FALSE(from(101, ipv4(1, hex("0800000000000000"))));
}

TEST(Segments, Ipv6WithExtensionHeadersAndUdp) {
    Octets options = hex("11 00 000000000000");
    append(options, udp(hex("AABB")));
    const auto segment = read_segment({.link_type = 229, .octets = ipv6(0, options)});
    ASSERT_TRUE(segment);
    EXPECT_FALSE(segment->is_tcp);
    EXPECT_EQ(to_string(segment->source), "[2001:db8::1]:50000");
    EXPECT_EQ(segment->payload, hex("AABB"));
}

RC_GTEST_PROP(SegmentsProperty, AnyPacketIsReadOrRefused, (const Octets& tail, std::uint8_t cut)) {
    for (const std::uint32_t link_type : {0U, 1U, 101U, 113U, 229U, 276U}) {
        Octets octets = link_type == 1 ? ethernet("0800", ipv4(6, tcp(1, tail))) : ipv4(17, udp(tail));
        octets.resize(std::min<std::size_t>(octets.size(), cut));
        (void)read_segment({.link_type = link_type, .octets = octets});
        (void)read_segment({.link_type = link_type, .octets = tail});
    }
}

// --- streams ---------------------------------------------------------------------------------------------------------

Segment segment(std::uint32_t sequence, Octets payload) {
    Segment made;
    made.source = {{10, 0, 0, 1}, false, 50000};
    made.destination = {{10, 0, 0, 2}, false, 4059};
    made.is_tcp = true;
    made.sequence = sequence;
    made.payload = std::move(payload);
    return made;
}

TEST(TcpStreams, OrderRepetitionAndOverlap) {
    TcpStream stream;
    Octets out;
    EXPECT_FALSE(stream.push(segment(0xFFFF'FFFE, hex("00 01")), out));  // the numbers wrap around
    EXPECT_FALSE(stream.push(segment(2, hex("04 05")), out));
    EXPECT_EQ(out, hex("00 01"));
    EXPECT_FALSE(stream.push(segment(0, hex("02 03")), out));
    EXPECT_EQ(out, hex("00 01 02 03 04 05"));
    EXPECT_FALSE(stream.push(segment(0, hex("02 03")), out));
    EXPECT_FALSE(stream.push(segment(3, hex("05 06 07")), out));
    EXPECT_EQ(out, hex("00 01 02 03 04 05 06 07"));
    EXPECT_TRUE(stream.take_waiting().empty());
}

TEST(TcpStreams, AGapIsGivenUpInTheEnd) {
    TcpStream stream;
    Octets out;
    (void)stream.push(segment(0, hex("00")), out);
    bool lost = false;
    for (std::uint32_t i = 0; i <= TcpStream::max_waiting_segments && !lost; ++i) {
        lost = stream.push(segment(100 + i, hex("11")), out);
    }
    EXPECT_TRUE(lost);
    EXPECT_EQ(out.size(), 1 + TcpStream::max_waiting_segments + 1);
    Octets late;
    (void)stream.push(segment(5000, hex("22")), late);
    EXPECT_TRUE(late.empty());
    EXPECT_EQ(stream.take_waiting(), hex("22"));
}

RC_GTEST_PROP(TcpStreamsProperty, AnyOrderGivesTheSameOctets, ()) {
    const auto octets = *rc::gen::resize(300, rc::gen::nonEmpty(rc::gen::arbitrary<Octets>()));
    const auto start = *rc::gen::arbitrary<std::uint32_t>();
    const auto size = *rc::gen::inRange<std::size_t>(1, 20);
    std::vector<Segment> segments;
    for (std::size_t at = 0; at < octets.size(); at += size) {
        const auto end = std::min(octets.size(), at + size);
        segments.push_back(segment(start + static_cast<std::uint32_t>(at),
                                   {octets.begin() + static_cast<long>(at), octets.begin() + static_cast<long>(end)}));
    }
    std::vector<std::size_t> order(segments.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto swaps = *rc::gen::arbitrary<std::vector<std::pair<std::uint8_t, std::uint8_t>>>();
    for (const auto& [a, b] : swaps) std::swap(order[a % order.size()], order[b % order.size()]);
    TcpStream stream;
    Octets out;
    Segment syn = segment(start - 1, {});
    syn.is_syn = true;
    (void)stream.push(syn, out);
    for (const std::size_t i : order) {
        (void)stream.push(segments[i], out);
        (void)stream.push(segments[order[0]], out);  // sent once more
    }
    RC_ASSERT(out == octets);
}

std::vector<Octets> messages_of(const std::vector<Octets>& payloads, std::uint16_t port = 4059) {
    std::vector<Octets> messages;
    MessageCollector collector(port, [&](const Message& message) { messages.push_back(message.octets); });
    std::uint32_t sequence = 1000;
    for (const Octets& payload : payloads) {
        collector.push(segment(sequence, payload));
        sequence += static_cast<std::uint32_t>(payload.size());
    }
    collector.finish();
    return messages;
}

TEST(Messages, AreCutFromTheStreamWhereverSegmentsEnd) {
    const Octets snrm = hex("7EA0070321930F017E");
    const Octets ua = hex("7EA00721037301407E");
    EXPECT_EQ(messages_of({hex("0001001000"), hex("01000DC001C100080000010000FF0200000100"),
                           hex("100001000DC001C100080000010000FF0200")}),
              (std::vector<Octets>{get_clock, get_clock}));
    EXPECT_EQ(messages_of({hex("7EA0070321930F017E7EA00721037301407E")}), (std::vector<Octets>{snrm, ua}));
    EXPECT_EQ(messages_of({hex("7EA0070321930F017EA0"), hex("0721037301407E")}), (std::vector<Octets>{snrm, ua}));
    EXPECT_EQ(messages_of({hex("7E7E7EA0070321930F017E")}), (std::vector<Octets>{snrm}));
    EXPECT_EQ(messages_of({hex("2F3F210D0A")}), (std::vector<Octets>{hex("2F3F210D0A")}));
}

TEST(Messages, ThatNeverBecomeWholeComeLast) {
    EXPECT_EQ(messages_of({hex("000100100001000DC001")}), (std::vector<Octets>{hex("000100100001000DC001")}));
}

TEST(Messages, OnAnyPortAreThoseThatLookLikeDlms) {
    EXPECT_EQ(messages_of({hex("474554202F")}, 0), std::vector<Octets>{});
    EXPECT_EQ(messages_of({get_clock}, 0), (std::vector<Octets>{get_clock}));
    EXPECT_EQ(messages_of({get_clock}, 4060), std::vector<Octets>{});
}

// --- the command -----------------------------------------------------------------------------------------------------

struct Outcome {
    int code;
    std::string out;
    std::string err;
};

Outcome decode(DecodeOptions options, const std::string& input = {}) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_decode(options, in, out, err);
    return {code, out.str(), err.str()};
}

class File {
  public:
    explicit File(const Octets& octets)
        : path_(std::filesystem::temp_directory_path() /
                ("blathy-decode-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
        std::ofstream(path_, std::ios::binary)
            .write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
    }
    ~File() { std::filesystem::remove(path_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

TEST(Decode, TextOfOneApdu) {
    const Outcome outcome = decode({.input = "C4 01 C1 00 06 0001E240"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out,
              "0000  C401C100060001E2..  get-response-normal\n"
              "0002  C1                    invoke-id-and-priority: invoke-id 1, confirmed, high priority\n"
              "0002  C1                      priority (bit 7): high\n"
              "0002  C1                      service-class (bit 6): confirmed\n"
              "0002  C1                      invoke-id (bits 0-3): 1\n"
              "0003  00                    get-data-result: data\n"
              "0004  060001E240            double-long-unsigned: 123456\n");
}

TEST(Decode, JsonOfOneApdu) {
    const Outcome outcome = decode({.input = "D80103", .json = true});
    EXPECT_EQ(outcome.code, 0);
    const auto json = nlohmann::json::parse(outcome.out);
    ASSERT_EQ(json.size(), 3U);
    EXPECT_EQ(json[2], (nlohmann::json{{"depth", 1},
                                       {"offset", 2},
                                       {"length", 1},
                                       {"octets", "03"},
                                       {"name", "service-error"},
                                       {"value", "other-reason"},
                                       {"error", false}}));
}

TEST(Decode, JsonStaysUtf8WhateverTheOctets) {
    const Outcome outcome = decode({.input = "C401C1000C04 C3 80 FF C3", .json = true});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_FALSE(nlohmann::json::parse(outcome.out).empty());
}

TEST(Decode, ErrorsAreMarkedAndTold) {
    const Outcome outcome = decode({.input = "C401C1000600"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.out, HasSubstr("ERROR double-long-unsigned: truncated: needs 5 octets, has 2"));
    const Outcome json = decode({.input = "C401C1000600", .json = true});
    EXPECT_EQ(json.code, 1);
    EXPECT_EQ(nlohmann::json::parse(json.out).back()["error"], true);
}

TEST(Decode, TheProtocolCanBeGiven) {
    EXPECT_THAT(decode({.input = "7EA0070321930F017E"}).out, HasSubstr("hdlc-frame: SNRM P/F, 16 -> 1"));
    EXPECT_EQ(decode({.input = "7EA0070321930F017E", .protocol = dlms::Protocol::apdu}).code, 1);
}

constexpr const char* aare_in_two_segments =
    "7EA81D210310B354E6E7006129A109060760857405080101A2030201A9D27E"
    "7EA02321033233EE00A305A103020100BE10040E0800065F1F040000501F01F400071F877E";
constexpr const char* get_response_in_two_blocks =
    "000100010010000F E0 41 0001 0001 08 C401C100090C07D2"
    "0001000100100011 E0 81 0002 0001 0A 0C04030A060BFF007800";

TEST(Decode, ApdusAreExplainedThatComeInPieces) {
    const Outcome segments = decode({.input = aare_in_two_segments});
    EXPECT_EQ(segments.code, 0);
    EXPECT_THAT(segments.out, HasSubstr("\napdu of 43, put together from 2 segments\n"
                                        "0000  6129A10906076085..  AARE"));
    const Outcome blocks = decode({.input = get_response_in_two_blocks});
    EXPECT_EQ(blocks.code, 0);
    EXPECT_THAT(blocks.out, HasSubstr("\napdu of 18, put together from 2 blocks\n"
                                      "0000  C401C100090C07D2..  get-response-normal\n"));
    const auto json = nlohmann::json::parse(decode({.input = get_response_in_two_blocks, .json = true}).out);
    EXPECT_EQ(json.back()["name"], "assembled-apdu");
    EXPECT_EQ(json.back()["nodes"][0]["name"], "get-response-normal");
}

TEST(Decode, BlocksMayComeTwiceAndInAnyOrderAndAcknowledgementsBetween) {
    const Outcome outcome = decode({.input = "0001000100100007 E0 81 0001 0001 00"
                                             "0001000100100011 E0 81 0003 0002 0A 0C04030A060BFF007800"
                                             "000100010010000F E0 41 0002 0002 08 C401C100090C07D2"
                                             "000100010010000F E0 41 0002 0002 08 C401C100090C07D2"});
    EXPECT_THAT(outcome.out, HasSubstr("apdu of 18, put together from 2 blocks"));
}

TEST(Decode, CsvHasALineForEachNode) {
    const Outcome outcome = decode({.input = "D80103", .csv = true});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out,
              "part,depth,offset,length,octets,name,value,error\n"
              "input,0,0,3,D80103,\"exception-response\",\"\",false\n"
              "input,1,1,1,01,\"state-error\",\"service-not-allowed\",false\n"
              "input,1,2,1,03,\"service-error\",\"other-reason\",false\n");
}

TEST(Decode, BadInputIsNotDecoded) {
    const Outcome outcome = decode({.input = "C0 0G"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "at character 5: 'G' is no hexadecimal digit\n");
    EXPECT_EQ(decode({.input = ""}).code, 2);
    for (const char* missing : {"no/such/file.pcap", "/nonexistent", "missing.txt"}) {
        const Outcome none = decode({.input = missing});
        EXPECT_EQ(none.code, 2);
        EXPECT_EQ(none.err, std::string(missing) + ": no such file\n");
    }
    const std::string directory = std::filesystem::temp_directory_path().string();
    EXPECT_EQ(decode({.input = directory}).code, 2);
    EXPECT_EQ(decode({.input = directory}).err, directory + ": is a directory\n");
}

TEST(Decode, StandardInputIsAFileToo) {
    EXPECT_THAT(decode({.input = "-"}, "7EA00703 21930F01\n7E\n").out, HasSubstr("FCS: good"));
    const Octets capture = classic_capture(
        {ethernet("0800", ipv4(17, udp(hex("000100010040000D C001C1000800000100 00FF0200"), {4059, 4059})))});
    const Outcome captured = decode({.input = "-"}, {capture.begin(), capture.end()});
    EXPECT_EQ(captured.code, 0);
    EXPECT_THAT(captured.out, HasSubstr("get-request"));
    EXPECT_EQ(decode({.input = "-"}).err, "no octets\n");
}

TEST(Decode, ANamedPipeIsReadButOnce) {
    const std::string path = (std::filesystem::temp_directory_path() / "blathy-decode-pipe").string();
    std::filesystem::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    std::thread writer([&] { std::ofstream(path) << "7EA00703 21930F01 7E"; });
    EXPECT_THAT(decode({.input = path}).out, HasSubstr("FCS: good"));
    writer.join();
    std::filesystem::remove(path);
}

TEST(Decode, TextFileWithHex) {
    const std::string_view text = "7EA00703 21930F01\n7E\n";
    const File file({text.begin(), text.end()});
    EXPECT_THAT(decode({.input = file.path()}).out, HasSubstr("FCS: good"));
}

TEST(Decode, CaptureWithARequestInTwoSegmentsAndAPush) {
    const Octets first(get_clock.begin(), get_clock.begin() + 10);
    const Octets second(get_clock.begin() + 10, get_clock.end());
    const File file(
        classic_capture({ethernet("0800", ipv4(6, tcp(100, {}, {}, 0x02))), ethernet("0800", ipv4(6, tcp(111, second))),
                         ethernet("0800", ipv4(6, tcp(101, first))), ethernet("0800", ipv4(6, tcp(101, first))),
                         ethernet("0806", hex("0001")),
                         ethernet("0800", ipv4(17, udp(hex("000100010040001D 0F40000001 00 0216 0000"), {4059, 4059}))),
                         ethernet("0800", ipv4(6, tcp(1, hex("474554"), {50001, 80})))}));
    const Outcome text = decode({.input = file.path()});
    EXPECT_EQ(text.code, 1);  // the push is malformed
    EXPECT_THAT(text.out, HasSubstr("#1 2020-09-13T12:26:40.123456Z tcp 10.0.0.1:50000 -> 10.0.0.2:4059\n"
                                    "0000  000100100001000D..  wpdu: 16 -> 1, apdu of 13\n"));
    EXPECT_THAT(text.out, HasSubstr("cosem-attribute-descriptor: 0-0:1.0.0.255 attribute 2 (time)\n"));
    EXPECT_THAT(text.out, HasSubstr("#2 2020-09-13T12:26:40.123456Z udp 10.0.0.1:4059 -> 10.0.0.2:4059\n"));
    const Outcome json = decode({.input = file.path(), .json = true});
    const auto messages = nlohmann::json::parse(json.out);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0]["transport"], "tcp");
    EXPECT_EQ(messages[0]["nodes"][0]["name"], "wpdu");
    EXPECT_EQ(messages[1]["transport"], "udp");
    EXPECT_EQ(messages[1]["source"], "10.0.0.1:4059");
}

TEST(Decode, SaysThatItsOutputIsLost) {
    std::istringstream in;
    std::ostream nowhere(nullptr);
    std::ostringstream err;
    EXPECT_EQ(run_decode({.input = "C001C100080000010000FF0200"}, in, nowhere, err), 2);
    EXPECT_EQ(err.str(), "the output could not be written\n");
}

TEST(Decode, SaysWhichPacketsItDoesNotUnderstand) {
    const File file(classic_capture({hex("0102")}, {.link_type = 147}));
    const Outcome outcome = decode({.input = file.path()});
    EXPECT_THAT(outcome.err, HasSubstr("packets of the link type 147 are not understood"));
}

TEST(Decode, CaptureWithoutDlms) {
    const File file(classic_capture({ethernet("0800", ipv4(6, tcp(1, hex("474554"), {50001, 80})))}));
    const Outcome outcome = decode({.input = file.path()});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.err, "no DLMS message in 1 packets\n");
    EXPECT_EQ(nlohmann::json::parse(decode({.input = file.path(), .json = true}).out), nlohmann::json::array());
}

// --- ciphered APDUs --------------------------------------------------------------------------------------------------

// The keys of the Green Book's examples; the client's title is that of its HLS example.
class DecodeWithKeys : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-decode-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        std::ofstream(keys()) << R"({"server_title": "4D4D4D0000BC614E", "clients": [{"sap": 1,
            "system_title": "4D4D4D0000000001", "ek": "000102030405060708090A0B0C0D0E0F",
            "ak": "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"}]})";
        std::filesystem::permissions(keys(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] std::filesystem::path keys() const { return directory_ / "keys.json"; }
    [[nodiscard]] std::string decode(const std::string& input, int outcome, bool csv = false) const {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        DecodeOptions options;
        options.input = input;
        options.keys = keys().string();
        options.csv = csv;
        EXPECT_EQ(run_decode(options, in, out, err), outcome) << out.str() << err.str();
        EXPECT_THAT(out.str(), Not(HasSubstr("000102030405")));
        return out.str();
    }

    std::filesystem::path directory_;
};

TEST_F(DecodeWithKeys, ShowsWhatACipheredApduHolds) {
    const std::string text = decode("C81E3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B", 0);
    EXPECT_THAT(text, HasSubstr("0007  411312FF935A4756..    ciphered-text: 411312FF935A47566827C467BC\n"
                                "0007  C001000008000001..      get-request-normal"));
    EXPECT_THAT(text, HasSubstr("verification: right"));
    EXPECT_THAT(decode("C81E1001234567C0010000080000010000FF020006725D910F9221D263877516", 0),
                HasSubstr("verification: right"));
    EXPECT_THAT(decode("C8122001234567411312FF935A47566827C467BC", 0), HasSubstr("get-request-normal"));
    EXPECT_THAT(decode("C81E3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B", 0, true),
                HasSubstr(",C0010000080000010000FF0200,\"get-request-normal\""));
}

TEST_F(DecodeWithKeys, MarksAWrongTag) {
    for (const char* apdu : {"C81E3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6C",
                             "C81E1001234567C0010000080000010000FF020106725D910F9221D263877516"}) {
        EXPECT_THAT(decode(apdu, 1), HasSubstr("ERROR verification: wrong, or of another key"));
    }
    EXPECT_THAT(decode("C8122001234568411312FF935A47566827C467BC", 1), HasSubstr("ERROR deciphered: none of the keys"));
}

TEST_F(DecodeWithKeys, LearnsDedicatedKeysAndDoesNotShowThem) {
    const std::string text = decode(
        "6066A109060760857405080103A60A04084D4D4D0000BC614E8A0207808B0760857405080201AC0A80083132333435363738"
        "BE34043221303001234567801302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB204D39EE6FDB8E356855",
        0);
    EXPECT_THAT(text, HasSubstr("initiate-request"));
    EXPECT_THAT(text, Not(HasSubstr("00112233445566778899AABBCCDDEEFF")));
    EXPECT_THAT(text, HasSubstr("00000000000000000000000000000000"));
}

TEST_F(DecodeWithKeys, KeysThatCantBeReadAreAnError) {
    std::ofstream(keys(), std::ios::trunc) << "no JSON";
    EXPECT_THAT(decode("C0", 2), testing::IsEmpty());
}

// What suite 1 adds, with the keys that a client's list has.
class DecodeWithPairs : public DecodeWithKeys {
  protected:
    static constexpr auto curve = dlms::security::Curve::p256;
    static constexpr auto suite = dlms::security::Suite::p256_aes128_gcm;

    void SetUp() override {
        DecodeWithKeys::SetUp();
        for (auto* pair : {&client_signs_, &client_agrees_, &meter_signs_, &meter_agrees_}) {
            *pair = dlms::security::generate_key_pair(curve, random_).value();
        }
        list_ = {{"sap", 1},
                 {"suite", 1},
                 {"system_title", station::hex_text(client_)},
                 {"ek", "000102030405060708090A0B0C0D0E0F"},
                 {"ak", station::hex_text(authentication_key_)},
                 {"kek", station::hex_text(master_key_)},
                 {"signing_key", station::hex_text(client_signs_.private_key)},
                 {"server_signing_key", station::hex_text(meter_signs_.public_key)},
                 {"agreement_key", station::hex_text(client_agrees_.private_key)},
                 {"server_agreement_key", station::hex_text(meter_agrees_.public_key)}};
        write_list();
    }
    void write_list() const {
        std::ofstream(keys(), std::ios::trunc)
            << nlohmann::json{{"server_title", station::hex_text(meter_)}, {"clients", {list_}}};
    }
    [[nodiscard]] Octets ciphered(bool from_meter, const dlms::security::KeyInfo& info, Bytes key) const {
        using namespace dlms::security;
        Envelope around;
        around.tag = dlms::ApduTag::general_ciphering;
        around.header = header(from_meter);
        around.key_info = info;
        const GcmKey gcm(key);
        Octets octets(512);
        ByteWriter out(octets);
        EXPECT_TRUE(protect(out, around, SecurityControl::make(suite, Protection::authenticated_and_encrypted), 7,
                            {gcm, authentication_key_, from_meter ? meter_ : client_, suite}, plain_));
        octets.resize(out.size());
        return octets;
    }
    [[nodiscard]] dlms::security::GeneralHeader header(bool from_meter) const {
        return {transaction_, from_meter ? meter_ : client_, from_meter ? client_ : meter_, {}, {}};
    }
    // A key that `of` agrees on with `with`, for what the meter or the client sends.
    [[nodiscard]] auto agreed(const dlms::security::KeyPair& of, const dlms::security::KeyPair& with, bool from_meter,
                              Bytes transaction) {
        const auto z = dlms::security::agree(curve, of.private_key, with.public_key, random_).value();
        return dlms::security::derive_key(curve, z, dlms::security::AgreedKeyUse::aes_gcm_128,
                                          from_meter ? meter_ : client_, from_meter ? client_ : meter_, transaction);
    }
    [[nodiscard]] Octets signed_by(bool from_meter, const dlms::security::KeyPair& pair, const Octets& content) {
        Octets octets(512);
        ByteWriter out(octets);
        EXPECT_TRUE(dlms::security::write_signed(out, header(from_meter), content, curve, pair.private_key, random_));
        octets.resize(out.size());
        return octets;
    }
    [[nodiscard]] std::string decode(const Octets& apdu, int outcome) const {
        return DecodeWithKeys::decode(station::hex_text(apdu), outcome);
    }

    station::SystemEntropy random_;
    dlms::security::KeyPair client_signs_;
    dlms::security::KeyPair client_agrees_;
    dlms::security::KeyPair meter_signs_;
    dlms::security::KeyPair meter_agrees_;
    nlohmann::json list_;
    const Octets plain_ = hex("C0010000080000010000FF0200");
    const Octets authentication_key_ = hex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF");
    const Octets master_key_ = hex("00112233445566778899AABBCCDDEEFF");
    const Octets transaction_ = hex("0000000000000001");
    const dlms::security::SystemTitle client_ = *dlms::security::as_system_title(hex("4D4D4D0000000001"));
    const dlms::security::SystemTitle meter_ = *dlms::security::as_system_title(hex("4D4D4D0000BC614E"));
};

TEST_F(DecodeWithPairs, DeciphersWrappedKeys) {
    const auto key = hex("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF");
    Octets wrapped(key.size() + dlms::security::wrap_overhead);
    ASSERT_TRUE(dlms::security::wrap_key(master_key_, key, wrapped));
    const auto apdu = ciphered(false, dlms::security::WrappedKey{dlms::security::master_key_id, wrapped}, key);
    EXPECT_THAT(decode(apdu, 0), AllOf(HasSubstr("get-request-normal"), HasSubstr("verification: right")));
    list_["kek"] = "FF112233445566778899AABBCCDDEEFF";
    write_list();
    EXPECT_THAT(decode(apdu, 1), HasSubstr("ERROR deciphered: none of the keys fits"));
    list_.erase("kek");
    write_list();
    EXPECT_THAT(decode(apdu, 0), HasSubstr("deciphered: not with these keys"));
}

TEST_F(DecodeWithPairs, DeciphersStaticKeysOfBothSides) {
    const dlms::security::AgreedKey info{dlms::security::static_unified_parameters, {}};
    for (const bool from_meter : {false, true}) {
        const auto key = agreed(meter_agrees_, client_agrees_, from_meter, transaction_);
        EXPECT_THAT(decode(ciphered(from_meter, info, key), 0), HasSubstr("get-request-normal"));
    }
}

TEST_F(DecodeWithPairs, DeciphersOnePassKeysOfWhomItHasTheKeyOf) {
    const auto ephemeral = dlms::security::generate_key_pair(curve, random_).value();
    const auto apdu = [&](bool from_meter, const dlms::security::KeyPair& signs) {
        const auto data =
            dlms::security::sign_public_key(curve, signs.private_key, std::nullopt, ephemeral.public_key, random_);
        const auto key = agreed(ephemeral, from_meter ? client_agrees_ : meter_agrees_, from_meter, {});
        return ciphered(from_meter, dlms::security::AgreedKey{dlms::security::one_pass_parameters, *data}, key);
    };
    EXPECT_THAT(decode(apdu(true, meter_signs_), 0), HasSubstr("get-request-normal"));
    EXPECT_THAT(decode(apdu(true, client_signs_), 1), HasSubstr("ERROR deciphered: none of the keys fits"));
    // Only the meter can.
    const std::string text = decode(apdu(false, client_signs_), 0);
    EXPECT_THAT(text, AllOf(HasSubstr("deciphered: not with these keys"), Not(HasSubstr("ERROR"))));
}

TEST_F(DecodeWithPairs, ChecksSignatures) {
    EXPECT_THAT(decode(signed_by(true, meter_signs_, plain_), 0), HasSubstr("verification: right"));
    EXPECT_THAT(decode(signed_by(false, client_signs_, plain_), 0), HasSubstr("verification: right"));
    EXPECT_THAT(decode(signed_by(false, meter_signs_, plain_), 1), HasSubstr("ERROR verification: wrong"));
    Octets altered = signed_by(true, meter_signs_, plain_);
    altered.back() ^= 1U;
    EXPECT_THAT(decode(altered, 1), HasSubstr("ERROR verification: wrong"));
    list_.erase("server_signing_key");
    write_list();
    EXPECT_THAT(decode(altered, 0), HasSubstr("verification: not with these keys"));
}

}  // namespace
}  // namespace blathy::apps
