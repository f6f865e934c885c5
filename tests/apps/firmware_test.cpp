// The firmware image in QEMU, read by the project's own client over both of its ports; and it pushes.

#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/blathy/net/socket.hpp"

#include "tests/support/program.hpp"
#include "tests/support/tcp_client.hpp"

namespace blathy::test {
namespace {

// A port that was free a moment ago, for a program that can't choose its own.
std::string free_port() {
    const auto listener = apps::listen_tcp("127.0.0.1", 0);
    return std::to_string(apps::local_port(*listener));
}

TEST(Firmware, MeasuresItsWaveformAndAnswersOverBothPorts) {
    const std::string image = BLATHY_SOURCE_DIR "/build/firmware/apps/firmware/blathy-firmware.elf";
    if (!std::filesystem::exists(image)) GTEST_SKIP() << "no firmware image; `make firmware` builds it";
    const std::string port = free_port();
    Background qemu({BLATHY_SOURCE_DIR "/scripts/qemu.sh", port, image});
    const auto terminal = qemu.line_with("char device redirected to ");
    ASSERT_TRUE(terminal);
    ASSERT_TRUE(qemu.line_with("up "));
    EXPECT_TRUE(qemu.line_with("Warning: this meter has demo keys"));

    const auto read_at = [](const std::string& url, const std::string& obis) {
        std::vector<std::string> command = {BLATHY_PROGRAM, "read", url, obis, "--json"};
        for (const std::string& option : reading_client()) command.push_back(option);
        const Outcome outcome = run(command);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        return outcome.exit_code == 0 ? std::stod(nlohmann::json::parse(outcome.out).at(0).at("value").dump()) : 0.0;
    };
    // UART1, RS485.
    const auto read = [&](const std::string& obis) { return read_at("hdlc+tcp://127.0.0.1:" + port, obis); };
    // Three phases of 230 V and 10 A at power factor 1: 1.9 Wh a second.
    double energy_wh = 0;
    while (energy_wh < 3) energy_wh = read("1-0:1.8.0.255");
    EXPECT_NEAR(read("1-0:1.7.0.255"), 6900, 1);
    EXPECT_NEAR(read("1-0:32.7.0.255"), 230, 0.1);
    EXPECT_NEAR(read("1-0:71.7.0.255"), 10, 0.001);
    EXPECT_NEAR(read("1-0:14.7.0.255"), 50, 0.001);
    EXPECT_GE(read("1-0:1.8.0.255"), energy_wh);
    // What is pushed by the RS485 line goes to whoever listens there while nobody is connected; the optical port says
    // so.
    const std::string optical = "optical:" + terminal->substr(0, terminal->find(' '));
    const auto manage = [&](const std::vector<std::string>& command) {
        std::vector<std::string> whole = {BLATHY_PROGRAM, command[0], optical};
        whole.insert(whole.end(), command.begin() + 1, command.end());
        whole.insert(whole.end(), {"--client", "1"});
        const Outcome outcome = run(whole);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    };
    manage({"write", "40/0-1:25.9.0/3", "0203 1605 0900 1600", "--encoded"});
    manage({"write", "40/0-1:25.9.0/8", "0906 0001160000FF", "--encoded"});
    {
        TcpClient listener(static_cast<std::uint16_t>(std::stoi(port)));
        manage({"call", "40/0-1:25.9.0", "push"});
        // Format and length, the client's and the meter's address, UI with the final bit.
        const auto frame = listener.receive(6);
        ASSERT_EQ(frame.size(), 6U);
        EXPECT_EQ(frame[0], 0x7E);
        EXPECT_EQ(frame[3], 0x03) << "to client 1";
        EXPECT_EQ(frame[4], 0x03) << "of logical device 1";
        EXPECT_EQ(frame[5], 0x13);
    }
    // UART0, the optical port: sign-on at 300 Bd, mode E, HDLC; twice, for it goes back to the sign-on.
    EXPECT_GE(read_at(optical, "1-0:1.8.0.255"), energy_wh);
    EXPECT_NEAR(read_at(optical, "1-0:32.7.0.255"), 230, 0.1);
}

}  // namespace
}  // namespace blathy::test
