// Every readable attribute of every object of every model, through the client: it can be read, has the type that its
// class gives it, and registers the scaler and unit that their logical names say. And what the DLMS UA's plan asks of
// each object (ATS_COSEM, COSEM_X_Y): that what can be written is, and the clauses of single classes.
#include <gtest/gtest.h>

#include "dlms/names.hpp"
#include "meter/models/models.hpp"
#include "station/notification.hpp"
#include "station/profile.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/metering/data_shape.hpp"
#include "tests/metering/expected_types.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/session_link.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using dlms::DataTag;
using dlms::Obis;

void expect_type(std::uint16_t class_id, const Obis& name, std::int8_t attribute, const station::Value& value) {
    constexpr std::int8_t logical_name = 1;
    constexpr std::uint16_t data = 1;
    if (attribute == logical_name) {
        EXPECT_TRUE(value.logical_name());
        return;
    }
    const auto shape = class_id == data ? test::expected_data_shape(name) : test::expected_shape(class_id, attribute);
    ASSERT_TRUE(shape) << "class " << class_id << ": what is to be expected of it?";
    EXPECT_TRUE(test::DataShape::matches(value, *shape))
        << "class " << class_id << ": " << *shape << ", but it is " << test::hex(station::encode(value));
}

station::ScalerUnit of(int scaler, dlms::Unit unit) {
    return {static_cast<std::int8_t>(scaler), static_cast<std::uint8_t>(unit)};
}

// Of an electrical quantity, by C and D alone (IEC 62056-6-1, Tables 13 and 14). None: this test knows nothing of it.
std::optional<station::ScalerUnit> scaler_unit_by_quantity(const Obis& name) {
    // Of limits (Table 14): counters, durations and the times that thresholds must be passed for.
    const auto is_one_of = [&](std::initializer_list<int> codes) {
        return std::ranges::find(codes, name.d()) != codes.end();
    };
    if (is_one_of({32, 36, 40})) return of(0, dlms::Unit::none);
    if (is_one_of({33, 37, 41})) return of(-2, dlms::Unit::second);
    if (is_one_of({43, 44, 45})) return of(0, dlms::Unit::second);
    const bool is_energy = name.d() == 8 || name.d() == 9 || name.d() == 29 || name.d() == 30;
    const int quantity = name.c() > 80 ? name.c() : (name.c() - 1) % 20 + 1;
    if (quantity <= 2 || (quantity >= 15 && quantity <= 20)) {
        return is_energy ? of(0, dlms::Unit::watt_hour) : of(-1, dlms::Unit::watt);
    }
    if (quantity <= 8) return is_energy ? of(0, dlms::Unit::var_hour) : of(-1, dlms::Unit::var);
    if (quantity <= 10) return is_energy ? of(0, dlms::Unit::volt_ampere_hour) : of(-1, dlms::Unit::volt_ampere);
    const bool has_harmonics = name.d() == 7 && name.e() != 0 && (quantity == 11 || quantity == 12);
    if (has_harmonics && name.e() == 124) return of(-2, dlms::Unit::percent);
    if (has_harmonics) return quantity == 12 ? of(-3, dlms::Unit::volt) : of(-4, dlms::Unit::ampere);
    switch (quantity) {
        case 11:
        case 90:
        case 91:
            return of(-3, dlms::Unit::ampere);
        case 12:
            return of(-1, dlms::Unit::volt);
        case 13:
            return of(-3, dlms::Unit::none);
        case 14:
            return of(-3, dlms::Unit::hertz);
        case 81:
            return of(-1, dlms::Unit::degree);
        default:
            return std::nullopt;
    }
}

