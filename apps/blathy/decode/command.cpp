#include "apps/blathy/decode/command.hpp"

#include <iostream>
#include <map>
#include <memory>

#include "apps/blathy/decode/decode.hpp"

namespace blathy::apps {
namespace {

constexpr const char* decode_description =
    R"(Explain a frame, an APDU or the DLMS traffic of a capture, down to the bits.

What the octets are is seen from the first of them; --protocol says it when that fails. An error is marked at its place.
APDUs that come in several HDLC segments or general blocks are put together and explained as well.)";

constexpr const char* decode_footer =
    R"(Exit codes: 0 everything made sense; 1 some of it was malformed, and is marked; 2 the input can't be read.

Examples:
  blathy decode "C001C1000301000108 00FF0200"
  blathy decode 7EA0070321930F017E
  blathy decode --json morning.pcap
  xxd -p frame.bin | blathy decode -
  blathy decode --keys meter.json morning.pcap)";

}  // namespace

void add_decode_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("decode", decode_description);
    command->footer(decode_footer);
    auto options = std::make_shared<DecodeOptions>();
    auto protocol = std::make_shared<std::string>();
    const std::map<std::string, dlms::Protocol> protocols = {{"apdu", dlms::Protocol::apdu},
                                                             {"wrapper", dlms::Protocol::wrapper},
                                                             {"hdlc", dlms::Protocol::hdlc},
                                                             {"iec62056-21", dlms::Protocol::iec62056_21}};
    command
        ->add_option("input", options->input,
                     "hexadecimal digits, or a file: pcap, pcapng or text with such digits;\n"
                     "- for standard input")
        ->type_name("HEX|FILE|-")
        ->required();
    command->add_option("--protocol", *protocol, "apdu, wrapper, hdlc or iec62056-21")
        ->check(CLI::IsMember({"apdu", "wrapper", "hdlc", "iec62056-21"}));
    command->add_option("--port", options->port, "TCP or UDP port of a capture; 0 for any")->capture_default_str();
    command
        ->add_option("--keys", options->keys,
                     "show what ciphered APDUs hold, with the keys in this JSON file or directory of such files\n"
                     "(or in the environment, BLATHY_KEYS); what none of them fits is marked")
        ->type_name("FILE|DIR");
    CLI::Option* json =
        command->add_flag("--json", options->json, "an array of nodes; of a capture, one message on each line");
    CLI::Option* csv = command->add_flag("--csv", options->csv, "a line for each node");
    CLI::Option* format = command
                              ->add_option_function<std::string>(
                                  "--format",
                                  [options](const std::string& name) {
                                      options->json = name == "json";
                                      options->csv = name == "csv";
                                  },
                                  "table (text), json or csv; table unless stated")
                              ->check(CLI::IsMember({"table", "json", "csv"}));
    csv->excludes(json)->excludes(format);
    json->excludes(format);
    command->callback([=, &exit_code] {
        if (!protocol->empty()) options->protocol = protocols.at(*protocol);
        exit_code = run_decode(*options, std::cin, std::cout, std::cerr);
    });
}

}  // namespace blathy::apps
