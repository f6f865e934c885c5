// A session of the meter's server within a ciphered association. The first octet chooses the client's blocks; the rest
// is APDUs, each behind two octets of length, whose highest bit says whether the client ciphers it before it sends it:
// that gets the input past the authentication tag. What has no right tag must change nothing.
#include <algorithm>
#include <cstdlib>

#include "dlms/security/envelope.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/secured_client.hpp"

namespace {

using namespace blathy;

bool may_leave(std::uint8_t tag) {
    // AARE, RLRE, exception-response, general blocks (of what is ciphered), and what is ciphered.
    return tag == 0x61 || tag == 0x63 || tag == 0xD8 || tag == 0xE0 || dlms::security::is_ciphered(tag);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader in({data, size});
    test::Bench bench;
    test::Client client(bench.meter, test::reading_client_sap);
    test::SecuredClient head_end;
    head_end.with_general_blocks = (in.u8() & 1U) != 0;
    (void)client.send(head_end.aarq());
    if (!client.session().association().is_open()) std::abort();
    const auto& keys = bench.meter.security().keys();
    while (in.remaining() > 2) {
        constexpr std::uint16_t is_ciphered = 0x8000;
        const std::uint16_t head = in.u16();
        const Bytes octets = in.bytes(std::min<std::size_t>(head & (is_ciphered - 1U), in.remaining()));
        const bool ciphered = (head & is_ciphered) != 0 && !octets.empty();
        const bool was_open = client.session().association().is_open();
        const std::uint32_t before =
            keys.expected(meter::Role::data_collection, meter::security::KeyMemory::Counted::unicast);
        const auto apdu = ciphered ? head_end.cipher(octets) : test::Octets(octets.begin(), octets.end());
        for (test::Octets answer = client.send(apdu); !answer.empty(); answer = client.more()) {
            if (was_open && !may_leave(answer[0])) std::abort();
        }
        const std::uint32_t after =
            keys.expected(meter::Role::data_collection, meter::security::KeyMemory::Counted::unicast);
        if (!ciphered && after != before) std::abort();
    }
    if (bench.meter.clock().now() != test::bench_time) std::abort();
    return 0;
}
