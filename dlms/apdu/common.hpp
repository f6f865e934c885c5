// What the services of the application layer share (IEC 62056-5-3, 7.3 and the ASN.1 module of clause 8).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/axdr.hpp"
#include "dlms/obis.hpp"
#include "dlms/tags.hpp"

namespace blathy::dlms {

// Invoke-Id-And-Priority.
struct InvokeId {
    std::uint8_t octet = 0xC1;

    [[nodiscard]] constexpr std::uint8_t id() const { return octet & 0x0FU; }
    [[nodiscard]] constexpr bool confirmed() const { return (octet & 0x40U) != 0; }
    [[nodiscard]] constexpr bool high_priority() const { return (octet & 0x80U) != 0; }
    static constexpr InvokeId make(std::uint8_t id, bool confirmed = true, bool high_priority = true) {
        return {static_cast<std::uint8_t>((id & 0x0FU) | (confirmed ? 0x40U : 0U) | (high_priority ? 0x80U : 0U))};
    }
    constexpr bool operator==(const InvokeId&) const = default;
};

// Long-Invoke-Id-And-Priority, of ACCESS and DataNotification.
struct LongInvokeId {
    std::uint32_t value = 0xC0000000;

    [[nodiscard]] constexpr std::uint32_t id() const { return value & 0x00FF'FFFFU; }
    // The response repeats the specifications of the request.
    [[nodiscard]] constexpr bool self_descriptive() const { return (value & 0x1000'0000U) != 0; }
    [[nodiscard]] constexpr bool break_on_error() const { return (value & 0x2000'0000U) != 0; }
    [[nodiscard]] constexpr bool confirmed() const { return (value & 0x4000'0000U) != 0; }
    [[nodiscard]] constexpr bool high_priority() const { return (value & 0x8000'0000U) != 0; }
    static constexpr LongInvokeId make(std::uint32_t id, bool confirmed = true, bool high_priority = true,
                                       bool self_descriptive = false, bool break_on_error = false) {
        return {(id & 0x00FF'FFFFU) | (self_descriptive ? 0x1000'0000U : 0U) | (break_on_error ? 0x2000'0000U : 0U) |
                (confirmed ? 0x4000'0000U : 0U) | (high_priority ? 0x8000'0000U : 0U)};
    }
    constexpr bool operator==(const LongInvokeId&) const = default;
};

struct AttributeDescriptor {
    std::uint16_t class_id = 0;
    Obis instance;
    std::int8_t attribute = 0;
    constexpr bool operator==(const AttributeDescriptor&) const = default;
};

struct MethodDescriptor {
    std::uint16_t class_id = 0;
    Obis instance;
    std::int8_t method = 0;
    constexpr bool operator==(const MethodDescriptor&) const = default;
};

struct SelectiveAccess {
    std::uint8_t selector = 0;
    Bytes parameters;  // one value
};

struct AttributeSelection {
    AttributeDescriptor attribute;
    std::optional<SelectiveAccess> access;
};

struct MethodInvocation {
    MethodDescriptor method;
    Bytes parameters;  // one value; empty: absent
};

// A piece of a long value: DataBlock-G, -SA and the pblocks.
struct DataBlock {
    bool last = false;
    std::uint32_t number = 1;
    Bytes raw;
};

// `count` elements, one behind the other in `encoded`; each was read once and is well-formed.
struct List {
    std::size_t count = 0;
    Bytes encoded;
};

Obis read_obis(ByteReader& in);
AttributeDescriptor read_attribute_descriptor(ByteReader& in);
MethodDescriptor read_method_descriptor(ByteReader& in);
SelectiveAccess read_selective_access(ByteReader& in);
AttributeSelection read_attribute_selection(ByteReader& in);
// One value; anything else invalidates `in`.
Bytes read_data(ByteReader& in);
// An OPTIONAL's flag.
bool read_presence(ByteReader& in);
// A BOOLEAN: zero is false, and anything else true.
bool read_boolean(ByteReader& in);
// The date-time of ACCESS and of notifications: twelve octets that name a date-time, or none.
Bytes read_optional_date_time(ByteReader& in);
DataBlock read_data_block(ByteReader& in);

// A counted list of what `read_element(in)` reads.
template <class ReadElement>
List read_list(ByteReader& in, ReadElement&& read_element) {
    const std::size_t count = read_length(in);
    if (count > in.remaining()) in.invalidate();  // each element takes at least one octet
    const std::size_t start = in.position();
    for (std::size_t i = 0; i < count && in.ok(); ++i) (void)read_element(in);
    if (!in.ok()) return {};
    return {count, in.consumed().subspan(start)};
}

void write(ByteWriter& out, ApduTag tag);
void write(ByteWriter& out, const Obis& obis);
void write(ByteWriter& out, const AttributeDescriptor& attribute);
void write(ByteWriter& out, const MethodDescriptor& method);
void write(ByteWriter& out, const SelectiveAccess& access);
void write(ByteWriter& out, const AttributeSelection& selection);
void write(ByteWriter& out, const DataBlock& block);
void write(ByteWriter& out, const List& list);

}  // namespace blathy::dlms
