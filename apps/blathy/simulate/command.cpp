#include "apps/blathy/simulate/command.hpp"

#include <array>
#include <chrono>
#include <iostream>
#include <memory>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/blathy/client/commands.hpp"
#include "meter/models/models.hpp"
#include "world/simulation/lived_meter.hpp"
#include "world/simulation/oracle.hpp"

namespace blathy::apps {
namespace {

using namespace std::chrono;
using meter::ProfileId;
using meter::UtcTime;
using nlohmann::json;

constexpr const char* simulate_description = R"(Let a meter live from one day to another, and print its bills.

Load, tariffs, daylight saving and the schedule of the bills are as in the field; with --faults power fails at any
moment, the clock is set forwards and backwards, covers are opened, magnets come near, and somebody presses the reset
button. The same seed gives the same life. An oracle that
shares no code with the meter reckons the same bills, and the two are compared to the last digit.

The rows are those that the meter keeps at the end: the newest 12 monthly (SM120B2: 17) and 62 daily ones. Older ones have
given way to them, as in the field.)";

constexpr const char* simulate_footer =
    R"(Exit codes: 0 the oracle agrees, and the logs have counted every event; 1 not so; 2 bad usage.

Examples:
  blathy simulate --model SED302 --from 2026-01-01 --to 2027-01-01
  blathy simulate --model SM120B2 --faults --seed 7 --json)";

using meter::event_names;
using EventCounts = std::array<std::uint64_t, meter::event_kinds>;

