#include "apps/blathy/simulate/command.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/blathy/client/commands.hpp"
#include "apps/blathy/simulate/bills.hpp"
#include "apps/blathy/simulate/clock_watch.hpp"
#include "apps/blathy/simulate/event_count.hpp"
#include "apps/blathy/whole_number.hpp"
#include "meter/models/models.hpp"
#include "world/analog_front_end.hpp"
#include "world/factory_crystal.hpp"
#include "world/simulation/comparison.hpp"

namespace blathy::apps {
namespace {

using namespace std::chrono;
using meter::UtcTime;
using nlohmann::json;

constexpr const char* simulate_description = R"(Let a meter live from one day to another, and print its bills.

Load, tariffs, daylight saving and the schedule of the bills are as in the field. With --faults power fails at any
moment, also while a bill is being written, the clock is set forwards and backwards, covers are opened, magnets come
near, and somebody presses the reset button. With --crystal the clock is a crystal's, calibrated at the factory, in a
cabinet outdoors through the seasons; its drift is printed. The same seed gives the same life.

An oracle that shares no code with the meter reckons registers, bills and profiles from the same measurements, and
all are compared to the last digit. Every row that was billed is printed, also those that the meter keeps no longer.)";

constexpr const char* simulate_footer =
    R"(Exit codes: 0 the oracle agrees, the logs have counted every event, and the clock has kept within 0.5 s a day;
1 not so; 2 bad usage.

Examples:
  blathy simulate --model SED302 --from 2026-01-01 --to 2027-01-01
  blathy simulate --model SM120B2 --faults --crystal --seed 7 --json)";

// IEC 62054-21 at reference temperature; here at any.
constexpr milliseconds clock_limit{500};

struct SimulateOptions {
    std::string model = "SED302";
    std::string from = "2026-01-01";
    std::string to = "2027-01-01";
    std::uint64_t seed = 1;
    bool faults = false;
    bool crystal = false;
    bool json = false;
};

std::optional<UtcTime> parse_day(const std::string& text) {
    int year_number = 0;
    unsigned month_number = 0;
    unsigned day_number = 0;
    char end = 0;
    if (std::sscanf(text.c_str(), "%4d-%2u-%2u%c", &year_number, &month_number, &day_number, &end) != 3) return {};
    const year_month_day date{year{year_number}, month{month_number}, day{day_number}};
    if (!date.ok() || year_number < 2000 || year_number > 2099) return std::nullopt;
    return UtcTime{sys_days{date}};
}

// What is to be lived, out of the words of a user.
struct Plan {
    const meter::Model* model;
    UtcTime from;
    UtcTime to;
};
std::optional<Plan> plan_of(const SimulateOptions& options, std::ostream& err) {
    const meter::Model* model = meter::find_model(options.model);
    if (model == nullptr) {
        err << fmt::format("blathy: no model is called '{}'; there are", options.model);
        for (const meter::Model* known : meter::all_models()) err << ' ' << known->name;
        err << '\n';
        return std::nullopt;
    }
    const auto day_of = [&](const char* option, const std::string& text) {
        const auto day = parse_day(text);
        if (!day) err << fmt::format("blathy: {}: '{}' is no day from 2000-01-01 to 2099-12-31\n", option, text);
        return day;
    };
    const auto from = day_of("--from", options.from);
    const auto to = day_of("--to", options.to);
    if (!from || !to) return std::nullopt;
    if (*to <= *from) {
        err << fmt::format("blathy: --to {} is not behind --from {}\n", options.to, options.from);
        return std::nullopt;
    }
    return Plan{model, *from, *to};
}

void print_table(std::ostream& out, const json& rows) {
    for (const auto& row : rows) {
        std::string line;
        for (const auto& [name, value] : row.items()) {
            line += fmt::format("  {} {}", name, value.is_string() ? value.get<std::string>() : value.dump());
        }
        out << line << '\n';
    }
}

// Its crystal is off by its making, as production has it, and the factory measures it.
std::optional<world::Crystal> crystal_of(const SimulateOptions& options, const meter::Model& model) {
    if (!options.crystal) return std::nullopt;
    return world::Crystal{.offset_ppm = world::AnalogFrontEnd::manufacture(model, options.seed).crystal_ppm,
                          .temperature_c = world::reference_temperature_c};
}

