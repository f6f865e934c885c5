#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/blathy/meter/event_text.hpp"
#include "apps/blathy/meter/push_sender.hpp"
#include "apps/blathy/scenario/scenario.hpp"
#include "apps/blathy/toml.hpp"
#include "meter/models/models.hpp"

namespace blathy::apps {
namespace {

constexpr int earliest_year = 2000;
constexpr int latest_year = 2099;

// The first complaint, with its place in the file.
class Complaint {
  public:
    explicit Complaint(const std::string& file) : file_(file) {}

    void at(const toml::source_region& place, const std::string& what) {
        if (text_.empty()) text_ = fmt::format("{}:{}:{}: {}", file_, place.begin.line, place.begin.column, what);
    }
    void at(const toml::node& node, const std::string& what) { at(node.source(), what); }
    void whole(const std::string& what) {
        if (text_.empty()) text_ = fmt::format("{}:1:1: {}", file_, what);
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    const std::string& file_;
    std::string text_;
};

template <class Names>
std::string listed(const Names& names) {
    std::string list;
    for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
    return list;
}

// One table: each key is asked for by its type, and what nobody asked for there is not.
class KeyReader {
  public:
    KeyReader(Complaint& complaint, const toml::table& table) : complaint_(complaint), table_(table) {}

    const toml::node* node(std::string_view key) {
        known_.push_back(key);
        return table_.get(key);
    }
    std::optional<double> number(std::string_view key) {
        const toml::node* const found = node(key);
        return found == nullptr ? std::nullopt : number_in(*found, key);
    }
    std::optional<double> number_in(const toml::node& found, std::string_view key) {
        if (!found.is_number()) return refuse<double>(found, key, "a number");
        return found.value<double>();
    }
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high) {
        const toml::node* const found = node(key);
        return found == nullptr ? std::nullopt : integer_in(*found, key, low, high);
    }
    std::optional<std::int64_t> integer_in(const toml::node& found, std::string_view key, std::int64_t low,
                                           std::int64_t high) {
        const auto* const value = found.as_integer();
        if (value != nullptr && value->get() >= low && value->get() <= high) return value->get();
        return refuse<std::int64_t>(found, key, fmt::format("a whole number from {} to {}", low, high));
    }
    std::optional<bool> boolean(std::string_view key) {
        const toml::node* const found = node(key);
        return found == nullptr ? std::nullopt : boolean_in(*found, key);
    }
    std::optional<bool> boolean_in(const toml::node& found, std::string_view key) {
        if (!found.is_boolean()) return refuse<bool>(found, key, "true or false");
        return found.value<bool>();
    }
    std::optional<std::string> text(std::string_view key) {
        const toml::node* const found = node(key);
        return found == nullptr ? std::nullopt : text_in(*found, key);
    }
    std::optional<std::string> text_in(const toml::node& found, std::string_view key) {
        const auto* const value = found.as_string();
        if (value == nullptr) return refuse<std::string>(found, key, "a string");
        return value->get();
    }
    template <std::size_t count>
    std::optional<std::size_t> name(std::string_view key, const std::array<std::string_view, count>& names) {
        const toml::node* const found = node(key);
        return found == nullptr ? std::nullopt : name_in(*found, key, names);
    }
    template <std::size_t count>
    std::optional<std::size_t> name_in(const toml::node& found, std::string_view key,
                                       const std::array<std::string_view, count>& names) {
        const auto value = text_in(found, key);
        if (!value) return std::nullopt;
        if (const auto number = number_of(names, *value)) return number;
        complaint_.at(found, fmt::format("`{}` must be one of {}", key, listed(names)));
        return std::nullopt;
    }
    // The tables of a list of them, or the one table that stands there alone.
    std::vector<const toml::table*> tables(std::string_view key) {
        std::vector<const toml::table*> result;
        const toml::node* const found = node(key);
        if (found == nullptr) return result;
        if (found->is_table()) return {found->as_table()};
        const auto* const array = found->as_array();
        if (array == nullptr) {
            complaint_.at(*found, fmt::format("`{}` must be a table", key));
            return result;
        }
        for (const toml::node& element : *array) {
            if (element.is_table()) {
                result.push_back(element.as_table());
            } else {
                complaint_.at(element, fmt::format("`{}` must be a table", key));
            }
        }
        return result;
    }
    // After the last question.
    void finish() {
        for (const auto& [key, node] : table_) {
            if (std::ranges::find(known_, key.str()) == known_.end()) {
                complaint_.at(key.source(), fmt::format("there is no key `{}` here", key.str()));
            }
        }
    }
    void complain(const std::string& what) { complaint_.at(table_, what); }
    void complain(const toml::node& where, const std::string& what) { complaint_.at(where, what); }

