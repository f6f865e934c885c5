// `blathy keys`, and a meter with keys of its own, as users run them.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class SecurityProgram : public testing::Test {
  protected:
    SecurityProgram() {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-security-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        directory_ = name;
        // The clients' counters.
        ::setenv("XDG_STATE_HOME", (directory_ / "client").c_str(), 1);
        ::unsetenv("BLATHY_PASSWORD");
    }
    ~SecurityProgram() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] std::string path(const char* name) const { return (directory_ / name).string(); }
    // The list of this state directory, in a file.
    json make_keys(const std::vector<std::string>& options = {}) {
        std::vector<std::string> command = {blathy, "keys", "--json", "--state", path("state")};
        command.insert(command.end(), options.begin(), options.end());
        const Outcome outcome = run(command);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        write("keys.json", outcome.out);
        return json::parse(outcome.out);
    }
    void write(const char* name, const std::string& content) const {
        std::ofstream(path(name)) << content;
        ::chmod(path(name).c_str(), S_IRUSR | S_IWUSR);
    }
    [[nodiscard]] Outcome read(const std::string& url, const std::vector<std::string>& options) const {
        std::vector<std::string> command = {blathy, "read", url, "0-0:1.0.0", "1.8.0"};
        command.insert(command.end(), options.begin(), options.end());
        return run(command);
    }
    [[nodiscard]] std::vector<std::string> with_keys(const char* client) const {
        return {"--keys", path("keys.json"), "--client", client};
    }
    [[nodiscard]] std::vector<std::string> meter(const std::vector<std::string>& options) const {
        std::vector<std::string> command = {blathy, "meter", "--panel", "off", "--listen", "tcp://127.0.0.1:0"};
        command.insert(command.end(), options.begin(), options.end());
        return command;
    }

    std::filesystem::path directory_;
};

TEST_F(SecurityProgram, KeysThatAreMadeForAMeterOpenItForEachRole) {
    const json list = make_keys();
    EXPECT_EQ(list.at("server_title"), "424C543000000001");
    ASSERT_EQ(list.at("clients").size(), 4U);
    EXPECT_NE(list.at("clients").at(0).at("ek"), list.at("clients").at(1).at("ek"));
    EXPECT_EQ(make_keys(), list) << "they stay";

    Background program(meter({"--state", path("state")}));
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    EXPECT_FALSE(run({blathy, "keys", "--state", path("state")}).err.empty()) << "it runs: its directory is in use";
    for (const char* client : {"management", "data collection"}) {
        const Outcome outcome = read(url, with_keys(client));
        EXPECT_EQ(outcome.exit_code, 0) << client << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr("Wh"));
    }
    EXPECT_EQ(read(url, with_keys("firmware")).exit_code, 1) << "it may not read energy";
    // Less than the policy demands is refused, as are other keys and no keys at all.
    auto weak = with_keys("management");
    weak.insert(weak.end(), {"--security", "auth"});
    EXPECT_EQ(read(url, weak).exit_code, 2);
    EXPECT_EQ(read(url, {"--client", "1"}).exit_code, 2);
    json wrong = list;
    for (json& client : wrong.at("clients")) client.at("ek") = "00000000000000000000000000000000";
    write("keys.json", wrong.dump());
    EXPECT_EQ(read(url, with_keys("management")).exit_code, 2);
}

TEST_F(SecurityProgram, AStateDirectoryIsOneMeters) {
    make_keys();
    for (const std::vector<std::string>& other : {std::vector<std::string>{"--serial", "5"}, {"--model", "SM306"}}) {
        const std::string says = "is the state of the meter SED302 00000001, and not of ";
        for (std::vector<std::string> command :
             {meter({"--state", path("state")}), std::vector<std::string>{blathy, "keys", "--state", path("state")}}) {
            command.insert(command.end(), other.begin(), other.end());
            const Outcome outcome = run(command);
            EXPECT_EQ(outcome.exit_code, 2);
            EXPECT_THAT(outcome.err, HasSubstr(says));
            EXPECT_EQ(outcome.out, "");
        }
    }
    Background program(meter({"--state", path("state")}));
    EXPECT_TRUE(program.line_with("DLMS/COSEM at "));
    (void)program.stop(SIGTERM);
    std::ofstream(path("state/meter.txt")) << std::string(100, 'x');
    EXPECT_THAT(run(meter({"--state", path("state")})).err, HasSubstr("which says whose it is"));
}

