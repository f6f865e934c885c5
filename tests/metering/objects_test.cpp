// Tariffs, demands, bills and profiles as a client sees them.
#include <map>

#include <gtest/gtest.h>

#include "dlms/apdu/action.hpp"
#include "dlms/apdu/set.hpp"
#include "meter/cosem/classes/classes.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sm120b2.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;
using test::Bench;
using test::hex;
using test::Manager;
using test::Octets;

Interval quarter_of_an_hour() {
    Interval interval;
    interval.duration_us = 900'000'000;
    interval.phase[0].active_energy_mj = 3'600'000'000;  // 4 kW, 1 kWh
    return interval;
}

Octets written(auto&& request) {
    Octets room(2048);
    ByteWriter out(room);
    write(out, request);
    return {out.written().begin(), out.written().end()};
}

std::string set(Manager& manager, std::uint16_t class_id, const Obis& name, std::int8_t attribute,
                std::string_view value) {
    const Octets data = hex(value);
    return hex(manager.send(written(dlms::SetRequestNormal{{}, {{class_id, name, attribute}, {}}, data})));
}

std::string act(Manager& manager, std::uint16_t class_id, const Obis& name, std::int8_t method,
                std::string_view parameters) {
    const Octets data = hex(parameters);
    return hex(manager.send(written(dlms::ActionRequestNormal{{}, {{class_id, name, method}, data}})));
}

constexpr std::string_view set_success = "C501C100";
constexpr std::string_view action_success = "C701C10000";

TEST(Objects, EveryModelShowsWhatItBillsAndEveryValueCanBeRead) {
    for (const Model* model : all_models()) {
        Bench bench(*model);
        bench.meter.advance(quarter_of_an_hour());
        Manager manager(bench);
        std::size_t read = 0;
        for (const Object& object : bench.meter.dictionary().objects()) {
            for (const Attribute& attribute : object.interface_class->attributes) {
                if (attribute.read == nullptr || object.interface_class->id == 7 || object.interface_class->id == 15 ||
                    object.interface_class->id == 6) {
                    continue;
                }
                const std::string value = manager.value(object.interface_class->id, object.name, attribute.id);
                EXPECT_EQ(value.find("error 11"), std::string::npos)
                    << model->name << ' ' << dlms::ObisText(object.name).view() << ' ' << int{attribute.id};
                ++read;
            }
        }
        EXPECT_GT(read, 300U);
        const bool extended = model->functions.extended_profiles;
        EXPECT_EQ(bench.meter.dictionary().find(Obis(1, 0, 99, 133, 0)) != nullptr, extended);
    }
}

TEST(Objects, EnergyDemandAndTheirTariffs) {
    Bench bench;
    for (int i = 0; i < 3; ++i) bench.meter.advance(quarter_of_an_hour());
    Manager manager(bench);
    EXPECT_EQ(manager.value(3, Obis(1, 0, 1, 8, 0), 2), "0600000BB8");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 1, 8, 1), 2), "0600000BB8");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 1, 8, 2), 2), "0600000000");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 1, 9, 0), 2), "0600000BB8");
    EXPECT_EQ(manager.value(5, Obis(1, 0, 1, 4, 0), 3), "0600009C40");  // 4000.0 W
    EXPECT_EQ(manager.value(5, Obis(1, 0, 1, 4, 0), 8), "0600000384");
    EXPECT_EQ(manager.value(5, Obis(1, 0, 1, 4, 0), 9), "120003");
    EXPECT_EQ(manager.value(4, Obis(1, 0, 1, 6, 0), 2), "0600009C40");
    EXPECT_EQ(manager.value(4, Obis(1, 0, 1, 6, 0), 3), "02020FFF161B");
    // 15 June 2026, 14:45 local daylight time.
    EXPECT_EQ(manager.value(4, Obis(1, 0, 1, 6, 1), 5), "090C07EA060F010E2D0000FF8880");
}

