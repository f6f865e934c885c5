// `blathy listen` as its users run it: meters push over real sockets.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "dlms/hdlc/frame.hpp"
#include "dlms/security/ciphering.hpp"

#include "tests/support/hex.hpp"
#include "tests/support/program.hpp"
#include "tests/support/tcp_client.hpp"

namespace blathy::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A push of the time and the energy of a meter, named by its push object list; unconfirmed.
const std::vector<std::uint8_t> push_apdu =
    hex("0F 00000001 0C 07EA0A07030E3611FFFED400 0203 0103"
        "0204 120028 0906 0000190900FF 0F02 120000"
        "0204 120008 0906 0000010000FF 0F02 120000"
        "0204 120003 0906 0100010800FF 0F02 120000"
        "090C 07EA0A07030E3611FFFED400"
        "0600003039");

std::vector<std::uint8_t> wrapped(const std::vector<std::uint8_t>& apdu) {
    auto frame = hex("0001 0001 0040");
    frame.push_back(static_cast<std::uint8_t>(apdu.size() >> 8U));
    frame.push_back(static_cast<std::uint8_t>(apdu.size()));
    frame.insert(frame.end(), apdu.begin(), apdu.end());
    return frame;
}

// The listener says on standard error where it listens; here both outputs are one.
class RunningListener {
  public:
    RunningListener(const std::string& scheme, const std::vector<std::string>& options)
        : program_(command(scheme, options)) {
        url_ = program_.line_with("blathy: listening at ").value_or("");
        EXPECT_THAT(url_, StartsWith(scheme));
    }
    [[nodiscard]] std::uint16_t port() const {
        return static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
    }
    std::optional<std::string> line_with(const std::string& prefix) { return program_.line_with(prefix); }
    int stop() { return program_.stop(SIGINT); }

  private:
    static std::vector<std::string> command(const std::string& scheme, const std::vector<std::string>& options) {
        std::string line = "exec \"$0\" listen " + scheme + "127.0.0.1:0";
        for (const std::string& option : options) line += " " + option;
        return {"sh", "-c", line + " 2>&1", blathy};
    }
    Background program_;
    std::string url_;
};

nlohmann::json record(RunningListener& listener) {
    const auto rest = listener.line_with("{\"received\":");
    EXPECT_TRUE(rest);
    return nlohmann::json::parse("{\"received\":" + rest.value_or("null}"));
}

TEST(Listen, NamesThePushedValues) {
    RunningListener listener("tcp://", {"--json", "--count", "1", "--time", "utc"});
    const TcpClient meter(listener.port());
    meter.send(wrapped(push_apdu));
    const auto json = record(listener);
    EXPECT_THAT(std::string(json.at("peer")), StartsWith("127.0.0.1:"));
    EXPECT_EQ(json.at("source"), 1);
    EXPECT_EQ(json.at("destination"), 64);
    EXPECT_EQ(json.at("type"), "data-notification");
    EXPECT_EQ(json.at("time"), "2026-10-07T09:54:17Z");
    ASSERT_EQ(json.at("values").size(), 2U);
    EXPECT_EQ(json.at("values")[0].at("obis"), "0-0:1.0.0.255");
    EXPECT_EQ(json.at("values")[0].at("value"), "2026-10-07T09:54:17Z");
    EXPECT_EQ(json.at("values")[1].at("obis"), "1-0:1.8.0.255");
    EXPECT_EQ(json.at("values")[1].at("value"), 12345);
    EXPECT_TRUE(listener.line_with("blathy: 1 pushes from 1 senders in "));
}

TEST(Listen, PrintsTextAndCsv) {
    RunningListener text("tcp://", {"--count", "1"});
    const TcpClient first(text.port());
    first.send(wrapped(push_apdu));
    EXPECT_TRUE(text.line_with("  1-0:1.8.0.255  12345"));
    RunningListener csv("tcp://", {"--csv", "--count", "1"});
    const TcpClient second(csv.port());
    second.send(wrapped(push_apdu));
    EXPECT_TRUE(csv.line_with("received,peer,source,destination,type,invoke_id,time,values"));
}

