// What the tests of the codecs share: encoding into memory of any size, comparing decoded APDUs field by field, and the
// two promises of every decoder: nothing that is cut short or has a surplus octet is taken.
#pragma once

#include <concepts>
#include <deque>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <boost/pfr.hpp>
#include <gtest/gtest.h>

#include "base/bytes.hpp"

#include "hdlc_testing.hpp"

namespace blathy::dlms::codec_test {

// What `write(ByteWriter&)` writes.
template <std::invocable<ByteWriter&> Write>
Octets written_by(Write&& write) {
    Octets room(100'000);
    ByteWriter out(room);
    write(out);
    EXPECT_TRUE(out.ok());
    room.resize(out.size());
    return room;
}

template <class Pdu>
Octets encode(const Pdu& pdu) {
    return written_by([&](ByteWriter& out) { write(out, pdu); });
}
template <class... Pdus>
Octets encode(const std::variant<Pdus...>& any) {
    return std::visit([](const auto& pdu) { return encode(pdu); }, any);
}

template <class Pdu>
std::string hex_of(const Pdu& pdu) {
    return to_hex(encode(pdu));
}

// Equal field by field; octets by content, wherever they are.
inline bool same(Bytes a, Bytes b) {
    return equal(a, b);
}
template <class T>
bool same(const T& a, const T& b);
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
}
template <class... Ts>
bool same(const std::variant<Ts...>& a, const std::variant<Ts...>& b) {
    if (a.index() != b.index()) return false;
    return std::visit([&](const auto& x) { return same(x, std::get<std::remove_cvref_t<decltype(x)>>(b)); }, a);
}
template <class T>
bool same(const T& a, const T& b) {
    if constexpr (std::equality_comparable<T>) {
        return a == b;
    } else {
        bool equal_so_far = true;
        boost::pfr::for_each_field(a, [&](const auto& field, auto index) {
            equal_so_far = equal_so_far && same(field, boost::pfr::get<decltype(index)::value>(b));
        });
        return equal_so_far;
    }
}

// No beginning of `octets` is taken, nor are they with an octet behind them.
template <class Read>
void expect_exact(Read read, const Octets& octets) {
    EXPECT_TRUE(read(octets)) << to_hex(octets);
    for (std::size_t size = 0; size < octets.size(); ++size) {
        // A copy of its own, so that a sanitizer sees a read beyond it.
        const Octets cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(read(cut)) << "cut to " << size << ": " << to_hex(cut);
    }
    Octets longer = octets;
    longer.push_back(0);
    EXPECT_FALSE(read(longer)) << "with a surplus octet: " << to_hex(longer);
}

// Octets that views may point into until the program ends.
inline const Octets& kept_from_hex(std::string_view hex) {
    static std::deque<Octets> kept;
    return kept.emplace_back(from_hex(hex));
}

// The vector is decoded, encodes to the same octets again, and is taken only as a whole.
template <class Read>
auto expect_vector(Read read, std::string_view hex) {
    const Octets& octets = kept_from_hex(hex);
    expect_exact(read, octets);
    const auto pdu = read(octets);
    if (pdu) {
        EXPECT_EQ(hex_of(*pdu), to_hex(octets));
    }
    return pdu;
}

// The vector is decoded to one alternative of a service's APDUs.
template <class Pdu, class Read>
std::optional<Pdu> expect_vector_of(Read read, std::string_view hex) {
    const auto any = expect_vector(read, hex);
    if (!any || !std::holds_alternative<Pdu>(*any)) {
        ADD_FAILURE() << "another APDU: " << hex;
        return std::nullopt;
    }
    return std::get<Pdu>(*any);
}

// A decoder for arbitrary octets: whatever it takes encodes to what it takes again, with the same fields.
template <class Read>
bool is_total(Read read, const Octets& octets) {
    const auto first = read(octets);
    if (!first) return true;
    const Octets again = encode(*first);
    const auto second = read(again);
    return second && same(*first, *second);
}

}  // namespace blathy::dlms::codec_test
