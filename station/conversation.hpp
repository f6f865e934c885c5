// One request to the meter and all that comes until its answer: carries APDUs over a link, whole or in general blocks
// (dlms/block_transfer/), and sorts out what the meter says unasked.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "dlms/block_transfer/block_transfer.hpp"
#include "station/exchange.hpp"
#include "station/link/link.hpp"

namespace blathy::station {

// Memory for what general blocks are put together in. Of what is never written the system keeps nothing.
class BlockRoom {
  public:
    // At least `size` octets; what was in them is lost.
    MutableBytes of(std::size_t size);

  private:
    std::unique_ptr<std::uint8_t[]> octets_;  // NOLINT(modernize-avoid-c-arrays): not initialised on purpose
    std::size_t size_ = 0;
};

class Conversation {
  public:
    struct Patience {
        std::chrono::milliseconds answer;  // silence after which there is none
        unsigned retries = 0;              // of a lost block within that time
    };
    struct Incoming {
        Bytes apdu;  // valid until the next call
        Exchange::Carrier carrier = Exchange::Carrier::apdu;
    };
    // Takes the APDUs that are no answer.
    using Unasked = std::function<void(Bytes notification)>;
    // Looks at an APDU whose other blocks are still to come, each time with more of it. An error is the end.
    using Peek = std::function<Result<void, Error>(Bytes beginning)>;

    Conversation(Link& link, const Context& context, BlockRoom& room, Patience patience, Unasked unasked);

    // With general blocks the request goes in as many as it needs, and the first of them states the window.
    Result<void, Error> send(Bytes request, bool in_blocks);
    // The next APDU that is not a notification. Error `timeout`: the meter is silent.
    Result<Incoming, Error> receive(const Peek& peek = {});

  private:
    [[nodiscard]] std::uint32_t now_ms() const;
    void start_blocks();
    Result<void, Error> send_blocks(const Deadline& deadline);
    Result<bool, Error> take_block(Bytes apdu, const Deadline& deadline);
    Error broken_off();

    Link& link_;
    const Context& context_;
    BlockRoom& room_;
    Patience patience_;
    Unasked unasked_;
    std::optional<dlms::BlockTransfer> blocks_;
    std::uint32_t block_count_ = 0;
    bool asked_in_blocks_ = false;
    Octets out_;
    Deadline::Clock::time_point start_ = Deadline::Clock::now();
};

}  // namespace blathy::station
