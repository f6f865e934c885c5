// Captures of any octets: packets, segments, the messages of their connections, and the APDUs that these make up.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "apps/blathy/decode/assembly.hpp"
#include "apps/blathy/decode/pcap.hpp"
#include "apps/blathy/decode/segment.hpp"
#include "apps/blathy/decode/stream.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    using namespace blathy;
    using namespace blathy::apps;
    std::istringstream file(std::string(reinterpret_cast<const char*>(input), size));
    CaptureReader reader(file);
    ApduAssembler assembler;
    std::size_t sent = 0;
    std::size_t received = 0;
    MessageCollector collector(0, [&](const Message& message) {
        if (message.octets.empty()) std::abort();
        received += message.octets.size();
        (void)assembler.put(to_string(message.source) + to_string(message.destination), message.octets,
                            dlms::guess_protocol(message.octets));
    });
    while (const auto packet = reader.next()) {
        if (packet->octets.size() > size) std::abort();
        const auto segment = read_segment(*packet);
        if (!segment) continue;
        if (segment->payload.size() > packet->octets.size()) std::abort();
        sent += segment->payload.size();
        collector.push(*segment);
    }
    collector.finish();
    // However segments overlap, nothing is made of nothing.
    if (received > sent) std::abort();
    return 0;
}
