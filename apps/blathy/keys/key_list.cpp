#include "apps/blathy/keys/key_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "apps/blathy/keys/private_file.hpp"
#include "station/format.hpp"

namespace blathy::apps {
namespace {

using nlohmann::json;
using station::Error;
using station::ErrorKind;
using station::Octets;
using station::Security;

constexpr std::uintmax_t max_file = std::uintmax_t{64} << 20;

Error wrong_list(std::string text) {
    return {ErrorKind::usage, 0, std::move(text)};
}

// Reads the fields of one object; what is wrong first is what it says.
class Fields {
  public:
    explicit Fields(const json& object) : object_(object) {
        if (!object.is_object()) error_ = "has something else than an object";
    }

    std::optional<Octets> octets(const char* name) {
        const json* field = find(name);
        if (field == nullptr) return std::nullopt;
        auto octets = field->is_string() ? station::parse_hex(field->get_ref<const std::string&>()) : std::nullopt;
        if (!octets) refuse(name, "is not in hexadecimal digits");
        return octets;
    }
    // Octets of one of these numbers; empty where the field is.
    Octets octets(const char* name, std::initializer_list<std::size_t> sizes) {
        Octets octets = this->octets(name).value_or(Octets{});
        if (!octets.empty() && std::find(sizes.begin(), sizes.end(), octets.size()) == sizes.end()) {
            refuse(name, "has a wrong number of octets");
            octets.clear();
        }
        return octets;
    }
    unsigned number(const char* name, unsigned most, unsigned otherwise) {
        const json* field = find(name);
        if (field == nullptr) return otherwise;
        if (field->is_number_unsigned() && field->get<std::uint64_t>() <= most) return field->get<unsigned>();
        refuse(name, "is no number that it may be");
        return otherwise;
    }
    std::string text(const char* name) {
        const json* field = find(name);
        if (field == nullptr) return {};
        if (field->is_string()) return field->get<std::string>();
        refuse(name, "is no text");
        return {};
    }
    // Numbers up to `most`; none where the field is not.
    std::vector<unsigned> numbers(const char* name, unsigned most) {
        const json* field = find(name);
        std::vector<unsigned> numbers;
        if (field == nullptr) return numbers;
        if (!field->is_array()) refuse(name, "is no list");
        for (const json& each : *field) {
            if (each.is_number_unsigned() && each.get<std::uint64_t>() <= most) {
                numbers.push_back(each.get<unsigned>());
            } else {
                refuse(name, "has something else than the numbers that it may have");
            }
        }
        return numbers;
    }
    const json* list(const char* name) {
        const json* field = find(name);
        if (field != nullptr && field->is_array()) return field;
        refuse(name, "is no list");
        return nullptr;
    }
    void refuse(const char* name, const char* why) {
        if (error_.empty()) error_ = "has a field '" + std::string(name) + "' that " + why;
    }
    [[nodiscard]] const std::string& error() const { return error_; }

  private:
    const json* find(const char* name) {
        if (!object_.is_object()) return nullptr;
        const auto field = object_.find(name);
        return field == object_.end() || field->is_null() ? nullptr : &*field;
    }

