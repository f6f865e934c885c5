#include "station/notification.hpp"

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::Obis;
using test::hex;

// A push of three values: its push_object_list, the time of the meter, and its energy.
constexpr std::string_view push =
    "0F 40000001 0C 07EA0A07030E3611FFFED400"
    "0203"
    "0103"
    "0204 120028 0906 0000190900FF 0F02 120000"
    "0204 120008 0906 0000010000FF 0F02 120000"
    "0204 120003 0906 0100010800FF 0F02 120000"
    "090C 07EA0A07030E3611FFFED400"
    "0600003039";

TEST(Notification, ReadsADataNotification) {
    const auto notification = notification_from(hex(push));
    ASSERT_TRUE(notification);
    EXPECT_EQ(notification->kind, Notification::Kind::data);
    EXPECT_EQ(notification->invoke.id(), 1U);
    EXPECT_TRUE(notification->wants_confirmation());
    ASSERT_TRUE(notification->time);
    EXPECT_EQ(iso_text(*notification->time), "2026-10-07T14:54:17+05:00");
}

TEST(Notification, NamesTheValuesByThePushObjectList) {
    const auto notification = notification_from(hex(push));
    ASSERT_TRUE(notification);
    const auto values = pushed_values(*notification);
    ASSERT_EQ(values.size(), 2U);
    EXPECT_EQ(values[0].source->attribute.instance, Obis(0, 0, 1, 0, 0));
    EXPECT_EQ(values[1].source->attribute.instance, Obis(1, 0, 1, 8, 0));
    EXPECT_EQ(values[1].value->integer(), 12345);
}

// A list that leaves itself out names the values behind it.
TEST(Notification, TakesAListThatDoesNotNameItself) {
    const auto notification =
        notification_from(hex("0F 00000001 00 0202 0101 0204 120003 0906 0100010800FF 0F02 120000 0600003039"));
    ASSERT_TRUE(notification);
    EXPECT_FALSE(notification->wants_confirmation());
    EXPECT_FALSE(notification->time);
    const auto values = pushed_values(*notification);
    ASSERT_EQ(values.size(), 1U);
    EXPECT_EQ(values[0].source->attribute.instance, Obis(1, 0, 1, 8, 0));
}

TEST(Notification, LeavesValuesWithoutAListUnnamed) {
    for (const char* body : {"0202 1101 1102", "0202 0100 1102", "0202 0101 1105 1102",
                             // A list for other values than there are.
                             "0203 0101 0204 120003 0906 0100010800FF 0F02 120000 1101 1102"}) {
        const auto notification = notification_from(hex(std::string("0F 00000001 00 ") + body));
        ASSERT_TRUE(notification) << body;
        for (const PushedValue& value : pushed_values(*notification)) EXPECT_FALSE(value.source) << body;
        EXPECT_EQ(pushed_values(*notification).size(), notification->value.items()->size());
    }
    const auto scalar = notification_from(hex("0F 00000001 00 1105"));
    ASSERT_TRUE(scalar);
    ASSERT_EQ(pushed_values(*scalar).size(), 1U);
    EXPECT_EQ(pushed_values(*scalar)[0].value->integer(), 5);
}

TEST(Notification, ReadsAnEventNotification) {
    const auto notification = notification_from(hex("C2 00 0001 0000608000FF 02 1105"));
    ASSERT_TRUE(notification);
    EXPECT_EQ(notification->kind, Notification::Kind::event);
    EXPECT_FALSE(notification->wants_confirmation());
    ASSERT_TRUE(notification->attribute);
    EXPECT_EQ(notification->attribute->instance, Obis(0, 0, 96, 128, 0));
    ASSERT_EQ(pushed_values(*notification).size(), 1U);
    EXPECT_EQ(pushed_values(*notification)[0].source->attribute, *notification->attribute);
}

TEST(Notification, RefusesWhatIsMalformed) {
    for (const char* text : {"0F", "0F0000000100", "C200", "0F0000000100020211", "C401C1001105", ""}) {
        EXPECT_FALSE(notification_from(hex(text))) << text;
    }
    EXPECT_FALSE(notification_from(hex("0F 00000001 00 0102 1101 1102"), {.max_depth = 4, .max_values = 1}));
}

TEST(Notification, IsConfirmedByItsInvokeId) {
    const auto notification = notification_from(hex(push));
    ASSERT_TRUE(notification);
    EXPECT_EQ(hex_text(confirmation_of(*notification)), "104000000100");
}

}  // namespace
}  // namespace blathy::station