TEST(Objects, AScriptOfTheCentralSystemEndsTheBillingPeriod) {
    Bench bench;
    for (int i = 0; i < 3; ++i) bench.meter.advance(quarter_of_an_hour());
    Manager manager(bench);
    EXPECT_EQ(act(manager, 9, Obis(0, 0, 10, 0, 1), 1, "120001"), action_success);
    EXPECT_EQ(manager.value(1, Obis(1, 0, 0, 1, 0), 2), "0600000001");
    EXPECT_EQ(manager.value(1, Obis(1, 0, 0, 1, 1), 2), "1101");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 1, 9, 0), 2), "0600000000");
    EXPECT_EQ(manager.value(4, Obis(1, 0, 1, 6, 0), 2), "0600000000");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 1, 2, 0), 2), "0600009C40");
    EXPECT_EQ(manager.value(7, Obis(0, 0, 98, 1, 0), 7), "0600000001");
    const std::string row = manager.value(7, Obis(0, 0, 98, 1, 0), 2);
    EXPECT_EQ(row.substr(0, 4), "0101");
    EXPECT_NE(row.find("090C07EA060F010E2D0000FF8880"), std::string::npos);
    EXPECT_NE(row.find("0600000BB8"), std::string::npos);
    EXPECT_NE(act(manager, 9, Obis(0, 0, 10, 0, 1), 1, "120003"), action_success);
}

TEST(Objects, TheLoadProfileIsReadByRangeAndByEntry) {
    Bench bench;
    for (int i = 0; i < 8; ++i) bench.meter.advance(quarter_of_an_hour());
    Manager manager(bench);
    const Obis name(1, 0, 99, 1, 0);
    EXPECT_EQ(manager.value(7, name, 4), "0600000384");
    EXPECT_EQ(manager.value(7, name, 7), "0600000008");
    EXPECT_EQ(manager.value(7, name, 8), "0600002580");
    const auto selected = [&](std::uint8_t selector, std::string_view parameters) {
        const Octets data = hex(parameters);
        dlms::GetRequestNormal request{{}, {{7, name, 2}, dlms::SelectiveAccess{selector, data}}};
        return hex(manager.send(written(request)));
    };
    // Entries 2 and 3, columns 7: 1-0:1.8.0.
    EXPECT_EQ(selected(2,
                       "0204060000000206000000031200071200"
                       "07"),
              "C401C1000102"
              "020106000007D0"
              "02010600000BB8");
    // From 14:30 to 15:00, that column.
    EXPECT_EQ(selected(1,
                       "0204020412000809060000010000FF0F02120000"
                       "090C07EA060F010E1E0000800000"
                       "090C07EA060F010F000000800000"
                       "0101020412000309060100010800FF0F02120000"),
              "C401C1000103"
              "020106000007D0"
              "02010600000BB8"
              "02010600000FA0");
}

TEST(Objects, PeriodAndColumnsOfAProfileAreWritten) {
    Bench bench;
    Manager manager(bench);
    const Obis name(1, 0, 99, 1, 0);
    bench.meter.advance(quarter_of_an_hour());
    EXPECT_EQ(set(manager, 7, name, 4, "060000003C"), set_success);
    EXPECT_EQ(manager.value(7, name, 4), "060000003C");
    EXPECT_EQ(manager.value(7, name, 7), "0600000000");
    EXPECT_NE(set(manager, 7, name, 4, "060000003D"), set_success);  // does not divide the day
    const std::string two = "0102020412000809060000010000FF0F02120000020412000309060100010801FF0F02120000";
    EXPECT_EQ(set(manager, 7, name, 3, two), set_success);
    EXPECT_EQ(manager.value(7, name, 3), two);
    EXPECT_NE(set(manager, 7, name, 3, "0101020412000309060100010801FF0F02120000"), set_success);  // no time
    EXPECT_NE(set(manager, 7, name, 3, "0101020412000309060100630801FF0F02120000"), set_success);  // no such register
    const std::string time = "0102020412000809060000010000FF0F02120000";
    for (const char* missing : {
             "020412000309060100150801FF0F02120000",  // of a phase there are no tariffs
             "020412000309060100010805FF0F02120000",  // a fifth tariff
             "020412000409060100010800FF0F02120000",  // another class
             "020412000309060100010800FF0F03120000",  // its unit
             "020412000309060100010800FF0F02120001",  // an element of what has none
         }) {
        EXPECT_NE(set(manager, 7, name, 3, time + missing), set_success) << missing;
    }
    EXPECT_EQ(manager.value(7, name, 3), two);
}

