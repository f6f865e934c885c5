// Power fails in every flash operation of a long life, in every way: nothing acknowledged is lost, nothing is there by
// half, and no energy is lost or counted twice.
#include <functional>

#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;
using meter::ProfileId;

// An hour before a month ends in Central Europe.
constexpr UtcTime before_month_end = sys_days{year{2026} / 1 / 31} + hours{22};
constexpr std::array all_profiles = {ProfileId::load_1, ProfileId::load_2, ProfileId::daily, ProfileId::monthly};

meter::Interval five_minutes() {
    meter::Interval interval;
    interval.duration_us = 300'000'000;
    for (auto& phase : interval.phase) {
        phase.voltage_mv = 230'000;
        phase.active_power_mw = 1'000'000;
        phase.apparent_power_mva = 1'000'000;
        phase.active_energy_mj = 300'000'000;
        phase.apparent_energy_mvas = 300'000'000;
    }
    return interval;
}

constexpr auto keyed_role = meter::security::Role::management;

std::vector<std::uint8_t> octets_of(const meter::security::KeyOctets& key) {
    const Bytes octets = key.octets();
    return {octets.begin(), octets.end()};
}

using Keys = std::vector<std::vector<std::uint8_t>>;
Keys keys_of(meter::Meter& meter) {
    const auto keys = meter.security().keys().keys(keyed_role);
    if (!keys) return {};
    return {octets_of(keys->master), octets_of(keys->unicast), octets_of(keys->broadcast),
            octets_of(keys->authentication)};
}

bool change_keys(meter::Meter& meter, std::uint8_t seed) {
    auto keys = meter::security::demo_keys(keyed_role);
    for (auto* key : {&keys.unicast, &keys.authentication}) {
        const std::array<std::uint8_t, 16> octets = {seed++, 42};
        *key = meter::security::KeyOctets(octets);
    }
    return meter.security().keys().change(keyed_role, keys);
}

// What a client can see of a meter, as far as it must be durable.
struct Picture {
    meter::EnergySet energy;
    std::array<meter::EnergySet, meter::max_tariffs> tariff;
    std::uint64_t resets = 0;
    std::array<std::uint32_t, all_profiles.size()> rows{};
    meter::MeteringSettings settings;
    std::optional<meter::Calendar> passive;
    std::optional<meter::Calendar> active;
    std::int16_t time_zone_min = 0;
    Keys keys;
    std::int64_t available_credit = 0;
    std::uint64_t receipt = 0;
};

Picture picture_of(meter::Meter& meter) {
    Picture picture;
    const auto& accounting = meter.accounting();
    picture.energy = accounting.ledger().energy.total;
    picture.tariff = accounting.ledger().tariff;
    picture.resets = accounting.ledger().resets;
    for (std::size_t i = 0; i < all_profiles.size(); ++i) picture.rows[i] = accounting.log(all_profiles[i]).end();
    picture.settings = accounting.settings();
    picture.passive = load_passive_calendar(meter.store());
    picture.active = load_active_calendar(meter.store());
    picture.time_zone_min = meter.configuration().clock.time_zone_min;
    picture.keys = keys_of(meter);
    picture.available_credit = accounting.ledger().account.available;
    picture.receipt = accounting.ledger().account.receipt;
    return picture;
}

// Registers that belong to each other do; every row can be read, and rises with the one before.
void expect_whole(meter::Meter& meter) {
    const auto& ledger = meter.accounting().ledger();
    for (std::size_t i = 0; i < meter::energy_registers; ++i) {
        std::uint64_t sum = 0;
        for (const auto& set : ledger.tariff) sum += set.raw()[i];
        ASSERT_EQ(sum, ledger.energy.total.raw()[i]);
    }
    const auto imported = [&] { return meter.registers().read(dlms::Obis(1, 0, 1, 8, 0)).value_or(-1); };
    for (const ProfileId id : all_profiles) {
        const auto& log = meter.accounting().log(id);
        constexpr std::size_t energy_column = 2;
        std::int64_t before = 0;
        meter::RowLog::Reader rows(log);
        for (std::uint32_t row = log.first(); row < log.end(); ++row) {
            ASSERT_TRUE(rows.read(row));
            const meter::RowValues& cells = rows.values();
            const bool billing = id == ProfileId::daily || id == ProfileId::monthly;
            const std::int64_t energy = billing ? cells[energy_column] : id == ProfileId::load_1 ? cells[6] : 0;
            ASSERT_LE(before, energy);
            ASSERT_LE(energy, imported());
            before = energy;
        }
    }
}

// A deed and whether it was acknowledged.
using Deed = std::function<bool(meter::Meter&)>;

