#include "apps/blathy/panel/site_messages.hpp"

#include <algorithm>
#include <cmath>

#include "apps/blathy/meter/deed.hpp"
#include "apps/blathy/meter/event_text.hpp"

namespace blathy::apps {
namespace {

constexpr double volts_a_millivolt = 1e-3;

Json in_tenths(double value) {
    constexpr double tenths = 10;
    return std::round(value * tenths) / tenths;
}

Json covers_of(const DeskMeter& desk) {
    const meter::Inputs& inputs = desk.inputs();
    const std::array open = {inputs.meter_cover_open, inputs.terminal_cover_open, inputs.module_cover_open[0],
                             inputs.module_cover_open[1]};
    Json covers = Json::object();
    for (std::size_t i = 0; i < cover_names.size(); ++i) {
        if (has_cover(desk.meter().model(), static_cast<Cover>(i))) covers[std::string(cover_names[i])] = open[i];
    }
    return covers;
}

std::string_view state_of(const DeskMeter& desk, std::size_t slot) {
    const world::PlugInModule* const module = desk.module(slot);
    if (module == nullptr) return "empty";
    const meter::ModuleBay& bay = desk.meter().modules();
    if (bay.dead(slot)) return "dead";
    const auto status = module->status();
    if (!status) return module->is_dead() ? "silent" : desk.meter().powered() ? "starting" : "off";
    if (bay.carries(slot)) return "online";
    if (status->registration == meter::Registration::denied) return "denied";
    return meter::needs_network(module->kind()) ? "searching" : "starting";
}

Json modules_of(const DeskMeter& desk) {
    Json modules = Json::array();
    for (std::size_t slot = 0; slot < meter::module_slots; ++slot) {
        if (!has_slot(desk.meter().model(), slot)) continue;
        const world::PlugInModule* const module = desk.module(slot);
        std::uint8_t signal = meter::signal_unknown;
        if (module != nullptr) signal = module->status().value_or(meter::ModuleStatus{}).signal_quality;
        modules.push_back({{"slot", slot_names[slot]},
                           {"kind", module == nullptr ? Json() : Json(name_of(module->kind()))},
                           {"state", state_of(desk, slot)},
                           {"signal", signal != meter::signal_unknown ? Json(signal) : Json()},
                           {"dead", module != nullptr && module->is_dead()}});
    }
    return modules;
}

std::string_view name_of(meter::ControlState state) {
    switch (state) {
        case meter::ControlState::disconnected:
            return "disconnected";
        case meter::ControlState::connected:
            return "connected";
        case meter::ControlState::ready_for_reconnection:
            break;
    }
    return "ready for reconnection";
}

Json relay_of(const DeskMeter& desk) {
    const meter::Relay& made = desk.meter().model().relay;
    const meter::RelayControl& control = desk.meter().relay();
    const meter::Disconnector& disconnector = control.disconnector();
    Json reasons = Json::array();
    for (std::size_t i = 0; i < meter::relay_causes; ++i) {
        if (disconnector.causes().has(static_cast<meter::RelayCause>(i))) {
            reasons.push_back(meter::relay_cause_names[i]);
        }
    }
    Json conducts = Json::array();
    Json welded = Json::array();
    for (std::size_t phase = 0; phase < desk.meter().model().phases; ++phase) {
        conducts.push_back(desk.relay().conducts(phase));
        welded.push_back(desk.relay().welded(phase));
    }
    const meter::RelayOperations operations = control.drive().operations();
    return {{"kind", made.kind == meter::RelayKind::latching ? "latching" : "auxiliary"},
            {"closed", desk.relay().closed()},
            {"conducts", std::move(conducts)},
            {"welded", std::move(welded)},
            {"state", name_of(disconnector.state())},
            {"mode", disconnector.mode()},
            {"reasons", std::move(reasons)},
            {"failed", control.drive().failed()},
            {"on_load", operations.on_load},
            {"off_load", operations.off_load},
            {"on_load_life", made.on_load_operations},
            {"off_load_life", made.off_load_operations}};
}

// Bits that are set, the highest last.
Json alarms_of(const DeskMeter& desk) {
    constexpr unsigned word_bits = 32;
    const meter::EventRecorder& events = desk.meter().events();
    Json bits = Json::array();
    for (std::size_t i = 0; i < meter::alarm_registers; ++i) {
        const std::uint32_t set = events.alarms(i) | events.descriptor(i);
        for (unsigned bit = 0; bit < word_bits; ++bit) {
            if ((set >> bit & 1U) == 0) continue;
            bits.push_back({{"register", i + 1},
                            {"bit", bit},
                            {"name", alarm_text(desk.meter().model().companion, i, bit)},
                            {"set", (events.alarms(i) >> bit & 1U) != 0},
                            {"acknowledged", (events.descriptor(i) >> bit & 1U) == 0}});
        }
    }
    return {{"led", desk.meter().alarm_led()}, {"errors", events.errors()}, {"bits", std::move(bits)}};
}

Json row_of(const DeskMeter& desk, meter::EventLogId log, std::uint32_t number) {
    const meter::Meter& meter = desk.meter();
    const auto row = meter.events().row(log, number);
    if (!row) return {};
    const meter::Companion companion = meter.model().companion;
    const auto kind = meter::kind_of(companion, log, row->code);
    Json alarms = Json::array();
    if (kind) {
        const auto entry = meter::entry_of(companion, *kind, row->detail);
        for (const std::uint32_t bits : entry.alarms) alarms.push_back(bits);
    }
    return {{"log", log_names[static_cast<std::size_t>(log)]},
            {"number", number},
            {"time", iso_time(meter.clock().local_at(row->time))},
            {"code", row->code},
            {"name", kind ? words_of(*kind) : "unknown"},
            {"detail", kind ? detail_text(*kind, row->detail) : ""},
            {"magnitude", row->magnitude / (log == meter::EventLogId::recharge ? 100.0 : 10.0)},
            {"duration", row->duration_cs / 100.0},
            {"times", row->times},
            {"alarms", std::move(alarms)}};
}

Json events_message(Json rows, bool is_history) {
    return {{"type", "events"}, {"history", is_history}, {"rows", std::move(rows)}};
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::waiting:
            return "waiting";
        case Verdict::met:
            return "met";
        case Verdict::missed:
            break;
    }
    return "missed";
}

}  // namespace

