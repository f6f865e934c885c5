#include "dlms/apdu/set.hpp"

#include "dlms/apdu/codec.hpp"

namespace blathy::dlms {

std::optional<SetRequest> read_set_request(Bytes apdu) {
    ByteReader in(apdu);
    const auto [choice, invoke] = read_head(in, ApduTag::set_request);
    switch (choice) {
        case 1: {
            const AttributeSelection target = read_attribute_selection(in);
            const Bytes value = read_data(in);
            return whole<SetRequest>(in, SetRequestNormal{invoke, target, value});
        }
        case 2: {
            const AttributeSelection target = read_attribute_selection(in);
            const DataBlock block = read_data_block(in);
            return whole<SetRequest>(in, SetRequestWithFirstDatablock{invoke, target, block});
        }
        case 3: {
            const DataBlock block = read_data_block(in);
            return whole<SetRequest>(in, SetRequestWithDatablock{invoke, block});
        }
        case 4: {
            const List targets = read_list(in, read_attribute_selection);
            const List values = read_list(in, read_data);
            if (targets.count != values.count) return std::nullopt;
            return whole<SetRequest>(in, SetRequestWithList{invoke, targets, values});
        }
        case 5: {
            const List targets = read_list(in, read_attribute_selection);
            const DataBlock block = read_data_block(in);
            return whole<SetRequest>(in, SetRequestWithListAndFirstDatablock{invoke, targets, block});
        }
        default:
            return std::nullopt;
    }
}

std::optional<SetResponse> read_set_response(Bytes apdu) {
    ByteReader in(apdu);
    const auto [choice, invoke] = read_head(in, ApduTag::set_response);
    switch (choice) {
        case 1: {
            const auto result = static_cast<DataAccessResult>(in.u8());
            return whole<SetResponse>(in, SetResponseNormal{invoke, result});
        }
        case 2: {
            const std::uint32_t number = in.u32();
            return whole<SetResponse>(in, SetResponseDatablock{invoke, number});
        }
        case 3: {
            const auto result = static_cast<DataAccessResult>(in.u8());
            const std::uint32_t number = in.u32();
            return whole<SetResponse>(in, SetResponseLastDatablock{invoke, result, number});
        }
        case 4: {
            const Bytes results = read_octets(in);
            const std::uint32_t number = in.u32();
            return whole<SetResponse>(in, SetResponseLastDatablockWithList{invoke, results, number});
        }
        case 5: {
            const Bytes results = read_octets(in);
            return whole<SetResponse>(in, SetResponseWithList{invoke, results});
        }
        default:
            return std::nullopt;
    }
}

void write(ByteWriter& out, const SetRequestNormal& request) {
    write_head(out, ApduTag::set_request, 1, request.invoke);
    write(out, request.target);
    out.bytes(request.value);
}

void write(ByteWriter& out, const SetRequestWithFirstDatablock& request) {
    write_head(out, ApduTag::set_request, 2, request.invoke);
    write(out, request.target);
    write(out, request.block);
}

void write(ByteWriter& out, const SetRequestWithDatablock& request) {
    write_head(out, ApduTag::set_request, 3, request.invoke);
    write(out, request.block);
}

void write(ByteWriter& out, const SetRequestWithList& request) {
    write_head(out, ApduTag::set_request, 4, request.invoke);
    write(out, request.targets);
    write(out, request.values);
}

void write(ByteWriter& out, const SetRequestWithListAndFirstDatablock& request) {
    write_head(out, ApduTag::set_request, 5, request.invoke);
    write(out, request.targets);
    write(out, request.block);
}

void write(ByteWriter& out, const SetResponseNormal& response) {
    write_head(out, ApduTag::set_response, 1, response.invoke);
    out.u8(static_cast<std::uint8_t>(response.result));
}

void write(ByteWriter& out, const SetResponseDatablock& response) {
    write_head(out, ApduTag::set_response, 2, response.invoke);
    out.u32(response.block_number);
}

void write(ByteWriter& out, const SetResponseLastDatablock& response) {
    write_head(out, ApduTag::set_response, 3, response.invoke);
    out.u8(static_cast<std::uint8_t>(response.result));
    out.u32(response.block_number);
}

void write(ByteWriter& out, const SetResponseLastDatablockWithList& response) {
    write_head(out, ApduTag::set_response, 4, response.invoke);
    write_octets(out, response.results);
    out.u32(response.block_number);
}

void write(ByteWriter& out, const SetResponseWithList& response) {
    write_head(out, ApduTag::set_response, 5, response.invoke);
    write_octets(out, response.results);
}

}  // namespace blathy::dlms
