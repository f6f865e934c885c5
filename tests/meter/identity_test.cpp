#include "meter/identity.hpp"

#include <set>

#include <gtest/gtest.h>

#include "meter/configuration.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/models/sm306.hpp"

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

TEST(Password, MatchesItselfOnly) {
    const Password password("secret");
    EXPECT_TRUE(password.matches(as_bytes("secret")));
    for (const char* other :
         {"", "s", "secre", "secret1", "Secret", "secrets that go on and on, beyond all room there is"}) {
        EXPECT_FALSE(password.matches(as_bytes(other))) << other;
    }
    EXPECT_FALSE(password.matches(as_bytes(std::string_view("secret\0", 7))));
}

TEST(Password, AnEmptyOneMatchesNothing) {
    EXPECT_FALSE(Password().matches({}));
    EXPECT_FALSE(Password(Bytes{}).matches(as_bytes("\0")));
}

TEST(Password, AFullOneIsNotMatchedByItsRepetition) {
    const std::string full(Password::max_size, 'x');
    EXPECT_TRUE(Password(full).matches(as_bytes(full)));
    EXPECT_FALSE(Password(full).matches(as_bytes(full + full)));
    EXPECT_TRUE(Password(full + "more").matches(as_bytes(full)));
}

}  // namespace
}  // namespace blathy::meter
