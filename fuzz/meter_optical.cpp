// The whole server behind an optical port: IEC 62056-21 from any octets, and HDLC behind mode E from well-formed
// frames, so that the input gets past the checksums. The input is records: a length and so many characters while the
// port speaks IEC 62056-21, or a control octet, a length and the information while it speaks HDLC; each with a last
// octet that says how much time passes.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "dlms/hdlc/frame.hpp"
#include "meter/local_port/optical_port.hpp"

#include "tests/support/bench.hpp"

namespace {

using namespace blathy;

class Probe {
  public:
    [[nodiscard]] bool is_hdlc() const { return port_.is_hdlc(); }
    void say(Bytes octets, std::uint8_t pause) {
        port_.receive(octets, now_ms_);
        answer();
        // Short pauses by 16 ms, and from 0x80 on long ones by a second.
        now_ms_ += pause < 0x80 ? pause * 16u : (pause - 0x80u) * 1000u;
        port_.receive({}, now_ms_);
        answer();
    }

  private:
    // It comes to an end: a readout is a few hundred octets, and an answer a window of frames.
    void answer() {
        for (int chunks = 0; chunks < most_chunks; ++chunks) {
            const auto chunk = port_.transmit(room_, now_ms_);
            (void)port_.line();
            if (chunk.size == 0) return;
            if (chunk.size > room_.size() || chunk.line.baud < 300) std::abort();
        }
        std::abort();
    }

    static constexpr int most_chunks = 64;

    test::Bench bench_;
    meter::OpticalPort port_{bench_.meter, {.has_setup = true, .hdlc = {.line = meter::HdlcLine::optical}}};
    std::array<std::uint8_t, meter::OpticalPort::frame_room> room_{};
    std::uint32_t now_ms_ = 0xFFFF'F000;  // the clock wraps
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Probe probe;
    ByteReader in({data, size});
    while (in.remaining() > 0) {
        std::array<std::uint8_t, meter::HdlcPort::frame_room> room{};
        Bytes octets;
        if (probe.is_hdlc()) {
            dlms::hdlc::Frame frame;
            frame.control = in.u8();
            frame.source = dlms::hdlc::one_octet_address(16);
            frame.destination = dlms::hdlc::one_octet_address(1);
            frame.information = in.bytes(std::min<std::size_t>(in.u8(), in.remaining()));
            octets = Bytes(room).first(dlms::hdlc::encode_frame(frame, room));
        } else {
            octets = in.bytes(std::min<std::size_t>(in.u8(), in.remaining()));
        }
        probe.say(octets, in.u8());
    }
    return 0;
}
