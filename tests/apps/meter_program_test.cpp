// `blathy meter` and its clients as a user runs them: whole programs, over real sockets.

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

// A meter on a free port, without a panel.
class RunningMeter {
  public:
    explicit RunningMeter(const std::vector<std::string>& options) : program_(command(options)) {
        url_ = program_.line_with("DLMS/COSEM at ").value_or("");
        EXPECT_NE(url_, "");
    }
    [[nodiscard]] const std::string& url() const { return url_; }
    int stop(int signal) { return program_.stop(signal); }

    // The one value of a register, through the project's own client.
    std::int64_t read(const std::string& obis) const {
        const Outcome outcome = read_as_client(obis);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        const auto json = nlohmann::json::parse(outcome.out);
        return std::stoll(json.at(0).at("value").dump());
    }

    [[nodiscard]] Outcome read_as_client(const std::string& what) const {
        std::vector<std::string> command = {blathy, "read", url_, "--json"};
        if (!what.empty()) command.push_back(what);
        for (const std::string& option : reading_client()) command.push_back(option);
        return run(command);
    }

  private:
    static std::vector<std::string> command(const std::vector<std::string>& options) {
        std::vector<std::string> all = {blathy, "meter", "--listen", "tcp://127.0.0.1:0", "--panel", "off"};
        all.insert(all.end(), options.begin(), options.end());
        return all;
    }
    Background program_;
    std::string url_;
};

// One clear line, and exit code 2.
void expect_refusal(const std::vector<std::string>& command, const std::string& because) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(because));
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty());
}

TEST(MeterProgram, RefusesWhatCanNotBe) {
    expect_refusal({blathy, "meter", "--model", "SED999"}, "there is no model SED999");
    expect_refusal({blathy, "meter", "--listen", "http://127.0.0.1"}, "http");
    expect_refusal({blathy, "meter", "--listen", "tcp://192.0.2.1:4059"}, "cannot listen at 192.0.2.1 port 4059");
    expect_refusal({blathy, "meter", "--listen", "tcp://127.0.0.1:0", "--panel", "nowhere"},
                   "expected ADDRESS:PORT or off");
    expect_refusal({blathy, "meter", "--speed", "0"}, "expected more than 0");
    expect_refusal({blathy, "meter", "--keys", "/nonexistent"}, "can't read the keys in /nonexistent");
    expect_refusal({blathy, "meter", "--config", "/nonexistent.toml"}, "cannot read the config file");
}

TEST(MeterProgram, RefusesAPortThatIsTaken) {
    const RunningMeter meter({});
    expect_refusal({blathy, "meter", "--panel", "off", "--listen", meter.url()}, "the port is taken");
}

TEST(MeterProgram, RefusesAStateDirectoryThatIsInUseOrForeign) {
    const TemporaryDirectory directory;
    const RunningMeter meter({"--state", directory / "state"});
    expect_refusal({blathy, "meter", "--panel", "off", "--listen", "tcp://127.0.0.1:0", "--state", directory / "state"},
                   "in use by another meter");
    const std::vector<std::string> other = {
        blathy, "meter", "--panel", "off", "--listen", "tcp://127.0.0.1:0", "--state", directory / "other"};
    std::filesystem::create_directory(directory / "other");
    std::filesystem::permissions(directory / "other", std::filesystem::perms(0750));
    expect_refusal(other, "others can read the state directory");
    std::filesystem::permissions(directory / "other", std::filesystem::perms(0700));
    std::ofstream(directory / "other/flash.bin") << "something else";
    std::filesystem::permissions(directory / "other/flash.bin", std::filesystem::perms(0640));
    expect_refusal(other, "others can read");
    std::filesystem::permissions(directory / "other/flash.bin", std::filesystem::perms(0600));
    expect_refusal(other, "is not the flash of a meter");
}

TEST(MeterProgram, NamesLineAndKeyOfABadConfigFile) {
    const TemporaryDirectory directory;
    const std::string file = directory / "meter.toml";
    const auto expect_complaint = [&](const std::string& text, const std::string& because) {
        std::ofstream(file) << text;
        expect_refusal({blathy, "meter", "--config", file}, because);
    };
    expect_complaint("panel = \"off\"\nmodle = \"SM306\"\n", ":2: there is no setting `modle`");
    expect_complaint("serial = \"one\"\n", ":1: `serial` must be a number");
    expect_complaint("listen = \"tcp://127.0.0.1\"\n", ":1: `listen` must be a list");
    expect_complaint("model = \n", ":1: ");
}

