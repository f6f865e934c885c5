#include "dlms/apdu/get.hpp"

#include "dlms/apdu/codec.hpp"

namespace blathy::dlms {
GetDataResult read_get_data_result(ByteReader& in) {
    GetDataResult result;
    switch (in.u8()) {
        case 0:
            result.data = read_data(in);
            break;
        case 1:
            result.result = static_cast<DataAccessResult>(in.u8());
            // An error that says success carries nothing that could be meant.
            if (result.result == DataAccessResult::success) in.invalidate();
            break;
        default:
            in.invalidate();
            break;
    }
    return result;
}

std::optional<GetRequest> read_get_request(Bytes apdu) {
    ByteReader in(apdu);
    const auto [choice, invoke] = read_head(in, ApduTag::get_request);
    switch (choice) {
        case 1: {
            const AttributeSelection target = read_attribute_selection(in);
            return whole<GetRequest>(in, GetRequestNormal{invoke, target});
        }
        case 2: {
            const std::uint32_t block_number = in.u32();
            return whole<GetRequest>(in, GetRequestNext{invoke, block_number});
        }
        case 3: {
            const List targets = read_list(in, read_attribute_selection);
            return whole<GetRequest>(in, GetRequestWithList{invoke, targets});
        }
        default:
            return std::nullopt;
    }
}

std::optional<GetResponse> read_get_response(Bytes apdu) {
    ByteReader in(apdu);
    const auto [choice, invoke] = read_head(in, ApduTag::get_response);
    switch (choice) {
        case 1: {
            const GetDataResult result = read_get_data_result(in);
            return whole<GetResponse>(in, GetResponseNormal{invoke, result});
        }
        case 2: {
            GetResponseWithDatablock response{invoke, {}, DataAccessResult::success};
            response.block.last = read_boolean(in);
            response.block.number = in.u32();
            switch (in.u8()) {
                case 0:
                    response.block.raw = read_octets(in);
                    break;
                case 1:
                    response.result = static_cast<DataAccessResult>(in.u8());
                    if (response.result == DataAccessResult::success) in.invalidate();
                    break;
                default:
                    in.invalidate();
                    break;
            }
            return whole<GetResponse>(in, response);
        }
        case 3: {
            const List results = read_list(in, read_get_data_result);
            return whole<GetResponse>(in, GetResponseWithList{invoke, results});
        }
        default:
            return std::nullopt;
    }
}

void write(ByteWriter& out, const GetRequestNormal& request) {
    write_head(out, ApduTag::get_request, 1, request.invoke);
    write(out, request.target);
}

void write(ByteWriter& out, const GetRequestNext& request) {
    write_head(out, ApduTag::get_request, 2, request.invoke);
    out.u32(request.block_number);
}

void write(ByteWriter& out, const GetRequestWithList& request) {
    write_head(out, ApduTag::get_request, 3, request.invoke);
    write(out, request.targets);
}

void write(ByteWriter& out, const GetDataResult& result) {
    if (result.result == DataAccessResult::success) {
        out.u8(0);
        out.bytes(result.data);
    } else {
        out.u8(1);
        out.u8(static_cast<std::uint8_t>(result.result));
    }
}

void write(ByteWriter& out, const GetResponseNormal& response) {
    write_head(out, ApduTag::get_response, 1, response.invoke);
    write(out, response.result);
}

void write(ByteWriter& out, const GetResponseWithDatablock& response) {
    write_head(out, ApduTag::get_response, 2, response.invoke);
    out.u8(response.block.last ? 1 : 0);
    out.u32(response.block.number);
    if (response.result == DataAccessResult::success) {
        out.u8(0);
        write_octets(out, response.block.raw);
    } else {
        out.u8(1);
        out.u8(static_cast<std::uint8_t>(response.result));
    }
}

void write(ByteWriter& out, const GetResponseWithList& response) {
    write_head(out, ApduTag::get_response, 3, response.invoke);
    write(out, response.results);
}

}  // namespace blathy::dlms
