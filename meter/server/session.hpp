// A session: one client at one logical device, from whatever link. APDUs in, APDUs out (IEC 62056-5-3, clause 7).
//
// Nothing from outside is trusted: what is malformed, not negotiated or out of order gets the standard's answer, and
// memory is bounded by the session's own size.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/apdu/action.hpp"
#include "dlms/apdu/get.hpp"
#include "dlms/apdu/set.hpp"
#include "meter/server/answer_stream.hpp"
#include "meter/server/association.hpp"
#include "meter/server/request_assembly.hpp"

namespace blathy::meter {

class Session {
  public:
    Session() = default;
    Session(std::uint16_t client_sap, std::uint16_t server_sap) : association_(client_sap, server_sap) {}

    // Answers one APDU. The answer lies within `room` and may begin behind its first octet; it is empty where the
    // standard says silence. `room` of min_answer_room or more is used up to what the client can receive.
    static constexpr std::size_t min_answer_room = 1024;
    Bytes receive(Meter& meter, Bytes apdu, MutableBytes room);

    [[nodiscard]] const Association& association() const { return association_; }

  private:
    // What is under way over several APDUs. A new request of any kind ends it.
    enum class Transfer : std::uint8_t { none, get_answer, action_answer, set, set_list, action, action_list };

    Bytes serve(Meter& meter, Bytes apdu, MutableBytes room);

    Bytes get(const Meter& meter, Bytes apdu, MutableBytes room);
    Bytes start_get(const Meter& meter, dlms::InvokeId invoke, bool list, MutableBytes room);
    Bytes next_get(const Meter& meter, const dlms::GetRequestNext& request, MutableBytes room);
    Bytes get_block(dlms::InvokeId invoke, MutableBytes room, std::size_t start, std::size_t size);

    Bytes set(Meter& meter, Bytes apdu, MutableBytes room);
    Bytes begin_set(Transfer kind, dlms::InvokeId invoke, const dlms::List& targets, const dlms::DataBlock& block,
                    Meter& meter, MutableBytes room);
    Bytes set_block(Meter& meter, dlms::InvokeId invoke, const dlms::DataBlock& block, MutableBytes room);
    Bytes end_set(Meter& meter, dlms::InvokeId invoke, std::uint32_t block_number, MutableBytes room);
    void set_list(Meter& meter, const dlms::List& targets, const dlms::List& values, ByteWriter& results);

    Bytes action(Meter& meter, Bytes apdu, MutableBytes room);
    Bytes begin_action(Transfer kind, dlms::InvokeId invoke, const dlms::List& methods, const dlms::DataBlock& block,
                       Meter& meter, MutableBytes room);
    Bytes action_block(Meter& meter, dlms::InvokeId invoke, const dlms::DataBlock& block, MutableBytes room);
    Bytes act(Meter& meter, dlms::InvokeId invoke, const dlms::List& methods, const dlms::List& parameters, bool list,
              MutableBytes room);
    Bytes answer_action(dlms::InvokeId invoke, Bytes outcomes, bool list, MutableBytes room);
    Bytes next_action(const dlms::ActionRequestNextPblock& request, MutableBytes room);
    Bytes action_answer_block(dlms::InvokeId invoke, MutableBytes room);

    [[nodiscard]] bool negotiated(dlms::Conformance::Bit bit) const { return association_.conformance().has(bit); }
    // The largest APDU that the client takes and the room holds.
    [[nodiscard]] std::size_t answer_limit(MutableBytes room) const;

    Association association_;
    Transfer transfer_ = Transfer::none;
    std::uint32_t block_number_ = 0;  // of the block of the answer that was sent last
    std::size_t target_count_ = 0;    // in the assembly
    std::size_t answered_ = 0;        // octets of an ACTION's answer that were sent
    AnswerStream answer_;
    RequestAssembly assembly_;
};

}  // namespace blathy::meter
