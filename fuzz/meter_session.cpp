// A session of the meter's server, fed with APDUs. The first octet chooses who speaks and how: nobody associated yet,
// the public client, or the management client; with general block transfer or the services' own blocks. The second says
// how much the client can receive. The rest is APDUs, each behind two octets of length.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "dlms/apdu/access.hpp"
#include "dlms/apdu/action.hpp"
#include "dlms/apdu/block_transfer.hpp"
#include "dlms/apdu/get.hpp"
#include "dlms/apdu/set.hpp"

#include "tests/support/bench.hpp"

namespace {

using namespace blathy;

bool is_well_formed(Bytes answer) {
    switch (answer[0]) {
        case 0xC4:
            return dlms::read_get_response(answer).has_value();
        case 0xC5:
            return dlms::read_set_response(answer).has_value();
        case 0xC7:
            return dlms::read_action_response(answer).has_value();
        case 0xDA:
            return dlms::read_access_response(answer).has_value();
        case 0xE0:
            return dlms::read_general_block(answer).has_value();
        case 0x61:
            return dlms::read_aare(answer).has_value();
        case 0x63:
        case 0xD8:
            return true;
        default:
            return false;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader in({data, size});
    const unsigned start = in.u8();
    const unsigned who = start % 3;
    const std::uint32_t conformance = start / 3 % 2 == 0 ? test::without_general_blocks : test::all_conformance;
    constexpr std::array<std::uint16_t, 8> pdu_sizes = {0, 12, 13, 16, 64, 256, 1024, 0xFFFF};
    const std::uint16_t pdu_size = pdu_sizes[in.u8() % pdu_sizes.size()];

    test::Bench bench;
    test::Client client(bench.meter, who == 1 ? test::public_client_sap : test::management_client_sap);
    if (who == 1 && !client.open({}, pdu_size, conformance)) std::abort();
    if (who == 2 && !client.open(test::management_password, pdu_size, conformance)) std::abort();
    const meter::Configuration before = bench.meter.configuration();

    while (in.remaining() > 2) {
        const std::size_t length = in.u16();
        const Bytes apdu = in.bytes(std::min(length, in.remaining()));
        const auto limit = client.session().association().client_max_receive_pdu_size();
        const bool associated = client.session().association().is_open();
        // A window of blocks is the most that one request brings about.
        std::size_t apdus = 0;
        for (test::Octets answer = client.send(apdu); !answer.empty(); answer = client.more()) {
            if (++apdus > dlms::GeneralBlock::max_window) std::abort();
            if (apdus > 1 && answer[0] != 0xE0) std::abort();
            if (!is_well_formed(answer)) std::abort();
            const bool of_association = answer[0] == 0x61 || answer[0] == 0x63;
            if (associated && !of_association && limit != 0 && answer.size() > limit) std::abort();
        }
        // The public client changes nothing, whatever it says.
        if (who == 1 && bench.meter.configuration() != before) std::abort();
    }
    if (who != 2 && bench.meter.clock().now() != test::bench_time) std::abort();
    return 0;
}