void print(std::ostream& out, const json& result) {
    out << "monthly\n";
    print_table(out, result["monthly"]);
    out << "daily\n";
    print_table(out, result["daily"]);
    for (const auto& [name, count] : result["events"].items()) out << fmt::format("{:24}{}\n", name, count.dump());
    if (const json& clock = result["clock"]; !clock.is_null()) {
        out << fmt::format(
            "the crystal is off by {:.1f} ppm at 25 degrees C; calibrated, the clock has gained {:.3f} s, "
            "{:.3f} s on its worst day\n",
            clock["crystal_ppm"].get<double>(), clock["drift_s"].get<double>(), clock["worst_day_s"].get<double>());
    }
    if (const json& difference = result["difference"]; !difference.is_null()) {
        out << difference.get<std::string>() << '\n';
    }
    out << fmt::format(
        "{} from {} to {} in {:.2f} s; the oracle {}; the logs {}\n", result["model"].get<std::string>(),
        result["from"].get<std::string>(), result["to"].get<std::string>(), result["wall_time_s"].get<double>(),
        result["oracle_agrees"].get<bool>() ? "agrees" : "does not agree",
        result["events_agree"].get<bool>() ? "have counted every event" : "have not counted every event");
}

int simulate(const SimulateOptions& options, std::ostream& out, std::ostream& err) {
    const auto plan = plan_of(options, err);
    if (!plan) return exit_failed;
    const auto begin = steady_clock::now();
    const auto crystal = crystal_of(options, *plan->model);
    const std::int32_t crystal_ppb = crystal ? world::crystal_deviation_at_factory(*crystal) : 0;
    EventCount events;
    world::LivedMeter lived(*plan->model, plan->from, events.hook());
    world::Oracle oracle(*plan->model, plan->from, {.crystal_ppb = crystal_ppb});
    world::Random random(options.seed);
    const meter::Calendar calendar = world::random_calendar(random);
    const meter::SpecialDays special_days = world::random_special_days(random, calendar);
    bool whole = lived.meter().calibrate_crystal(crystal_ppb) &&
                 keep_passive_calendar(lived.meter().store(), calendar) &&
                 !lived.meter().account(&meter::Accounting::activate_calendar) &&
                 lived.meter().account(&meter::Accounting::set_special_days, special_days);
    oracle.set_calendar(calendar, special_days);
    world::Life life(*plan->model, plan->from, plan->to, options.seed, {.faults = options.faults, .crystal = crystal});
    Bills bills;
    ClockWatch watch(plan->from);
    while (whole && !life.over()) {
        const world::Step step = life.next();
        whole = world::live_both(lived, oracle, step);
        if (const auto* set = std::get_if<world::ClockIsSet>(&step)) watch.set_by(set->by);
        watch.look(life.now(), lived.meter().clock().now());
        events.note(step);
        bills.collect(lived.meter());
    }
    const std::string difference =
        whole ? world::first_difference(lived.meter(), oracle) : "energy that was durable is lost, or there by half";
    const bool all_told = events.agrees(lived.meter());
    const bool in_time = watch.worst_day() <= clock_limit;
    const duration<double> wall = steady_clock::now() - begin;

    json clock = nullptr;
    if (crystal) {
        clock = {{"crystal_ppm", crystal->offset_ppm},
                 {"calibrated_ppb", crystal_ppb},
                 {"drift_s", duration<double>(watch.drift()).count()},
                 {"worst_day_s", duration<double>(watch.worst_day()).count()},
                 {"within_limit", in_time}};
    }
    const json result = {{"model", plan->model->name},
                         {"from", options.from},
                         {"to", options.to},
                         {"seed", options.seed},
                         {"faults", options.faults},
                         {"oracle_agrees", difference.empty()},
                         {"difference", difference.empty() ? json(nullptr) : json(difference)},
                         {"events_agree", all_told},
                         {"clock", std::move(clock)},
                         {"registers", registers_of(lived.meter())},
                         {"monthly", bills.monthly()},
                         {"daily", bills.daily()},
                         {"events", events.as_json()},
                         {"wall_time_s", wall.count()}};
    if (options.json) {
        out << result.dump(2) << '\n';
    } else {
        print(out, result);
    }
    out.flush();
    if (!out) return exit_failed;
    constexpr int not_so = 1;
    return difference.empty() && all_told && in_time ? exit_ok : not_so;
}

}  // namespace

void add_simulate_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("simulate", simulate_description);
    command->footer(simulate_footer);
    auto options = std::make_shared<SimulateOptions>();
    command->add_option("--model", options->model, "SED102, SED302, SM306, SM307 or SM120B2")->capture_default_str();
    command->add_option("--from", options->from, "first day, YYYY-MM-DD")->capture_default_str();
    command->add_option("--to", options->to, "the day after the last one")->capture_default_str();
    command->add_option("--seed", options->seed, "of the life")->check(whole_number(0))->capture_default_str();
    command->add_flag("--faults", options->faults, "outages, clock sets, resets, tampers");
    command->add_flag("--crystal", options->crystal, "the clock is a crystal's, outdoors through the seasons");
    command->add_flag("--json", options->json,
                      "registers, every daily and monthly row, event counts, drift of the clock, wall time");
    command->callback([=, &exit_code] { exit_code = simulate(*options, std::cout, std::cerr); });
}

}  // namespace blathy::apps
