// Private to the services: the short answers that several of them give.
#pragma once

#include "dlms/apdu/errors.hpp"
#include "dlms/axdr.hpp"
#include "dlms/data.hpp"
#include "meter/server/services.hpp"

namespace blathy::meter {

template <class Apdu>
Services::Answer reply(MutableBytes room, const Apdu& apdu) {
    ByteWriter out(room);
    write(out, apdu);
    return {out.ok() ? out.written() : Bytes{}};
}

inline Services::Answer refuse(MutableBytes room, dlms::StateError state, dlms::ServiceError service) {
    return reply(room, dlms::ExceptionResponse{state, service});
}

// Malformed: it names a service that is there, but nothing that could be done.
inline Services::Answer refuse_malformed(MutableBytes room) {
    return refuse(room, dlms::StateError::service_not_allowed, dlms::ServiceError::other_reason);
}

inline Services::Answer refuse_not_negotiated(MutableBytes room) {
    return refuse(room, dlms::StateError::service_not_allowed, dlms::ServiceError::service_not_supported);
}

// The request is too long for the meter, or its answer for the client. Nothing was done, for nobody could be told what.
inline Services::Answer refuse_too_long(MutableBytes room) {
    return refuse(room, dlms::StateError::service_not_allowed, dlms::ServiceError::pdu_too_long);
}

// The most octets that fit into `limit` behind a header and their own length.
inline std::size_t raw_limit(std::size_t limit, std::size_t header) {
    std::size_t raw = limit - header - 1;
    while (header + dlms::length_size(raw) + raw > limit) --raw;
    return raw;
}

// A list within octets that were assembled from blocks; none if they are not just that.
template <class ReadElement>
std::optional<dlms::List> assembled_list(Bytes octets, std::size_t expected, ReadElement&& read_element) {
    ByteReader in(octets);
    const dlms::List list = dlms::read_list(in, read_element);
    if (!in.ok() || !in.at_end() || list.count != expected) return std::nullopt;
    return list;
}

inline bool is_one_value(Bytes octets) {
    return dlms::data_size(octets) == octets.size();
}

}  // namespace blathy::meter
