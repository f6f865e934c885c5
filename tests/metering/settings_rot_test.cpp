// Settings whose copies rot in flash, while the meter runs and while it does not: what is in force stays in force or
// gives way to the copy before, what is gone for good is told, and nothing else is served in its place.
#include <gtest/gtest.h>

#include "meter/event/event_codes.hpp"

#include "tests/metering/meter_on_flash.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using test::Client;

constexpr std::size_t all_copies = 99;

// A meter whose flash somebody else lives in too.
class RottingMeter : public MeterOnFlash {
  public:
    RottingMeter() { start(test::bench_time); }

    void start(UtcTime now) {
        MeterOnFlash::start(now);
        (void)meter().security().provision_demo_keys();
    }
    void restart() {
        const UtcTime now = meter().clock().now();
        (void)meter().save();
        start(now);
    }
    // Five minutes at a time, a minute of which is looked after the flash.
    void live(minutes duration) {
        Interval interval;
        interval.duration_us = 300'000'000;
        interval.phase[0].active_energy_mj = 3'600'000;
        for (minutes lived{0}; lived < duration; lived += 5min) (void)meter().advance(interval);
    }

    // A bit of the content of the newest copies flips. Returns how many copies there were.
    std::size_t rot(RecordId id, std::size_t newest = all_copies) {
        const auto copies = copies_of(id);
        for (std::size_t i = copies.size() - std::min(newest, copies.size()); i < copies.size(); ++i) {
            flash().octets()[copies[i]] ^= 0x04;
        }
        return copies.size();
    }
    // So much is written that every sector of the store begins anew.
    void turn_store() {
        const test::Octets content(max_record_size, 7);
        for (int i = 0; i < 80; ++i) ASSERT_TRUE(store().write(RecordId::clock, content));
    }
    std::string read(std::uint16_t class_id, const dlms::Obis& name, std::int8_t attribute) {
        Client client(meter(), test::management_client_sap);
        if (!client.open(test::management_password)) return "no association";
        return client.value(class_id, name, attribute);
    }

  private:
    // Where the contents are, in the order of writing; of a store that has not come to its second sector.
    std::vector<std::size_t> copies_of(RecordId id) {
        constexpr std::size_t sector_header = 12;
        constexpr std::size_t record_header = 8;
        std::vector<std::size_t> contents;
        const auto& octets = flash().octets();
        for (std::size_t at = sector_header; octets[at] != erased_octet;) {
            const std::size_t size = (std::size_t{octets[at + 2]} & 0x3F) << 8 | octets[at + 3];
            if (octets[at] == static_cast<std::uint8_t>(id)) contents.push_back(at + record_header);
            at += record_header + (size + 3) / 4 * 4;
        }
        return contents;
    }
};

constexpr dlms::Obis calendar_name{0, 0, 13, 0, 0};
constexpr std::uint16_t calendar_class_number = 20;
const std::string hardware_fault = "error 1";

Label label_of_text(std::string_view text) {
    Label label;
    for (const char letter : text) (void)label.add(static_cast<std::uint8_t>(letter));
    return label;
}

// Tariff `first` until 15:00 of every day, then `second`. It is 14:00.
Calendar switching_calendar(std::string_view name, std::uint16_t first, std::uint16_t second) {
    Calendar calendar = factory_calendar();
    calendar.name = calendar.seasons.items[0].week = calendar.weeks.items[0].name = label_of_text(name);
    calendar.days.items[0].actions = {};
    (void)calendar.days.items[0].actions.add({0, CalendarAction::tariff, first});
    (void)calendar.days.items[0].actions.add({15 * 3600, CalendarAction::tariff, second});
    return calendar;
}

void activate(RottingMeter& at, const Calendar& calendar) {
    ASSERT_TRUE(keep_passive_calendar(at.store(), calendar));
    ASSERT_EQ(at.meter().account(&Accounting::activate_calendar), std::nullopt);
}

constexpr std::array calendar_records = {RecordId::calendar_b, RecordId::calendar_b_days, RecordId::calendar_state};

