// blathy objects: what a meter holds and what this client may do with it.
#include <functional>

#include "apps/blathy/client/command.hpp"
#include "apps/blathy/client/target.hpp"
#include "dlms/names.hpp"

namespace blathy::apps {
namespace {

using station::ObjectEntry;

// "1-9:r 10:rw": attributes or methods next to each other with the same rights together.
template <class Members, class Number, class Rights>
std::string summary(const Members& members, Number number_of, Rights rights_of) {
    std::string text;
    for (std::size_t first = 0; first < members.size();) {
        std::size_t last = first;
        const std::string rights = rights_of(members[first]);
        while (last + 1 < members.size() && rights_of(members[last + 1]) == rights &&
               number_of(members[last + 1]) == number_of(members[last]) + 1) {
            ++last;
        }
        if (!text.empty()) text += ' ';
        text += std::to_string(number_of(members[first]));
        if (last > first) text += "-" + std::to_string(number_of(members[last]));
        text += ":" + rights;
        first = last + 1;
    }
    return text;
}

std::string attributes_text(const ObjectEntry& object) {
    return summary(
        object.attributes, [](const station::AttributeAccess& access) { return int{access.attribute}; },
        [](const station::AttributeAccess& access) { return access.rights.text(); });
}

std::string methods_text(const ObjectEntry& object) {
    return summary(
        object.methods, [](const station::MethodAccess& access) { return int{access.method}; },
        [](const station::MethodAccess& access) { return access.rights.method_text(); });
}

std::string name_json(std::string_view name) {
    return name.empty() ? "null" : station::json_string(name);
}

std::string attributes_json(const ObjectEntry& object) {
    std::string json;
    for (const station::AttributeAccess& access : object.attributes) {
        json += json.empty() ? "[" : ",";
        json += "{\"attribute\":" + std::to_string(access.attribute);
        json += ",\"name\":" + name_json(dlms::attribute_name(object.class_id, access.attribute));
        json += ",\"access\":" + station::json_string(access.rights.text());
        json += ",\"access_bits\":" + std::to_string(access.rights.bits) + ",\"selectors\":[";
        for (std::size_t i = 0; i < access.selectors.size(); ++i) {
            if (i > 0) json += ",";
            json += std::to_string(access.selectors[i]);
        }
        json += "]}";
    }
    return json.empty() ? "[]" : json + "]";
}

std::string methods_json(const ObjectEntry& object) {
    std::string json;
    for (const station::MethodAccess& access : object.methods) {
        json += json.empty() ? "[" : ",";
        json += "{\"method\":" + std::to_string(access.method);
        json += ",\"name\":" + name_json(dlms::method_name(object.class_id, access.method));
        json += ",\"access\":" + station::json_string(access.rights.method_text());
        json += ",\"access_bits\":" + std::to_string(access.rights.bits) + "}";
    }
    return json.empty() ? "[]" : json + "]";
}

int print(const station::ObjectList& objects, Format format) {
    Table table(format, {{"class", "Class", true},
                         {"class_name", "Name"},
                         {"version", "Ver.", true},
                         {"obis", "OBIS"},
                         {"description", "Description"},
                         {"attributes", "Attributes"},
                         {"methods", "Methods"}});
    for (const ObjectEntry& object : objects) {
        const std::string class_id = std::to_string(object.class_id);
        const std::string version = std::to_string(object.version);
        const bool more = table.row({{class_id, class_id},
                                     {std::string(dlms::class_name(object.class_id)), {}},
                                     {version, version},
                                     {station::obis_text(object.instance), {}},
                                     {description_of(object.instance), {}},
                                     {attributes_text(object), attributes_json(object)},
                                     {methods_text(object), methods_json(object)}});
        if (!more) break;
    }
    return table.finish() ? exit_ok : exit_failed;
}

}  // namespace

void add_objects(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    CLI::App* command = app.add_subcommand("objects", "List the objects of a meter that this client can see");
    add_common_options(*command, *options);
    add_output_options(*command, options->output);
    command->footer(
        std::string("Access is r (read), w (write), x (invoke); ! means that the APDUs must be protected.\n"
                    "JSON has the access rights bit by bit, as in Association LN version 3, and the selectors.\n"
                    "\nExamples:\n"
                    "  blathy objects tcp://192.0.2.7\n"
                    "  blathy objects tcp://192.0.2.7 --json | jq '.[] | select(.class==7).obis'\n") +
        exit_codes);
    command->callback([options, &exit_code] {
        exit_code = with_client(*options, [&](station::Client& client) {
            const auto objects = client.object_list();
            return objects ? print(**objects, options->output.format) : complain({}, objects.error());
        });
    });
}

}  // namespace blathy::apps