TEST(Objects, APassiveCalendarIsWrittenAndActivated) {
    Bench bench;
    Manager manager(bench);
    const Obis calendar(0, 0, 13, 0, 0);
    EXPECT_EQ(set(manager, 20, calendar, 6, "09024141"), set_success);
    EXPECT_EQ(set(manager, 20, calendar, 7, "01010203090153090CFFFF0101FF00000000800000090157"), set_success);
    EXPECT_EQ(set(manager, 20, calendar, 8, "010102080901571101110111011101110111011101"), set_success);
    // Until 7:00 tariff 1, from then on tariff 2.
    EXPECT_EQ(set(manager, 20, calendar, 9,
                  "0101020211010102020309040000000009060000"
                  "0A0064FF120001020309040700000009060000"
                  "0A0064FF120002"),
              set_success);
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 14, 0), 2), "1101");
    EXPECT_EQ(act(manager, 20, calendar, 1, "0F00"), action_success);
    EXPECT_EQ(manager.value(20, calendar, 2), "09024141");
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 14, 0), 2), "1102");
    EXPECT_EQ(manager.value(6, Obis(0, 0, 14, 0, 0), 4), "090102");
    // A week that names a day that there is not: refused, and nothing changes.
    EXPECT_EQ(set(manager, 20, calendar, 8, "010102080901571101110111011101110111011109"), set_success);
    EXPECT_NE(act(manager, 20, calendar, 1, "0F00"), action_success);
    EXPECT_EQ(manager.value(20, calendar, 4), "010102080901571101110111011101110111011101");
    // Special days.
    const Obis days(0, 0, 11, 0, 0);
    EXPECT_EQ(act(manager, 11, days, 1, "02031200010905FFFF0C19FF1101"), action_success);
    EXPECT_EQ(manager.value(11, days, 2), "010102031200010905FFFF0C19FF1101");
    EXPECT_NE(act(manager, 11, days, 1, "02031200020905FFFF0C1AFF1109"), action_success);  // no such day profile
    EXPECT_EQ(act(manager, 11, days, 2, "120001"), action_success);
    EXPECT_EQ(manager.value(11, days, 2), "0100");
}

TEST(Objects, WhyACalendarWasRefusedCanBeRead) {
    Bench bench;
    Manager manager(bench);
    const Obis calendar(0, 0, 13, 0, 0);
    const Obis reason(0, 0, 13, 128, 0);
    const std::string none = "020216000A04" + hex(as_bytes("none"));
    EXPECT_EQ(manager.value(1, reason, 2), none);
    EXPECT_EQ(set(manager, 20, calendar, 8, "0101020809045745454B1101110111011101110111011109"), set_success);
    EXPECT_NE(act(manager, 20, calendar, 1, "0F00"), action_success);
    EXPECT_EQ(manager.value(1, reason, 2),
              "020216090A2C" + hex(as_bytes("a week names a day profile that there is not")));
    EXPECT_EQ(set(manager, 20, calendar, 8, "0101020809045745454B1101110111011101110111011101"), set_success);
    EXPECT_EQ(act(manager, 20, calendar, 1, "0F00"), action_success);
    EXPECT_EQ(manager.value(1, reason, 2), none);
}

TEST(Objects, WhyAPartOfACalendarWasRefusedCanBeRead) {
    Bench bench;
    Manager manager(bench);
    const Obis calendar(0, 0, 13, 0, 0);
    const auto reason = [&] {
        const std::string value = manager.value(1, Obis(0, 0, 13, 128, 0), 2);
        return static_cast<CalendarFault>(std::stoi(value.substr(6, 2), nullptr, 16));
    };
    const auto times = [](std::size_t count, const std::string& item) {
        std::string list = "01" + hex(Octets{static_cast<std::uint8_t>(count)});
        for (std::size_t i = 0; i < count; ++i) list += item;
        return list;
    };
    const std::string at_seven =
        "02030904070000000906"
        "00000A0064FF120001";
    struct Refused {
        std::int8_t attribute;
        std::string value;
        CalendarFault why;
    };
    for (const auto& [attribute, value, why] :
         {Refused{7,
                  times(13,
                        "0203090153090CFFFF0101FF000000008000000901"
                        "57"),
                  CalendarFault::too_many},
          Refused{8, times(13, "02080901571101110111011101110111011101"), CalendarFault::too_many},
          Refused{9, times(9, "02021101" + times(1, at_seven)), CalendarFault::too_many},
          Refused{9, times(1, "02021101" + times(17, at_seven)), CalendarFault::too_many},
          Refused{9,
                  times(1, "02021101" + times(1,
                                              "02030904190000000906"
                                              "00000A0064FF120001")),
                  CalendarFault::time_of_day},
          Refused{9,
                  times(1, "02021101" + times(1,
                                              "02030904070000000906"
                                              "00000A0063FF120001")),
                  CalendarFault::unknown_script},
          Refused{6, "090D" + hex(Octets(13, 'A')), CalendarFault::name_too_long}}) {
        EXPECT_EQ(set(manager, 20, calendar, attribute, value), test::set_other_reason) << value;
        EXPECT_EQ(reason(), why) << value;
    }
    // Another type is no calendar at all.
    EXPECT_EQ(set(manager, 20, calendar, 7, "1101"), test::set_type_unmatched);
}

