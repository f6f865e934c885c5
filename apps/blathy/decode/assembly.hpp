// APDUs that come in pieces: in the segments of HDLC, in general blocks, or in both.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "dlms/explain/explain.hpp"

namespace blathy::apps {

struct AssembledApdu {
    std::size_t parts = 0;
    std::string_view of;  // what they are: "segments" or "blocks"
    std::vector<std::uint8_t> octets;
};

class ApduAssembler {
  public:
    // The APDUs that become whole with these frames. `route` tells the connections, and their directions, apart.
    std::vector<AssembledApdu> put(const std::string& route, Bytes octets, dlms::Protocol protocol);

  private:
    static constexpr std::size_t max_routes = 10'000;
    static constexpr std::size_t max_octets = std::size_t{16} << 20;

    struct Route {
        std::vector<std::uint8_t> segments;
        std::size_t segment_count = 0;
        std::optional<std::uint8_t> send_number;  // of the last I frame, to know it again
        std::map<std::uint16_t, std::vector<std::uint8_t>> blocks;
        std::uint16_t first_block = 1;
        std::size_t block_octets = 0;
        std::optional<std::uint16_t> last_block;
    };

    Route& route(const std::string& name);
    void take_frames(const std::string& name, Bytes octets, std::vector<AssembledApdu>& whole);
    void take_apdu(const std::string& name, Bytes apdu, std::vector<AssembledApdu>& whole);

    std::map<std::string, Route> routes_;
};

}  // namespace blathy::apps
