// The benchmarks count the octets of answers that they know beforehand: a meter gives just these.

#include <gtest/gtest.h>

#include "meter/server/hdlc_port.hpp"
#include "meter/server/wrapper_link.hpp"

#include "bench/wire/conversations.hpp"
#include "bench/wire/servers.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/secured_client.hpp"

namespace blathy::bench {
namespace {

constexpr std::size_t answer_room = 0x1'0000 + 64;
constexpr std::string_view data_of_energy = "C401C10006";

std::vector<Exchange> all_of(const Conversation& conversation) {
    std::vector<Exchange> exchanges = conversation.greeting;
    exchanges.insert(exchanges.end(), conversation.requests.begin(), conversation.requests.end());
    return exchanges;
}

TEST(BenchConversations, ByWrapperAreAnsweredInFull) {
    FleetMeter fleet_meter(1);
    meter::WrapperLink link;
    Octets room(answer_room);
    std::string last;
    for (Exchange exchange : all_of(energy_by_wrapper())) {
        const auto step = link.receive(fleet_meter.meter, exchange.request, room);
        last = test::hex(step.answer);
        EXPECT_EQ(step.answer.size(), exchange.answer) << last;
    }
    EXPECT_NE(last.find(data_of_energy), std::string::npos) << last;
}

TEST(BenchConversations, ByHdlcAreAnsweredInFull) {
    FleetMeter fleet_meter(1);
    meter::HdlcPortSettings settings;
    settings.turnaround_ms = 0;
    meter::HdlcPort port(fleet_meter.meter, settings);
    Octets room(answer_room);
    std::string last;
    for (const Exchange& exchange : all_of(energy_by_hdlc())) {
        port.receive(exchange.request, 0);
        const auto frame = port.transmit(room, 0);
        last = test::hex(Bytes(room).first(frame.size));
        EXPECT_EQ(frame.size, exchange.answer) << last;
    }
    EXPECT_NE(last.find(data_of_energy), std::string::npos) << last;
}

TEST(BenchConversations, OfAProfileAreAnsweredInFull) {
    for (const std::uint16_t max_pdu : {std::uint16_t{1024}, std::uint16_t{0xFFFF}}) {
        FleetMeter fleet_meter(1);
        meter::WrapperLink link;
        Octets room(answer_room);
        // More than there is: the blocks in the middle are full.
        constexpr std::size_t octets = 200'000;
        const auto conversation = profile_by_wrapper(max_pdu, octets);
        ASSERT_GT(conversation.requests.size(), 2U);
        const std::vector<Exchange> exchanges = all_of(conversation);
        for (std::size_t i = 0; i < 3; ++i) {
            Exchange exchange = exchanges[i];
            const auto step = link.receive(fleet_meter.meter, exchange.request, room);
            EXPECT_EQ(step.answer.size(), exchange.answer) << max_pdu << ", " << i;
        }
    }
}

TEST(BenchConversations, CipheredAreAnsweredInFull) {
    FleetMeter fleet_meter(1);
    meter::WrapperLink link;
    test::SecuredClient client;
    Octets room(answer_room);
    constexpr std::size_t header = 8;
    const auto answered = [&](const Octets& apdu) {
        Octets request = {0,
                          1,
                          0,
                          2,
                          0,
                          1,
                          static_cast<std::uint8_t>(apdu.size() >> 8U),
                          static_cast<std::uint8_t>(apdu.size() & 0xFFU)};
        request.insert(request.end(), apdu.begin(), apdu.end());
        return link.receive(fleet_meter.meter, request, room).answer.size();
    };
    EXPECT_EQ(answered(client.aarq()), header + test::SecuredClient::aare_octets);
    EXPECT_EQ(answered(client.get_energy()), header + test::SecuredClient::energy_octets);
}

}  // namespace
}  // namespace blathy::bench