TEST(Objects, ASpecialDayTakesThePlaceOfItsIndexAndOfItsDate) {
    Bench bench;
    Manager manager(bench);
    for (const Obis& days : {Obis(0, 0, 11, 0, 0), Obis(0, 0, 11, 0, 1)}) {
        EXPECT_EQ(act(manager, 11, days, 1, "02031200010905FFFF0C19FF1101"), action_success);
        EXPECT_EQ(act(manager, 11, days, 1, "02031200030905FFFF0C1AFF1101"), action_success);
        EXPECT_EQ(act(manager, 11, days, 1, "02031200020905FFFF0C19FF1101"), action_success);
        EXPECT_EQ(manager.value(11, days, 2),
                  "0102"
                  "02031200030905FFFF0C1AFF1101"
                  "02031200020905FFFF0C19FF1101");
        // 30 February, and 29 of a year that has none; of others it is a day.
        EXPECT_NE(act(manager, 11, days, 1, "02031200040905FFFF021EFF1101"), action_success);
        EXPECT_NE(act(manager, 11, days, 1, "0203120004090507EB021DFF1101"), action_success);
        EXPECT_EQ(act(manager, 11, days, 1, "0203120004090507EC021DFF1101"), action_success);
        EXPECT_EQ(act(manager, 11, days, 1, "02031200050905FFFF021DFF1101"), action_success);
        EXPECT_NE(set(manager, 11, days, 2,
                      "0102"
                      "02031200010905FFFF0C19FF1101"
                      "02031200010905FFFF0C1AFF1101"),
                  set_success);
        EXPECT_EQ(manager.value(1, Obis(0, 0, 13, 128, 0), 2).substr(0, 6 + 2),
                  "020216" + hex(Octets{static_cast<std::uint8_t>(CalendarFault::special_day_twice)}));
        EXPECT_EQ(set(manager, 11, days, 2, "0100"), set_success);
    }
}

TEST(Objects, CaptureOfABillingProfileTakesABilling) {
    Bench bench;
    bench.meter.advance(quarter_of_an_hour());
    Manager manager(bench);
    EXPECT_EQ(act(manager, 7, Obis(0, 0, 98, 1, 0), 2, "0F00"), action_success);
    EXPECT_EQ(manager.value(7, Obis(0, 0, 98, 1, 0), 7), "0600000001");
    EXPECT_EQ(manager.value(1, Obis(1, 0, 0, 1, 0), 2), "0600000001");
    EXPECT_EQ(act(manager, 7, Obis(0, 0, 98, 2, 0), 2, "0F00"), action_success);
    EXPECT_EQ(manager.value(7, Obis(0, 0, 98, 2, 0), 7), "0600000001");
    // A load profile is captured by its period alone.
    EXPECT_NE(act(manager, 7, Obis(1, 0, 99, 1, 0), 2, "0F00"), action_success);
}

TEST(Objects, AProfileListsTheMethodsThatItHas) {
    Bench bench(sm120b2);
    std::map<Obis, std::size_t> methods;
    for (const Object& object : bench.meter.dictionary().objects()) {
        if (object.interface_class->id == 7) methods[object.name] = object.interface_class->methods.size();
    }
    EXPECT_EQ(methods.at(Obis(0, 0, 98, 1, 0)), 2U);
    EXPECT_EQ(methods.at(Obis(0, 0, 98, 2, 0)), 2U);
    for (const int d : {1, 2, 133, 134, 135}) EXPECT_EQ(methods.at(Obis(1, 0, 99, d, 0)), 1U);
    EXPECT_EQ(methods.at(name_of(EventLogId::standard)), 1U);
    EXPECT_EQ(methods.at(Obis(1, 0, 99, 128, 0)), 0U);
    // And each of those that are listed can be called.
    Manager manager(bench);
    for (const auto& [name, count] : methods) {
        for (std::size_t id = 1; id <= count; ++id) {
            EXPECT_EQ(act(manager, 7, name, static_cast<std::int8_t>(id), "0F00"), action_success)
                << dlms::ObisText(name).view() << ' ' << id;
        }
    }
}

