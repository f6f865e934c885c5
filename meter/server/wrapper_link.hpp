// One TCP connection, or UDP peer, that speaks through the wrapper (IEC 62056-47): octets in, octets out.
//
// Several clients and logical devices may share it; each pair has its own session.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/wrapper.hpp"
#include "meter/server/session.hpp"

namespace blathy::meter {

class WrapperLink {
  public:
    // What a receive buffer must hold: the largest APDU and its header. What comes beyond is skipped as it comes.
    static constexpr std::size_t receive_buffer_size = dlms::WrapperHeader::size + max_receive_pdu_size;
    static constexpr std::size_t min_send_buffer_size = dlms::WrapperHeader::size + Session::min_answer_room;

    // `peer` as in security::Origin.
    explicit WrapperLink(std::uint32_t peer = 0) : peer_(peer) {}

    struct Step {
        std::size_t consumed = 0;  // octets of the stream that are done with; 0: more must come first
        Bytes answer;              // to be sent, within the send buffer; empty: nothing
        bool close = false;        // this is not the wrapper; there is no way to find the next header
    };

    // Takes the first WPDU of `stream`, if it is all there. Its APDU is deciphered where it is.
    Step receive(Meter& meter, MutableBytes stream, MutableBytes send_buffer);
    // The next WPDU of the same answer, which may have several; empty: there are no more. To be called until then
    // before the next receive(), whenever the peer has taken what came before: nothing piles up meanwhile.
    Bytes more(Meter& meter, MutableBytes send_buffer);

    [[nodiscard]] bool has_open_association() const;
    // Of a client that has proven who it is.
    [[nodiscard]] bool has_proven_client() const;

  private:
    static constexpr std::size_t max_sessions = 2;

    // None: all are taken by open associations.
    std::optional<std::size_t> session_for(const dlms::WrapperHeader& header);
    static Bytes wrap(const dlms::WrapperHeader& request, Bytes answer, MutableBytes send_buffer);

    std::uint32_t peer_;
    std::array<Session, max_sessions> sessions_;
    // Whose answer may not be all given yet, and to what it is one.
    std::optional<std::size_t> answering_;
    dlms::WrapperHeader request_;
    std::uint32_t skip_ = 0;  // octets still to come of a WPDU that is too long
};

}  // namespace blathy::meter
