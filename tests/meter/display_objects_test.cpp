// The display over the wire, from the write of a list or a setting to the glass; and what belongs to the hand: buttons,
// sounds, lights.
#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sm306.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/lcd_text.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::Obis;
using test::Bench;
using test::hex;
using test::Manager;

constexpr Obis auto_scroll = display_list_names[0];
constexpr Obis manual_list = display_list_names[1];
constexpr Obis power_off_list = display_list_names[2];
constexpr Obis fault_name(0, 0, 96, 53, 9);

std::string capture_object(int class_id, const Obis& name, int attribute = 2, int index = 0) {
    return "0204" + std::string("12") + hex(test::Octets{0, static_cast<std::uint8_t>(class_id)}) + "0906" +
           hex(name.groups) + "0F" + test::octet_hex(static_cast<std::size_t>(attribute)) + "12" +
           hex(test::Octets{0, static_cast<std::uint8_t>(index)});
}

struct DisplayObjects : testing::Test {
    explicit DisplayObjects(const Model& model = sed302) : bench(model) {
        interval.duration_us = 1'000'000;
        interval.frequency_mhz = 50'000;
        for (std::size_t i = 0; i < model.phases; ++i) interval.phase[i].voltage_mv = model.nominal_voltage_mv;
        pass(3);
    }
    void pass(int seconds) {
        for (int i = 0; i < seconds; ++i) (void)bench.meter.advance(interval);
    }
    std::string set(int class_id, const Obis& name, int attribute, const std::string& value) {
        return manager.ask("C101C1" + hex(test::Octets{0, static_cast<std::uint8_t>(class_id)}) + hex(name.groups) +
                           test::octet_hex(static_cast<std::size_t>(attribute)) + "00" + value);
    }
    [[nodiscard]] std::string shown() const {
        const Lcd lcd = bench.meter.lcd();
        return test::read_segments(std::span(lcd.digits).first(bench.meter.model().display_digits));
    }
    [[nodiscard]] bool lit(Annunciator which) const { return bench.meter.lcd().test(which); }

    Bench bench;
    Manager manager{bench};
    Interval interval;
};

TEST_F(DisplayObjects, AListIsWrittenReadAndShown) {
    const std::string list = "0103" + capture_object(3, {1, 0, 32, 7, 124}) + capture_object(4, {1, 0, 1, 6, 0}) +
                             capture_object(1, {0, 0, 96, 1, 0});
    EXPECT_EQ(set(7, auto_scroll, 3, list), test::set_success);
    EXPECT_EQ(manager.value(7, auto_scroll, 3), list);
    interval.phase[0].voltage_distortion = 250;
    pass(1);
    EXPECT_EQ(shown(), "     2.50");
    pass(5);
    EXPECT_EQ(shown(), "     0.00");
    EXPECT_TRUE(lit(Annunciator::unit_w));
    pass(6);
    EXPECT_EQ(shown(), "00012345");
    pass(6);
    EXPECT_EQ(shown(), "     2.50");
    // One row: what the items read now.
    EXPECT_EQ(manager.value(7, auto_scroll, 2),
              "01010203"
              "1200FA"
              "0600000000"
              "09083030303132333435");
    EXPECT_EQ(manager.value(7, auto_scroll, 4), "0600000000");
    EXPECT_EQ(manager.value(7, auto_scroll, 7), "0600000001");
    EXPECT_EQ(manager.value(7, auto_scroll, 8), "0600000001");
    EXPECT_EQ(Display(sed302, bench.store).items(bench.store, DisplayList::automatic).count, 3);
}

