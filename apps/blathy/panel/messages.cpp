#include "apps/blathy/panel/messages.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "apps/blathy/meter/deed.hpp"
#include "apps/blathy/meter/event_text.hpp"
#include "apps/blathy/panel/redact.hpp"
#include "apps/blathy/panel/site_messages.hpp"
#include "dlms/explain/explain.hpp"
#include "dlms/wrapper.hpp"
#include "station/format.hpp"

namespace blathy::apps {
namespace {

constexpr double milli = 1e-3;
constexpr double micro = 1e-6;
// Of a frame in the log; an object list has thousands.
constexpr std::size_t max_log_nodes = 400;

double power_factor_of(double active, double apparent) {
    return apparent == 0 ? 1 : active / apparent;
}

Json phase_values(const meter::PhaseInterval& phase) {
    const double active = static_cast<double>(phase.active_power_mw) * milli;
    const double apparent = static_cast<double>(phase.apparent_power_mva) * milli;
    return {
        {"v", phase.voltage_mv * milli},
        {"i", phase.current_ua * micro},
        {"p", active},
        {"q", static_cast<double>(phase.reactive_power_mvar) * milli},
        {"s", apparent},
        {"pf", power_factor_of(active, apparent)},
        {"angle_v", phase.voltage_angle_mdeg * milli},
        {"angle_i", phase.current_angle_mdeg * milli},
    };
}

Json ages_ms(const std::vector<std::chrono::microseconds>& ages) {
    Json result = Json::array();
    for (const auto age : ages) result.push_back(static_cast<double>(age.count()) * milli);
    return result;
}

// Null: the model has none.
Json credit_led_of(const meter::Meter& meter) {
    if (!meter.model().functions.prepayment) return {};
    switch (meter.credit_led()) {
        case meter::CreditLed::green:
            return "green";
        case meter::CreditLed::red:
            return "red";
        case meter::CreditLed::off:
            break;
    }
    return "off";
}

Json sounds_in(std::uint8_t sounds) {
    constexpr std::array<std::pair<meter::Sound, std::string_view>, 4> names = {{{meter::sound_key, "key"},
                                                                                 {meter::sound_done, "done"},
                                                                                 {meter::sound_refused, "refused"},
                                                                                 {meter::sound_alarm, "alarm"}}};
    Json result = Json::array();
    for (const auto& [sound, name] : names) {
        if ((sounds & sound) != 0) result.push_back(name);
    }
    return result;
}

std::size_t phases_of(const DeskMeter& desk) {
    return desk.meter().model().phases;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (const char character : text) {
        const auto octet = static_cast<unsigned char>(character);
        if (octet >= 0x20 && octet < 0x7F) {
            result += character;
        } else {
            result += fmt::format("\\x{:02x}", octet);
        }
    }
    return result;
}

std::string iso_time(const dlms::DateTime& time) {
    const int east = -time.deviation_min;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:02}{}{:02}:{:02}", time.date.year, time.date.month,
                       time.date.day_of_month, time.time.hour, time.time.minute, time.time.second, time.time.hundredths,
                       east < 0 ? '-' : '+', std::abs(east) / 60, std::abs(east) % 60);
}

Json hello_message(const DeskMeter& desk, const std::vector<std::string>& listen) {
    const meter::Model& model = desk.meter().model();
    Json logs = Json::array();
    for (std::size_t i = 0; i < log_names.size(); ++i) {
        if (has_log(model, static_cast<meter::EventLogId>(i))) logs.push_back(log_names[i]);
    }
    Json annunciators = Json::array();
    for (const std::string_view name : meter::lcd_annunciator_names) annunciators.push_back(name);
    return {
        {"type", "hello"},
        {"model",
         {{"name", model.name},
          {"title", model.title},
          {"phases", model.phases},
          {"neutral_current", model.neutral_current},
          {"nominal_voltage", model.nominal_voltage_mv * milli},
          {"basic_current", model.basic_current_ma * milli},
          {"max_current", model.max_current_ma * milli},
          {"nominal_frequency", model.nominal_frequency_mhz * milli},
          {"active_constant", model.active_constant_per_kwh},
          {"reactive_constant", model.reactive_constant_per_kvarh},
          {"output_constant", model.output_constant},
          {"credit_led", model.functions.prepayment},
          {"relay_poles", model.relay.poles},
          {"input_slot", model.ports.input_module},
          {"active_class", model.active_class},
          {"reactive_class", model.reactive_class},
          {"digits", model.display_digits},
          {"code_digits", meter::lcd_code_digits}}},
        {"logs", logs},
        {"module_kinds", module_kind_names},
        {"serial", desk.meter().identity().serial_number()},
        {"logical_device_name", desk.meter().identity().logical_device_name()},
        {"firmware", meter::firmware_version},
        {"listen", listen},
        {"speed", desk.speed()},
        {"annunciators", annunciators},
        {"controls", controls_of(desk)},
    };
}

