#include "meter/security/certificate_setup.hpp"

#include "dlms/security/key_agreement.hpp"
#include "meter/security/security_setup.hpp"

namespace blathy::meter::security {
namespace {

using dlms::ActionResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::security::Certificate;
using dlms::security::Curve;
using dlms::security::SystemTitle;

enum class Entity : std::uint8_t { server = 0, client = 1, authority = 2 };
constexpr std::uint8_t type_of_authority = 3;  // other than signature, agreement and TLS

Entity entity_of(const Certificate& certificate, const SystemTitle& server_title) {
    if (certificate.is_authority) return Entity::authority;
    return certificate.system_title == server_title ? Entity::server : Entity::client;
}

std::uint8_t type_of(const Certificate& certificate) {
    if (certificate.is_authority) return type_of_authority;
    return static_cast<std::uint8_t>(is_for(certificate, KeyPurpose::signature) ? KeyPurpose::signature
                                                                                : KeyPurpose::agreement);
}

// For one thing, and that is one of two.
bool has_one_purpose(const Certificate& certificate) {
    return is_for(certificate, KeyPurpose::signature) != is_for(certificate, KeyPurpose::agreement);
}

// Both are for the same key holder and purpose.
bool are_for_the_same(const Certificate& a, const Certificate& b) {
    if (a.is_authority || b.is_authority) {
        return a.is_authority && b.is_authority && equal(a.subject, b.subject);
    }
    return a.system_title == b.system_title && a.curve == b.curve && type_of(a) == type_of(b);
}

std::optional<KeyPurpose> read_purpose(Bytes parameters, ActionResult& error) {
    DataReader in(parameters);
    const std::uint8_t number = in.enumerated();
    error = ActionResult::type_unmatched;
    if (!in.complete()) return std::nullopt;
    error = ActionResult::other_reason;
    return number < key_purposes ? std::optional(static_cast<KeyPurpose>(number)) : std::nullopt;
}

struct Found {
    std::size_t place;
    Certificate certificate;
};

// The certificate that `parameters` identify; its views are of `room`.
std::optional<Found> find_certificate(const Surroundings& of, Bytes parameters, CertificateMemory::Room& room,
                                      ActionResult& error) {
    DataReader in(parameters);
    in.structure(2);
    const std::uint8_t by = in.enumerated();
    constexpr std::uint8_t by_entity = 0;
    constexpr std::uint8_t by_serial = 1;
    std::uint8_t entity = 0;
    std::uint8_t type = 0;
    Bytes title_or_serial;
    Bytes issuer;
    if (by == by_entity) {
        in.structure(3);
        entity = in.enumerated();
        type = in.enumerated();
        title_or_serial = in.octet_string();
    } else {
        in.structure(2);
        title_or_serial = in.octet_string();
        issuer = in.octet_string();
    }
    error = ActionResult::type_unmatched;
    if (!in.complete() || by > by_serial) return std::nullopt;
    error = ActionResult::other_reason;
    for (std::size_t place = 0; place < max_certificates; ++place) {
        const auto each = of.certificates.read(place, room);
        if (!each) continue;
        const Bytes title = each->system_title ? Bytes(*each->system_title) : Bytes{};
        const bool found = by == by_entity ? static_cast<std::uint8_t>(entity_of(*each, of.server_title)) == entity &&
                                                 type_of(*each) == type && equal(title, title_or_serial)
                                           : equal(each->serial_number, title_or_serial) && equal(each->issuer, issuer);
        if (found) return Found{place, *each};
    }
    return std::nullopt;
}

// Comes into force with its certificate.
bool activate_pair_of(KeyPairMemory& pairs, const Certificate& certificate) {
    const auto purpose = static_cast<KeyPurpose>(type_of(certificate));
    if (!equal(pairs.waiting_public_key(certificate.curve, purpose), certificate.public_key)) return true;
    return pairs.activate(certificate.curve, purpose);
}

bool is_of_own_pair(const KeyPairMemory& pairs, const Certificate& certificate) {
    const auto purpose = static_cast<KeyPurpose>(type_of(certificate));
    return equal(pairs.waiting_public_key(certificate.curve, purpose), certificate.public_key) ||
           equal(pairs.public_key(certificate.curve, purpose), certificate.public_key);
}

bool may_be_imported(const Surroundings& of, Curve curve, const Certificate& certificate) {
    if (!is_short(certificate) || !is_trusted(of.certificates, certificate, of.now)) return false;
    if (certificate.is_authority) return certificate.usage.certificate_signing && !is_root(certificate);
    if (certificate.curve != curve || !certificate.system_title || !has_one_purpose(certificate)) return false;
    return entity_of(certificate, of.server_title) == Entity::client || is_of_own_pair(of.pairs, certificate);
}

// Where it goes: the place of the one before it, or a free one. None: there is none, or what is there is newer.
std::optional<std::size_t> place_for(const Surroundings& of, const Certificate& certificate) {
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    for (std::size_t place = 0; place < max_certificates; ++place) {
        const auto before = of.certificates.read(place, room);
        if (!before || !are_for_the_same(*before, certificate)) continue;
        if (is_root(*before) || before->not_before_s > certificate.not_before_s) return std::nullopt;
        return place;
    }
    return of.certificates.free_place();
}

dlms::security::AgreedKeyUse use_of(std::uint8_t key_id, dlms::security::Suite suite) {
    using dlms::security::AgreedKeyUse;
    const bool is_long = suite == dlms::security::Suite::p384_aes256_gcm;
    if (key_id == master_key) return is_long ? AgreedKeyUse::aes_wrap_256 : AgreedKeyUse::aes_wrap_128;
    return is_long ? AgreedKeyUse::aes_gcm_256 : AgreedKeyUse::aes_gcm_128;
}

}  // namespace

ActionResult agree_on_keys(const Surroundings& of, Role role, const KeyParty& caller, Bytes parameters,
                           DataWriter& returned) {
    auto keys = of.keys.keys(role);
    if (!keys) return ActionResult::object_unavailable;
    const auto curve = dlms::security::curve_of(keys->suite);
    const auto signing = curve ? of.pairs.pair(*curve, KeyPurpose::signature) : std::nullopt;
    if (!signing || caller.signing_key.empty()) return ActionResult::other_reason;
    unsigned seen = 0;
    DataReader in(parameters);
    const std::size_t count = in.array();
    if (count == 0 || count > key_ids) return in.ok() ? ActionResult::other_reason : ActionResult::type_unmatched;
    // What is returned goes out only if all is well.
    std::array<std::uint8_t, key_ids*(sizeof(dlms::security::SignedPublicKey) + 8)> room{};
    ByteWriter out(room);
    DataWriter answer(out);
    answer.array(count);
    for (std::size_t i = 0; i < count; ++i) {
        in.structure(2);
        const std::uint8_t id = in.enumerated();
        const Bytes data = in.octet_string();
        if (!in.ok()) return ActionResult::type_unmatched;
        if (id >= key_ids || ((seen >> id) & 1U) != 0) return ActionResult::other_reason;
        seen |= 1U << id;
        const auto party = dlms::security::verify_public_key(*curve, caller.signing_key, id, data);
        const auto own = party ? dlms::security::generate_key_pair(*curve, of.entropy) : std::nullopt;
        if (!own) return ActionResult::other_reason;
        const auto z = dlms::security::agree(*curve, own->private_key, *party, of.entropy);
        const auto own_data =
            dlms::security::sign_public_key(*curve, signing->private_key, id, own->public_key, of.entropy);
        if (!z || !own_data) return ActionResult::other_reason;
        key_of(*keys, id) =
            dlms::security::derive_key(*curve, *z, use_of(id, keys->suite), caller.title, of.server_title);
        answer.structure(2);
        answer.enumerated(id);
        answer.octet_string(own_data->octets());
    }
    if (!in.complete()) return ActionResult::type_unmatched;
    if (!out.ok() || !of.keys.change(role, *keys)) return ActionResult::hardware_fault;
    returned.encoded(out.written());
    of.events.report(SecurityEvent::keys_changed, role);
    return ActionResult::success;
}

ActionResult generate_pair(const Surroundings& of, Role role, Bytes parameters) {
    ActionResult error{};
    const auto purpose = read_purpose(parameters, error);
    if (!purpose) return error;
    const auto curve = dlms::security::curve_of(of.keys.suite(role));
    const auto pair = curve ? dlms::security::generate_key_pair(*curve, of.entropy) : std::nullopt;
    if (!pair) return ActionResult::other_reason;
    return of.pairs.set_waiting(*curve, *purpose, *pair) ? ActionResult::success : ActionResult::hardware_fault;
}

ActionResult request_certificate(const Surroundings& of, Role role, Bytes parameters, DataWriter& returned) {
    ActionResult error{};
    const auto purpose = read_purpose(parameters, error);
    if (!purpose) return error;
    const auto curve = dlms::security::curve_of(of.keys.suite(role));
    const auto pair = curve ? of.pairs.newest_pair(*curve, *purpose) : std::nullopt;
    if (!pair) return ActionResult::other_reason;
    const dlms::security::KeyUsage usage{.digital_signature = *purpose == KeyPurpose::signature,
                                         .key_agreement = *purpose == KeyPurpose::agreement};
    std::array<std::uint8_t, 512> room{};
    const auto request =
        dlms::security::write_certificate_request(room, *curve, *pair, of.server_title, usage, of.entropy);
    if (!request) return ActionResult::other_reason;
    returned.octet_string(*request);
    return ActionResult::success;
}

ActionResult import_certificate(const Surroundings& of, Role role, Bytes parameters) {
    DataReader in(parameters);
    const Bytes der = in.octet_string();
    if (!in.complete()) return ActionResult::type_unmatched;
    const auto curve = dlms::security::curve_of(of.keys.suite(role));
    if (!curve || der.size() > max_certificate_size) return ActionResult::other_reason;
    const auto certificate = dlms::security::read_certificate(der);
    if (!certificate || !may_be_imported(of, *curve, *certificate)) return ActionResult::other_reason;
    const auto place = place_for(of, *certificate);
    if (!place) return ActionResult::other_reason;
    if (!of.certificates.write(*place, der)) return ActionResult::hardware_fault;
    of.events.report(SecurityEvent::certificates_changed, role);
    if (entity_of(*certificate, of.server_title) != Entity::server) return ActionResult::success;
    of.events.report(SecurityEvent::keys_changed, role);
    return activate_pair_of(of.pairs, *certificate) ? ActionResult::success : ActionResult::hardware_fault;
}

ActionResult export_certificate(const Surroundings& of, Bytes parameters, DataWriter& returned) {
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    ActionResult error{};
    const auto found = find_certificate(of, parameters, room, error);
    if (!found) return error;
    const auto der = of.certificates.octets(found->place, room);
    if (!der) return ActionResult::hardware_fault;
    returned.octet_string(*der);
    return ActionResult::success;
}

ActionResult remove_certificate(const Surroundings& of, Role role, Bytes parameters) {
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    ActionResult error{};
    const auto found = find_certificate(of, parameters, room, error);
    if (!found) return error;
    if (is_root(found->certificate)) return ActionResult::read_write_denied;
    if (!of.certificates.erase(found->place)) return ActionResult::hardware_fault;
    of.events.report(SecurityEvent::certificates_changed, role);
    return ActionResult::success;
}

std::size_t count_certificates(const CertificateMemory& memory) {
    std::size_t count = 0;
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    for (std::size_t place = 0; place < max_certificates; ++place) {
        if (memory.read(place, room)) ++count;
    }
    return count;
}

void write_certificate_information(const CertificateMemory& memory, const SystemTitle& server_title, std::size_t place,
                                   DataWriter& out) {
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    const auto certificate = memory.read(place, room);
    if (!certificate) return;
    out.structure(6);
    out.enumerated(static_cast<std::uint8_t>(entity_of(*certificate, server_title)));
    out.enumerated(type_of(*certificate));
    out.octet_string(certificate->serial_number);
    out.octet_string(certificate->issuer);
    out.octet_string(certificate->subject);
    out.octet_string(Bytes{});  // subject alternative name
}

void finish_import(KeyPairMemory& pairs, const CertificateMemory& certificates, const SystemTitle& server_title) {
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    for (std::size_t place = 0; place < max_certificates; ++place) {
        const auto certificate = certificates.read(place, room);
        if (!certificate || entity_of(*certificate, server_title) != Entity::server) continue;
        // A flash that fails now is tried again at the next start.
        (void)activate_pair_of(pairs, *certificate);
    }
}

}  // namespace blathy::meter::security
