// The whole server behind an HDLC line. The first octet chooses: octets as they come from the line, in pieces of that
// size; or, from 0x80 on, what gets past the checksums: records of a control octet, a format octet and information,
// which become well-formed frames, with pauses between them.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "dlms/hdlc/frame.hpp"
#include "meter/server/hdlc_port.hpp"

#include "tests/support/bench.hpp"

namespace {

using namespace blathy;

class Line {
  public:
    void receive(Bytes octets) {
        port_.receive(octets, now_ms_);
        answer();
    }
    void wait(std::uint32_t duration_ms) {
        now_ms_ += duration_ms;
        receive({});
    }

  private:
    // Whatever the meter says is whole frames, and it comes to an end.
    void answer() {
        for (int frames = 0;; ++frames) {
            const auto chunk = port_.transmit(room_, now_ms_);
            if (chunk.size == 0) {
                const auto wake = port_.wake_after_ms(now_ms_);
                if (!wake || *wake > longest_turnaround_ms) return;
                now_ms_ += *wake;
                port_.receive({}, now_ms_);
                if (*wake == 0 && frames > most_frames) std::abort();
                if (*wake > 0) frames = 0;
                continue;
            }
            if (chunk.size > room_.size() || frames > most_frames) std::abort();
            const Bytes frame = Bytes(room_).first(chunk.size);
            if (frame.front() != dlms::hdlc::flag || frame.back() != dlms::hdlc::flag) std::abort();
            if (!dlms::hdlc::decode_frame(frame.subspan(1, frame.size() - 2))) std::abort();
        }
    }

    static constexpr std::uint32_t longest_turnaround_ms = 1000;
    static constexpr int most_frames = 64;

    test::Bench bench_;
    meter::HdlcPort port_{bench_.meter, {}};
    std::array<std::uint8_t, meter::HdlcPort::frame_room> room_{};
    std::uint32_t now_ms_ = 0xFFFF'FF00;  // the clock wraps
};

void feed_octets(Line& line, Bytes octets, std::size_t piece) {
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        line.receive(octets.subspan(at, std::min(piece, octets.size() - at)));
        line.wait(1);
    }
}

void feed_frames(Line& line, Bytes octets) {
    ByteReader in(octets);
    while (in.remaining() >= 3) {
        const std::uint8_t form = in.u8();
        dlms::hdlc::Frame frame;
        frame.control = in.u8();
        frame.is_segmented = (form & 1U) != 0;
        frame.source = dlms::hdlc::one_octet_address((form & 2U) != 0 ? 16 : 1);
        frame.destination =
            (form & 4U) != 0 ? dlms::hdlc::two_octet_address(1, 0x10) : dlms::hdlc::one_octet_address(1);
        frame.information = in.bytes(std::min<std::size_t>(in.u8(), in.remaining()));
        std::array<std::uint8_t, meter::HdlcPort::frame_room> room{};
        line.receive(Bytes(room).first(dlms::hdlc::encode_frame(frame, room)));
        if ((form & 0x80U) != 0) line.wait(std::uint32_t{form & 0x78U} * 2000);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    Line line;
    const Bytes input(data + 1, size - 1);
    if (data[0] >= 0x80) {
        feed_frames(line, input);
    } else {
        feed_octets(line, input, data[0] == 0 ? size : data[0]);
    }
    return 0;
}
