#include "meter/server/wrapper_link.hpp"

#include <algorithm>

#include "dlms/acse/acse.hpp"
#include "dlms/apdu/errors.hpp"
#include "dlms/tags.hpp"

namespace blathy::meter {
namespace {

using dlms::WrapperHeader;

Bytes too_long(MutableBytes room) {
    ByteWriter out(room);
    write(out, dlms::ExceptionResponse{dlms::StateError::service_not_allowed, dlms::ServiceError::pdu_too_long});
    return out.written();
}

// All sessions are taken by open associations.
Bytes busy(Bytes apdu, MutableBytes room) {
    ByteWriter out(room);
    if (!apdu.empty() && apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::aarq)) {
        dlms::Aare aare;
        aare.result = dlms::AssociationResult::rejected_transient;
        aare.diagnostic = dlms::UserDiagnostic::no_reason;
        write(out, aare);
    } else {
        write(out, dlms::ExceptionResponse{});
    }
    return out.written();
}

}  // namespace

WrapperLink::Step WrapperLink::receive(Meter& meter, MutableBytes stream, MutableBytes send_buffer) {
    if (skip_ > 0) {
        const std::size_t skipped = std::min<std::size_t>(skip_, stream.size());
        skip_ -= static_cast<std::uint32_t>(skipped);
        return {skipped, {}, false};
    }
    if (stream.size() < WrapperHeader::size) return {};
    const auto header = dlms::read_wrapper_header(stream);
    if (!header) return {stream.size(), {}, true};

    const MutableBytes room = send_buffer.subspan(WrapperHeader::size);
    if (header->length > max_receive_pdu_size) {
        skip_ = header->length;
        return {WrapperHeader::size, wrap(*header, too_long(room), send_buffer), false};
    }
    const std::size_t size = WrapperHeader::size + header->length;
    if (stream.size() < size) return {};
    const MutableBytes apdu = stream.subspan(WrapperHeader::size, header->length);
    answering_ = session_for(*header);
    request_ = *header;
    const Bytes answer = answering_ ? sessions_[*answering_].receive(meter, apdu, room) : busy(apdu, room);
    return {size, wrap(*header, answer, send_buffer), false};
}

Bytes WrapperLink::more(Meter& meter, MutableBytes send_buffer) {
    if (!answering_) return {};
    const Bytes answer = sessions_[*answering_].more(meter, send_buffer.subspan(WrapperHeader::size));
    if (answer.empty()) answering_.reset();
    return wrap(request_, answer, send_buffer);
}

bool WrapperLink::has_open_association() const {
    return std::ranges::any_of(sessions_, [](const Session& session) { return session.association().is_open(); });
}

bool WrapperLink::has_proven_client() const {
    return std::ranges::any_of(sessions_, [](const Session& session) { return session.association().is_proven(); });
}

std::optional<std::size_t> WrapperLink::session_for(const WrapperHeader& header) {
    const auto find = [&](auto&& predicate) -> std::optional<std::size_t> {
        const auto found = std::ranges::find_if(sessions_, predicate, &Session::association);
        if (found == sessions_.end()) return std::nullopt;
        return static_cast<std::size_t>(found - sessions_.begin());
    };
    const auto same = find([&](const Association& association) {
        return association.client_sap() == header.source && association.server_sap() == header.destination;
    });
    if (same) return same;
    const auto free = find([](const Association& association) { return !association.is_open(); });
    if (free) sessions_[*free] = Session(header.source, header.destination, {AccessPort::network, peer_});
    return free;
}

// The header goes right before the answer, wherever in the room that begins.
Bytes WrapperLink::wrap(const WrapperHeader& request, Bytes answer, MutableBytes send_buffer) {
    if (answer.empty()) return {};
    const auto start = static_cast<std::size_t>(answer.data() - send_buffer.data()) - WrapperHeader::size;
    ByteWriter out(send_buffer.subspan(start, WrapperHeader::size));
    write(out, WrapperHeader{request.destination, request.source, static_cast<std::uint16_t>(answer.size())});
    return Bytes(send_buffer).subspan(start, WrapperHeader::size + answer.size());
}

}  // namespace blathy::meter
