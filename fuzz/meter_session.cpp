// A session of the meter's server, fed with APDUs. The first octet chooses who speaks: nobody associated yet, the
// public client, or the management client; the second how much the client can receive. The rest is APDUs, each behind
// two octets of length.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "dlms/apdu/action.hpp"
#include "dlms/apdu/get.hpp"
#include "dlms/apdu/set.hpp"

#include "tests/support/bench.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    ByteReader in({data, size});
    const unsigned who = in.u8() % 3;
    constexpr std::array<std::uint16_t, 8> pdu_sizes = {0, 12, 13, 16, 64, 256, 1024, 0xFFFF};
    const std::uint16_t pdu_size = pdu_sizes[in.u8() % pdu_sizes.size()];

    test::Bench bench;
    test::Client client(bench.meter, who == 1 ? meter::public_client_sap : meter::management_client_sap);
    if (who == 1 && !client.open({}, pdu_size)) std::abort();
    if (who == 2 && !client.open(test::management_password, pdu_size)) std::abort();

    while (in.remaining() > 2) {
        const std::size_t length = in.u16();
        const Bytes apdu = in.bytes(std::min(length, in.remaining()));
        const auto limit = client.session().association().client_max_receive_pdu_size();
        const bool associated = client.session().association().is_open();
        const test::Octets answer = client.send(apdu);
        if (answer.empty()) continue;
        const bool of_association = answer[0] == 0x61 || answer[0] == 0x63;
        if (associated && !of_association && limit != 0 && answer.size() > limit) std::abort();
        switch (answer[0]) {
            case 0xC4:
                if (!dlms::read_get_response(answer)) std::abort();
                break;
            case 0xC5:
                if (!dlms::read_set_response(answer)) std::abort();
                break;
            case 0xC7:
                if (!dlms::read_action_response(answer)) std::abort();
                break;
            case 0x61:
                if (!dlms::read_aare(answer)) std::abort();
                break;
            case 0x63:
            case 0xD8:
                break;
            default:
                std::abort();
        }
        // The public client changes nothing, whatever it says.
        if (who == 1 && bench.meter.configuration() != meter::Configuration{}) std::abort();
    }
    if (who != 2 && bench.meter.clock().now() != test::bench_time) std::abort();
    return 0;
}