TEST(SettingsRot, TheCalendarInForceSurvivesItsNewestCopy) {
    for (const RecordId id : calendar_records) {
        for (const bool restarts : {false, true}) {
            RottingMeter rotting;
            const Calendar calendar = switching_calendar("in force", 3, 2);
            activate(rotting, calendar);
            ASSERT_EQ(rotting.meter().accounting().tariff(), 3);
            ASSERT_GE(rotting.rot(id, 1), 2U);
            if (restarts) rotting.restart();
            rotting.live(65min);
            EXPECT_EQ(rotting.meter().accounting().tariff(), 2);
            EXPECT_EQ(load_active_calendar(rotting.store()), calendar);
            EXPECT_EQ(rotting.told(EventKind::storage_damaged), std::vector<std::int64_t>{1});
            EXPECT_TRUE(rotting.told(EventKind::record_lost).empty());
        }
    }
}

TEST(SettingsRot, ACalendarOfWhichNothingIsLeftLeavesTheTariffAndIsNeverReplaced) {
    for (const RecordId id : calendar_records) {
        RottingMeter rotting;
        activate(rotting, switching_calendar("to be lost", 3, 2));
        rotting.rot(id);
        const auto expect_lost = [&] {
            EXPECT_EQ(rotting.meter().accounting().tariff(), 3);
            EXPECT_EQ(load_active_calendar(rotting.store()), std::nullopt);
            for (const int attribute : {2, 3, 4, 5, 6, 9}) {
                EXPECT_EQ(rotting.read(calendar_class_number, calendar_name, static_cast<std::int8_t>(attribute)),
                          hardware_fault);
            }
        };
        rotting.live(65min);  // past the switch
        expect_lost();
        EXPECT_EQ(rotting.told(EventKind::record_lost), std::vector<std::int64_t>{static_cast<std::int64_t>(id)});
        EXPECT_NE(rotting.meter().events().errors() & error_memory, 0U);
        rotting.live(25h);
        expect_lost();
        rotting.restart();
        expect_lost();
        EXPECT_EQ(rotting.told(EventKind::record_lost).size(), 2U) << "the start tells it again";
        // It is not forgotten with the sector that it was in.
        rotting.turn_store();
        rotting.restart();
        rotting.live(25h);
        expect_lost();

        // Another one is as good as ever.
        const Calendar next = switching_calendar("next", 4, 4);
        if (id == RecordId::calendar_state) {  // which special days were in force is lost with it
            ASSERT_TRUE(keep_passive_special_days(rotting.store(), {}));
        }
        activate(rotting, next);
        EXPECT_EQ(rotting.meter().accounting().tariff(), 4);
        rotting.turn_store();
        rotting.restart();
        EXPECT_EQ(load_active_calendar(rotting.store()), next);
        EXPECT_EQ(rotting.told(EventKind::record_lost).size(), 3U);
    }
}

// The slot has held a calendar before, whose records are readable still.
TEST(SettingsRot, HalvesOfTwoCalendarsAreNotTakenForOne) {
    for (const RecordId id : {RecordId::calendar_b, RecordId::calendar_b_days}) {
        RottingMeter rotting;
        activate(rotting, switching_calendar("first", 3, 3));
        activate(rotting, switching_calendar("second", 4, 4));
        activate(rotting, switching_calendar("third", 3, 2));
        ASSERT_EQ(rotting.rot(id, 2), 5U) << "two as it was new, one in force; passive and in force";
        rotting.live(65min);
        EXPECT_EQ(load_active_calendar(rotting.store()), std::nullopt);
        EXPECT_EQ(rotting.meter().accounting().tariff(), 3);
        EXPECT_FALSE(rotting.told(EventKind::storage_damaged).empty());
        EXPECT_EQ(rotting.read(calendar_class_number, calendar_name, 5), hardware_fault);
    }
}

