// The explainer's cursor: reads fields and reports each as a node, keeps depth and bounds, and lets an error end the
// explanation of exactly the frame or APDU that it is in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "dlms/explain/explain.hpp"

namespace blathy::dlms::explaining {

using Value = Text<256>;

// Hexadecimal, the first 64 octets at most.
void write_hex(TextWriter& out, Bytes octets);
// The name of a coded number; "unknown 7" where it has none.
void write_name(TextWriter& out, std::string_view name, std::uint64_t number);

class Tree {
  public:
    Tree(Bytes input, Sink sink, std::optional<Decipher> decipher = {})
        : input_(input), sink_(sink), decipher_(decipher), end_(input.size()) {}
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    // False after an error and after the last node that may be reported: whoever reads on must stop.
    [[nodiscard]] bool ok() const { return !failed_ && !exhausted_; }
    [[nodiscard]] bool exhausted() const { return exhausted_; }
    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t remaining() const { return end_ - position_; }
    [[nodiscard]] bool at_end() const { return position_ == end_; }
    [[nodiscard]] Bytes rest() const { return input_.subspan(position_, remaining()); }
    // The octet that many places ahead, 0 behind the end.
    [[nodiscard]] std::uint8_t peek(std::size_t ahead = 0) const {
        return ahead < remaining() ? input_[position_ + ahead] : std::uint8_t{0};
    }
    // True in the first of two passes over the same octets, which is to learn their length and reports no nodes.
    [[nodiscard]] bool mute() const { return mute_; }

    // Whether there are keys, and what they make of a ciphered or signed APDU.
    [[nodiscard]] bool deciphers() const { return decipher_.has_value() && !mute_; }
    [[nodiscard]] Result<Bytes, Undeciphered> decipher(Bytes apdu) const {
        return deciphers() ? (*decipher_)(apdu) : blathy::fail(Undeciphered::no_key);
    }

    // Whether `count` octets follow; if not, that is the error, of a field that began at `start`.
    bool need(std::string_view name, std::size_t count, std::size_t start);
    bool need(std::string_view name, std::size_t count) { return need(name, count, position_); }
    // Reads without a node; `need` comes first.
    Bytes take(std::size_t count);
    std::uint64_t take_number(std::size_t octets);
    // An A-XDR length, without a node.
    std::optional<std::size_t> take_length(std::string_view name, std::size_t start);

    // A node for the octets from `start` up to here.
    void leaf(std::string_view name, std::string_view value, std::size_t start) {
        emit(name, value, start, position_ - start, false);
    }
    // A node for any octets.
    void leaf(std::string_view name, std::string_view value, std::size_t start, std::size_t length) {
        emit(name, value, start, length, false);
    }
    // An error that does not keep what follows from making sense.
    void flaw(std::string_view name, std::string_view reason, std::size_t start, std::size_t length) {
        emit(name, reason, start, length, true);
    }
    // An error that does. What comes behind the octets that it covers is not read any more.
    void fail(std::string_view name, std::string_view reason, std::size_t start, std::size_t length);
    void truncated(std::string_view name, std::size_t start, std::size_t needed);

    // A number of one to eight octets. `say` writes its value; without it, it is decimal.
    template <class Say>
    std::uint64_t field(std::string_view name, std::size_t octets, Say&& say) {
        if (!need(name, octets)) return 0;
        const std::size_t start = position_;
        const std::uint64_t number = take_number(octets);
        Value value;
        say(value, number);
        leaf(name, value.view(), start);
        return number;
    }
    std::uint64_t field(std::string_view name, std::size_t octets) {
        return field(name, octets, [](TextWriter& out, std::uint64_t number) { out << number; });
    }
    // One octet that stands for a word.
    std::uint8_t coded(std::string_view name, std::string_view (*word)(std::uint8_t)) {
        return static_cast<std::uint8_t>(field(name, 1, [word](TextWriter& out, std::uint64_t number) {
            write_name(out, word(static_cast<std::uint8_t>(number)), number);
        }));
    }
    // That many octets, in hexadecimal.
    Bytes raw(std::string_view name, std::size_t count);
    // An octet-string: length and content. `say` writes the value.
    template <class Say>
    Bytes octets(std::string_view name, Say&& say) {
        const std::size_t start = position_;
        const auto length = take_length(name, start);
        if (!length || !need(name, *length, start)) return {};
        const Bytes content = take(*length);
        Value value;
        say(value, content);
        leaf(name, value.view(), start);
        return content;
    }
    Bytes octets(std::string_view name) {
        return octets(name, [](TextWriter& out, Bytes content) { write_hex(out, content); });
    }
    // A-XDR OPTIONAL: whether the field is there. An absent one gets its own node.
    bool present(std::string_view name);