  private:
    template <class Value>
    std::optional<Value> refuse(const toml::node& found, std::string_view key, std::string_view type) {
        complaint_.at(found, fmt::format("`{}` must be {}", key, type));
        return std::nullopt;
    }

    Complaint& complaint_;
    const toml::table& table_;
    std::vector<std::string_view> known_;
};

// What a step does, or what there is at the start.
class DeedReader {
  public:
    DeedReader(KeyReader& in, Complaint& complaint, const meter::Model& model)
        : in_(in), complaint_(complaint), model_(model) {}

    std::vector<Deed> read() {
        if (const auto on = in_.boolean("household")) add("household", SetHousehold{*on});
        numbers("voltage", &SetPhase::voltage_v);
        numbers("current", &SetPhase::current_a);
        numbers("power-factor", &SetPhase::power_factor);
        booleans("inductive", &SetPhase::inductive);
        booleans("export", &SetPhase::exporting);
        numbers("bypass", &SetPhase::bypass);
        if (const auto hz = in_.number("frequency")) add("frequency", SetMains{*hz, {}});
        if (const auto reversed = in_.boolean("reversed")) add("reversed", SetMains{{}, *reversed});
        each_phase("phase-switch", [&](const toml::node& node, std::size_t phase) {
            if (const auto closed = in_.boolean_in(node, "phase-switch")) add(node, SetSwitch{phase, *closed});
        });
        if (const auto closed = in_.boolean("neutral-switch")) add("neutral-switch", SetSwitch{{}, *closed});
        names("open", cover_names, [](std::size_t cover) { return SetCover{static_cast<Cover>(cover), true}; });
        names("close", cover_names, [](std::size_t cover) { return SetCover{static_cast<Cover>(cover), false}; });
        if (const auto field = in_.number("magnet")) add("magnet", SetMagnet{*field});
        battery();
        for (const toml::table* table : in_.tables("module")) module(*table);
        contacts("weld", true);
        contacts("free", false);
        each_of("press", [&](const toml::node& node) {
            const auto button = in_.name_in(node, "press", button_names);
            if (!button) return;
            // Down and up: held, it is another press.
            for (const bool pressed : {true, false}) add(node, PressButton{static_cast<Button>(*button), pressed});
        });
        names("client", client_act_names, [](std::size_t act) { return DoAsClient{static_cast<ClientAct>(act)}; });
        return std::move(deeds_);
    }

  private:
    void add(const toml::node& where, const Deed& deed) {
        if (const auto problem = problem_of(model_, deed); !problem.empty()) complaint_.at(where, problem);
        deeds_.push_back(deed);
    }
    void add(std::string_view key, const Deed& deed) { add(*in_.node(key), deed); }

    // One value of all phases, or a list with one of each.
    template <class Take>
    void each_phase(std::string_view key, Take&& take) {
        const toml::node* const found = in_.node(key);
        if (found == nullptr) return;
        const auto* const list = found->as_array();
        if (list != nullptr && list->size() != model_.phases) {
            complaint_.at(*found, fmt::format("`{}` must have a value of each of {} phases", key, model_.phases));
            return;
        }
        for (std::size_t phase = 0; phase < model_.phases; ++phase) {
            take(list == nullptr ? *found : *list->get(phase), phase);
        }
    }
    void numbers(std::string_view key, std::optional<double> SetPhase::*setting) {
        each_phase(key, [&](const toml::node& node, std::size_t phase) {
            SetPhase deed;
            deed.phase = phase;
            deed.*setting = in_.number_in(node, key);
            add(node, deed);
        });
    }
    void booleans(std::string_view key, std::optional<bool> SetPhase::*setting) {
        each_phase(key, [&](const toml::node& node, std::size_t phase) {
            SetPhase deed;
            deed.phase = phase;
            deed.*setting = in_.boolean_in(node, key);
            add(node, deed);
        });
    }
    // One of a list, or the one that stands there alone.
    template <class Take>
    void each_of(std::string_view key, Take&& take) {
        const toml::node* const found = in_.node(key);
        if (found == nullptr) return;
        const auto* const list = found->as_array();
        if (list == nullptr) return take(*found);
        for (const toml::node& element : *list) take(element);
    }
    template <std::size_t count, class Make>
    void names(std::string_view key, const std::array<std::string_view, count>& all, Make&& make) {
        each_of(key, [&](const toml::node& node) {
            if (const auto number = in_.name_in(node, key, all)) add(node, make(*number));
        });
    }
    void contacts(std::string_view key, bool welded) {
        each_of(key, [&](const toml::node& node) {
            const auto phase = in_.integer_in(node, key, 1, model_.phases);
            if (phase) add(node, SetContact{static_cast<std::size_t>(*phase - 1), welded});
        });
    }
    void battery() {
        for (const toml::table* table : in_.tables("battery")) {
            KeyReader in(complaint_, *table);
            SetBattery deed;
            deed.present = in.boolean("present");
            deed.voltage_v = in.number("voltage");
            in.finish();
            add(*table, deed);
        }
    }
    void module(const toml::table& table) {
        KeyReader in(complaint_, table);
        DoToModule deed;
        const auto slot = in.name("slot", slot_names);
        const auto act = in.name("act", module_act_names);
        const auto kind = in.name("kind", module_kind_names);
        const auto signal = in.number("signal");
        in.finish();
        if (!slot || !act) return in.complain("a module needs `slot` and `act`");
        deed.slot = *slot;
        deed.act = static_cast<ModuleAct>(*act);
        if (kind) deed.kind = static_cast<meter::ModuleKind>(*kind);
        if (signal && *signal == std::floor(*signal) && std::abs(*signal) < max_scenario_octets) {
            deed.signal = static_cast<int>(*signal);
        }
        add(table, deed);
    }

