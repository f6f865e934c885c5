// Who may do what: the roles, and one table of rights from which everything else is made (IEC 62056-6-2, 5.3.4: access
// rights of IC 15 version 3).
//
// An object has an access kind, one octet. An attribute or a method that differs from its object has one of its own.
// The table states for each kind and role the rights of attributes and of methods; what an attribute can't do at all
// (no reader, no writer) is masked out. What the security policy of the role's context demands comes on top.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "dlms/security/suite.hpp"

namespace blathy::meter::security {

// One client service access point each.
enum class Role : std::uint8_t { public_client, data_collection, management, firmware, pre_established, count };
inline constexpr std::size_t roles = static_cast<std::size_t>(Role::count);
inline constexpr std::array<std::uint16_t, roles> client_saps = {16, 2, 1, 3, 102};

constexpr std::optional<Role> role_of(std::uint16_t client_sap) {
    for (std::size_t i = 0; i < roles; ++i) {
        if (client_saps[i] == client_sap) return static_cast<Role>(i);
    }
    return std::nullopt;
}

// Of the roles with keys, in the order of E in the names of their security setups (0-0:43.0.e) and invocation counters
// (0-0:43.1.e): what a head end uses most comes first.
inline constexpr std::array context_roles = {Role::management, Role::data_collection, Role::firmware,
                                             Role::pre_established};
constexpr Role context_role(std::uint8_t e) {
    return context_roles[e < context_roles.size() ? e : 0];
}
// None: the public client has no keys.
constexpr std::optional<std::uint8_t> context_number(Role role) {
    for (std::size_t i = 0; i < context_roles.size(); ++i) {
        if (context_roles[i] == role) return static_cast<std::uint8_t>(i);
    }
    return std::nullopt;
}

// The octet that IC 15 version 3 has for an attribute or method; a security policy of IC 64 version 1 has the same bits
// from 2 on.
struct Rights {
    std::uint8_t bits = 0;

    static constexpr std::uint8_t read = 0x01;
    static constexpr std::uint8_t call = 0x01;
    static constexpr std::uint8_t write = 0x02;
    static constexpr std::uint8_t authenticated_request = 0x04;
    static constexpr std::uint8_t encrypted_request = 0x08;
    static constexpr std::uint8_t signed_request = 0x10;
    static constexpr std::uint8_t authenticated_response = 0x20;
    static constexpr std::uint8_t encrypted_response = 0x40;
    static constexpr std::uint8_t signed_response = 0x80;

    static constexpr std::uint8_t operations = read | write;
    static constexpr std::uint8_t request = authenticated_request | encrypted_request | signed_request;
    static constexpr std::uint8_t response = authenticated_response | encrypted_response | signed_response;