Json tick_message(DeskMeter& desk, std::size_t clients) {
    const meter::Meter& meter = desk.meter();
    const meter::Interval& interval = meter.interval();
    const meter::Lcd lcd = desk.meter().lcd();
    const auto pulses = desk.take_pulses();
    Json phases = Json::array();
    double active = 0;
    double reactive = 0;
    double apparent = 0;
    for (std::size_t i = 0; i < phases_of(desk); ++i) {
        const meter::PhaseInterval& phase = interval.phase[i];
        phases.push_back(phase_values(phase));
        active += static_cast<double>(phase.active_power_mw) * milli;
        reactive += static_cast<double>(phase.reactive_power_mvar) * milli;
        apparent += static_cast<double>(phase.apparent_power_mva) * milli;
    }
    const auto wh = [](std::uint64_t millijoules) {
        return static_cast<double>(millijoules) / static_cast<double>(meter::millijoules_per_wh);
    };
    const meter::EnergySet& energy = meter.energy().total;
    return {
        {"type", "tick"},
        {"time", iso_time(meter.clock().local_now())},
        {"lcd",
         {{"digits", station::hex_text(Bytes(lcd.digits).first(meter.model().display_digits))},
          {"code", station::hex_text(lcd.code)},
          {"annunciators", station::hex_text(lcd.annunciators)},
          {"backlight", lcd.backlight}}},
        {"leds",
         {{"active", ages_ms(pulses.active)},
          {"reactive", ages_ms(pulses.reactive)},
          {"alarm", desk.meter().alarm_led()},
          {"credit", credit_led_of(desk.meter())}}},
        {"outputs", {{"active", ages_ms(pulses.active_output)}, {"reactive", ages_ms(pulses.reactive_output)}}},
        {"sounds", sounds_in(desk.meter().take_sounds())},
        {"phases", phases},
        {"total", {{"p", active}, {"q", reactive}, {"s", apparent}, {"pf", power_factor_of(active, apparent)}}},
        {"neutral", interval.neutral_current_ua * micro},
        {"frequency", interval.frequency_mhz * milli},
        {"energy",
         {{"active_import", wh(energy[meter::EnergyRegister::active_import])},
          {"active_export", wh(energy[meter::EnergyRegister::active_export])},
          {"reactive_import", wh(energy.reactive_import())},
          {"reactive_export", wh(energy.reactive_export())}}},
        {"clients", clients},
    };
}

Json wave_message(const DeskMeter& desk) {
    const meter::Model& model = desk.meter().model();
    const double highest_count = std::ldexp(1.0, model.adc_bits - 1);
    const double volts = model.full_scale_voltage_mv * milli / highest_count;
    const double amperes = model.full_scale_current_ma * milli / highest_count;
    const auto samples = desk.recent_samples();
    const auto rounded = [](double value) { return std::round(value * 1000) / 1000; };
    Json voltages = Json::array();
    Json currents = Json::array();
    for (std::size_t i = 0; i < model.phases; ++i) {
        Json voltage = Json::array();
        Json current = Json::array();
        for (const meter::Samples& sample : samples) {
            voltage.push_back(rounded(sample.voltage[i] * volts));
            current.push_back(rounded(sample.current[i] * amperes));
        }
        voltages.push_back(std::move(voltage));
        currents.push_back(std::move(current));
    }
    Json neutral = Json::array();
    if (model.neutral_current) {
        for (const meter::Samples& sample : samples) neutral.push_back(rounded(sample.neutral_current * amperes));
    }
    return {{"type", "wave"},
            {"rate", model.sample_rate_hz},
            {"v", std::move(voltages)},
            {"i", std::move(currents)},
            {"neutral", std::move(neutral)}};
}

Json log_message(const DeskMeter& desk, std::string_view peer, Direction direction, Bytes frame) {
    const std::vector<std::uint8_t> shown = redacted_frame(frame);
    std::array<char, 160> buffer{};
    const dlms::Protocol protocol = dlms::guess_protocol(shown);
    std::string_view line = protocol == dlms::Protocol::hdlc          ? "HDLC frame"
                            : protocol == dlms::Protocol::iec62056_21 ? "IEC 62056-21"
                                                                      : "not a WPDU";
    if (const Bytes apdu = apdu_in(shown); !apdu.empty()) line = dlms::summary(apdu, buffer);
    Json tree = Json::array();
    dlms::explain(shown, protocol, [&](const dlms::Node& node) {
        if (tree.size() > max_log_nodes) return;
        if (tree.size() == max_log_nodes) {
            tree.push_back({{"depth", 0},
                            {"offset", 0},
                            {"length", shown.size()},
                            {"name", "cut"},
                            {"value", "`blathy decode` explains the whole frame"},
                            {"error", false}});
            return;
        }
        tree.push_back({{"depth", node.depth},
                        {"offset", node.offset},
                        {"length", node.length},
                        {"name", printable(node.name)},
                        {"value", printable(node.value)},
                        {"error", node.error}});
    });
    return {{"type", "log"},
            {"time", iso_time(desk.meter().clock().local_now())},
            {"peer", peer},
            {"direction", direction == Direction::to_meter ? "in" : "out"},
            {"hex", station::hex_text(shown)},
            {"summary", printable(line)},
            {"tree", std::move(tree)}};
}

Json error_message(std::string_view text) {
    return {{"type", "error"}, {"message", text}};
}

}  // namespace blathy::apps