TEST_F(SecurityProgram, KeysThatCouldNotBePrintedAreToldOf) {
    const auto into_nothing = [&](const std::string& options) {
        return run({"sh", "-c", "exec \"$0\" keys --state \"$1\" " + options + " > /dev/full", blathy, path("state")});
    };
    const Outcome made = into_nothing("--suite 1 --json");
    EXPECT_EQ(made.exit_code, 2);
    EXPECT_THAT(made.err, HasSubstr("could not be written; the meter has its new keys: --renew makes others"));
    for (const char* options : {"", "--json"}) {
        const Outcome outcome = into_nothing(options);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_EQ(outcome.err, "blathy keys: the output could not be written\n");
    }
}

TEST_F(SecurityProgram, CountersGoOnWhoeverIsRestarted) {
    make_keys();
    for (const int signal : {SIGTERM, SIGKILL}) {
        Background program(meter({"--state", path("state")}));
        const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
        for (int i = 0; i < 2; ++i) EXPECT_EQ(read(url, with_keys("management")).exit_code, 0);
        (void)program.stop(signal);
    }
    // A head end that has forgotten how far it counted asks the meter.
    std::filesystem::remove_all(directory_ / "client");
    Background program(meter({"--state", path("state")}));
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    const Outcome outcome = read(url, with_keys("management"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(SecurityProgram, AMeterTakesItsKeysFromAFile) {
    json list = json::parse(run({blathy, "keys", "--demo", "--json"}).out);
    for (json& client : list.at("clients")) {
        client.at("ek") = "000102030405060708090A0B0C0D0E0F";
        client.at("ak") = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF";
        client.at("kek") = client.at("bk") = "00112233445566778899AABBCCDDEEFF";
        client.at("password") = client.at("hls_secret") = "";
        client.at("mechanisms") = json::array();
        client.at("policy") = 0x6C;
    }
    write("keys.json", list.dump());
    for (int i = 0; i < 2; ++i) {
        Background program(meter({"--keys", path("keys.json"), "--state", path("state")}));
        const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
        EXPECT_EQ(read(url, with_keys("management")).exit_code, 0) << "counters go on";
        ::setenv("BLATHY_PASSWORD", "DEMO-PASSWORD", 1);
        EXPECT_EQ(read(url, {"--client", "1"}).exit_code, 2) << "the demo password is gone";
        ::unsetenv("BLATHY_PASSWORD");
        (void)program.stop(SIGTERM);
    }
    // A meter that forgets would take again what it has taken before, and send other things under the same nonces.
    const Outcome outcome = run(meter({"--keys", path("keys.json")}));
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("--keys needs --state DIR"));
    ::chmod(path("keys.json").c_str(), 0644);
    EXPECT_THAT(run(meter({"--keys", path("keys.json"), "--state", path("state")})).err, HasSubstr("others can read"));
    // Of keys that everybody knows nothing can be lost.
    write("demo.json", run({blathy, "keys", "--demo", "--json"}).out);
    Background demo(meter({"--keys", path("demo.json")}));
    EXPECT_TRUE(demo.line_with("Warning: this meter has demo keys"));
}

TEST_F(SecurityProgram, AListThatIsImportedOpensWhatTheMetersOwnDid) {
    const json list = make_keys();
    const json& client = list.at("clients").at(1);
    EXPECT_EQ(client.at("mechanism"), 5);
    EXPECT_EQ(client.at("mechanisms"), json({5, 6}));
    EXPECT_EQ(client.at("password"), "") << "no mechanism takes one";
    // Another meter, made of the list alone.
    Background program(meter({"--state", path("other"), "--keys", path("keys.json")}));
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    for (const char* mechanism : {"5", "6"}) {
        auto options = with_keys("management");
        options.insert(options.end(), {"--mechanism", mechanism});
        const Outcome outcome = read(url, options);
        EXPECT_EQ(outcome.exit_code, 0) << mechanism << outcome.err;
    }
    (void)program.stop(SIGTERM);
    const Outcome again = run({blathy, "keys", "--json", "--state", path("other")});
    EXPECT_EQ(json::parse(again.out), list) << "nothing is lost on the way";
}

TEST_F(SecurityProgram, TheListIsWrittenForItsOwnerAlone) {
    const std::vector<std::string> command = {blathy, "keys", "--state", path("state"), "--output", path("keys.json")};
    const mode_t before = ::umask(0);
    const Outcome made = run(command);
    ::umask(before);
    EXPECT_EQ(made.exit_code, 0) << made.err;
    struct stat status {};
    ASSERT_EQ(::stat(path("keys.json").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    std::ifstream file(path("keys.json"));
    const json list = json::parse(file);
    EXPECT_THAT(made.out, Not(HasSubstr(list.at("clients").at(0).at("ek").get<std::string>())));
    EXPECT_EQ(make_keys(), list);
    // What is there already stays, and no keys are made that could not be written.
    auto renewal = command;
    renewal.push_back("--renew");
    const Outcome refused = run(renewal);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr("is there already"));
    EXPECT_EQ(make_keys(), list);
    renewal[5] = path("nowhere/keys.json");
    EXPECT_THAT(run(renewal).err, HasSubstr("cannot write"));
    EXPECT_EQ(make_keys(), list);
    // A meter that runs gives none, and no file.
    Background program(meter({"--state", path("state")}));
    ASSERT_TRUE(program.line_with("State in "));
    renewal[5] = path("others.json");
    EXPECT_EQ(run(renewal).exit_code, 2);
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
        EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("others.json")));
    }
}

