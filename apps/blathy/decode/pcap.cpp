#include "apps/blathy/decode/pcap.hpp"

#include <algorithm>

namespace blathy::apps {
namespace {

constexpr std::size_t max_packet = std::size_t{256} * 1024;
constexpr std::size_t max_block = std::size_t{16} * 1024 * 1024;
constexpr std::size_t max_interfaces = 1024;
constexpr std::int64_t second_ns = 1'000'000'000;

constexpr std::uint32_t magic_micro = 0xA1B2C3D4;
constexpr std::uint32_t magic_nano = 0xA1B23C4D;
constexpr std::uint32_t magic_section = 0x0A0D0D0A;  // the same in either byte order
constexpr std::uint32_t magic_byte_order = 0x1A2B3C4D;
constexpr std::uint32_t block_interface = 1;
constexpr std::uint32_t block_simple_packet = 3;
constexpr std::uint32_t block_enhanced_packet = 6;

std::uint32_t number(Bytes octets, std::size_t at, std::size_t count, bool little_endian) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        value = value << 8 | octets[at + (little_endian ? count - 1 - i : i)];
    }
    return value;
}

bool is_classic(std::uint32_t magic) {
    return magic == magic_micro || magic == magic_nano;
}

}  // namespace

bool is_capture(Bytes beginning) {
    if (beginning.size() < 4) return false;
    const std::uint32_t big = number(beginning, 0, 4, false);
    return is_classic(big) || is_classic(number(beginning, 0, 4, true)) || big == magic_section;
}

CaptureReader::CaptureReader(std::istream& in) : in_(in) {
    std::vector<std::uint8_t> magic;
    if (!read(magic, 4) || !is_capture(magic)) {
        (void)stop("neither pcap nor pcapng");
        return;
    }
    if (number(magic, 0, 4, false) == magic_section) {
        is_pcapng_ = true;
        in_.seekg(0);
        return;
    }
    little_endian_ = is_classic(number(magic, 0, 4, true));
    std::vector<std::uint8_t> header;
    if (!read(header, 20)) {
        (void)stop("the file header is cut short");
        return;
    }
    classic_.units_per_second = u32(magic, 0) == magic_nano ? 1'000'000'000 : 1'000'000;
    classic_.link_type = u32(header, 16) & 0x0FFF'FFFF;  // the upper bits tell of a frame check sequence
}

std::optional<Packet> CaptureReader::next() {
    if (done_) return std::nullopt;
    return is_pcapng_ ? next_block() : next_classic();
}

bool CaptureReader::read(std::vector<std::uint8_t>& octets, std::size_t count) {
    octets.resize(count);
    in_.read(reinterpret_cast<char*>(octets.data()), static_cast<std::streamsize>(count));
    octets.resize(static_cast<std::size_t>(in_.gcount()));
    return octets.size() == count;
}

std::uint32_t CaptureReader::u32(Bytes octets, std::size_t at) const {
    return number(octets, at, 4, little_endian_);
}
std::uint16_t CaptureReader::u16(Bytes octets, std::size_t at) const {
    return static_cast<std::uint16_t>(number(octets, at, 2, little_endian_));
}

std::optional<Packet> CaptureReader::stop(std::string reason) {
    done_ = true;
    error_ = std::move(reason);
    return std::nullopt;
}

std::optional<Packet> CaptureReader::next_classic() {
    std::vector<std::uint8_t> header;
    if (!read(header, 16)) return stop(header.empty() ? "" : "the last packet is cut short");
    const std::size_t size = u32(header, 8);
    if (size > max_packet) return stop("a packet of " + std::to_string(size) + " octets");
    Packet packet;
    packet.link_type = classic_.link_type;
    const auto fraction = static_cast<std::int64_t>(u32(header, 4));
    packet.time_ns = static_cast<std::int64_t>(u32(header, 0)) * second_ns +
                     fraction * (second_ns / static_cast<std::int64_t>(classic_.units_per_second));
    if (!read(packet.octets, size)) return stop("the last packet is cut short");
    return packet;
}

