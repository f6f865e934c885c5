// Compact arrays: the elements that are yielded make a compact array that yields the same again. Deltas: what is
// written is a value.
#include "dlms/compact_array.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

using namespace blathy;
using namespace blathy::dlms;

namespace {

void require(bool truth) {
    if (!truth) std::abort();
}

constexpr std::size_t max_element = 4096;
constexpr int max_elements = 64;

void check_array(Bytes value) {
    static std::array<std::uint8_t, max_element> element;
    static std::array<std::uint8_t, max_elements * max_element + 64> room;
    ByteWriter out(room);
    CompactArrayWriter writer(out);
    std::vector<std::uint8_t> all;
    CompactArrayReader reader(value);
    for (int count = 0; count < max_elements; ++count) {
        ByteWriter one(element);
        if (!reader.next(one)) break;
        require(data_size(one.written()) == one.size());
        all.insert(all.end(), one.written().begin(), one.written().end());
        require(writer.row(one.written()));
    }
    if (all.empty()) return;
    require(writer.finish());
    CompactArrayReader again(out.written());
    std::size_t at = 0;
    while (!again.at_end()) {
        ByteWriter one(element);
        require(again.next(one));
        require(equal(one.written(), Bytes(all).subspan(at, one.size())));
        at += one.size();
    }
    require(again.ok() && at == all.size());
}

void check_description(Bytes value) {
    std::vector<std::uint8_t> room(2 * value.size() + 16);
    ByteWriter out(room);
    if (!write_type_description(out, value)) return;
    require(type_description_size(out.written()) == out.size());
    const auto size = compact_element_size(out.written());
    std::vector<std::uint8_t> contents_room(value.size() + 16);
    ByteWriter contents(contents_room);
    if (write_compact_element(contents, out.written(), value) && size) require(*size == contents.size());
}

void check_delta(Bytes octets) {
    const auto first = data_size(octets);
    if (!first) return;
    const Bytes previous = octets.first(*first);
    const auto second = data_size(octets.subspan(*first));
    if (!second) return;
    const Bytes current = octets.subspan(*first, *second);
    std::vector<std::uint8_t> room(current.size());
    ByteWriter out(room);
    write_delta(out, previous, current);
    require(out.ok() && data_size(out.written()) == out.size());
    std::vector<std::uint8_t> back_room(current.size() + 16);
    ByteWriter back(back_room);
    const bool done = write_undelta(back, previous, out.written());
    // A value that is a delta itself is taken for one; every other one comes back.
    const std::uint8_t tag = current[0];
    const bool is_delta = tag >= static_cast<std::uint8_t>(DataTag::delta_integer) &&
                          tag <= static_cast<std::uint8_t>(DataTag::delta_double_long_unsigned);
    if (!is_delta) require(done && equal(back.written(), current));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const Bytes octets(input, size);
    check_array(octets);
    check_description(octets);
    check_delta(octets);
    return 0;
}
