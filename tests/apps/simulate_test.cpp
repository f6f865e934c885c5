// `blathy simulate` as a program: its bills, its oracle, its clock, and what it says to bad usage.
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/blathy/simulate/bills.hpp"
#include "meter/models/models.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

using nlohmann::json;

Outcome simulate(std::vector<std::string> options) {
    std::vector<std::string> command = {blathy, "simulate"};
    command.insert(command.end(), options.begin(), options.end());
    return run(command);
}

json simulated(std::vector<std::string> options) {
    options.emplace_back("--json");
    const Outcome outcome = simulate(std::move(options));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err << outcome.out.substr(0, 2000);
    EXPECT_EQ(outcome.err, "");
    return json::parse(outcome.out, nullptr, false);
}

class SimulateModel : public ::testing::TestWithParam<const meter::Model*> {};
INSTANTIATE_TEST_SUITE_P(Models, SimulateModel,
                         ::testing::ValuesIn(meter::all_models().begin(), meter::all_models().end()),
                         [](const auto& of) { return std::string(of.param->name); });

TEST_P(SimulateModel, LivesOverAMonthEndAndBillsIt) {
    const meter::Model& model = *GetParam();
    const json life = simulated(
        {"--model", std::string(model.name), "--from", "2026-02-26", "--to", "2026-03-03", "--seed", "5", "--crystal"});
    ASSERT_TRUE(life.is_object());
    EXPECT_EQ(life.at("model"), model.name);
    EXPECT_EQ(life.at("from"), "2026-02-26");
    EXPECT_EQ(life.at("to"), "2026-03-03");
    EXPECT_EQ(life.at("seed"), 5);
    EXPECT_EQ(life.at("faults"), false);
    EXPECT_EQ(life.at("oracle_agrees"), true);
    EXPECT_EQ(life.at("difference"), nullptr);
    EXPECT_EQ(life.at("events_agree"), true);
    EXPECT_GT(life.at("wall_time_s").get<double>(), 0);

    // The days are those of UTC, and local midnights are an hour before.
    const json& daily = life.at("daily");
    ASSERT_EQ(daily.size(), 5U);
    EXPECT_EQ(daily.front().at("0-0:1.0.0.255"), "2026-02-27 00:00:00");
    EXPECT_EQ(daily.back().at("0-0:1.0.0.255"), "2026-03-03 00:00:00");
    const json& monthly = life.at("monthly");
    ASSERT_EQ(monthly.size(), 1U);
    const json& bill = monthly.front();
    EXPECT_EQ(bill.at("0-0:1.0.0.255"), "2026-03-01 00:00:00");

    // The bill is the day's row of the same moment, its tariffs sum up to its total, and what was billed is behind it.
    const json& registers = life.at("registers");
    const std::string imported = "1-0:1.8.0.255";
    EXPECT_EQ(bill.at(imported), daily.at(2).at(imported));
    std::int64_t of_tariffs_wh = 0;
    for (int tariff = 1; tariff <= 4; ++tariff) {
        of_tariffs_wh += bill.at("1-0:1.8." + std::to_string(tariff) + ".255").get<std::int64_t>();
    }
    EXPECT_LE(std::abs(bill.at(imported).get<std::int64_t>() - of_tariffs_wh), 4) << "each rounds down";
    EXPECT_GT(bill.at(imported), 0);
    EXPECT_EQ(registers.at("1-0:1.9.0.255"),
              registers.at(imported).get<std::int64_t>() - bill.at(imported).get<std::int64_t>());
    EXPECT_EQ(registers.at("1-0:1.2.0.255"), bill.at("1-0:1.6.0.255"));
    EXPECT_EQ(registers.contains("0-0:19.128.0.255"), model.functions.prepayment);

    const json& events = life.at("events");
    EXPECT_EQ(events.size(), meter::event_kinds);
    EXPECT_EQ(events.at("billing_reset"), 1);
    EXPECT_EQ(events.at("power_up"), 0);

    const json& clock = life.at("clock");
    EXPECT_NE(clock.at("crystal_ppm"), 0.0);
    EXPECT_EQ(clock.at("within_limit"), true);
    EXPECT_NE(clock.at("drift_s"), 0.0);
    EXPECT_LE(std::abs(clock.at("drift_s").get<double>()), 5 * clock.at("worst_day_s").get<double>() + 0.01);
}

