#include "apps/blathy/scenario/scenario.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "apps/blathy/meter/event_text.hpp"
#include "apps/blathy/scenario/shipped.hpp"

namespace blathy::apps {

std::string text_of(const meter::Model& model, const Expected& expected) {
    struct Words {
        const meter::Model& model;
        std::string operator()(const ExpectEvent& of) const {
            const std::string detail = of.detail ? detail_text(of.kind, *of.detail) : "";
            return words_of(of.kind) + (detail.empty() ? "" : " " + detail);
        }
        std::string operator()(const ExpectLog& of) const {
            return fmt::format("event of the {} log", log_names[static_cast<std::size_t>(of.log)]);
        }
        std::string operator()(const ExpectRelay& of) const { return of.closed ? "relay closed" : "relay open"; }
        std::string operator()(const ExpectReason& of) const {
            return fmt::format("relay open by {}", meter::relay_cause_names[static_cast<std::size_t>(of.cause)]);
        }
        std::string operator()(const ExpectAlarm& of) const {
            return fmt::format("alarm {}:{} {}", of.alarm_register + 1, of.bit,
                               alarm_text(model.companion, of.alarm_register, of.bit));
        }
        std::string operator()(const ExpectAnnunciator& of) const {
            return fmt::format("display {} {}", meter::lcd_annunciator_names[static_cast<std::size_t>(of.which)],
                               of.lit ? "lit" : "dark");
        }
        std::string operator()(const ExpectLed& of) const { return of.lit ? "alarm LED lit" : "alarm LED dark"; }
        std::string operator()(const ExpectPower& of) const { return of.on ? "power on" : "power off"; }
        std::string operator()(const ExpectPush& of) const {
            std::string text = fmt::format("push {}", push_names[static_cast<std::size_t>(of.setup)]);
            if (!of.destination.empty()) text += " to " + of.destination;
            constexpr unsigned word_bits = 32;
            std::string alarms;
            for (std::size_t i = 0; i < of.alarms.size(); ++i) {
                for (unsigned bit = 0; bit < word_bits; ++bit) {
                    if ((of.alarms[i] >> bit & 1U) == 0) continue;
                    alarms += fmt::format("{}{}:{} {}", alarms.empty() ? " with " : ", ", i + 1, bit,
                                          alarm_text(model.companion, i, bit));
                }
            }
            text += alarms;
            return text;
        }
    };
    return std::visit(Words{model}, expected);
}

double Scenario::duration_s() const {
    double end_s = 0;
    for (const ScenarioStep& step : steps) end_s = std::max(end_s, step.at_s);
    for (const Expectation& expectation : expectations) end_s = std::max(end_s, expectation.until_s);
    return end_s;
}

Result<Scenario, std::string> load_scenario(const std::string& name_or_file, const meter::Model& fallback) {
    const auto& shipped = shipped_scenarios();
    if (const auto found = shipped.find(name_or_file); found != shipped.end()) {
        return parse_scenario(found->second, name_or_file + ".toml", fallback);
    }
    std::error_code error;
    if (!std::filesystem::is_regular_file(name_or_file, error)) {
        return fail(fmt::format("there is no scenario or file {}; `blathy scenario list` has those that there are",
                                name_or_file));
    }
    std::ifstream in(name_or_file, std::ios::binary);
    std::string text(max_scenario_octets + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) return fail(fmt::format("cannot read the scenario {}", name_or_file));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return parse_scenario(text, name_or_file, fallback);
}

}  // namespace blathy::apps
