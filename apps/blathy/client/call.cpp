// blathy call: ACTION of one method.
#include <charconv>
#include <functional>

#include "apps/blathy/client/command.hpp"
#include "apps/blathy/client/target.hpp"
#include "apps/blathy/client/values.hpp"
#include "dlms/names.hpp"

namespace blathy::apps {
namespace {

using station::Error;
using station::ErrorKind;
using station::Value;

struct CallOptions {
    CommonOptions common;
    std::string target;
    std::string method;
    std::string value;
    std::string type;
    bool encoded = false;
    bool unconfirmed = false;
};

bool is_unconfirmed(const CallOptions& options) {
    return options.unconfirmed || options.common.broadcast;
}

Result<std::int8_t, Error> method_of(std::uint16_t class_id, const std::string& text) {
    std::int8_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
    for (number = 1; number < 64; ++number) {
        if (dlms::method_name(class_id, number) == text) return number;
    }
    return fail(Error{ErrorKind::usage, 0, "class " + std::to_string(class_id) + " has no method '" + text + "'"});
}

// Most methods take integer(0), which the standard has for "no parameter".
Result<Value, Error> parameters_of(const CallOptions& options) {
    if (options.encoded) return encoded_value(options.value);
    if (options.value.empty() && options.type.empty()) return station::integer_value(dlms::DataTag::integer, 0);
    return typed_value(options.value, options.type.empty() ? "integer" : options.type, nullptr);
}

// What the standard has no result for.
Error with_reason(Error error, const dlms::MethodDescriptor& method) {
    constexpr std::uint16_t security_setup_class = 64;
    constexpr std::int8_t security_activate = 1;
    if (error.kind == ErrorKind::refused && method.class_id == security_setup_class &&
        method.method == security_activate) {
        error.text +=
            ". A security policy only grows: it must have all bits that it had, and signatures only where both sides "
            "can sign";
    }
    return error;
}

int call(const CallOptions& options) {
    const auto target = parse_target(options.target);
    if (!target) return complain({}, target.error());
    if (!target->member.empty()) {
        return complain(
            {}, Error{ErrorKind::usage, 0, "an object is needed here, not an attribute; the method follows it"});
    }
    const auto parameters = parameters_of(options);
    if (!parameters) return complain({}, parameters.error());
    return with_client(options.common, [&](station::Client& client) -> int {
        const auto class_id = class_of(*target, client);
        if (!class_id) return complain(target->text, class_id.error());
        const auto method = method_of(*class_id, options.method);
        if (!method) return complain(target->text, method.error());
        if (is_unconfirmed(options)) {
            const auto sent = client.post_call({*class_id, target->instance, *method}, *parameters);
            return sent ? exit_ok : complain(target->text + " " + options.method, sent.error());
        }
        const auto returned = client.call({*class_id, target->instance, *method}, *parameters);
        if (!returned) {
            return complain(target->text + " " + options.method,
                            with_reason(returned.error(), {*class_id, target->instance, *method}));
        }
        const OutputOptions& output = options.common.output;
        if (!*returned && output.format == Format::text) return exit_ok;
        Table table(output.format, {{"value", "Returned"}});
        if (*returned) table.row({output.cell(**returned)});
        return table.finish() ? exit_ok : exit_failed;
    });
}

}  // namespace

void add_call(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<CallOptions>();
    CLI::App* command = app.add_subcommand("call", "Invoke a method of a meter's object");
    add_common_options(*command, options->common);
    command->add_option("OBIS", options->target, "The object: [CLASS/]OBIS")->required();
    command->add_option("METHOD", options->method, "Number or name of the method, for instance remote_disconnect")
        ->required();
    command->add_option("VALUE", options->value,
                        "Its parameter; without one, integer 0 is sent as the standard has it");
    CLI::Option* type = command->add_option("--type", options->type,
                                            "Data type of the parameter: integer unless stated, see `write --help`");
    command->add_flag("--encoded", options->encoded, "VALUE is an encoded value (A-XDR) in hexadecimal")
        ->excludes(type);
    command->add_flag("--unconfirmed", options->unconfirmed, "Don't ask for an answer, and don't wait for one");
    add_broadcast_option(*command, options->common);
    add_output_options(*command, options->common.output);
    command->footer(std::string("Examples:\n"
                                "  blathy call tcp://192.0.2.7 0-0:96.3.10.255 remote_disconnect --client 1\n"
                                "  blathy call tcp://192.0.2.7 9/0-0:10.0.1.255 execute 1 --type long-unsigned\n"
                                "  blathy call tcp://192.0.2.7 40/0-1:25.9.0.255 push --client 1\n") +
                    exit_codes);
    command->callback([options, &exit_code] { exit_code = call(*options); });
}

}  // namespace blathy::apps
