// Explains any octets as anything. The first octet chooses the protocol; what comes out must lie within the input.
#include "dlms/explain/explain.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    if (size == 0) return 0;
    const Bytes octets(data + 1, size - 1);
    std::size_t count = 0;
    const auto check = [&](const dlms::Node& node) {
        const bool within = node.offset <= octets.size() && node.length <= octets.size() - node.offset;
        if (!within || node.name.empty() || ++count > dlms::max_nodes + 1) std::abort();
    };
    if (data[0] % 5 == 4) {
        dlms::explain(octets, check);
    } else {
        dlms::explain(octets, static_cast<dlms::Protocol>(data[0] % 5), check);
    }
    if (count == 0) std::abort();
    std::array<char, 200> line{};
    if (dlms::summary(octets, line).empty()) std::abort();
    return 0;
}
