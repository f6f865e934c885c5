// The xDLMS services with logical names, in plain (IEC 62056-5-3, 7.3): one request in, its answer out.
//
// Here is what GET, SET, ACTION and ACCESS mean. What an APDU travels in, general blocks or ciphering, is the session's
// business (session.hpp).
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "dlms/apdu/access.hpp"
#include "dlms/apdu/action.hpp"
#include "dlms/apdu/get.hpp"
#include "dlms/apdu/set.hpp"
#include "meter/server/answer_stream.hpp"
#include "meter/server/association.hpp"
#include "meter/server/request_assembly.hpp"

namespace blathy::meter {

class Services {
  public:
    struct Call {
        Meter& meter;
        Association& association;
        MutableBytes room;      // for the answer
        std::size_t limit = 0;  // the longest APDU that the client takes and the room holds behind `header_room`

        [[nodiscard]] bool negotiated(dlms::Conformance::Bit bit) const { return association.conformance().has(bit); }
    };
    // Of `room`, before an answer, for a header that is known only afterwards.
    static constexpr std::size_t header_room = 16;

    // An APDU within the room; empty: none, as for a request without confirmation. If it is not whole, then it is the
    // beginning of one that the association lets leave in general blocks; fill() gives the rest.
    struct Answer {
        Bytes octets;
        bool whole = true;
    };
    // A request of any kind ends what the one before it has begun, unless it continues that.
    Answer serve(const Call& call, Bytes apdu);
    void end();

    // The octets that follow an answer's beginning. None before finished(): it failed, and can't be told any more.
    std::size_t fill(Meter& meter, Association& association, MutableBytes room);
    void push_back(Bytes octets) { answer_.push_back(octets); }
    // How many they will be, as things are now.
    [[nodiscard]] std::size_t size_left(Meter& meter, Association& association) const {
        return answer_.size_left(meter, association);
    }
    [[nodiscard]] bool finished() const { return answer_.finished(); }

    // The most octets of an answer in one general block. Several blocks are kept to be sent again, so it is no more
    // than a part of the room for them.
    static constexpr std::size_t max_general_block = 1024;
    [[nodiscard]] std::size_t general_block_size(std::size_t limit);
    MutableBytes room_for_blocks() { return assembly_.free(); }
    MutableBytes room_for_request() { return assembly_.request_room(); }

  private:
    // What is under way over several APDUs. A new request of any kind ends it.
    enum class Transfer : std::uint8_t { none, get_answer, action_answer, set, set_list, action, action_list };

    Answer get(const Call& call, Bytes apdu);
    Answer start_get(const Call& call, dlms::InvokeId invoke, bool list);
    Answer next_get(const Call& call, const dlms::GetRequestNext& request);
    Answer get_block(const Call& call, dlms::InvokeId invoke, std::size_t size);

    Answer set(const Call& call, Bytes apdu);
    Answer begin_set(const Call& call, Transfer kind, dlms::InvokeId invoke, const dlms::List& targets,
                     const dlms::DataBlock& block);
    Answer set_block(const Call& call, dlms::InvokeId invoke, const dlms::DataBlock& block);
    Answer end_set(const Call& call, dlms::InvokeId invoke, std::uint32_t block_number);
    Answer set_values(const Call& call, dlms::InvokeId invoke, const dlms::List& targets, const dlms::List& values);
    void write_values(const Call& call, const dlms::List& targets, const dlms::List& values);

    Answer action(const Call& call, Bytes apdu);
    Answer begin_action(const Call& call, Transfer kind, dlms::InvokeId invoke, const dlms::List& methods,
                        const dlms::DataBlock& block);
    Answer action_block(const Call& call, dlms::InvokeId invoke, const dlms::DataBlock& block);
    Answer act(const Call& call, dlms::InvokeId invoke, const dlms::List& methods, const dlms::List& parameters,
               bool list);
    Answer answer_action(const Call& call, dlms::InvokeId invoke, Bytes outcomes, bool list);
    Answer next_action(const Call& call, const dlms::ActionRequestNextPblock& request);
    Answer action_answer_block(const Call& call, dlms::InvokeId invoke);

    Answer access(const Call& call, Bytes apdu);

    // The longest answer that is given whole.
    std::size_t whole_limit(const Call& call);
    // What was prepared in the assembly, behind a header that stands at the room's beginning.
    Answer answer_prepared(const Call& call, std::size_t header, Bytes octets);

    Transfer transfer_ = Transfer::none;
    std::uint32_t block_number_ = 0;  // of the block of the answer that was sent last
    std::size_t target_count_ = 0;    // in the assembly
    AnswerStream answer_;
    RequestAssembly assembly_;
};

}  // namespace blathy::meter