TEST(SettingsRot, APassiveCalendarThatIsGoneIsRefused) {
    RottingMeter rotting;
    ASSERT_TRUE(keep_passive_calendar(rotting.store(), switching_calendar("passive", 3, 3)));
    const dlms::DateTime at_four{{2026, 6, 15, dlms::not_specified}, {16, 0, 0, 0}};
    ASSERT_TRUE(rotting.meter().account(&Accounting::set_activation_time, at_four));
    rotting.rot(RecordId::calendar_b_days);
    rotting.live(130min);
    EXPECT_EQ(rotting.meter().accounting().tariff(), 1);
    EXPECT_EQ(load_active_calendar(rotting.store()), factory_calendar());
    EXPECT_EQ(rotting.told(EventKind::calendar_refused),
              std::vector<std::int64_t>{static_cast<std::int64_t>(CalendarFault::unreadable)});
    EXPECT_EQ(rotting.meter().accounting().calendar_fault(), CalendarFault::unreadable);
    EXPECT_EQ(load_activation_time(rotting.store()), never);
}

TEST(SettingsRot, WithoutItsSpecialDaysTheCalendarGoesOn) {
    constexpr dlms::Obis special_days_name{0, 0, 11, 0, 0};
    constexpr std::uint16_t special_days_class_number = 11;
    RottingMeter rotting;
    Calendar calendar = switching_calendar("holidays", 3, 2);
    DayProfile holiday{2, {}};
    (void)holiday.actions.add({0, CalendarAction::tariff, 4});
    (void)calendar.days.add(holiday);
    activate(rotting, calendar);
    SpecialDays special_days;
    (void)special_days.add({1, {2026, 6, 15, dlms::not_specified}, 2});
    ASSERT_TRUE(rotting.meter().account(&Accounting::set_special_days, special_days));
    ASSERT_EQ(rotting.meter().accounting().tariff(), 4);
    rotting.rot(RecordId::special_days);
    rotting.live(24h);
    EXPECT_EQ(rotting.read(special_days_class_number, special_days_name, 2), hardware_fault);
    EXPECT_EQ(rotting.told(EventKind::record_lost),
              std::vector<std::int64_t>{static_cast<std::int64_t>(RecordId::special_days)});
    EXPECT_EQ(rotting.meter().accounting().tariff(), 3);
    rotting.live(65min);
    EXPECT_EQ(rotting.meter().accounting().tariff(), 2);
    ASSERT_TRUE(rotting.meter().account(&Accounting::set_special_days, special_days));
    EXPECT_EQ(load_special_days(rotting.store()), special_days);
}

constexpr auto keys_of_management = RecordId::keys_management;
const std::string own_password = "KEPT-TO-MYSELF";

void change_password(RottingMeter& at) {
    security::KeyMemory& keys = at.meter().security().keys();
    auto own = keys.keys(security::Role::management).value();
    own.password = security::KeyOctets(as_bytes(own_password));
    ASSERT_TRUE(keys.change(security::Role::management, own));
}
bool opens(RottingMeter& at, std::string_view password) {
    return Client(at.meter(), test::management_client_sap).open(password);
}

TEST(SettingsRot, KeysThatEverybodyKnowsDoNotComeBack) {
    for (const bool restarts : {false, true}) {
        RottingMeter rotting;
        ASSERT_TRUE(opens(rotting, test::management_password));
        change_password(rotting);
        ASSERT_EQ(rotting.rot(keys_of_management, 1), 4U) << "two of each";
        if (restarts) rotting.restart();
        EXPECT_TRUE(opens(rotting, own_password));
        EXPECT_FALSE(opens(rotting, test::management_password));
        rotting.live(5min);
        EXPECT_TRUE(rotting.told(EventKind::record_lost).empty());
        EXPECT_FALSE(rotting.told(EventKind::storage_damaged).empty());
    }
}

