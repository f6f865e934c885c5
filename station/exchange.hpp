// An exchange: one invocation of a service, as the APDUs it wants to send and those it gets back. It does no input or
// output, so a blocking client, an event loop and a fuzzer can all drive it:
//
//     Result<Step, Error> step = exchange.begin();
//     while (step && step->kind != Step::Kind::done && step->kind != Step::Kind::post) {
//         if (step->kind == Step::Kind::send) send(step->apdu);
//         step = exchange.take(receive());
//     }
//
// Nothing that the meter sends is trusted. An error ends the exchange.
#pragma once

#include "base/bytes.hpp"
#include "dlms/apdu/common.hpp"
#include "dlms/initiate.hpp"
#include "station/error.hpp"
#include "station/octets.hpp"
#include "station/service/target.hpp"

namespace blathy::station {

// What the association agreed on, and what this client takes at most.
struct Context {
    dlms::Conformance conformance;
    std::size_t max_request_octets = 0xFFFF;
    std::size_t max_response_octets = 0xFFFF;
    std::size_t max_value_octets = std::size_t{64} << 20;  // of a value that comes in blocks
    std::uint32_t max_blocks = 200'000;                    // that it comes in
    std::uint8_t block_window = 0;                         // of general block transfer: blocks taken in a stream

    [[nodiscard]] bool has(dlms::Conformance::Bit bit) const { return conformance.has(bit); }
    // APDUs of any size go in general blocks, which stand in for those of the services.
    [[nodiscard]] bool uses_general_blocks() const {
        return block_window > 0 && has(dlms::Conformance::general_block_transfer);
    }
    bool operator==(const Context&) const = default;
};

struct Step {
    enum class Kind : std::uint8_t {
        send,  // send `apdu` and wait for the answer
        wait,  // that was not the answer; go on waiting
        post,  // send `apdu`; it is unconfirmed, nothing will answer it, and this is the end
        done,
    };
    Kind kind = Kind::done;
    Octets apdu;

    static Step send(Octets apdu) { return {Kind::send, std::move(apdu)}; }
    static Step wait() { return {Kind::wait, {}}; }
    static Step post(Octets apdu) { return {Kind::post, std::move(apdu)}; }
    static Step done() { return {Kind::done, {}}; }
};

class Exchange {
  public:
    explicit Exchange(const Context& context) : context_(context) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    virtual ~Exchange() = default;

    // May be called again, to begin anew, as long as the exchange is repeatable().
    virtual Result<Step, Error> begin() = 0;
    // How an APDU came: by itself, or put together from general blocks, which may make it longer than one.
    enum class Carrier : std::uint8_t { apdu, blocks };
    Result<Step, Error> take(Bytes apdu, Carrier carrier = Carrier::apdu);

    // What is there of an answer in general blocks before the last of them has come, each time with more of it: for
    // who can use it early. take() then gets the whole.
    virtual Result<void, Error> peek(Bytes /*beginning*/) { return {}; }

    // The request sent last may be sent again, when it or its answer got lost, without doing anything twice.
    [[nodiscard]] virtual bool repeatable() const { return false; }

  protected:
    [[nodiscard]] const Context& context() const { return context_; }
    // An APDU that is neither unsolicited, nor too long, nor an error of the whole request.
    virtual Result<Step, Error> respond(Bytes apdu) = 0;
    // Some of the answer has been used before it was complete.
    [[nodiscard]] virtual bool has_begun() const { return false; }
    // A request that must fit what the meter takes.
    [[nodiscard]] Result<Step, Error> send(Octets apdu) const;
    // An unconfirmed one.
    [[nodiscard]] Result<Step, Error> post(Octets apdu) const;
    // Nothing if the service is negotiated.
    [[nodiscard]] Result<void, Error> require(dlms::Conformance::Bit bit) const;
    // The same for what the target asks of GET or SET: a selection, or attribute 0, which is all attributes.
    [[nodiscard]] Result<void, Error> require_for_get(const AttributeTarget& target) const;
    [[nodiscard]] Result<void, Error> require_for_set(const AttributeTarget& target) const;

  private:
    [[nodiscard]] Result<void, Error> require_for(const AttributeTarget& target,
                                                  dlms::Conformance::Bit all_attributes) const;

    Context context_;
};

// A long value that leaves in blocks.
class BlockSource {
  public:
    explicit BlockSource(Octets payload) : payload_(std::move(payload)) {}

    [[nodiscard]] bool at_end() const { return position_ == payload_.size(); }
    [[nodiscard]] std::uint32_t number() const { return number_; }
    [[nodiscard]] std::size_t size() const { return payload_.size(); }
    // The next block, of an APDU in which `room` octets are left for number, length and octets.
    Result<dlms::DataBlock, Error> next(std::size_t room);

  private:
    Octets payload_;
    std::size_t position_ = 0;
    std::uint32_t number_ = 0;  // of the block sent last
};

// A long value that comes in blocks: numbered from 1, without gaps, none empty, and not without end.
class BlockSink {
  public:
    explicit BlockSink(const Context& context)
        : max_octets_(context.max_value_octets), max_blocks_(context.max_blocks) {}

    Result<void, Error> take(const dlms::DataBlock& block);
    [[nodiscard]] std::uint32_t number() const { return number_; }

  private:
    std::size_t max_octets_;
    std::uint32_t max_blocks_;
    std::size_t octets_ = 0;
    std::uint32_t number_ = 0;  // of the block taken last
};

}  // namespace blathy::station
