#include <gtest/gtest.h>

#include "meter/security/access_rights.hpp"
#include "meter/security/guess_guard.hpp"

#include "tests/meter/security_testing.hpp"
#include "tests/support/flash.hpp"

namespace blathy::meter::security {
namespace {

using test::MemoryFlash;
using testing::guess_record;

constexpr std::uint8_t authenticated = request_bits(dlms::security::Protection::authenticated);
constexpr std::uint8_t both = request_bits(dlms::security::Protection::authenticated_and_encrypted);

TEST(SecurityRights, AClientIsKnownByItsServiceAccessPoint) {
    EXPECT_EQ(role_of(16), Role::public_client);
    EXPECT_EQ(role_of(2), Role::data_collection);
    EXPECT_EQ(role_of(1), Role::management);
    EXPECT_EQ(role_of(3), Role::firmware);
    EXPECT_EQ(role_of(102), Role::pre_established);
    EXPECT_EQ(role_of(0), std::nullopt);
    EXPECT_EQ(role_of(17), std::nullopt);
}

TEST(SecurityRights, BitsOfRightsPoliciesAndControlOctetsCorrespond) {
    EXPECT_EQ(both, 0x0C);
    EXPECT_EQ(request_protection(0x0C), dlms::security::Protection::authenticated_and_encrypted);
    EXPECT_EQ(request_protection(0x08), dlms::security::Protection::encrypted);
    EXPECT_EQ(response_protection(0x20), dlms::security::Protection::authenticated);
    EXPECT_EQ(response_protection(0x60), dlms::security::Protection::authenticated_and_encrypted);
    EXPECT_EQ(response_protection(0x0F), dlms::security::Protection::none);
}

// The whole matrix: attribute rights, then method rights, of the roles in their order.
TEST(SecurityRights, TheTable) {
    struct Row {
        AccessKind kind;
        std::array<std::uint8_t, roles> attributes;
        std::array<std::uint8_t, roles> methods;
    };
    constexpr std::array rows = {
        Row{AccessKind::identity, {0x01, 0x01, 0x01, 0x01, 0x00}, {0, 0, 0, 0, 0}},
        Row{AccessKind::clock, {0x01, 0x01, 0x03, 0x01, 0x06}, {0, 0, 0x01, 0, 0x05}},
        Row{AccessKind::reading, {0x00, 0x01, 0x03, 0x00, 0x00}, {0, 0, 0x01, 0, 0}},
        Row{AccessKind::fixed, {0x00, 0x01, 0x01, 0x00, 0x00}, {0, 0, 0, 0, 0}},
        Row{AccessKind::event_log, {0x00, 0x01, 0x01, 0x00, 0x00}, {0, 0, 0x01, 0, 0}},
        Row{AccessKind::parameter, {0x00, 0x01, 0x03, 0x00, 0x00}, {0, 0, 0x01, 0, 0}},
        Row{AccessKind::association, {0x01, 0x01, 0x01, 0x01, 0x00}, {0, 0, 0, 0, 0}},
        Row{AccessKind::secret, {0x00, 0x02, 0x02, 0x02, 0x00}, {0, 0x0D, 0x0D, 0x0D, 0}},
        Row{AccessKind::hls_reply, {0x00, 0x00, 0x00, 0x00, 0x00}, {0, 0x01, 0x01, 0x01, 0}},
        Row{AccessKind::security_setup, {0x00, 0x01, 0x01, 0x01, 0x00}, {0, 0, 0x25, 0, 0}},
        Row{AccessKind::image, {0x00, 0x00, 0x01, 0x03, 0x00}, {0, 0, 0, 0x01, 0}},
    };
    static_assert(rows.size() == access_kinds);
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < roles; ++i) {
            const auto role = static_cast<Role>(i);
            EXPECT_EQ(attribute_rights(row.kind, role, true, true).bits, row.attributes[i])
                << static_cast<int>(row.kind) << ", " << i;
            EXPECT_EQ(method_rights(row.kind, role).bits, row.methods[i]) << static_cast<int>(row.kind) << ", " << i;
        }
    }
}

TEST(SecurityRights, WhatAnAttributeCantDoNobodyMay) {
    EXPECT_EQ(attribute_rights(AccessKind::reading, Role::management, true, false).bits, Rights::read);
    EXPECT_EQ(attribute_rights(AccessKind::clock, Role::pre_established, true, false).bits, 0);
    EXPECT_EQ(attribute_rights(AccessKind::clock, Role::pre_established, true, true).bits, 0x06);
}

TEST(SecurityRights, ARightIsOnlyThereWithTheProtectionItAsksFor) {
    const Rights transfer = method_rights(AccessKind::security_setup, Role::management);
    EXPECT_FALSE(permits(transfer, Rights::call, 0));
    EXPECT_TRUE(permits(transfer, Rights::call, authenticated));
    EXPECT_TRUE(permits(transfer, Rights::call, both));
    EXPECT_FALSE(permits(transfer, Rights::write, both));
    const Rights secret = method_rights(AccessKind::secret, Role::firmware);
    EXPECT_FALSE(permits(secret, Rights::call, authenticated));
    EXPECT_TRUE(permits(secret, Rights::call, both));
}