// Of what is no electrical quantity, object by object (A = 0, and C = 0 of electricity). None: as above.
std::optional<station::ScalerUnit> scaler_unit_by_name(const Obis& name) {
    using dlms::Unit;
    if (name.a() == 1 && name.c() != 0) return scaler_unit_by_quantity(name);
    constexpr int any = -1;
    struct Object {
        int a, c, d, e;  // any: whatever
        int scaler;
        Unit unit;
    };
    static constexpr Object objects[] = {
        {0, 19, 128, any, -2, Unit::currency},    // the account
        {0, 96, 6, 0, 0, Unit::hour},             // battery: use time
        {0, 96, 6, 6, 0, Unit::hour},             // and what remains
        {0, 96, 6, any, -3, Unit::volt},          // voltages of battery and supercapacitor
        {0, 96, 7, any, 0, Unit::second},         // power failures
        {0, 96, 9, 0, -1, Unit::degree_celsius},  // temperature
        {0, 96, 20, any, 0, Unit::second},        // tampers
        {0, 96, 50, 0, -1, Unit::none},           // magnitude of the last event
        {0, 96, 50, 1, -2, Unit::second},         // its duration
        {0, 96, 50, 2, -1, Unit::percent},        // voltage unbalance
        {0, 96, 50, 3, -2, Unit::currency},       // amount of the last recharge
        {0, 96, 51, 2, -3, Unit::second},         // a cover must stay
        {0, 96, 51, 3, -1, Unit::percent},        // bypass
        {0, 96, 51, 5, -1, Unit::volt},           // ends of under- and overvoltage
        {0, 96, 51, 6, -1, Unit::volt},
        {0, 96, 51, 7, -1, Unit::percent},  // unbalance
        {0, 96, 51, 9, -1, Unit::percent},  // displacement of the star point
        {0, 96, 51, 13, -3, Unit::volt},    // battery low
        {0, 96, 51, any, 0, Unit::second},  // times of conditions
        {0, 96, 52, any, 0, Unit::second},  // durations of conditions
        {0, 96, 53, any, 0, Unit::second},  // times of the display
        {0, 96, 55, 0, -9, Unit::none},     // deviation of the crystal
        {0, 96, 60, 3, 0, Unit::none},      // operations of the relay
        {0, 96, 60, 4, 0, Unit::none},
        {0, 96, 60, 5, 0, Unit::percent},       // its wear
        {0, 96, 60, any, 0, Unit::second},      // its times
        {1, 0, 3, 0, -3, Unit::per_watt_hour},  // pulse constants
        {1, 0, 3, 1, -3, Unit::per_var_hour},
        {1, 0, 3, 3, -3, Unit::per_watt_hour},
        {1, 0, 3, 4, -3, Unit::per_var_hour},
        {1, 0, 6, 0, -3, Unit::volt},  // nominal values
        {1, 0, 6, 1, -3, Unit::ampere},
        {1, 0, 6, 2, -3, Unit::hertz},
        {1, 0, 6, 3, -3, Unit::ampere},
        {1, 0, 8, any, 0, Unit::second},  // periods
        {1, 0, 9, 11, 0, Unit::second},   // time shift limit
    };
    const auto is = [](int pattern, int value) { return pattern == any || pattern == value; };
    for (const Object& object : objects) {
        if (is(object.a, name.a()) && is(object.c, name.c()) && is(object.d, name.d()) && is(object.e, name.e()))
            return of(object.scaler, object.unit);
    }
    return std::nullopt;
}

TEST(WholeDictionary, EveryReadableAttributeHasItsTypeUnitAndScaler) {
    for (const Model* model : all_models()) {
        world::LivedMeter lived(*model, sys_days{year{2026} / 3 / 1});
        world::Life life(*model, sys_days{year{2026} / 3 / 1}, sys_days{year{2026} / 3 / 3}, 1, {});
        while (!life.over()) lived.live(life.next());
        ASSERT_TRUE(lived.meter().press_reset_button());
        auto client = test::manage(lived.meter());
        ASSERT_TRUE(client) << client.error().text;
        const auto objects = client->object_list();
        ASSERT_TRUE(objects) << objects.error().text;
        EXPECT_EQ((*objects)->size(), lived.meter().dictionary().objects().size());
        std::size_t read = 0;
        std::size_t units = 0;
        for (const station::ObjectEntry& object : **objects) {
            for (const station::AttributeAccess& access : object.attributes) {
                if (!access.rights.may_read()) continue;
                SCOPED_TRACE(std::string(model->name) + ' ' + station::obis_text(object.instance) + ' ' +
                             std::to_string(access.attribute));
                const dlms::AttributeDescriptor attribute{object.class_id, object.instance, access.attribute};
                const auto value = client->get(attribute);
                ASSERT_TRUE(value) << value.error().text;
                expect_type(object.class_id, object.instance, access.attribute, *value);
                ++read;
                const auto of_scaler =
                    station::Client::scaler_unit_of({object.class_id, object.instance, std::int8_t{2}});
                if (!of_scaler || of_scaler->attribute != access.attribute) continue;
                const auto given = station::scaler_unit_from(*value);
                ASSERT_TRUE(given);
                const auto expected = scaler_unit_by_name(object.instance);
                ASSERT_TRUE(expected) << "which unit is to be expected of it?";
                EXPECT_EQ(given->scaler, expected->scaler);
                EXPECT_EQ(given->unit, expected->unit);
                ++units;
            }
        }
        EXPECT_GT(read, 1000U);
        EXPECT_GT(units, 200U);
    }
}

