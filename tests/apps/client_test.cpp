// The client commands as their users run them, against a meter of this project.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/blathy/client/progress.hpp"
#include "apps/blathy/client/table.hpp"

#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class ClientProgram : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        meter_ = std::make_unique<Background>(
            std::vector<std::string>{blathy, "meter", "--listen", "tcp://127.0.0.1:0", "--panel", "off"});
        url_ = meter_->line_with("DLMS/COSEM at ").value_or("");
    }
    static void TearDownTestSuite() { meter_.reset(); }

    static Outcome client(const std::string& command, const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {blathy, command, url_};
        const auto as_client = reading_client();
        const bool as_another = std::ranges::find(arguments, "--client") != arguments.end();
        if (!as_another) all.insert(all.end(), as_client.begin(), as_client.end());
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run(all);
    }
    static nlohmann::json json_of(const std::string& command, std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--format", "json"});
        const Outcome outcome = client(command, arguments);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        return nlohmann::json::parse(outcome.out);
    }

    // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): one meter for all tests of the suite
    static inline std::unique_ptr<Background> meter_;
    static inline std::string url_;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
};

TEST_F(ClientProgram, ReadsInEveryFormat) {
    EXPECT_THAT(client("read", {"1.8.0"}).out, ContainsRegex("1-0:1\\.8\\.0\\.255 .* Wh\n"));
    EXPECT_THAT(client("read", {"1.8.0", "--format", "csv"}).out,
                StartsWith("obis,class,attribute,description,value,unit\n1-0:1.8.0.255,3,2,"));
    const auto json = json_of("read", {"1.8.0"});
    EXPECT_EQ(json.at(0).at("obis"), "1-0:1.8.0.255");
    EXPECT_EQ(json.at(0).at("unit"), "Wh");
    EXPECT_EQ(client("read", {"1.8.0", "--json"}).exit_code, 0);
    EXPECT_EQ(client("read", {"1.8.0", "--json", "--csv"}).exit_code, 2);
    EXPECT_EQ(client("read", {"1.8.0", "--format", "xml"}).exit_code, 2);
}

TEST_F(ClientProgram, ShowsTimesByTheClockAskedFor) {
    EXPECT_THAT(std::string(json_of("read", {"0-0:1.0.0", "--time", "utc"}).at(0).at("value")), HasSubstr("Z"));
    EXPECT_EQ(client("read", {"0-0:1.0.0", "--time", "lunar"}).exit_code, 2);
}

TEST_F(ClientProgram, AttributeZeroIsTheWholeObject) {
    const auto json = json_of("read", {"8/0-0:1.0.0/0"});
    ASSERT_EQ(json.size(), 1U);
    const nlohmann::json& attributes = json.at(0).at("value");
    ASSERT_EQ(attributes.size(), 9U) << "the attributes of a clock";
    EXPECT_EQ(attributes.at(0), "0-0:1.0.0.255");
    EXPECT_EQ(json.at(0).at("description"), "Clock, all attributes");
}

TEST_F(ClientProgram, ThePublicClientTakesNoPassword) {
    // The environment has one, for the clients that do.
    const Outcome outcome = client("read", {"0-0:1.0.0", "--client", "16"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    const Outcome with = client("read", {"0-0:1.0.0", "--client", "16", "--password-file", "password"});
    EXPECT_EQ(with.exit_code, 2);
    EXPECT_THAT(with.err, HasSubstr("client 16 is the public client, which takes no password"));
}

TEST_F(ClientProgram, ListsObjectsInEveryFormat) {
    EXPECT_THAT(client("objects", {}).out, HasSubstr("1-0:1.8.0.255"));
    EXPECT_THAT(client("objects", {"--format", "csv"}).out,
                StartsWith("class,class_name,version,obis,description,attributes,methods\n"));
    EXPECT_GT(json_of("objects", {}).size(), 20U);
}

TEST_F(ClientProgram, ReadsAProfileInEveryFormatAndWithEveryCarrier) {
    const auto csv = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"1-0:99.128.0", "--entries", "1-200", "--format", "csv"});
        const Outcome outcome = client("profile", arguments);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        return outcome.out;
    };
    const std::string rows = csv({});
    EXPECT_THAT(rows, StartsWith("0-0:1.0.0.255,"));
    EXPECT_EQ(std::ranges::count(rows, '\n'), 201);
    // The same rows whether they come in blocks of GET, in general blocks, or with little room for each.
    for (const std::vector<std::string>& how : std::vector<std::vector<std::string>>{
             {"--max-pdu", "64"}, {"--gbt", "8"}, {"--gbt", "1", "--max-pdu", "64"}, {"--low-priority"}}) {
        EXPECT_EQ(csv(how), rows) << how.front();
    }
    EXPECT_EQ(client("profile", {"1-0:99.128.0", "--last", "1", "--format", "json"}).exit_code, 0);
}

