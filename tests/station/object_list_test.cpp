#include "station/object_list.hpp"

#include <gmock/gmock.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::Obis;
using test::hex;
using test::value_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// {class, version, name, {attributes, methods}}
Result<ObjectList, Error> list_of(const std::string& entries) {
    return object_list_from(value_of(entries));
}

const std::string clock_entry =
    "0204 120008 1100 0906 0000010000FF 0202"
    "0102 0203 0F01 1601 00 0203 0F02 1603 00"
    "0101 0202 0F06 1601";
const std::string profile_entry =
    "0204 120007 1101 0906 0100630100FF 0202"
    "0102 0203 0F02 1604 0102 0F01 0F02 0203 0F03 1600 00"
    "0101 0202 0F01 1602";
const std::string association_v3 = "0204 12000F 1103 0906 0000280000FF 0202 0101 0203 0F02 1625 00 0100";

TEST(ObjectList, ReadsTheEnumerationsOfEarlyVersions) {
    const auto objects = list_of("0102" + clock_entry + profile_entry);
    ASSERT_TRUE(objects);
    const ObjectEntry& clock = (*objects)[0];
    EXPECT_EQ(clock.class_id, 8);
    EXPECT_EQ(clock.instance, Obis(0, 0, 1, 0, 0));
    EXPECT_TRUE(clock.may_read(1));
    EXPECT_FALSE(clock.may_write(1));
    EXPECT_TRUE(clock.may_write(2));
    EXPECT_FALSE(clock.may_read(3));
    EXPECT_EQ(clock.attributes[1].rights.text(), "rw");
    EXPECT_EQ(clock.methods[0].rights.method_text(), "x");
    const ObjectEntry& profile = (*objects)[1];
    EXPECT_EQ(profile.attributes[0].rights.bits, AccessRights::read | AccessRights::authenticated_request);
    EXPECT_EQ(profile.attributes[0].rights.text(), "r!");
    EXPECT_THAT(profile.attributes[0].selectors, ElementsAre(1, 2));
    EXPECT_EQ(profile.attributes[1].rights.text(), "-");
    EXPECT_EQ(profile.methods[0].rights.method_text(), "x!");
}

TEST(ObjectList, ReadsTheBitsOfVersion3) {
    const auto objects = list_of("0102" + association_v3 + profile_entry);
    ASSERT_TRUE(objects);
    EXPECT_EQ((*objects)[0].attributes[0].rights.bits,
              AccessRights::read | AccessRights::authenticated_request | AccessRights::authenticated_response);
    EXPECT_EQ((*objects)[1].attributes[0].rights.bits, 4);
    EXPECT_FALSE((*objects)[1].may_read(2)) << "4 is a bit now, and read is another one";
}

TEST(ObjectList, ReadsTheBooleanOfVersion0Methods) {
    const auto objects =
        list_of("0101 0204 120003 1100 0906 0100010800FF 0202 0100 0102 0202 0F01 0301 0202 0F02 0300");
    ASSERT_TRUE(objects);
    EXPECT_TRUE((*objects)[0].methods[0].rights.may_invoke());
    EXPECT_FALSE((*objects)[0].methods[1].rights.may_invoke());
}

TEST(ObjectList, GivesNoRightsWhereTheyCannotBeRead) {
    for (const char* rights : {"00", "0200", "0202 00 00", "0202 0101 00 0101 00", "0202 0101 0203 00 00 00 0100",
                               "0202 0101 0203 12FFFF 1601 00 0100", "0202 0101 0203 0F02 1607 00 0100"}) {
        const auto objects = list_of(std::string("0101 0204 120003 1100 0906 0100010800FF") + rights);
        ASSERT_TRUE(objects) << rights;
        EXPECT_FALSE((*objects)[0].may_read(2)) << rights;
    }
}

TEST(ObjectList, RefusesWhatIsNoObjectList) {
    for (const char* text :
         {"00", "0203 120003 1100 00", "0101 00", "0101 0203 120003 1100 0906 0100010800FF",
          "0101 0204 0902AABB 1100 0906 0100010800FF 00", "0101 0204 120003 1100 0905 0100010800 00",
          "0101 0204 120003 12FFFF 0906 0100010800FF 00", "0101 0204 0FFF 1100 0906 0100010800FF 00"}) {
        EXPECT_FALSE(list_of(text)) << text;
    }
}

TEST(ObjectList, FindsByName) {
    const auto objects = list_of("0102" + clock_entry + profile_entry);
    EXPECT_EQ(find_object(*objects, Obis(1, 0, 99, 1, 0)), &(*objects)[1]);
    EXPECT_EQ(find_object(*objects, Obis(1, 0, 99, 2, 0)), nullptr);
}

TEST(ObjectList, MayBeEmpty) {
    EXPECT_THAT(*list_of("0100"), IsEmpty());
}

}  // namespace
}  // namespace blathy::station
