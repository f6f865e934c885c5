// A session: one client at one logical device, from whatever link. APDUs in, APDUs out (IEC 62056-5-3, clause 7).
//
// Nothing from outside is trusted: what is malformed, not negotiated or out of order gets the standard's answer, and
// memory is bounded by the session's own size.
//
// It is built in two layers. This class is the outer one: what an APDU is, and what it travels in. It opens and
// releases the association, and puts requests and answers through general block transfer. The inner one, Services,
// knows plain services only. respond() is the one place between them, where protection is taken off a request and put
// on its answer.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/block_transfer/block_transfer.hpp"
#include "meter/server/association.hpp"
#include "meter/server/services.hpp"

namespace blathy::meter {

// A session that has begun must stay where it is: what is under way refers to its own memory.
class Session {
  public:
    Session() = default;
    Session(std::uint16_t client_sap, std::uint16_t server_sap, security::Origin origin = {})
        : association_(client_sap, server_sap, origin) {}

    // Answers one APDU, which is deciphered where it is. The answer lies within `room` and may begin behind its first
    // octet; it is empty where the standard says silence. `room` of min_answer_room or more is used up to what the
    // client can receive.
    static constexpr std::size_t min_answer_room = 1024;
    Bytes receive(Meter& meter, MutableBytes apdu, MutableBytes room);
    // The next APDU of the same answer, which may have several; empty: there are no more. To be called after receive()
    // until then. `room` as above.
    Bytes more(Meter& meter, MutableBytes room);

    [[nodiscard]] const Association& association() const { return association_; }

  private:
    // The part of general block transfer that is under way. The meter speaks only when it is spoken to, and never
    // asks again by itself.
    enum class Exchange : std::uint8_t { none, request, answer };
    static constexpr std::uint8_t block_window = 8;

    Services::Answer respond(Meter& meter, MutableBytes request, MutableBytes room);
    Services::Answer protect(Meter& meter, const Services::Answer& answer, MutableBytes room);

    Bytes receive_block(Meter& meter, Bytes apdu, MutableBytes room);
    void begin_exchange(MutableBytes room_for_request, MutableBytes room);
    Bytes answer_in_blocks(Meter& meter, const Services::Answer& answer, MutableBytes room);
    Bytes next_block(Meter& meter, MutableBytes room, Bytes beginning);
    void end_exchange();

    // The longest APDU that the client takes and the room holds.
    [[nodiscard]] std::size_t answer_limit(MutableBytes room) const;

    Association association_;
    Services services_;
    dlms::BlockTransfer blocks_{MutableBytes{}, dlms::BlockTransferParameters{}};
    Exchange exchange_ = Exchange::none;
    std::uint16_t newest_block_ = 0;                      // of the request
    std::optional<security::OutgoingStream> protection_;  // of an answer in general blocks
};

}  // namespace blathy::meter
