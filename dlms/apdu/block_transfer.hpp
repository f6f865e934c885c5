// General-Block-Transfer (Green Book 9.4.6.13): one block of an APDU of any service. dlms/block_transfer/ has the
// protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace blathy::dlms {

struct GeneralBlock {
    static constexpr std::uint8_t max_window = 63;

    bool last = false;               // LB: no block of this side follows
    bool streaming = false;          // STR: more blocks follow before the other side answers
    std::uint8_t window = 0;         // W: how many blocks the sender of this one takes in a stream, 0..63
    std::uint16_t number = 1;        // BN
    std::uint16_t acknowledged = 0;  // BNA: this block and all before it have come
    Bytes data{};

    // The block that ends a transfer on both sides.
    static constexpr GeneralBlock abort() { return {.last = true, .number = 0}; }
    [[nodiscard]] constexpr bool is_abort() const {
        return last && !streaming && number == 0 && acknowledged == 0 && data.empty();
    }
};

// The most octets of data in a block that is an APDU of at most `apdu_size` octets; 0 if there is no room for any.
std::size_t max_block_data(std::size_t apdu_size);

std::optional<GeneralBlock> read_general_block(Bytes apdu);
void write(ByteWriter& out, const GeneralBlock& block);

}  // namespace blathy::dlms
