// Suites 1 and 2 as their users have them: a meter with pairs of keys, and clients that sign and agree on keys.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class SigningProgram : public testing::TestWithParam<const char*> {
  protected:
    SigningProgram() {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-signing-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        directory_ = name;
        // The clients' counters.
        ::setenv("XDG_STATE_HOME", (directory_ / "client").c_str(), 1);
        ::unsetenv("BLATHY_PASSWORD");
    }
    ~SigningProgram() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] std::string path(const char* name) const { return (directory_ / name).string(); }
    void write(const char* name, const std::string& content) const {
        std::ofstream(path(name)) << content;
        ::chmod(path(name).c_str(), S_IRUSR | S_IWUSR);
    }
    [[nodiscard]] Outcome keys(const std::vector<std::string>& options) const {
        std::vector<std::string> command = {blathy, "keys", "--json", "--state", path("state")};
        command.insert(command.end(), options.begin(), options.end());
        return run(command);
    }
    [[nodiscard]] std::vector<std::string> meter() const {
        return {blathy, "meter", "--panel", "off", "--listen", "tcp://127.0.0.1:0", "--state", path("state")};
    }
    [[nodiscard]] Outcome as_management(std::vector<std::string> command,
                                        const std::vector<std::string>& options = {}) const {
        command.insert(command.end(), {"--keys", path("keys.json"), "--client", "management"});
        command.insert(command.end(), options.begin(), options.end());
        return run(command);
    }

    std::filesystem::path directory_;
};
INSTANTIATE_TEST_SUITE_P(Suites, SigningProgram, testing::Values("1", "2"),
                         [](const auto& of) { return std::string("Suite") + of.param; });

TEST_P(SigningProgram, ReadsInEveryWayThatThereIs) {
    const Outcome made = keys({"--suite", GetParam()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const json list = json::parse(made.out);
    EXPECT_EQ(list.at("clients").at(0).at("mechanism"), 7);
    write("keys.json", made.out);
    // The meter does not have the clients' private keys, and tells none of its own.
    const json later = json::parse(keys({}).out);
    EXPECT_FALSE(later.at("clients").at(0).contains("signing_key"));
    EXPECT_EQ(later.at("clients").at(0).at("server_signing_key"), list.at("clients").at(0).at("server_signing_key"));
    EXPECT_EQ(keys({"--suite", "1"}).exit_code, 2) << "it has keys already";

    Background program(meter());
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    const std::vector<std::vector<std::string>> ways = {
        {},
        {"--sign"},
        {"--ciphering", "general", "--sign"},
        {"--key-info", "wrapped"},
        {"--key-info", "one-pass"},
        {"--key-info", "static"},
        {"--key-info", "one-pass", "--sign"},
        {"--key-info", "static", "--gbt", "4", "--sign"},
    };
    for (const auto& way : ways) {
        const Outcome outcome = as_management({blathy, "read", url, "0-0:1.0.0", "1.8.0"}, way);
        EXPECT_EQ(outcome.exit_code, 0) << testing::PrintToString(way) << outcome.err;
        EXPECT_THAT(outcome.out, HasSubstr("Wh"));
    }
    // An object list is long enough for blocks of either kind.
    for (const auto& way : {std::vector<std::string>{"--sign"}, {"--sign", "--gbt", "4"}}) {
        const Outcome outcome = as_management({blathy, "objects", url}, way);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    }
}

TEST_P(SigningProgram, OthersKeysAreRefused) {
    const Outcome made = keys({"--suite", GetParam()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    json list = json::parse(made.out);
    Background program(meter());
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    // Another client's signing key.
    const auto own = list.at("clients").at(0).at("signing_key");
    list.at("clients").at(0).at("signing_key") = list.at("clients").at(1).at("signing_key");
    write("keys.json", list.dump());
    Outcome outcome = as_management({blathy, "read", url, "1.8.0"});
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_THAT(outcome.err, Not(HasSubstr(own.get<std::string>())));
    // Another meter's.
    list.at("clients").at(0).at("signing_key") = own;
    list.at("clients").at(0).at("server_signing_key") = list.at("clients").at(0).at("server_agreement_key");
    write("keys.json", list.dump());
    outcome = as_management({blathy, "read", url, "1.8.0"});
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_THAT(outcome.err, HasSubstr("does not prove itself"));
}

TEST_P(SigningProgram, AMeterMakesAPairAndAsksForItsCertificate) {
    const Outcome made = keys({"--suite", GetParam()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    write("keys.json", made.out);
    Background program(meter());
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    const std::string setup = "64/0-0:43.0.0.255";
    Outcome outcome = as_management({blathy, "call", url, setup, "generate_key_pair", "0", "--type", "enum"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    outcome = as_management({blathy, "call", url, setup, "generate_certificate_request", "0", "--type", "enum"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_GT(outcome.out.size(), 300U);
    // No root is here, so that nothing can be imported; and the pair before goes on to sign.
    outcome =
        as_management({blathy, "call", url, setup, "import_certificate", "0x3003020100", "--type", "octet-string"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(as_management({blathy, "read", url, "1.8.0"}, {"--sign"}).exit_code, 0);
}

TEST_P(SigningProgram, SaysThatSignaturesAreDemanded) {
    const Outcome made = keys({"--suite", GetParam()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    write("keys.json", made.out);
    Background program(meter());
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    // Requests and answers authenticated, encrypted and signed.
    const Outcome activated =
        as_management({blathy, "call", url, "64/0-0:43.0.0.255", "security_activate", "252", "--type", "enum"});
    ASSERT_EQ(activated.exit_code, 0) << activated.err;
    const Outcome unsigned_request = as_management({blathy, "read", url, "1.8.0"});
    EXPECT_EQ(unsigned_request.exit_code, 2);
    EXPECT_THAT(unsigned_request.err, HasSubstr("try --sign"));
    EXPECT_EQ(as_management({blathy, "read", url, "1.8.0"}, {"--sign"}).exit_code, 0);
}

TEST(SigningKeys, WhatIsNoRootIsNotTrusted) {
    std::string name = (std::filesystem::temp_directory_path() / "blathy-trust-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    std::ofstream(name + "/root.pem") << "-----BEGIN CERTIFICATE-----\n";
    std::ofstream(name + "/root.der") << "no certificate";
    const auto trust = [&](const std::string& file) {
        return run({blathy, "keys", "--state", name + "/state", "--trust", name + file});
    };
    for (const char* file : {"/root.pem", "/root.der", "/none"}) {
        const Outcome outcome = trust(file);
        EXPECT_EQ(outcome.exit_code, 2) << file;
        EXPECT_THAT(outcome.err, HasSubstr("certificate"));
    }
    EXPECT_THAT(trust("/root.pem").err, HasSubstr("DER"));
    std::filesystem::remove_all(name);
}

}  // namespace
}  // namespace blathy::test
