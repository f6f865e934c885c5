// Client and server on a line that loses, damages, repeats and cuts what it carries: every request arrives once, every
// response arrives once, both in order and unchanged.
#include <array>
#include <deque>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/hdlc/client_link.hpp"
#include "dlms/hdlc/server_link.hpp"

#include "tests/dlms/hdlc_testing.hpp"

namespace blathy::dlms::hdlc {
namespace {

using codec_test::Octets;

struct Faults {
    int loss_percent = 0;
    int damage_percent = 0;
    int repeat_percent = 0;
    int noise_percent = 0;
};

class Line {
  public:
    Line(const Faults& faults, unsigned seed) : faults_(faults), random_(seed) {}

    void carry(Bytes frame) {
        if (happens(faults_.loss_percent)) return;
        Octets octets(frame.begin(), frame.end());
        if (happens(faults_.damage_percent)) octets[below(octets.size())] ^= static_cast<std::uint8_t>(1 + below(255));
        if (happens(faults_.noise_percent))
            octets.insert(octets.begin(), 1 + below(20), static_cast<std::uint8_t>(below(256)));
        const int copies = happens(faults_.repeat_percent) ? 2 : 1;
        for (int i = 0; i < copies; ++i) on_the_way_.insert(on_the_way_.end(), octets.begin(), octets.end());
    }
    Octets piece() {
        const std::size_t size = on_the_way_.empty() ? 0 : 1 + below(on_the_way_.size());
        const Octets octets(on_the_way_.begin(), on_the_way_.begin() + static_cast<std::ptrdiff_t>(size));
        on_the_way_.erase(on_the_way_.begin(), on_the_way_.begin() + static_cast<std::ptrdiff_t>(size));
        return octets;
    }

  private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    bool happens(int percent) { return below(100) < static_cast<std::size_t>(percent); }

