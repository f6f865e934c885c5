#include "apps/blathy/decode/assembly.hpp"

#include <fmt/format.h>

#include "dlms/apdu/block_transfer.hpp"
#include "dlms/hdlc/deframer.hpp"
#include "dlms/hdlc/llc.hpp"
#include "dlms/tags.hpp"
#include "dlms/wrapper.hpp"

namespace blathy::apps {
namespace {

std::string address_text(const dlms::hdlc::Address& address) {
    return std::to_string(address.upper) + "/" + std::to_string(address.lower);
}

}  // namespace

ApduAssembler::Route& ApduAssembler::route(const std::string& name) {
    if (routes_.size() == max_routes && !routes_.contains(name)) routes_.clear();
    return routes_[name];
}

std::vector<AssembledApdu> ApduAssembler::put(const std::string& route, Bytes octets, dlms::Protocol protocol) {
    std::vector<AssembledApdu> whole;
    switch (protocol) {
        case dlms::Protocol::apdu:
            take_apdu(route, octets, whole);
            break;
        case dlms::Protocol::wrapper:
            while (const auto header = dlms::read_wrapper_header(octets)) {
                octets = octets.subspan(dlms::WrapperHeader::size);
                if (header->length > octets.size()) break;
                const auto between = fmt::format("{} {}>{}", route, header->source, header->destination);
                take_apdu(between, octets.first(header->length), whole);
                octets = octets.subspan(header->length);
            }
            break;
        case dlms::Protocol::hdlc:
            take_frames(route, octets, whole);
            break;
        case dlms::Protocol::iec62056_21:
            break;
    }
    return whole;
}

void ApduAssembler::take_frames(const std::string& name, Bytes octets, std::vector<AssembledApdu>& whole) {
    std::vector<std::uint8_t> buffer(dlms::hdlc::max_length + 2);
    dlms::hdlc::Deframer deframer(buffer, 0);
    while (const auto frame = deframer.next(octets, 0)) {
        const auto control = dlms::hdlc::decode_control(frame->control);
        const bool is_information = control.kind == dlms::hdlc::FrameKind::i;
        if (!is_information && control.kind != dlms::hdlc::FrameKind::ui) continue;
        const std::string path = name + " " + address_text(frame->source) + ">" + address_text(frame->destination);
        Route& route = this->route(path);
        if (is_information) {
            // A frame that was sent once more.
            if (route.segment_count > 0 && route.send_number == control.send_number) continue;
            route.send_number = control.send_number;
        }
        if (route.segments.size() + frame->information.size() > max_octets) route.segments.clear();
        route.segments.insert(route.segments.end(), frame->information.begin(), frame->information.end());
        ++route.segment_count;
        if (frame->is_segmented) continue;
        const std::vector<std::uint8_t> information = std::exchange(route.segments, {});
        const std::size_t parts = std::exchange(route.segment_count, 0);
        if (information.size() <= dlms::hdlc::llc_command.size()) continue;
        const Bytes apdu = Bytes(information).subspan(dlms::hdlc::llc_command.size());
        if (parts > 1) whole.push_back({parts, "segments", {apdu.begin(), apdu.end()}});
        take_apdu(path, apdu, whole);
    }
}

void ApduAssembler::take_apdu(const std::string& name, Bytes apdu, std::vector<AssembledApdu>& whole) {
    const bool is_block = !apdu.empty() && apdu[0] == static_cast<std::uint8_t>(dlms::ApduTag::general_block_transfer);
    const auto block = is_block ? dlms::read_general_block(apdu) : std::nullopt;
    if (!block) return;
    Route& route = this->route(name);
    const bool begins = block->number == 1 && block->acknowledged == 0 && !block->data.empty();
    if (begins || route.block_octets + block->data.size() > max_octets) {
        route.blocks.clear();
        route.block_octets = 0;
        route.first_block = 1;
        route.last_block.reset();
    }
    if (route.blocks.try_emplace(block->number, block->data.begin(), block->data.end()).second) {
        route.block_octets += block->data.size();
    }
    // Blocks without octets acknowledge, and have their numbers too.
    if (block->last && !block->data.empty()) route.last_block = block->number;
    if (!route.last_block || route.blocks.begin()->first != route.first_block) return;
    const auto count = static_cast<std::uint16_t>(*route.last_block - route.first_block + 1U);
    if (route.blocks.size() < count) return;
    AssembledApdu assembled{0, "blocks", {}};
    for (const auto& [number, data] : route.blocks) {
        if (number > *route.last_block) break;
        assembled.parts += data.empty() ? 0 : 1;
        assembled.octets.insert(assembled.octets.end(), data.begin(), data.end());
    }
    whole.push_back(std::move(assembled));
    route.first_block = static_cast<std::uint16_t>(*route.last_block + 1U);
    route.blocks.clear();
    route.block_octets = 0;
    route.last_block.reset();
}

}  // namespace blathy::apps