TEST_F(ClientProgram, RefusalsHaveTheirReasonAndExitCode) {
    const Outcome unknown = client("read", {"1.8.0", "1-0:77.77.77.255"});
    EXPECT_EQ(unknown.exit_code, 1);
    EXPECT_THAT(unknown.err, HasSubstr("object-undefined (4): the meter has no such object; see its object list"));
    EXPECT_THAT(unknown.out, HasSubstr("1-0:1.8.0.255"));
    const Outcome denied = client("write", {"3/1-0:1.8.0.255/2", "1", "--type", "double-long-unsigned"});
    EXPECT_EQ(denied.exit_code, 1);
    EXPECT_THAT(denied.err, HasSubstr("(3): this client may not do that"));
    EXPECT_THAT(denied.out, IsEmpty());
    const Outcome association = client("read", {"1.8.0", "--client", "77"});
    EXPECT_EQ(association.exit_code, 2);
    EXPECT_THAT(association.err, StartsWith("blathy: " + url_));
}

TEST(ClientCommands, NameTheirOptionsAndExitCodes) {
    for (const char* command : {"read", "objects", "write", "call", "profile"}) {
        const Outcome outcome = run({blathy, command, "--help"});
        EXPECT_EQ(outcome.exit_code, 0) << command;
        for (const char* part :
             {"--format", "--time", "--max-pdu", "--gbt", "--retries", "--timeout", "Exit codes:", "Examples:"}) {
            EXPECT_THAT(outcome.out, HasSubstr(part)) << command;
        }
    }
    for (const char* command : {"listen", "decode"}) {
        const Outcome outcome = run({blathy, command, "--help"});
        for (const char* part : {"--format", "Exit codes:", "Examples:"}) EXPECT_THAT(outcome.out, HasSubstr(part));
    }
    EXPECT_EQ(run({blathy, "read", "tcp://127.0.0.1", "--gbt", "64"}).exit_code, 2);
}

TEST(ClientCommands, SayWhatIsWrongWithThem) {
    const struct {
        std::vector<std::string> command;
        const char* says;
    } cases[] = {
        {{"frobnicate"}, "there is no command 'frobnicate'"},
        {{"profile", "tcp://127.0.0.1:1", "1-0:99.1.0", "--last", "0"}, "--last: takes a whole number from 1 to "},
        {{"listen", "tcp://127.0.0.1:0", "--count", "-1"}, "--count: takes a whole number from 1 to "},
        {{"accuracy", "--seed", "-5"}, "--seed: takes a whole number from 0 to "},
        {{"simulate", "--seed", "99999999999999999999"}, "--seed: takes a whole number from 0 to "},
        {{"read", "hdlc+tcp://127.0.0.1:1?octets=4", "1.8.0"}, "has the meter's physical address in it: address="},
    };
    for (const auto& each : cases) {
        std::vector<std::string> command = {blathy};
        command.insert(command.end(), each.command.begin(), each.command.end());
        const Outcome outcome = run(command);
        EXPECT_EQ(outcome.exit_code, 2) << each.says;
        EXPECT_THAT(outcome.err, HasSubstr(each.says));
    }
}

TEST(ClientCommands, SayWhyThereIsNoConnection) {
    const Outcome outcome = run({blathy, "read", "tcp://127.0.0.1:1", "--retries", "0"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("tcp://127.0.0.1:1: can't connect"));
}

TEST(Progress, ShowsRowsOctetsAndRate) {
    using std::chrono::duration;
    EXPECT_EQ(apps::progress_line(4800, 9600, 412'700, duration<double>(0.2)),
              "[###############...............] 4800 of 9600 rows, 412.7 kB, 2.1 MB/s");
    EXPECT_EQ(apps::progress_line(3, 0, 120, duration<double>(1)), "3 rows, 120 B, 120 B/s");
    EXPECT_EQ(apps::progress_line(20, 10, 0, duration<double>(0)),
              "[##############################] 20 of 10 rows, 0 B");
}

std::string printed(apps::Format format, const std::vector<std::vector<apps::Cell>>& rows) {
    std::FILE* const file = std::tmpfile();
    apps::Table table(format, {{"name", "Name"}, {"value", "Value", true}}, file);
    for (const auto& row : rows) EXPECT_TRUE(table.row(row));
    EXPECT_TRUE(table.finish());
    std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
    std::rewind(file);
    EXPECT_EQ(std::fread(text.data(), 1, text.size(), file), text.size());
    std::fclose(file);
    return text;
}

TEST(Table, AlignsQuotesAndEscapes) {
    const std::vector<std::vector<apps::Cell>> rows = {{{"a", {}}, {"1", "1"}}, {{"b \"c\", d", {}}, {"200", "200"}}};
    EXPECT_EQ(printed(apps::Format::text, rows), "Name      Value\na             1\nb \"c\", d    200\n");
    EXPECT_EQ(printed(apps::Format::csv, rows), "name,value\na,1\n\"b \"\"c\"\", d\",200\n");
    EXPECT_EQ(printed(apps::Format::json, rows),
              "[\n{\"name\":\"a\",\"value\":1},\n{\"name\":\"b \\\"c\\\", d\",\"value\":200}\n]\n");
    EXPECT_EQ(printed(apps::Format::json, {}), "[]\n");
    EXPECT_EQ(printed(apps::Format::text, {}), "Name  Value\n");
}

TEST(Table, PrintsRowsBeyondThoseItHoldsBack) {
    const std::vector<std::vector<apps::Cell>> rows(1000, {{"a", {}}, {"1", {}}});
    EXPECT_EQ(std::ranges::count(printed(apps::Format::text, rows), '\n'), 1001);
}

}  // namespace
}  // namespace blathy::test