std::vector<Deed> script() {
    std::vector<Deed> deeds;
    const auto live = [](meter::Meter& meter) {
        meter.advance(five_minutes());
        return true;
    };
    for (int i = 0; i < 14; ++i) deeds.push_back(live);  // the month ends, with every profile and both billings
    deeds.push_back([](meter::Meter& meter) { return meter.press_reset_button(); });
    deeds.push_back([](meter::Meter& meter) {
        Random random(4);
        return keep_passive_calendar(meter.store(), random_calendar(random));
    });
    deeds.push_back([](meter::Meter& meter) { return !meter.account(&meter::Accounting::activate_calendar); });
    for (int i = 0; i < 4; ++i) deeds.push_back(live);
    deeds.push_back([](meter::Meter& meter) {
        meter::Configuration configuration = meter.configuration();
        configuration.clock.time_zone_min = -30;
        return meter.configure(configuration);
    });
    for (const std::uint8_t seed : {std::uint8_t{1}, std::uint8_t{9}}) {
        deeds.push_back([seed](meter::Meter& meter) { return change_keys(meter, seed); });
    }
    deeds.push_back([](meter::Meter& meter) {
        return meter.account(&meter::Accounting::credit, std::uint64_t{12'340'000}, std::uint64_t{77});
    });
    deeds.push_back([](meter::Meter& meter) {
        meter.set_clock(meter.clock().now() + hours{30});
        return true;
    });
    for (int i = 0; i < 4; ++i) deeds.push_back(live);
    deeds.push_back([](meter::Meter& meter) {
        meter.set_clock(meter.clock().now() - hours{2});
        return true;
    });
    deeds.push_back([](meter::Meter& meter) {
        return meter.account(&meter::Accounting::set_demand, meter::DemandSettings{300, 3});
    });
    for (int i = 0; i < 8; ++i) deeds.push_back(live);
    deeds.push_back([](meter::Meter& meter) {
        return meter.account(&meter::Accounting::set_recording_period, meter::RecordingInterval::first,
                             std::uint16_t{300});
    });
    for (int i = 0; i < 6; ++i) deeds.push_back(live);
    return deeds;
}

// What a meter that has come up again may be: as before a deed, as behind it, or between where the deed has steps.
void expect_between(meter::Meter& meter, const Picture& before, const Picture& after, bool acknowledged) {
    ASSERT_NO_FATAL_FAILURE(expect_whole(meter));
    const Picture found = picture_of(meter);
    for (std::size_t i = 0; i < meter::energy_registers; ++i) {
        ASSERT_GE(found.energy.raw()[i], before.energy.raw()[i]);
        ASSERT_LE(found.energy.raw()[i], after.energy.raw()[i]);
    }
    ASSERT_GE(found.resets, before.resets);
    ASSERT_LE(found.resets, after.resets);
    ASSERT_TRUE(found.settings == before.settings || found.settings == after.settings);
    ASSERT_TRUE(found.active == before.active || found.active == after.active);
    ASSERT_TRUE(found.passive == before.passive || found.passive == after.passive);
    ASSERT_TRUE(found.time_zone_min == before.time_zone_min || found.time_zone_min == after.time_zone_min);
    ASSERT_TRUE(found.keys == before.keys || found.keys == after.keys);
    ASSERT_TRUE(found.receipt == before.receipt || found.receipt == after.receipt);
    ASSERT_EQ(found.available_credit,
              found.receipt == before.receipt ? before.available_credit : after.available_credit);
    for (std::size_t i = 0; i < all_profiles.size(); ++i) {
        ASSERT_GE(found.rows[i], before.rows[i]);
        // A setting of the clock that did not come to its end leaves what the outage would have closed.
        ASSERT_LE(found.rows[i], after.rows[i] + 1);
    }
    // What was acknowledged although power was about to fail is there. Time alone acknowledges nothing.
    if (acknowledged) {
        ASSERT_TRUE(after.keys == before.keys || found.keys == after.keys);
        ASSERT_TRUE(after.receipt == before.receipt || found.receipt == after.receipt);
        ASSERT_TRUE(after.time_zone_min == before.time_zone_min || found.time_zone_min == after.time_zone_min);
        ASSERT_EQ(found.settings, after.settings);
        ASSERT_EQ(found.active, after.active);
        ASSERT_EQ(found.passive, after.passive);
    }
    ASSERT_EQ(meter.store().lost_records(), 0U) << "nothing has rotted";
    // It goes on as a meter.
    meter.advance(five_minutes());
    ASSERT_TRUE(meter.save());
}

struct Cuts {
    std::uint64_t first = 0;   // within deeds
    std::uint64_t second = 0;  // within the start behind a first one
};

// Which flash operations of the start behind a first cut are cut: none, one (another one each time), each in one way,
// or each in every way.
enum class Again { never, once, each, each_in_every_way };

