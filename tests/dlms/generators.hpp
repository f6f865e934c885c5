// Arbitrary COSEM data and parts of APDUs, for property tests. Views point into an arena, which must outlive them.
#pragma once

#include <deque>
#include <vector>

#include <rapidcheck.h>

#include "dlms/apdu/access.hpp"
#include "dlms/apdu/action.hpp"
#include "dlms/apdu/get.hpp"
#include "dlms/apdu/set.hpp"
#include "dlms/data.hpp"

#include "codec_testing.hpp"

namespace blathy::dlms::codec_test {

inline Octets any_octets(std::size_t max_size) {
    const auto size = *rc::gen::inRange<std::size_t>(0, max_size + 1);
    return *rc::gen::container<Octets>(size, rc::gen::arbitrary<std::uint8_t>());
}

// A value whose type nests nothing.
inline void any_leaf(ByteWriter& out) {
    static const std::vector<DataTag> tags = {
        DataTag::null_data,
        DataTag::boolean,
        DataTag::bit_string,
        DataTag::double_long,
        DataTag::double_long_unsigned,
        DataTag::octet_string,
        DataTag::visible_string,
        DataTag::utf8_string,
        DataTag::bcd,
        DataTag::integer,
        DataTag::long_,
        DataTag::unsigned_,
        DataTag::long_unsigned,
        DataTag::long64,
        DataTag::long64_unsigned,
        DataTag::enumerated,
        DataTag::float32,
        DataTag::float64,
        DataTag::date_time,
        DataTag::date,
        DataTag::time,
        DataTag::delta_integer,
        DataTag::delta_long,
        DataTag::delta_double_long,
        DataTag::delta_unsigned,
        DataTag::delta_long_unsigned,
        DataTag::delta_double_long_unsigned,
        DataTag::dont_care,
    };
    const DataTag tag = *rc::gen::elementOf(tags);
    out.u8(static_cast<std::uint8_t>(tag));
    if (const auto size = fixed_size(tag)) {
        out.bytes(*rc::gen::container<Octets>(*size, rc::gen::arbitrary<std::uint8_t>()));
    } else if (tag == DataTag::bit_string) {
        const auto bits = *rc::gen::inRange<std::size_t>(0, 300);
        write_length(out, bits);
        out.bytes(*rc::gen::container<Octets>((bits + 7) / 8, rc::gen::arbitrary<std::uint8_t>()));
    } else {
        write_octets(out, any_octets(200));
    }
}

inline void any_data(ByteWriter& out, std::size_t depth) {
    const bool nests = depth > 0 && *rc::gen::inRange(0, 3) == 0;
    if (!nests) return any_leaf(out);
    const auto count = *rc::gen::inRange<std::size_t>(0, 5);
    out.u8(static_cast<std::uint8_t>(*rc::gen::element(DataTag::array, DataTag::structure)));
    write_length(out, count);
    for (std::size_t i = 0; i < count; ++i) any_data(out, depth - 1);
}

inline Octets any_data(std::size_t depth = 4) {
    return written_by([&](ByteWriter& out) { any_data(out, depth); });
}

class Arena {
  public:
    Bytes keep(Octets octets) { return kept_.emplace_back(std::move(octets)); }

    Bytes octets(std::size_t max_size = 200) { return keep(any_octets(max_size)); }
    Bytes data() { return keep(any_data()); }
    Bytes optional_date_time() {
        if (*rc::gen::arbitrary<bool>()) return {};
        return keep(from_hex("07E7071E0717173B00FF8880"));
    }

    std::uint8_t u8() { return *rc::gen::arbitrary<std::uint8_t>(); }
    std::uint16_t u16() { return *rc::gen::arbitrary<std::uint16_t>(); }
    std::uint32_t u32() { return *rc::gen::arbitrary<std::uint32_t>(); }
    bool flag() { return *rc::gen::arbitrary<bool>(); }

    Obis obis() { return {u8(), u8(), u8(), u8(), u8(), u8()}; }
    InvokeId invoke() { return {u8()}; }
    LongInvokeId long_invoke() { return {u32()}; }
    AttributeDescriptor attribute() { return {u16(), obis(), static_cast<std::int8_t>(u8())}; }
    MethodDescriptor method() { return {u16(), obis(), static_cast<std::int8_t>(u8())}; }
    AttributeSelection selection() {
        AttributeSelection selection{attribute(), std::nullopt};
        if (flag()) selection.access = SelectiveAccess{u8(), data()};
        return selection;
    }
    DataBlock block() { return {flag(), u32(), octets()}; }
    DataAccessResult error() { return static_cast<DataAccessResult>(*rc::gen::inRange(1, 256)); }
    GetDataResult get_data_result() {
        if (flag()) return {error(), {}};
        return {DataAccessResult::success, data()};
    }
    ActionOutcome outcome() {
        ActionOutcome outcome{static_cast<ActionResult>(u8()), std::nullopt};
        if (flag()) outcome.returned = get_data_result();
        return outcome;
    }
    AccessSpecification specification() {
        switch (*rc::gen::inRange(0, 3)) {
            case 0:
                return AccessGet{selection()};
            case 1:
                return AccessSet{selection()};
            default:
                return AccessAction{method()};
        }
    }
    AccessResult access_result() {
        return {*rc::gen::element(AccessKind::get, AccessKind::set, AccessKind::action), u8()};
    }

    std::size_t count() { return *rc::gen::inRange<std::size_t>(0, 5); }
    // `count` elements, made by `make()` and written as the codec writes them.
    template <class Make>
    List list(std::size_t count, Make&& make) {
        return {count, keep(written_by([&](ByteWriter& out) {
                    for (std::size_t i = 0; i < count; ++i) {
                        const auto element = make();
                        if constexpr (std::is_same_v<decltype(element), const Bytes>) {
                            out.bytes(element);
                        } else {
                            write(out, element);
                        }
                    }
                }))};
    }
    List values(std::size_t count) {
        return list(count, [this] { return data(); });
    }

  private:
    std::deque<Octets> kept_;
};

}  // namespace blathy::dlms::codec_test
