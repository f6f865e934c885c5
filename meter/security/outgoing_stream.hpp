// A long answer that is protected while it leaves: ciphered, signed, or ciphered and then signed.
#pragma once

#include <optional>

#include "dlms/security/ciphering.hpp"
#include "dlms/security/signing.hpp"

namespace blathy::meter::security {

struct OutgoingStream {
    std::optional<dlms::security::ProtectedStream> cipher;
    std::optional<dlms::security::SignedStream> signature;

    dlms::Pulled pull(MutableBytes room, dlms::PullApdu plain) {
        const auto content = [&](MutableBytes into) { return cipher ? cipher->pull(into, plain) : plain(into); };
        return signature ? signature->pull(room, content) : content(room);
    }
};

}  // namespace blathy::meter::security