TEST_F(SecurityProgram, LeavesNoCore) {
    Background program(meter({}));
    ASSERT_TRUE(program.line_with("Panel at "));
    std::ifstream limits("/proc/" + std::to_string(program.id()) + "/limits");
    const std::string text((std::istreambuf_iterator<char>(limits)), {});
    EXPECT_THAT(text, testing::ContainsRegex("Max core file size +0 +0 "));
}

TEST_F(SecurityProgram, DemoKeysAreWarnedAboutAtEveryStart) {
    for (int i = 0; i < 2; ++i) {
        Background program(meter({"--state", path("state")}));
        EXPECT_TRUE(program.line_with("Warning: this meter has demo keys"));
    }
    make_keys();
    Background program(meter({"--state", path("state")}));
    ASSERT_TRUE(program.line_with("State in "));
    (void)program.stop(SIGTERM);
    EXPECT_FALSE(program.line_with("Warning"));
}

TEST_F(SecurityProgram, KeysAreWrappedAtRest) {
    const json list = make_keys();
    std::ifstream file(path("state/flash.bin"), std::ios::binary);
    const std::string flash((std::istreambuf_iterator<char>(file)), {});
    for (const json& client : list.at("clients")) {
        for (const char* name : {"ek", "ak", "kek", "bk", "hls_secret"}) {
            const std::string digits = client.at(name);
            if (digits.empty()) continue;
            std::string octets;
            for (std::size_t i = 0; i < digits.size(); i += 2) {
                octets.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
            }
            EXPECT_EQ(flash.find(octets), std::string::npos) << name;
        }
    }
}

TEST_F(SecurityProgram, SaysWhatIsWrong) {
    const auto refused = [](const std::vector<std::string>& command, const std::string& because) {
        const Outcome outcome = run(command);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_THAT(outcome.err, HasSubstr(because));
    };
    refused({blathy, "keys"}, "give --state DIR or --demo");
    refused({blathy, "keys", "--demo", "--model", "SED999"}, "there is no model SED999");
    make_keys();
    ::chmod(path("state/device.key").c_str(), 0644);
    refused({blathy, "keys", "--state", path("state")}, "others can read");
    ::chmod(path("state/device.key").c_str(), 0600);
    ::chmod(path("state/flash.bin").c_str(), 0640);
    refused({blathy, "keys", "--state", path("state")}, "others can read");
    ::chmod(path("state/flash.bin").c_str(), 0600);
    ::chmod(path("state").c_str(), 0755);
    refused({blathy, "keys", "--state", path("state")}, "others can read the state directory");
    ::chmod(path("state").c_str(), 0700);
    std::ofstream(path("state/device.key")) << "another key, of 32 octets exactly";
    refused({blathy, "keys", "--state", path("state")}, "is not the device key");
    std::filesystem::remove(path("state/device.key"));
    refused({blathy, "keys", "--state", path("state")}, "can't be read with its device key");
    // Without the key that they are wrapped with the meter's keys are lost, and the demo keys do not take their place.
    Background program(meter({"--state", path("state")}));
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    ::setenv("BLATHY_PASSWORD", "DEMO-PASSWORD", 1);
    EXPECT_EQ(read(url, {"--client", "1"}).exit_code, 2);
}

