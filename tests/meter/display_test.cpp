#include "meter/display/display.hpp"

#include <set>

#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm306.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/lcd_text.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::Obis;

constexpr dlms::DateTime local_now{{2026, 6, 5, 5}, {9, 8, 7, 65}, -120, 0x80};

struct Glass : testing::Test {
    explicit Glass(const Model& of = sed302) : model(of), display(of, mounted(store)) {
        for (std::size_t i = 0; i < model.phases; ++i) interval.phase[i].voltage_mv = model.nominal_voltage_mv;
        interval.frequency_mhz = 50'000;
    }
    static Store& mounted(Store& store) {
        store.mount();
        return store;
    }
    [[nodiscard]] Readings readings() const {
        return {{model, interval, ledger, demand}, store, nullptr, 12'345, errors};
    }
    void pass(milliseconds time) { display.advance(time, readings()); }
    void past_the_test() { pass(seconds{3}); }
    void press() { display.press(readings()); }
    // Holds the button for two seconds.
    void hold() {
        display.push_button(true, readings());
        pass(seconds{2});
        display.push_button(false, readings());
    }
    // Presses the button until the item is on.
    void turn_to(const Obis& item) {
        for (int i = 0; i < 40 && display.item() != item; ++i) press();
        ASSERT_EQ(display.item(), item);
    }
    [[nodiscard]] Lcd lcd() const { return display.render(readings(), local_now); }
    [[nodiscard]] std::string value() const {
        const Lcd glass = lcd();
        return test::read_segments(std::span(glass.digits).first(model.display_digits));
    }
    std::string value_of(const Obis& item) {
        turn_to(item);
        return value();
    }
    [[nodiscard]] std::string code() const { return test::read_segments(lcd().code); }
    [[nodiscard]] std::string annunciators() const { return test::read_annunciators(lcd()); }

    const Model& model;
    test::MemoryFlash flash{4, 4096};
    Store store{flash};
    Ledger ledger;
    Energy& energy = ledger.energy;
    DemandSettings demand;
    std::uint32_t errors = 0;
    Interval interval;
    Display display;
};

const Obis import(1, 0, 1, 8, 0);

using SegmentTest = Glass;

TEST_F(SegmentTest, ShowsEverySegmentAfterPowerUp) {
    const Lcd glass = lcd();
    for (std::size_t i = 0; i < lcd_max_digits; ++i) EXPECT_EQ(glass.digits[i], i < 8 ? 0xFF : 0);
    for (const std::uint8_t digit : glass.code) EXPECT_EQ(digit, 0xFF);
    for (std::size_t i = 0; i < lcd_annunciators; ++i) EXPECT_TRUE(glass.test(static_cast<Annunciator>(i)));
    EXPECT_TRUE(glass.backlight);
    EXPECT_EQ(display.item(), std::nullopt);
}

TEST_F(SegmentTest, LastsThreeSeconds) {
    pass(milliseconds{2999});
    EXPECT_EQ(display.item(), std::nullopt);
    pass(milliseconds{1});
    EXPECT_EQ(display.item(), import);
    EXPECT_FALSE(lcd().backlight);
}

TEST_F(SegmentTest, IsNotCutShortByTheButton) {
    press();
    EXPECT_EQ(display.item(), std::nullopt);
    past_the_test();
    EXPECT_EQ(display.item(), import);
    EXPECT_TRUE(lcd().backlight);
}

using Scrolling = Glass;

TEST_F(Scrolling, GoesOnEverySixSeconds) {
    past_the_test();
    pass(milliseconds{5999});
    EXPECT_EQ(display.item(), import);
    pass(milliseconds{1});
    EXPECT_EQ(display.item(), Obis(1, 0, 2, 8, 0));
    pass(milliseconds{6000});
    EXPECT_EQ(display.item(), Obis(1, 0, 3, 8, 0));
}

TEST_F(Scrolling, GoesRoundAllItems) {
    past_the_test();
    std::vector<Obis> seen;
    for (std::size_t i = 0; i < factory_display_items(DisplayList::automatic).size(); ++i) {
        seen.push_back(*display.item());
        pass(seconds{6});
    }
    EXPECT_TRUE(std::ranges::equal(seen, factory_display_items(DisplayList::automatic)));
    EXPECT_EQ(display.item(), import);
}

struct SinglePhase : Glass {
    SinglePhase() : Glass(sed102) {}
};

TEST_F(SinglePhase, ItemsThatTheModelDoesNotHaveArePassedOver) {
    past_the_test();
    std::set<Obis> seen;
    for (int i = 0; i < 40; ++i) {
        seen.insert(*display.item());
        pass(seconds{6});
    }
    EXPECT_EQ(seen.size(), factory_display_items(DisplayList::automatic).size() -
                               5);  // two voltages, two currents and the neutral's
    EXPECT_FALSE(seen.contains(Obis(1, 0, 52, 7, 0)));
    EXPECT_FALSE(seen.contains(Obis(1, 0, 91, 7, 0)));
}

TEST_F(Scrolling, APressBeginsTheManualListForThirtySeconds) {
    past_the_test();
    pass(seconds{6});
    press();
    EXPECT_EQ(display.item(), import);
    press();
    EXPECT_EQ(display.item(), Obis(1, 0, 2, 8, 0));
    pass(milliseconds{29'999});
    EXPECT_EQ(display.item(), Obis(1, 0, 2, 8, 0));
    press();
    EXPECT_EQ(display.item(), Obis(1, 0, 3, 8, 0));
    pass(milliseconds{29'999});
    EXPECT_EQ(display.item(), Obis(1, 0, 3, 8, 0));
    pass(milliseconds{1});
    EXPECT_EQ(display.item(), import);
    pass(seconds{6});
    EXPECT_EQ(display.item(), Obis(1, 0, 2, 8, 0));
}

TEST_F(Scrolling, TheManualListGoesRound) {
    past_the_test();
    press();
    std::set<Obis> seen;
    for (std::size_t i = 0; i < max_display_items; ++i) {
        seen.insert(*display.item());
        press();
    }
    EXPECT_EQ(seen.size(), factory_display_items(DisplayList::manual).size());
    EXPECT_TRUE(seen.contains(Obis(1, 0, 1, 8, 4)));
    EXPECT_TRUE(seen.contains(display_serial_number));
}

using Button = Glass;

TEST_F(Button, HeldForTwoSecondsLeadsBack) {
    past_the_test();
    press();
    press();
    hold();
    EXPECT_EQ(display.item(), import);
    press();
    EXPECT_EQ(display.item(), import);  // of the manual list, which begins anew
    press();
    EXPECT_EQ(display.item(), Obis(1, 0, 2, 8, 0));
}

TEST_F(Button, HeldDuringAutoScrollTestsTheSegments) {
    past_the_test();
    pass(seconds{7});
    hold();
    EXPECT_TRUE(display.testing());
    EXPECT_EQ(lcd().digits[0], 0xFF);
    pass(seconds{3});
    EXPECT_EQ(display.item(), import);
}

TEST_F(Button, LetGoJustBeforeIsAShortPress) {
    past_the_test();
    pass(seconds{6});
    display.push_button(true, readings());
    pass(milliseconds{1999});
    EXPECT_EQ(display.item(), Obis(1, 0, 2, 8, 0));  // nothing happens until it comes up
    display.push_button(false, readings());
    EXPECT_EQ(display.item(), import);
    display.push_button(false, readings());  // up already
    EXPECT_EQ(display.item(), import);
}

TEST_F(Button, Clicks) {
    past_the_test();
    EXPECT_EQ(display.take_sounds(), 0);
    display.push_button(true, readings());
    EXPECT_EQ(display.take_sounds(), sound_key);
    display.push_button(false, readings());
    EXPECT_EQ(display.take_sounds(), 0);
    DisplaySettings quiet = display.settings();
    quiet.sounds = false;
    ASSERT_EQ(display.configure(store, quiet), DisplayFault::none);
    press();
    display.confirm(true);
    EXPECT_EQ(display.take_sounds(), 0);
}

TEST_F(Button, TheSealedOnesDeedIsConfirmedOnTheGlass) {
    past_the_test();
    display.confirm(true);
    EXPECT_EQ(value(), "    donE");
    EXPECT_EQ(code(), "0.1.0   ");
    EXPECT_EQ(display.take_sounds(), sound_done);
    EXPECT_TRUE(lcd().backlight);
    pass(milliseconds{2999});
    EXPECT_EQ(value(), "    donE");
    pass(milliseconds{1});
    EXPECT_EQ(value(), "000000.00");
    display.confirm(false);
    EXPECT_EQ(value(), "     Err");
    EXPECT_EQ(display.take_sounds(), sound_refused);
    press();  // somebody has read it
    EXPECT_EQ(value(), "000000.00");
}

using PowerOff = Glass;

TEST_F(PowerOff, IsDarkUntilAPressAndAgainAfterTwentySeconds) {
    past_the_test();
    display.set_supply(DisplaySupply::battery);
    interval = {};
    EXPECT_EQ(lcd(), Lcd{});
    EXPECT_EQ(display.item(), std::nullopt);
    pass(hours{5});
    EXPECT_EQ(lcd(), Lcd{});
    energy.total.raw()[0] = 7'500 * millijoules_per_wh;
    press();
    EXPECT_EQ(value(), "000007.50");
    EXPECT_EQ(annunciators(), "k W h");
    EXPECT_FALSE(lcd().backlight);
    std::vector<Obis> seen;
    for (std::size_t i = 0; i < factory_display_items(DisplayList::power_off).size(); ++i) {
        seen.push_back(*display.item());
        pass(milliseconds{19'999});
        press();
    }
    EXPECT_TRUE(std::ranges::equal(seen, factory_display_items(DisplayList::power_off)));
    pass(seconds{20});
    EXPECT_EQ(lcd(), Lcd{});
    EXPECT_EQ(display.take_sounds(), 0);  // the battery is not for noise
    press();
    hold();
    EXPECT_EQ(lcd(), Lcd{});
    display.set_supply(DisplaySupply::mains);
    EXPECT_TRUE(display.testing());
}

TEST_F(PowerOff, WithoutABatteryAPressShowsNothing) {
    past_the_test();
    display.set_supply(DisplaySupply::none);
    press();
    EXPECT_EQ(lcd(), Lcd{});
    display.set_supply(DisplaySupply::battery);
    press();
    EXPECT_EQ(display.item(), import);
    display.set_supply(DisplaySupply::none);  // pulled out
    EXPECT_EQ(lcd(), Lcd{});
}

using Setting = Glass;

TEST_F(Setting, IsInForceAtOnceAndAfterThePower) {
    DisplaySettings settings = display.settings();
    settings.item_time_s = 2;
    settings.return_time_s = 5;
    settings.energy_decimals = 0;
    settings.power_decimals = 4;
    settings.leading_zeros = false;
    settings.backlight = Backlight::always;
    ASSERT_EQ(display.configure(store, settings), DisplayFault::none);
    ASSERT_EQ(display.set_items(store, DisplayList::automatic, {{Obis(1, 0, 16, 7, 0), import}, 2}, readings()),
              DisplayFault::none);
    const Display again(model, store);
    EXPECT_EQ(again.settings(), settings);
    EXPECT_EQ(again.items(store, DisplayList::automatic), display.items(store, DisplayList::automatic));
    past_the_test();
    interval.phase[0].active_power_mw = 1'234'567;
    energy.total.raw()[0] = 42'999 * millijoules_per_wh;
    EXPECT_EQ(value(), "   1.2346");
    EXPECT_TRUE(lcd().backlight);
    pass(seconds{2});
    EXPECT_EQ(value(), "      42");
    press();
    press();
    pass(seconds{5});
    EXPECT_EQ(display.item(), Obis(1, 0, 16, 7, 0));
}

TEST_F(Setting, OutOfRangeIsRefusedAndNothingChanges) {
    const DisplaySettings before = display.settings();
    const auto refused = [&](auto&& change) {
        DisplaySettings settings = before;
        change(settings);
        EXPECT_EQ(display.configure(store, settings), DisplayFault::out_of_range);
        EXPECT_EQ(display.settings(), before);
    };
    refused([](DisplaySettings& to) { to.item_time_s = 0; });
    refused([](DisplaySettings& to) { to.return_time_s = longest_display_time_s + 1; });
    refused([](DisplaySettings& to) { to.backlight_time_s = 0; });
    refused([](DisplaySettings& to) { to.battery_time_s = longest_battery_time_s + 1; });
    refused([](DisplaySettings& to) { to.backlight = Backlight::count; });
    refused([](DisplaySettings& to) { to.energy_decimals = most_energy_decimals + 1; });
    refused([](DisplaySettings& to) { to.power_decimals = most_power_decimals + 1; });
    EXPECT_EQ(display.set_items(store, DisplayList::automatic, {}, readings()), DisplayFault::no_items);
    EXPECT_EQ(display.set_items(store, DisplayList::power_off, {}, readings()), DisplayFault::none);
    display.set_supply(DisplaySupply::battery);
    press();
    EXPECT_EQ(display.item(), std::nullopt);
    EXPECT_EQ(value(), "        ");
}

TEST_F(Scrolling, TheLightStaysOnForAMinuteAfterAPress) {
    past_the_test();
    EXPECT_FALSE(lcd().backlight);
    press();
    pass(milliseconds{59'999});
    EXPECT_TRUE(lcd().backlight);
    pass(milliseconds{1});
    EXPECT_FALSE(lcd().backlight);
}

using Values = Glass;

TEST_F(Values, EnergyInKilowattHoursWithZerosInFront) {
    past_the_test();
    EXPECT_EQ(value(), "000000.00");
    EXPECT_EQ(code(), "1.8.0   ");
    EXPECT_EQ(annunciators(), "L1 L2 L3 k W h");
    energy.total.raw()[0] = 1'234'569 * millijoules_per_wh;  // cut, not rounded
    EXPECT_EQ(value(), "001234.56");
    energy.total.raw()[0] = 1'000'000'020 * millijoules_per_wh;  // the left is lost, as on a counter
    EXPECT_EQ(value(), "000000.02");
    EXPECT_EQ(value_of(Obis(1, 0, 3, 8, 0)), "000000.00");
    EXPECT_EQ(annunciators(), "L1 L2 L3 k var h");
}

struct TenDigits : Glass {
    TenDigits() : Glass(sm306) {}
};

TEST_F(TenDigits, EnergyAndPower) {
    past_the_test();
    energy.total.raw()[0] = 1'234'567'890 * millijoules_per_wh;
    EXPECT_EQ(value(), "01234567.89");
    interval.phase[0].active_power_mw = -1'234'567;
    EXPECT_EQ(value_of(Obis(1, 0, 16, 7, 0)), "     -1.234");
}

TEST_F(Values, PowerHasItsSign) {
    past_the_test();
    interval.phase[0].active_power_mw = 2'345'678;
    EXPECT_EQ(value_of(Obis(1, 0, 16, 7, 0)), "     2.34");
    EXPECT_EQ(annunciators(), "L1 L2 L3 P+ k W");
    interval.phase[0].active_power_mw = -12'345'678;
    EXPECT_EQ(value(), "   -12.34");
    EXPECT_EQ(annunciators(), "L1 L2 L3 P- k W");
    interval.phase[0].active_power_mw = -9'000;
    EXPECT_EQ(value(), "     0.00");
    interval.phase[0].active_power_mw = -10'000;
    EXPECT_EQ(value(), "    -0.01");
    interval.phase[0].active_power_mw = 0;
    interval.phase[0].reactive_power_mvar = -500'000;
    EXPECT_EQ(value_of(Obis(1, 0, 4, 7, 0)), "     0.50");
    EXPECT_EQ(annunciators(), "L1 L2 L3 Q- k var");
}

TEST_F(Values, NegativeNumbersThatFillTheGlassKeepTheirSign) {
    past_the_test();
    interval.phase[0].active_power_mw = -123'456'780'000;
    EXPECT_EQ(value_of(Obis(1, 0, 16, 7, 0)), "-23456.78");
}

TEST_F(Values, VoltagesCurrentsFrequencyAndFactor) {
    past_the_test();
    interval.phase[0] = {.voltage_mv = 230'400,
                         .current_ua = 5'432'100,
                         .active_power_mw = 980'000,
                         .reactive_power_mvar = 0,
                         .apparent_power_mva = 1'000'000};
    interval.neutral_current_ua = 12'000;
    EXPECT_EQ(value_of(Obis(1, 0, 32, 7, 0)), "    230.4");
    EXPECT_EQ(code(), "32.7.0  ");
    EXPECT_EQ(annunciators(), "L1 L2 L3 P+ V");
    EXPECT_EQ(value_of(Obis(1, 0, 31, 7, 0)), "    5.432");
    EXPECT_EQ(annunciators(), "L1 L2 L3 P+ A");
    EXPECT_EQ(value_of(Obis(1, 0, 91, 7, 0)), "    0.012");
    EXPECT_EQ(value_of(Obis(1, 0, 14, 7, 0)), "   50.000");
    EXPECT_EQ(annunciators(), "L1 L2 L3 P+ Hz");
    EXPECT_EQ(value_of(Obis(1, 0, 13, 7, 0)), "    0.980");
    EXPECT_EQ(annunciators(), "L1 L2 L3 P+ PF");
    interval.phase[0].active_power_mw = -980'000;
    EXPECT_EQ(value(), "   -0.980");
}

TEST_F(Values, HarmonicsTariffsAndNumbers) {
    past_the_test();
    interval.phase[0].voltage_distortion = 1'234;
    interval.phase[0].current_distortion = 45;
    ledger.tariff[1].raw()[0] = 4'560 * millijoules_per_wh;
    ledger.tariff_now = 2;
    ledger.resets = 17;
    ledger.account.available = 12 * account_units_per_currency;
    errors = 0x0800'00AB;
    EXPECT_EQ(value_of(Obis(1, 0, 32, 7, 124)), "    12.34");
    EXPECT_EQ(code(), "32.7.124");
    EXPECT_EQ(value_of(Obis(1, 0, 31, 7, 124)), "     0.45");
    EXPECT_EQ(annunciators(), "L1 L2 L3");
    EXPECT_EQ(value_of(Obis(1, 0, 1, 8, 2)), "000004.56");
    EXPECT_EQ(value_of(active_tariff_name), "       2");
    EXPECT_EQ(value_of(reset_counter_name), "      17");
    EXPECT_EQ(value_of(available_credit_name), "    12.00");
    EXPECT_EQ(annunciators(), "L1 L2 L3 credit");
    EXPECT_EQ(value_of(display_serial_number), "00012345");
    EXPECT_EQ(value_of(display_errors), "080000Ab");
}

TEST_F(Values, LocalTimeAndDate) {
    past_the_test();
    EXPECT_EQ(value_of(display_time), "09-08-07");
    EXPECT_EQ(code(), "0.9.1   ");
    EXPECT_EQ(annunciators(), "L1 L2 L3 time");
    EXPECT_EQ(value_of(display_date), "05-06-26");
    EXPECT_EQ(code(), "0.9.2   ");
    EXPECT_EQ(annunciators(), "L1 L2 L3 date");
}

TEST_F(TenDigits, TimeAndDateStandOnTheRight) {
    past_the_test();
    EXPECT_EQ(value_of(display_time), "  09-08-07");
}

TEST_F(Values, PhasesThatAreMissingOrReversed) {
    past_the_test();
    interval.phase[1].voltage_mv = model.nominal_voltage_mv / 2 - 1;
    interval.phase[2].voltage_mv = model.nominal_voltage_mv / 2;
    interval.phase_sequence_reversed = true;
    EXPECT_EQ(annunciators(), "L1 L3 phase-sequence k W h");
}

TEST(SevenSegments, OfEachCharacterAreItsOwn) {
    std::set<int> seen;
    for (const char character :
         {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', ' ', 'A', 'b', 'C', 'd', 'E', 'F', 'n', 'o', 'r'}) {
        seen.insert(seven_segments(character));
    }
    EXPECT_EQ(seen.size(), 21U);
    EXPECT_EQ(seven_segments('?'), 0);
    EXPECT_EQ(seven_segments('8'), 0x7F);
}

TEST(Display, EveryModelShowsEveryItemInItsOwnDigits) {
    for (const Model* model : all_models()) {
        test::MemoryFlash flash(4, 4096);
        Store store(flash);
        store.mount();
        const Ledger ledger;
        const Interval interval;
        const DemandSettings demand;
        const Readings readings{{*model, interval, ledger, demand}, store};
        Display display(*model, store);
        display.advance(seconds{3}, readings);
        for (std::size_t i = 0; i < 40; ++i) {
            const Lcd lcd = display.render(readings, local_now);
            const auto shown = test::read_segments(lcd.digits);
            EXPECT_EQ(shown.find('?'), std::string::npos);
            for (std::size_t digit = model->display_digits; digit < lcd_max_digits; ++digit) {
                EXPECT_EQ(lcd.digits[digit], 0);
            }
            EXPECT_NE(lcd.digits[model->display_digits - 1U], 0) << model->name << " " << shown;
            display.press(readings);
        }
    }
}

}  // namespace
}  // namespace blathy::meter
