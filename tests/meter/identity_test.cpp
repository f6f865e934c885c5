#include "meter/identity.hpp"

#include <set>

#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/models/sm306.hpp"

#include "tests/support/hex.hpp"

namespace blathy::meter {
namespace {

TEST(Identity, NamesMakerTypeAndSerialNumber) {
    EXPECT_EQ(Identity(sed102, 12345).logical_device_name(), "BLTED10200012345");
    EXPECT_EQ(Identity(sm306, 0).logical_device_name(), "BLTSM30600000000");
    EXPECT_EQ(Identity(sm120b2, max_serial_number).logical_device_name(), "BLT120B299999999");
    EXPECT_EQ(Identity(sm306, 7).serial_number(), "00000007");
}

TEST(Identity, KeepsTheLastEightDigits) {
    EXPECT_EQ(Identity(sm306, 4'294'967'295).serial_number(), "94967295");
}

TEST(Identity, IsUniqueOverTheFamily) {
    std::set<std::string> names;
    for (const Model* model : all_models()) names.emplace(Identity(*model, 1).logical_device_name());
    EXPECT_EQ(names.size(), all_models().size());
}

TEST(Identity, ShortModelNamesAreFilledUp) {
    Model model = sm306;
    model.name = "X1";
    EXPECT_EQ(Identity(model, 1).logical_device_name(), "BLTX100000000001");
}

TEST(Models, AreFoundByTheirNamesInAnyLetterCase) {
    for (const Model* model : all_models()) EXPECT_EQ(find_model(model->name), model);
    EXPECT_EQ(find_model("sm120b2"), &sm120b2);
    EXPECT_EQ(find_model("SM120B"), nullptr);
    EXPECT_EQ(find_model(""), nullptr);
}

TEST(Identity, TheSystemTitleIsManufacturerTypeAndSerialNumber) {
    EXPECT_EQ(test::hex(Identity(sed302, 12345).system_title()), "424C543000003039");
    EXPECT_EQ(test::hex(Identity(sed302, max_serial_number).system_title()), "424C543005F5E0FF");
    EXPECT_EQ(Identity(sed302, max_serial_number + 6).system_title(), Identity(sed302, 5).system_title());
    std::set<std::uint8_t> types;
    for (const Model* model : all_models()) types.insert(Identity(*model, 1).system_title()[3]);
    EXPECT_EQ(types.size(), all_models().size());
}

}  // namespace
}  // namespace blathy::meter