TEST_P(SimulateModel, AgreesWithTheOracleThroughFaults) {
    const json life = simulated({"--model", std::string(GetParam()->name), "--from", "2026-10-20", "--to", "2026-11-03",
                                 "--seed", "11", "--faults", "--crystal"});
    ASSERT_TRUE(life.is_object());
    EXPECT_EQ(life.at("faults"), true);
    EXPECT_EQ(life.at("oracle_agrees"), true) << life.at("difference");
    EXPECT_EQ(life.at("events_agree"), true);
    EXPECT_EQ(life.at("clock").at("within_limit"), true);
    EXPECT_GT(life.at("events").at("power_up"), 0);
}

TEST(Simulate, HasEveryRowThatWasBilledAlsoThoseThatTheMeterHasNoLonger) {
    using namespace std::chrono;
    constexpr std::uint32_t billed = 4000;
    world::LivedMeter lived(*meter::find_model("SED302"), sys_days{year{2026} / 1 / 1} + hours{12});
    apps::Bills bills;
    meter::Interval second;
    second.duration_us = 1'000'000;
    for (std::uint32_t i = 0; i < billed; ++i) {
        lived.meter().advance(second);
        ASSERT_TRUE(lived.meter().account(&meter::Accounting::bill, meter::Billing::daily));
        bills.collect(lived.meter());
        bills.collect(lived.meter());
    }
    ASSERT_GT(lived.meter().accounting().log(meter::ProfileId::daily).first(), 0U) << "the oldest are gone";
    ASSERT_EQ(bills.daily().size(), billed);
    EXPECT_EQ(bills.daily().front().at("0-0:1.0.0.255"), "2026-01-01 13:00:01");
    EXPECT_EQ(bills.daily().back().at("0-0:1.0.0.255"), "2026-01-01 14:06:40");
    EXPECT_TRUE(bills.monthly().empty());
}

TEST(Simulate, PrintsBillsEventsAndTheClock) {
    const Outcome outcome = simulate({"--model", "sm307", "--from", "2026-03-31", "--to", "2026-04-02", "--crystal"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("monthly\n  0-0:1.0.0.255 2026-04-01 00:00:00"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("daily\n"), std::string::npos);
    EXPECT_NE(outcome.out.find("the crystal is off by "), std::string::npos);
    EXPECT_NE(outcome.out.find("SM307 from 2026-03-31 to 2026-04-02 in "), std::string::npos);
    EXPECT_NE(outcome.out.find("the oracle agrees; the logs have counted every event"), std::string::npos);
}

TEST(Simulate, TheSameSeedIsTheSameLife) {
    const auto life = [](const char* seed) {
        json result =
            simulated({"--from", "2026-05-01", "--to", "2026-05-08", "--seed", seed, "--faults", "--crystal"});
        result.erase("wall_time_s");
        result.erase("seed");
        return result;
    };
    EXPECT_EQ(life("3"), life("3"));
    EXPECT_NE(life("3"), life("4"));
}

struct BadUsage {
    std::vector<std::string> options;
    const char* says;
};

TEST(Simulate, BadUsageIsSaid) {
    const BadUsage bad[] = {
        {{"--model", "SED999"}, "no model is called 'SED999'; there are SED102 SED302 SM306 SM307 SM120B2"},
        {{"--from", "2026-02-30"}, "--from: '2026-02-30' is no day"},
        {{"--from", "yesterday"}, "--from: 'yesterday' is no day"},
        {{"--to", "2026-01-01x"}, "--to: '2026-01-01x' is no day"},
        {{"--to", "1999-12-31"}, "--to: '1999-12-31' is no day"},
        {{"--from", "2026-03-01", "--to", "2026-02-28"}, "--to 2026-02-28 is not behind --from 2026-03-01"},
        {{"--from", "2026-03-01", "--to", "2026-03-01"}, "--to 2026-03-01 is not behind --from 2026-03-01"},
        {{"--seed", "lucky"}, "--seed"},
        {{"--seed", "-1"}, "--seed"},
        {{"--sed", "1"}, "--sed"},
    };
    for (const auto& [options, says] : bad) {
        const Outcome outcome = simulate(options);
        EXPECT_EQ(outcome.exit_code, 2) << says;
        EXPECT_EQ(outcome.out, "") << says;
        EXPECT_NE(outcome.err.find(says), std::string::npos) << outcome.err;
    }
}

}  // namespace
}  // namespace blathy::test
