#include "dlms/apdu/access.hpp"

#include "dlms/apdu/codec.hpp"

namespace blathy::dlms {
namespace {

void write_target(ByteWriter& out, std::uint8_t plain_choice, const AttributeSelection& target) {
    constexpr std::uint8_t with_selection = 3;  // from get [1] to get-with-selection [4], from set [2] to [5]
    out.u8(target.access ? static_cast<std::uint8_t>(plain_choice + with_selection) : plain_choice);
    write(out, target.attribute);
    if (target.access) write(out, *target.access);
}

AttributeSelection read_target(ByteReader& in, bool with_selection) {
    AttributeSelection target;
    target.attribute = read_attribute_descriptor(in);
    if (with_selection) target.access = read_selective_access(in);
    return target;
}

}  // namespace

AccessSpecification read_access_specification(ByteReader& in) {
    switch (in.u8()) {
        case 1:
            return AccessGet{read_target(in, false)};
        case 2:
            return AccessSet{read_target(in, false)};
        case 3:
            return AccessAction{read_method_descriptor(in)};
        case 4:
            return AccessGet{read_target(in, true)};
        case 5:
            return AccessSet{read_target(in, true)};
        default:
            in.invalidate();
            return {};
    }
}

AccessResult read_access_result(ByteReader& in) {
    const std::uint8_t choice = in.u8();
    if (choice < 1 || choice > 3) in.invalidate();
    const std::uint8_t result = in.u8();
    return {static_cast<AccessKind>(choice), result};
}

std::optional<AccessRequest> read_access_request(Bytes apdu) {
    ByteReader in(apdu);
    AccessRequest request;
    read_tag(in, ApduTag::access_request);
    request.invoke.value = in.u32();
    request.date_time = read_optional_date_time(in);
    request.specifications = read_list(in, read_access_specification);
    request.data = read_list(in, read_data);
    if (request.specifications.count != request.data.count) return std::nullopt;
    return whole(in, request);
}

std::optional<AccessResponse> read_access_response(Bytes apdu) {
    ByteReader in(apdu);
    AccessResponse response;
    read_tag(in, ApduTag::access_response);
    response.invoke.value = in.u32();
    response.date_time = read_optional_date_time(in);
    if (read_presence(in)) response.specifications = read_list(in, read_access_specification);
    response.data = read_list(in, read_data);
    response.results = read_list(in, read_access_result);
    if (response.data.count != response.results.count) return std::nullopt;
    if (response.specifications && response.specifications->count != response.results.count) return std::nullopt;
    return whole(in, response);
}

void write(ByteWriter& out, const AccessSpecification& specification) {
    if (const auto* get = std::get_if<AccessGet>(&specification)) {
        write_target(out, 1, get->target);
    } else if (const auto* set = std::get_if<AccessSet>(&specification)) {
        write_target(out, 2, set->target);
    } else if (const auto* action = std::get_if<AccessAction>(&specification)) {
        out.u8(3);
        write(out, action->target);
    }
}

void write(ByteWriter& out, const AccessResult& result) {
    out.u8(static_cast<std::uint8_t>(result.kind));
    out.u8(result.result);
}

void write(ByteWriter& out, const AccessRequest& request) {
    write(out, ApduTag::access_request);
    out.u32(request.invoke.value);
    write_octets(out, request.date_time);
    write(out, request.specifications);
    write(out, request.data);
}

void write(ByteWriter& out, const AccessResponse& response) {
    write(out, ApduTag::access_response);
    out.u32(response.invoke.value);
    write_octets(out, response.date_time);
    out.u8(response.specifications ? 1 : 0);
    if (response.specifications) write(out, *response.specifications);
    write(out, response.data);
    write(out, response.results);
}

}  // namespace blathy::dlms