    // A parent whose octets are known, from `start` on; then its children.
    template <class F>
    void group(std::string_view name, std::string_view value, std::size_t start, std::size_t length, F&& children) {
        leaf(name, value, start, length);
        nest(children);
    }
    // The length of what `contents` will read, which an error extends to the end. Leaves everything as it was.
    template <class F>
    std::size_t measure(F&& contents) {
        const std::size_t start = position_;
        mute_ = true;
        contents();
        mute_ = false;
        const std::size_t stop = failed_ ? end_ : position_;
        failed_ = false;
        position_ = start;
        return stop - start;
    }
    // A parent that is as long as its children turn out to be.
    template <class F>
    void measured(std::string_view name, std::string_view value, F&& children) {
        if (ok() && !mute_) leaf(name, value, position_, measure(children));
        nest(children);
    }
    template <class F>
    void nest(F&& children) {
        if (!ok()) return;
        ++depth_;
        children();
        --depth_;
    }
    void open() { ++depth_; }
    void close() { --depth_; }

    // Contents with a length of their own. When fewer octets follow, whatever does is explained before the lack of the
    // others is reported; octets left over inside are reported too.
    template <class F>
    void within(std::string_view name, std::size_t length, F&& contents) {
        const std::size_t outer = end_;
        const std::size_t begin = position_;
        const bool lacking = length > remaining();
        if (!lacking) end_ = position_ + length;
        contents();
        if (ok()) {
            if (!at_end()) {
                surplus();
            } else if (lacking) {
                truncated(name, position_, length - (position_ - begin));
            }
        }
        end_ = outer;
    }
    // A parent for all octets up to the end; what its children leave over is an error.
    template <class F>
    void whole(std::string_view name, std::string_view value, F&& children) {
        group(name, value, position_, remaining(), [&] { within(name, remaining(), children); });
    }
    // Other octets in the place of those from `start` on, as children: what they are once deciphered.
    template <class F>
    void instead(std::size_t start, Bytes octets, F&& contents) {
        const Bytes outer = input_;
        const std::size_t outer_position = position_;
        const std::size_t outer_end = end_;
        input_ = octets;
        base_ += start;
        position_ = 0;
        end_ = octets.size();
        nest([&] {
            contents();
            if (ok() && !at_end()) surplus();
            (void)recover();
        });
        input_ = outer;
        base_ -= start;
        position_ = outer_position;
        end_ = outer_end;
    }
    // An error ends the contents and no more: the rest of them is one raw child. Returns false after an error.
    template <class F>
    bool contain(F&& contents) {
        contents();
        return recover();
    }

  private:
    void emit(std::string_view name, std::string_view value, std::size_t start, std::size_t length, bool error);
    void surplus();
    bool recover();

    Bytes input_;
    Sink sink_;
    std::optional<Decipher> decipher_;
    std::size_t base_ = 0;  // of `input_` within what the offsets are of
    std::size_t position_ = 0;
    std::size_t end_;
    std::uint32_t nodes_ = 0;
    std::uint8_t depth_ = 0;
    bool mute_ = false;
    bool failed_ = false;
    bool exhausted_ = false;
};

}  // namespace blathy::dlms::explaining
