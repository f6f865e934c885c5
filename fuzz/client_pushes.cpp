// Whoever pushes to a listener: octets in the wrapper, or frames with good check sequences when the first octet is odd,
// each as flags, length of the information field, and the field.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "dlms/hdlc/frame.hpp"
#include "station/format.hpp"
#include "station/push_receiver.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    using namespace blathy::station;
    ByteReader input({data, size});
    const bool frames = (input.u8() & 1U) != 0;
    PushReceiver receiver(frames ? PushReceiver::Framing::hdlc : PushReceiver::Framing::wrapper, [](const Push& push) {
        if (push.apdu.size() > PushReceiver::max_push_octets) std::abort();
        if (!push.notification) return;
        for (const PushedValue& pushed : pushed_values(*push.notification)) (void)to_json(*pushed.value);
    });
    std::uint32_t now_ms = 0;
    while (!input.at_end()) {
        now_ms += 100;
        std::array<std::uint8_t, dlms::hdlc::frame_octets(255)> room{};
        Bytes octets;
        if (frames) {
            dlms::hdlc::Frame frame;
            frame.control = dlms::hdlc::encode_control({dlms::hdlc::FrameKind::ui, false});
            frame.is_segmented = (input.u8() & 1U) != 0;
            frame.destination = dlms::hdlc::one_octet_address(0x40);
            frame.source = dlms::hdlc::one_octet_address(1);
            frame.information = input.bytes(std::min<std::size_t>(input.u8(), input.remaining()));
            octets = Bytes(room).first(dlms::hdlc::encode_frame(frame, room));
        } else {
            octets = input.bytes(std::min<std::size_t>(input.u8(), input.remaining()));
        }
        if (!receiver.put(octets, now_ms)) return 0;
        // Each push is answered by a few octets at most.
        if (receiver.take_replies().size() > 64 * (octets.size() + 1)) std::abort();
    }
    return 0;
}
