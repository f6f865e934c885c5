#include "apps/blathy/meter/deed.hpp"

#include <cmath>

#include <fmt/format.h>

#include "apps/blathy/meter/wire.hpp"

namespace blathy::apps {
namespace {

constexpr double max_test_voltage_v = 400;
constexpr double max_overcurrent = 1.2;  // of Imax
constexpr double lowest_frequency_hz = 45;
constexpr double highest_frequency_hz = 55;
constexpr double strongest_magnet_mt = 1000;
constexpr double highest_battery_v = 4;
constexpr int strongest_signal = 31;  // 3GPP TS 27.007

std::string out_of_range(std::string_view name, std::optional<double> value, double low, double high) {
    if (!value || (std::isfinite(*value) && *value >= low && *value <= high)) return {};
    return fmt::format("{} must be from {:g} to {:g}", name, low, high);
}

std::string no_such_phase(const meter::Model& model, std::size_t phase) {
    return phase < model.phases ? "" : "there is no such phase";
}

// The first of several that is a sentence.
template <class... Texts>
std::string first_of(const Texts&... texts) {
    std::string first;
    ((first.empty() ? void(first = texts) : void()), ...);
    return first;
}

struct Judge {
    const meter::Model& model;

    std::string operator()(const SetPhase& deed) const {
        return first_of(
            no_such_phase(model, deed.phase), out_of_range("voltage", deed.voltage_v, 0, max_test_voltage_v),
            out_of_range("current", deed.current_a, 0, model.max_current_ma / 1000.0 * max_overcurrent),
            out_of_range("power factor", deed.power_factor, 0, 1), out_of_range("bypass", deed.bypass, 0, 1));
    }
    std::string operator()(const SetMains& deed) const {
        if (deed.reversed && model.phases == 1) return "a single phase has no sequence";
        return out_of_range("frequency", deed.frequency_hz, lowest_frequency_hz, highest_frequency_hz);
    }
    std::string operator()(const SetSwitch& deed) const { return no_such_phase(model, deed.phase.value_or(0)); }
    std::string operator()(const SetCover& deed) const {
        return has_cover(model, deed.cover) ? "" : fmt::format("the {} has no such cover", model.name);
    }
    std::string operator()(const SetMagnet& deed) const {
        return out_of_range("the field", deed.field_mt, 0, strongest_magnet_mt);
    }
    std::string operator()(const SetBattery& deed) const {
        return out_of_range("the battery's voltage", deed.voltage_v, 0, highest_battery_v);
    }
    std::string operator()(const SetHousehold&) const { return {}; }
    std::string operator()(const DoToModule& deed) const {
        if (!has_slot(model, deed.slot)) return fmt::format("the {} has no such slot", model.name);
        if (deed.act == ModuleAct::plug) {
            if (!deed.kind) return "a module to plug needs its kind";
            const bool is_input = *deed.kind == meter::ModuleKind::input;
            if (is_input != (deed.slot == meter::input_slot)) {
                return "an input module goes into the input slot, and nothing else does";
            }
        }
        if (deed.act == ModuleAct::set_signal) {
            if (!deed.signal) return "a signal must be from 0 to 31";
            return out_of_range("a signal", *deed.signal, 0, strongest_signal);
        }
        return {};
    }
    std::string operator()(const PressButton&) const { return {}; }
    std::string operator()(const SetContact& deed) const { return no_such_phase(model, deed.phase); }
    std::string operator()(const DoAsClient&) const { return {}; }
};

std::string_view refusal_of(meter::Transition transition) {
    switch (transition) {
        case meter::Transition::done:
            return {};
        case meter::Transition::refused_by_mode:
            return "the control mode leaves the relay to others than this button";
        case meter::Transition::refused_by_state:
            return "the relay is not where this button could move it from";
        case meter::Transition::not_durable:
            break;
    }
    return "the flash failed";
}

struct Hands {
    DeskMeter& desk;

