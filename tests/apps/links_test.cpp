// Every link of `blathy meter`, read by the project's own client: whole programs over real sockets and serial ports.

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/null_modem.hpp"
#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

using testing::HasSubstr;

class LinksTest : public testing::Test {
  protected:
    LinksTest() {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-links-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        directory_ = name;
    }
    ~LinksTest() override { std::filesystem::remove_all(directory_); }

    static std::vector<std::string> meter(const std::vector<std::string>& urls) {
        std::vector<std::string> command = {blathy, "meter", "--panel", "off"};
        for (const std::string& url : urls) command.insert(command.end(), {"--listen", url});
        return command;
    }
    // Where the program says that it listens at a URL that begins so.
    static std::string bound(Background& program, const std::string& scheme) {
        return scheme + program.line_with("DLMS/COSEM at " + scheme).value_or("nowhere");
    }
    static Outcome read(const std::string& url, const std::vector<std::string>& arguments) {
        std::vector<std::string> command = {blathy, "read", url};
        command.insert(command.end(), arguments.begin(), arguments.end());
        for (const std::string& option : reading_client()) command.push_back(option);
        return run(command);
    }
    static void expect_readable(const std::string& url) {
        const Outcome outcome = read(url, {"0-0:42.0.0", "1.8.0", "32.7.0", "--csv"});
        EXPECT_EQ(outcome.exit_code, 0) << url << ": " << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr("BLTED30200000001")) << url;
    }

    std::filesystem::path directory_;
};

TEST_F(LinksTest, UdpOverBothInternetProtocols) {
    Background program(meter({"udp://127.0.0.1:0", "udp://[::1]:0"}));
    const std::string v4 = bound(program, "udp://127.0.0.1:");
    const std::string v6 = bound(program, "udp://[::1]:");
    expect_readable(v4);
    expect_readable(v6);
}

TEST_F(LinksTest, HdlcOverTcp) {
    Background program(meter({"hdlc+tcp://127.0.0.1:0"}));
    const std::string url = bound(program, "hdlc+tcp://127.0.0.1:");
    expect_readable(url);
    expect_readable(url + "?info=2030&window=7");
    expect_readable(url + "?address=16");
    EXPECT_NE(run({blathy, "read", url + "?address=17", "1.8.0", "--timeout", "1"}).exit_code, 0);
}

TEST_F(LinksTest, HdlcOverASerialPort) {
    const NullModem cable(directory_);
    Background program(meter({"serial:" + cable.meter_end() + "?baud=19200&address=17"}));
    ASSERT_TRUE(program.line_with("DLMS/COSEM at serial:"));
    EXPECT_EQ(cable.meter_speed(), static_cast<speed_t>(B19200));
    expect_readable("serial:" + cable.client_end() + "?baud=19200&address=17&info=512&window=3");
}

TEST_F(LinksTest, TheOpticalPortChangesItsSpeed) {
    const NullModem cable(directory_);
    Background program(meter({"optical:" + cable.meter_end()}));
    ASSERT_TRUE(program.line_with("DLMS/COSEM at optical:"));
    EXPECT_EQ(cable.meter_speed(), static_cast<speed_t>(B300));
    expect_readable("optical:" + cable.client_end());
    EXPECT_TRUE(cable.had_speed(B9600));
    EXPECT_FALSE(cable.had_speed(B4800));
    // And once more: the port went back to 300 Bd.
    expect_readable("optical:" + cable.client_end() + "?baud=4800");
    EXPECT_TRUE(cable.had_speed(B4800));
}

TEST_F(LinksTest, TheOpticalPortIsReadOutWithoutDlms) {
    const NullModem cable(directory_);
    Background program(meter({"optical:" + cable.meter_end()}));
    ASSERT_TRUE(program.line_with("DLMS/COSEM at optical:"));
    const std::string url = "optical:" + cable.client_end();
    const Outcome csv = run({blathy, "read", url, "--readout", "--csv"});
    EXPECT_EQ(csv.exit_code, 0) << csv.err;
    EXPECT_THAT(csv.out, testing::StartsWith("address,description,value,unit\n0-0:96.1.0,"));
    EXPECT_THAT(csv.out, testing::ContainsRegex("1-0:1\\.8\\.0,Active energy import [^,]*,[0-9.]+,kWh"));
    const Outcome json = run({blathy, "read", url, "--readout", "--json"});
    EXPECT_THAT(json.out, HasSubstr(R"({"address":"0-0:96.1.0",)")) << json.err;
    // And after it the port is there for HDLC.
    expect_readable(url);
}