TEST_F(DisplayObjects, WhatIsWrongWithAListIsRefusedWholeAndSaid) {
    const std::string before = manager.value(7, manual_list, 3);
    const std::string good = capture_object(3, {1, 0, 1, 8, 0});
    const auto refused = [&](const std::string& list, DisplayFault fault) {
        EXPECT_EQ(set(7, manual_list, 3, list), test::set_other_reason);
        EXPECT_EQ(manager.value(7, manual_list, 3), before);
        EXPECT_EQ(manager.value(1, fault_name, 2), "16" + test::octet_hex(static_cast<std::size_t>(fault)));
    };
    refused("0102" + good + capture_object(3, {1, 0, 1, 8, 99}), DisplayFault::unknown_object);
    refused("0102" + good + capture_object(4, {1, 0, 1, 8, 0}), DisplayFault::unknown_object);
    refused("0102" + good + capture_object(3, {1, 0, 1, 8, 0}, 3), DisplayFault::unknown_object);
    refused("0102" + good + capture_object(3, {1, 0, 1, 8, 0}, 2, 1), DisplayFault::unknown_object);
    refused("0102" + good + capture_object(8, {0, 0, 1, 0, 0}), DisplayFault::not_shown);
    refused("0100", DisplayFault::no_items);
    std::string many = "0121";
    for (std::size_t i = 0; i <= max_display_items; ++i) many += good;
    refused(many, DisplayFault::too_many_items);
    EXPECT_EQ(set(7, manual_list, 3, "0102" + good), "D80103");  // cut short
    EXPECT_EQ(set(7, manual_list, 3, "09020102"), test::set_type_unmatched);
    EXPECT_EQ(set(7, manual_list, 3, "0101" + good), test::set_success);
    EXPECT_EQ(manager.value(1, fault_name, 2), "1600");
    EXPECT_EQ(set(7, power_off_list, 3, "0100"), test::set_success);
}

TEST_F(DisplayObjects, SettingsAreInForceAtOnceAndOutOfRangeRefused) {
    EXPECT_EQ(manager.value(3, {0, 0, 96, 53, 0}, 2), "120006");
    EXPECT_EQ(manager.value(3, {0, 0, 96, 53, 0}, 3), "02020F001607");
    EXPECT_EQ(set(3, {0, 0, 96, 53, 0}, 2, "120002"), test::set_success);
    EXPECT_EQ(set(3, {0, 0, 96, 53, 1}, 2, "120005"), test::set_success);
    EXPECT_EQ(set(3, {0, 0, 96, 53, 2}, 2, "120007"), test::set_success);
    EXPECT_EQ(set(3, {0, 0, 96, 53, 3}, 2, "120008"), test::set_success);
    EXPECT_EQ(set(1, {0, 0, 96, 53, 4}, 2, "1602"), test::set_success);
    EXPECT_EQ(set(1, {0, 0, 96, 53, 5}, 2, "1103"), test::set_success);
    EXPECT_EQ(set(1, {0, 0, 96, 53, 6}, 2, "1101"), test::set_success);
    EXPECT_EQ(set(1, {0, 0, 96, 53, 7}, 2, "0300"), test::set_success);
    EXPECT_EQ(set(1, {0, 0, 96, 53, 8}, 2, "0300"), test::set_success);
    const DisplaySettings expected{2, 5, 7, 8, Backlight::always, 3, 1, false, false};
    EXPECT_EQ(bench.meter.display().settings(), expected);
    EXPECT_EQ(load_display_settings(sed302, bench.store), expected);
    EXPECT_EQ(shown(), "    0.000");
    EXPECT_TRUE(bench.meter.lcd().backlight);
    EXPECT_EQ(set(3, {0, 0, 96, 53, 0}, 2, "120000"), test::set_other_reason);
    EXPECT_EQ(set(1, {0, 0, 96, 53, 5}, 2, "1104"), test::set_other_reason);
    EXPECT_EQ(set(1, {0, 0, 96, 53, 5}, 2, "120003"), test::set_type_unmatched);
    EXPECT_EQ(manager.value(1, fault_name, 2), "1605");
    EXPECT_EQ(bench.meter.display().settings(), expected);
    test::Reader reader(bench);
    EXPECT_EQ(reader.ask("C101C1000100006035 05FF0200 1102"), test::set_denied);
}

