#include "dlms/explain/parts.hpp"
#include "dlms/names.hpp"

namespace blathy::dlms::explaining {
namespace {

// What is neither a gateway's, a block nor signed.
void explain_inner_apdu(Tree& tree) {
    if (!tree.need("apdu", 1)) return;
    if (explain_acse(tree) || explain_ciphered(tree) || explain_service(tree)) return;
    const std::uint8_t tag = tree.peek();
    tree.whole(apdu_name(tag).empty() ? "unknown apdu" : apdu_name(tag), "", [&] {
        Value reason;
        (reason << "no APDU here may have the tag ").hex(tag);
        tree.fail("tag", reason.view(), tree.position(), 1);
    });
}

void explain_signed(Tree& tree) {
    if (tree.peek() != 0xDF) return explain_inner_apdu(tree);
    const Bytes apdu = tree.rest();
    tree.whole(apdu_name(0xDF), "", [&] {
        (void)tree.take(1);
        explain_general_header(tree);
        const std::size_t start = tree.position();
        const auto length = tree.take_length("content", start);
        if (!length) return;
        const std::size_t shown = std::min(*length, tree.remaining());
        tree.group("content", "", start, tree.position() - start + shown,
                   [&] { tree.within("content", *length, [&] { explain_inner_apdu(tree); }); });
        const std::size_t signature = tree.position();
        (void)tree.octets("signature");
        if (!tree.ok() || !tree.deciphers()) return;
        explain_verification(tree, tree.decipher(apdu), signature, tree.position() - signature);
    });
}

// The blocks of one APDU come in several APDUs, except when the first is the last.
void explain_block(Tree& tree) {
    if (tree.peek() != 0xE0) return explain_signed(tree);
    tree.whole(apdu_name(0xE0), "", [&] {
        (void)tree.take(1);
        if (!tree.need("block-control", 1)) return;
        const std::size_t start = tree.position();
        const auto control = static_cast<std::uint8_t>(tree.take_number(1));
        const bool last = (control & 0x80) != 0;
        const bool streaming = (control & 0x40) != 0;
        Value value;
        value << (last ? "last block" : "more blocks follow") << (streaming ? ", streaming" : "") << ", window "
              << (control & 0x3F);
        tree.group("block-control", value.view(), start, 1, [&] {
            tree.leaf("last-block (bit 7)", last ? "yes" : "no", start, 1);
            tree.leaf("streaming (bit 6)", streaming ? "yes" : "no", start, 1);
            Value window;
            window << (control & 0x3F);
            tree.leaf("window (bits 0-5)", window.view(), start, 1);
        });
        const std::uint64_t number = tree.field("block-number", 2);
        (void)tree.field("block-number-ack", 2);
        const std::size_t data_start = tree.position();
        const auto length = tree.take_length("block-data", data_start);
        if (!length) return;
        Value size;
        size << *length << (*length == 1 ? " octet" : " octets");
        const std::size_t shown = std::min(*length, tree.remaining());
        tree.group("block-data", size.view(), data_start, tree.position() - data_start + shown, [&] {
            if (*length == 0) return;
            if (last && number == 1) {
                tree.within("block-data", *length, [&] { explain_signed(tree); });
            } else {
                (void)tree.raw("part of an apdu", *length);
            }
        });
    });
}

}  // namespace

void explain_any_apdu(Tree& tree) {
    const std::uint8_t tag = tree.peek();
    if (tag != 0xE6 && tag != 0xE7) return explain_block(tree);
    tree.whole(apdu_name(tag), "", [&] {
        (void)tree.take(1);
        (void)tree.field("network-id", 1);
        (void)tree.octets("physical-device-address");
        if (tree.ok()) explain_block(tree);
    });
}

}  // namespace blathy::dlms::explaining

namespace blathy::dlms {

void explain_apdu(Bytes apdu, Sink sink, std::optional<Decipher> decipher) {
    explaining::Tree tree(apdu, sink, decipher);
    (void)tree.contain([&] { explaining::explain_any_apdu(tree); });
}

}  // namespace blathy::dlms
