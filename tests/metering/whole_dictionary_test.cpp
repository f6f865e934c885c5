// Every readable attribute of every object of every model, through the client: it can be read, has the type that its
// class gives it, and registers the scaler and unit that their logical names say.
#include <gtest/gtest.h>

#include "dlms/names.hpp"
#include "meter/models/models.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/support/session_link.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::DataTag;
using dlms::Obis;

bool is_number(DataTag type) {
    switch (type) {
        case DataTag::integer:
        case DataTag::unsigned_:
        case DataTag::long_:
        case DataTag::long_unsigned:
        case DataTag::double_long:
        case DataTag::double_long_unsigned:
        case DataTag::long64:
        case DataTag::long64_unsigned:
            return true;
        default:
            return false;
    }
}

// IEC 62056-6-2, clause 5; attributes whose type is free are not listed. `number` stands for any integer.
struct AttributeType {
    std::uint16_t class_id;
    std::int8_t attribute;
    DataTag type;
};
constexpr auto number = DataTag::double_long;
constexpr AttributeType types[] = {
    {3, 2, number},
    {3, 3, DataTag::structure},
    {4, 2, number},
    {4, 3, DataTag::structure},
    {4, 4, DataTag::unsigned_},
    {4, 5, DataTag::octet_string},
    {5, 2, number},
    {5, 3, number},
    {5, 4, DataTag::structure},
    {5, 5, DataTag::unsigned_},
    {5, 6, DataTag::octet_string},
    {5, 7, DataTag::octet_string},
    {5, 8, DataTag::double_long_unsigned},
    {5, 9, DataTag::long_unsigned},
    {6, 2, DataTag::array},
    {6, 3, DataTag::array},
    {6, 4, DataTag::octet_string},
    {7, 2, DataTag::array},
    {7, 3, DataTag::array},
    {7, 4, DataTag::double_long_unsigned},
    {7, 5, DataTag::enumerated},
    {7, 6, DataTag::structure},
    {7, 7, DataTag::double_long_unsigned},
    {7, 8, DataTag::double_long_unsigned},
    {8, 2, DataTag::octet_string},
    {8, 3, DataTag::long_},
    {8, 4, DataTag::unsigned_},
    {8, 5, DataTag::octet_string},
    {8, 6, DataTag::octet_string},
    {8, 7, DataTag::integer},
    {8, 8, DataTag::boolean},
    {8, 9, DataTag::enumerated},
    {9, 2, DataTag::array},
    {11, 2, DataTag::array},
    {15, 2, DataTag::array},
    {15, 3, DataTag::structure},
    {15, 5, DataTag::structure},
    {15, 8, DataTag::enumerated},
    {15, 9, DataTag::octet_string},
    {15, 10, DataTag::array},
    {15, 11, DataTag::structure},
    {17, 2, DataTag::array},
    {20, 2, DataTag::octet_string},
    {20, 3, DataTag::array},
    {20, 4, DataTag::array},
    {20, 5, DataTag::array},
    {20, 6, DataTag::octet_string},
    {20, 7, DataTag::array},
    {20, 8, DataTag::array},
    {20, 9, DataTag::array},
    {20, 10, DataTag::octet_string},
    {22, 2, DataTag::structure},
    {22, 3, DataTag::enumerated},
    {22, 4, DataTag::array},
    {40, 2, DataTag::array},
    {40, 3, DataTag::structure},
    {40, 4, DataTag::array},
    {40, 5, DataTag::long_unsigned},
    {40, 6, DataTag::unsigned_},
    {40, 7, DataTag::structure},
    {64, 2, DataTag::enumerated},
    {64, 3, DataTag::enumerated},
    {64, 4, DataTag::octet_string},
    {64, 5, DataTag::octet_string},
    {64, 6, DataTag::array},
};

void expect_type(std::uint16_t class_id, std::int8_t attribute, const station::Value& value) {
    constexpr std::int8_t logical_name = 1;
    if (attribute == logical_name) {
        EXPECT_TRUE(value.logical_name());
        return;
    }
    // PPP without authentication has none to tell of.
    constexpr std::uint16_t ppp_setup = 44;
    constexpr std::int8_t ppp_authentication = 5;
    if (class_id == ppp_setup && attribute == ppp_authentication) return;
    EXPECT_FALSE(value.is_null());
    for (const AttributeType& known : types) {
        if (known.class_id != class_id || known.attribute != attribute) continue;
        if (known.type == number) {
            EXPECT_TRUE(is_number(value.type));
        } else {
            EXPECT_EQ(value.type, known.type);
        }
    }
}

// Of an electrical quantity, by C and D alone (IEC 62056-6-1, Tables 13 and 14). None: this test knows nothing of it.
std::optional<station::ScalerUnit> scaler_unit_by_name(const Obis& name) {
    if (name.a() != 1 || name.c() == 0) return std::nullopt;
    const auto of = [](int scaler, dlms::Unit unit) {
        return station::ScalerUnit{static_cast<std::int8_t>(scaler), static_cast<std::uint8_t>(unit)};
    };
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
                expect_type(object.class_id, access.attribute, *value);
                ++read;
                const auto of_scaler =
                    station::Client::scaler_unit_of({object.class_id, object.instance, std::int8_t{2}});
                if (!of_scaler || of_scaler->attribute != access.attribute) continue;
                const auto given = station::scaler_unit_from(*value);
                ASSERT_TRUE(given);
                if (const auto expected = scaler_unit_by_name(object.instance)) {
                    EXPECT_EQ(given->scaler, expected->scaler);
                    EXPECT_EQ(given->unit, expected->unit);
                    ++units;
                }
            }
        }
        EXPECT_GT(read, 1000U);
        EXPECT_GT(units, 200U);
    }
}

}  // namespace
}  // namespace blathy::meter