TEST(Objects, TheActiveMaskSelectsTheTariffOfEnergyAndDemand) {
    Bench bench;
    Manager manager(bench);
    const Obis energy(0, 0, 14, 0, 0);
    const Obis demand(0, 0, 14, 0, 1);
    EXPECT_EQ(set(manager, 6, demand, 4, "090103"), set_success);
    EXPECT_EQ(manager.value(6, energy, 4), "090103");
    EXPECT_EQ(manager.value(6, demand, 4), "090103");
    bench.meter.advance(quarter_of_an_hour());
    EXPECT_EQ(manager.value(3, Obis(1, 0, 1, 8, 3), 2), "06000003E8");
    for (const char* wrong : {"090100", "090105", "0900", "09020101", "1103"}) {
        EXPECT_NE(set(manager, 6, energy, 4, wrong), set_success) << wrong;
    }
    EXPECT_EQ(manager.value(6, energy, 4), "090103");
}

// Day 1 goes and days 10 and 11 come: no order of changing calendar and special days is right but both at once.
TEST(Objects, SpecialDaysComeIntoForceWithTheirCalendar) {
    Bench bench;
    Manager manager(bench);
    const Obis calendar(0, 0, 13, 0, 0);
    const Obis active(0, 0, 11, 0, 0);
    const Obis passive(0, 0, 11, 0, 1);
    const std::string christmas_is_day_1 = "02031200010905FFFF0C19FF1101";
    const std::string christmas_is_day_11 = "02031200010905FFFF0C19FF110B";
    EXPECT_EQ(act(manager, 11, active, 1, christmas_is_day_1), action_success);
    EXPECT_EQ(manager.value(11, passive, 2), "0101" + christmas_is_day_1);
    Calendar two_days = factory_calendar();
    two_days.days.items[0].id = 10;
    DayProfile other_day = two_days.days.items[0];
    other_day.id = 11;
    (void)two_days.days.add(other_day);
    two_days.weeks.items[0].days.fill(10);
    ASSERT_TRUE(keep_passive_calendar(bench.meter.store(), two_days));
    EXPECT_NE(act(manager, 20, calendar, 1, "0F00"), action_success);
    EXPECT_NE(act(manager, 11, active, 1, christmas_is_day_11), action_success);
    EXPECT_EQ(act(manager, 11, passive, 1, christmas_is_day_11), action_success);
    EXPECT_EQ(manager.value(11, active, 2), "0101" + christmas_is_day_1);
    EXPECT_EQ(act(manager, 20, calendar, 1, "0F00"), action_success);
    EXPECT_EQ(manager.value(11, active, 2), "0101" + christmas_is_day_11);
    EXPECT_EQ(manager.value(11, passive, 2), "0101" + christmas_is_day_11);
    EXPECT_EQ(load_active_calendar(bench.meter.store()), two_days);
    // The next ones are in the other slot, and may be none.
    EXPECT_EQ(set(manager, 11, passive, 2, "0100"), set_success);
    EXPECT_EQ(manager.value(11, active, 2), "0101" + christmas_is_day_11);
    EXPECT_EQ(act(manager, 11, passive, 2, "120001"), "C701C10400");
    EXPECT_EQ(act(manager, 20, calendar, 1, "0F00"), action_success);
    EXPECT_EQ(manager.value(11, active, 2), "0100");
}

