#include "dlms/security/envelope.hpp"

#include <algorithm>
#include <array>

#include "dlms/axdr.hpp"

namespace blathy::dlms::security {
namespace {

constexpr std::size_t content_head_size = 5;  // security control and invocation counter

// The services below 0x20 that have ciphered forms: initiate, read, write, confirmedServiceError, unconfirmedWrite and
// informationReport. Those of logical names are C0 to C7, without C6.
constexpr std::array<std::uint8_t, 9> low_tags = {0x01, 0x05, 0x06, 0x08, 0x0C, 0x0D, 0x0E, 0x16, 0x18};

bool is_low(std::uint8_t tag) {
    return std::find(low_tags.begin(), low_tags.end(), tag) != low_tags.end();
}
constexpr bool is_logical_name(std::uint8_t tag) {
    return tag >= 0xC0 && tag <= 0xC7 && tag != 0xC6;
}

Bytes read_optional(ByteReader& in, std::size_t size) {
    const Bytes octets = read_octets(in);
    if (!octets.empty() && octets.size() != size) in.invalidate();
    return octets;
}

GeneralHeader read_header(ByteReader& in) {
    GeneralHeader header;
    header.transaction_id = read_octets(in);
    header.originator_title = read_optional(in, std::tuple_size_v<SystemTitle>);
    header.recipient_title = read_optional(in, std::tuple_size_v<SystemTitle>);
    header.date_time = read_optional(in, 12);
    header.other_information = read_octets(in);
    return header;
}

enum KeyInfoChoice : std::uint8_t { identified = 0, wrapped = 1, agreed = 2 };

KeyInfo read_key_info(ByteReader& in) {
    switch (in.u8()) {
        case identified:
            return IdentifiedKey{in.u8()};
        case wrapped: {
            const std::uint8_t kek_id = in.u8();
            return WrappedKey{kek_id, read_octets(in)};
        }
        case agreed: {
            const Bytes parameters = read_octets(in);
            return AgreedKey{parameters, read_octets(in)};
        }
        default:
            in.invalidate();
            return {};
    }
}

void write_key_info(ByteWriter& out, const KeyInfo& info) {
    if (const auto* key = std::get_if<IdentifiedKey>(&info)) {
        out.u8(identified);
        out.u8(key->key_id);
    } else if (const auto* wrapped_key = std::get_if<WrappedKey>(&info)) {
        out.u8(wrapped);
        out.u8(wrapped_key->kek_id);
        write_octets(out, wrapped_key->wrapped);
    } else if (const auto* agreed_key = std::get_if<AgreedKey>(&info)) {
        out.u8(agreed);
        write_octets(out, agreed_key->parameters);
        write_octets(out, agreed_key->data);
    }
}

constexpr std::size_t octet_string_size(Bytes octets) {
    return length_size(octets.size()) + octets.size();
}

std::size_t key_info_size(const KeyInfo& info) {
    if (const auto* key = std::get_if<WrappedKey>(&info)) return 2 + octet_string_size(key->wrapped);
    if (const auto* key = std::get_if<AgreedKey>(&info)) {
        return 1 + octet_string_size(key->parameters) + octet_string_size(key->data);
    }
    return 2;
}

std::size_t envelope_size(const Envelope& envelope) {
    switch (envelope.tag) {
        case ApduTag::general_glo_ciphering:
        case ApduTag::general_ded_ciphering:
            return 1 + octet_string_size(envelope.system_title);
        case ApduTag::general_ciphering:
            return 2 + octet_string_size(envelope.header.transaction_id) +
                   octet_string_size(envelope.header.originator_title) +
                   octet_string_size(envelope.header.recipient_title) + octet_string_size(envelope.header.date_time) +
                   octet_string_size(envelope.header.other_information) +
                   (envelope.key_info ? key_info_size(*envelope.key_info) : 0);
        default:
            return 1;
    }
}

std::size_t content_size(SecurityControl control, std::size_t plain_size) {
    return content_head_size + plain_size + (control.authenticated() ? tag_size : 0);
}

}  // namespace

std::optional<ApduTag> ciphered_tag(ServiceKey key, std::uint8_t plain_tag) {
    const bool global = key == ServiceKey::global;
    if (is_low(plain_tag)) return static_cast<ApduTag>(plain_tag + (global ? 0x20 : 0x40));
    if (is_logical_name(plain_tag)) return static_cast<ApduTag>(plain_tag + (global ? 0x08 : 0x10));
    return std::nullopt;
}

std::optional<std::uint8_t> plain_tag(ApduTag tag) {
    const auto octet = static_cast<std::uint8_t>(tag);
    for (const unsigned distance : {0x20U, 0x40U}) {
        if (octet >= distance && is_low(static_cast<std::uint8_t>(octet - distance))) {
            return static_cast<std::uint8_t>(octet - distance);
        }
    }
    for (const unsigned distance : {0x08U, 0x10U}) {
        if (octet >= distance && is_logical_name(static_cast<std::uint8_t>(octet - distance))) {
            return static_cast<std::uint8_t>(octet - distance);
        }
    }
    return std::nullopt;
}

bool is_ciphered(std::uint8_t tag) {
    const auto apdu_tag = static_cast<ApduTag>(tag);
    return apdu_tag == ApduTag::general_glo_ciphering || apdu_tag == ApduTag::general_ded_ciphering ||
           apdu_tag == ApduTag::general_ciphering || plain_tag(apdu_tag).has_value();
}

Result<Ciphered, CipherError> read_ciphered(Bytes apdu) {
    ByteReader in(apdu);
    const std::uint8_t tag = in.u8();
    if (!is_ciphered(tag)) return fail(CipherError::malformed);
    Ciphered ciphered;
    Envelope& envelope = ciphered.envelope;
    envelope.tag = static_cast<ApduTag>(tag);
    if (envelope.tag == ApduTag::general_glo_ciphering || envelope.tag == ApduTag::general_ded_ciphering) {
        envelope.system_title = read_optional(in, std::tuple_size_v<SystemTitle>);
    } else if (envelope.tag == ApduTag::general_ciphering) {
        envelope.header = read_header(in);
        const std::uint8_t presence = in.u8();
        if (presence > 1) in.invalidate();
        if (presence == 1) envelope.key_info = read_key_info(in);
    }
    const std::size_t size = read_length(in);
    if (!in.ok() || size != in.remaining()) return fail(CipherError::malformed);
    ciphered.control.octet = in.u8();
    ciphered.invocation_counter = in.u32();
    const std::size_t trailer = ciphered.control.authenticated() ? tag_size : 0;
    if (!in.ok() || in.remaining() <= trailer) return fail(CipherError::malformed);
    if (!ciphered.control.suite()) return fail(CipherError::unknown_suite);
    if (ciphered.control.compressed()) return fail(CipherError::compressed);
    if (ciphered.control.protection() == Protection::none) return fail(CipherError::unprotected);
    ciphered.text = in.bytes(in.remaining() - trailer);
    ciphered.tag = in.bytes(trailer);
    return ciphered;
}

std::optional<Signed> read_signed(Bytes apdu) {
    ByteReader in(apdu);
    if (in.u8() != static_cast<std::uint8_t>(ApduTag::general_signing)) return std::nullopt;
    Signed message;
    message.header = read_header(in);
    message.content = read_octets(in);
    message.signed_octets = in.consumed().subspan(1);
    message.signature = read_octets(in);
    if (!in.ok() || !in.at_end() || message.content.empty()) return std::nullopt;
    return message;
}

void write(ByteWriter& out, const GeneralHeader& header) {
    write_octets(out, header.transaction_id);
    write_octets(out, header.originator_title);
    write_octets(out, header.recipient_title);
    write_octets(out, header.date_time);
    write_octets(out, header.other_information);
}

void write_head(ByteWriter& out, const Envelope& envelope, SecurityControl control, std::uint32_t invocation_counter,
                std::size_t plain_size) {
    out.u8(static_cast<std::uint8_t>(envelope.tag));
    if (envelope.tag == ApduTag::general_glo_ciphering || envelope.tag == ApduTag::general_ded_ciphering) {
        write_octets(out, envelope.system_title);
    } else if (envelope.tag == ApduTag::general_ciphering) {
        write(out, envelope.header);
        out.u8(envelope.key_info ? 1 : 0);
        if (envelope.key_info) write_key_info(out, *envelope.key_info);
    }
    write_length(out, content_size(control, plain_size));
    out.u8(control.octet);
    out.u32(invocation_counter);
}

std::size_t protected_size(const Envelope& envelope, SecurityControl control, std::size_t plain_size) {
    const std::size_t content = content_size(control, plain_size);
    return envelope_size(envelope) + length_size(content) + content;
}

std::size_t largest_plain_size(const Envelope& envelope, SecurityControl control, std::size_t limit) {
    const std::size_t least = protected_size(envelope, control, 0);
    std::size_t size = limit > least ? limit - least : 0;
    // At most the four octets that a longer length takes.
    while (size > 0 && protected_size(envelope, control, size) > limit) --size;
    return size;
}

}  // namespace blathy::dlms::security