TEST_F(SecurityProgram, SaysWhatToTry) {
    make_keys();
    Background program(meter({"--state", path("state")}));
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    const auto says = [&](const std::vector<std::string>& more) {
        auto options = with_keys("management");
        options.insert(options.end(), more.begin(), more.end());
        return read(url, options).err;
    };
    for (const char* weak : {"auth", "encrypt"}) {
        EXPECT_THAT(says({"--security", weak}), HasSubstr("its policy demands more protection: try --security both"));
    }
    EXPECT_THAT(says({"--security", "none"}), HasSubstr("with ciphering (--keys and --security both)"));
    EXPECT_THAT(read(url, with_keys("pre-established")).err, HasSubstr("takes broadcasts only"));
    const Outcome weaker = run({blathy, "call", url, "64/0-0:43.0.0.255", "security_activate", "0", "--type", "enum",
                                "--keys", path("keys.json"), "--client", "management"});
    EXPECT_EQ(weaker.exit_code, 1);
    EXPECT_THAT(weaker.err, HasSubstr("A security policy only grows"));
}

TEST_F(SecurityProgram, SaysThatWhoGuessesHasToWait) {
    Background program(meter({}));
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    ::setenv("BLATHY_PASSWORD", "another password", 1);
    EXPECT_THAT(read(url, {"--client", "1"}).err, HasSubstr("check the password"));
    // From the third wrong one on, a second at first: a slow machine may miss the short waits.
    std::string refusal;
    for (int i = 0; i < 8 && refusal.find("for now") == std::string::npos; ++i) {
        refusal = read(url, {"--client", "1"}).err;
    }
    EXPECT_THAT(refusal, HasSubstr("for now: too many wrong passwords or proofs came before; wait and try again"));
}

class KeyTransfer : public SecurityProgram {
  protected:
    KeyTransfer() {
        before_ = make_keys();
        program_.emplace(meter({"--state", path("state")}));
        url_ = program_->line_with("DLMS/COSEM at ").value_or("");
    }
    [[nodiscard]] Outcome transfer(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> command = {blathy, "keys", "transfer", url_, "--keys", path("keys.json")};
        command.insert(command.end(), more.begin(), more.end());
        return run(command);
    }
    [[nodiscard]] json list() const {
        std::ifstream file(path("keys.json"));
        return json::parse(file);
    }
    void write_list(const json& list) const { write("keys.json", list.dump()); }
    // The clients are in the order of their addresses.
    static json& management(json& list) { return list.at("clients").at(0); }
    static json& data_collection(json& list) { return list.at("clients").at(1); }

    json before_;
    std::optional<Background> program_;
    std::string url_;
};

