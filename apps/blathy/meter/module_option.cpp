#include "apps/blathy/meter/module_option.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/blathy/meter/deed.hpp"

namespace blathy::apps {
namespace {

using meter::ModuleKind;
using station::Transport;

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
    ModuleOption option;
    const auto slot = slot_named(text.substr(0, equals));
    if (!slot) return complain("there are slots 1, 2 and input");
    option.slot = *slot;
    if (!has_slot(model, option.slot)) return complain(fmt::format("the {} has no such slot", model.name));

    std::size_t begin = equals + 1;
    std::vector<std::string> parts;
    while (begin <= text.size()) {
        const auto end = std::min(text.find(',', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    const auto kind = module_kind_named(parts[0]);
    if (!kind) return complain("there are cellular, rs485, plc, hplc, bplc, rf and input modules");
    if ((*kind == ModuleKind::input) != (option.slot == meter::input_slot)) {
        return complain("an input module goes into the input slot, and nothing else does");
    }
    option.kind = *kind;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto url = station::parse_url(parts[i], station::UrlUse::listen);
        if (!url) return complain(url.error().text);
        if (!carries(option.kind, url->transport)) {
            return complain(fmt::format("a {} module does not carry {}", name_of(*kind), parts[i]));
        }
        option.links.push_back(*url);
    }
    return option;
}

}  // namespace blathy::apps
