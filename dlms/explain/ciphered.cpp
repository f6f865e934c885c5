#include "dlms/explain/parts.hpp"
#include "dlms/names.hpp"

namespace blathy::dlms::explaining {
namespace {

constexpr std::size_t header_size = 5;  // security control and invocation counter
constexpr std::size_t tag_size = 12;

// IEC 62056-5-3, 5.7.3: bits 0-3 suite, 4 A, 5 E, 6 key set, 7 compression.
constexpr std::uint8_t authenticated = 0x10;
constexpr std::uint8_t encrypted = 0x20;
constexpr std::uint8_t broadcast_key = 0x40;
constexpr std::uint8_t compressed = 0x80;

std::uint8_t explain_security_control(Tree& tree) {
    if (!tree.need("security-control", 1)) return 0;
    const std::size_t start = tree.position();
    const auto control = static_cast<std::uint8_t>(tree.take_number(1));
    const auto bit = [&](std::string_view name, std::uint8_t mask, std::string_view set, std::string_view clear) {
        tree.leaf(name, (control & mask) != 0 ? set : clear, start, 1);
    };
    Value value;
    const std::uint8_t suite = control & 0x0F;
    value << "suite " << suite;
    if ((control & authenticated) != 0) value << ", authenticated";
    if ((control & encrypted) != 0) value << ", encrypted";
    if ((control & broadcast_key) != 0) value << ", broadcast key";
    if ((control & compressed) != 0) value << ", compressed";
    tree.group("security-control", value.view(), start, 1, [&] {
        bit("compression (bit 7)", compressed, "yes", "no");
        bit("key-set (bit 6)", broadcast_key, "broadcast", "unicast");
        bit("encryption (bit 5)", encrypted, "yes", "no");
        bit("authentication (bit 4)", authenticated, "yes", "no");
        Value number;
        number << suite;
        if (suite == 0) number << " (AES-GCM-128)";
        if (suite == 1) number << " (AES-GCM-128, ECDSA and ECDH P-256)";
        if (suite == 2) number << " (AES-GCM-256, ECDSA and ECDH P-384)";
        tree.leaf("security-suite (bits 0-3)", number.view(), start, 1);
    });
    return control;
}

void explain_plain(Tree& tree) {
    if (!explain_service(tree) && tree.ok()) (void)tree.raw("plain-text", tree.remaining());
}

// `apdu` is the whole of it, as it is deciphered.
void explain_protected(Tree& tree, Bytes apdu) {
    const std::size_t start = tree.position();
    const auto length = tree.take_length("ciphered-content", start);
    if (!length) return;
    tree.within("ciphered-content", *length, [&] {
        const std::uint8_t control = explain_security_control(tree);
        (void)tree.field("invocation-counter", 4);
        if (!tree.ok()) return;
        const std::size_t trailer = (control & authenticated) != 0 ? tag_size : 0;
        if (*length < header_size + trailer) {
            return tree.fail("ciphered-content", "too short for an authentication tag", tree.position(),
                             tree.remaining());
        }
        const std::size_t payload = *length - header_size - trailer;
        const bool can_be_checked =
            (control & (encrypted | authenticated)) != 0 && payload + trailer <= tree.remaining();
        const bool deciphers = tree.deciphers() && can_be_checked;
        const auto plain = deciphers ? tree.decipher(apdu) : fail(Undeciphered::no_key);
        const bool no_key = !plain && plain.error() == Undeciphered::no_key;
        if ((control & (encrypted | compressed)) != 0) {
            const std::size_t text = tree.position();
            (void)tree.raw((control & encrypted) != 0 ? "ciphered-text" : "compressed-text", payload);
            if (plain && plain->size() == payload) {
                tree.instead(text, *plain, [&] { explain_plain(tree); });
            } else if (deciphers && tree.ok()) {
                tree.nest([&] {
                    if (no_key) return tree.leaf("deciphered", "not with these keys", text, payload);
                    tree.flaw("deciphered", "none of the keys fits", text, payload);
                });
            }
        } else {
            tree.within("plain-text", payload, [&] {
                if (no_key) return explain_plain(tree);
                // What makes no sense may be just what the tag tells of.
                (void)tree.contain([&] { explain_plain(tree); });
            });
        }
        if (!tree.ok() || trailer == 0) return;
        const std::size_t tag = tree.position();
        (void)tree.raw("authentication-tag", tag_size);
        if (deciphers) explain_verification(tree, plain, tag, tag_size);
    });
}

void explain_system_title(Tree& tree, std::string_view name) {
    (void)tree.octets(name, [](TextWriter& out, Bytes title) {
        if (title.empty()) {
            out << "absent";
            return;
        }
        write_system_title(out, title);
    });
}

void explain_key_info(Tree& tree) {
    static constexpr std::string_view choices[] = {"identified-key", "wrapped-key", "agreed-key"};
    if (!tree.present("key-info") || !tree.need("key-info", 1)) return;
    const std::size_t start = tree.position();
    const std::uint8_t choice = tree.peek();
    if (choice >= std::size(choices)) {
        Value reason;
        reason << "no choice " << choice;
        return tree.fail("key-info", reason.view(), start, 1);
    }
    tree.measured("key-info", choices[choice], [&] {
        (void)tree.take(1);
        if (choice == 0) {
            (void)tree.coded("key-id", [](std::uint8_t id) -> std::string_view {
                return id == 0 ? "global unicast encryption key" : id == 1 ? "global broadcast encryption key" : "";
            });
        } else if (choice == 1) {
            (void)tree.coded("kek-id", [](std::uint8_t id) -> std::string_view { return id == 0 ? "master key" : ""; });
            (void)tree.octets("key-ciphered-data");
        } else {
            (void)tree.octets("key-parameters", [](TextWriter& out, Bytes parameters) {
                write_hex(out, parameters);
                if (parameters.size() != 1) return;
                if (parameters[0] == 1) out << " (one-pass Diffie-Hellman C(1e, 1s))";
                if (parameters[0] == 2) out << " (static unified model C(0e, 2s))";
            });
            (void)tree.octets("key-ciphered-data");
        }
    });
}

}  // namespace

void explain_verification(Tree& tree, const Result<Bytes, Undeciphered>& checked, std::size_t start,
                          std::size_t length) {
    tree.nest([&] {
        if (checked) return tree.leaf("verification", "right", start, length);
        if (checked.error() == Undeciphered::no_key) {
            return tree.leaf("verification", "not with these keys", start, length);
        }
        tree.flaw("verification", "wrong, or of another key", start, length);
    });
}

void write_system_title(TextWriter& out, Bytes title) {
    write_hex(out, title);
    const auto is_letter = [](std::uint8_t octet) { return octet >= 'A' && octet <= 'Z'; };
    if (title.size() == 8 && std::all_of(title.begin(), title.begin() + 3, is_letter)) {
        out << " (" << as_text(title.first(3)) << ')';
    }
}

void explain_general_header(Tree& tree) {
    (void)tree.octets("transaction-id");
    explain_system_title(tree, "originator-system-title");
    explain_system_title(tree, "recipient-system-title");
    explain_date_time(tree, "date-time");
    (void)tree.octets("other-information");
}

bool explain_ciphered(Tree& tree) {
    if (tree.remaining() == 0) return false;
    const std::uint8_t tag = tree.peek();
    const std::string_view name = apdu_name(tag);
    const bool general_titled = tag == 0xDB || tag == 0xDC;
    const bool general = tag == 0xDD;
    if (!general && !general_titled && !name.starts_with("glo-") && !name.starts_with("ded-")) return false;
    const Bytes apdu = tree.rest();
    tree.whole(name, "", [&] {
        (void)tree.take(1);
        if (general_titled) explain_system_title(tree, "system-title");
        if (general) {
            explain_general_header(tree);
            explain_key_info(tree);
        }
        if (tree.ok()) explain_protected(tree, apdu);
    });
    return true;
}

}  // namespace blathy::dlms::explaining