TEST(MeterProgram, TakesItsConfigFileAndTheCommandLineOverIt) {
    const TemporaryDirectory directory;
    std::ofstream(directory / "meter.toml") << "model = \"SM306\"\nserial = 77\nspeed = 2\n";
    const RunningMeter meter({"--config", directory / "meter.toml", "--model", "SM120B2"});
    const Outcome outcome = meter.read_as_client("0-0:42.0.0");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("BLT120B200000077"));
}

TEST(MeterProgram, EveryModelIsReadWholeByTheClient) {
    for (const char* model : {"SED102", "SED302", "SM306", "SM307", "SM120B2"}) {
        const RunningMeter meter({"--model", model});
        const Outcome outcome = meter.read_as_client("");
        EXPECT_EQ(outcome.exit_code, 0) << model << outcome.err;
        EXPECT_GT(nlohmann::json::parse(outcome.out).size(), 20U) << model;
    }
}

TEST(MeterProgram, EnergyGoesOnAfterCtrlC) {
    const TemporaryDirectory directory;
    const std::vector<std::string> options = {"--state", directory / "state", "--speed", "60"};
    std::int64_t before = 0;
    {
        RunningMeter meter(options);
        while (before < 5) before = meter.read("15.8.0");
        EXPECT_EQ(meter.stop(SIGINT), 0);
    }
    const RunningMeter again({"--state", directory / "state", "--speed", "0.001"});
    EXPECT_GE(again.read("15.8.0"), before);
}

TEST(MeterProgram, EnergyAndConfigurationSurviveAKill) {
    const TemporaryDirectory directory;
    (void)reading_client();  // puts the demo password into the environment
    std::int64_t before = 0;
    {
        RunningMeter meter({"--state", directory / "state", "--speed", "60"});
        while (before < 5) before = meter.read("15.8.0");
        const Outcome written = run({blathy, "write", meter.url(), "15/0-0:40.0.0/7", "0x7365637265742D31", "--type",
                                     "octet-string", "--client", "1"});
        EXPECT_EQ(written.exit_code, 0) << written.err;
        EXPECT_EQ(meter.stop(SIGKILL), -SIGKILL);
    }
    const RunningMeter again({"--state", directory / "state", "--speed", "0.001"});
    // A minute of meter time at most, and no load of the household is above its main fuse: 3 x 63 A x 230 V.
    constexpr std::int64_t minute_wh = 3 * 63 * 230 * 60 / 3600;
    EXPECT_GE(again.read("15.8.0"), before - minute_wh - 1);

    const auto time_zone = [&](const char* password) {
        std::ofstream(directory / "password") << password << '\n';
        return run(
            {blathy, "read", again.url(), "0-0:1.0.0/3", "--client", "1", "--password-file", directory / "password"});
    };
    EXPECT_EQ(time_zone("secret-1").exit_code, 0);
    EXPECT_EQ(time_zone("DEMO-PASSWORD").exit_code, 2);
}

TEST(MeterProgram, TheStateIsPrivate) {
    const TemporaryDirectory directory;
    const RunningMeter meter({"--state", directory / "state"});
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(directory / "state").permissions(), perms::owner_all);
    for (const char* file : {"state/flash.bin", "state/calibration.bin", "state/device.key"}) {
        EXPECT_EQ(std::filesystem::status(directory / file).permissions(), perms::owner_read | perms::owner_write)
            << file;
    }
}

TEST(MeterProgram, HelpNamesEveryOption) {
    const Outcome outcome = run({blathy, "meter", "--help"});
    EXPECT_EQ(outcome.exit_code, 0);
    for (const char* option : {"--model", "--serial", "--listen", "--panel", "--state", "--speed", "--idle-timeout",
                               "--keys", "--config", "--unsealed"}) {
        EXPECT_THAT(outcome.out, HasSubstr(option));
    }
}

}  // namespace
}  // namespace blathy::test
