// Scenarios: those that come with the program hold, and the parser takes nothing that is not one.

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "apps/blathy/meter/event_text.hpp"
#include "apps/blathy/panel/site_messages.hpp"
#include "apps/blathy/scenario/player.hpp"
#include "apps/blathy/scenario/shipped.hpp"
#include "meter/models/models.hpp"

#include "tests/support/program.hpp"

namespace blathy::apps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

const meter::Model& sed302_model() {
    return *meter::find_model("SED302");
}

// What is said of a scenario that has only this beside its title.
std::string complaint_about(const std::string& rest) {
    const auto scenario = parse_scenario("title = \"T\"\n" + rest, "t.toml", sed302_model());
    return scenario ? "" : scenario.error();
}

std::unique_ptr<DeskMeter> desk_for(const Scenario& scenario, double speed = 1) {
    DeskMeterOptions options;
    options.model = scenario.model;
    options.clock = scenario.clock;
    options.speed = speed;
    return std::move(*DeskMeter::make(options));
}

constexpr auto fraud_log = meter::EventLogId::fraud;

class ShippedScenario : public testing::TestWithParam<const char*> {};

TEST_P(ShippedScenario, LeadsToWhatItExpects) {
    auto scenario = load_scenario(GetParam(), sed302_model());
    ASSERT_TRUE(scenario) << scenario.error();
    ASSERT_GE(scenario->expectations.size(), 5U);
    const auto desk = desk_for(*scenario);
    ScenarioPlayer player(*scenario, *desk);
    player.run_to_end();
    EXPECT_THAT(player.problems(), ElementsAre());
    for (std::size_t i = 0; i < player.outcomes().size(); ++i) {
        EXPECT_EQ(player.outcomes()[i].verdict, Verdict::met)
            << text_of(*scenario->model, scenario->expectations[i].what);
    }
    EXPECT_TRUE(player.succeeded());
    // No fraud but what is meant.
    for (const SeenEvent& seen : player.events()) {
        if (meter::entry_of(scenario->model->companion, seen.event.kind, seen.event.detail).log != fraud_log) continue;
        const bool expected = std::ranges::any_of(scenario->expectations, [&](const Expectation& expectation) {
            const auto* const event = std::get_if<ExpectEvent>(&expectation.what);
            return event != nullptr && !expectation.never && event->kind == seen.event.kind;
        });
        EXPECT_TRUE(expected) << words_of(seen.event.kind) << " at " << seen.at_s;
    }
}

INSTANTIATE_TEST_SUITE_P(All, ShippedScenario,
                         testing::Values("brown-out", "storm", "thief", "broken-neutral", "dead-modem",
                                         "overload-in-the-evening", "thief-in-the-dark"),
                         [](const auto& name) {
                             std::string words = name.param;
                             std::erase(words, '-');
                             return words;
                         });

TEST(Scenario, AllThatAreShippedAreTested) {
    EXPECT_THAT(shipped_scenarios(),
                ElementsAre(Key("broken-neutral"), Key("brown-out"), Key("dead-modem"), Key("overload-in-the-evening"),
                            Key("storm"), Key("thief"), Key("thief-in-the-dark")));
}

