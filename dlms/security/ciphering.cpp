#include "dlms/security/ciphering.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"
#include "dlms/security/secret.hpp"

namespace blathy::dlms::security {
namespace {

Nonce make_nonce(const SystemTitle& title, std::uint32_t invocation_counter) {
    Nonce nonce{};
    ByteWriter out(nonce);
    out.bytes(title);
    out.u32(invocation_counter);
    return nonce;
}

void associate_octet_string(Gcm& gcm, Bytes octets) {
    std::array<std::uint8_t, 5> room{};
    ByteWriter length(room);
    write_length(length, octets.size());
    gcm.associate(length.written());
    gcm.associate(octets);
}

// What precedes the text in the tag.
Gcm begin(const Envelope& envelope, SecurityControl control, std::uint32_t invocation_counter, const CipherKeys& keys) {
    Gcm gcm(keys.encryption, make_nonce(keys.sender, invocation_counter));
    if (!control.authenticated()) return gcm;
    gcm.associate(Bytes(&control.octet, 1));
    gcm.associate(keys.authentication_key);
    if (envelope.tag == ApduTag::general_ciphering) {
        associate_octet_string(gcm, envelope.header.transaction_id);
        associate_octet_string(gcm, envelope.header.originator_title);
        associate_octet_string(gcm, envelope.header.recipient_title);
        associate_octet_string(gcm, envelope.header.date_time);
        associate_octet_string(gcm, envelope.header.other_information);
    }
    return gcm;
}

void protect_text(Gcm& gcm, SecurityControl control, MutableBytes text) {
    switch (control.protection()) {
        case Protection::authenticated:
            return gcm.associate(text);
        case Protection::encrypted:
            return gcm.decrypt(text);  // the key stream alone, for no tag is made
        default:
            return gcm.encrypt(text);
    }
}

std::optional<CipherError> unfit(SecurityControl control, const CipherKeys& keys) {
    if (!control.suite()) return CipherError::unknown_suite;
    if (control.suite() != keys.suite) return CipherError::wrong_suite;
    if (control.compressed()) return CipherError::compressed;
    if (control.protection() == Protection::none) return CipherError::unprotected;
    if (!keys.encryption.has_key()) return CipherError::no_key;
    return std::nullopt;
}

// A service inside its own ciphered form is the one that the form's tag states.
bool is_service_of(ApduTag tag, Bytes plain) {
    const auto expected = plain_tag(tag);
    return !plain.empty() && (!expected || *expected == plain.front());
}

}  // namespace

Result<void, CipherError> protect(ByteWriter& out, const Envelope& envelope, SecurityControl control,
                                  std::uint32_t invocation_counter, const CipherKeys& keys, Bytes plain) {
    if (!out.ok()) return fail(CipherError::no_room);
    const std::size_t start = out.size();
    out.bytes(plain);
    if (!out.ok()) {
        out.rewind(start);
        return fail(CipherError::no_room);
    }
    auto done = protect_written(out, start, envelope, control, invocation_counter, keys);
    if (!done) {
        wipe(out.since(start));
        out.rewind(start);
    }
    return done;
}

Result<void, CipherError> protect_written(ByteWriter& out, std::size_t start, const Envelope& envelope,
                                          SecurityControl control, std::uint32_t invocation_counter,
                                          const CipherKeys& keys) {
    if (!out.ok() || start > out.size()) return fail(CipherError::no_room);
    if (const auto error = unfit(control, keys)) return fail(*error);
    const std::size_t size = out.size() - start;
    if (!is_service_of(envelope.tag, out.since(start))) return fail(CipherError::wrong_service);
    const std::size_t whole = protected_size(envelope, control, size);
    if (whole - size > out.room_left()) return fail(CipherError::no_room);

    std::array<std::uint8_t, max_head_size> head_room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
    ByteWriter head(head_room);
    write_head(head, envelope, control, invocation_counter, size);
    if (!head.ok()) return fail(CipherError::no_room);
    out.insert(start, head.written());
    Gcm gcm = begin(envelope, control, invocation_counter, keys);
    protect_text(gcm, control, out.since(start + head.size()));
    if (control.authenticated()) out.bytes(Bytes(gcm.tag()).first(tag_size));
    return {};
}

Result<Bytes, CipherError> unprotect(const Ciphered& message, const CipherKeys& keys, Protection required,
                                     MutableBytes room) {
    if (const auto error = unfit(message.control, keys)) return fail(*error);
    const auto missing = static_cast<unsigned>(required) & ~static_cast<unsigned>(message.control.protection());
    if (missing != 0) return fail(CipherError::insufficient_protection);
    const bool encrypted = message.control.encrypted();
    if (encrypted && room.size() < message.text.size()) return fail(CipherError::no_room);

    Gcm gcm = begin(message.envelope, message.control, message.invocation_counter, keys);
    if (message.control.authenticated()) {
        if (encrypted) {
            gcm.authenticate(message.text);
        } else {
            gcm.associate(message.text);
        }
        if (!same_secret(Bytes(gcm.tag()).first(tag_size), message.tag)) {
            return fail(CipherError::authentication_failed);
        }
    }
    Bytes plain = message.text;
    if (encrypted) {
        const MutableBytes text = room.first(plain.size());
        if (text.data() != plain.data()) std::copy(plain.begin(), plain.end(), text.begin());
        gcm.decrypt(text);
        plain = text;
    }
    if (!is_service_of(message.envelope.tag, plain)) return fail(CipherError::wrong_service);
    return plain;
}

bool ProtectedStream::start(const Envelope& envelope, SecurityControl control, std::uint32_t invocation_counter,
                            const CipherKeys& keys, std::size_t plain_size) {
    part_ = Part::none;
    if (plain_size == 0 || unfit(control, keys)) return false;
    ByteWriter head(kept_);
    write_head(head, envelope, control, invocation_counter, plain_size);
    if (!head.ok()) return false;
    gcm_.emplace(begin(envelope, control, invocation_counter, keys));
    control_ = control;
    part_ = Part::head;
    kept_size_ = head.size();
    kept_sent_ = 0;
    text_left_ = plain_size;
    return true;
}

Pulled ProtectedStream::pull(MutableBytes room, PullApdu plain) {
    std::size_t filled = 0;
    const auto ended = [&] {
        gcm_.reset();
        part_ = Part::none;
        return Pulled{filled, true};
    };
    while (part_ != Part::none && filled < room.size()) {
        const MutableBytes rest = room.subspan(filled);
        if (part_ == Part::text) {
            const Pulled piece = plain(rest.first(std::min(rest.size(), text_left_)));
            if (piece.octets == 0 || piece.octets > text_left_ || piece.end != (piece.octets == text_left_)) {
                part_ = Part::none;
                return {};
            }
            protect_text(*gcm_, control_, rest.first(piece.octets));
            filled += piece.octets;
            text_left_ -= piece.octets;
            if (text_left_ > 0) continue;
            if (!control_.authenticated()) return ended();
            const Block tag = gcm_->tag();
            std::copy_n(tag.begin(), tag_size, kept_.begin());
            kept_size_ = tag_size;
            kept_sent_ = 0;
            part_ = Part::tag;
            continue;
        }
        const std::size_t count = std::min(rest.size(), kept_size_ - kept_sent_);
        std::copy_n(kept_.begin() + static_cast<std::ptrdiff_t>(kept_sent_), count, rest.begin());
        kept_sent_ += count;
        filled += count;
        if (kept_sent_ < kept_size_) continue;
        if (part_ == Part::tag) return ended();
        part_ = Part::text;
    }
    return {filled, false};
}

}  // namespace blathy::dlms::security