// The header's first four octets, the block type, are known; the byte order is told by what follows the length.
bool CaptureReader::section_header(std::vector<std::uint8_t>& header) {
    std::vector<std::uint8_t> order;
    if (!read(order, 4)) return false;
    little_endian_ = number(order, 0, 4, true) == magic_byte_order;
    header.insert(header.end(), order.begin(), order.end());
    interfaces_.clear();
    return u32(order, 0) == magic_byte_order;
}

std::optional<Packet> CaptureReader::next_block() {
    while (true) {
        std::vector<std::uint8_t> header;
        if (!read(header, 8)) return stop(header.empty() ? "" : "the last block is cut short");
        const bool is_section = number(header, 0, 4, false) == magic_section;
        if (is_section && !section_header(header)) return stop("a section without byte order");
        const std::uint32_t type = u32(header, 0);
        const std::size_t length = u32(header, 4);
        if (length < header.size() + 4 || length > max_block || length % 4 != 0) {
            return stop("a block of " + std::to_string(length) + " octets");
        }
        std::vector<std::uint8_t> block;
        if (!read(block, length - header.size())) return stop("the last block is cut short");
        const Bytes body = Bytes(block).first(block.size() - 4);  // the length again comes last
        if (type == block_interface) interface_description(body);
        if (type != block_enhanced_packet && type != block_simple_packet) continue;
        auto packet = type == block_enhanced_packet ? enhanced_packet(body) : simple_packet(body);
        return packet ? std::move(packet) : stop("a malformed packet block");
    }
}

void CaptureReader::interface_description(Bytes body) {
    if (body.size() < 8 || interfaces_.size() == max_interfaces) return;
    Interface interface;
    interface.link_type = u16(body, 0);
    interface.snap_length = u32(body, 4);
    for (std::size_t at = 8; at + 4 <= body.size();) {
        constexpr std::uint16_t timestamp_resolution = 9;
        const std::uint16_t code = u16(body, at);
        const std::size_t length = u16(body, at + 2);
        if (code == 0 || at + 4 + length > body.size()) break;
        if (code == timestamp_resolution && length == 1) {
            const std::uint8_t resolution = body[at + 4];
            const unsigned exponent = std::min(resolution & 0x7FU, (resolution & 0x80U) != 0 ? 30U : 9U);
            interface.units_per_second = 1;
            for (unsigned i = 0; i < exponent; ++i) {
                interface.units_per_second *= (resolution & 0x80U) != 0 ? 2 : 10;
            }
        }
        at += 4 + (length + 3) / 4 * 4;
    }
    interfaces_.push_back(interface);
}

std::optional<Packet> CaptureReader::enhanced_packet(Bytes body) {
    constexpr std::size_t header = 20;
    if (body.size() < header) return std::nullopt;
    const std::size_t interface = u32(body, 0);
    const std::size_t size = u32(body, 12);
    if (interface >= interfaces_.size() || size > max_packet || size > body.size() - header) return std::nullopt;
    const std::uint64_t time = static_cast<std::uint64_t>(u32(body, 4)) << 32 | u32(body, 8);
    const std::uint64_t units = interfaces_[interface].units_per_second;
    Packet packet;
    packet.link_type = interfaces_[interface].link_type;
    packet.time_ns = static_cast<std::int64_t>(time / units * 1'000'000'000 + time % units * 1'000'000'000 / units);
    const Bytes octets = body.subspan(header, size);
    packet.octets.assign(octets.begin(), octets.end());
    return packet;
}

std::optional<Packet> CaptureReader::simple_packet(Bytes body) {
    if (body.size() < 4 || interfaces_.empty()) return std::nullopt;
    std::size_t size = std::min<std::size_t>(u32(body, 0), body.size() - 4);
    if (interfaces_[0].snap_length > 0) size = std::min<std::size_t>(size, interfaces_[0].snap_length);
    if (size > max_packet) return std::nullopt;
    Packet packet;
    packet.link_type = interfaces_[0].link_type;
    const Bytes octets = body.subspan(4, size);
    packet.octets.assign(octets.begin(), octets.end());
    return packet;
}

}  // namespace blathy::apps