TEST(SettingsRot, ARoleWhoseKeysAreGoneIsLocked) {
    for (const bool restarts : {false, true}) {
        RottingMeter rotting;
        change_password(rotting);
        rotting.rot(keys_of_management, 2);
        if (restarts) rotting.restart();
        EXPECT_FALSE(opens(rotting, own_password));
        EXPECT_FALSE(opens(rotting, test::management_password));
        rotting.live(5min);
        EXPECT_EQ(rotting.told(EventKind::record_lost),
                  std::vector<std::int64_t>{static_cast<std::int64_t>(keys_of_management)});
        EXPECT_NE(rotting.meter().events().errors() & error_memory, 0U);
        rotting.restart();
        rotting.turn_store();
        rotting.restart();
        EXPECT_FALSE(opens(rotting, test::management_password));
        // The others are as they were.
        EXPECT_TRUE(rotting.meter().security().keys().keys(security::Role::data_collection));
    }
}

// Capture lists of the same length, so that nothing but their number tells the rows of one from those of the other.
std::vector<CaptureObject> capture_list(std::uint8_t c) {
    return {{{clock_object_class_number, clock_name, 2}, 0},
            {{register_class_number, dlms::Obis(1, 0, c, obis_energy, 0), 2}, 0}};
}

TEST(SettingsRot, RowsAreNeverReadByAnOlderCaptureList) {
    for (const bool restarts : {false, true}) {
        RottingMeter rotting;
        const auto change = [&](std::uint8_t c) {
            const auto list = capture_list(c);
            ASSERT_TRUE(rotting.meter().account(&Accounting::set_columns, ProfileId::load_1, std::span(list)));
        };
        const auto log = [&]() -> const RowLog& { return rotting.meter().accounting().log(ProfileId::load_1); };
        change(1);
        rotting.live(30min);
        change(3);
        rotting.live(45min);
        ASSERT_EQ(log().end() - log().first(), 3U);
        ASSERT_EQ(rotting.rot(RecordId::profile_load_1, 1), 3U);
        const std::size_t cleared = rotting.told(EventKind::profile_cleared).size();
        if (restarts) {
            rotting.restart();
            EXPECT_EQ(log().end(), log().first());
        }
        rotting.live(15min);
        const Accounting& accounting = rotting.meter().accounting();
        const ProfileSettings left = accounting.profile(ProfileId::load_1);
        EXPECT_EQ(left.columns.view()[1], capture_list(1)[1]);
        EXPECT_TRUE(accounting.has_rows_of(ProfileId::load_1, left));
        EXPECT_EQ(log().end() - log().first(), 1U) << "of the list that is left";
        EXPECT_EQ(rotting.told(EventKind::profile_cleared).size(), cleared + 1);
        EXPECT_FALSE(rotting.told(EventKind::storage_damaged).empty());
        // Rows of before come back by no later change either.
        change(3);
        EXPECT_EQ(log().end(), log().first());
        rotting.restart();
        EXPECT_EQ(log().end(), log().first());
        rotting.live(15min);
        EXPECT_EQ(log().end() - log().first(), 1U);
    }
}

TEST(SettingsRot, RowsAreNeverReadByAnOlderPeriod) {
    RottingMeter rotting;
    const auto change = [&](std::uint16_t period_s) {
        ASSERT_TRUE(rotting.meter().account(&Accounting::set_recording_period, RecordingInterval::first, period_s));
    };
    const auto log = [&]() -> const RowLog& { return rotting.meter().accounting().log(ProfileId::load_1); };
    change(1800);
    rotting.live(60min);
    change(300);
    rotting.live(15min);
    ASSERT_EQ(log().end() - log().first(), 3U);
    ASSERT_EQ(rotting.rot(RecordId::metering, 1), 3U);
    rotting.restart();
    EXPECT_EQ(rotting.meter().accounting().settings().recording_period_s[0], 1800);
    EXPECT_EQ(log().end(), log().first());
    EXPECT_EQ(rotting.told(EventKind::storage_damaged).size(), 1U);
    rotting.live(60min);
    EXPECT_EQ(log().end() - log().first(), 2U);
    change(300);
    EXPECT_EQ(log().end(), log().first());
    rotting.live(10min);
    rotting.restart();
    EXPECT_EQ(log().end() - log().first(), 2U);
}

}  // namespace
}  // namespace blathy::meter
