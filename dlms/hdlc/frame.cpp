#include "dlms/hdlc/frame.hpp"

#include <algorithm>
#include <array>

#include "dlms/hdlc/crc.hpp"

namespace blathy::dlms::hdlc {
namespace {

constexpr unsigned format_type_3 = 0xA000;
constexpr unsigned segmentation_bit = 0x0800;
constexpr std::uint8_t poll_final_bit = 0x10;
constexpr std::size_t check_octets = 2;
constexpr std::size_t max_header_octets = 11;  // format, two addresses of four octets, control

struct Unnumbered {
    FrameKind kind;
    std::uint8_t code;  // the control octet without the P/F bit
};

constexpr std::array<Unnumbered, 6> unnumbered_frames{{{FrameKind::snrm, 0x83},
                                                       {FrameKind::disc, 0x43},
                                                       {FrameKind::ua, 0x63},
                                                       {FrameKind::dm, 0x0F},
                                                       {FrameKind::frmr, 0x87},
                                                       {FrameKind::ui, 0x03}}};

void write_check(Bytes checked, ByteWriter& writer) {
    const std::uint16_t crc = crc_of(checked);
    writer.u8(static_cast<std::uint8_t>(crc));
    writer.u8(static_cast<std::uint8_t>(crc >> 8));
}

bool is_good(Bytes octets_and_check) {
    Crc crc;
    crc.update(octets_and_check);
    return crc.is_good();
}

std::size_t declared_length(Bytes octets) {
    return (static_cast<std::size_t>(octets[0]) << 8 | octets[1]) & max_length;
}

// Format, addresses and control. The declared length is left to the caller, who knows how much is at hand.
Result<Frame, FrameError> read_header(ByteReader& reader) {
    const unsigned format = reader.u16();
    if (!reader.ok()) return fail(FrameError::length);
    if ((format & 0xF000) != format_type_3) return fail(FrameError::format_type);
    const auto destination = read_address(reader);
    const auto source = read_address(reader);
    if (!destination || !source) return fail(FrameError::address);
    Frame frame;
    frame.is_segmented = (format & segmentation_bit) != 0;
    frame.destination = *destination;
    frame.source = *source;
    frame.control = reader.u8();
    if (!reader.ok()) return fail(FrameError::length);
    return frame;
}

}  // namespace

Control decode_control(std::uint8_t octet) {
    const auto three_bits = [octet](int shift) { return static_cast<std::uint8_t>((octet >> shift) & 7); };
    Control control;
    control.poll_final = (octet & poll_final_bit) != 0;
    if ((octet & 0x01) == 0) {
        control.kind = FrameKind::i;
        control.send_number = three_bits(1);
        control.receive_number = three_bits(5);
    } else if ((octet & 0x0F) == 0x01 || (octet & 0x0F) == 0x05) {
        control.kind = (octet & 0x04) == 0 ? FrameKind::rr : FrameKind::rnr;
        control.receive_number = three_bits(5);
    } else {
        for (const Unnumbered& frame : unnumbered_frames) {
            if (frame.code == (octet & ~poll_final_bit)) control.kind = frame.kind;
        }
    }
    return control;
}

std::uint8_t encode_control(const Control& control) {
    unsigned octet = control.poll_final ? poll_final_bit : 0u;
    switch (control.kind) {
        case FrameKind::i:
            octet |= static_cast<unsigned>(control.receive_number << 5 | control.send_number << 1);
            break;
        case FrameKind::rr:
            octet |= static_cast<unsigned>(control.receive_number << 5 | 0x01);
            break;
        case FrameKind::rnr:
            octet |= static_cast<unsigned>(control.receive_number << 5 | 0x05);
            break;
        default:
            for (const Unnumbered& frame : unnumbered_frames) {
                if (frame.kind == control.kind) octet |= frame.code;
            }
    }
    return static_cast<std::uint8_t>(octet);
}

Result<Frame, FrameError> decode_frame(Bytes octets) {
    ByteReader reader(octets);
    auto frame = read_header(reader);
    if (!frame) return frame;
    if (declared_length(octets) != octets.size()) return fail(FrameError::length);
    if (reader.remaining() == check_octets) {
        if (!is_good(octets)) return fail(FrameError::frame_check);
        return frame;
    }
    // An information field has at least one octet between HCS and FCS.
    if (reader.remaining() <= 2 * check_octets) return fail(FrameError::length);
    if (!is_good(octets.first(reader.position() + check_octets))) return fail(FrameError::header_check);
    if (!is_good(octets)) return fail(FrameError::frame_check);
    reader.skip(check_octets);
    frame->information = reader.bytes(reader.remaining() - check_octets);
    return frame;
}

Result<Frame, FrameError> decode_oversize_frame(Bytes beginning) {
    ByteReader reader(beginning);
    auto frame = read_header(reader);
    if (!frame) return frame;
    if (reader.remaining() < check_octets) return fail(FrameError::length);
    if (!is_good(beginning.first(reader.position() + check_octets))) return fail(FrameError::header_check);
    frame->is_oversize = true;
    return frame;
}

HeaderState header_state(Bytes beginning) {
    ByteReader reader(beginning);
    if (!read_header(reader)) {
        // Too few octets look like a wrong address; the longest header is never too few, nor is all that is declared.
        const bool may_go_on =
            beginning.size() < 2 || beginning.size() < std::min(max_header_octets, declared_length(beginning));
        return may_go_on ? HeaderState::incomplete : HeaderState::damaged;
    }
    const std::size_t checked = reader.position() + check_octets;
    if (declared_length(beginning) == checked) return HeaderState::intact;
    if (beginning.size() < checked) return HeaderState::incomplete;
    return is_good(beginning.first(checked)) ? HeaderState::intact : HeaderState::damaged;
}

std::size_t encode_frame(const Frame& frame, MutableBytes room) {
    const std::size_t information = frame.head.size() + frame.information.size();
    std::size_t length = 2u + frame.destination.octets + frame.source.octets + 1u + check_octets;
    if (information > 0) length += check_octets + information;
    if (length > max_length) return 0;

    ByteWriter writer(room);
    writer.u8(flag);
    writer.u16(static_cast<std::uint16_t>(format_type_3 | (frame.is_segmented ? segmentation_bit : 0u) | length));
    write_address(frame.destination, writer);
    write_address(frame.source, writer);
    writer.u8(frame.control);
    if (!writer.ok()) return 0;
    if (information > 0) {
        write_check(writer.since(1), writer);
        writer.bytes(frame.head);
        writer.bytes(frame.information);
    }
    if (!writer.ok()) return 0;
    write_check(writer.since(1), writer);
    writer.u8(flag);
    return writer.ok() ? writer.size() : 0;
}

}  // namespace blathy::dlms::hdlc