TEST_F(KeyTransfer, GivesTheMeterAndTheFileNewKeys) {
    const Outcome outcome = transfer();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    json after = list();
    for (const char* name : {"ek", "ak", "bk"}) EXPECT_NE(management(after).at(name), management(before_).at(name));
    EXPECT_EQ(management(after).at("kek"), management(before_).at("kek"));
    EXPECT_FALSE(management(after).contains("pending"));
    EXPECT_EQ(data_collection(after), data_collection(before_));
    EXPECT_THAT(outcome.out, Not(HasSubstr(management(after).at("ek").get<std::string>())));
    struct stat status {};
    ASSERT_EQ(::stat(path("keys.json").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(read(url_, with_keys("management")).exit_code, 0);
    // A new master key, and what it is for; of another client too.
    EXPECT_EQ(transfer({"--kinds", "master"}).exit_code, 0);
    EXPECT_EQ(transfer({"--kinds", "unicast,authentication", "--of", "data collection"}).exit_code, 0);
    EXPECT_EQ(transfer({"--kinds", "broadcast", "--of", "pre-established"}).exit_code, 0);
    for (const char* client : {"management", "data collection"}) {
        EXPECT_EQ(read(url_, with_keys(client)).exit_code, 0);
    }
    const json now = list();
    write_list(before_);
    for (const char* client : {"management", "data collection"}) {
        EXPECT_EQ(read(url_, with_keys(client)).exit_code, 2) << "the keys of before are of no use";
    }
    // What the meter stores is what the file has.
    EXPECT_EQ(program_->stop(SIGTERM), 0);
    EXPECT_EQ(json::parse(run({blathy, "keys", "--json", "--state", path("state")}).out), now);
}

TEST_F(KeyTransfer, FindsOutWhichKeysTheMeterHas) {
    json current = list();
    json pending = current;
    const json other = {{"ek", std::string(32, '1')}, {"ak", std::string(32, '2')}};
    management(pending)["pending"] = other;
    write_list(pending);
    Outcome outcome = transfer({"--kinds", "unicast"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("the meter has the keys of before"));
    // As if the answer to this transfer had been lost.
    json after = list();
    json lost = current;
    management(lost)["pending"] = {{"ek", management(after).at("ek")}};
    write_list(lost);
    outcome = transfer({"--kinds", "broadcast"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("the meter has the new keys"));
    EXPECT_EQ(read(url_, with_keys("management")).exit_code, 0);
    // And what opens nothing is sent again.
    current = list();
    ASSERT_EQ(transfer({"--kinds", "master"}).exit_code, 0);
    after = list();
    management(current)["pending"] = {{"kek", management(after).at("kek")}};
    write_list(current);
    EXPECT_EQ(transfer({"--kinds", "broadcast"}).exit_code, 0);
    json now = list();
    EXPECT_EQ(management(now).at("kek"), management(after).at("kek"));
    // While nobody answers both are kept.
    management(now)["pending"] = other;
    write_list(now);
    EXPECT_EQ(program_->stop(SIGTERM), 0);
    EXPECT_EQ(transfer({"--timeout", "1", "--retries", "0"}).exit_code, 2);
    EXPECT_EQ(list(), now);
}

TEST_F(KeyTransfer, ARefusalLeavesTheFileAsItWas) {
    json wrong = list();
    management(wrong).at("kek") = std::string(32, '0');
    write_list(wrong);
    EXPECT_EQ(transfer().exit_code, 1);
    EXPECT_EQ(list(), wrong);
    EXPECT_EQ(transfer({"--client", "data collection"}).exit_code, 1) << "it may not";
    EXPECT_EQ(list(), wrong);
    management(wrong).erase("kek");
    write_list(wrong);
    const Outcome outcome = transfer();
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("no master key (kek)"));
    EXPECT_EQ(transfer({"--of", "nobody"}).exit_code, 2);
    EXPECT_EQ(run({blathy, "keys", "transfer", url_, "--keys", directory_.string()}).exit_code, 2);
    EXPECT_EQ(list(), wrong);
}

TEST_F(SecurityProgram, KeysAreInNoOutputOfTheMeter) {
    const json list = make_keys();
    Background program(meter({"--state", path("state")}));
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    auto options = with_keys("management");
    std::vector<std::string> command = {blathy, "objects", url, "--json"};
    command.insert(command.end(), options.begin(), options.end());
    const Outcome objects = run(command);
    ASSERT_EQ(objects.exit_code, 0) << objects.err;
    // Attribute 7 of the association, where its secret is, can be written and never read.
    const Outcome secret = run({blathy, "read", url, "15/0-0:40.0.0/7", "--keys", path("keys.json"), "--client", "1"});
    EXPECT_EQ(secret.exit_code, 1);
    EXPECT_THAT(secret.err, HasSubstr("(3)"));
}

}  // namespace
}  // namespace blathy::test