TEST(SecurityRights, EachRoleHasAnObjectListOfItsOwn) {
    EXPECT_FALSE(is_listed(AccessKind::reading, Role::public_client));
    EXPECT_TRUE(is_listed(AccessKind::reading, Role::data_collection));
    EXPECT_FALSE(is_listed(AccessKind::reading, Role::firmware));
    EXPECT_TRUE(is_listed(AccessKind::clock, Role::pre_established));
    EXPECT_FALSE(is_listed(AccessKind::identity, Role::pre_established));
}

class Guessing : public ::testing::Test {
  protected:
    MemoryFlash flash{4, 4096};
    Store store{flash};
    std::optional<GuessGuard> guard;

    void SetUp() override { restart(0); }
    void restart(std::uint32_t uptime_s) {
        store.mount();
        guard.emplace(store, guess_record);
        guard->mount(uptime_s);
    }
    void fail_times(int times, AccessPort port, std::uint32_t at_s) {
        for (int i = 0; i < times; ++i) ASSERT_TRUE(guard->failed(port, Role::management, at_s));
    }
};

TEST_F(Guessing, TheDelayDoublesUpToAnHour) {
    const std::array<std::uint32_t, 6> delays = {0, 0, 0, 1, 2, 4};
    for (std::size_t i = 0; i < delays.size(); ++i) {
        EXPECT_EQ(GuessGuard::delay_s(static_cast<std::uint8_t>(i)), delays[i]) << i;
    }
    EXPECT_EQ(GuessGuard::delay_s(14), 2048U);
    EXPECT_EQ(GuessGuard::delay_s(15), 3600U);
    EXPECT_EQ(GuessGuard::delay_s(255), 3600U);
}

TEST_F(Guessing, AnAttemptWaitsForTheDelay) {
    fail_times(5, AccessPort::optical, 100);
    EXPECT_FALSE(guard->may_try(AccessPort::optical, Role::management, 100));
    EXPECT_FALSE(guard->may_try(AccessPort::optical, Role::management, 103));
    EXPECT_TRUE(guard->may_try(AccessPort::optical, Role::management, 104));
}

TEST_F(Guessing, Recipe18NeitherAnotherPortNorAnotherRoleWaits) {
    fail_times(200, AccessPort::optical, 100);
    EXPECT_FALSE(guard->may_try(AccessPort::optical, Role::management, 100));
    EXPECT_TRUE(guard->may_try(AccessPort::network, Role::management, 100));
    EXPECT_TRUE(guard->may_try(AccessPort::optical, Role::data_collection, 100));
}

TEST_F(Guessing, Recipe18TheDelaySurvivesARestart) {
    fail_times(13, AccessPort::optical, 5000);
    restart(7);
    EXPECT_FALSE(guard->may_try(AccessPort::optical, Role::management, 7));
    EXPECT_FALSE(guard->may_try(AccessPort::optical, Role::management, 7 + 1023));
    EXPECT_TRUE(guard->may_try(AccessPort::optical, Role::management, 7 + 1024));
}

TEST_F(Guessing, ASuccessForgetsTheFailuresForGood) {
    fail_times(13, AccessPort::optical, 100);
    guard->succeeded(AccessPort::optical, Role::management);
    EXPECT_TRUE(guard->may_try(AccessPort::optical, Role::management, 100));
    restart(0);
    EXPECT_TRUE(guard->may_try(AccessPort::optical, Role::management, 0));
}

TEST_F(Guessing, ThePeerThatWasRightLastIsNotKeptOutByOthers) {
    constexpr Origin head_end{AccessPort::network, 7};
    constexpr Origin attacker{AccessPort::network, 9};
    guard->succeeded(head_end, Role::management);
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(guard->failed(attacker, Role::management, 100));
    EXPECT_FALSE(guard->may_try(attacker, Role::management, 100));
    EXPECT_FALSE(guard->may_try(AccessPort::network, Role::management, 100)) << "whom nobody knows";
    EXPECT_TRUE(guard->may_try(head_end, Role::management, 100));
    restart(0);
    EXPECT_TRUE(guard->may_try(head_end, Role::management, 0));
    EXPECT_FALSE(guard->may_try(attacker, Role::management, 0));
    // Its own guesses count, and its being right says nothing of the others.
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(guard->failed(head_end, Role::management, 0));
    EXPECT_FALSE(guard->may_try(head_end, Role::management, 3));
    EXPECT_TRUE(guard->may_try(head_end, Role::management, 4));
    guard->succeeded(head_end, Role::management);
    EXPECT_FALSE(guard->may_try(attacker, Role::management, 4));
    // Of another role it is not known, nor at a port where nobody has an address.
    EXPECT_TRUE(guard->may_try(Origin(AccessPort::serial, 7), Role::management, 4));
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(guard->failed(attacker, Role::data_collection, 100));
    EXPECT_FALSE(guard->may_try(head_end, Role::data_collection, 100));
}

TEST_F(Guessing, AnUptimeThatWrapsGoesOn) {
    fail_times(5, AccessPort::optical, 0xFFFF'FFFE);
    EXPECT_FALSE(guard->may_try(AccessPort::optical, Role::management, 1));
    EXPECT_TRUE(guard->may_try(AccessPort::optical, Role::management, 2));
}

}  // namespace
}  // namespace blathy::meter::security
