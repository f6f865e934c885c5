#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/security/invocation_counter.hpp"

namespace blathy::dlms::security {
namespace {

// Stores what is due, as an owner with flash does.
template <class Counter>
void reserve(Counter& counter, std::uint32_t& stored, std::optional<std::uint32_t> due) {
    if (!due) return;
    stored = *due;
    counter.set_reserved(stored);
}

TEST(SecurityCounter, SendsOnlyWhatIsReserved) {
    SendCounter counter;
    EXPECT_EQ(counter.take(), std::nullopt);
    EXPECT_EQ(counter.due(3), 3U);
    counter.set_reserved(3);
    EXPECT_EQ(counter.due(3), std::nullopt);
    EXPECT_EQ(counter.take(), 0U);
    EXPECT_EQ(counter.take(), 1U);
    EXPECT_EQ(counter.take(), 2U);
    EXPECT_EQ(counter.take(), std::nullopt);
    EXPECT_EQ(counter.due(3), 6U);
}

// Whenever the power is cut, no value is used twice.
RC_GTEST_PROP(SecurityCounter, NeverSendsAValueTwice, ()) {
    std::uint32_t stored = *rc::gen::inRange(0U, 100U);
    const auto block = *rc::gen::inRange(1U, 20U);
    SendCounter counter(stored);
    std::set<std::uint32_t> used;
    for (int i = 0; i < 200; ++i) {
        if (*rc::gen::inRange(0, 10) == 0) counter = SendCounter(stored);
        reserve(counter, stored, counter.due(block));
        const auto value = counter.take();
        RC_ASSERT(value.has_value());
        RC_ASSERT(used.insert(*value).second);
    }
}

TEST(SecurityCounter, TakesOnlyWhatIsAboveTheLast) {
    ReceiveCounter counter;
    counter.set_reserved(100);
    EXPECT_TRUE(counter.is_new(0));
    EXPECT_TRUE(counter.take(5));
    for (const std::uint32_t replayed : {5U, 4U, 0U}) {
        EXPECT_FALSE(counter.is_new(replayed));
        EXPECT_FALSE(counter.take(replayed));
        EXPECT_EQ(counter.next(), 6U) << "a refused value moves nothing";
    }
    EXPECT_TRUE(counter.take(6));
    EXPECT_TRUE(counter.take(99));
    EXPECT_EQ(counter.next(), 100U);
}

TEST(SecurityCounter, AJumpIsReservedBeforeItIsTaken) {
    ReceiveCounter counter;
    const std::uint32_t jump = 0x8000'0000;
    EXPECT_TRUE(counter.is_new(jump));
    EXPECT_FALSE(counter.take(jump));
    EXPECT_EQ(counter.next(), 0U);
    EXPECT_EQ(counter.due_for(jump, 1), jump + 1);
    counter.set_reserved(jump + 1);
    EXPECT_TRUE(counter.take(jump));
}

RC_GTEST_PROP(SecurityCounter, NeverTakesAValueTwice, ()) {
    std::uint32_t stored = 0;
    const auto block = *rc::gen::inRange(1U, 20U);
    ReceiveCounter counter;
    std::set<std::uint32_t> taken;
    for (int i = 0; i < 300; ++i) {
        if (*rc::gen::inRange(0, 10) == 0) counter = ReceiveCounter(stored);
        const auto value = *rc::gen::inRange(0U, 1000U);
        if (!counter.is_new(value)) continue;
        reserve(counter, stored, counter.due_for(value, block));
        RC_ASSERT(counter.take(value));
        RC_ASSERT(taken.insert(value).second);
        RC_ASSERT(value == *taken.rbegin());
    }
}

TEST(SecurityCounter, AlarmsAndEnds) {
    EXPECT_FALSE(SendCounter(1'999'999'999).alarm());
    EXPECT_TRUE(SendCounter(2'000'000'000).alarm());

    SendCounter sender(0xFFFF'FFFD);
    EXPECT_EQ(sender.due(1024), 0xFFFF'FFFF);
    sender.set_reserved(0xFFFF'FFFF);
    EXPECT_EQ(sender.take(), 0xFFFF'FFFD);
    EXPECT_EQ(sender.take(), 0xFFFF'FFFE);
    EXPECT_TRUE(sender.worn_out());
    EXPECT_EQ(sender.take(), std::nullopt);
    EXPECT_EQ(sender.due(1024), std::nullopt);

    ReceiveCounter receiver(0xFFFF'FFFE);
    EXPECT_EQ(receiver.due_for(0xFFFF'FFFE, 1024), 0xFFFF'FFFF);
    receiver.set_reserved(0xFFFF'FFFF);
    EXPECT_FALSE(receiver.take(0xFFFF'FFFF));
    EXPECT_TRUE(receiver.take(0xFFFF'FFFE));
    EXPECT_TRUE(receiver.worn_out());
    for (const std::uint32_t value : {0U, 1U, 0xFFFF'FFFEU, 0xFFFF'FFFFU}) EXPECT_FALSE(receiver.is_new(value));
}

}  // namespace
}  // namespace blathy::dlms::security
