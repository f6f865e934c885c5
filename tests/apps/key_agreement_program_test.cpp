// `blathy keys agree` against a meter, as users run them.
#include <csignal>
#include <optional>

#include <gmock/gmock.h>

#include "tests/apps/key_bench.hpp"

namespace blathy::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class KeyAgreementProgram : public testing::TestWithParam<const char*> {
  protected:
    KeyAgreementProgram() {
        keys.make_keys({"--suite", GetParam()});
        start();
        before = keys.list();
    }
    void start() {
        program.emplace(keys.meter({"tcp://127.0.0.1:0"}));
        url = program->line_with("DLMS/COSEM at ").value_or("");
    }
    [[nodiscard]] Outcome agree(const std::vector<std::string>& more = {}) const {
        return keys.with_keys({"keys", "agree", url}, more);
    }
    [[nodiscard]] int read(const char* client, const std::vector<std::string>& more = {}) const {
        return keys.as(client, {"read", url, "0-0:1.0.0"}, more).exit_code;
    }
    static json& client(json& list, std::size_t number) { return list.at("clients").at(number); }

    KeyBench keys;
    std::optional<Background> program;
    std::string url;
    json before;
};
INSTANTIATE_TEST_SUITE_P(Suites, KeyAgreementProgram, testing::Values("1", "2"),
                         [](const auto& of) { return std::string("Suite") + of.param; });

TEST_P(KeyAgreementProgram, GivesTheMeterAndTheFileTheSameNewKeys) {
    const Outcome outcome = agree();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    json after = keys.list();
    for (const char* name : {"ek", "ak", "bk"}) {
        EXPECT_NE(client(after, 0).at(name), client(before, 0).at(name)) << name;
        EXPECT_THAT(outcome.out, Not(HasSubstr(client(after, 0).at(name).get<std::string>())));
    }
    EXPECT_EQ(client(after, 0).at("kek"), client(before, 0).at("kek"));
    EXPECT_EQ(client(after, 1), client(before, 1));
    EXPECT_EQ(read("management"), 0);
    EXPECT_EQ(read("management", {"--sign", "--key-info", "static"}), 0);
    // Of other clients, and a master key: what is transferred afterwards is wrapped with it.
    EXPECT_EQ(agree({"--of", "data collection"}).exit_code, 0);
    EXPECT_EQ(agree({"--kinds", "master"}).exit_code, 0);
    EXPECT_EQ(agree({"--of", "pre-established", "--kinds", "broadcast"}).exit_code, 0);
    EXPECT_EQ(keys.with_keys({"keys", "transfer", url}).exit_code, 0);
    for (const char* role : {"management", "data collection"}) EXPECT_EQ(read(role), 0) << role;
    // What the meter has is what the file has, and nothing of before opens it.
    EXPECT_EQ(program->stop(SIGTERM), 0);
    const json stored = keys.stored();
    after = keys.list();
    for (std::size_t i = 0; i < 4; ++i) {
        for (const char* name : {"ek", "ak", "bk", "kek"}) {
            EXPECT_EQ(stored.at("clients").at(i).at(name), client(after, i).at(name)) << i << name;
        }
    }
    start();
    EXPECT_EQ(read("management"), 0);
    keys.write_list(before);
    EXPECT_EQ(read("management"), 2);
}

TEST_P(KeyAgreementProgram, ARefusalLeavesAllAsItWas) {
    // Another signing key than the meter knows: nothing is even asked for.
    json wrong = before;
    client(wrong, 0).at("signing_key") = client(wrong, 1).at("signing_key");
    client(wrong, 0).at("mechanism") = 5;
    keys.write_list(wrong);
    Outcome outcome = agree();
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_EQ(keys.list(), wrong);
    // And another one of the meter's.
    wrong = before;
    client(wrong, 0).at("server_signing_key") = client(wrong, 0).at("server_agreement_key");
    client(wrong, 0).at("mechanism") = 5;
    keys.write_list(wrong);
    outcome = agree();
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_THAT(outcome.err, HasSubstr("wrong signature"));
    EXPECT_EQ(keys.list(), wrong);
    wrong = before;
    client(wrong, 0).erase("signing_key");
    client(wrong, 0).at("mechanism") = 5;
    keys.write_list(wrong);
    EXPECT_THAT(agree().err, HasSubstr("signatures need the client's signing key"));
    keys.write_list(before);
    // Who may not is told who may.
    outcome = agree({"--client", "data collection"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("try --client management"));
    EXPECT_EQ(agree({"--of", "nobody"}).exit_code, 2);
    // Keys that are on their way come first.
    json pending = before;
    client(pending, 0)["pending"] = {{"ek", client(pending, 0).at("kek")}};
    keys.write_list(pending);
    outcome = agree();
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("finish that first"));
    keys.write_list(before);
    EXPECT_EQ(read("management"), 0) << "and nothing has changed";
    EXPECT_EQ(keys.list(), before);
}

TEST(KeyAgreementOfSuite0, IsThereNone) {
    const KeyBench keys;
    keys.make_keys();
    Background program(keys.meter({"tcp://127.0.0.1:0"}));
    const std::string url = program.line_with("DLMS/COSEM at ").value_or("");
    const json before = keys.list();
    const Outcome outcome = keys.with_keys({"keys", "agree", url});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("suite 1 or 2"));
    EXPECT_THAT(outcome.err, HasSubstr("keys transfer"));
    EXPECT_EQ(keys.list(), before);
}

}  // namespace
}  // namespace blathy::test
