// General block transfer (Green Book 9.4.6.13, IEC 62056-5-3): one APDU of any size, cut into blocks that each fit an
// APDU of the negotiated size. This is one side of one exchange, a request and its response; both sides use it.
//
// The protocol, as this code understands it:
//
// - Every General-Block-Transfer APDU that a side sends has the side's next block number BN, from 1 on, whether it
//   carries octets or only acknowledges. 65535 is followed by 0 (the standard is silent; numbers are compared within
//   half the number space, so that this is no limit to the size of an APDU).
// - BNA is cumulative: the block BNA and all before it have come; 0 at first. A block that comes doubled or late says
//   nothing about BNA any more.
// - A side sends as many blocks in a stream as the other side's last W allows, all but the last of them with STR = 1;
//   STR = 0 gives the other side the turn. Before the first W is known a stream is one block; W = 0 counts as 1.
// - The side that receives answers the end of a stream: with the next BNA and its own W, or, when blocks are missing,
//   with the BNA of the block before the first gap and the size of the gap as W. The sender goes on behind BNA.
// - LB = 1 marks the last block with octets of an APDU. Blocks without octets acknowledge only, and have LB = 1 too. A
//   complete APDU is acknowledged by the first block of the answer; the last one of an exchange is not acknowledged.
// - Who is asked for acknowledgements that were lost says them again as blocks without octets.
// - A push without acknowledgement (DataNotification) is one stream with W = 0 throughout; it may not have gaps.
// - A block with LB = 1, STR = 0, W = 0, BN = 0, BNA = 0 and no octets aborts the exchange. It is sent when the other
//   side says something impossible: a number out of every window, an acknowledgement of what was never sent, octets
//   behind the last block, or more than fits. (The standard leaves the form of an abort open to reading.)
// - If one side uses block transfer, the other one follows until the exchange is over.
//
// `now_ms` is a millisecond clock that wraps.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/apdu/block_transfer.hpp"
#include "dlms/block_transfer/receiver.hpp"
#include "dlms/block_transfer/sender.hpp"

namespace blathy::dlms {

struct BlockTransferParameters {
    std::size_t block_size = 0;    // octets of an APDU in a block; max_block_data() of the size that was negotiated
    std::uint8_t window = 1;       // blocks that this side takes in a stream, 1..63; 0: it never acknowledges
    std::uint32_t timeout_ms = 0;  // silence after which it asks or says again; 0: never, only when spoken to
    std::uint8_t attempts = 3;     // time-outs in a row before it gives up
};

class BlockTransfer {
  public:
    enum class Event : std::uint8_t {
        wait,     // nothing to do but wait for the other side
        send,     // `next` has something to send
        message,  // an APDU is complete
        aborted,  // it is over; if `next` has a block, that tells the other side
    };
    // What follows the last block: the other side's response, or nothing.
    enum class Service : std::uint8_t { request, response };

    // `room` takes the APDU that is received.
    BlockTransfer(MutableBytes room, const BlockTransferParameters& parameters)
        : parameters_(parameters), receiver_(room), room_(room) {}

    // The first block of an exchange. A side whose last exchange is over resets before it receives such a block.
    static bool begins_exchange(const GeneralBlock& block) {
        return block.number == 1 && block.acknowledged == 0 && !block.data.empty();
    }
    void reset();

    // Starts to send (BlockSender says what of). The exchange goes on: a response follows the request's numbers.
    void send(Bytes apdu, Service service);
    void send_pulled(MutableBytes kept, Service service);
    void send_unconfirmed(Bytes apdu);
    void abort();

    Event receive(const GeneralBlock& block, std::uint32_t now_ms);
    // What time alone brings about.
    Event tick(std::uint32_t now_ms);
    [[nodiscard]] Bytes message() const { return receiver_.message(); }
    // What is there of an APDU that is not complete.
    [[nodiscard]] Bytes beginning() const { return receiver_.beginning(); }

    // Writes the next block. False: none is due, or (then it is aborted) the pull failed.
    bool next(ByteWriter& out, std::uint32_t now_ms, PullApdu pull);
    // For APDUs that are at hand.
    bool next(ByteWriter& out, std::uint32_t now_ms);

    [[nodiscard]] bool due() const { return abort_due_ || acknowledgement_due_ || (!aborted_ && sender_.due()); }
    [[nodiscard]] bool aborted() const { return aborted_; }
    // All that was to be sent has been sent at least once.
    [[nodiscard]] bool all_sent() const { return sender_.all_sent(); }

  private:
    [[nodiscard]] bool waiting() const;
    [[nodiscard]] Event outcome() const;
    void begin(Service service);
    void say_again(std::uint32_t now_ms);
    Event fail();

    BlockTransferParameters parameters_;
    BlockSender sender_;
    BlockReceiver receiver_;
    MutableBytes room_;
    std::uint32_t heard_ms_ = 0;         // when anything was sent or taken last
    std::uint32_t acknowledged_ms_ = 0;  // when an answer was sent last
    std::uint16_t number_ = 0;           // BN of the last block sent for the first time
    std::uint16_t heard_number_ = 0;     // the newest BN of the other side
    std::uint8_t stream_ = 0;            // new blocks since the last acknowledgement
    std::uint8_t time_outs_ = 0;
    Service service_ = Service::response;
    bool unconfirmed_ = false;
    bool acknowledgement_due_ = false;
    bool abort_due_ = false;
    bool aborted_ = false;
};

}  // namespace blathy::dlms