Json controls_of(const DeskMeter& desk) {
    const world::Site& site = desk.site();
    Json phases = Json::array();
    for (std::size_t i = 0; i < desk.meter().model().phases; ++i) {
        const world::PhaseLoad& load = site.load(i);
        phases.push_back({{"voltage", desk.phase_voltage_v(i)},
                          {"current", load.current_a},
                          {"power_factor", load.power_factor},
                          {"inductive", load.inductive},
                          {"export", load.exporting},
                          {"bypass", site.bypass(i)},
                          {"switch", desk.phase_switch(i)}});
    }
    return {{"phases", std::move(phases)},
            {"frequency", site.mains().frequency_hz},
            {"reversed", site.mains().lag_degrees != world::Mains{}.lag_degrees},
            {"neutral_switch", site.neutral()},
            {"household", site.household_runs()},
            {"covers", covers_of(desk)},
            {"magnet", desk.magnet_mt()},
            {"battery",
             {{"present", desk.inputs().battery_present}, {"voltage", desk.inputs().battery_mv * volts_a_millivolt}}}};
}

Json controls_message(const DeskMeter& desk) {
    return {{"type", "controls"}, {"controls", controls_of(desk)}};
}

Json state_message(const DeskMeter& desk) {
    const bool last_gasp = desk.meter().model().ports.last_gasp;
    return {{"type", "state"},
            {"power", desk.meter().powered()},
            {"supercapacitor", last_gasp ? in_tenths(desk.inputs().supercapacitor_mv * volts_a_millivolt) : Json()},
            {"relay", relay_of(desk)},
            {"modules", modules_of(desk)},
            {"alarms", alarms_of(desk)}};
}

EventFeed::EventFeed(const DeskMeter& desk) {
    for (std::size_t i = 0; i < next_.size(); ++i) {
        next_[i] = desk.meter().events().log(static_cast<meter::EventLogId>(i)).end();
    }
}

Json EventFeed::history_message(const DeskMeter& desk) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < meter::event_logs; ++i) {
        const auto id = static_cast<meter::EventLogId>(i);
        const meter::RowLog& log = desk.meter().events().log(id);
        for (std::uint32_t row = std::max(log.first(), log.end() - std::min(log.end(), history)); row < log.end();
             ++row) {
            if (Json shown = row_of(desk, id, row); !shown.is_null()) rows.push_back(std::move(shown));
        }
    }
    return events_message(std::move(rows), true);
}

std::optional<Json> EventFeed::new_rows(const DeskMeter& desk) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < next_.size(); ++i) {
        const auto id = static_cast<meter::EventLogId>(i);
        const meter::RowLog& log = desk.meter().events().log(id);
        next_[i] = std::max(next_[i], log.first());
        for (; next_[i] < log.end() && rows.size() < most_rows; ++next_[i]) {
            if (Json shown = row_of(desk, id, next_[i]); !shown.is_null()) rows.push_back(std::move(shown));
        }
    }
    if (rows.empty()) return std::nullopt;
    return events_message(std::move(rows), false);
}

Json push_message(const DeskMeter& desk, std::string_view destination, std::string_view setup, bool delivered) {
    return {{"type", "push"},
            {"time", iso_time(desk.meter().clock().local_now())},
            {"setup", setup},
            {"destination", printable(destination)},
            {"delivered", delivered}};
}

Json scenario_message(const ScenarioPlayer& player) {
    const Scenario& scenario = player.scenario();
    Json steps = Json::array();
    for (const ScenarioStep& step : scenario.steps) steps.push_back({{"at", step.at_s}, {"say", step.say}});
    Json expectations = Json::array();
    for (std::size_t i = 0; i < scenario.expectations.size(); ++i) {
        const Expectation& expectation = scenario.expectations[i];
        const Outcome& outcome = player.outcomes()[i];
        expectations.push_back({{"text", text_of(*scenario.model, expectation.what)},
                                {"from", expectation.from_s},
                                {"until", expectation.until_s},
                                {"never", expectation.never},
                                {"verdict", name_of(outcome.verdict)},
                                {"at", outcome.at_s ? in_tenths(*outcome.at_s) : Json()}});
    }
    return {{"type", "scenario"},
            {"title", scenario.title},
            {"about", scenario.about},
            {"duration", scenario.duration_s()},
            {"elapsed", std::floor(std::min(player.elapsed_s(), scenario.duration_s()))},
            {"taken", player.steps_taken()},
            {"steps", std::move(steps)},
            {"expectations", std::move(expectations)},
            {"problems", player.problems()}};
}

}  // namespace blathy::apps
