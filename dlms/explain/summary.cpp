#include <cstddef>

#include "base/text.hpp"
#include "dlms/explain/explain.hpp"
#include "dlms/names.hpp"

namespace blathy::dlms {
namespace {

struct Pick {
    std::string_view node;
    std::string_view prefix;
};
// The nodes whose values make up the line, in the order of the APDU.
constexpr Pick picks[] = {
    {"cosem-attribute-descriptor", ""},
    {"cosem-method-descriptor", ""},
    {"selective-access-descriptor", ""},
    {"attribute-descriptor-list", ""},
    {"method-descriptor-list", ""},
    {"result-list", ""},
    {"response-list", ""},
    {"access-request-specification", ""},
    {"access-response-specification", ""},
    {"block-control", ""},
    {"block-number", "block "},
    {"result", ""},
    {"result-source-diagnostic", ""},
    {"application-context-name", ""},
    {"mechanism-name", ""},
    {"reason", ""},
    {"state-error", ""},
    {"service-error", ""},
    {"error-class", ""},
    {"error", ""},
    {"security-control", ""},
    {"invocation-counter", "counter "},
    {"unknown apdu", ""},
};
constexpr std::size_t pick_count = std::size(picks);

bool is_data(std::string_view name) {
    for (unsigned tag = 0; tag <= 0xFF; ++tag) {
        if (!name.empty() && name == data_type_name(static_cast<std::uint8_t>(tag))) return true;
    }
    return false;
}

class Line {
  public:
    void add(const Node& node) {
        if (node.error) return add_error(node);
        if (node.depth == 0 && root_.empty()) {
            root_ << node.name;
            return;
        }
        if (node.depth > selection_depth_) return;
        selection_depth_ = no_selection;
        if (node.name == "selective-access-descriptor") selection_depth_ = node.depth;
        for (std::size_t i = 0; i < pick_count; ++i) {
            if (node.name == picks[i].node) return add_pick(i, node);
        }
        if (!data_seen_ && !is_field(node) && is_data(node.name)) {
            data_seen_ = true;
            separate(rest_) << node.name;
            if (!node.value.empty()) rest_ << ' ' << node.value;
        }
    }

    void write(TextWriter& out) const {
        out << root_.view();
        if (!result_.empty()) out << ' ' << result_.view();
        if (!rest_.empty()) out << (result_.empty() ? " " : ", ") << rest_.view();
        if (!error_.empty()) out << (root_.empty() ? "" : ", ") << error_.view();
    }

  private:
    static constexpr std::uint8_t no_selection = 0xFF;

    static TextWriter& separate(TextWriter& text) { return text.empty() ? text : text << ", "; }

    // Date-times that are no data but fields of their service, and have the name of a data type.
    [[nodiscard]] bool is_field(const Node& node) const {
        return node.depth == 1 && (node.name == "date-time" || node.name == "time") &&
               !root_.view().starts_with("get-") && !root_.view().starts_with("set-");
    }

    void add_pick(std::size_t index, const Node& node) {
        if (seen_[index]) return;
        seen_[index] = true;
        std::string_view value = node.value;
        if (node.name == "result-source-diagnostic" && value.starts_with("null")) return;
        // Of "LN (2.16.756.5.8.1.1)" the words are enough.
        if (node.name.ends_with("-name")) value = value.substr(0, value.find(" (2."));
        // The result of an association comes first, wherever it is in the APDU.
        TextWriter& text = node.name == "result" ? static_cast<TextWriter&>(result_) : rest_;
        separate(text) << picks[index].prefix << value;
    }

    void add_error(const Node& node) {
        if (error_.empty()) error_ << "error at " << node.offset << ": " << node.name << ' ' << node.value;
    }

    Text<64> root_;
    Text<64> result_;
    Text<512> rest_;
    Text<192> error_;
    std::array<bool, pick_count> seen_{};
    bool data_seen_ = false;
    std::uint8_t selection_depth_ = no_selection;
};

}  // namespace

std::string_view summary(Bytes apdu, std::span<char> buffer) {
    Line line;
    explain_apdu(apdu, [&](const Node& node) { line.add(node); });
    TextWriter out(buffer);
    line.write(out);
    return out.view();
}

}  // namespace blathy::dlms