    constexpr bool operator==(const Rights&) const = default;
};

// Between the bits above and those of the security control octet.
constexpr std::uint8_t request_bits(dlms::security::Protection protection) {
    return static_cast<std::uint8_t>(static_cast<unsigned>(protection) >> 2U);
}
constexpr dlms::security::Protection request_protection(std::uint8_t bits) {
    return static_cast<dlms::security::Protection>((bits & 0x0CU) << 2U);
}
constexpr dlms::security::Protection response_protection(std::uint8_t bits) {
    return static_cast<dlms::security::Protection>((bits & 0x60U) >> 1U);
}

// `operation` is Rights::read, write or call; `request` what the request is protected by, as request_bits() has it.
constexpr bool permits(Rights rights, std::uint8_t operation, std::uint8_t request) {
    return (rights.bits & operation) == operation && (rights.bits & Rights::request & ~request) == 0;
}

enum class AccessKind : std::uint8_t {
    identity,        // names, numbers, what is on offer, invocation counters
    clock,           // time
    reading,         // registers and profiles
    fixed,           // what is read and never changes
    event_log,       // what is read, and cleared
    parameter,       // what a meter is set up by, and what is done to its account
    association,     // IC 15 but its secret
    secret,          // IC 15: attribute 7 and method 2
    hls_reply,       // IC 15: method 1
    security_setup,  // IC 64
    image,           // IC 18
    count,
    of_object = 0xFF  // of an attribute or a method: as its object
};
inline constexpr std::size_t access_kinds = static_cast<std::size_t>(AccessKind::count);

struct Grant {
    Rights attributes;
    Rights methods;
};

// Management has protection demanded of it here only where keys are concerned: for the rest that is up to its policy.
inline constexpr auto access_table = [] {
    std::array<std::array<Grant, roles>, access_kinds> table{};
    constexpr std::uint8_t r = Rights::read;
    constexpr std::uint8_t w = Rights::write;
    constexpr std::uint8_t c = Rights::call;
    constexpr std::uint8_t proven = Rights::authenticated_request;
    constexpr std::uint8_t proven_both_ways = Rights::authenticated_request | Rights::authenticated_response;
    const auto grant = [&](AccessKind kind, Role role, unsigned attributes, unsigned methods = 0) {
        table[static_cast<std::size_t>(kind)][static_cast<std::size_t>(role)] = {
            {static_cast<std::uint8_t>(attributes)}, {static_cast<std::uint8_t>(methods)}};
    };
    using Kind = AccessKind;
    for (const Role role : {Role::public_client, Role::data_collection, Role::management, Role::firmware}) {
        for (const Kind kind : {Kind::identity, Kind::clock, Kind::association}) grant(kind, role, r);
    }
    grant(Kind::clock, Role::management, r | w, c);
    grant(Kind::clock, Role::pre_established, w | proven, c | proven);
    grant(Kind::reading, Role::data_collection, r);
    grant(Kind::reading, Role::management, r | w, c);
    grant(Kind::fixed, Role::data_collection, r);
    grant(Kind::fixed, Role::management, r);
    grant(Kind::event_log, Role::data_collection, r);
    grant(Kind::event_log, Role::management, r, c);
    grant(Kind::parameter, Role::data_collection, r);
    grant(Kind::parameter, Role::management, r | w, c);
    for (const Role role : {Role::data_collection, Role::management, Role::firmware}) {
        grant(Kind::secret, role, w, c | proven | Rights::encrypted_request);
        grant(Kind::hls_reply, role, 0, c);
        grant(Kind::security_setup, role, r);
    }
    grant(Kind::security_setup, Role::management, r, c | proven_both_ways);
    grant(Kind::image, Role::management, r);
    grant(Kind::image, Role::firmware, r | w, c);
    return table;
}();

// Some right of the table asks for a signed answer, whatever the policy.
inline constexpr bool table_signs = [] {
    for (const auto& kind : access_table) {
        for (const Grant& grant : kind) {
            if (((grant.attributes.bits | grant.methods.bits) & Rights::signed_response) != 0) return true;
        }
    }
    return false;
}();

constexpr Rights attribute_rights(AccessKind kind, Role role, bool readable, bool writable) {
    const Rights granted = access_table[static_cast<std::size_t>(kind)][static_cast<std::size_t>(role)].attributes;
    const unsigned possible = (readable ? Rights::read : 0U) | (writable ? Rights::write : 0U);
    const unsigned operations = granted.bits & possible;
    if (operations == 0) return {};
    return {static_cast<std::uint8_t>((granted.bits & ~unsigned{Rights::operations}) | operations)};
}

constexpr Rights method_rights(AccessKind kind, Role role) {
    return access_table[static_cast<std::size_t>(kind)][static_cast<std::size_t>(role)].methods;
}

// The object is in the role's object list: it may do something with it.
constexpr bool is_listed(AccessKind kind, Role role) {
    const Grant& grant = access_table[static_cast<std::size_t>(kind)][static_cast<std::size_t>(role)];
    return ((grant.attributes.bits | grant.methods.bits) & Rights::operations) != 0;
}

}  // namespace blathy::meter::security