// Checks a meter that was cut, and that comes up again undisturbed, or is cut once more as it does.
void cut_start(const NorFlash& flash, UtcTime now, Again how, Cuts& cuts,
               const std::function<void(meter::Meter&)>& check) {
    const std::uint64_t first_operation = flash.operations();
    LivedMeter uncut(meter::sed302, now, flash);
    const std::uint64_t of_start = uncut.flash().operations() - first_operation;
    ASSERT_NO_FATAL_FAILURE(check(uncut.meter()));
    constexpr auto tears = static_cast<std::uint64_t>(Tear::count);
    const auto cut = [&](std::uint64_t operation, std::uint64_t tear) {
        SCOPED_TRACE("start, operation " + std::to_string(operation) + ", tear " + std::to_string(tear));
        NorFlash cut_again = flash;
        cut_again.cut_at(operation, static_cast<Tear>(tear), ++cuts.second);
        LivedMeter dying(meter::sed302, now, std::move(cut_again));
        ASSERT_FALSE(dying.flash().powered());
        dying.flash().restore();
        LivedMeter again(meter::sed302, now, dying.flash());
        ASSERT_NO_FATAL_FAILURE(check(again.meter()));
    };
    if (how == Again::never || of_start == 0) return;
    if (how == Again::once) return cut(cuts.second % of_start, cuts.second / of_start % tears);
    for (std::uint64_t operation = 0; operation < of_start; ++operation) {
        for (std::uint64_t tear = 0; tear < tears; ++tear) {
            const bool is_meant = how == Again::each_in_every_way || (cuts.first + operation) % tears == tear;
            if (!is_meant) continue;
            ASSERT_NO_FATAL_FAILURE(cut(operation, tear));
        }
    }
}

// Cuts each flash operation of each deed, in every way, and the start behind it.
Cuts cut_everywhere(const std::vector<Deed>& deeds, NorFlash flash, UtcTime now) {
    Cuts cuts;
    for (std::size_t number = 0; number < deeds.size(); ++number) {
        const Deed& deed = deeds[number];
        // As it should be.
        LivedMeter whole(meter::sed302, now, flash);
        const Picture before = picture_of(whole.meter());
        const std::uint64_t first_operation = whole.flash().operations();
        EXPECT_TRUE(deed(whole.meter()));
        const std::uint64_t of_deed = whole.flash().operations() - first_operation;
        EXPECT_TRUE(whole.meter().save());
        const Picture after = picture_of(whole.meter());
        EXPECT_FALSE(whole.flash().misused());

        const auto cut = [&](std::uint64_t operation, Tear tear) {
            LivedMeter lived(meter::sed302, now, flash);
            lived.flash().cut_at(operation, tear, ++cuts.first);
            const bool acknowledged = deed(lived.meter());
            const UtcTime left_at = lived.meter().clock().now();
            lived.flash().restore();
            // The clock chip ran on; it is on one side of the deed or on the other.
            const UtcTime back_at = left_at > now + minutes{5} ? left_at : std::max(now, left_at);
            // The start behind one operation of each deed is cut everywhere, another one from deed to deed.
            const auto tears = static_cast<std::uint64_t>(Tear::count);
            const bool everywhere = operation == number % of_deed && tear == Tear::out_of_order;
            Again how = operation % tears == static_cast<std::uint64_t>(tear) ? Again::once : Again::never;
            if (everywhere) how = number % 8 == 0 ? Again::each_in_every_way : Again::each;
            cut_start(lived.flash(), back_at, how, cuts,
                      [&](meter::Meter& again) { expect_between(again, before, after, acknowledged); });
        };
        for (std::uint64_t operation = 0; operation < of_deed; ++operation) {
            for (std::size_t tear = 0; tear < static_cast<std::size_t>(Tear::count); ++tear) {
                SCOPED_TRACE("deed " + std::to_string(number) + ", operation " + std::to_string(operation) + ", tear " +
                             std::to_string(tear));
                cut(operation, static_cast<Tear>(tear));
                if (testing::Test::HasFatalFailure()) return cuts;
            }
        }
        flash = whole.flash();
        now = whole.meter().clock().now();
    }
    return cuts;
}

void record(const Cuts& cuts) {
    testing::Test::RecordProperty("cuts", static_cast<int>(cuts.first));
    testing::Test::RecordProperty("cuts_of_starts", static_cast<int>(cuts.second));
}

TEST(PowerCut, InEveryOperationOfALifeLosesNothing) {
    // The meter has lived already, so that the profiles are near the end of a sector.
    LivedMeter lived(meter::sed302, before_month_end - hours{24 * 9});
    while (lived.meter().clock().now() < before_month_end) lived.meter().advance(five_minutes());
    ASSERT_TRUE(lived.meter().save());
    const Cuts cuts = cut_everywhere(script(), lived.flash(), before_month_end);
    record(cuts);
    EXPECT_GT(cuts.first, 500U);
    EXPECT_GT(cuts.second, 400U);
}

