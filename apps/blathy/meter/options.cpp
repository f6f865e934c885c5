#include "apps/blathy/meter/options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/blathy/toml.hpp"

namespace blathy::apps {
namespace {

class ConfigReader {
  public:
    ConfigReader(const std::filesystem::path& file, const toml::table& table) : file_(file), table_(table) {}

    template <class Value, class Take>
    void take(const char* key, const char* type, Take&& take_value) {
        known_.push_back(key);
        const auto* node = table_.get(key);
        if (node == nullptr || !problem_.empty()) return;
        const auto value = node->value<Value>();
        if (!value || !take_value(*value)) complain(*node, fmt::format("`{}` must be {}", key, type));
    }

    void take_strings(const char* key, std::vector<std::string>& into) {
        known_.push_back(key);
        const auto* node = table_.get(key);
        if (node == nullptr || !problem_.empty()) return;
        std::vector<std::string> strings;
        const auto* array = node->as_array();
        if (array == nullptr) return complain(*node, fmt::format("`{}` must be a list of strings", key));
        for (const auto& element : *array) {
            const auto text = element.value<std::string>();
            if (!text) return complain(element, fmt::format("`{}` must be a list of strings", key));
            strings.push_back(*text);
        }
        into = std::move(strings);
    }

    Result<void, std::string> finish() {
        for (const auto& [key, node] : table_) {
            const bool known = std::ranges::find(known_, key.str()) != known_.end();
            if (!known && problem_.empty()) complain(node, fmt::format("there is no setting `{}`", key.str()));
        }
        if (!problem_.empty()) return fail(problem_);
        return {};
    }

  private:
    void complain(const toml::node& node, const std::string& what) {
        if (problem_.empty()) problem_ = fmt::format("{}:{}: {}", file_.string(), node.source().begin.line, what);
    }

    const std::filesystem::path& file_;
    const toml::table& table_;
    std::vector<std::string_view> known_;
    std::string problem_;
};

}  // namespace

Result<void, std::string> read_config_file(const std::filesystem::path& file, MeterOptions& options) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return fail("cannot read the config file " + file.string());
    const toml::parse_result parsed = toml::parse_file(file.string());
    if (!parsed) {
        return fail(
            fmt::format("{}:{}: {}", file.string(), parsed.error().source().begin.line, parsed.error().description()));
    }
    ConfigReader in(file, parsed.table());
    const auto text = [](std::string& into) {
        return [&into](const std::string& value) {
            into = value;
            return true;
        };
    };
    const auto path = [](std::optional<std::filesystem::path>& into) {
        return [&into](const std::string& value) {
            into = value;
            return true;
        };
    };
    in.take<std::string>("model", "a string", text(options.model));
    in.take<std::int64_t>("serial", "a number from 1 to 99999999", [&](std::int64_t value) {
        options.serial_number = static_cast<std::uint32_t>(value);
        return value >= 1 && value <= 99'999'999;
    });
    in.take_strings("listen", options.listen);
    in.take_strings("module", options.modules);
    in.take<std::string>("panel", "a string", text(options.panel));
    in.take<std::string>("state", "a string", path(options.state));
    in.take<double>("speed", "a number", [&](double value) {
        options.speed = value;
        return true;
    });
    in.take<bool>("unsealed", "true or false", [&](bool value) {
        options.unsealed = value;
        return true;
    });
    in.take<std::int64_t>("idle-timeout", "a number of seconds", [&](std::int64_t value) {
        options.idle_timeout = std::chrono::seconds{value};
        return value >= 1;
    });
    in.take<std::string>("keys", "a string", path(options.keys));
    in.take<std::string>("scenario", "a string", text(options.scenario));
    return in.finish();
}

}  // namespace blathy::apps