    std::string operator()(const SetPhase& deed) const {
        world::Site& site = desk.site();
        if (deed.voltage_v) desk.set_phase_voltage(deed.phase, *deed.voltage_v);
        if (deed.bypass) site.set_bypass(deed.phase, *deed.bypass);
        if (deed.current_a || deed.power_factor || deed.inductive || deed.exporting) {
            world::PhaseLoad load = site.load(deed.phase);
            load.current_a = deed.current_a.value_or(load.current_a);
            load.power_factor = deed.power_factor.value_or(load.power_factor);
            load.inductive = deed.inductive.value_or(load.inductive);
            load.exporting = deed.exporting.value_or(load.exporting);
            site.set_load(deed.phase, load);
        }
        return {};
    }
    std::string operator()(const SetMains& deed) const {
        world::Mains mains = desk.site().mains();
        mains.frequency_hz = deed.frequency_hz.value_or(mains.frequency_hz);
        if (deed.reversed) {
            mains.lag_degrees = world::Mains{}.lag_degrees;
            if (*deed.reversed) mains.reverse_sequence();
        }
        desk.site().set_mains(mains);
        return {};
    }
    std::string operator()(const SetSwitch& deed) const {
        deed.phase ? desk.set_phase_switch(*deed.phase, deed.closed) : desk.set_neutral_switch(deed.closed);
        return {};
    }
    std::string operator()(const SetCover& deed) const {
        meter::Inputs inputs = desk.inputs();
        switch (deed.cover) {
            case Cover::meter:
                inputs.meter_cover_open = deed.open;
                break;
            case Cover::terminal:
                inputs.terminal_cover_open = deed.open;
                break;
            case Cover::module_1:
                inputs.module_cover_open[0] = deed.open;
                break;
            case Cover::module_2:
                inputs.module_cover_open[1] = deed.open;
                break;
        }
        desk.set_inputs(inputs);
        return {};
    }
    std::string operator()(const SetMagnet& deed) const {
        desk.set_magnet(deed.field_mt);
        return {};
    }
    std::string operator()(const SetBattery& deed) const {
        meter::Inputs inputs = desk.inputs();
        inputs.battery_present = deed.present.value_or(inputs.battery_present);
        if (deed.voltage_v) inputs.battery_mv = static_cast<std::uint16_t>(std::lround(*deed.voltage_v * 1000));
        desk.set_inputs(inputs);
        return {};
    }
    std::string operator()(const SetHousehold& deed) const {
        deed.on ? desk.start_household() : desk.site().stop_household();
        return {};
    }
    std::string operator()(const DoToModule& deed) const {
        world::PlugInModule* const module = desk.module(deed.slot);
        if (deed.act == ModuleAct::plug) {
            return desk.plug_module(deed.slot, *deed.kind) ? "" : "there is another module in that slot";
        }
        if (module == nullptr) return "there is no module in that slot";
        switch (deed.act) {
            case ModuleAct::plug:
                break;
            case ModuleAct::pull:
                desk.pull_module(deed.slot);
                break;
            case ModuleAct::die:
            case ModuleAct::repair:
                module->set_dead(deed.act == ModuleAct::die);
                break;
            case ModuleAct::lose_network:
                module->lose_network();
                break;
            case ModuleAct::set_signal:
                module->set_signal(*deed.signal);
                break;
        }
        return {};
    }
    std::string operator()(const PressButton& deed) const {
        meter::Meter& meter = desk.meter();
        if (deed.button == Button::display) {
            meter.push_display_button(deed.pressed);
            return {};
        }
        if (!deed.pressed) return {};
        if (!meter.powered()) return "without mains only the display button does anything";
        if (deed.button == Button::relay) return std::string(refusal_of(meter.relay().press_button(meter.clock())));
        return meter.press_reset_button() ? "" : "the reset could not be stored";
    }
    std::string operator()(const SetContact& deed) const {
        deed.welded ? desk.relay().weld(deed.phase) : desk.relay().free(deed.phase);
        return {};
    }
    std::string operator()(const DoAsClient& deed) const { return act_as_client(desk.meter(), deed.act); }
};

}  // namespace

std::optional<std::size_t> slot_named(std::string_view name) {
    return number_of(slot_names, name);
}

std::optional<meter::ModuleKind> module_kind_named(std::string_view name) {
    const auto number = number_of(module_kind_names, name);
    return number ? std::optional(static_cast<meter::ModuleKind>(*number)) : std::nullopt;
}

bool has_cover(const meter::Model& model, Cover cover) {
    if (cover == Cover::module_1) return model.ports.communication_modules >= 1;
    if (cover == Cover::module_2) return model.ports.communication_modules >= 2;
    return true;
}

std::string problem_of(const meter::Model& model, const Deed& deed) {
    return std::visit(Judge{model}, deed);
}

Result<void, std::string> perform(DeskMeter& desk, const Deed& deed) {
    std::string problem = problem_of(desk.meter().model(), deed);
    if (problem.empty()) problem = std::visit(Hands{desk}, deed);
    if (!problem.empty()) return fail(std::move(problem));
    return {};
}

}  // namespace blathy::apps
