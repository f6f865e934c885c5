#include <algorithm>
#include <array>

#include "dlms/explain/parts.hpp"
#include "dlms/obis.hpp"
#include "dlms/obis_names.hpp"

namespace blathy::dlms {
namespace {

using explaining::Tree;
using explaining::Value;

constexpr std::uint8_t soh = 0x01;
constexpr std::uint8_t stx = 0x02;
constexpr std::uint8_t etx = 0x03;
constexpr std::uint8_t eot = 0x04;
constexpr std::uint8_t ack = 0x06;
constexpr std::uint8_t nak = 0x15;
constexpr std::string_view line_end = "\r\n";

void say_text(TextWriter& out, Bytes octets) {
    for (const std::uint8_t octet : octets) {
        if (octet >= 0x20 && octet < 0x7F) {
            out << static_cast<char>(octet);
        } else {
            (out << "\\x").hex(octet);
        }
    }
}

// That many octets as text.
void explain_text(Tree& tree, std::string_view name, std::size_t count) {
    if (count == 0 || !tree.need(name, count)) return;
    const std::size_t start = tree.position();
    Value value;
    say_text(value, tree.take(count));
    tree.leaf(name, value.view(), start);
}

std::string_view baud_of(std::uint8_t code) {
    constexpr std::array<std::string_view, 7> speeds{"300", "600", "1200", "2400", "4800", "9600", "19200"};
    const unsigned digit = code - unsigned{'0'};
    return digit < speeds.size() ? speeds[digit] : std::string_view{};
}

void explain_baud(Tree& tree) {
    (void)tree.field("baud-rate", 1, [](TextWriter& out, std::uint64_t code) {
        const std::string_view speed = baud_of(static_cast<std::uint8_t>(code));
        if (speed.empty()) {
            out << "unknown " << static_cast<char>(code);
        } else {
            out << speed << " Bd";
        }
    });
}

// CR LF, the end of a message of one line.
void explain_line_end(Tree& tree) {
    if (!tree.need("end", 2)) return;
    if (as_text(tree.rest().first(2)) != line_end) return tree.fail("end", "no CR LF", tree.position(), 2);
    const std::size_t start = tree.position();
    (void)tree.take(2);
    tree.leaf("end", "CR LF", start);
}

// Where the line that begins here ends, CR LF not counted.
std::optional<std::size_t> line_length(Tree& tree) {
    const std::size_t found = as_text(tree.rest()).find(line_end);
    if (found != std::string_view::npos) return found;
    tree.fail("end", "truncated: no CR LF", tree.position(), tree.remaining());
    return std::nullopt;
}

void explain_sign_on(Tree& tree) {
    const auto length = line_length(tree);
    if (!length) return;
    const std::size_t start = tree.position();
    const std::size_t address = *length < 3 ? 0 : *length - 3;
    if (*length < 3 || tree.peek(*length - 1) != '!') return tree.fail("request", "no '!'", start, *length);
    explain_text(tree, "start", 2);
    explain_text(tree, "device-address", address);
    explain_text(tree, "end-of-request", 1);
    explain_line_end(tree);
}

void explain_identification(Tree& tree) {
    const auto length = line_length(tree);
    if (!length) return;
    constexpr std::size_t fixed = 5;
    if (*length < fixed) return tree.fail("identification", "too short", tree.position(), *length);
    explain_text(tree, "start", 1);
    explain_text(tree, "manufacturer", 3);
    explain_baud(tree);
    std::size_t left = *length - fixed;
    while (left >= 2 && tree.peek() == '\\') {
        const std::size_t start = tree.position();
        Value value;
        say_text(value, tree.take(2));
        if (value.view() == "\\2") value << " (mode E, HDLC)";
        tree.leaf("enhanced-mode", value.view(), start);
        left -= 2;
    }
    explain_text(tree, "identification", left);
    explain_line_end(tree);
}

void explain_acknowledgement(Tree& tree) {
    explain_text(tree, "ack", 1);
    (void)tree.field("protocol", 1, [](TextWriter& out, std::uint64_t code) {
        out << static_cast<char>(code);
        if (code == '0') out << " (normal)";
        if (code == '1') out << " (secondary)";
        if (code == '2') out << " (HDLC)";
    });
    explain_baud(tree);
    (void)tree.field("mode", 1, [](TextWriter& out, std::uint64_t code) {
        out << static_cast<char>(code);
        if (code == '0') out << " (readout)";
        if (code == '1') out << " (programming)";
        if (code == '2') out << " (binary)";
    });
    explain_line_end(tree);
}

// One `id(value*unit)` of a data line.
void explain_data_set(Tree& tree, std::size_t line) {
    const std::string_view text = as_text(tree.rest().first(line));
    const std::size_t open = text.find('(');
    const std::size_t close = text.find(')', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) return explain_text(tree, "text", line);
    const std::size_t start = tree.position();
    Value value;
    say_text(value, tree.take(close + 1));
    if (const auto obis = parse_obis(text.substr(0, open))) {
        std::array<char, max_obis_description> room{};
        const std::string_view description = describe_obis(*obis, room);
        if (!description.empty()) value << "  " << description;
    }
    tree.leaf("data-set", value.view(), start);
}

// The data of a block up to ETX: lines of data sets, the last line "!".
void explain_data_lines(Tree& tree, std::size_t length) {
    tree.within("data", length, [&] {
        while (tree.ok() && !tree.at_end()) {
            const std::size_t found = as_text(tree.rest()).find(line_end);
            if (found == 0) {
                explain_line_end(tree);
            } else {
                explain_data_set(tree, std::min(found, tree.remaining()));
            }
        }
    });
}

// From the octet behind SOH or STX: [command] [STX] data ETX BCC.
void explain_block(Tree& tree, bool command) {
    explain_text(tree, command ? "soh" : "stx", 1);
    const Bytes checked = tree.rest();
    const auto end = std::find_if(checked.begin(), checked.end(), [](std::uint8_t o) { return o == etx || o == eot; });
    if (end == checked.end()) {
        return tree.fail("data", "truncated: no ETX", tree.position(), tree.remaining());
    }
    auto length = static_cast<std::size_t>(end - checked.begin());
    const Bytes checked_octets = checked.first(length + 1);
    if (command) {
        const std::size_t letters = std::min<std::size_t>(2, length);
        explain_text(tree, "command", letters);
        length -= letters;
        if (length > 0 && tree.peek() == stx) {
            explain_text(tree, "stx", 1);
            --length;
        }
    }
    explain_data_lines(tree, length);
    explain_text(tree, *end == etx ? "etx" : "eot", 1);
    if (!tree.need("bcc", 1)) return;
    std::uint8_t bcc = 0;
    for (const std::uint8_t octet : checked_octets) bcc ^= octet;
    const std::size_t start = tree.position();
    if (tree.take_number(1) == bcc) return tree.leaf("bcc", "good", start);
    Value reason;
    (reason << "wrong, expected ").hex(bcc);
    tree.flaw("bcc", reason.view(), start, 1);
}

struct Message {
    std::string_view name;
    void (*explain)(Tree&);
};

Message message_at(const Tree& tree) {
    switch (tree.peek()) {
        case '/':
            if (tree.peek(1) == '?') return {"request", explain_sign_on};
            return {"identification", explain_identification};
        case ack:
            return {"acknowledgement", explain_acknowledgement};
        case nak:
            return {"repeat-request", [](Tree& t) { explain_text(t, "nak", 1); }};
        case soh:
            return {"command-message", [](Tree& t) { explain_block(t, true); }};
        case stx:
            return {"data-message", [](Tree& t) { explain_block(t, false); }};
        default:
            return {"unknown message",
                    [](Tree& t) { t.fail("start", "begins no message of IEC 62056-21", t.position(), 1); }};
    }
}

}  // namespace

void explain_iec62056_21(Bytes messages, Sink sink) {
    Tree tree(messages, sink);
    do {
        (void)tree.contain([&] {
            if (!tree.need("message", 1)) return;
            const Message message = message_at(tree);
            tree.measured(message.name, "", [&] { message.explain(tree); });
        });
    } while (tree.ok() && !tree.at_end());
}

}  // namespace blathy::dlms
