// What pages ask for: messages become deeds.

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "apps/blathy/meter/deed.hpp"
#include "apps/blathy/panel/messages.hpp"

namespace blathy::apps {
namespace {

template <class Value>
struct JsonType;
template <>
struct JsonType<bool> {
    static constexpr std::string_view name = "true or false";
    static bool fits(const Json& json) { return json.is_boolean(); }
};
template <>
struct JsonType<double> {
    static constexpr std::string_view name = "a number";
    static bool fits(const Json& json) { return json.is_number(); }
};
template <>
struct JsonType<std::int64_t> {
    static constexpr std::string_view name = "a whole number";
    static bool fits(const Json& json) { return json.is_number_integer(); }
};
template <>
struct JsonType<std::string> {
    static constexpr std::string_view name = "a string";
    static bool fits(const Json& json) { return json.is_string(); }
};

// Of what a message may have. Anything but what it must be throws, and the message is refused: the library would make
// numbers of booleans, and whole numbers of others.
template <class Value>
std::optional<Value> member(const Json& message, const char* name) {
    const auto found = message.find(name);
    if (found == message.end()) return std::nullopt;
    if (!JsonType<Value>::fits(*found)) {
        throw std::invalid_argument(fmt::format("{} must be {}", name, JsonType<Value>::name));
    }
    return found->get<Value>();
}

template <class Value>
Value needed(const Json& message, const char* name) {
    const auto value = member<Value>(message, name);
    if (!value) throw std::invalid_argument(fmt::format("the message lacks {}", name));
    return *value;
}

template <std::size_t count>
std::size_t named(const Json& message, const char* member_name, const std::array<std::string_view, count>& names) {
    const auto number = number_of(names, needed<std::string>(message, member_name));
    if (!number) throw std::invalid_argument(fmt::format("there is no such {}", member_name));
    return *number;
}

std::size_t phase_in(const Json& message) {
    const auto phase = needed<std::int64_t>(message, "phase");
    if (phase < 1 || phase > std::int64_t{meter::max_phases}) throw std::invalid_argument("there is no such phase");
    return static_cast<std::size_t>(phase - 1);
}

Deed phase_deed(const Json& message) {
    return SetPhase{phase_in(message),
                    member<double>(message, "voltage"),
                    member<double>(message, "current"),
                    member<double>(message, "power_factor"),
                    member<bool>(message, "inductive"),
                    member<bool>(message, "export"),
                    member<double>(message, "bypass")};
}

Deed switch_deed(const Json& message) {
    constexpr std::array<std::string_view, meter::max_phases + 1> wires = {"L1", "L2", "L3", "N"};
    const std::size_t wire = named(message, "wire", wires);
    SetSwitch deed;
    if (wire < meter::max_phases) deed.phase = wire;
    deed.closed = needed<bool>(message, "closed");
    return deed;
}

Deed module_deed(const Json& message) {
    DoToModule deed;
    deed.slot = named(message, "slot", slot_names);
    deed.act = static_cast<ModuleAct>(named(message, "act", module_act_names));
    if (message.contains("kind")) {
        deed.kind = static_cast<meter::ModuleKind>(named(message, "kind", module_kind_names));
    }
    if (const auto signal = member<std::int64_t>(message, "signal")) {
        deed.signal = static_cast<int>(std::clamp<std::int64_t>(*signal, -1, 1000));  // what is beyond is refused
    }
    return deed;
}

// None: there is no such message.
std::optional<Deed> deed_in(const Json& message) {
    const auto type = needed<std::string>(message, "type");
    if (type == "phase") return phase_deed(message);
    if (type == "mains") return SetMains{member<double>(message, "frequency"), member<bool>(message, "reversed")};
    if (type == "household") return SetHousehold{needed<bool>(message, "on")};
    if (type == "switch") return switch_deed(message);
    if (type == "cover") {
        return SetCover{static_cast<Cover>(named(message, "cover", cover_names)), needed<bool>(message, "open")};
    }
    if (type == "magnet") return SetMagnet{needed<double>(message, "field")};
    if (type == "battery") return SetBattery{member<bool>(message, "present"), member<double>(message, "voltage")};
    if (type == "module") return module_deed(message);
    if (type == "contact") return SetContact{phase_in(message), needed<bool>(message, "welded")};
    if (type == "button") {
        return PressButton{static_cast<Button>(named(message, "button", button_names)),
                           needed<bool>(message, "pressed")};
    }
    return std::nullopt;
}

}  // namespace

std::string obey(DeskMeter& desk, std::string_view text, bool& controls_changed) {
    controls_changed = false;
    try {
        const Json message = Json::parse(text);
        if (!message.is_object()) return "the message is no JSON object";
        const auto deed = deed_in(message);
        if (!deed) return "there is no such message";
        if (const auto done = perform(desk, *deed); !done) return done.error();
        controls_changed = !std::holds_alternative<PressButton>(*deed);
        return {};
    } catch (const std::invalid_argument& error) {
        return error.what();
    } catch (const Json::exception&) {
        return "the message is not what docs/panel-protocol.md says";
    }
}

}  // namespace blathy::apps
