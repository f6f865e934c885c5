#include "dlms/apdu/notification.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/data.hpp"

#include "generators.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

TEST(DataNotification, WithADateTime) {
    // The head of a push that a meter at UTC+5 sent: its deviation is -300 minutes.
    const auto push = expect_vector(read_data_notification,
                                    "0F 40000001 0C07EA0A07030E3611FFFED400 0202 09060000190900FF 06000004D2");
    ASSERT_TRUE(push);
    EXPECT_EQ(push->invoke.id(), 1U);
    const auto time = read_date_time(push->date_time);
    ASSERT_TRUE(time);
    EXPECT_EQ(time->deviation_min, -300);
    DataReader body(push->body);
    body.structure(2);
    EXPECT_EQ(body.logical_name(), Obis(0, 0, 25, 9, 0));
    EXPECT_EQ(body.double_long_unsigned(), 1234U);
    EXPECT_TRUE(body.complete());
}

TEST(DataNotification, WithoutADateTime) {
    const auto push = expect_vector(read_data_notification, "0F 00000000 00 00");
    ASSERT_TRUE(push);
    EXPECT_TRUE(push->date_time.empty());
    EXPECT_EQ(to_hex(push->body), "00");
}

TEST(DataNotification, RefusesWhatIsMalformed) {
    EXPECT_FALSE(read_data_notification(from_hex("0F 00000000 05 07E7071E07 00")));
    EXPECT_FALSE(read_data_notification(from_hex("0F 00000000 84FFFFFFFF 00")));
    EXPECT_FALSE(read_data_notification(from_hex("0F 00000000 00 07")));
    EXPECT_FALSE(read_data_notification(from_hex("10 00000000 00 00")));
}

TEST(EventNotification, WithATime) {
    const auto event =
        expect_vector(read_event_notification, "C2 01 0C07E7071E0717173B00FF8880 0001 0000600B00FF 02 1127");
    ASSERT_TRUE(event);
    EXPECT_EQ(read_date_time(event->time)->clock_status, clock_daylight_saving);
    EXPECT_EQ(event->attribute, (AttributeDescriptor{1, Obis(0, 0, 96, 11, 0), 2}));
    EXPECT_EQ(to_hex(event->value), "1127");
}

TEST(EventNotification, WithoutATime) {
    const auto event = expect_vector(read_event_notification, "C2 00 0001 0000600B00FF 02 1127");
    ASSERT_TRUE(event);
    EXPECT_TRUE(event->time.empty());
}

TEST(EventNotification, RefusesWhatIsMalformed) {
    EXPECT_FALSE(read_event_notification(from_hex("C2 01 00 0001 0000600B00FF 02 1127"))) << "a time that is none";
    EXPECT_FALSE(read_event_notification(from_hex("C2 02 0001 0000600B00FF 02 1127")));
    EXPECT_FALSE(read_event_notification(from_hex("C2 00 0001 0000600B00FF 02")));
}

RC_GTEST_PROP(DataNotification, ComesBack, ()) {
    Arena arena;
    const DataNotification push{arena.long_invoke(), arena.optional_date_time(), arena.data()};
    const Octets octets = encode(push);
    const auto decoded = read_data_notification(octets);
    RC_ASSERT(decoded && same(*decoded, push));
}

RC_GTEST_PROP(EventNotification, ComesBack, ()) {
    Arena arena;
    const EventNotification event{arena.optional_date_time(), arena.attribute(), arena.data()};
    const Octets octets = encode(event);
    const auto decoded = read_event_notification(octets);
    RC_ASSERT(decoded && same(*decoded, event));
}

RC_GTEST_PROP(Notification, DecodersAreTotal, (Octets octets)) {
    octets.insert(octets.begin(), 0x0F);
    RC_ASSERT(is_total(read_data_notification, octets));
    octets[0] = 0xC2;
    RC_ASSERT(is_total(read_event_notification, octets));
}

}  // namespace
}  // namespace blathy::dlms
