// The two directions of a connection's information transfer (IEC 62056-46, 6.4.4.4.3.3), the same in client and server:
// `Sending` cuts an APDU into numbered segments and keeps what is not acknowledged, `Receiving` puts segments together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/hdlc/llc.hpp"

namespace blathy::dlms::hdlc {

struct Segment {
    Bytes head;  // LLC octets, in the first segment
    Bytes information;
    std::uint8_t send_number = 0;
    bool is_last = false;
};

class Sending {
  public:
    // Both sequence numbers to zero and nothing to send (a new connection).
    void reset(std::uint16_t max_info, std::uint8_t window);

    // `apdu` is viewed until all of it is acknowledged, cancelled or replaced.
    void start(const LlcHeader& llc, Bytes apdu);
    void cancel();

    // N(R) lies between the oldest frame not acknowledged and the one behind the newest that was ever sent: what is
    // about to be repeated may well have arrived the first time.
    [[nodiscard]] bool is_valid(std::uint8_t receive_number) const;
    // True if this acknowledges anything new. `receive_number` is valid.
    bool acknowledge(std::uint8_t receive_number);

    [[nodiscard]] bool is_done() const { return acknowledged_ == total(); }
    // The window and the APDU both allow another segment now.
    [[nodiscard]] bool can_send() const;
    Segment next();
    // What has been sent and not acknowledged is to be sent again.
    void rewind() { next_number_ = oldest_number_; }

    [[nodiscard]] std::uint8_t send_state() const { return sent_number_; }  // V(S)

  private:
    [[nodiscard]] std::size_t total() const { return is_active_ ? llc_.size() + apdu_.size() : 0; }
    [[nodiscard]] std::size_t in_flight() const { return (next_number_ - oldest_number_) & 7u; }

    Bytes apdu_;
    std::size_t acknowledged_ = 0;  // octets of LLC header and APDU
    LlcHeader llc_{};
    std::uint16_t max_info_ = 128;
    std::uint8_t window_ = 1;
    std::uint8_t oldest_number_ = 0;  // not acknowledged yet
    std::uint8_t next_number_ = 0;    // V(S)
    std::uint8_t sent_number_ = 0;    // behind the newest ever sent: V(S) before it was rewound
    bool is_active_ = false;
};

class Receiving {
  public:
    // `buffer` holds the longest APDU and its LLC octets.
    explicit Receiving(MutableBytes buffer) : buffer_(buffer) {}

    void reset() {
        clear();
        next_number_ = 0;
    }
    void clear() { size_ = 0; }

    [[nodiscard]] std::uint8_t receive_state() const { return next_number_; }  // V(R)
    void advance() { next_number_ = static_cast<std::uint8_t>((next_number_ + 1) & 7); }

    // False, and nothing is kept, if the APDU grows beyond the buffer.
    bool append(Bytes information);
    // The APDU, or none if what was received does not begin with `llc`. The next segment begins a new one.
    std::optional<Bytes> finish(const LlcHeader& llc);

  private:
    MutableBytes buffer_;
    std::size_t size_ = 0;
    std::uint8_t next_number_ = 0;
};

// The APDU of an information field that holds a whole one.
std::optional<Bytes> strip_llc(const LlcHeader& llc, Bytes information);

}  // namespace blathy::dlms::hdlc