TEST(Objects, SayWhenTheMeterWasChangedAndHowOften) {
    Bench bench;
    Manager manager(bench);
    const std::string never = "090C" + hex(written(dlms::DateTime{}));
    for (const int e : {1, 7, 12, 13}) EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 2, e), 2), never);
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 2, 0), 2), "0600000000");
    // Everything that a client sets up.
    EXPECT_EQ(set(manager, 3, Obis(1, 0, 0, 9, 11), 2, "12001E"), set_success);
    EXPECT_EQ(set(manager, 1, Obis(1, 0, 99, 1, 128), 2, "1601"), set_success);
    EXPECT_EQ(set(manager, 11, Obis(0, 0, 11, 0, 0), 2, "0100"), set_success);
    EXPECT_EQ(set(manager, 11, Obis(0, 0, 11, 0, 1), 2, "0100"), set_success);
    EXPECT_EQ(set(manager, 20, Obis(0, 0, 13, 0, 0), 6, "09024141"), set_success);
    EXPECT_EQ(set(manager, 20, Obis(0, 0, 13, 0, 0), 10, never), set_success);
    EXPECT_EQ(set(manager, 3, crystal_name, 2, "0500004E20"), set_success);
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 2, 0), 2), "0600000007");
    const std::string now = "090C" + hex(written(bench.meter.clock().local_now()));
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 2, 1), 2), now);
    EXPECT_EQ(act(manager, 20, Obis(0, 0, 13, 0, 0), 1, "0F00"), action_success);
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 2, 7), 2), now);
    bench.meter.set_clock(test::bench_time + std::chrono::hours{5});
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 2, 12), 2), "090C" + hex(written(bench.meter.clock().local_now())));
    EXPECT_EQ(manager.value(1, Obis(0, 0, 96, 2, 0), 2), "0600000007");
}

TEST(Objects, TheCrystalAndItsTemperature) {
    Bench bench;
    Manager manager(bench);
    Inputs inputs;
    inputs.temperature_tenths = -123;
    bench.meter.set_inputs(inputs);
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 9, 0), 2), "10FF85");
    EXPECT_EQ(manager.value(3, Obis(0, 0, 96, 9, 0), 3), "02020FFF1609");
    EXPECT_EQ(manager.value(3, crystal_name, 2), "0500000000");
    EXPECT_EQ(set(manager, 3, crystal_name, 2, "05FFFFB1E0"), set_success);
    EXPECT_EQ(manager.value(3, crystal_name, 2), "05FFFFB1E0");
    EXPECT_NE(set(manager, 3, crystal_name, 2, "0500030D41"), set_success);  // 200,001 ppb
    EXPECT_NE(set(manager, 3, crystal_name, 2, "05FFFCF2BF"), set_success);
    EXPECT_NE(set(manager, 3, crystal_name, 2, "0600000001"), set_success);
    EXPECT_EQ(manager.value(3, crystal_name, 2), "05FFFFB1E0");
}

TEST(Objects, TheBillingPeriodGoesFromTheLastResetToTheNext) {
    Bench bench;
    Manager manager(bench);
    // From 15 June, 14:00 local time, to the end of the month.
    EXPECT_EQ(manager.value(3, Obis(1, 0, 0, 8, 6), 2), "06" + test::number_hex((15 * 24 + 10) * 3600));
    EXPECT_EQ(manager.value(3, Obis(1, 0, 0, 8, 6), 3), "02020F001607");
    EXPECT_EQ(set(manager, 22, Obis(0, 0, 15, 0, 0), 4, "0100"), set_success);
    EXPECT_EQ(manager.value(3, Obis(1, 0, 0, 8, 6), 2), "0600000000");
}

TEST(Objects, ReactiveEnergyOfEachQuadrantHasItsTariffs) {
    Bench bench;
    Interval interval = quarter_of_an_hour();
    interval.phase[0].reactive_energy_mvars = 3'600'000'000;
    bench.meter.advance(interval);
    ASSERT_TRUE(bench.meter.account(&Accounting::select_tariff, std::uint8_t{2}));
    interval.phase[0].reactive_energy_mvars = -7'200'000'000;
    bench.meter.advance(interval);
    Manager manager(bench);
    EXPECT_EQ(manager.value(3, Obis(1, 0, 5, 8, 1), 2), "06000003E8");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 5, 8, 2), 2), "0600000000");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 8, 8, 1), 2), "0600000000");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 8, 8, 2), 2), "06000007D0");
    EXPECT_EQ(manager.value(3, Obis(1, 0, 8, 8, 2), 3), "02020F001620");
}

TEST(Objects, TheClockIsAdjustedToTheDemandPeriodThatIsSet) {
    Bench bench;
    Manager manager(bench);
    EXPECT_EQ(set(manager, 5, Obis(1, 0, 1, 4, 0), 8, "060000012C"), set_success);
    Interval four_minutes;
    four_minutes.duration_us = 240'000'000;
    bench.meter.advance(four_minutes);
    EXPECT_EQ(act(manager, 8, Obis(0, 0, 1, 0, 0), 2, "0F00"), action_success);
    EXPECT_EQ(bench.meter.clock().now(), test::bench_time + std::chrono::minutes{5});
}

