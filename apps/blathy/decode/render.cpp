#include "apps/blathy/decode/render.hpp"

#include <string>

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace blathy::apps {
namespace {

std::string to_hex(Bytes octets) {
    std::string text;
    text.reserve(2 * octets.size());
    for (const std::uint8_t octet : octets) fmt::format_to(std::back_inserter(text), "{:02X}", octet);
    return text;
}

}  // namespace

bool render_text(std::ostream& out, Bytes octets, dlms::Protocol protocol, std::optional<dlms::Decipher> decipher) {
    constexpr std::size_t shown = 8;
    bool has_error = false;
    dlms::explain(
        octets, protocol,
        [&](const dlms::Node& node) {
            const Bytes own = node.octets;
            const std::string hex = to_hex(own.first(std::min(own.size(), shown))) + (own.size() > shown ? ".." : "  ");
            fmt::print(out, "{:04X}  {:<18}  {:{}}{}{}{}{}\n", node.offset, hex, "", 2 * node.depth,
                       node.error ? "ERROR " : "", node.name, node.value.empty() ? "" : ": ", node.value);
            has_error = has_error || node.error;
        },
        decipher);
    return has_error;
}

nlohmann::ordered_json render_json(Bytes octets, dlms::Protocol protocol, bool& has_error,
                                   std::optional<dlms::Decipher> decipher) {
    auto nodes = nlohmann::ordered_json::array();
    dlms::explain(
        octets, protocol,
        [&](const dlms::Node& node) {
            nodes.push_back({{"depth", node.depth},
                             {"offset", node.offset},
                             {"length", node.length},
                             {"octets", to_hex(node.octets)},
                             {"name", node.name},
                             {"value", node.value},
                             {"error", node.error}});
            has_error = has_error || node.error;
        },
        decipher);
    return nodes;
}

bool render_csv(std::ostream& out, const std::string& prefix, Bytes octets, dlms::Protocol protocol,
                std::optional<dlms::Decipher> decipher) {
    bool has_error = false;
    const auto quoted = [](std::string_view text) {
        std::string cell = "\"";
        for (const char character : text) {
            if (character == '"') cell += '"';
            cell += character;
        }
        return cell + "\"";
    };
    dlms::explain(
        octets, protocol,
        [&](const dlms::Node& node) {
            fmt::print(out, "{}{},{},{},{},{},{},{}\n", prefix, node.depth, node.offset, node.length,
                       to_hex(node.octets), quoted(node.name), quoted(node.value), node.error);
            has_error = has_error || node.error;
        },
        decipher);
    return has_error;
}

std::string to_text(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace blathy::apps