TEST(Scenario, ComplainsWithThePlace) {
    const std::string step = "[[step]]\nat = 1\n";
    EXPECT_EQ(complaint_about("[[step]]\nat = 1\nvoltage = 900\n"), "t.toml:4:11: voltage must be from 0 to 400");
    EXPECT_EQ(complaint_about("[[step]]\nat = 1\nvoltage = [1, 2]\n"),
              "t.toml:4:11: `voltage` must have a value of each of 3 phases");
    EXPECT_EQ(complaint_about("[[step]]\nat = 1\nvoltage = [1, 2, \"x\"]\n"),
              "t.toml:4:18: `voltage` must be a number");
    EXPECT_EQ(complaint_about("[[step]]\nat = 1\nvolts = 1\n"), "t.toml:4:1: there is no key `volts` here");
    EXPECT_EQ(complaint_about("speed = 3\n" + step), "t.toml:2:1: there is no key `speed` here");
    EXPECT_EQ(complaint_about(step + "open = \"lid\"\n"),
              "t.toml:4:8: `open` must be one of meter, terminal, module-1, module-2");
    EXPECT_EQ(complaint_about(step + "magnet = nan\n"), "t.toml:4:10: the field must be from 0 to 1000");
    EXPECT_EQ(complaint_about("model = \"SED999\"\n" + step), "t.toml:2:9: there is no model SED999");
    EXPECT_EQ(complaint_about("clock = 2026-01-15T18:00:00\n" + step).find("t.toml:2:9: `clock` must be"), 0U);
    EXPECT_EQ(complaint_about("[[step]]\nat = 5\n[[step]]\nat = 4\n").find("t.toml:5:6: a step needs `at`"), 0U);
    EXPECT_EQ(complaint_about("[[step]]\nsay = \"?\"\n").find("t.toml:2:1: a step needs `at`"), 0U);
    EXPECT_EQ(complaint_about(step + "module = { slot = \"1\", act = \"plug\" }\n"),
              "t.toml:4:10: a module to plug needs its kind");
    EXPECT_EQ(complaint_about(step + "weld = 4\n"), "t.toml:4:8: `weld` must be a whole number from 1 to 3");
    EXPECT_EQ(complaint_about(""), "t.toml:1:1: a scenario needs a `[[step]]`");
    EXPECT_EQ(complaint_about("[[step]\n").find("t.toml:2:"), 0U);
    EXPECT_EQ(complaint_about("[[=").find("t.toml:2:"), 0U)
        << "no key at all, which the parser's own assertion forbids";
    const auto expect = [&](const std::string& keys) { return complaint_about(step + "[[expect]]\n" + keys); };
    EXPECT_THAT(expect("until = 3\n"), HasSubstr("t.toml:4:1: an expectation needs one of `event`"));
    EXPECT_THAT(expect("event = \"power_down\"\nled = true\nuntil = 3\n"), HasSubstr("needs one of"));
    EXPECT_THAT(expect("event = \"power_dawn\"\nuntil = 3\n"),
                HasSubstr("t.toml:5:9: `event` must be one of power_down"));
    EXPECT_THAT(expect("led = true\n"), HasSubstr("t.toml:4:1: an expectation needs `until`"));
    EXPECT_THAT(expect("led = true\nfrom = 4\nuntil = 3\n"), HasSubstr("needs `until`"));
    EXPECT_THAT(expect("event = \"voltage_missing\"\nphase = 1\ndetail = 1\nuntil = 3\n"), HasSubstr("one detail"));
    EXPECT_THAT(expect("alarm = { register = 3, bit = 1 }\nuntil = 3\n"),
                HasSubstr("t.toml:5:22: `register` must be a whole number from 1 to 2"));
    EXPECT_EQ(parse_scenario(std::string(max_scenario_octets + 1, '#'), "t.toml", sed302_model()).error(),
              "t.toml:1:1: a scenario has at most 1048576 octets");
    EXPECT_EQ(parse_scenario("", "t.toml", sed302_model()).error(), "t.toml:1:1: a scenario needs a `title`");
}

