#include "dlms/apdu/block_transfer.hpp"

#include "dlms/apdu/codec.hpp"

namespace blathy::dlms {
namespace {

constexpr std::uint8_t last_bit = 0x80;
constexpr std::uint8_t streaming_bit = 0x40;
constexpr std::uint8_t window_bits = 0x3F;
constexpr std::size_t header_size = 6;  // tag, block control and the two numbers

}  // namespace

std::size_t max_block_data(std::size_t apdu_size) {
    // The length takes 1, 2, 3 or 5 octets: the longest data whose own length field still fits.
    for (const std::size_t length_field : {1U, 2U, 3U, 5U}) {
        if (apdu_size <= header_size + length_field) return 0;
        const std::size_t data = apdu_size - header_size - length_field;
        if (length_size(data) <= length_field) return data;
    }
    return 0;
}

std::optional<GeneralBlock> read_general_block(Bytes apdu) {
    ByteReader in(apdu);
    GeneralBlock block;
    read_tag(in, ApduTag::general_block_transfer);
    const std::uint8_t control = in.u8();
    block.last = (control & last_bit) != 0;
    block.streaming = (control & streaming_bit) != 0;
    block.window = control & window_bits;
    block.number = in.u16();
    block.acknowledged = in.u16();
    block.data = read_octets(in);
    return whole(in, block);
}

void write(ByteWriter& out, const GeneralBlock& block) {
    write(out, ApduTag::general_block_transfer);
    out.u8(static_cast<std::uint8_t>((block.last ? last_bit : 0U) | (block.streaming ? streaming_bit : 0U) |
                                     (block.window & window_bits)));
    out.u16(block.number);
    out.u16(block.acknowledged);
    write_octets(out, block.data);
}

}  // namespace blathy::dlms
