#include <array>
#include <span>

#include "dlms/explain/parts.hpp"
#include "dlms/names.hpp"

namespace blathy::dlms::explaining {
namespace {

struct Header {
    std::uint8_t tag;
    std::size_t content_start;
    std::size_t length;
};

// Tag and BER length (ITU-T X.690), of an element that begins here and is called `name`. Without a node.
std::optional<Header> take_header(Tree& tree, std::string_view name) {
    const std::size_t start = tree.position();
    if (!tree.need(name, 2)) return std::nullopt;
    const auto tag = static_cast<std::uint8_t>(tree.take_number(1));
    const auto length = tree.take_length(name, start);
    if (!length) return std::nullopt;
    return Header{tag, tree.position(), *length};
}

// The content of the one element with that tag that `octets` consists of; none if it is anything else.
std::optional<Bytes> unwrap(Bytes octets, std::uint8_t tag) {
    ByteReader in(octets);
    if (in.u8() != tag) return std::nullopt;
    std::size_t length = in.u8();
    if (length == 0x81) {
        length = in.u8();
    } else if (length == 0x82) {
        length = in.u16();
    } else if (length >= 0x80) {
        return std::nullopt;
    }
    if (!in.ok() || length != in.remaining()) return std::nullopt;
    return in.rest();
}

// A field's content: what it says, or false where it is not what the field must hold.
using Say = bool (*)(TextWriter& out, Bytes content);

bool say_bits(TextWriter& out, Bytes content) {
    if (content.size() != 2 || content[0] > 7) return false;
    for (unsigned i = 0; i < 8U - content[0]; ++i) out << (content[1] >> (7 - i) & 1);
    return true;
}

bool say_version(TextWriter& out, Bytes content) {
    if (!say_bits(out, content)) return false;
    if ((content[1] & 0x80) != 0) out << " (version 1)";
    return true;
}

bool say_requirements(TextWriter& out, Bytes content) {
    if (!say_bits(out, content)) return false;
    if ((content[1] & 0x80) != 0) out << " (authentication)";
    return true;
}

bool say_oid(TextWriter& out, Bytes oid) {
    if (oid.empty() || (oid.back() & 0x80) != 0) return false;
    std::uint64_t arc = 0;
    bool first = true;
    for (const std::uint8_t octet : oid) {
        if (arc > 0xFFFF'FFFF) return false;
        arc = (arc << 7U) | (octet & 0x7FU);
        if ((octet & 0x80) != 0) continue;
        if (first) {
            const std::uint64_t root = std::min<std::uint64_t>(arc / 40, 2);
            out << root << '.' << arc - 40 * root;
        } else {
            out << '.' << arc;
        }
        first = false;
        arc = 0;
    }
    return true;
}

constexpr std::array<std::uint8_t, 6> dlms_ua{0x60, 0x85, 0x74, 0x05, 0x08, 0};  // 2.16.756.5.8, then the family

// "LN (2.16.756.5.8.1.1)".
bool say_known_oid(TextWriter& out, Bytes oid, std::uint8_t family, std::span<const std::string_view> words) {
    const bool known = oid.size() == 7 && equal(oid.first(5), Bytes(dlms_ua).first(5)) && oid[5] == family &&
                       oid[6] < words.size() && !words[oid[6]].empty();
    if (!known) return say_oid(out, oid);
    out << words[oid[6]] << " (";
    if (!say_oid(out, oid)) return false;
    out << ')';
    return true;
}

bool say_context(TextWriter& out, Bytes content) {
    static constexpr std::string_view contexts[] = {"", "LN", "SN", "LN ciphered", "SN ciphered"};
    const auto oid = unwrap(content, 0x06);
    return oid && say_known_oid(out, *oid, 1, contexts);
}

bool say_mechanism(TextWriter& out, Bytes oid) {
    static constexpr std::string_view mechanisms[] = {"lowest",    "LLS",      "HLS",         "HLS-MD5",
                                                      "HLS-SHA-1", "HLS-GMAC", "HLS-SHA-256", "HLS-ECDSA"};
    return say_known_oid(out, oid, 2, mechanisms);
}

bool say_text(TextWriter& out, Bytes octets) {
    write_hex(out, octets);
    const auto is_printable = [](std::uint8_t octet) { return octet >= 0x20 && octet < 0x7F; };
    if (!octets.empty() && octets.size() <= 64 && std::all_of(octets.begin(), octets.end(), is_printable)) {
        out << " \"" << as_text(octets) << '"';
    }
    return true;
}

bool say_title(TextWriter& out, Bytes content) {
    const auto title = unwrap(content, 0x04);
    if (!title) return false;
    write_system_title(out, *title);
    return true;
}

bool say_octets(TextWriter& out, Bytes content) {
    const auto octets = unwrap(content, 0x04);
    if (octets) write_hex(out, *octets);
    return octets.has_value();
}

std::optional<std::uint32_t> small_number(Bytes content) {
    if (content.empty() || content.size() > 4) return std::nullopt;
    std::uint32_t number = 0;
    for (const std::uint8_t octet : content) number = (number << 8U) | octet;
    return number;
}

bool say_number(TextWriter& out, Bytes content) {
    const auto number = small_number(unwrap(content, 0x02).value_or(Bytes{}));
    if (number) out << *number;
    return number.has_value();
}

bool say_result(TextWriter& out, Bytes content) {
    static constexpr std::string_view results[] = {"accepted", "rejected-permanent", "rejected-transient"};
    const auto number = small_number(unwrap(content, 0x02).value_or(Bytes{}));
    if (number) write_name(out, *number < std::size(results) ? results[*number] : std::string_view{}, *number);
    return number.has_value();
}

bool say_diagnostic(TextWriter& out, Bytes content) {
    static constexpr std::string_view user[] = {"null",
                                                "no-reason-given",
                                                "application-context-name-not-supported",
                                                "calling-AP-title-not-recognized",
                                                "calling-AP-invocation-identifier-not-recognized",
                                                "calling-AE-qualifier-not-recognized",
                                                "calling-AE-invocation-identifier-not-recognized",
                                                "called-AP-title-not-recognized",
                                                "called-AP-invocation-identifier-not-recognized",
                                                "called-AE-qualifier-not-recognized",
                                                "called-AE-invocation-identifier-not-recognized",
                                                "authentication-mechanism-name-not-recognized",
                                                "authentication-mechanism-name-required",
                                                "authentication-failure",
                                                "authentication-required"};
    static constexpr std::string_view provider[] = {"null", "no-reason-given", "no-common-acse-version"};
    const auto from_user = unwrap(content, 0xA1);
    const auto from_provider = unwrap(content, 0xA2);
    const auto source = from_user ? from_user : from_provider;
    if (!source) return false;
    const auto number = small_number(unwrap(*source, 0x02).value_or(Bytes{}));
    if (!number) return false;
    const std::span<const std::string_view> words =
        from_user ? std::span<const std::string_view>(user) : std::span<const std::string_view>(provider);
    write_name(out, *number < words.size() ? words[*number] : std::string_view{}, *number);
    out << (from_user ? " (service user)" : " (service provider)");
    return true;
}

// Authentication-value ::= CHOICE { charstring [0], bitstring [1], external [2], other [3] }.
bool say_authentication_value(TextWriter& out, Bytes content) {
    if (const auto text = unwrap(content, 0x80)) return say_text(out, *text);
    for (const int tag : {0x81, 0xA2, 0xA3}) {
        if (const auto other = unwrap(content, static_cast<std::uint8_t>(tag))) {
            write_hex(out, *other);
            return true;
        }
    }
    return false;
}

bool say_implementation(TextWriter& out, Bytes content) {
    return say_text(out, unwrap(content, 0x16).value_or(content));
}

bool say_release_request_reason(TextWriter& out, Bytes content) {
    const auto number = small_number(content);
    if (!number) return false;
    write_name(out, *number == 0 ? "normal" : *number == 1 ? "urgent" : *number == 30 ? "user-defined" : "", *number);
    return true;
}

bool say_release_response_reason(TextWriter& out, Bytes content) {
    const auto number = small_number(content);
    if (!number) return false;
    write_name(out,
               *number == 0    ? "normal"
               : *number == 1  ? "not-finished"
               : *number == 30 ? "user-defined"
                               : "",
               *number);
    return true;
}

struct Field {
    std::uint8_t tag;
    std::string_view name;
    Say say;  // null: user-information
};
// IEC 62056-5-3, 7.2 and the ASN.1 of ISO/IEC 8650-1.
constexpr Field aarq_fields[] = {
    {0x80, "protocol-version", say_version},
    {0xA1, "application-context-name", say_context},
    {0xA2, "called-AP-title", say_title},
    {0xA3, "called-AE-qualifier", say_octets},
    {0xA4, "called-AP-invocation-id", say_number},
    {0xA5, "called-AE-invocation-id", say_number},
    {0xA6, "calling-AP-title", say_title},
    {0xA7, "calling-AE-qualifier", say_octets},
    {0xA8, "calling-AP-invocation-id", say_number},
    {0xA9, "calling-AE-invocation-id", say_number},
    {0x8A, "sender-acse-requirements", say_requirements},
    {0x8B, "mechanism-name", say_mechanism},
    {0xAC, "calling-authentication-value", say_authentication_value},
    {0xBD, "implementation-information", say_implementation},
    {0xBE, "user-information", nullptr},
};
constexpr Field aare_fields[] = {
    {0x80, "protocol-version", say_version},
    {0xA1, "application-context-name", say_context},
    {0xA2, "result", say_result},
    {0xA3, "result-source-diagnostic", say_diagnostic},
    {0xA4, "responding-AP-title", say_title},
    {0xA5, "responding-AE-qualifier", say_octets},
    {0xA6, "responding-AP-invocation-id", say_number},
    {0xA7, "responding-AE-invocation-id", say_number},
    {0x88, "responder-acse-requirements", say_requirements},
    {0x89, "mechanism-name", say_mechanism},
    {0xAA, "responding-authentication-value", say_authentication_value},
    {0xBD, "implementation-information", say_implementation},
    {0xBE, "user-information", nullptr},
};
constexpr Field rlrq_fields[] = {{0x80, "reason", say_release_request_reason}, {0xBE, "user-information", nullptr}};
constexpr Field rlre_fields[] = {{0x80, "reason", say_release_response_reason}, {0xBE, "user-information", nullptr}};

// An OCTET STRING that holds an xDLMS APDU.
void explain_user_information(Tree& tree) {
    const std::size_t start = tree.position();
    const auto header = take_header(tree, "user-information");
    if (!header) return;
    if (header->tag != 0x04) return tree.fail("user-information", "no octet-string", start, 1);
    tree.within("user-information", header->length, [&] {
        if (!explain_ciphered(tree) && !explain_service(tree) && tree.ok() && !tree.at_end()) {
            (void)tree.raw("apdu", tree.remaining());
        }
    });
}

void explain_field(Tree& tree, std::span<const Field> fields) {
    const std::size_t start = tree.position();
    const std::uint8_t tag = tree.peek();
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.tag == tag; });
    const bool known = field != fields.end();
    const std::string_view name = known ? field->name : "unknown field";
    const auto header = take_header(tree, name);
    if (!header) return;
    const std::size_t shown = std::min(header->length, tree.remaining());
    if (known && !field->say) {
        return tree.group(name, "", start, header->content_start - start + shown,
                          [&] { tree.within(name, header->length, [&] { explain_user_information(tree); }); });
    }
    if (!tree.need(name, header->length, start)) return;
    const Bytes content = tree.take(header->length);
    Value value;
    if (!known) {
        (value << "tag ").hex(tag) << ": ";
        write_hex(value, content);
        tree.flaw(name, value.view(), start, tree.position() - start);
    } else if (!field->say(value, content)) {
        Value reason;
        reason << "malformed: ";
        write_hex(reason, content);
        tree.flaw(name, reason.view(), start, tree.position() - start);
    } else {
        tree.leaf(name, value.view(), start);
    }
}

}  // namespace

bool explain_acse(Tree& tree) {
    if (tree.remaining() == 0) return false;
    const std::uint8_t tag = tree.peek();
    std::span<const Field> fields;
    switch (tag) {
        case 0x60:
            fields = aarq_fields;
            break;
        case 0x61:
            fields = aare_fields;
            break;
        case 0x62:
            fields = rlrq_fields;
            break;
        case 0x63:
            fields = rlre_fields;
            break;
        default:
            return false;
    }
    const std::string_view name = apdu_name(tag);
    tree.whole(name, "", [&] {
        const auto header = take_header(tree, name);
        if (!header) return;
        tree.within(name, header->length, [&] {
            while (tree.ok() && !tree.at_end()) explain_field(tree, fields);
        });
    });
    return true;
}

}  // namespace blathy::dlms::explaining
