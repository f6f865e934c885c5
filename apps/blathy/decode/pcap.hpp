// Capture files: classic pcap of either byte order, with micro- or nanoseconds, and pcapng.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace blathy::apps {

struct Packet {
    std::int64_t time_ns = 0;     // since 1970-01-01T00:00:00Z
    std::uint32_t link_type = 0;  // LINKTYPE_ number
    std::vector<std::uint8_t> octets{};
};

// Whether a file that begins with these four octets is one.
bool is_capture(Bytes beginning);

// Reads one packet after the other, never more than one in memory.
class CaptureReader {
  public:
    // The stream is at its beginning, and outlives the reader.
    explicit CaptureReader(std::istream& in);

    // None at the end, and when what follows is no packet; then `error()` is not empty.
    std::optional<Packet> next();
    [[nodiscard]] const std::string& error() const { return error_; }

  private:
    struct Interface {
        std::uint32_t link_type = 0;
        std::uint32_t snap_length = 0;
        std::uint64_t units_per_second = 1'000'000;
    };

    bool read(std::vector<std::uint8_t>& octets, std::size_t count);
    std::optional<Packet> next_classic();
    std::optional<Packet> next_block();
    bool section_header(std::vector<std::uint8_t>& header);
    void interface_description(Bytes body);
    std::optional<Packet> enhanced_packet(Bytes body);
    std::optional<Packet> simple_packet(Bytes body);
    [[nodiscard]] std::uint32_t u32(Bytes octets, std::size_t at) const;
    [[nodiscard]] std::uint16_t u16(Bytes octets, std::size_t at) const;
    std::optional<Packet> stop(std::string reason);

    std::istream& in_;
    std::string error_;
    bool is_pcapng_ = false;
    bool little_endian_ = true;
    bool done_ = false;
    Interface classic_;
    std::vector<Interface> interfaces_;
};

}  // namespace blathy::apps