    Faults faults_;
    std::mt19937 random_;
    std::deque<std::uint8_t> on_the_way_;
};

rc::Gen<Parameters> any_parameters() {
    return rc::gen::construct<Parameters>(rc::gen::inRange<std::uint16_t>(32, 300),
                                          rc::gen::inRange<std::uint16_t>(32, 300),
                                          rc::gen::inRange<std::uint8_t>(1, 8), rc::gen::inRange<std::uint8_t>(1, 8));
}

void exchange(const Faults& faults, bool is_application_slow) {
    constexpr std::array<std::uint16_t, 1> logical_devices{1};
    ServerSettings server_settings;
    server_settings.logical_devices = logical_devices;
    server_settings.parameters = *any_parameters();
    ClientSettings client_settings;
    client_settings.parameters = *any_parameters();
    client_settings.server = two_octet_address(1, 0x10);
    client_settings.max_attempts = 250;
    client_settings.stall_timeout_ms = 100'000'000;
    client_settings.turnaround_ms = *rc::gen::element<std::uint16_t>(0, 30);
    client_settings.inter_octet_timeout_ms = 25;
    server_settings.inactivity_timeout_s = 0;
    // The client keeps to itself for longer than the server's turnaround and a window take.
    client_settings.response_timeout_ms = 1000;

    Octets server_frame(frame_octets(300)), client_frame(frame_octets(300)), request_room(4096), response_room(4096);
    ServerLink server(server_settings, server_frame, request_room);
    ClientLink client(client_settings, client_frame, response_room);
    const auto seed = *rc::gen::arbitrary<unsigned>();
    Line to_server(faults, seed), to_client(faults, seed + 1);
    std::mt19937 random(seed + 2);

    const auto requests =
        *rc::gen::container<std::vector<Octets>>(4, rc::gen::resize(900, rc::gen::arbitrary<Octets>()));
    std::size_t asked = 0, executed = 0, answered = 0;
    Octets response;
    std::uint32_t respond_at_ms = 0;
    bool is_responding = false;
    const auto response_to = [](Bytes request) {
        // Never empty, and longer than the request, so that segments come from both sides.
        Octets octets{0xC4};
        for (int i = 0; i < 2; ++i) octets.insert(octets.end(), request.begin(), request.end());
        return octets;
    };

    std::uint32_t now_ms = 0xFFFF'0000;
    std::array<std::uint8_t, frame_octets(300)> room;
    client.connect(now_ms);
    for (int step = 0; step < 2'000'000 && answered < requests.size(); ++step) {
        while (const std::size_t size = client.transmit(room, now_ms)) to_server.carry(Bytes(room).first(size));
        while (const std::size_t size = server.transmit(room, now_ms)) to_client.carry(Bytes(room).first(size));
        now_ms += 5;

        const Octets at_server = to_server.piece();
        Bytes server_input(at_server);
        while (const auto event = server.receive(server_input, now_ms)) {
            if (event->kind != ServerEvent::Kind::request) continue;
            RC_ASSERT(executed < asked);
            RC_ASSERT(equal(event->apdu, requests[executed]));
            ++executed;
            response = response_to(event->apdu);
            is_responding = true;
            respond_at_ms = now_ms + (is_application_slow ? static_cast<std::uint32_t>(random() % 3000) : 0);
        }
        if (is_responding && now_ms - respond_at_ms < 0x8000'0000) {
            server.respond(response);
            is_responding = false;
        }
        const Octets at_client = to_client.piece();
        Bytes client_input(at_client);
        while (const auto event = client.receive(client_input, now_ms)) {
            RC_ASSERT(static_cast<int>(event->failure) == 0);
            if (event->kind != ClientEvent::Kind::response) continue;
            RC_ASSERT(answered + 1 == asked);
            RC_ASSERT(executed == asked);
            RC_ASSERT(equal(event->apdu, response_to(requests[answered])));
            ++answered;
        }
        if (client.is_connected() && !client.is_busy() && asked < requests.size()) {
            RC_ASSERT(client.request(requests[asked], now_ms));
            ++asked;
        }
    }
    RC_ASSERT(answered == requests.size());
    RC_ASSERT(executed == requests.size());
}

RC_GTEST_PROP(HdlcLine, DeliversOnAGoodLine, ()) {
    exchange({}, *rc::gen::arbitrary<bool>());
}

RC_GTEST_PROP(HdlcLine, DeliversOnceAndInOrderOnABadLine, ()) {
    exchange({*rc::gen::inRange(0, 25), *rc::gen::inRange(0, 15), 0, *rc::gen::inRange(0, 15)},
             *rc::gen::arbitrary<bool>());
}

RC_GTEST_PROP(HdlcLine, DeliversOnceAndInOrderWhenFramesComeTwice, ()) {
    exchange({*rc::gen::inRange(0, 15), *rc::gen::inRange(0, 10), *rc::gen::inRange(0, 30), 0},
             *rc::gen::arbitrary<bool>());
}

// Octets of any kind in any pieces neither crash either side nor make it send something that is no frame.
RC_GTEST_PROP(HdlcLine, AnyOctetsAreSurvived, ()) {
    constexpr std::array<std::uint16_t, 1> logical_devices{1};
    ServerSettings server_settings;
    server_settings.logical_devices = logical_devices;
    server_settings.address_sizes = any_size;
    Octets server_frame(frame_octets(128)), client_frame(frame_octets(128)), request_room(64), response_room(64);
    ServerLink server(server_settings, server_frame, request_room);
    ClientLink client({}, client_frame, response_room);
    std::array<std::uint8_t, frame_octets(128)> room;
    std::uint32_t now_ms = 0;
    client.connect(now_ms);
    const auto pieces = *rc::gen::arbitrary<std::vector<Octets>>();
    for (const Octets& piece : pieces) {
        now_ms += *rc::gen::inRange(0u, 3000u);
        Bytes server_input(piece), client_input(piece);
        while (const auto event = server.receive(server_input, now_ms)) server.respond(event->apdu);
        while (client.receive(client_input, now_ms)) client.connect(now_ms);
        RC_ASSERT(server_input.empty() && client_input.empty());
        while (const std::size_t size = server.transmit(room, now_ms)) {
            RC_ASSERT(decode_frame(Bytes(room).subspan(1, size - 2)).has_value());
        }
        while (const std::size_t size = client.transmit(room, now_ms)) {
            RC_ASSERT(decode_frame(Bytes(room).subspan(1, size - 2)).has_value());
        }
    }
}

}  // namespace
}  // namespace blathy::dlms::hdlc
