#include "apps/blathy/meter/module_option.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "meter/module/module_bay.hpp"

namespace blathy::apps {
namespace {

using meter::ModuleKind;
using station::Transport;

struct Kind {
    std::string_view name;
    ModuleKind kind;
};
constexpr std::array kinds = {Kind{"cellular", ModuleKind::cellular}, Kind{"rs485", ModuleKind::rs485},
                              Kind{"plc", ModuleKind::plc}, Kind{"rf", ModuleKind::rf},
                              Kind{"input", ModuleKind::input}};

// The internet protocols are a cellular module's, and lines are the others'.
bool carries(ModuleKind kind, Transport transport) {
    const bool internet = transport == Transport::tcp || transport == Transport::udp;
    if (kind == ModuleKind::cellular) return internet;
    return kind != ModuleKind::input && (transport == Transport::hdlc_tcp || transport == Transport::serial);
}

}  // namespace

Result<ModuleOption, std::string> parse_module_option(const std::string& text, const meter::Model& model) {
    const auto complain = [&](const std::string& what) { return fail(fmt::format("--module {}: {}", text, what)); };
    const auto equals = text.find('=');
    if (equals == std::string::npos) return complain("expected SLOT=KIND, such as 1=cellular");
    const std::string slot = text.substr(0, equals);
    ModuleOption option;
    if (slot == "input") {
        option.slot = meter::input_slot;
    } else if (slot == "1" || slot == "2") {
        option.slot = slot == "1" ? 0 : 1;
    } else {
        return complain("there are slots 1, 2 and input");
    }
    const bool has_slot =
        option.slot == meter::input_slot ? model.ports.input_module : option.slot < model.ports.communication_modules;
    if (!has_slot) return complain(fmt::format("the {} has no such slot", model.name));

    std::size_t begin = equals + 1;
    std::vector<std::string> parts;
    while (begin <= text.size()) {
        const auto end = std::min(text.find(',', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    const auto* const kind = std::ranges::find(kinds, std::string_view(parts[0]), &Kind::name);
    if (kind == kinds.end()) return complain("there are cellular, rs485, plc, rf and input modules");
    if ((kind->kind == ModuleKind::input) != (option.slot == meter::input_slot)) {
        return complain("an input module goes into the input slot, and nothing else does");
    }
    option.kind = kind->kind;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto url = station::parse_url(parts[i], station::UrlUse::listen);
        if (!url) return complain(url.error().text);
        if (!carries(option.kind, url->transport)) {
            return complain(fmt::format("a {} module does not carry {}", kind->name, parts[i]));
        }
        option.links.push_back(*url);
    }
    return option;
}

}  // namespace blathy::apps