TEST(WholeDictionary, AShapeIsWhatItSaysAndNothingElse) {
    using station::structure_value;
    using test::DataShape;
    const auto number = station::unsigned_value(DataTag::long_unsigned, 5);
    const auto choice = station::unsigned_value(DataTag::enumerated, 1);
    const auto pair = structure_value({number, choice});
    EXPECT_TRUE(DataShape::matches(number, "L"));
    EXPECT_TRUE(DataShape::matches(number, "n"));
    EXPECT_FALSE(DataShape::matches(number, "D"));
    EXPECT_FALSE(DataShape::matches(number, "Le"));
    EXPECT_FALSE(DataShape::matches(number, "x"));
    EXPECT_FALSE(DataShape::matches(number, ""));
    EXPECT_TRUE(DataShape::matches(pair, "(Le)"));
    EXPECT_TRUE(DataShape::matches(pair, "(.e)"));
    EXPECT_FALSE(DataShape::matches(pair, "(L)"));
    EXPECT_FALSE(DataShape::matches(pair, "(Lee)"));
    EXPECT_FALSE(DataShape::matches(pair, "(Le"));
    EXPECT_TRUE(DataShape::matches(station::array_value({}), "[(Le)]"));
    EXPECT_FALSE(DataShape::matches(station::array_value({}), "[(Le)"));
    EXPECT_FALSE(DataShape::matches(station::array_value({}), "(Le)"));
    EXPECT_TRUE(DataShape::matches(station::array_value({pair, pair}), "[(Le)]"));
    EXPECT_FALSE(DataShape::matches(station::array_value({pair, number}), "[(Le)]"));
    EXPECT_TRUE(DataShape::matches(station::null_value(), "?(Le)"));
    EXPECT_TRUE(DataShape::matches(pair, "?(Le)"));
    EXPECT_FALSE(DataShape::matches(station::null_value(), "(Le)"));
    EXPECT_FALSE(DataShape::matches(station::null_value(), "n"));
}

class ObjectsOfModel : public ::testing::TestWithParam<const Model*> {
  protected:
    void SetUp() override {
        world::Life life(*GetParam(), begin, begin + days{2}, 1, {.interval = 900s});
        while (!life.over()) lived.live(life.next());
        auto managing = test::manage(lived.meter());
        ASSERT_TRUE(managing) << managing.error().text;
        client.emplace(std::move(*managing));
        const auto listed = client->object_list();
        ASSERT_TRUE(listed) << listed.error().text;
        objects = *listed;
    }
    [[nodiscard]] static std::string place(const station::ObjectEntry& object, std::int8_t attribute) {
        return station::obis_text(object.instance) + " attribute " + std::to_string(attribute);
    }
    station::Value get(const station::ObjectEntry& object, std::int8_t attribute,
                       std::optional<station::Selection> selection = {}) {
        auto value = client->get({object.class_id, object.instance, attribute}, std::move(selection));
        EXPECT_TRUE(value) << place(object, attribute) << ": " << value.error().text;
        return value ? std::move(*value) : station::Value{};
    }
    std::vector<station::ObjectEntry> of_class(std::uint16_t class_id) const {
        std::vector<station::ObjectEntry> found;
        std::ranges::copy_if(*objects, std::back_inserter(found),
                             [&](const auto& object) { return object.class_id == class_id; });
        return found;
    }
    // The calibration and its seal: a meter that has left the factory takes neither.
    static bool is_sealed(const station::ObjectEntry& object) {
        return object.instance.c() == 96 && object.instance.d() == 54;
    }
    static std::size_t count_of(const station::Value& value) { return value.items() ? value.items()->size() : 0; }

