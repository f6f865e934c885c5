#include "dlms/security/signing.hpp"

#include "dlms/axdr.hpp"

namespace blathy::dlms::security {

bool write_signed(ByteWriter& out, const GeneralHeader& header, Bytes content, Curve curve, Bytes private_key,
                  Random& random) {
    if (!out.ok()) return false;
    const std::size_t start = out.size();
    out.u8(static_cast<std::uint8_t>(ApduTag::general_signing));
    write(out, header);
    write_octets(out, content);
    if (out.ok()) {
        const auto signature = sign(curve, private_key, {out.written().subspan(start + 1)}, random);
        if (signature) {
            write_octets(out, *signature);
        } else {
            out.invalidate();
        }
    }
    if (out.ok()) return true;
    out.rewind(start);
    return false;
}

bool is_signed_by(const Signed& message, Curve curve, Bytes public_key) {
    return verify(curve, public_key, {message.signed_octets}, message.signature);
}

}  // namespace blathy::dlms::security