TEST(Scenario, ComplainsAboutListenersAndPushes) {
    const std::string step = "[[step]]\nat = 1\n";
    const auto listener = [&](const std::string& keys) { return complaint_about(step + "[[listener]]\n" + keys); };
    EXPECT_EQ(listener("destination = \"192.0.2.7\"\npushes = \"alarm\"\n"), "");
    EXPECT_EQ(listener("destination = \"[2001:db8::1]:4059\"\npushes = [\"alarm\", \"interval\"]\n"), "");
    EXPECT_THAT(listener("pushes = \"alarm\"\n"), HasSubstr("t.toml:4:1: a listener needs a `destination`"));
    EXPECT_THAT(listener("destination = \"a:0\"\npushes = \"alarm\"\n"),
                HasSubstr("t.toml:5:15: a listener needs a `destination`"));
    EXPECT_THAT(listener("destination = \"" + std::string(65, 'a') + "\"\npushes = \"alarm\"\n"),
                HasSubstr("a listener needs a `destination`"));
    EXPECT_THAT(listener("destination = \"a\"\n"), HasSubstr("a listener needs `pushes`"));
    EXPECT_THAT(listener("destination = \"a\"\npushes = \"help\"\n"),
                HasSubstr("`pushes` must be one of connectivity, interval, alarm, last-gasp"));
    const auto push = [&](const std::string& keys) {
        return complaint_about(step + "[[expect]]\nuntil = 3\npush = { " + keys + " }\n");
    };
    EXPECT_EQ(push("setup = \"alarm\""), "");
    EXPECT_EQ(push("setup = \"alarm\", destination = \"a\", register = 2, bits = [0, 31]"), "");
    EXPECT_THAT(push("destination = \"a\""), HasSubstr("t.toml:6:8: a push needs its `setup`"));
    EXPECT_THAT(push("setup = \"alarm\", register = 1"), HasSubstr("need `register` and `bits`"));
    EXPECT_THAT(push("setup = \"alarm\", bits = 4"), HasSubstr("need `register` and `bits`"));
    EXPECT_THAT(push("setup = \"alarm\", register = 1, bits = [32]"),
                HasSubstr("`bits` must be a whole number from 0 to 31"));
    EXPECT_THAT(
        complaint_about("model = \"SED102\"\n" + step + "[[expect]]\nuntil = 3\npush = { setup = \"last-gasp\" }\n"),
        HasSubstr("the SED102 has no last gasp"));
}

// A module that joins its network late holds back what the meter has to say; each push comes once, as the listener
// reads it.
TEST(Scenario, PushesAreReceivedWhereTheyGoTo) {
    const auto scenario = parse_scenario(R"(
title = "Pushes"
clock = 2026-01-15T18:00:00+01:00
[[listener]]
destination = "192.0.2.7:4059"
pushes = "alarm"
[start]
current = 5
module = { slot = "1", act = "plug", kind = "cellular" }
[[step]]
at = 1
open = "meter"
[[expect]]
push = { setup = "alarm", destination = "192.0.2.7:4059", register = 1, bits = 13 }
until = 4
never = true
[[expect]]
push = { setup = "alarm", register = 1, bits = 13 }
from = 4
until = 20
[[expect]]
push = { setup = "alarm", register = 1, bits = [13, 0] }
until = 20
never = true
[[expect]]
push = { setup = "alarm", destination = "192.0.2.8:4059" }
until = 20
never = true
[[expect]]
push = { setup = "last-gasp" }
until = 20
)",
                                         "t.toml", sed302_model());
    ASSERT_TRUE(scenario) << scenario.error();
    const auto desk = desk_for(*scenario);
    ScenarioPlayer player(*scenario, *desk);
    EXPECT_TRUE(player.takes_pushes());
    player.run_to_end();
    const auto verdict = [&](std::size_t index) { return player.outcomes()[index].verdict; };
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(verdict(i), Verdict::met) << i;
    EXPECT_EQ(verdict(4), Verdict::missed);
    ASSERT_EQ(player.pushes().size(), 1U);
    EXPECT_EQ(player.pushes()[0].push.destination, "192.0.2.7:4059");
    EXPECT_EQ(player.pushes()[0].push.alarms[0], 1U << 13);
    EXPECT_TRUE(desk->meter().outbox().empty());
    EXPECT_EQ(scenario_message(player)["expectations"][1]["text"], "push alarm with 1:13 fraud attempt");
}

TEST(Scenario, CanExpectAnyEventOfALog) {
    const auto scenario = parse_scenario(R"(
title = "Logs"
[[step]]
at = 1
open = "meter"
[[expect]]
log = "fraud"
until = 4
[[expect]]
log = "fraud"
until = 4
never = true
[[expect]]
log = "communication"
until = 4
never = true
)",
                                         "t.toml", sed302_model());
    ASSERT_TRUE(scenario) << scenario.error();
    const auto desk = desk_for(*scenario);
    ScenarioPlayer player(*scenario, *desk);
    player.run_to_end();
    EXPECT_EQ(player.outcomes()[0].verdict, Verdict::met);
    EXPECT_EQ(player.outcomes()[1].verdict, Verdict::missed) << "never, and it did";
    EXPECT_EQ(player.outcomes()[2].verdict, Verdict::met);
    EXPECT_EQ(scenario_message(player)["expectations"][0]["text"], "event of the fraud log");

    const std::string step = "[[step]]\nat = 1\n[[expect]]\nuntil = 3\n";
    EXPECT_EQ(complaint_about(step + "log = \"power-failure\"\n"), "");
    EXPECT_EQ(complaint_about(step + "log = \"theft\"\n"),
              "t.toml:6:7: `log` must be one of standard, fraud, disconnector, firmware, quality, communication, "
              "power-failure, recharge");
    EXPECT_EQ(complaint_about("model = \"SM306\"\n" + step + "log = \"recharge\"\n"),
              "t.toml:7:7: the SM306 has no such log");
}

