// `blathy decode`: explains octets from the command line, or the DLMS traffic of a capture file.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "dlms/explain/explain.hpp"
#include "dlms/wrapper.hpp"

namespace blathy::apps {

struct DecodeOptions {
    // Hexadecimal digits, or a file: pcap, pcapng, or text with such digits. "-": what comes in instead of a file.
    std::string input;
    std::optional<dlms::Protocol> protocol = std::nullopt;  // none: what the first octets look like
    std::uint16_t port = dlms::wrapper_port;                // of a capture; 0: any, where the octets look like DLMS
    // An array of nodes; for a capture, an array of messages with their nodes, one on each line.
    bool json = false;
    bool csv = false;  // a line for each node
    std::string keys =
        {};  // a file or directory (apps/blathy/keys/key_list.hpp); empty: the environment's, if there are any
};

// `in` is what "-" stands for. Writes the explanation to `out`, and what goes wrong to `err`. 0: everything made sense;
// 1: some of it was malformed, and is marked; 2: there was nothing to explain because the input can't be read.
int run_decode(const DecodeOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace blathy::apps
