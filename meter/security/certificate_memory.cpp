#include "meter/security/certificate_memory.hpp"

namespace blathy::meter::security {
namespace {

using dlms::security::Certificate;
using dlms::security::Curve;
using dlms::security::PublicKey;
using dlms::security::SystemTitle;

RecordId record_of(std::size_t place) {
    return static_cast<RecordId>(static_cast<std::size_t>(RecordId::certificate_1) + place);
}

bool holds_at(const Certificate& certificate, CertificateTime now) {
    return !now || is_valid_at(certificate, *now);
}

bool has_issuer_here(const CertificateMemory& memory, const Certificate& certificate, CertificateTime now) {
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    for (std::size_t place = 0; place < max_certificates; ++place) {
        const auto issuer = memory.read(place, room);
        if (issuer && issuer->is_authority && equal(issuer->subject, certificate.issuer) && holds_at(*issuer, now)) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<Bytes> CertificateMemory::octets(std::size_t place, Room& room) const {
    if (place >= max_certificates) return std::nullopt;
    const auto content = store_.read(record_of(place), room);
    return content && !content->empty() ? content : std::nullopt;
}

std::optional<Certificate> CertificateMemory::read(std::size_t place, Room& room) const {
    const auto der = octets(place, room);
    if (!der) return std::nullopt;
    auto certificate = dlms::security::read_certificate(*der);
    return certificate ? std::optional(*certificate) : std::nullopt;
}

std::optional<std::size_t> CertificateMemory::free_place() const {
    Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    for (std::size_t place = 0; place < max_certificates; ++place) {
        if (!octets(place, room)) return place;
    }
    return std::nullopt;
}

bool CertificateMemory::write(std::size_t place, Bytes certificate) {
    return place < max_certificates && certificate.size() <= max_certificate_size &&
           store_.write(record_of(place), certificate);
}

bool is_short(const Certificate& certificate) {
    constexpr std::size_t max_name = 200;
    constexpr std::size_t max_serial_number = 20;
    return certificate.issuer.size() <= max_name && certificate.subject.size() <= max_name &&
           certificate.serial_number.size() <= max_serial_number;
}

bool is_root(const Certificate& certificate) {
    return equal(certificate.subject, certificate.issuer);
}

bool trust(CertificateMemory& memory, Bytes root) {
    const auto certificate = dlms::security::read_certificate(root);
    if (!certificate || !is_short(*certificate) || !is_root(*certificate) || !is_issued_by(*certificate, *certificate))
        return false;
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    for (std::size_t place = 0; place < max_certificates; ++place) {
        const auto known = memory.octets(place, room);
        if (known && equal(*known, root)) return true;
    }
    const auto place = memory.free_place();
    return place && memory.write(*place, root);
}

bool is_trusted(const CertificateMemory& memory, const Certificate& certificate, CertificateTime now) {
    if (!now || !is_valid_at(certificate, *now)) return false;
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    for (std::size_t place = 0; place < max_certificates; ++place) {
        const auto issuer = memory.read(place, room);
        if (issuer && is_valid_at(*issuer, *now) && is_issued_by(certificate, *issuer)) return true;
    }
    return false;
}

bool is_for(const Certificate& certificate, KeyPurpose purpose) {
    const auto& usage = certificate.usage;
    return !certificate.is_authority && !usage.certificate_signing &&
           (purpose == KeyPurpose::signature ? usage.digital_signature : usage.key_agreement);
}

PublicKey certified_key(const CertificateMemory& memory, const SystemTitle& title, Curve curve, KeyPurpose purpose,
                        CertificateTime now) {
    CertificateMemory::Room room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    for (std::size_t place = 0; place < max_certificates; ++place) {
        const auto certificate = memory.read(place, room);
        if (certificate && certificate->system_title == title && certificate->curve == curve &&
            is_for(*certificate, purpose) && holds_at(*certificate, now) &&
            has_issuer_here(memory, *certificate, now)) {
            return certificate->public_key;
        }
    }
    return {};
}

}  // namespace blathy::meter::security
