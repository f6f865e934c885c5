// Deed: what hands, the network or a client do to a desk meter from outside.
//
// The panel's messages and the steps of scenarios say the same deeds by the same names, so what there is and in which
// range is checked here, once for both.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "apps/blathy/meter/desk_meter.hpp"
#include "meter/model.hpp"
#include "meter/module/module_bay.hpp"

namespace blathy::apps {

// Names in the order of the numbers that they stand for.
inline constexpr std::array<std::string_view, meter::module_slots> slot_names = {"1", "2", "input"};
inline constexpr std::array<std::string_view, 7> module_kind_names = {"rs485", "cellular", "plc", "rf",
                                                                      "input", "hplc",     "bplc"};

enum class Cover : std::uint8_t { meter, terminal, module_1, module_2 };
inline constexpr std::array<std::string_view, 4> cover_names = {"meter", "terminal", "module-1", "module-2"};

enum class Button : std::uint8_t { display, reset, relay };
inline constexpr std::array<std::string_view, 3> button_names = {"display", "reset", "relay"};

enum class ModuleAct : std::uint8_t { plug, pull, die, repair, lose_network, set_signal };
inline constexpr std::array<std::string_view, 6> module_act_names = {"plug",   "pull",         "die",
                                                                     "repair", "lose-network", "set-signal"};

enum class ClientAct : std::uint8_t { wrong_password, disconnect, reconnect, acknowledge_alarms, clear_tamper };
inline constexpr std::array<std::string_view, 5> client_act_names = {"wrong-password", "disconnect", "reconnect",
                                                                     "acknowledge-alarms", "clear-tamper"};

// The number that a name stands for.
template <std::size_t count>
std::optional<std::size_t> number_of(const std::array<std::string_view, count>& names, std::string_view name) {
    for (std::size_t i = 0; i < count; ++i) {
        if (names[i] == name) return i;
    }
    return std::nullopt;
}
std::optional<std::size_t> slot_named(std::string_view name);
std::optional<meter::ModuleKind> module_kind_named(std::string_view name);
constexpr std::string_view name_of(meter::ModuleKind kind) {
    return module_kind_names[static_cast<std::size_t>(kind)];
}

bool has_cover(const meter::Model& model, Cover cover);

// Phases and slots count from 0. Of several settings those that are none stay as they are.
struct SetPhase {
    std::size_t phase = 0;
    std::optional<double> voltage_v;
    std::optional<double> current_a;
    std::optional<double> power_factor;
    std::optional<bool> inductive;
    std::optional<bool> exporting;
    std::optional<double> bypass;  // the share of the current that is led around the meter
};
struct SetMains {
    std::optional<double> frequency_hz;
    std::optional<bool> reversed;  // L1, L3, L2
};
struct SetSwitch {
    std::optional<std::size_t> phase;  // none: the neutral's
    bool closed = true;
};
struct SetCover {
    Cover cover = Cover::meter;
    bool open = false;
};
struct SetMagnet {
    double field_mt = 0;
};
struct SetBattery {
    std::optional<bool> present;
    std::optional<double> voltage_v;
};
struct SetHousehold {
    bool on = true;
};
struct DoToModule {
    std::size_t slot = 0;
    ModuleAct act = ModuleAct::plug;
    std::optional<meter::ModuleKind> kind;  // to plug
    std::optional<int> signal;              // to set, 0 to 31
};
struct PressButton {
    Button button = Button::display;
    bool pressed = true;
};
struct SetContact {
    std::size_t phase = 0;
    bool welded = false;
};
struct DoAsClient {
    ClientAct act = ClientAct::wrong_password;
};

using Deed = std::variant<SetPhase, SetMains, SetSwitch, SetCover, SetMagnet, SetBattery, SetHousehold, DoToModule,
                          PressButton, SetContact, DoAsClient>;

// Why this can be done to no meter of the model, in a sentence; empty if it can.
std::string problem_of(const meter::Model& model, const Deed& deed);

// Does it. The error is a sentence: the above, or that it can't be done now.
Result<void, std::string> perform(DeskMeter& desk, const Deed& deed);

}  // namespace blathy::apps
