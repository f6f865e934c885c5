// What meters push, out of the octets of one connection: frames, general blocks, notifications, and what is to be sent
// back. It does no input or output. Whatever the sender does, it keeps no more than the limits below.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "dlms/block_transfer/block_transfer.hpp"
#include "dlms/hdlc/deframer.hpp"
#include "station/link/wrapper_framing.hpp"
#include "station/notification.hpp"

namespace blathy::station {

// A notification, or why what came is none.
struct Push {
    std::uint16_t source = 0;  // logical device
    std::uint16_t destination = 0;
    Bytes apdu;  // valid during the call
    Result<Notification, Error> notification;
};

class PushReceiver {
  public:
    enum class Framing : std::uint8_t { wrapper, hdlc };
    using Take = std::function<void(const Push&)>;
    // What is inside an APDU: deciphered, or as it is. An error is why it is not believed.
    using Open = std::function<Result<Octets, Error>(Bytes apdu)>;

    static constexpr std::size_t max_push_octets = 0xFFFF;
    static constexpr ValueLimits limits{dlms::max_data_depth, max_push_octets};

    // Without `open` what is ciphered can't be read. What was ciphered is not confirmed: that takes a counter of the
    // client's key, and those belong to who talks to the meter.
    PushReceiver(Framing framing, Take take, Open open = {});
    ~PushReceiver();
    PushReceiver(PushReceiver&&) noexcept;
    PushReceiver& operator=(PushReceiver&&) noexcept;

    // Octets as they come; datagrams one by one. An error is the end of a connection: nothing that follows can be
    // trusted. `now_ms` is a clock that wraps.
    Result<void, Error> put(Bytes octets, std::uint32_t now_ms);
    // What is to be sent back: acknowledgements of blocks and confirmations.
    [[nodiscard]] Octets take_replies() { return std::exchange(replies_, {}); }

  private:
    // UI frames, of which the longer APDUs take several.
    struct Hdlc;

    Result<void, Error> put_wrapped(Bytes octets, std::uint32_t now_ms);
    void put_frames(Bytes octets, std::uint32_t now_ms);
    void take_apdu(std::uint16_t source, std::uint16_t destination, Bytes apdu, std::uint32_t now_ms);
    void take_block(std::uint16_t source, std::uint16_t destination, Bytes apdu, std::uint32_t now_ms);
    void take_whole(std::uint16_t source, std::uint16_t destination, Bytes apdu);
    void reply(std::uint16_t to, std::uint16_t from, Bytes apdu);

    Framing kind_;
    Take take_;
    Open open_;
    WrapperFraming wrapper_;
    std::unique_ptr<Hdlc> hdlc_;
    Octets block_room_;  // only of a sender that uses blocks
    std::optional<dlms::BlockTransfer> blocks_;
    Octets replies_;
};

}  // namespace blathy::station