TEST(Objects, OnlyAPrepaymentMeterHasAnAccount) {
    for (const Model* model : all_models()) {
        Bench bench(*model);
        EXPECT_EQ(bench.meter.dictionary().find(available_credit_name) != nullptr, model->functions.prepayment);
    }
    Bench bench;
    ASSERT_TRUE(
        bench.meter.account(&Accounting::credit, 12 * std::uint64_t{account_units_per_currency}, std::uint64_t{1}));
    Manager manager(bench);
    EXPECT_EQ(manager.value(3, available_credit_name, 2), "1400000000000004B0");
    EXPECT_EQ(manager.value(3, available_credit_name, 3), "02020FFE160A");
    EXPECT_EQ(manager.value(3, credited_amount_name, 2), "1500000000000004B0");
    EXPECT_EQ(manager.value(3, consumed_amount_name, 2), "150000000000000000");
}

TEST(Objects, ASettingThatCannotBeIsRefused) {
    Bench bench;
    Manager manager(bench);
    EXPECT_EQ(set(manager, 5, Obis(1, 0, 1, 4, 0), 9, "120001"), set_success);
    EXPECT_EQ(manager.value(5, Obis(1, 0, 3, 4, 0), 9), "120001");  // one window for all
    EXPECT_NE(set(manager, 5, Obis(1, 0, 1, 4, 0), 9, "120000"), set_success);
    EXPECT_NE(set(manager, 5, Obis(1, 0, 1, 4, 0), 8, "0600000007"), set_success);
    // The 15th at 06:00, and then what is no type and no time.
    const Obis schedule(0, 0, 15, 0, 0);
    EXPECT_EQ(set(manager, 22, schedule, 4,
                  "0101020209040600000009"
                  "05FFFFFF0FFF"),
              set_success);
    EXPECT_EQ(manager.value(22, schedule, 4), "010102020904060000000905FFFFFF0FFF");
    for (const char* wrong : {"1600", "1606", "1102"}) {
        EXPECT_NE(set(manager, 22, schedule, 3, wrong), set_success) << wrong;
    }
    EXPECT_NE(set(manager, 22, schedule, 4, "010102020904FF0000000905FFFFFF0FFF"), set_success);
    EXPECT_EQ(manager.value(22, schedule, 3), "1601");
    EXPECT_EQ(manager.value(22, schedule, 4), "010102020904060000000905FFFFFF0FFF");
}

// From "the first of each month" to two dates, type first or times first: no bill is taken by half of it.
TEST(Objects, TypeAndTimesOfAScheduleAreWrittenInAnyOrder) {
    const Obis schedule(0, 0, 15, 0, 0);
    const Obis rows(0, 0, 98, 1, 0);
    // 15 June 2026 at 14:30 and at 15:00.
    const std::string times =
        "0102"
        "020209040E1E00000905"
        "07EA060FFF"
        "020209040F0000000905"
        "07EA060FFF";
    for (const bool type_first : {true, false}) {
        Bench bench;
        Manager manager(bench);
        const auto set_type = [&] { return set(manager, 22, schedule, 3, "1604"); };
        const auto set_times = [&] { return set(manager, 22, schedule, 4, times); };
        EXPECT_EQ(type_first ? set_type() : set_times(), set_success);
        EXPECT_EQ(manager.value(3, Obis(1, 0, 0, 8, 6), 2), "0600000000") << "nothing is due";
        for (int i = 0; i < 2; ++i) bench.meter.advance(quarter_of_an_hour());
        EXPECT_EQ(manager.value(7, rows, 7), "0600000000");
        EXPECT_EQ(type_first ? set_times() : set_type(), set_success);
        EXPECT_EQ(manager.value(22, schedule, 3), "1604");
        EXPECT_EQ(manager.value(22, schedule, 4), times);
        for (int i = 0; i < 2; ++i) bench.meter.advance(quarter_of_an_hour());
        EXPECT_EQ(manager.value(7, rows, 7), "0600000001") << "14:30 is past";
    }
}

}  // namespace
}  // namespace blathy::meter