// A phase that is lost, by its switch or from the network, is no fraud, whichever it is.
TEST(Scenario, PhasesThatAreLostAreNoFraud) {
    struct Cause {
        const char* key;
        const char* on;
        const char* off;
    };
    for (const Cause& cause : {Cause{"phase-switch", "true", "false"}, Cause{"voltage", "230", "0"}}) {
        for (unsigned lost = 1; lost < 8; ++lost) {
            const auto of = [&](unsigned phase) { return (lost >> phase & 1U) != 0 ? cause.off : cause.on; };
            const std::string text = fmt::format(
                "title = \"Lost\"\n[start]\ncurrent = 5\n[[step]]\nat = 2\n{} = [{}, {}, {}]\n"
                "[[step]]\nat = 16\n{} = {}\n[[expect]]\nlog = \"fraud\"\nuntil = 32\nnever = true\n",
                cause.key, of(0), of(1), of(2), cause.key, cause.on);
            const auto scenario = parse_scenario(text, "t.toml", sed302_model());
            ASSERT_TRUE(scenario) << scenario.error();
            const auto desk = desk_for(*scenario);
            ScenarioPlayer player(*scenario, *desk);
            player.run_to_end();
            EXPECT_TRUE(player.succeeded()) << text;
        }
    }
}

TEST(Scenario, OfASinglePhaseHasOnePhase) {
    const std::string text = "title = \"T\"\nmodel = \"SED102\"\n[[step]]\nat = 1\n";
    EXPECT_TRUE(parse_scenario(text + "current = [3]\n", "t.toml", sed302_model()));
    EXPECT_FALSE(parse_scenario(text + "current = [3, 4, 5]\n", "t.toml", sed302_model()));
    EXPECT_FALSE(parse_scenario(text + "reversed = true\n", "t.toml", sed302_model()));
}

// Whatever is cut out of, put into or changed in a scenario: an answer comes, and a complaint has its place.
RC_GTEST_PROP(Scenario, IsReadOrComplainedAbout, ()) {
    std::string text(shipped_scenarios().at("thief"));
    const auto edits = *rc::gen::inRange(1, 6);
    for (int i = 0; i < edits; ++i) {
        const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
        const auto length = *rc::gen::inRange<std::size_t>(0, 12);
        const auto put = *rc::gen::oneOf(rc::gen::string<std::string>(),
                                         rc::gen::element<std::string>("[[", "]]", "{", "= ", "\"", "1e999", "-1",
                                                                       "nan", "true", "[[step]]\n", "\n"));
        text.replace(at, length, put);
    }
    const auto scenario = parse_scenario(text, "t.toml", sed302_model());
    if (scenario) {
        RC_ASSERT(scenario->model != nullptr);
        RC_ASSERT(scenario->duration_s() <= longest_scenario_s);
    } else {
        RC_ASSERT(scenario.error().rfind("t.toml:", 0) == 0);
    }
}

constexpr const char* short_story = R"(
title = "Short"
[start]
current = 5
[[step]]
at = 1
say = "A cover"
open = "meter"
[[step]]
at = 3
say = "A module that is not there"
module = { slot = "1", act = "pull" }
[[expect]]
event = "meter_cover_opened"
until = 3
[[expect]]
event = "terminal_cover_opened"
until = 3
[[expect]]
event = "terminal_cover_opened"
until = 3
never = true
[[expect]]
event = "meter_cover_opened"
until = 3
never = true
[[expect]]
led = true
from = 0.5
until = 1.5
)";

