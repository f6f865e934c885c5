// The whole client over HDLC. The first octet of the input decides what is asked, and how; the rest is what the meter
// sends: raw octets, or frames of a meter that knows the check sequences, each as its control octet, flags, the length
// of the information field, and the field.
#include <algorithm>

#include "station/link/hdlc_link.hpp"

#include "fuzz/client_questions.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    using namespace blathy::station;
    ByteReader input({data, size});
    const std::uint8_t what = input.u8();
    dlms::hdlc::ClientSettings settings;
    settings.server = dlms::hdlc::one_octet_address(1);
    settings.parameters = {128, 128, 3, 3};
    settings.response_timeout_ms = 1;
    settings.stall_timeout_ms = 2;
    settings.max_attempts = 1;
    settings.busy_poll_ms = 0;
    const fuzz::Meter meter(SOCK_STREAM);
    if ((what & 0x20U) != 0) {
        meter.say(input.rest());
    } else {
        while (!input.at_end()) {
            dlms::hdlc::Frame frame;
            frame.control = input.u8();
            frame.is_segmented = (input.u8() & 1U) != 0;
            frame.destination = dlms::hdlc::one_octet_address(settings.client);
            frame.source = settings.server;
            frame.information = input.bytes(std::min<std::size_t>(input.u8(), input.remaining()));
            std::array<std::uint8_t, dlms::hdlc::frame_octets(255)> room{};
            meter.say(Bytes(room).first(dlms::hdlc::encode_frame(frame, room)));
        }
    }
    meter.hang_up();
    const Options options = fuzz::small_options((what & 0x40U) != 0);
    auto link =
        HdlcLink::connect(meter.stream(Stream::Kind::octets), settings, Deadline::after(options.link.connect_timeout));
    if (!link) return 0;
    auto client = Client::associate(std::move(*link), options);
    if (client) fuzz::ask(*client, what & 0x1FU);
    return 0;
}
