// Every service of the application layer: an APDU that is taken is written, and read as the same again.
#include <cstdint>
#include <cstdlib>
#include <type_traits>
#include <variant>
#include <vector>

#include "dlms/apdu/access.hpp"
#include "dlms/apdu/action.hpp"
#include "dlms/apdu/block_transfer.hpp"
#include "dlms/apdu/errors.hpp"
#include "dlms/apdu/get.hpp"
#include "dlms/apdu/notification.hpp"
#include "dlms/apdu/set.hpp"

using namespace blathy;
using namespace blathy::dlms;

namespace {

void require(bool truth) {
    if (!truth) std::abort();
}

template <class Pdu>
void write_pdu(ByteWriter& out, const Pdu& pdu) {
    write(out, pdu);
}
template <class... Pdus>
void write_pdu(ByteWriter& out, const std::variant<Pdus...>& any) {
    std::visit([&](const auto& pdu) { write(out, pdu); }, any);
}

template <class Read>
void check_same_again(Read read, Bytes octets) {
    const auto pdu = read(octets);
    if (!pdu) return;
    // A writing is never longer than what was read: lengths are as short as can be.
    std::vector<std::uint8_t> room(octets.size());
    ByteWriter out(room);
    write_pdu(out, *pdu);
    require(out.ok());
    const auto again = read(out.written());
    require(again.has_value());
    std::vector<std::uint8_t> second_room(octets.size());
    ByteWriter second(second_room);
    write_pdu(second, *again);
    require(equal(second.written(), out.written()));
}

// The elements of a list are what its count says.
template <class Read>
void check_list(const List& list, Read read_element) {
    ByteReader in(list.encoded);
    for (std::size_t i = 0; i < list.count; ++i) (void)read_element(in);
    require(in.ok() && in.at_end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const Bytes octets(input, size);
    check_same_again(read_get_request, octets);
    check_same_again(read_get_response, octets);
    check_same_again(read_set_request, octets);
    check_same_again(read_set_response, octets);
    check_same_again(read_action_request, octets);
    check_same_again(read_action_response, octets);
    check_same_again(read_access_request, octets);
    check_same_again(read_access_response, octets);
    check_same_again(read_data_notification, octets);
    check_same_again(read_event_notification, octets);
    check_same_again(read_general_block, octets);
    check_same_again(read_exception_response, octets);
    if (const auto request = read_access_request(octets)) {
        check_list(request->specifications, read_access_specification);
        check_list(request->data, read_data);
    }
    if (const auto response = read_access_response(octets)) check_list(response->results, read_access_result);
    return 0;
}
