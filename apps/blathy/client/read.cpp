// blathy read: values with their units.
#include <algorithm>
#include <functional>

#include "apps/blathy/client/command.hpp"
#include "apps/blathy/client/target.hpp"
#include "dlms/names.hpp"

namespace blathy::apps {
namespace {

using dlms::AttributeDescriptor;
using station::Client;
using station::ObjectEntry;

struct ReadOptions {
    CommonOptions common;
    std::vector<std::string> targets;
    bool readout = false;
};

// A row of the result, and where the values of its columns are among those read.
struct Item {
    std::string name;  // as it was asked for, for messages
    AttributeDescriptor attribute;
    std::optional<std::size_t> scaler_unit;
    std::optional<std::size_t> capture_time;
};

struct Plan {
    std::vector<Item> items;
    std::vector<AttributeDescriptor> attributes;  // the items' own first, then scalers and capture times
};

std::optional<AttributeDescriptor> capture_time_of(const AttributeDescriptor& attribute) {
    if (attribute.class_id == 4 && attribute.attribute == 2) return AttributeDescriptor{4, attribute.instance, 5};
    if (attribute.class_id == 5 && attribute.attribute == 3) return AttributeDescriptor{5, attribute.instance, 6};
    return std::nullopt;
}

Plan plan_of(std::vector<Item> items) {
    Plan plan{std::move(items), {}};
    for (const Item& item : plan.items) plan.attributes.push_back(item.attribute);
    const auto add = [&](const AttributeDescriptor& attribute) {
        plan.attributes.push_back(attribute);
        return plan.attributes.size() - 1;
    };
    for (Item& item : plan.items) {
        if (const auto attribute = Client::scaler_unit_of(item.attribute)) item.scaler_unit = add(*attribute);
        if (const auto attribute = capture_time_of(item.attribute)) item.capture_time = add(*attribute);
    }
    return plan;
}

// Serial numbers, names and firmware identifiers (IEC 62056-6-1: C = 0 and 96.1 of media 0 and 1).
bool is_identifier(const dlms::Obis& instance) {
    if (instance.f() != 255) return false;
    if (instance.a() == 0)
        return (instance.c() == 96 && instance.d() == 1) || (instance.c() == 42 && instance.d() == 0);
    return instance.a() == 1 && instance.c() == 0 &&
           (instance.d() == 0 || (instance.d() == 2 && (instance.e() == 0 || instance.e() == 8)));
}

// Identifiers, then the time, then registers; none for what is not read unless asked for.
std::optional<int> usual_rank(const ObjectEntry& object) {
    switch (object.class_id) {
        case 1:
            return is_identifier(object.instance) ? std::optional<int>(0) : std::nullopt;
        case 8:
            return 1;
        case 3:
        case 4:
        case 5:
            return 2;
        default:
            return std::nullopt;
    }
}

std::vector<Item> usual_items(const station::ObjectList& objects) {
    std::vector<Item> items;
    for (int rank = 0; rank <= 2; ++rank) {
        for (const ObjectEntry& object : objects) {
            if (usual_rank(object) != rank) continue;
            const std::int8_t last = object.class_id == 5 ? std::int8_t{3} : std::int8_t{2};
            for (std::int8_t attribute = 2; attribute <= last; ++attribute) {
                if (!object.may_read(attribute)) continue;
                items.push_back(
                    {station::obis_text(object.instance), {object.class_id, object.instance, attribute}, {}, {}});
            }
        }
    }
    return items;
}

// What the standard calls it; for other attributes than the value, the attribute too.
std::string label_of(const AttributeDescriptor& attribute) {
    std::string text = description_of(attribute.instance);
    if (attribute.attribute == 2) return text;
    const std::string_view name = dlms::attribute_name(attribute.class_id, attribute.attribute);
    if (!text.empty()) text += ", ";
    if (attribute.attribute == 0) return text + "all attributes";
    return text + (name.empty() ? "attribute " + std::to_string(attribute.attribute) : std::string(name));
}

std::string number_json(std::int64_t number) {
    return std::to_string(number);
}

int print(const Plan& plan, const std::vector<Result<station::Value, station::Error>>& values,
          const OutputOptions& output) {
    const Format format = output.format;
    const bool timed =
        std::any_of(plan.items.begin(), plan.items.end(), [](const Item& item) { return item.capture_time; });
    std::vector<Column> columns{{"obis", "OBIS"}};
    if (format != Format::text) columns.push_back({"class", "Class"});
    if (format != Format::text) columns.push_back({"attribute", "Attribute"});
    columns.push_back({"description", "Description"});
    columns.push_back({"value", "Value", true});
    columns.push_back({"unit", "Unit"});
    if (timed) columns.push_back({"capture_time", "Captured"});
    Table table(format, std::move(columns));

    int exit_code = exit_ok;
    for (std::size_t i = 0; i < plan.items.size(); ++i) {
        const Item& item = plan.items[i];
        if (!values[i]) {
            exit_code = std::max(exit_code, complain(item.name, values[i].error()));
            continue;
        }
        station::ScalerUnit scaler_unit;
        if (item.scaler_unit && values[*item.scaler_unit]) {
            scaler_unit = station::scaler_unit_from(*values[*item.scaler_unit]).value_or(scaler_unit);
        }
        const std::string unit = station::unit_text(scaler_unit.unit);
        std::vector<Cell> cells{{station::obis_text(item.attribute.instance), {}}};
        if (format != Format::text) {
            const std::string class_id = number_json(item.attribute.class_id);
            const std::string attribute = number_json(item.attribute.attribute);
            cells.push_back({class_id, class_id});
            cells.push_back({attribute, attribute});
        }
        cells.push_back({label_of(item.attribute), {}});
        cells.push_back(output.cell(*values[i], scaler_unit.scaler));
        cells.push_back({unit, unit.empty() ? "null" : ""});
        if (timed) {
            const bool present =
                item.capture_time && values[*item.capture_time] && !values[*item.capture_time]->is_null();
            cells.push_back(present ? output.cell(*values[*item.capture_time]) : Cell{"", "null"});
        }
        if (!table.row(std::move(cells))) break;
    }
    return table.finish() ? exit_code : exit_failed;
}

int read(const ReadOptions& options) {
    if (options.readout) return print_readout(options.common);
    std::vector<Target> targets;
    for (const std::string& text : options.targets) {
        auto target = parse_target(text);
        if (!target) return complain({}, target.error());
        targets.push_back(std::move(*target));
    }
    return with_client(options.common, [&](Client& client) -> int {
        int exit_code = exit_ok;
        std::vector<Item> items;
        for (const Target& target : targets) {
            const auto attribute = resolve(target, client);
            if (attribute) {
                items.push_back({target.text, *attribute, {}, {}});
            } else {
                exit_code = std::max(exit_code, complain(target.text, attribute.error()));
            }
        }
        if (targets.empty()) {
            const auto objects = client.object_list();
            if (!objects) return complain({}, objects.error());
            items = usual_items(**objects);
        }
        const Plan plan = plan_of(std::move(items));
        const auto values = client.get_list(plan.attributes);
        if (!values) {
            (void)complain({}, values.error());
            return exit_failed;
        }
        return std::max(exit_code, print(plan, *values, options.common.output));
    });
}

}  // namespace

void add_read(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ReadOptions>();
    CLI::App* command = app.add_subcommand("read", "Read values from a meter, with their units");
    add_common_options(*command, options->common);
    CLI::Option* targets = command->add_option(
        "OBIS", options->targets, "What to read; nothing: identifiers, clock and every register this client may read");
    command
        ->add_flag("--readout", options->readout,
                   "All that an optical port tells by itself (IEC 62056-21, mode C), without DLMS and without a client")
        ->excludes(targets);
    add_output_options(*command, options->common.output);
    command->footer(std::string(target_help) +
                    "\nExamples:\n"
                    "  blathy read tcp://192.0.2.7\n"
                    "  blathy read tcp://192.0.2.7 1.8.0 2.8.0 32.7.0 --json\n"
                    "  blathy read 'serial:/dev/ttyUSB0?baud=9600&address=17' 8/0-0:1.0.0.255/2\n"
                    "  blathy read tcp://192.0.2.7 --gbt 8 --max-pdu 1024 --time utc --csv\n"
                    "  blathy read optical:/dev/ttyUSB0 --readout --csv\n"
                    "  BLATHY_PASSWORD=12345678 blathy read tcp://[2001:db8::7] --client 32\n" +
                    exit_codes);
    command->callback([options, &exit_code] { exit_code = read(*options); });
}

}  // namespace blathy::apps