TEST_F(DisplayObjects, EachModelHasItsDecimals) {
    for (const Model* model : all_models()) {
        Bench other(*model);
        Manager of_other(other);
        EXPECT_EQ(of_other.value(1, {0, 0, 96, 53, 5}, 2), "1102") << model->name;
        const bool by_transformer = model->connection != Connection::direct;
        EXPECT_EQ(of_other.value(1, {0, 0, 96, 53, 6}, 2), by_transformer ? "1103" : "1102") << model->name;
    }
}

TEST_F(DisplayObjects, TariffAndRelayHaveTheirSymbols) {
    EXPECT_TRUE(lit(Annunciator::tariff_1));
    EXPECT_FALSE(lit(Annunciator::tariff_2));
    EXPECT_FALSE(lit(Annunciator::relay_open));
}

TEST_F(DisplayObjects, WithoutMainsAPressShowsTheRegistersFromTheBattery) {
    interval.phase[0].active_energy_mj = 1'000'000 * static_cast<std::int64_t>(millijoules_per_wh);
    pass(1);
    ASSERT_TRUE(bench.meter.mains_lost());
    EXPECT_EQ(bench.meter.lcd(), Lcd{});
    bench.meter.advance_on_battery(hours{1});
    EXPECT_EQ(bench.meter.lcd(), Lcd{});
    bench.meter.press_display_button();
    EXPECT_EQ(shown(), "001000.00");
    EXPECT_FALSE(bench.meter.lcd().backlight);
    bench.meter.advance_on_battery(seconds{20});
    EXPECT_EQ(bench.meter.lcd(), Lcd{});
    Inputs empty;
    empty.battery_mv = display_battery_mv - 1;
    bench.meter.set_inputs(empty);
    bench.meter.press_display_button();
    EXPECT_EQ(bench.meter.lcd(), Lcd{});
    EXPECT_FALSE(bench.meter.press_reset_button());
    bench.meter.mains_returned();
    EXPECT_TRUE(bench.meter.display().testing());
}

TEST_F(DisplayObjects, TheSealedButtonResetsAndConfirms) {
    (void)bench.meter.take_sounds();
    ASSERT_TRUE(bench.meter.press_reset_button());
    EXPECT_EQ(shown(), "    donE");
    EXPECT_EQ(bench.meter.take_sounds(), sound_done);
    EXPECT_EQ(bench.meter.take_sounds(), 0);
    EXPECT_EQ(manager.value(1, {1, 0, 0, 1, 0}, 2), "0600000001");
    pass(3);
    EXPECT_NE(shown(), "    donE");
}

TEST_F(DisplayObjects, ANewAlarmSounds) {
    (void)bench.meter.take_sounds();
    Inputs inputs;
    inputs.terminal_cover_open = true;
    bench.meter.set_inputs(inputs);
    pass(3);
    EXPECT_TRUE(bench.meter.alarm_led());
    EXPECT_EQ(bench.meter.take_sounds(), sound_alarm);
}

struct Prepayment : DisplayObjects {
    Prepayment() : DisplayObjects(sed102) {}
};

TEST_F(Prepayment, TheCreditLedIsGreenOrRed) {
    EXPECT_EQ(bench.meter.credit_led(), CreditLed::off);
    bench.meter.account(&Accounting::credit, std::uint64_t{5'000'000}, std::uint64_t{1});
    EXPECT_EQ(bench.meter.credit_led(), CreditLed::green);
    bench.meter.charge(5'000'000);
    EXPECT_EQ(bench.meter.credit_led(), CreditLed::red);
    ASSERT_TRUE(bench.meter.mains_lost());
    EXPECT_EQ(bench.meter.credit_led(), CreditLed::off);
}

}  // namespace
}  // namespace blathy::meter
