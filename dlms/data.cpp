#include "dlms/data.hpp"

#include <array>

namespace blathy::dlms {

std::optional<std::size_t> type_description_size(Bytes octets) {
    ByteReader in(octets);
    // Types still to come. Each takes at least one octet, which bounds the loop and the sum.
    std::size_t pending = 1;
    while (pending > 0 && in.ok()) {
        if (pending > in.remaining()) return std::nullopt;
        --pending;
        const auto tag = static_cast<DataTag>(in.u8());
        switch (tag) {
            case DataTag::structure: {
                const std::size_t count = read_length(in);
                if (count > in.remaining()) return std::nullopt;
                pending += count;
                break;
            }
            case DataTag::array:
                (void)in.u16();
                pending += 1;
                break;
            case DataTag::bit_string:
            case DataTag::octet_string:
            case DataTag::visible_string:
            case DataTag::utf8_string:
                break;
            default:
                if (!fixed_size(tag)) return std::nullopt;  // no such type, or one that TypeDescription leaves out
                break;
        }
    }
    if (!in.ok()) return std::nullopt;
    return in.position();
}

std::optional<std::size_t> data_size(Bytes octets) {
    ByteReader in(octets);
    std::array<std::size_t, max_data_depth> pending{};  // elements still to come, for each open array or structure
    std::size_t depth = 0;
    do {
        const auto tag = static_cast<DataTag>(in.u8());
        if (const auto size = fixed_size(tag)) {
            in.skip(*size);
        } else {
            switch (tag) {
                case DataTag::array:
                case DataTag::structure: {
                    const std::size_t count = read_length(in);
                    if (count == 0) break;
                    // Each element takes at least one octet.
                    if (count > in.remaining() || depth == max_data_depth) return std::nullopt;
                    pending[depth++] = count + 1;  // itself, taken off below
                    break;
                }
                case DataTag::bit_string: {
                    const std::size_t bits = read_length(in);
                    in.skip(bits / 8 + (bits % 8 != 0 ? 1 : 0));
                    break;
                }
                case DataTag::octet_string:
                case DataTag::visible_string:
                case DataTag::utf8_string:
                    in.skip(read_length(in));
                    break;
                case DataTag::compact_array: {
                    const auto description = type_description_size(in.rest());
                    if (!description) return std::nullopt;
                    in.skip(*description);
                    in.skip(read_length(in));
                    break;
                }
                default:
                    return std::nullopt;
            }
        }
        if (!in.ok()) return std::nullopt;
        while (depth > 0 && --pending[depth - 1] == 0) --depth;
    } while (depth > 0);
    return in.position();
}

Obis DataReader::logical_name() {
    const auto obis = obis_from(octet_string());
    if (!obis) in_.invalidate();
    return obis.value_or(Obis{});
}

DateTime DataReader::date_time() {
    Bytes octets;
    if (peek() == DataTag::date_time) {
        in_.skip(1);
        octets = in_.bytes(DateTime::encoded_size);
    } else {
        octets = octet_string();
    }
    const auto value = read_date_time(octets);
    if (!value) in_.invalidate();
    return value.value_or(DateTime{});
}

Bytes DataReader::value() {
    const auto size = data_size(in_.rest());
    if (!size) {
        in_.invalidate();
        return {};
    }
    return in_.bytes(*size);
}

}  // namespace blathy::dlms
