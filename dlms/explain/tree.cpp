#include "dlms/explain/tree.hpp"

namespace blathy::dlms::explaining {

void write_hex(TextWriter& out, Bytes octets) {
    constexpr std::size_t shown = 64;
    out.hex(octets.first(std::min(octets.size(), shown)));
    if (octets.size() > shown) out << "… (" << octets.size() << " octets)";
}

void write_name(TextWriter& out, std::string_view name, std::uint64_t number) {
    if (name.empty()) {
        out << "unknown " << number;
    } else {
        out << name;
    }
}

bool Tree::need(std::string_view name, std::size_t count, std::size_t start) {
    if (!ok()) return false;
    if (count <= remaining()) return true;
    truncated(name, start, position_ - start + count);
    return false;
}

Bytes Tree::take(std::size_t count) {
    const Bytes octets = rest().first(std::min(count, remaining()));
    position_ += octets.size();
    return octets;
}

std::uint64_t Tree::take_number(std::size_t octets) {
    std::uint64_t number = 0;
    for (const std::uint8_t octet : take(octets)) number = (number << 8U) | octet;
    return number;
}

std::optional<std::size_t> Tree::take_length(std::string_view name, std::size_t start) {
    if (!need(name, 1, start)) return std::nullopt;
    const std::uint8_t first = peek();
    const std::size_t octets = first & 0x7FU;
    if (first < 0x80) {
        ++position_;
        return octets;
    }
    if (octets == 0 || octets > 4) {
        fail(name, "no valid length", start, position_ + 1 - start);
        return std::nullopt;
    }
    if (!need(name, 1 + octets, start)) return std::nullopt;
    ++position_;
    return static_cast<std::size_t>(take_number(octets));
}

void Tree::fail(std::string_view name, std::string_view reason, std::size_t start, std::size_t length) {
    if (!ok()) return;
    emit(name, reason, start, length, true);
    position_ = start + length;
    failed_ = true;
}

void Tree::truncated(std::string_view name, std::size_t start, std::size_t needed) {
    const std::size_t available = end_ - start;
    Value reason;
    reason << "truncated: needs " << needed << (needed == 1 ? " octet, has " : " octets, has ") << available;
    fail(name, reason.view(), start, available);
}

Bytes Tree::raw(std::string_view name, std::size_t count) {
    if (!need(name, count)) return {};
    const std::size_t start = position_;
    const Bytes content = take(count);
    Value value;
    write_hex(value, content);
    leaf(name, value.view(), start);
    return content;
}

bool Tree::present(std::string_view name) {
    if (!need(name, 1)) return false;
    if (peek() > 1) {
        fail(name, "neither present (01) nor absent (00)", position_, 1);
        return false;
    }
    const std::size_t start = position_;
    if (take_number(1) == 1) return true;
    leaf(name, "absent", start);
    return false;
}

void Tree::surplus() {
    Value reason;
    reason << remaining() << (remaining() == 1 ? " octet" : " octets") << " too many: ";
    write_hex(reason, rest());
    emit("surplus", reason.view(), position_, remaining(), true);
    position_ = end_;
}

bool Tree::recover() {
    if (!failed_) return true;
    failed_ = false;
    if (!exhausted_ && !at_end()) nest([&] { (void)raw("undecoded", remaining()); });
    return false;
}

void Tree::emit(std::string_view name, std::string_view value, std::size_t start, std::size_t length, bool error) {
    if (mute_ || !ok()) return;
    if (nodes_ == max_nodes) {
        exhausted_ = true;
        Value text;
        text << "the explanation ends here, after " << max_nodes << " nodes";
        sink_(Node{0, static_cast<std::uint32_t>(base_ + start), static_cast<std::uint32_t>(input_.size() - start),
                   "node limit", text.view(), false, input_.subspan(start)});
        return;
    }
    ++nodes_;
    sink_(Node{depth_, static_cast<std::uint32_t>(base_ + start), static_cast<std::uint32_t>(length), name, value,
               error, input_.subspan(start, length)});
}

}  // namespace blathy::dlms::explaining
