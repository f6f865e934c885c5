// blathy write: SET of one attribute.
#include <functional>

#include "apps/blathy/client/command.hpp"
#include "apps/blathy/client/target.hpp"
#include "apps/blathy/client/values.hpp"

namespace blathy::apps {
namespace {

using station::Client;
using station::Error;
using station::ErrorKind;
using station::Value;

struct WriteOptions {
    CommonOptions common;
    std::string target;
    std::string value;
    std::string type;
    bool encoded = false;
    bool unconfirmed = false;
};

bool is_unconfirmed(const WriteOptions& options) {
    return options.unconfirmed || options.common.broadcast;
}

// What was written; people asked for it, and need not be told.
int print(const dlms::AttributeDescriptor& attribute, const Value& value, const WriteOptions& options) {
    const OutputOptions& output = options.common.output;
    if (output.format == Format::text) return exit_ok;
    Table table(
        output.format,
        {{"obis", "OBIS"}, {"class", "Class"}, {"attribute", "Attribute"}, {"value", "Value"}, {"result", "Result"}});
    const std::string class_id = std::to_string(attribute.class_id);
    const std::string number = std::to_string(attribute.attribute);
    table.row({{station::obis_text(attribute.instance), {}},
               {class_id, class_id},
               {number, number},
               output.cell(value),
               {is_unconfirmed(options) ? "sent" : "success", {}}});
    return table.finish() ? exit_ok : exit_failed;
}

int write(const WriteOptions& options) {
    const auto target = parse_target(options.target);
    if (!target) return complain({}, target.error());
    // What can be refused without the meter is refused before it is troubled.
    std::optional<Value> value;
    if (options.encoded || !options.type.empty()) {
        auto given = options.encoded ? encoded_value(options.value) : typed_value(options.value, options.type, nullptr);
        if (!given) return complain({}, given.error());
        value = std::move(*given);
    }
    return with_client(options.common, [&](Client& client) -> int {
        const auto attribute = resolve(*target, client);
        if (!attribute) return complain(target->text, attribute.error());
        if (!value) {
            const auto present = client.get(*attribute);
            if (!present) {
                Error error = present.error();
                error.text = "can't find out its data type (state it with --type): " + error.text;
                return complain(target->text, error);
            }
            auto given = typed_value(options.value, {}, &*present);
            if (!given) return complain(target->text, given.error());
            value = std::move(*given);
        }
        const auto done =
            is_unconfirmed(options) ? client.post_set(*attribute, *value) : client.set(*attribute, *value);
        if (!done) return complain(target->text, done.error());
        return print(*attribute, *value, options);
    });
}

}  // namespace

void add_write(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<WriteOptions>();
    CLI::App* command = app.add_subcommand("write", "Write an attribute of a meter's object");
    add_common_options(*command, options->common);
    command->add_option("OBIS", options->target, "The attribute")->required();
    command->add_option("VALUE", options->value, "The value, not scaled")->required();
    CLI::Option* type =
        command->add_option("--type", options->type,
                            "Data type of the value; without it, the attribute is read first and keeps\n"
                            "its type");
    command
        ->add_flag("--encoded", options->encoded,
                   "VALUE is an encoded value (A-XDR) in hexadecimal: for arrays and structures")
        ->excludes(type);
    command->add_flag("--unconfirmed", options->unconfirmed, "Don't ask for an answer, and don't wait for one");
    add_broadcast_option(*command, options->common);
    add_output_options(*command, options->common.output);
    command->footer(
        std::string(target_help) +
        "\nTypes: boolean, integer (8 bits), long (16), double-long (32), long64, unsigned (8),\n"
        "long-unsigned (16), double-long-unsigned (32), long64-unsigned, enum, octet-string (text, or 0x…),\n"
        "visible-string, utf8-string, bit-string (1011), float32, float64, date-time, date, time.\n"
        "A date and time is written 2026-11-22T20:04:08+02:00; where it is an octet-string its type is clock, or "
        "leave\n"
        "--type away.\n"
        "\nExamples:\n"
        "  blathy write tcp://192.0.2.7 0-0:1.0.0.255 2026-11-22T20:04:08+02:00\n"
        "  blathy write tcp://192.0.2.7 71/0-0:17.0.0.255/4 10000 --type double-long-unsigned\n"
        "  blathy write tcp://192.0.2.7 0-0:97.98.10.255 0601000000 --encoded\n"
        "  blathy write udp://192.0.2.255 8/0-0:1.0.0.255/2 2026-11-22T20:04:08+02:00 --type clock --broadcast\n" +
        exit_codes);
    command->callback([options, &exit_code] { exit_code = write(*options); });
}

}  // namespace blathy::apps
