// From a stream of octets to valid frames.
//
// A frame opens with a flag, has the length that its format field declares and closes with a flag, which may open the
// next one. When any of that is not so, the search goes on from the next flag among the octets already held, so noise
// that looks like the beginning of a frame does not swallow the frame behind it. What fails its check sequences is
// dropped without a trace (IEC 62056-46, 6.4.2.8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/hdlc/crc.hpp"
#include "dlms/hdlc/frame.hpp"

namespace blathy::dlms::hdlc {

class Deframer {
  public:
    // `buffer` holds one frame: frame_octets(max_info_receive) is what the standard needs. A longer frame is checked as
    // it passes by and reported as oversize. With an `inter_octet_timeout_ms` of 0 a frame may take for ever.
    Deframer(MutableBytes buffer, std::uint16_t inter_octet_timeout_ms)
        : buffer_(buffer), inter_octet_timeout_ms_(inter_octet_timeout_ms) {}

    // Takes octets off the front of `input` until a valid frame is complete, or none are left. The frame views the
    // buffer and lives until the next call. Call it until it returns none.
    std::optional<Frame> next(Bytes& input, std::uint32_t now_ms);

    // A frame has begun, and its next octet is not overdue. Never so without an inter-octet timeout.
    [[nodiscard]] bool is_inside_frame(std::uint32_t now_ms) const {
        return is_open_ && end_ > begin_ && inter_octet_timeout_ms_ != 0 && !is_overdue(now_ms);
    }

    void reset();
    void set_inter_octet_timeout(std::uint16_t timeout_ms) { inter_octet_timeout_ms_ = timeout_ms; }

  private:
    // What the held octets amount to: a malformed beginning, too few to tell, a frame, or one too long to hold.
    enum class Shape : std::uint8_t { malformed, incomplete, complete, oversize };

    [[nodiscard]] bool is_overdue(std::uint32_t now_ms) const {
        return inter_octet_timeout_ms_ != 0 && now_ms - last_octet_ms_ > inter_octet_timeout_ms_;
    }
    [[nodiscard]] Bytes held() const { return Bytes(buffer_).subspan(begin_, end_ - begin_); }
    [[nodiscard]] std::size_t declared_length() const;
    Shape shape();
    [[nodiscard]] std::size_t wanted() const;
    void open();
    void begin_at(std::size_t begin);
    void compact();
    void resynchronise();
    void fill(Bytes& input);
    void begin_skimming();
    std::optional<Frame> skim(Bytes& input);

    MutableBytes buffer_;
    std::size_t begin_ = 0;  // of the octets held after the opening flag
    std::size_t end_ = 0;
    std::uint32_t last_octet_ms_ = 0;
    std::uint16_t inter_octet_timeout_ms_;
    std::uint16_t skim_left_ = 0;  // octets of an oversize frame still to come, its closing flag included
    Crc skim_crc_;
    bool is_open_ = false;
    bool is_header_intact_ = false;  // of the frame at begin_
};

}  // namespace blathy::dlms::hdlc