TEST(Listen, ConfirmsWhatAsksForIt) {
    RunningListener listener("tcp://", {"--json"});
    TcpClient meter(listener.port());
    meter.send(wrapped(hex("0F C0000007 00 1105")));
    EXPECT_EQ(hex(Bytes(meter.receive(14))), "000100400001000610C000000700");
    EXPECT_EQ(listener.stop(), 0);
}

TEST(Listen, SlowAndHostileSendersHurtNobody) {
    RunningListener listener("tcp://", {"--json"});
    const TcpClient silent(listener.port());
    const TcpClient slow(listener.port());
    TcpClient hostile(listener.port());
    const auto frame = wrapped(push_apdu);
    slow.send(Bytes(frame).first(frame.size() - 1));
    hostile.send(std::string(100'000, 'X'));
    EXPECT_THAT(hostile.receive_to_end(), "");
    std::vector<TcpClient> meters;
    for (int i = 0; i < 20; ++i) meters.emplace_back(listener.port());
    for (const TcpClient& meter : meters) meter.send(frame);
    slow.send(Bytes(frame).last(1));
    EXPECT_EQ(record(listener).at("values").size(), 2U);
    EXPECT_EQ(listener.stop(), 0);
}

TEST(Listen, CutsOffWhoIsSilentLongestWhenThereAreTooMany) {
    RunningListener listener("tcp://", {"--json", "--count", "1", "--max-connections", "2"});
    TcpClient first(listener.port());
    const TcpClient second(listener.port());
    const TcpClient third(listener.port());
    EXPECT_EQ(first.receive_to_end(), "");
    third.send(wrapped(push_apdu));
    EXPECT_EQ(record(listener).at("source"), 1);
}

TEST(Listen, SaysWhatCanNotBeRead) {
    RunningListener listener("tcp://", {"--json"});
    const TcpClient meter(listener.port());
    meter.send(wrapped(hex("DB001E30")));
    const auto json = record(listener);
    EXPECT_EQ(json.at("type"), "error");
    EXPECT_THAT(std::string(json.at("error")), HasSubstr("without a key"));
    EXPECT_EQ(json.at("apdu"), "DB001E30");
}

TEST(Listen, TakesDatagrams) {
    RunningListener listener("udp://", {"--json", "--count", "2"});
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(listener.port());
    const auto send = [&](const std::vector<std::uint8_t>& datagram) {
        EXPECT_EQ(::sendto(socket, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                           sizeof address),
                  static_cast<ssize_t>(datagram.size()));
    };
    send(hex("474554"));
    // One push whole, one in two general blocks without acknowledgement.
    send(wrapped(push_apdu));
    EXPECT_EQ(record(listener).at("values").size(), 2U);
    send(wrapped(hex("E0 40 0001 0000 05 0F00000002")));
    send(wrapped(hex("E0 80 0002 0000 03 001105")));
    EXPECT_TRUE(listener.line_with("blathy: 2 pushes from 1 senders in "));
    ::close(socket);
}

TEST(Listen, TakesHdlcUiFrames) {
    RunningListener listener("hdlc+tcp://", {"--json", "--count", "1"});
    std::vector<std::uint8_t> information = hex("E6E700");
    information.insert(information.end(), push_apdu.begin(), push_apdu.end());
    dlms::hdlc::Frame frame;
    frame.destination = dlms::hdlc::one_octet_address(0x40);
    frame.source = dlms::hdlc::two_octet_address(1, 17);
    frame.control = dlms::hdlc::encode_control({dlms::hdlc::FrameKind::ui, false});
    frame.information = information;
    std::array<std::uint8_t, 300> room{};
    const TcpClient meter(listener.port());
    meter.send(Bytes(room).first(dlms::hdlc::encode_frame(frame, room)));
    const auto json = record(listener);
    EXPECT_EQ(json.at("destination"), 64);
    EXPECT_EQ(json.at("values").size(), 2U);
}

TEST(Listen, EndsAfterItsTimeOrByCtrlC) {
    const Outcome timed = run({blathy, "listen", "tcp://127.0.0.1:0", "--for", "1s"});
    EXPECT_EQ(timed.exit_code, 0);
    EXPECT_THAT(timed.err, HasSubstr("0 pushes from 0 senders"));
    RunningListener listener("tcp://", {});
    EXPECT_EQ(listener.stop(), 0);
}

TEST(Listen, RefusesWhatCanNotBe) {
    const auto refusal = [](const std::vector<std::string>& arguments) {
        std::vector<std::string> command = {blathy, "listen"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const Outcome outcome = run(command);
        EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
        return outcome.err;
    };
    EXPECT_THAT(refusal({"optical:/dev/null"}), HasSubstr("pushes come over"));
    EXPECT_THAT(refusal({"serial:/dev/null"}), HasSubstr("serial:/dev/null: not a serial port"));
    EXPECT_THAT(refusal({"tcp://192.0.2.1:4059"}), HasSubstr("cannot listen at 192.0.2.1"));
    EXPECT_THAT(refusal({"tcp://127.0.0.1:0", "--for", "soon"}), HasSubstr("a duration is written"));
    EXPECT_THAT(refusal({"http://127.0.0.1"}), HasSubstr("is not the address of a meter"));
}

// An EventNotification with the keys of the Green Book's examples, from the meter of the key list.
TEST(Listen, DeciphersPushesAndBelievesNoOthers) {
    std::string directory = (std::filesystem::temp_directory_path() / "blathy-listen-XXXXXX").string();
    ASSERT_NE(::mkdtemp(directory.data()), nullptr);
    const std::string keys = directory + "/keys.json";
    std::ofstream(keys) << R"({"server_title": "4D4D4D0000BC614E", "clients": [{"sap": 1,
        "system_title": "4D4D4D0000000001", "ek": "000102030405060708090A0B0C0D0E0F",
        "ak": "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"}]})";
    std::filesystem::permissions(keys, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto ciphered = [](std::uint32_t counter, const dlms::security::SystemTitle& sender) {
        using namespace dlms::security;
        const GcmKey key(hex("000102030405060708090A0B0C0D0E0F"));
        const auto authentication = hex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF");
        std::vector<std::uint8_t> room(push_apdu.size() + 64);
        ByteWriter out(room);
        Envelope around;
        around.system_title = sender;
        EXPECT_TRUE(protect(out, around,
                            SecurityControl::make(Suite::aes128_gcm, Protection::authenticated_and_encrypted), counter,
                            {key, authentication, sender, Suite::aes128_gcm}, push_apdu));
        room.resize(out.size());
        return room;
    };
    const auto meter = dlms::security::as_system_title(hex("4D4D4D0000BC614E")).value();
    const auto client = dlms::security::as_system_title(hex("4D4D4D0000000001")).value();
    auto altered = ciphered(9, meter);
    altered.back() ^= 1U;

    {
        RunningListener listener("tcp://", {"--json", "--keys", keys, "--count", "2"});
        const TcpClient connection(listener.port());
        for (const auto& apdu :
             {ciphered(7, meter), ciphered(7, meter), push_apdu, altered, ciphered(8, client), ciphered(9, meter)}) {
            connection.send(wrapped(apdu));
        }
        EXPECT_EQ(record(listener).at("values")[1].at("value"), 12345);
        EXPECT_THAT(listener.line_with("blathy: 2 pushes from 1 senders in ").value_or(""),
                    HasSubstr("; 4 times something came that was none"));
    }
    const std::vector<std::pair<std::vector<std::uint8_t>, const char*>> refused = {
        {push_apdu, "without protection"}, {altered, "none of the keys fits"}, {ciphered(8, client), "and no meter"}};
    for (const auto& [apdu, why] : refused) {
        RunningListener listener("tcp://", {"--json", "--keys", keys});
        const TcpClient connection(listener.port());
        connection.send(wrapped(apdu));
        EXPECT_THAT(std::string(record(listener).at("error")), HasSubstr(why));
    }
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace blathy::test