TEST_F(LinksTest, AReadoutNeedsAnOpticalPortAndAMeterAtIt) {
    const Outcome elsewhere = run({blathy, "read", "tcp://127.0.0.1", "--readout"});
    EXPECT_EQ(elsewhere.exit_code, 2);
    EXPECT_THAT(elsewhere.err, HasSubstr("only an optical port (optical:PATH) has a readout"));
    EXPECT_EQ(run({blathy, "read", "optical:/dev/ttyUSB0", "1.8.0", "--readout"}).exit_code, 2);
    const NullModem cable(directory_);
    for (const std::vector<std::string>& options : {std::vector<std::string>{"--readout"}, {"--retries", "0"}}) {
        std::vector<std::string> command = {blathy, "read", "optical:" + cable.client_end(), "--timeout", "0.3"};
        command.insert(command.end(), options.begin(), options.end());
        const Outcome silent = run(command);
        EXPECT_EQ(silent.exit_code, 2);
        EXPECT_THAT(silent.err, HasSubstr("the meter does not answer the sign-on; is the probe in its place?"));
    }
}

TEST_F(LinksTest, AMeterPushesByItsOwnLineWhatAListenerThereNames) {
    const NullModem cable(directory_);
    Background program(meter({"tcp://127.0.0.1:0", "serial:" + cable.meter_end() + "?address=17"}));
    const std::string url = bound(program, "tcp://");
    Background listener(
        {"sh", "-c", "exec \"$0\" listen \"$1\" --count 1 --json 2>&1", blathy, "serial:" + cable.client_end()});
    ASSERT_TRUE(listener.line_with("blathy: listening at serial:"));
    const auto manage = [&](const std::string& command, const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {blathy, command, url};
        all.insert(all.end(), arguments.begin(), arguments.end());
        all.insert(all.end(), {"--client", "1"});
        const Outcome outcome = run(all);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    };
    ASSERT_EQ(read(url, {"1.8.0"}).exit_code, 0) << "and the password is in the environment";
    manage("write", {"0-1:25.9.0/3", "0203 1605 0900 1600", "--encoded"});
    manage("write", {"0-1:25.9.0/8", "0906 0001160000FF", "--encoded"});
    manage("call", {"0-1:25.9.0", "push"});
    const auto record = listener.line_with("{\"received\":");
    ASSERT_TRUE(record);
    EXPECT_THAT(*record, HasSubstr(R"({"obis":"1-0:1.8.0.255","class":3,"attribute":2,"data_index":0,"value":)"));
}

TEST_F(LinksTest, AllOfThemServeTheOneMeter) {
    const NullModem cable(directory_);
    Background program(
        meter({"tcp://127.0.0.1:0", "udp://127.0.0.1:0", "hdlc+tcp://127.0.0.1:0", "serial:" + cable.meter_end()}));
    const std::string tcp = bound(program, "tcp://");
    const std::string udp = bound(program, "udp://");
    const std::string hdlc = bound(program, "hdlc+tcp://");
    for (const std::string& url : {tcp, udp, hdlc, "serial:" + cable.client_end()}) expect_readable(url);
}

TEST_F(LinksTest, AnAdapterThatIsPulledOutComesBack) {
    NullModem cable(directory_);
    Background program(meter({"serial:" + cable.meter_end(), "tcp://127.0.0.1:0"}));
    const std::string tcp = bound(program, "tcp://");
    expect_readable("serial:" + cable.client_end());
    cable.pull_out();
    expect_readable(tcp);
    cable.plug_in();
    // The meter tries once a second; the client until it gets an answer.
    Outcome outcome;
    for (int i = 0; i < 10 && outcome.exit_code != 0; ++i) {
        outcome = read("serial:" + cable.client_end(), {"1.8.0", "--timeout", "3"});
    }
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(program.stop(SIGTERM), 0);
}

TEST_F(LinksTest, ASentenceSaysWhatIsWrong) {
    const auto expect_refusal = [](const std::string& url, const std::string& because) {
        const Outcome outcome = run({blathy, "meter", "--panel", "off", "--listen", url});
        EXPECT_EQ(outcome.exit_code, 2) << url;
        EXPECT_THAT(outcome.err, HasSubstr(because));
        EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    };
    expect_refusal("serial:/nonexistent", "serial:/nonexistent: can't open the port");
    expect_refusal("optical:/dev/null", "optical:/dev/null: not a serial port");
    expect_refusal("hdlc+tcp://127.0.0.1", "HDLC over TCP has no usual port");
    expect_refusal("udp://192.0.2.1:4059", "cannot listen at 192.0.2.1 port 4059");
    Background program(meter({"udp://127.0.0.1:0"}));
    expect_refusal(bound(program, "udp://127.0.0.1:"), "the port is taken");
}

}  // namespace
}  // namespace blathy::test
