// General block transfer against a peer that may say anything. The input is a script: an octet that chooses what the
// side does, its window, then events of seven octets: 0 and a pause, or a block's control bits, numbers and size.
#include "dlms/block_transfer/block_transfer.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>

using namespace blathy;
using namespace blathy::dlms;

namespace {

void require(bool truth) {
    if (!truth) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    ByteReader script(Bytes(input, size));
    const std::uint8_t mode = script.u8();
    std::array<std::uint8_t, 48> room{};
    constexpr std::array<std::uint8_t, 64> data{};
    std::array<std::uint8_t, 100> apdu{};
    std::array<std::uint8_t, 35> kept{};
    std::size_t pulled = 0;
    auto pull = [&](MutableBytes target) {
        pulled += target.size();
        return Pulled{target.size(), pulled > 1000};
    };
    const std::uint8_t window = script.u8() & GeneralBlock::max_window;
    BlockTransfer transfer(room, {.block_size = 7, .window = window, .timeout_ms = 100, .attempts = 3});
    std::uint32_t now_ms = 0;
    const auto drain = [&] {
        std::array<std::uint8_t, 64> memory{};
        // A stream has at most 63 blocks, or all of an unconfirmed APDU.
        int blocks = 0;
        for (ByteWriter out(memory); transfer.next(out, now_ms, pull); out = ByteWriter(memory)) {
            require(out.ok());
            const auto block = read_general_block(out.written());
            require(block.has_value());
            require(block->data.size() <= 7);
            require(++blocks <= 128);
        }
    };
    const auto begin_to_send = [&](std::uint8_t what) {
        switch (what & 3U) {
            case 1:
                transfer.send(apdu, BlockTransfer::Service::request);
                break;
            case 2:
                transfer.send_pulled(kept, BlockTransfer::Service::response);
                break;
            case 3:
                transfer.send_unconfirmed(apdu);
                break;
            default:
                break;
        }
    };
    begin_to_send(mode);
    drain();
    while (script.ok() && !script.at_end()) {
        const std::uint8_t kind = script.u8();
        GeneralBlock block;
        const std::uint8_t control = script.u8();
        block.last = (control & 0x80U) != 0;
        block.streaming = (control & 0x40U) != 0;
        block.window = control & GeneralBlock::max_window;
        block.number = script.u16();
        block.acknowledged = script.u16();
        block.data = Bytes(data).first(script.u8() % data.size());
        if (kind == 0) {
            now_ms += control;
            (void)transfer.tick(now_ms);
        } else if (transfer.receive(block, now_ms) == BlockTransfer::Event::message) {
            require(!transfer.message().empty() && transfer.message().size() <= room.size());
            begin_to_send(static_cast<std::uint8_t>(mode >> 2U));
        }
        drain();
    }
    return 0;
}
