#include "dlms/apdu/common.hpp"

#include <algorithm>

#include "dlms/data.hpp"

namespace blathy::dlms {

Obis read_obis(ByteReader& in) {
    return obis_from(in.bytes(6)).value_or(Obis{});
}

AttributeDescriptor read_attribute_descriptor(ByteReader& in) {
    AttributeDescriptor descriptor;
    descriptor.class_id = in.u16();
    descriptor.instance = read_obis(in);
    descriptor.attribute = in.i8();
    return descriptor;
}

MethodDescriptor read_method_descriptor(ByteReader& in) {
    MethodDescriptor descriptor;
    descriptor.class_id = in.u16();
    descriptor.instance = read_obis(in);
    descriptor.method = in.i8();
    return descriptor;
}

bool read_presence(ByteReader& in) {
    const std::uint8_t flag = in.u8();
    if (flag > 1) in.invalidate();
    return in.ok() && flag == 1;
}

bool read_boolean(ByteReader& in) {
    return in.u8() != 0;
}

Bytes read_data(ByteReader& in) {
    const auto size = data_size(in.rest());
    if (!size) {
        in.invalidate();
        return {};
    }
    return in.bytes(*size);
}

Bytes read_optional_date_time(ByteReader& in) {
    const Bytes octets = read_octets(in);
    if (!octets.empty() && !read_date_time(octets)) in.invalidate();
    return in.ok() ? octets : Bytes{};
}

SelectiveAccess read_selective_access(ByteReader& in) {
    SelectiveAccess access;
    access.selector = in.u8();
    access.parameters = read_data(in);
    return access;
}

AttributeSelection read_attribute_selection(ByteReader& in) {
    AttributeSelection selection;
    selection.attribute = read_attribute_descriptor(in);
    if (read_presence(in)) selection.access = read_selective_access(in);
    return selection;
}

DataBlock read_data_block(ByteReader& in) {
    DataBlock block;
    block.last = read_boolean(in);
    block.number = in.u32();
    block.raw = read_octets(in);
    return block;
}

void write(ByteWriter& out, ApduTag tag) {
    out.u8(static_cast<std::uint8_t>(tag));
}

void write(ByteWriter& out, const Obis& obis) {
    out.bytes(obis.groups);
}

void write(ByteWriter& out, const AttributeDescriptor& attribute) {
    out.u16(attribute.class_id);
    write(out, attribute.instance);
    out.i8(attribute.attribute);
}

void write(ByteWriter& out, const MethodDescriptor& method) {
    out.u16(method.class_id);
    write(out, method.instance);
    out.i8(method.method);
}

void write(ByteWriter& out, const SelectiveAccess& access) {
    out.u8(access.selector);
    out.bytes(access.parameters);
}

void write(ByteWriter& out, const AttributeSelection& selection) {
    write(out, selection.attribute);
    out.u8(selection.access ? 1 : 0);
    if (selection.access) write(out, *selection.access);
}

void write(ByteWriter& out, const DataBlock& block) {
    out.u8(block.last ? 1 : 0);
    out.u32(block.number);
    write_octets(out, block.raw);
}

void write(ByteWriter& out, const List& list) {
    write_length(out, list.count);
    out.bytes(list.encoded);
}

}  // namespace blathy::dlms