    static constexpr UtcTime begin = sys_days{2026y / 3 / 1};
    world::LivedMeter lived{*GetParam(), begin};
    std::optional<station::Client> client;
    const station::ObjectList* objects = nullptr;
};
INSTANTIATE_TEST_SUITE_P(Models, ObjectsOfModel, ::testing::ValuesIn(all_models().begin(), all_models().end()),
                         [](const auto& of) { return std::string(of.param->name); });

// A type that no attribute has.
const station::Value of_no_attribute{DataTag::float64, 1.5};

TEST_P(ObjectsOfModel, COSEM_X_Y_WhatCanBeWrittenTakesItsOwnValueAndNoOtherType) {
    std::size_t written = 0;
    for (const station::ObjectEntry& object : *objects) {
        for (const station::AttributeAccess& access : object.attributes) {
            if (!access.rights.may_write()) continue;
            const dlms::AttributeDescriptor attribute{object.class_id, object.instance, access.attribute};
            const auto refused = client->set(attribute, of_no_attribute);
            ASSERT_FALSE(refused) << place(object, access.attribute);
            EXPECT_EQ(refused.error().code, static_cast<std::uint32_t>(dlms::DataAccessResult::type_unmatched))
                << place(object, access.attribute);
            if (!access.rights.may_read()) continue;
            const station::Value before = get(object, access.attribute);
            const auto set = client->set(attribute, before);
            if (is_sealed(object)) {
                EXPECT_FALSE(set) << place(object, access.attribute);
                continue;
            }
            EXPECT_TRUE(set) << place(object, access.attribute) << ": " << set.error().text;
            EXPECT_EQ(get(object, access.attribute), before) << place(object, access.attribute);
            ++written;
        }
    }
    EXPECT_GT(written, 50U);
}

TEST_P(ObjectsOfModel, COSEM_7_SelectionsOfABufferAreWithinIt) {
    constexpr std::size_t largest_tested = 1000;  // as the plan has it
    for (const station::ObjectEntry& object : of_class(7)) {
        // A display list is one row, and selects nothing.
        const bool is_display_list = object.instance.c() == 21;
        if (!object.may_read(2) || is_display_list) continue;
        SCOPED_TRACE(station::obis_text(object.instance));
        const auto columns = station::capture_objects_from(get(object, 3));
        ASSERT_TRUE(columns);
        const auto in_use = get(object, 7).integer();
        const auto entries = get(object, 8).integer();
        ASSERT_TRUE(in_use && entries);
        EXPECT_LE(*in_use, *entries);
        const auto sorted_by = get(object, 6);
        ASSERT_EQ(count_of(sorted_by), 4U);
        const auto as_column = station::capture_objects_from(station::array_value({sorted_by}));
        ASSERT_TRUE(as_column);
        const station::CaptureObject& sort_object = as_column->front();
        if (sort_object.attribute.class_id != 0) {
            EXPECT_NE(std::ranges::count(*columns, sort_object), 0) << "it is sorted by one of its columns";
        }
        if (static_cast<std::size_t>(*in_use) > largest_tested) continue;
        const auto rows = static_cast<std::size_t>(*in_use);
        EXPECT_EQ(count_of(get(object, 2)), rows);
        EXPECT_EQ(count_of(get(object, 2, station::entry_selection(1, 0))), rows) << "to the last one";
        EXPECT_EQ(count_of(get(object, 2, station::entry_selection(1, 1))), std::min<std::size_t>(rows, 1));
        if (rows > 2) {
            EXPECT_EQ(count_of(get(object, 2, station::entry_selection(2, 3))), 2U);
        }
        const station::CaptureObject clock{{8, Obis(0, 0, 1, 0, 0), 2}, 0};
        if (std::ranges::count(*columns, clock) == 0) continue;
        const auto range = [&](UtcTime from, UtcTime to) {
            const auto at = [](UtcTime time) { return dlms::local_date_time(floor<milliseconds>(time), 0, 0); };
            return count_of(get(object, 2, station::range_selection(clock, at(from), at(to), {})));
        };
        EXPECT_EQ(range(begin - days{1000}, begin + days{1000}), rows);
        EXPECT_EQ(range(begin + days{1000}, begin + days{1001}), 0U);
        EXPECT_EQ(range(begin - days{1001}, begin - days{1000}), 0U);
        EXPECT_LE(range(begin + hours{12}, begin + hours{24}), rows);
    }
}

