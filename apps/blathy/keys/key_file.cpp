#include "apps/blathy/keys/key_file.hpp"

#include <fstream>

#include "apps/blathy/keys/key_list.hpp"
#include "apps/blathy/keys/private_file.hpp"

namespace blathy::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* pending_field = "pending";

station::Error file_error(std::string text) {
    return {station::ErrorKind::usage, 0, std::move(text)};
}

}  // namespace

Result<KeyFile, station::Error> KeyFile::open(const std::filesystem::path& path) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed)) {
        return fail(file_error("keys are changed in one file, which --keys names"));
    }
    if (const auto sound = read_keys(path); !sound) return fail(sound.error());
    std::ifstream file(path);
    auto list = ordered_json::parse(file, nullptr, false);
    if (list.is_discarded()) return fail(file_error(path.string() + " is no JSON"));
    return KeyFile(path, std::move(list));
}

Result<void, station::Error> KeyFile::choose(const std::string& meter_title, const std::string& name) {
    const auto keys = parse_keys(list_.dump(), path_.string());
    if (!keys) return fail(keys.error());
    const auto meter = select_meter(*keys, meter_title);
    if (!meter) return fail(meter.error());
    const ClientKeys* client = select_client(**meter, name);
    if (client == nullptr) return fail(file_error("the keys know no client '" + name + "'"));
    const auto number = static_cast<std::size_t>(*meter - keys->data());
    client_ = ordered_json::json_pointer();
    if (list_.is_array()) client_ /= number;
    client_ /= "clients";
    client_ /= static_cast<std::size_t>(client - (*meter)->clients.data());
    return {};
}

std::string KeyFile::field(const char* name) const {
    const auto field = client().find(name);
    return field != client().end() && field->is_string() ? field->get<std::string>() : std::string();
}

void KeyFile::set_field(const char* name, const std::string& digits) {
    client()[name] = digits;
}

bool KeyFile::has_pending() const {
    return client().contains(pending_field);
}

bool KeyFile::has_pending(const char* name) const {
    return !pending(name).empty();
}

std::string KeyFile::pending(const char* name) const {
    const auto keys = client().find(pending_field);
    if (keys == client().end() || !keys->is_object()) return {};
    const auto key = keys->find(name);
    return key != keys->end() && key->is_string() ? key->get<std::string>() : std::string();
}

void KeyFile::set_pending(const char* name, const std::string& digits) {
    client()[pending_field][name] = digits;
}

void KeyFile::swap_pending() {
    // A copy, for a field that is added moves the others.
    auto pending = client()[pending_field];
    for (auto& [name, key] : pending.items()) std::swap(client()[name], key);
    client()[pending_field] = std::move(pending);
}

void KeyFile::drop_pending() {
    client().erase(pending_field);
}

Result<void, station::Error> KeyFile::save() const {
    if (const auto written = PrivateFile::replace(path_, as_bytes(list_.dump(2) + '\n')); !written) {
        return fail(file_error(written.error()));
    }
    return {};
}

}  // namespace blathy::apps