    const json& object_;
    std::string error_;
};

Result<ClientKeys, std::string> client_from(const json& object) {
    constexpr unsigned most_mechanism = 7;
    constexpr unsigned most_suite = 2;
    Fields fields(object);
    ClientKeys client;
    Security& security = client.security;
    client.sap = static_cast<std::uint16_t>(fields.number("sap", 0xFFFF, 0));
    client.role = fields.text("role");
    security.mechanism = static_cast<dlms::Mechanism>(fields.number("mechanism", most_mechanism, 0));
    for (const unsigned number : fields.numbers("mechanisms", most_mechanism)) {
        client.mechanisms.push_back(static_cast<dlms::Mechanism>(number));
    }
    security.suite = static_cast<station::Suite>(fields.number("suite", most_suite, 0));
    client.password = fields.octets("password").value_or(Octets{});
    client.hls_secret = fields.octets("hls_secret").value_or(Octets{});
    if (is_of_hls_secret(security.mechanism) && client.hls_secret.empty()) client.hls_secret.swap(client.password);
    security.secret = secret_of(client, security.mechanism);
    const std::size_t size_of_keys = dlms::security::key_size(security.suite);
    security.encryption_key = Security::Key(fields.octets("ek", {size_of_keys}));
    security.authentication_key = Security::Key(fields.octets("ak", {size_of_keys}));
    if (const auto title = dlms::security::as_system_title(fields.octets("system_title", {8}))) {
        security.client_title = *title;
    } else if (security.encryption_key.size() > 0) {
        fields.refuse("system_title", "is missing beside its keys");
    }
    security.signing_key = dlms::security::PrivateKey(fields.octets("signing_key", {32, 48}));
    security.server_signing_key = dlms::security::PublicKey(fields.octets("server_signing_key", {64, 96}));
    security.counter_object = static_cast<std::uint8_t>(fields.number("counter_object", 0xFF, 0));
    security.agreement_key = dlms::security::PrivateKey(fields.octets("agreement_key", {32, 48}));
    security.server_agreement_key = dlms::security::PublicKey(fields.octets("server_agreement_key", {64, 96}));
    security.certificate = fields.octets("certificate").value_or(Octets{});
    security.master_key = Security::Key(fields.octets("kek", {size_of_keys}));
    client.broadcast = Security::Key(fields.octets("bk", {size_of_keys}));
    constexpr unsigned no_policy = 0x100;
    const unsigned policy = fields.number("policy", 0xFF, no_policy);
    if (policy != no_policy) client.policy = static_cast<std::uint8_t>(policy);
    if (client.sap == 0) fields.refuse("sap", "is missing or 0");
    if (!fields.error().empty()) return fail(fields.error());
    return client;
}

Result<MeterKeys, std::string> meter_from(const json& object) {
    Fields fields(object);
    MeterKeys meter;
    meter.server_title = dlms::security::as_system_title(fields.octets("server_title", {8}));
    meter.signing_key = dlms::security::PrivateKey(fields.octets("meter_signing_key", {32, 48}));
    meter.agreement_key = dlms::security::PrivateKey(fields.octets("meter_agreement_key", {32, 48}));
    const json* clients = fields.list("clients");
    if (!fields.error().empty()) return fail(fields.error());
    for (const json& each : *clients) {
        auto client = client_from(each);
        if (!client) return fail(client.error());
        client->security.server_title = meter.server_title;
        meter.clients.push_back(std::move(*client));
    }
    return meter;
}

Result<std::string, Error> content_of(const std::filesystem::path& path) {
    struct stat status {};
    std::ifstream file(path, std::ios::binary);
    if (!file || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return fail(wrong_list("can't read the keys in " + path.string()));
    }
    if (static_cast<std::uintmax_t>(status.st_size) > max_file) return fail(wrong_list(path.string() + " is too long"));
    if (!is_private(status.st_mode)) {
        return fail(wrong_list("others can read or change the keys in " + path.string() + ": chmod 600 it"));
    }
    std::stringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

std::string plain_name(std::string_view name) {
    std::string plain;
    for (const char character : name) {
        if (std::isalnum(static_cast<unsigned char>(character)) == 0) continue;
        plain += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    }
    return plain;
}

}  // namespace

Result<KeyList, Error> parse_keys(std::string_view text, const std::string& name) {
    // What the parser itself would say quotes the text.
    const json list = json::parse(text, nullptr, false);
    if (list.is_discarded()) return fail(wrong_list(name + " is no JSON"));
    KeyList keys;
    const auto take = [&](const json& object) -> Result<void, Error> {
        auto meter = meter_from(object);
        if (!meter) return fail(wrong_list(name + ' ' + meter.error()));
        keys.push_back(std::move(*meter));
        return {};
    };
    if (!list.is_array()) {
        if (auto taken = take(list); !taken) return fail(taken.error());
        return keys;
    }
    for (const json& object : list) {
        if (auto taken = take(object); !taken) return fail(taken.error());
    }
    return keys;
}

Result<KeyList, Error> read_keys(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
            if (entry.path().extension() == ".json") files.push_back(entry.path());
        }
        if (failed) return fail(wrong_list("can't read the directory " + path.string()));
        if (files.empty()) return fail(wrong_list("there are no files *.json in " + path.string()));
        std::sort(files.begin(), files.end());
    } else {
        files.push_back(path);
    }
    KeyList keys;
    for (const auto& file : files) {
        const auto content = content_of(file);
        if (!content) return fail(content.error());
        auto more = parse_keys(*content, file.string());
        if (!more) return fail(more.error());
        std::move(more->begin(), more->end(), std::back_inserter(keys));
    }
    return keys;
}

Result<std::optional<KeyList>, Error> find_keys(const std::string& option) {
    const char* variable = std::getenv(keys_variable);
    std::string_view text = option;
    if (text.empty() && variable != nullptr) text = variable;
    if (text.empty()) return std::nullopt;
    const bool is_list = option.empty() && (text.front() == '{' || text.front() == '[');
    auto keys = is_list ? parse_keys(text, keys_variable) : read_keys(text);
    if (!keys) return fail(keys.error());
    return std::move(*keys);
}

Result<const MeterKeys*, Error> select_meter(const KeyList& keys, const std::string& title) {
    if (title.empty()) {
        if (keys.size() == 1) return &keys.front();
        if (keys.empty()) return fail(wrong_list("there are no keys in it"));
        return fail(wrong_list("there are keys of " + std::to_string(keys.size()) +
                               " meters; say by --meter which system title this one has"));
    }
    const auto octets = station::parse_hex(title);
    const auto wanted = octets ? dlms::security::as_system_title(*octets) : std::nullopt;
    if (!wanted) return fail(wrong_list("a system title has eight octets in hexadecimal"));
    const auto meter =
        std::find_if(keys.begin(), keys.end(), [&](const MeterKeys& each) { return each.server_title == wanted; });
    if (meter == keys.end()) return fail(wrong_list("there are no keys of the meter " + title));
    return &*meter;
}

bool takes_broadcasts_only(const ClientKeys& client) {
    return plain_name(client.role) == "preestablished";
}

bool is_of_hls_secret(dlms::Mechanism mechanism) {
    return mechanism == dlms::Mechanism::high_level_md5 || mechanism == dlms::Mechanism::high_level_sha1 ||
           mechanism == dlms::Mechanism::high_level_sha256;
}

const Octets& secret_of(const ClientKeys& client, dlms::Mechanism mechanism) {
    static const Octets none;
    if (is_of_hls_secret(mechanism)) return client.hls_secret;
    return mechanism == dlms::Mechanism::low_level ? client.password : none;
}

const ClientKeys* select_client(const MeterKeys& meter, std::string_view name) {
    std::uint16_t sap = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), sap);
    const bool is_number = error == std::errc{} && end == name.data() + name.size();
    const std::string role = plain_name(name);
    const auto client = std::find_if(meter.clients.begin(), meter.clients.end(), [&](const ClientKeys& each) {
        return is_number ? each.sap == sap : plain_name(each.role) == role;
    });
    return client == meter.clients.end() ? nullptr : &*client;
}

}  // namespace blathy::apps