TEST_P(ObjectsOfModel, COSEM_9_ScriptsWriteOrCall) {
    for (const station::ObjectEntry& object : of_class(9)) {
        const station::Value scripts = get(object, 2);
        for (const station::Value& script : *scripts.items()) {
            ASSERT_EQ(count_of(script), 2U) << station::obis_text(object.instance);
            for (const station::Value& action : *(*script.items())[1].items()) {
                ASSERT_EQ(count_of(action), 5U) << station::obis_text(object.instance);
                const auto service = (*action.items())[0].integer();
                EXPECT_TRUE(service == 1 || service == 2) << station::obis_text(object.instance);
            }
        }
    }
}

TEST_P(ObjectsOfModel, COSEM_15_AssociationsAreOfAVersionTheClientKnows) {
    constexpr std::uint8_t newest = 3;
    for (const station::ObjectEntry& object : of_class(15)) {
        EXPECT_LE(object.version, newest) << station::obis_text(object.instance);
        EXPECT_NE(
            std::ranges::count_if(object.methods,
                                  [](const auto& method) { return method.method == 1 && method.rights.may_invoke(); }),
            0)
            << station::obis_text(object.instance) << ": reply_to_HLS_authentication";
    }
}

TEST_P(ObjectsOfModel, COSEM_21_ThresholdsAreOfTheTypeOfWhatIsMonitored) {
    for (const station::ObjectEntry& object : of_class(21)) {
        SCOPED_TRACE(station::obis_text(object.instance));
        const station::Value thresholds = get(object, 2);
        const station::Value monitored = get(object, 3);
        ASSERT_EQ(count_of(monitored), 3U);
        const auto class_id = (*monitored.items())[0].integer();
        const auto name = (*monitored.items())[1].logical_name();
        const auto attribute = (*monitored.items())[2].integer();
        ASSERT_TRUE(class_id && name && attribute);
        if (*class_id == 0) continue;  // nothing is monitored
        const auto value =
            client->get({static_cast<std::uint16_t>(*class_id), *name, static_cast<std::int8_t>(*attribute)});
        ASSERT_TRUE(value) << value.error().text;
        for (const station::Value& threshold : *thresholds.items()) EXPECT_EQ(threshold.type, value->type);
    }
}

TEST_P(ObjectsOfModel, COSEM_40_WhatIsPushedIsThePushObjectList) {
    for (const station::ObjectEntry& object : of_class(40)) {
        SCOPED_TRACE(station::obis_text(object.instance));
        const auto destination =
            station::structure_value({station::unsigned_value(DataTag::enumerated, 0),
                                      station::octet_string_value(station::to_octets(as_bytes("192.0.2.7:4059"))),
                                      station::unsigned_value(DataTag::enumerated, 0)});
        ASSERT_TRUE(client->set({object.class_id, object.instance, 3}, destination));
        const auto called =
            client->call({object.class_id, object.instance, 1}, station::integer_value(DataTag::integer, 0));
        ASSERT_TRUE(called) << called.error().text;
        station::Octets room(4096);
        const auto delivery = lived.meter().outbox().next(lived.meter(), room);
        ASSERT_TRUE(delivery);
        EXPECT_EQ(delivery->destination_text(), "192.0.2.7:4059");
        const auto notification = station::notification_from(delivery->apdu);
        ASSERT_TRUE(notification) << notification.error().text;
        const auto values = station::pushed_values(*notification);
        EXPECT_EQ(values.size() + 1, count_of(get(object, 2))) << "the list is the first of its elements";
        for (const auto& [source, value] : values) {
            ASSERT_TRUE(source);
            EXPECT_FALSE(value->is_null()) << station::obis_text(source->attribute.instance);
        }
        lived.meter().outbox().report(lived.meter(), delivery->entry, true);
    }
}

TEST_P(ObjectsOfModel, COSEM_64_SecuritySetupsStateSuiteAndPolicy) {
    for (const station::ObjectEntry& object : of_class(64)) {
        SCOPED_TRACE(station::obis_text(object.instance));
        const auto policy = get(object, 2).integer();
        const auto suite = get(object, 3).integer();
        ASSERT_TRUE(policy && suite);
        EXPECT_EQ(*policy & 0x03, 0) << "the first two bits are reserved";
        EXPECT_LE(*suite, 2);
    }
}

}  // namespace
}  // namespace blathy::meter
