// X.509 certificates in the store: of the authorities that the meter trusts, of its clients, and its own.
//
// An authority that is here is trusted, for it got here in one of two ways: a root, which is its own issuer, is given
// to the meter out of band and never by a client; any other certificate was issued by an authority that was here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/security/certificate.hpp"
#include "meter/security/key_pair_memory.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter::security {

inline constexpr std::size_t max_certificates = 8;
inline constexpr std::size_t max_certificate_size = 512;

// UTC, seconds since 1970-01-01. None: the clock is not set.
using CertificateTime = std::optional<std::int64_t>;

class CertificateMemory {
  public:
    explicit CertificateMemory(Store& store) : store_(store) {}

    // The certificate in a place, below max_certificates; its views are of `room`. None: the place is free.
    using Room = std::array<std::uint8_t, max_certificate_size>;
    [[nodiscard]] std::optional<Bytes> octets(std::size_t place, Room& room) const;
    [[nodiscard]] std::optional<dlms::security::Certificate> read(std::size_t place, Room& room) const;
    // None: it is full.
    [[nodiscard]] std::optional<std::size_t> free_place() const;

    // True once it is durable.
    [[nodiscard]] bool write(std::size_t place, Bytes certificate);
    [[nodiscard]] bool erase(std::size_t place) { return write(place, {}); }

  private:
    Store& store_;
};

// Names of at most 200 octets and a serial number of at most 20 (RFC 5280, 4.1.2.2), so that all of it can be told.
[[nodiscard]] bool is_short(const dlms::security::Certificate& certificate);

// It is its own issuer.
[[nodiscard]] bool is_root(const dlms::security::Certificate& certificate);

// A root, from out of band. False: it is none, or there is no place.
[[nodiscard]] bool trust(CertificateMemory& memory, Bytes root);

// Valid at `now`, and signed by an authority that is here and valid as well. While the clock is not set nothing new is
// trusted.
[[nodiscard]] bool is_trusted(const CertificateMemory& memory, const dlms::security::Certificate& certificate,
                              CertificateTime now);

// What the certificate says that a key may be used for.
[[nodiscard]] bool is_for(const dlms::security::Certificate& certificate, KeyPurpose purpose);

// The key of who has this title, from a certificate that is here, is for it, and is valid along with its issuer. While
// the clock is not set, those that were found valid when they came stay so. Empty: there is none.
[[nodiscard]] dlms::security::PublicKey certified_key(const CertificateMemory& memory,
                                                      const dlms::security::SystemTitle& title,
                                                      dlms::security::Curve curve, KeyPurpose purpose,
                                                      CertificateTime now);

}  // namespace blathy::meter::security
