// Client and server against a stranger who knows the check sequences. Each step of the input is: control octet, flags,
// length of the information field, the field. Half of the steps go to the server, half to the client.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "dlms/hdlc/client_link.hpp"
#include "dlms/hdlc/server_link.hpp"

namespace {

using namespace blathy;
using namespace blathy::dlms::hdlc;

constexpr std::array<std::uint16_t, 2> logical_devices{1, 16};

void must_be_a_frame(Bytes sent) {
    if (sent.size() < 2 || !decode_frame(sent.subspan(1, sent.size() - 2))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::array<std::uint8_t, frame_octets(128)> server_frame, client_frame;
    std::array<std::uint8_t, 300> request_room, response_room, room;
    std::array<std::uint8_t, 256> answer{0xC4};
    ServerSettings server_settings;
    server_settings.logical_devices = logical_devices;
    server_settings.parameters = {128, 128, 3, 3};
    server_settings.turnaround_ms = 0;
    ClientSettings client_settings;
    client_settings.parameters = {128, 128, 3, 3};
    ServerLink server(server_settings, server_frame, request_room);
    ClientLink client(client_settings, client_frame, response_room);

    ByteReader reader({data, size});
    std::uint32_t now_ms = 0;
    while (!reader.at_end()) {
        Frame frame;
        frame.control = reader.u8();
        const std::uint8_t flags = reader.u8();
        frame.information = reader.bytes(std::min<std::size_t>(reader.u8(), reader.remaining()));
        frame.is_segmented = (flags & 1) != 0;
        const bool is_to_server = (flags & 2) != 0;
        frame.destination = is_to_server ? client_settings.server : one_octet_address(client_settings.client);
        frame.source = is_to_server ? one_octet_address(client_settings.client) : client_settings.server;
        now_ms += (flags & 4) != 0 ? 2500u : 10u;
        Bytes input = Bytes(room).first(encode_frame(frame, room));
        std::array<std::uint8_t, 300> octets;
        std::copy(input.begin(), input.end(), octets.begin());
        input = Bytes(octets).first(input.size());

        Bytes nothing;
        while (const auto event = server.receive(is_to_server ? input : nothing, now_ms)) {
            if (event->kind == ServerEvent::Kind::request) server.respond(Bytes(answer).first(flags));
        }
        while (client.receive(is_to_server ? nothing : input, now_ms)) {
        }
        if ((flags & 8) != 0) client.connect(now_ms);
        if ((flags & 16) != 0) client.request(Bytes(answer).first(flags), now_ms);
        if ((flags & 32) != 0) client.disconnect(now_ms);
        while (const std::size_t sent = server.transmit(room, now_ms)) must_be_a_frame(Bytes(room).first(sent));
        while (const std::size_t sent = client.transmit(room, now_ms)) must_be_a_frame(Bytes(room).first(sent));
    }
    return 0;
}
