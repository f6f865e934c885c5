// A session of the meter's server within an association of suite 1: general-ciphering with keys that are identified,
// wrapped or agreed on, and signatures. The first octet chooses the form; the rest is APDUs, each behind two octets of
// length. Their highest bit says that the client protects it, which gets the input past tag and signature; the next one
// that an octet of it is altered afterwards, which must change nothing and be answered with nothing but a refusal.
#include <algorithm>
#include <cstdlib>

#include "station/association.hpp"
#include "station/security/entropy.hpp"
#include "station/security/session.hpp"

#include "fuzz/signed_pairs.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    using meter::security::KeyMemory;
    ByteReader in({data, size});
    test::Bench bench;
    test::Client client(bench.meter, test::management_client_sap);
    station::AssociationOptions options;
    options.security = fuzz::signed_security(bench, in.u8());
    station::SystemEntropy random;
    auto session = station::SecuritySession::make(*options.security, random);
    if (!session) std::abort();
    station::AssociationRequest request(options, session->get());
    if (!request.take(client.send(request.begin()->apdu))) std::abort();
    const auto counted = [&] {
        return bench.meter.security().keys().expected(meter::Role::management, KeyMemory::Counted::transaction);
    };
    int left = 12;  // each takes its time
    while (in.remaining() > 2 && left-- > 0) {
        constexpr std::uint16_t is_protected = 0x8000;
        constexpr std::uint16_t is_altered = 0x4000;
        const std::uint16_t head = in.u16();
        const std::uint16_t altered_at = (head & is_altered) != 0 ? in.u16() : std::uint16_t{0};
        const Bytes octets = in.bytes(std::min<std::size_t>(head & (is_altered - 1U), in.remaining()));
        const bool is_association_control = !octets.empty() && octets[0] >= 0x60 && octets[0] <= 0x63;
        const bool protects = (head & is_protected) != 0 && !octets.empty() && !is_association_control;
        test::Octets apdu(octets.begin(), octets.end());
        if (protects) {
            const auto made = (*session)->protect(octets);
            if (!made) break;
            apdu = *made;
        }
        const bool alters = protects && (head & is_altered) != 0;
        if (alters) apdu[altered_at % apdu.size()] ^= 0x01;
        const bool was_open = client.session().association().is_open();
        const std::uint32_t before = counted();
        for (test::Octets answer = client.send(apdu); !answer.empty(); answer = client.more()) {
            if (alters && was_open && answer[0] != 0xD8 && answer[0] != 0x61 && answer[0] != 0x63) std::abort();
        }
        if ((!protects || alters) && counted() != before) std::abort();
    }
    return 0;
}
