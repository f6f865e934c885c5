// The object list of every model, as data.
#include "meter/cosem/dictionary.hpp"

#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
#include "meter/profile/test_profile.hpp"
#include "meter/push/settings.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;

class Dictionaries : public testing::TestWithParam<const Model*> {
  protected:
    [[nodiscard]] static const Dictionary& dictionary() { return dictionary_of(*GetParam()); }
    // The attribute of an object of this class, if whoever collects data may read it.
    [[nodiscard]] static bool readable(const CaptureObject& column) {
        const auto& [class_id, name, id] = column.attribute;
        const Object* object = dictionary().find(name);
        if (object == nullptr || object->interface_class->id != class_id) return false;
        if (id == 1) return is_listed(*object, Role::data_collection);
        const Attribute* attribute = find_attribute(*object->interface_class, id);
        return attribute != nullptr && (rights_of(*object, *attribute, Role::data_collection).bits & Rights::read) != 0;
    }
};
INSTANTIATE_TEST_SUITE_P(Models, Dictionaries, testing::ValuesIn(all_models().begin(), all_models().end()),
                         [](const auto& of) { return std::string(of.param->name); });

TEST_P(Dictionaries, AreInTheOrderOfTheirNamesAndFindEveryObject) {
    const auto objects = dictionary().objects();
    ASSERT_FALSE(objects.empty());
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (i > 0) {
            ASSERT_LT(objects[i - 1].name, objects[i].name);
        }
        EXPECT_EQ(dictionary().find(objects[i].name), &objects[i]);
    }
    EXPECT_EQ(dictionary().find(Obis(9, 9, 9, 9, 9)), nullptr);
}

TEST_P(Dictionaries, NumberAttributesAndMethodsInOrder) {
    for (const Object& object : dictionary().objects()) {
        const InterfaceClass& of_class = *object.interface_class;
        for (std::size_t i = 0; i < of_class.attributes.size(); ++i) {
            EXPECT_EQ(of_class.attributes[i].id, static_cast<int>(i + 2)) << dlms::ObisText(object.name).view();
        }
        for (std::size_t i = 0; i < of_class.methods.size(); ++i) {
            EXPECT_EQ(of_class.methods[i].id, static_cast<int>(i + 1)) << dlms::ObisText(object.name).view();
        }
    }
}

TEST_P(Dictionaries, LetThePublicClientChangeNothing) {
    for (const Object& object : dictionary().objects()) {
        for (const Attribute& attribute : object.interface_class->attributes) {
            EXPECT_EQ(rights_of(object, attribute, Role::public_client).bits & Rights::write, 0)
                << dlms::ObisText(object.name).view();
        }
        for (const Method& method : object.interface_class->methods) {
            EXPECT_EQ(rights_of(object, method, Role::public_client).bits & Rights::call, 0)
                << dlms::ObisText(object.name).view();
        }
    }
}

TEST_P(Dictionaries, HoldWhatTheTestProfileCaptures) {
    const test::Bench bench(*GetParam());
    CaptureRoom room;
    for (const CaptureObject& column : test_profile.columns(bench.meter, room)) {
        EXPECT_TRUE(readable(column)) << dlms::ObisText(column.attribute.instance).view();
    }
    EXPECT_LE(test_profile.max_row_size, max_profile_row_size);
    EXPECT_LE(test_profile.columns(bench.meter, room).size(), ColumnSet::max_columns);
}

TEST_P(Dictionaries, HoldThePushSetupsAndWhatTheyPush) {
    for (const PushSetup setup : push_setups) {
        if (setup == PushSetup::power_down && !GetParam()->ports.last_gasp) continue;
        const Object* object = dictionary().find(name_of(setup));
        ASSERT_NE(object, nullptr);
        EXPECT_EQ(object->interface_class->id, 40);
        EXPECT_EQ(object->interface_class->version, 2);
        EXPECT_EQ(push_setup_named(name_of(setup)), setup);
        EXPECT_EQ(object->access, AccessKind::parameter);
        const PushSettings settings = factory_push_settings(setup);
        const CaptureObject list{{40, name_of(setup), 2}, 0};
        EXPECT_EQ(settings.objects.view().front(), list) << "it names all that is behind it";
        for (const CaptureObject& pushed : settings.objects.view()) {
            EXPECT_TRUE(readable(pushed)) << dlms::ObisText(pushed.attribute.instance).view();
        }
    }
    EXPECT_FALSE(push_setup_named(Obis(0, 2, 25, 9, 0)));
}

}  // namespace
}  // namespace blathy::meter