    KeyReader& in_;
    Complaint& complaint_;
    const meter::Model& model_;
    std::vector<Deed> deeds_;
};

constexpr std::array<std::string_view, 2> contact_names = {"open", "closed"};

// As in `blathy` everywhere else, but for blanks.
template <std::size_t count>
std::optional<std::size_t> read_name(KeyReader& in, std::string_view key,
                                     const std::array<std::string_view, count>& spoken) {
    std::array<std::string, count> owned;
    std::array<std::string_view, count> names;
    for (std::size_t i = 0; i < count; ++i) {
        owned[i] = spoken[i];
        std::ranges::replace(owned[i], ' ', '-');
        names[i] = owned[i];
    }
    return in.name(key, names);
}

std::optional<std::size_t> read_cause(KeyReader& in, std::string_view key) {
    return read_name(in, key, meter::relay_cause_names);
}

// The recharge log is of models that have payment.
std::optional<meter::EventLogId> read_log(KeyReader& in, const meter::Model& model) {
    const auto number = read_name(in, "log", log_names);
    if (!number) return std::nullopt;
    const auto log = static_cast<meter::EventLogId>(*number);
    if (meter::has_log(model, log)) return log;
    in.complain(*in.node("log"), fmt::format("the {} has no such log", model.name));
    return std::nullopt;
}

std::optional<std::int64_t> read_detail(KeyReader& in, const meter::Model& model) {
    const auto detail = in.integer("detail", INT32_MIN, INT32_MAX);
    const auto phase = in.integer("phase", 1, model.phases);
    const auto slot = in.name("slot", slot_names);
    const auto cause = read_cause(in, "cause");
    if (detail.has_value() + phase.has_value() + slot.has_value() + cause.has_value() > 1) {
        in.complain("an event has one detail: `detail`, `phase`, `slot` or `cause`");
    }
    if (phase) return phase;
    if (slot) return static_cast<std::int64_t>(*slot + 1);
    if (cause) return static_cast<std::int64_t>(*cause);
    return detail;
}

constexpr std::array<std::string_view, meter::push_setups.size()> setup_names = {"connectivity", "interval", "alarm",
                                                                                 "last-gasp"};

// The last gasp is of models that have one.
std::optional<meter::PushSetup> read_setup(KeyReader& in, const toml::node& node, std::string_view key,
                                           const meter::Model& model) {
    const auto number = in.name_in(node, key, setup_names);
    if (!number) return std::nullopt;
    const meter::PushSetup setup = meter::push_setups[*number];
    if (setup == meter::PushSetup::power_down && !model.ports.last_gasp) {
        in.complain(node, fmt::format("the {} has no last gasp", model.name));
        return std::nullopt;
    }
    return setup;
}

// One node or a list of them.
template <class Take>
void each_in(const toml::node* found, Take&& take) {
    if (found == nullptr) return;
    const auto* const list = found->as_array();
    if (list == nullptr) return take(*found);
    for (const toml::node& element : *list) take(element);
}

ScenarioListener read_listener(Complaint& complaint, const toml::table& table, const meter::Model& model) {
    KeyReader in(complaint, table);
    ScenarioListener listener;
    const toml::node* const where = in.node("destination");
    listener.destination = in.text("destination").value_or("");
    const bool fits = listener.destination.size() <= meter::PushSettings::max_destination;
    if (where == nullptr || !fits || !parse_push_destination(listener.destination)) {
        constexpr const char* what = "a listener needs a `destination`, such as \"192.0.2.7:4059\"";
        where == nullptr ? in.complain(what) : in.complain(*where, what);
    }
    each_in(in.node("pushes"), [&](const toml::node& node) {
        if (const auto setup = read_setup(in, node, "pushes", model)) listener.pushes.push_back(*setup);
    });
    in.finish();
    if (listener.pushes.empty()) in.complain("a listener needs `pushes` that it waits for");
    return listener;
}

std::optional<ExpectPush> read_push(Complaint& complaint, const toml::table& table, const meter::Model& model) {
    KeyReader in(complaint, table);
    ExpectPush push;
    std::optional<meter::PushSetup> setup;
    if (const toml::node* const node = in.node("setup")) setup = read_setup(in, *node, "setup", model);
    push.destination = in.text("destination").value_or("");
    const auto alarm_register = in.integer("register", 1, meter::alarm_registers);
    std::uint32_t bits = 0;
    each_in(in.node("bits"), [&](const toml::node& node) {
        if (const auto bit = in.integer_in(node, "bits", 0, 31)) bits |= 1U << static_cast<unsigned>(*bit);
    });
    in.finish();
    if (!setup) {
        in.complain("a push needs its `setup`");
        return std::nullopt;
    }
    if (alarm_register.has_value() != (bits != 0)) {
        in.complain("alarms of a push need `register` and `bits`");
        return std::nullopt;
    }
    push.setup = *setup;
    if (alarm_register) push.alarms[static_cast<std::size_t>(*alarm_register - 1)] = bits;
    return push;
}

Expectation read_expectation(Complaint& complaint, const toml::table& table, const meter::Model& model) {
    KeyReader in(complaint, table);
    Expectation expectation;
    std::vector<Expected> found;
    if (const auto kind = in.name("event", meter::event_names)) {
        found.emplace_back(ExpectEvent{static_cast<meter::EventKind>(*kind), read_detail(in, model)});
    }
    if (const auto log = read_log(in, model)) found.emplace_back(ExpectLog{*log});
    if (const auto contact = in.name("relay", contact_names)) found.emplace_back(ExpectRelay{*contact == 1});
    if (const auto cause = read_cause(in, "reason")) {
        found.emplace_back(ExpectReason{static_cast<meter::RelayCause>(*cause)});
    }
    for (const toml::table* alarm : in.tables("alarm")) {
        KeyReader bits(complaint, *alarm);
        const auto alarm_register = bits.integer("register", 1, meter::alarm_registers);
        const auto bit = bits.integer("bit", 0, 31);
        bits.finish();
        if (!alarm_register || !bit) {
            bits.complain("an alarm needs `register` and `bit`");
            continue;
        }
        found.emplace_back(ExpectAlarm{static_cast<std::size_t>(*alarm_register - 1), static_cast<unsigned>(*bit)});
    }
    if (const auto which = in.name("annunciator", meter::lcd_annunciator_names)) {
        const bool lit = in.boolean("lit").value_or(true);
        found.emplace_back(ExpectAnnunciator{static_cast<meter::Annunciator>(*which), lit});
    }
    if (const auto lit = in.boolean("led")) found.emplace_back(ExpectLed{*lit});
    if (const auto on = in.boolean("power")) found.emplace_back(ExpectPower{*on});
    for (const toml::table* push : in.tables("push")) {
        if (auto expected = read_push(complaint, *push, model)) found.emplace_back(std::move(*expected));
    }
    const auto from = in.number("from");
    const auto until = in.number("until");
    expectation.never = in.boolean("never").value_or(false);
    in.finish();
    if (found.size() != 1) {
        in.complain(
            "an expectation needs one of `event`, `log`, `relay`, `reason`, `alarm`, `annunciator`, `led`, `power`, "
            "`push`");
        return expectation;
    }
    expectation.what = found.front();
    expectation.from_s = from.value_or(0);
    expectation.until_s = until.value_or(-1);
    const bool in_order = expectation.from_s >= 0 && expectation.until_s >= expectation.from_s;
    if (!in_order || !(expectation.until_s <= longest_scenario_s)) {
        in.complain(fmt::format("an expectation needs `until`, from `from` to {:.0f} seconds", longest_scenario_s));
    }
    return expectation;
}

ScenarioStep read_step(Complaint& complaint, const toml::table& table, const meter::Model& model, double earliest_s) {
    KeyReader in(complaint, table);
    ScenarioStep step;
    const auto at_s = in.number("at");
    step.at_s = at_s.value_or(-1);
    if (!(step.at_s >= earliest_s && step.at_s <= longest_scenario_s)) {
        const toml::node* const where = in.node("at");
        const auto what =
            fmt::format("a step needs `at`, from that of the step before to {:.0f} seconds", longest_scenario_s);
        where == nullptr ? in.complain(what) : in.complain(*where, what);
    }
    step.say = in.text("say").value_or("");
    step.deeds = DeedReader(in, complaint, model).read();
    in.finish();
    return step;
}

std::optional<meter::UtcTime> read_clock(KeyReader& in) {
    const toml::node* const found = in.node("clock");
    if (found == nullptr) return std::nullopt;
    const auto* const value = found->as_date_time();
    if (value == nullptr || !value->get().offset || value->get().date.year < earliest_year ||
        value->get().date.year > latest_year) {
        in.complain(*found, fmt::format("`clock` must be a date and time with its offset, such as "
                                        "2026-01-15T18:00:00+01:00, from {} to {}",
                                        earliest_year, latest_year));
        return std::nullopt;
    }
    using namespace std::chrono;
    const auto& [date, time, offset] = value->get();
    const year_month_day day{year{date.year}, month{date.month}, std::chrono::day{date.day}};
    return meter::UtcTime{sys_days{day} + hours{time.hour} + minutes{time.minute} + seconds{time.second} +
                          floor<milliseconds>(nanoseconds{time.nanosecond}) - minutes{offset->minutes}};
}

}  // namespace

Result<Scenario, std::string> parse_scenario(std::string_view text, const std::string& name,
                                             const meter::Model& fallback) {
    Complaint complaint(name);
    if (text.size() > max_scenario_octets) {
        complaint.whole(fmt::format("a scenario has at most {} octets", max_scenario_octets));
        return fail(complaint.text());
    }
    const toml::parse_result parsed = toml::parse(text, name);
    if (!parsed) {
        complaint.at(parsed.error().source(), std::string(parsed.error().description()));
        return fail(complaint.text());
    }
    KeyReader in(complaint, parsed.table());
    Scenario scenario;
    scenario.model = &fallback;
    const auto title = in.text("title");
    if (!title || title->empty()) complaint.whole("a scenario needs a `title`");
    scenario.title = title.value_or("");
    scenario.about = in.text("about").value_or("");
    if (const auto model_name = in.text("model")) {
        const meter::Model* const model = meter::find_model(*model_name);
        if (model == nullptr) {
            in.complain(*in.node("model"), fmt::format("there is no model {}", *model_name));
        } else {
            scenario.model = model;
        }
    }
    scenario.clock = read_clock(in);
    for (const toml::table* table : in.tables("start")) {
        KeyReader start(complaint, *table);
        const auto deeds = DeedReader(start, complaint, *scenario.model).read();
        scenario.start.insert(scenario.start.end(), deeds.begin(), deeds.end());
        start.finish();
    }
    for (const toml::table* table : in.tables("listener")) {
        scenario.listeners.push_back(read_listener(complaint, *table, *scenario.model));
    }
    const auto steps = in.tables("step");
    const auto expectations = in.tables("expect");
    in.finish();
    if (steps.size() > max_scenario_entries || expectations.size() > max_scenario_entries) {
        complaint.whole(fmt::format("a scenario has at most {} steps and {} expectations", max_scenario_entries,
                                    max_scenario_entries));
        return fail(complaint.text());
    }
    double earliest_s = 0;
    for (const toml::table* table : steps) {
        scenario.steps.push_back(read_step(complaint, *table, *scenario.model, earliest_s));
        earliest_s = scenario.steps.back().at_s;
    }
    for (const toml::table* table : expectations) {
        scenario.expectations.push_back(read_expectation(complaint, *table, *scenario.model));
    }
    if (scenario.steps.empty()) complaint.whole("a scenario needs a `[[step]]`");
    if (!complaint.text().empty()) return fail(complaint.text());
    return scenario;
}

}  // namespace blathy::apps
