// ACCESS (Green Book 9.4.6.6): GETs, SETs and ACTIONs in one request, carried out in their order.
//
// The response has the data before the results, which are known only then: they wait in the assembly, an octet each.
// With general block transfer the response may be of any size, and each part is carried out when the stream comes to
// it. Without, it must fit an APDU, and there is no way to say half of it: so the request is rehearsed first, and
// refused if the response would be too long. What an ACTION returns can't be foreseen; if that makes it too long, then
// all has been carried out, and only the answer is lost.

#include <array>

#include "meter/meter.hpp"
#include "meter/server/service_replies.hpp"

namespace blathy::meter {

using dlms::Conformance;

Services::Answer Services::access(const Call& call, Bytes apdu) {
    auto request = dlms::read_access_request(apdu);
    if (!request) return refuse_malformed(call.room);
    end();
    // The request's octets are the link's; the answer outlives them.
    if (!assembly_.begin(apdu)) return refuse_too_long(call.room);
    const auto kept = [&](Bytes part) {
        return assembly_.targets().subspan(static_cast<std::size_t>(part.data() - apdu.data()), part.size());
    };
    request->specifications.encoded = kept(request->specifications.encoded);
    request->data.encoded = kept(request->data.encoded);
    const auto results = assembly_.reserve(request->specifications.count);
    if (!results) return refuse_too_long(call.room);

    std::array<std::uint8_t, dlms::DateTime::encoded_size> time_octets{};
    ByteWriter time(time_octets);
    if (!request->date_time.empty()) write(time, call.meter.clock().local_now());
    const auto start = [&](AnswerStream::Mode mode) {
        answer_.start_access(*request, time.written(), *results, mode);
        return answer_.fill(call.meter, call.association, call.room.first(whole_limit(call)));
    };
    const bool confirmed = request->invoke.confirmed();
    const bool in_blocks = confirmed && call.negotiated(Conformance::general_block_transfer);
    if (confirmed && !in_blocks) {
        (void)start(AnswerStream::Mode::rehearse);
        if (!answer_.finished()) return refuse_too_long(call.room);
    }
    const std::size_t size = start(AnswerStream::Mode::carry_out);
    bool lost = answer_.error() != dlms::DataAccessResult::success;
    if (!in_blocks) {
        // The rest is carried out all the same.
        lost = lost || !answer_.finished();
        while (!answer_.finished()) (void)answer_.fill(call.meter, call.association, call.room);
    }
    if (!confirmed) return {};
    if (lost) return refuse(call.room, dlms::StateError::service_not_allowed, dlms::ServiceError::other_reason);
    return {Bytes(call.room).first(size), answer_.finished()};
}

}  // namespace blathy::meter