TEST(Scenario, TellsWhatWasMetMissedAndNotDone) {
    const auto scenario = parse_scenario(short_story, "t.toml", sed302_model());
    ASSERT_TRUE(scenario) << scenario.error();
    const auto desk = desk_for(*scenario);
    ScenarioPlayer player(*scenario, *desk);
    EXPECT_EQ(player.outcomes()[0].verdict, Verdict::waiting);
    player.run_to_end();
    const auto verdict = [&](std::size_t index) { return player.outcomes()[index].verdict; };
    EXPECT_EQ(verdict(0), Verdict::met);
    EXPECT_EQ(verdict(1), Verdict::missed);
    EXPECT_EQ(verdict(2), Verdict::met) << "never, and it did not";
    EXPECT_EQ(verdict(3), Verdict::missed) << "never, and it did";
    EXPECT_EQ(verdict(4), Verdict::missed) << "a cover is noticed once it is open for a second";
    EXPECT_NEAR(*player.outcomes()[0].at_s, 2, 0.3);
    EXPECT_THAT(player.problems(), ElementsAre("at 3.0 s: there is no module in that slot"));
    EXPECT_FALSE(player.succeeded());

    const Json message = scenario_message(player);
    EXPECT_EQ(message["taken"], 2);
    EXPECT_EQ(message["expectations"][0]["verdict"], "met");
    EXPECT_EQ(message["expectations"][1]["at"], nullptr);
    EXPECT_EQ(message["problems"].size(), 1U);
}

TEST(Scenario, IsTheSameAtEverySpeed) {
    const auto scenario = load_scenario("brown-out", sed302_model());
    ASSERT_TRUE(scenario) << scenario.error();
    const auto desk = desk_for(*scenario, 100);
    ScenarioPlayer player(*scenario, *desk);
    for (int i = 0; i < 50; ++i) player.run_for(std::chrono::milliseconds{10});
    EXPECT_NEAR(player.elapsed_s(), 50, 1e-6);
    EXPECT_TRUE(player.finished());
    EXPECT_TRUE(player.succeeded());
}

TEST(ScenarioProgram, ExitsByWhatCame) {
    const auto well = test::run({BLATHY_PROGRAM, "scenario", "brown-out", "--json"});
    EXPECT_EQ(well.exit_code, 0);
    const auto report = nlohmann::json::parse(well.out);
    EXPECT_EQ(report["succeeded"], true);
    EXPECT_THAT(report["events"].dump(), HasSubstr("undervoltage_began"));

    const auto file = std::filesystem::temp_directory_path() / "blathy-scenario-test.toml";
    std::ofstream(file) << short_story;
    const auto badly = test::run({BLATHY_PROGRAM, "scenario", file.string()});
    EXPECT_EQ(badly.exit_code, 1);
    EXPECT_THAT(badly.out, HasSubstr("MISSED  terminal cover opened, 0 to 3 s: not seen"));
    EXPECT_THAT(badly.out, HasSubstr("Could not be done at 3.0 s"));
    std::ofstream(file) << "title = 3\n";
    const auto not_at_all = test::run({BLATHY_PROGRAM, "scenario", file.string()});
    EXPECT_EQ(not_at_all.exit_code, 2);
    EXPECT_THAT(not_at_all.err, HasSubstr(":1:9: `title` must be a string"));
    std::filesystem::remove(file);
    EXPECT_EQ(test::run({BLATHY_PROGRAM, "scenario", "no-such"}).exit_code, 2);

    EXPECT_THAT(test::run({BLATHY_PROGRAM, "scenario", "list"}).out, HasSubstr("thief"));
    EXPECT_THAT(test::run({BLATHY_PROGRAM, "meter", "--scenario", "list"}).out, HasSubstr("thief"));
    EXPECT_EQ(test::run({BLATHY_PROGRAM, "scenario", "storm", "--print"}).out, shipped_scenarios().at("storm"));
    EXPECT_THAT(test::run({BLATHY_PROGRAM, "scenario", "storm"}).out,
                HasSubstr("push last gasp received at 192.0.2.7:4059"));
}

}  // namespace
}  // namespace blathy::apps
