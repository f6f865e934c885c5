#include "dlms/security/signing.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"

namespace blathy::dlms::security {
namespace {

constexpr std::size_t signature_size(Curve curve) {
    return 2 * scalar_size(curve);
}

std::size_t header_size(const GeneralHeader& header) {
    std::size_t size = 0;
    for (const Bytes field : {header.transaction_id, header.originator_title, header.recipient_title, header.date_time,
                              header.other_information}) {
        size += length_size(field.size()) + field.size();
    }
    return size;
}

// All in front of the content.
void write_signed_head(ByteWriter& out, const GeneralHeader& header, std::size_t content_size) {
    out.u8(static_cast<std::uint8_t>(ApduTag::general_signing));
    write(out, header);
    write_length(out, content_size);
}

}  // namespace

bool write_signed(ByteWriter& out, const GeneralHeader& header, Bytes content, Curve curve, Bytes private_key,
                  Random& random) {
    if (!out.ok()) return false;
    const std::size_t start = out.size();
    out.bytes(content);
    if (sign_written(out, start, header, curve, private_key, random)) return true;
    out.rewind(start);
    return false;
}

bool sign_written(ByteWriter& out, std::size_t start, const GeneralHeader& header, Curve curve, Bytes private_key,
                  Random& random) {
    if (!out.ok() || start > out.size()) return false;
    const std::size_t content_size = out.size() - start;
    std::array<std::uint8_t, 384> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    ByteWriter head(room);
    write_signed_head(head, header, content_size);
    if (!head.ok()) return false;
    out.insert(start, head.written());
    if (!out.ok()) return false;
    const auto signature = sign(curve, private_key, {out.written().subspan(start + 1)}, random);
    if (!signature) return false;
    write_octets(out, *signature);
    return out.ok();
}

bool is_signed_by(const Signed& message, Curve curve, Bytes public_key) {
    return verify(curve, public_key, {message.signed_octets}, message.signature);
}

std::size_t signed_size(const GeneralHeader& header, Curve curve, std::size_t content_size) {
    const std::size_t signature = signature_size(curve);
    return 1 + header_size(header) + length_size(content_size) + content_size + length_size(signature) + signature;
}

std::size_t largest_signed_content(const GeneralHeader& header, Curve curve, std::size_t limit) {
    const std::size_t least = signed_size(header, curve, 0);
    std::size_t size = limit > least ? limit - least : 0;
    // At most the four octets that a longer length takes.
    while (size > 0 && signed_size(header, curve, size) > limit) --size;
    return size;
}

SignedStream::SignedStream(const GeneralHeader& header, std::size_t content_size, Curve curve, Bytes private_key,
                           Random& random)
    : curve_(curve),
      private_key_(private_key),
      random_(&random),
      digest_(curve == Curve::p384),
      content_left_(content_size) {
    ByteWriter head(kept_);
    write_signed_head(head, header, content_size);
    kept_size_ = head.size();
    if (!head.ok() || content_size == 0) {
        part_ = Part::none;
        return;
    }
    digest_.add(head.written().subspan(1));
}

Pulled SignedStream::pull(MutableBytes room, PullApdu content) {
    std::size_t filled = 0;
    const auto fail = [&] {
        part_ = Part::none;
        return Pulled{};
    };
    while (part_ != Part::none && filled < room.size()) {
        const MutableBytes rest = room.subspan(filled);
        if (part_ == Part::content) {
            const Pulled piece = content(rest.first(std::min(rest.size(), content_left_)));
            if (piece.octets == 0 || piece.octets > content_left_ || piece.end != (piece.octets == content_left_)) {
                return fail();
            }
            digest_.add(rest.first(piece.octets));
            filled += piece.octets;
            content_left_ -= piece.octets;
            if (content_left_ > 0) continue;
            const auto signature = sign_digest(curve_, private_key_, digest_.finish(), *random_);
            if (!signature) return fail();
            ByteWriter out(kept_);
            write_octets(out, *signature);
            kept_size_ = out.size();
            kept_sent_ = 0;
            part_ = Part::signature;
            continue;
        }
        const std::size_t count = std::min(rest.size(), kept_size_ - kept_sent_);
        std::copy_n(kept_.begin() + static_cast<std::ptrdiff_t>(kept_sent_), count, rest.begin());
        kept_sent_ += count;
        filled += count;
        if (kept_sent_ < kept_size_) continue;
        if (part_ == Part::signature) {
            part_ = Part::none;
            return {filled, true};
        }
        part_ = Part::content;
    }
    return {filled, false};
}

}  // namespace blathy::dlms::security
