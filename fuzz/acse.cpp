// AARQ, AARE, RLRQ, RLRE and the Initiate APDUs in them: what is taken is written, and read as the same again.
#include "dlms/acse/acse.hpp"

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "dlms/initiate.hpp"

using namespace blathy;
using namespace blathy::dlms;

namespace {

void require(bool truth) {
    if (!truth) std::abort();
}

// Reads, writes, reads, writes: both writings are the same octets. A writing has no more than the reading and the few
// octets that a field without content takes.
template <class Read, class Write>
void check_same_again(Read read, Write write_pdu, Bytes octets) {
    const auto pdu = read(octets);
    if (!pdu) return;
    std::vector<std::uint8_t> room(octets.size() + 64);
    ByteWriter out(room);
    write_pdu(out, *pdu);
    // An APDU of more than 65535 octets can't be written.
    if (!out.ok() && octets.size() > 0xFF00) return;
    require(out.ok());
    const auto again = read(out.written());
    require(again.has_value());
    std::vector<std::uint8_t> second_room(room.size());
    ByteWriter second(second_room);
    write_pdu(second, *again);
    require(equal(second.written(), out.written()));
}

template <class Pdu>
void write_any(ByteWriter& out, const Pdu& pdu) {
    write(out, pdu);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const Bytes octets(input, size);
    check_same_again(read_aarq, write_any<Aarq>, octets);
    check_same_again(read_aare, write_any<Aare>, octets);
    check_same_again(read_rlrq, write_rlrq, octets);
    check_same_again(read_rlre, write_rlre, octets);
    check_same_again(read_initiate_request, write_any<InitiateRequest>, octets);
    check_same_again(read_initiate_response, write_any<InitiateResponse>, octets);
    check_same_again(read_initiate_error, write_confirmed_service_error, octets);
    return 0;
}
