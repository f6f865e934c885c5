#include "dlms/hdlc/parameters.hpp"

#include <algorithm>

namespace blathy::dlms::hdlc {
namespace {

constexpr std::uint8_t format_identifier = 0x81;
constexpr std::uint8_t group_identifier = 0x80;

enum ParameterIdentifier : std::uint8_t {
    id_max_info_transmit = 5,
    id_max_info_receive = 6,
    id_window_transmit = 7,
    id_window_receive = 8,
};

// A value of any length, saturated at the maximum. A station that states 0 has stated nothing: the default stays.
template <class T>
void read_value(Bytes octets, T maximum, T& target) {
    std::uint32_t value = 0;
    for (const std::uint8_t octet : octets) value = std::min<std::uint32_t>(value, 0xFFFF) << 8 | octet;
    if (value > 0) target = static_cast<T>(std::min<std::uint32_t>(value, maximum));
}

void write_length(std::uint8_t identifier, std::uint16_t value, ByteWriter& writer) {
    writer.u8(identifier);
    if (value < 256) {
        writer.u8(1);
        writer.u8(static_cast<std::uint8_t>(value));
    } else {
        writer.u8(2);
        writer.u16(value);
    }
}

void write_window(std::uint8_t identifier, std::uint8_t value, ByteWriter& writer) {
    writer.u8(identifier);
    writer.u8(4);
    writer.u32(value);
}

}  // namespace

Parameters clamp(const Parameters& p) {
    return {std::clamp(p.max_info_transmit, min_info, max_info), std::clamp(p.max_info_receive, min_info, max_info),
            std::clamp<std::uint8_t>(p.window_transmit, 1, max_window),
            std::clamp<std::uint8_t>(p.window_receive, 1, max_window)};
}

std::optional<Parameters> decode_parameters(Bytes information) {
    Parameters parameters;
    if (information.empty()) return parameters;
    ByteReader reader(information);
    if (reader.u8() != format_identifier || reader.u8() != group_identifier) return std::nullopt;
    ByteReader group(reader.bytes(reader.u8()));
    // Whatever follows the group is user data, which DLMS/COSEM does not use.
    if (!reader.ok()) return std::nullopt;
    while (!group.at_end()) {
        const std::uint8_t identifier = group.u8();
        const Bytes value = group.bytes(group.u8());
        if (!group.ok()) return std::nullopt;
        if (identifier == id_max_info_transmit) read_value(value, max_info, parameters.max_info_transmit);
        if (identifier == id_max_info_receive) read_value(value, max_info, parameters.max_info_receive);
        if (identifier == id_window_transmit) read_value(value, max_window, parameters.window_transmit);
        if (identifier == id_window_receive) read_value(value, max_window, parameters.window_receive);
    }
    return parameters;
}

void encode_parameters(const Parameters& parameters, ByteWriter& writer) {
    writer.u8(format_identifier);
    writer.u8(group_identifier);
    const std::size_t length_at = writer.size();
    writer.u8(0);
    write_length(id_max_info_transmit, parameters.max_info_transmit, writer);
    write_length(id_max_info_receive, parameters.max_info_receive, writer);
    write_window(id_window_transmit, parameters.window_transmit, writer);
    write_window(id_window_receive, parameters.window_receive, writer);
    if (writer.ok()) writer.since(length_at)[0] = static_cast<std::uint8_t>(writer.size() - length_at - 1);
}

Parameters agree(const Parameters& own, const Parameters& peer) {
    return {std::min(own.max_info_transmit, peer.max_info_receive),
            std::min(own.max_info_receive, peer.max_info_transmit), std::min(own.window_transmit, peer.window_receive),
            std::min(own.window_receive, peer.window_transmit)};
}

}  // namespace blathy::dlms::hdlc
