#include "dlms/acse/acse.hpp"

#include <algorithm>
#include <array>

#include "dlms/acse/ber.hpp"
#include "dlms/tags.hpp"

namespace blathy::dlms {
namespace {

constexpr std::uint8_t octet_string_tag = 0x04;
constexpr std::uint8_t integer_tag = 0x02;
constexpr std::uint8_t object_identifier_tag = 0x06;
constexpr std::uint8_t character_string_choice = 0x80;  // Authentication-value ::= CHOICE, charstring [0]

// joint-iso-ccitt(2) country(16) country-name(756) identified-organization(5) DLMS-UA(8), then 1 or 2 and the number.
constexpr std::array<std::uint8_t, 6> dlms_ua_context = {0x60, 0x85, 0x74, 0x05, 0x08, 0x01};
constexpr std::array<std::uint8_t, 6> dlms_ua_mechanism = {0x60, 0x85, 0x74, 0x05, 0x08, 0x02};

std::optional<std::uint8_t> last_arc(Bytes name, Bytes prefix) {
    if (name.size() != prefix.size() + 1 || !equal(name.first(prefix.size()), prefix)) return std::nullopt;
    return name.back();
}

std::array<std::uint8_t, 7> name_of(const std::array<std::uint8_t, 6>& prefix, std::uint8_t number) {
    std::array<std::uint8_t, 7> name{};
    std::copy(prefix.begin(), prefix.end(), name.begin());
    name.back() = number;
    return name;
}

// An ACSE APDU is a sequence of elements whose tags must not repeat. Calls `field(reader, element)` for each.
template <class Field>
bool read_fields(Bytes apdu, ApduTag tag, Field&& field) {
    ByteReader outer(apdu);
    const ber::Element whole = ber::read(outer);
    if (!outer.ok() || !outer.at_end() || whole.tag != static_cast<std::uint8_t>(tag)) return false;
    ByteReader in(whole.content);
    std::uint32_t seen = 0;
    while (in.ok() && !in.at_end()) {
        const ber::Element element = ber::read(in);
        // Context-specific tags only; bit 5, constructed, does not distinguish fields.
        if ((element.tag & 0xC0U) != 0x80) return false;
        const std::uint32_t bit = 1U << (element.tag & 0x1FU);
        if ((seen & bit) != 0) return false;
        seen |= bit;
        field(in, element);
    }
    return in.ok();
}

// An integer of 0 to 255. From 128 on BER puts a zero octet before it, which many leave out.
std::uint8_t small_integer(ByteReader& in, Bytes content) {
    const Bytes value = ber::unwrap(in, content, integer_tag);
    const bool zero_first = value.size() == 2 && value[0] == 0;
    if (value.size() != 1 && !zero_first) in.invalidate();
    return in.ok() ? value.back() : std::uint8_t{0};
}

// `07 80`: the bit string of which only bit 0, authentication, has a meaning.
bool authentication_requirement(ByteReader& in, Bytes content) {
    if (content.size() != 2 || content[0] > 7) in.invalidate();
    return in.ok() && (content[1] & 0x80U) != 0;
}

// Puts tag and length before the fields that were written from `start` on.
void finish(ByteWriter& out, std::size_t start, ApduTag tag) {
    std::array<std::uint8_t, 4> room{};
    ByteWriter header(room);
    ber::write_header(header, static_cast<std::uint8_t>(tag), out.size() - start);
    if (!header.ok()) out.invalidate();
    out.insert(start, header.written());
}

void write_application_context(ByteWriter& out, std::uint8_t context) {
    ber::write(out, 0xA1, object_identifier_tag, name_of(dlms_ua_context, context));
}

void write_small_integer(ByteWriter& out, std::uint8_t tag, std::uint8_t value) {
    ber::write(out, tag, integer_tag, Bytes(&value, 1));
}

void write_authentication(ByteWriter& out, std::uint8_t requirements_tag, std::uint8_t mechanism_tag,
                          std::uint8_t value_tag, std::uint8_t mechanism, Bytes value) {
    constexpr std::array<std::uint8_t, 2> authentication = {0x07, 0x80};
    ber::write(out, requirements_tag, authentication);
    ber::write(out, mechanism_tag, name_of(dlms_ua_mechanism, mechanism));
    if (!value.empty()) ber::write(out, value_tag, character_string_choice, value);
}

void write_release(ByteWriter& out, ApduTag tag, const Release& release) {
    const std::size_t start = out.size();
    if (release.reason) ber::write(out, 0x80, Bytes(&*release.reason, 1));
    if (!release.user_information.empty()) ber::write(out, 0xBE, octet_string_tag, release.user_information);
    finish(out, start, tag);
}

std::optional<Release> read_release(Bytes apdu, ApduTag tag) {
    Release release;
    const bool whole = read_fields(apdu, tag, [&](ByteReader& in, const ber::Element& element) {
        switch (element.tag) {
            case 0x80:
                if (element.content.size() != 1) return in.invalidate();
                release.reason = element.content[0];
                break;
            case 0xBE:
                release.user_information = ber::unwrap(in, element.content, octet_string_tag);
                break;
            default:
                break;
        }
    });
    if (!whole) return std::nullopt;
    return release;
}

}  // namespace

void write(ByteWriter& out, const Aarq& aarq) {
    const std::size_t start = out.size();
    write_application_context(out, aarq.context);
    if (!aarq.calling_ap_title.empty()) ber::write(out, 0xA6, octet_string_tag, aarq.calling_ap_title);
    if (!aarq.calling_ae_qualifier.empty()) ber::write(out, 0xA7, octet_string_tag, aarq.calling_ae_qualifier);
    if (aarq.calling_ae_invocation_id) write_small_integer(out, 0xA9, *aarq.calling_ae_invocation_id);
    if (aarq.mechanism) write_authentication(out, 0x8A, 0x8B, 0xAC, *aarq.mechanism, aarq.authentication_value);
    ber::write(out, 0xBE, octet_string_tag, aarq.user_information);
    finish(out, start, ApduTag::aarq);
}

void write(ByteWriter& out, const Aare& aare) {
    // The protocol version is the default, and strict clients refuse a default that is encoded.
    const std::size_t start = out.size();
    write_application_context(out, aare.context);
    write_small_integer(out, 0xA2, static_cast<std::uint8_t>(aare.result));
    const std::uint8_t code = aare.diagnostic.code;
    const std::array<std::uint8_t, 3> diagnostic = {integer_tag, 1, code};
    ber::write(out, 0xA3, aare.diagnostic.from_provider ? 0xA2 : 0xA1, diagnostic);
    if (!aare.responding_ap_title.empty()) ber::write(out, 0xA4, octet_string_tag, aare.responding_ap_title);
    if (!aare.responding_ae_qualifier.empty()) ber::write(out, 0xA5, octet_string_tag, aare.responding_ae_qualifier);
    if (aare.mechanism) write_authentication(out, 0x88, 0x89, 0xAA, *aare.mechanism, aare.authentication_value);
    if (!aare.user_information.empty()) ber::write(out, 0xBE, octet_string_tag, aare.user_information);
    finish(out, start, ApduTag::aare);
}

void write_rlrq(ByteWriter& out, const Release& release) {
    write_release(out, ApduTag::rlrq, release);
}
void write_rlre(ByteWriter& out, const Release& release) {
    write_release(out, ApduTag::rlre, release);
}

std::optional<Aarq> read_aarq(Bytes apdu) {
    Aarq aarq;
    const bool whole = read_fields(apdu, ApduTag::aarq, [&](ByteReader& in, const ber::Element& element) {
        const Bytes content = element.content;
        switch (element.tag) {
            case 0x80:  // protocol-version, a bit string whose bit 0 is version 1
                if (content.size() < 2 || content[0] > 7) return in.invalidate();
                aarq.version_1 = (content[1] & 0x80U) != 0;
                break;
            case 0xA1:
                aarq.context = last_arc(ber::unwrap(in, content, object_identifier_tag), dlms_ua_context).value_or(0);
                break;
            case 0xA2:
                aarq.called_title_present = true;
                break;
            case 0xA3:
                aarq.called_qualifier_present = true;
                break;
            case 0xA6:
                aarq.calling_ap_title = ber::unwrap(in, content, octet_string_tag);
                break;
            case 0xA7:
                aarq.calling_ae_qualifier = ber::unwrap(in, content, octet_string_tag);
                break;
            case 0xA9:
                aarq.calling_ae_invocation_id = small_integer(in, content);
                break;
            case 0x8A:
                aarq.authentication_unit = authentication_requirement(in, content);
                break;
            case 0x8B:
                aarq.mechanism = last_arc(content, dlms_ua_mechanism).value_or(0xFF);
                break;
            case 0xAC:
                aarq.authentication_value = ber::unwrap(in, content, character_string_choice);
                break;
            case 0xBE:
                aarq.user_information = ber::unwrap(in, content, octet_string_tag);
                break;
            default:  // invocation ids and implementation information: nothing depends on them
                break;
        }
    });
    if (!whole) return std::nullopt;
    return aarq;
}

std::optional<Aare> read_aare(Bytes apdu) {
    Aare aare;
    aare.context = 0;
    const bool whole = read_fields(apdu, ApduTag::aare, [&](ByteReader& in, const ber::Element& element) {
        const Bytes content = element.content;
        switch (element.tag) {
            case 0xA1:
                aare.context = last_arc(ber::unwrap(in, content, object_identifier_tag), dlms_ua_context).value_or(0);
                break;
            case 0xA2:
                aare.result = static_cast<AssociationResult>(small_integer(in, content));
                break;
            case 0xA3: {
                ByteReader choice(content);
                const ber::Element source = ber::read(choice);
                if (!choice.ok() || !choice.at_end() || (source.tag != 0xA1 && source.tag != 0xA2)) {
                    return in.invalidate();
                }
                aare.diagnostic.from_provider = source.tag == 0xA2;
                aare.diagnostic.code = small_integer(in, source.content);
                break;
            }
            case 0xA4:
                aare.responding_ap_title = ber::unwrap(in, content, octet_string_tag);
                break;
            case 0xA5:
                aare.responding_ae_qualifier = ber::unwrap(in, content, octet_string_tag);
                break;
            case 0x89:
                aare.mechanism = last_arc(content, dlms_ua_mechanism).value_or(0xFF);
                break;
            case 0xAA:
                aare.authentication_value = ber::unwrap(in, content, character_string_choice);
                break;
            case 0xBE:
                aare.user_information = ber::unwrap(in, content, octet_string_tag);
                break;
            default:
                break;
        }
    });
    if (!whole) return std::nullopt;
    return aare;
}

std::optional<Release> read_rlrq(Bytes apdu) {
    return read_release(apdu, ApduTag::rlrq);
}
std::optional<Release> read_rlre(Bytes apdu) {
    return read_release(apdu, ApduTag::rlre);
}

}  // namespace blathy::dlms