struct SimulateOptions {
    std::string model = "SED302";
    std::string from = "2026-01-01";
    std::string to = "2027-01-01";
    std::uint64_t seed = 1;
    bool faults = false;
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

std::string text_of(UtcTime utc, const meter::Clock& clock) {
    const auto local = meter::local_of(clock, utc);
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", sys_seconds{floor<seconds>(local.time_since_epoch())});
}

std::string name_of(const meter::CaptureObject& column) {
    const dlms::ObisText name(column.attribute.instance);
    constexpr std::int8_t value = 2;
    return column.attribute.attribute == value ? std::string(name.view())
                                               : fmt::format("{}/{}", name.view(), column.attribute.attribute);
}

json rows_of(const meter::Meter& meter, ProfileId id) {
    json rows = json::array();
    const meter::RowLog& log = meter.accounting().log(id);
    const meter::ProfileSettings settings = meter.accounting().profile(id);
    const auto columns = settings.columns.view();
    const std::uint32_t promised = promised_rows(meter.model(), id);
    for (std::uint32_t i = std::max(log.first(), log.end() - std::min(log.end(), promised)); i < log.end(); ++i) {
        meter::RowValues cells{};
        if (!log.read(i, cells)) continue;
        json row = json::object();
        for (std::size_t j = 0; j < columns.size(); ++j) {
            const auto column = column_of(meter.model(), columns[j]);
            const std::string name = name_of(columns[j]);
            if (column->kind == meter::Column::Kind::clock) {
                row[name] = text_of(UtcTime{milliseconds{cells[j] >> 1}}, meter.clock());
            } else if (column->kind == meter::Column::Kind::instant) {
                row[name] = cells[j] == 0 ? json(nullptr) : json(text_of(UtcTime{seconds{cells[j]}}, meter.clock()));
            } else {
                row[name] = cells[j];
            }
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

json registers_of(const meter::Meter& meter) {
    json registers = json::object();
    for (const meter::Quantity quantity : meter::demand_quantities) {
        for (const int d : {meter::obis_energy, meter::obis_billing_energy, meter::obis_maximum_demand,
                            meter::obis_cumulative_demand}) {
            for (int e = 0; e <= meter.model().tariffs.tariffs; ++e) {
                const dlms::Obis name(1, 0, quantity, d, e);
                if (const auto value = meter.registers().read(name)) {
                    registers[std::string(dlms::ObisText(name).view())] = *value;
                }
            }
        }
    }
    for (const dlms::Obis& name :
         {meter::available_credit_name, meter::credited_amount_name, meter::consumed_amount_name}) {
        if (const auto value = meter.registers().read(name)) {
            registers[std::string(dlms::ObisText(name).view())] = *value;
        }
    }
    return registers;
}

bool same_rows(const meter::RowLog& log, const std::vector<world::Oracle::Row>& rows) {
    if (log.end() != rows.size()) return false;
    for (std::uint32_t i = log.first(); i < log.end(); ++i) {
        meter::RowValues cells{};
        if (!log.read(i, cells) || !std::equal(rows[i].begin(), rows[i].end(), cells.begin())) return false;
    }
    return true;
}

bool agree(const meter::Meter& meter, const world::Oracle& oracle) {
    const auto& accounting = meter.accounting();
    for (std::size_t i = 0; i < world::Oracle::quantities; ++i) {
        for (std::size_t of = 0; of < world::Oracle::tariffs; ++of) {
            const auto read = [&](int d) {
                return meter.registers().read(dlms::Obis(1, 0, meter::demand_quantities[i], d, static_cast<int>(of)));
            };
            if (read(meter::obis_energy) != oracle.energy_wh(i, of) ||
                read(meter::obis_maximum_demand) != oracle.peak[i][of] ||
                read(meter::obis_cumulative_demand) != oracle.cumulative[i][of]) {
                return false;
            }
        }
    }
    return same_rows(accounting.log(ProfileId::monthly), oracle.monthly) &&
           same_rows(accounting.log(ProfileId::daily), oracle.daily) &&
           same_rows(accounting.log(ProfileId::load_1), oracle.load_1) &&
           same_rows(accounting.log(ProfileId::load_2), oracle.load_2);
}

// Each log has counted what the meter has told, and each hand on a cover or a magnet was noticed.
bool events_agree(const meter::Meter& meter, const EventCounts& told, std::uint64_t hands) {
    using meter::EventKind;
    std::array<std::uint64_t, meter::event_logs> expected{};
    for (std::size_t i = 0; i < told.size(); ++i) {
        const auto log = meter::entry_of(meter.model().companion, static_cast<EventKind>(i), 1).log;
        if (log) expected[static_cast<std::size_t>(*log)] += told[i];
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (meter.events().count(static_cast<meter::EventLogId>(i)) != expected[i]) return false;
    }
    std::uint64_t noticed = 0;
    for (const EventKind kind :
         {EventKind::terminal_cover_opened, EventKind::terminal_cover_closed, EventKind::meter_cover_opened,
          EventKind::meter_cover_closed, EventKind::module_cover_opened, EventKind::module_cover_closed,
          EventKind::magnetic_field_began, EventKind::magnetic_field_ended}) {
        noticed += told[static_cast<std::size_t>(kind)];
    }
    return noticed == hands;
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

int simulate(const SimulateOptions& options, std::ostream& out, std::ostream& err) {
    constexpr int bad_usage = 2;
    const meter::Model* model = meter::find_model(options.model);
    const auto from = parse_day(options.from);
    const auto to = parse_day(options.to);
    if (model == nullptr || !from || !to || *to <= *from) {
        err << "blathy: no such model, or no such days\n";
        return bad_usage;
    }
    const auto begin = steady_clock::now();
    EventCounts events{};
    const meter::EventHook hook{[](void* context, const meter::Event& event) {
                                    ++(*static_cast<EventCounts*>(context))[static_cast<std::size_t>(event.kind)];
                                },
                                &events};
    world::LivedMeter lived(*model, *from, hook);
    world::Oracle oracle(*model, *from);
    world::Random random(options.seed);
    const meter::Calendar calendar = world::random_calendar(random);
    const meter::SpecialDays special_days = world::random_special_days(random, calendar);
    const bool in_force = keep_passive_calendar(lived.meter().store(), calendar) &&
                          !lived.meter().account(&meter::Accounting::activate_calendar) &&
                          lived.meter().account(&meter::Accounting::set_special_days, special_days);
    if (in_force) oracle.set_calendar(calendar, special_days);
    world::Life life(*model, *from, *to, options.seed, {.faults = options.faults});
    duration<double> oracle_time{};
    std::uint64_t hands = 0;
    while (!life.over()) {
        const world::Step step = life.next();
        lived.live(step);
        if (std::holds_alternative<world::HandsAreOn>(step)) ++hands;
        const auto before = steady_clock::now();
        oracle.live(step);
        oracle_time += steady_clock::now() - before;
    }
    const bool agreed = in_force && agree(lived.meter(), oracle);
    const bool all_told = events_agree(lived.meter(), events, hands);
    const duration<double> wall = steady_clock::now() - begin - oracle_time;

    json counts = json::object();
    for (std::size_t i = 0; i < events.size(); ++i) counts[std::string(event_names[i])] = events[i];
    json result = {{"model", model->name},
                   {"from", options.from},
                   {"to", options.to},
                   {"seed", options.seed},
                   {"faults", options.faults},
                   {"oracle_agrees", agreed},
                   {"events_agree", all_told},
                   {"registers", registers_of(lived.meter())},
                   {"monthly", rows_of(lived.meter(), ProfileId::monthly)},
                   {"daily", rows_of(lived.meter(), ProfileId::daily)},
                   {"events", std::move(counts)},
                   {"wall_time_s", wall.count()}};
    if (options.json) {
        out << result.dump(2) << '\n';
    } else {
        out << "monthly\n";
        print_table(out, result["monthly"]);
        out << "daily\n";
        print_table(out, result["daily"]);
        for (const auto& [name, count] : result["events"].items()) out << fmt::format("{:24}{}\n", name, count.dump());
        out << fmt::format("{} from {} to {} in {:.2f} s; the oracle {}; the logs {}\n", model->name, options.from,
                           options.to, wall.count(), agreed ? "agrees" : "does not agree",
                           all_told ? "have counted every event" : "have not counted every event");
    }
    return agreed && all_told ? 0 : 1;
}

}  // namespace

void add_simulate_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("simulate", simulate_description);
    command->footer(simulate_footer);
    auto options = std::make_shared<SimulateOptions>();
    command->add_option("--model", options->model, "SED102, SED302, SM306, SM307 or SM120B2")->capture_default_str();
    command->add_option("--from", options->from, "first day, YYYY-MM-DD")->capture_default_str();
    command->add_option("--to", options->to, "the day after the last one")->capture_default_str();
    command->add_option("--seed", options->seed, "of the life")->capture_default_str();
    command->add_flag("--faults", options->faults, "outages, clock sets, resets, tampers");
    command->add_flag("--json", options->json, "registers, every daily and monthly row, event counts, wall time");
    command->callback([=, &exit_code] { exit_code = simulate(*options, std::cout, std::cerr); });
}

}  // namespace blathy::apps