// Load profile 1 begins its ring again: the oldest rows go, and the others stay.
TEST(PowerCut, WhereAProfileBeginsAgainLosesNothing) {
    // On a flash of the least size, where that is soonest.
    constexpr std::size_t sectors = 120;
    LivedMeter lived(meter::sed302, before_month_end, NorFlash(sectors));
    ASSERT_TRUE(lived.meter().account(&meter::Accounting::set_recording_period, meter::RecordingInterval::first,
                                      std::uint16_t{60}));
    const auto log = [&]() -> const meter::RowLog& { return lived.meter().accounting().log(ProfileId::load_1); };
    // Up to the last state before the first rows are erased.
    NorFlash before = lived.flash();
    UtcTime then = before_month_end;
    while (log().first() == 0) {
        ASSERT_TRUE(lived.meter().save());
        before = lived.flash();
        then = lived.meter().clock().now();
        for (int i = 0; i < 4 && log().first() == 0; ++i) lived.meter().advance(five_minutes());
    }
    const std::uint32_t gone = log().first();
    const std::vector<Deed> deeds(5, [](meter::Meter& meter) {
        meter.advance(five_minutes());
        return true;
    });
    const Cuts cuts = cut_everywhere(deeds, before, then);
    EXPECT_GT(cuts.first, 100U);
    EXPECT_GT(cuts.second, 50U);
    record(cuts);
    EXPECT_GE(log().end() - gone, 4000U);
}

// Power that fails without notice, thousands of times: what is lost is never more than was since the last save.
TEST(PowerCut, WithoutNoticeLosesAMinuteAtMost) {
    LivedMeter lived(meter::sed302, before_month_end);
    meter::Interval second = five_minutes();
    second.duration_us = 1'000'000;
    for (auto& phase : second.phase) phase.active_energy_mj = phase.apparent_energy_mvas = 1'000'000;
    std::uint64_t before = 0;
    for (int life = 0; life < 400; ++life) {
        const std::uint64_t found = lived.meter().energy().total[meter::EnergyRegister::active_import];
        ASSERT_LE(found, before);
        ASSERT_GE(found + 3'000'000ULL * 60, before);
        for (int i = 0; i < life; ++i) lived.meter().advance(second);
        before = lived.meter().energy().total[meter::EnergyRegister::active_import];
        lived.power_off(seconds{0}, false);
    }
}

// With notice it costs nothing at all.
TEST(PowerCut, TenThousandFailuresWithNoticeCostNoEnergy) {
    LivedMeter lived(meter::sed302, before_month_end);
    meter::Interval second = five_minutes();
    second.duration_us = 1'000'000;
    for (auto& phase : second.phase) phase.active_energy_mj = phase.apparent_energy_mvas = 1'000'001;
    constexpr std::uint64_t failures = 10'000;
    for (std::uint64_t i = 0; i < failures; ++i) {
        lived.meter().advance(second);
        lived.power_off(seconds{0});
    }
    EXPECT_EQ(lived.meter().energy().total[meter::EnergyRegister::active_import], failures * 3 * 1'000'001);
}

// Bits that rot anywhere: never a wrong energy, and what is damaged is told.
TEST(PowerCut, RotNeverServesAWrongRegister) {
    LivedMeter lived(meter::sed302, before_month_end);
    std::vector<std::uint64_t> states;
    for (int i = 0; i < 200; ++i) {
        lived.meter().advance(five_minutes());
        ASSERT_TRUE(lived.meter().save());
        states.push_back(lived.meter().energy().total[meter::EnergyRegister::active_import]);
    }
    int told = 0;
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        NorFlash rotten = lived.flash();
        rotten.rot(0, 40, 20, seed);
        int damages = 0;
        const meter::EventHook hook{[](void* context, const meter::Event& event) {
                                        if (event.kind == meter::EventKind::storage_damaged)
                                            ++*static_cast<int*>(context);
                                    },
                                    &damages};
        LivedMeter again(meter::sed302, lived.meter().clock().now(), rotten, hook);
        const std::uint64_t found = again.meter().energy().total[meter::EnergyRegister::active_import];
        ASSERT_TRUE(std::ranges::count(states, found) == 1) << found;
        ASSERT_NO_FATAL_FAILURE((void)again.meter().registers());
        told += damages;
        if (found != states.back()) {
            ASSERT_GT(damages, 0);
        }
    }
    EXPECT_GT(told, 0);
}

}  // namespace
}  // namespace blathy::world
