// COSEM data, type descriptions and date-times on any octets.
#include "dlms/data.hpp"

#include <cstdint>
#include <cstdlib>

using namespace blathy;
using namespace blathy::dlms;

namespace {

void require(bool truth) {
    if (!truth) std::abort();
}

template <class Value, class Read>
void check_same_again(Read read, Bytes octets) {
    const auto value = read(octets);
    if (!value) return;
    std::array<std::uint8_t, 12> room{};
    ByteWriter out(room);
    write(out, *value);
    require(equal(out.written(), octets));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const Bytes octets(input, size);
    if (const auto first = data_size(octets)) {
        require(*first > 0 && *first <= size);
        // The value is all of itself, and nothing less.
        require(data_size(octets.first(*first)) == first);
        require(!data_size(octets.first(*first - 1)));
    }
    if (const auto description = type_description_size(octets)) {
        require(*description > 0 && *description <= size);
        require(!type_description_size(octets.first(*description - 1)));
    }
    DataReader reader(octets);
    while (reader.ok() && !reader.at_end()) {
        switch (reader.peek()) {
            case DataTag::array:
                require(reader.array() <= size);
                break;
            case DataTag::structure:
                require(reader.structure() <= size);
                break;
            case DataTag::octet_string:
                require(reader.octet_string().size() <= size);
                break;
            case DataTag::date_time:
                (void)to_utc(reader.date_time(), 0);
                break;
            default:
                require(reader.value().size() <= size);
                break;
        }
    }
    check_same_again<DateTime>(read_date_time, octets);
    check_same_again<Date>(read_date, octets);
    check_same_again<Time>(read_time, octets);
    return 0;
}
