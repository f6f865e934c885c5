#include <array>

#include "dlms/explain/parts.hpp"
#include "dlms/hdlc/address.hpp"
#include "dlms/hdlc/crc.hpp"
#include "dlms/hdlc/frame.hpp"
#include "dlms/hdlc/llc.hpp"

namespace blathy::dlms {
namespace {

using explaining::Tree;
using explaining::Value;
using hdlc::Control;
using hdlc::FrameKind;

void write_address(TextWriter& out, const hdlc::Address& address) {
    out << address.upper;
    if (address.octets > 1) out << '/' << address.lower;
}

std::string_view kind_name(FrameKind kind) {
    switch (kind) {
        case FrameKind::i:
            return "I";
        case FrameKind::rr:
            return "RR";
        case FrameKind::rnr:
            return "RNR";
        case FrameKind::snrm:
            return "SNRM";
        case FrameKind::disc:
            return "DISC";
        case FrameKind::ua:
            return "UA";
        case FrameKind::dm:
            return "DM";
        case FrameKind::frmr:
            return "FRMR";
        case FrameKind::ui:
            return "UI";
        case FrameKind::undefined:
            break;
    }
    return "undefined";
}

bool has_receive_number(FrameKind kind) {
    return kind == FrameKind::i || kind == FrameKind::rr || kind == FrameKind::rnr;
}

void write_control(TextWriter& out, const Control& control) {
    out << kind_name(control.kind);
    if (control.kind == FrameKind::i) out << " N(S)=" << control.send_number;
    if (has_receive_number(control.kind)) out << " N(R)=" << control.receive_number;
    if (control.poll_final) out << " P/F";
}

// "I N(S)=0 N(R)=0 P/F, 16 -> 1/17", from the octets behind the opening flag; as much of it as is there.
void write_frame(TextWriter& out, Bytes octets) {
    ByteReader in(octets);
    in.skip(2);
    const auto destination = hdlc::read_address(in);
    const auto source = in.ok() ? hdlc::read_address(in) : std::nullopt;
    if (!destination || !source || in.at_end()) return;
    write_control(out, hdlc::decode_control(in.u8()));
    out << ", ";
    write_address(out, *source);
    out << " -> ";
    write_address(out, *destination);
}

void explain_flag(Tree& tree) {
    if (!tree.need("flag", 1)) return;
    if (tree.peek() != hdlc::flag) {
        Value reason;
        (reason << "7E expected, not ").hex(tree.peek());
        return tree.fail("flag", reason.view(), tree.position(), 1);
    }
    const std::size_t start = tree.position();
    (void)tree.take(1);
    tree.leaf("flag", "7E", start);
}

// The length that the field states; 0 after an error.
std::size_t explain_format(Tree& tree) {
    if (!tree.need("frame-format", 2)) return 0;
    const std::size_t start = tree.position();
    const auto format = static_cast<std::uint16_t>(tree.take_number(2));
    const std::size_t length = format & hdlc::max_length;
    const bool segmented = (format & 0x0800) != 0;
    if (format >> 12U != 0xA) {
        tree.fail("frame-format", "not of type 3 (1010)", start, 2);
        return 0;
    }
    if (length < hdlc::min_length) {
        Value reason;
        reason << "length " << length << " less than the shortest frame's, " << hdlc::min_length;
        tree.fail("frame-format", reason.view(), start, 2);
        return 0;
    }
    Value value;
    value << "type 3, " << (segmented ? "segmented, " : "") << "length " << length;
    tree.group("frame-format", value.view(), start, 2, [&] {
        tree.leaf("type (bits 12-15)", "1010", start, 1);
        tree.leaf("segmentation (bit 11)", segmented ? "more segments follow" : "no", start, 1);
        Value text;
        text << length;
        tree.leaf("length (bits 0-10)", text.view(), start, 2);
    });
    return length;
}

void explain_address(Tree& tree, std::string_view name) {
    if (!tree.need(name, 1)) return;
    const std::size_t start = tree.position();
    std::size_t size = 1;
    while (size < 5 && size < tree.remaining() && (tree.peek(size - 1) & 1) == 0) ++size;
    const bool closed = (tree.peek(size - 1) & 1) != 0;
    if (!closed && size < 5) return tree.truncated(name, start, size + 1);
    if (!closed || size == 3 || size == 5) {
        return tree.fail(name, "neither one, two nor four octets", start, size);
    }
    ByteReader in(tree.take(size));
    const auto address = hdlc::read_address(in).value_or(hdlc::Address{});
    Value value;
    if (size == 1) {
        value << address.upper;
        if (address.upper == 16) value << " (public client)";
        if (address.upper == 0x7F) value << " (all stations)";
        return tree.leaf(name, value.view(), start);
    }
    value << "upper " << address.upper << ", lower " << address.lower;
    tree.group(name, value.view(), start, size, [&] {
        const auto say = [](TextWriter& out, std::uint16_t part, const hdlc::Address& of) {
            out << part;
            if (part == of.all_station()) out << " (all stations)";
            if (part == of.calling()) out << " (calling)";
        };
        Value upper;
        say(upper, address.upper, address);
        tree.leaf("upper (logical device)", upper.view(), start, size / 2);
        Value lower;
        say(lower, address.lower, address);
        tree.leaf("lower (physical device)", lower.view(), start + size / 2, size / 2);
    });
}

Control explain_control(Tree& tree) {
    if (!tree.need("control", 1)) return {};
    const std::size_t start = tree.position();
    const Control control = hdlc::decode_control(static_cast<std::uint8_t>(tree.take_number(1)));
    if (control.kind == FrameKind::undefined) {
        tree.flaw("control", "undefined", start, 1);
        return control;
    }
    Value value;
    write_control(value, control);
    tree.group("control", value.view(), start, 1, [&] {
        const auto number = [&](std::string_view name, std::uint8_t n) {
            Value text;
            text << n;
            tree.leaf(name, text.view(), start, 1);
        };
        if (has_receive_number(control.kind)) number("N(R) (bits 5-7)", control.receive_number);
        tree.leaf("poll/final (bit 4)", control.poll_final ? "yes" : "no", start, 1);
        if (control.kind == FrameKind::i) number("N(S) (bits 1-3)", control.send_number);
    });
    return control;
}

// HCS or FCS over the octets that were read since the format field began.
void explain_check(Tree& tree, std::string_view name, Bytes checked) {
    if (!tree.need(name, 2)) return;
    const std::size_t start = tree.position();
    const Bytes octets = tree.take(2);
    const std::uint16_t right = hdlc::crc_of(checked);
    if ((octets[0] | octets[1] << 8) == right) return tree.leaf(name, "good", start);
    Value reason;
    (reason << "wrong, expected ").hex(static_cast<std::uint8_t>(right)).hex(static_cast<std::uint8_t>(right >> 8U));
    tree.flaw(name, reason.view(), start, 2);
}

// The parameters of SNRM and UA (IEC 62056-46, 6.4.4.4.3.1): 81 80 length, then tag, length and value of each.
void explain_parameters(Tree& tree) {
    constexpr std::size_t parameters_header_size = 3;
    if (!tree.need("parameters", parameters_header_size)) return;
    const std::size_t start = tree.position();
    if (tree.peek(0) != 0x81 || tree.peek(1) != 0x80) {
        return tree.fail("parameters", "format and group identifier 8180 expected", start, 2);
    }
    const std::size_t length = tree.peek(2);
    Value value;
    value << length << " octets";
    tree.leaf("format, group and length", value.view(), start, parameters_header_size);
    (void)tree.take(parameters_header_size);
    tree.within("parameters", length, [&] {
        while (tree.ok() && !tree.at_end()) {
            const std::size_t at = tree.position();
            if (!tree.need("parameter", 2)) return;
            const std::uint8_t tag = tree.peek();
            const std::size_t size = tree.peek(1);
            std::string_view name = "unknown parameter";
            if (tag == 5) name = "max-information-field-length-transmit";
            if (tag == 6) name = "max-information-field-length-receive";
            if (tag == 7) name = "window-size-transmit";
            if (tag == 8) name = "window-size-receive";
            if (!tree.need(name, 2 + size)) return;
            (void)tree.take(2);
            Value number;
            if (size <= 8) {
                number << tree.take_number(size);
            } else {
                explaining::write_hex(number, tree.take(size));
            }
            tree.leaf(name, number.view(), at);
        }
    });
}

// Why a frame was rejected (IEC 62056-46, 6.4.3.7).
void explain_rejection(Tree& tree) {
    if (!tree.need("rejection", 3)) return;
    const std::size_t start = tree.position();
    const Bytes octets = tree.take(3);
    Value rejected;
    write_control(rejected, hdlc::decode_control(octets[0]));
    tree.leaf("rejected-control", rejected.view(), start, 1);
    Value state;
    state << "V(R)=" << (octets[1] >> 5U) << ", V(S)=" << ((octets[1] >> 1U) & 7U);
    tree.leaf("state", state.view(), start + 1, 1);
    Value reasons;
    if ((octets[2] & 1) != 0) reasons << "W: control undefined; ";
    if ((octets[2] & 2) != 0) reasons << "X: information not permitted; ";
    if ((octets[2] & 4) != 0) reasons << "Y: information too long; ";
    if ((octets[2] & 8) != 0) reasons << "Z: N(R) invalid; ";
    const std::string_view text = reasons.view();
    tree.leaf("reason", text.substr(0, text.size() - std::min<std::size_t>(text.size(), 2)), start + 2, 1);
}

void explain_apdu_or_segment(Tree& tree, bool segmented) {
    const bool llc = tree.peek(0) == 0xE6 && (tree.peek(1) == 0xE6 || tree.peek(1) == 0xE7) && tree.peek(2) == 0 &&
                     tree.remaining() >= 3;
    if (llc) {
        const std::size_t start = tree.position();
        const bool request = tree.peek(1) == 0xE6;
        (void)tree.take(3);
        tree.leaf("llc", request ? "request" : "response", start);
    }
    if (llc && !segmented) {
        explaining::explain_any_apdu(tree);
    } else {
        (void)tree.raw("segment of an apdu", tree.remaining());
    }
}

void explain_information(Tree& tree, const Control& control, bool segmented) {
    tree.whole("information", "", [&] {
        switch (control.kind) {
            case FrameKind::i:
            case FrameKind::ui:
                return explain_apdu_or_segment(tree, segmented);
            case FrameKind::snrm:
            case FrameKind::ua:
                return explain_parameters(tree);
            case FrameKind::frmr:
                return explain_rejection(tree);
            default:
                (void)tree.raw("octets", tree.remaining());
        }
    });
}

void explain_fields(Tree& tree, bool own_flag) {
    if (own_flag) explain_flag(tree);
    if (!tree.ok()) return;
    const Bytes octets = tree.rest();
    const std::size_t start = tree.position();
    const std::size_t length = explain_format(tree);
    const bool segmented = octets.size() > 1 && (octets[0] & 0x08) != 0;
    explain_address(tree, "destination-address");
    explain_address(tree, "source-address");
    const Control control = explain_control(tree);
    if (!tree.ok()) return;
    constexpr std::size_t check_size = 2;
    const std::size_t header = tree.position() - start;
    if (length < header + check_size || length == header + check_size + 1) {
        return tree.fail("frame-format", "length does not agree with the addresses", tree.position(), 0);
    }
    if (length > header + check_size) {
        explain_check(tree, "HCS", octets.first(header));
        const std::size_t information = length - header - 2 * check_size;
        if (information > 0 && tree.need("information", information)) {
            tree.within("information", information,
                        [&] { (void)tree.contain([&] { explain_information(tree, control, segmented); }); });
        }
    }
    if (!tree.ok() || !tree.need("FCS", check_size)) return;
    explain_check(tree, "FCS", octets.first(length - check_size));
    explain_flag(tree);
}

// The octets that the frame takes from here on, which an unreadable format extends to the end.
std::size_t frame_size(Bytes octets, bool own_flag) {
    const std::size_t format = own_flag ? 1 : 0;
    if (octets.size() < format + 2 || octets[format] >> 4U != 0xA) return octets.size();
    const std::size_t length = (octets[format] & 0x07U) << 8U | octets[format + 1];
    return length < hdlc::min_length ? octets.size() : format + length + 1;
}

}  // namespace

void explain_hdlc(Bytes frames, Sink sink, std::optional<Decipher> decipher) {
    Tree tree(frames, sink, decipher);
    do {
        // One flag may close a frame and open the next (IEC 62056-46, 6.4.2.1).
        const bool own_flag = tree.position() == 0 || tree.peek() >> 4U != 0xA;
        const std::size_t size = frame_size(tree.rest(), own_flag);
        const auto frame = [&] {
            (void)tree.contain([&] {
                const std::size_t start = tree.position() - (own_flag ? 0 : 1);
                Value value;
                write_frame(value, tree.rest().subspan(std::min<std::size_t>(own_flag ? 1 : 0, tree.remaining())));
                tree.group("hdlc-frame", value.view(), start,
                           tree.position() - start + std::min(size, tree.remaining()),
                           [&] { explain_fields(tree, own_flag); });
            });
        };
        if (size > tree.remaining()) {
            frame();
        } else {
            tree.within("hdlc-frame", size, frame);
        }
    } while (tree.ok() && !tree.at_end());
}

}  // namespace blathy::dlms
