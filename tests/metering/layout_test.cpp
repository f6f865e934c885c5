#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;

TEST(FlashLayout, GivesEveryModelAllOfItsProfilesWithoutOverlap) {
    for (const Model* model : all_models()) {
        const FlashLayout layout = layout_of(*model, flash_sectors);
        std::vector<int> users(flash_sectors, 0);
        const auto use = [&](Sectors sectors) {
            for (std::size_t i = 0; i < sectors.count; ++i) ++users[sectors.first + i];
        };
        use({0, Store::share});
        use(layout.journal);
        for (std::size_t i = 0; i < profile_count; ++i) {
            use(layout.profiles[i]);
            EXPECT_EQ(layout.profiles[i].count >= 2, has_profile(*model, static_cast<ProfileId>(i))) << model->name;
        }
        for (std::size_t i = 0; i < event_logs; ++i) {
            use(layout.events[i]);
            EXPECT_EQ(layout.events[i].count, has_log(*model, static_cast<EventLogId>(i)) ? 2 : 0) << model->name;
        }
        EXPECT_LE(std::ranges::max(users), 1);
    }
}

TEST(FlashLayout, AHundredDaysOfBothLoadProfilesTakeLessThan300Kilobytes) {
    constexpr UtcTime from = sys_days{year{2026} / 3 / 1};
    world::LivedMeter lived(sed302, from);
    world::Life life(sed302, from, from + days{115}, 1, {.interval = seconds{60}});
    while (!life.over()) lived.live(life.next());
    const Accounting& accounting = lived.meter().accounting();
    std::size_t octets = 0;
    for (const ProfileId id : {ProfileId::load_1, ProfileId::load_2}) {
        const RowLog& log = accounting.log(id);
        ASSERT_GE(log.end() - log.first(), 9600U);
        // A ring has a sector more, which is erased while the others hold the rows.
        octets += log.octets_since(log.end() - 9600) + world::NorFlash::default_sector_size;
    }
    RecordProperty("octets", static_cast<int>(octets));
    EXPECT_LE(octets, 300U * 1000);
}

// The greatest capture list: time and status, and channels that change by as much as they may from row to row, in a way
// that nothing foretells. Returns how many rows are kept.
std::uint32_t rows_kept(const Model& model, ProfileId id, unsigned bits) {
    world::NorFlash flash(flash_sectors);
    RowLog log(flash, layout_of(model, flash_sectors).profiles[static_cast<std::size_t>(id)]);
    log.mount(0, max_load_profile_columns);
    std::array<std::int64_t, max_load_profile_columns> row{};
    world::Random random(bits);
    const std::uint64_t milliseconds_twice = 2'000ULL * factory_recording_period_s;
    for (std::uint32_t number = 0; log.first() == 0; ++number) {
        row[0] += static_cast<std::int64_t>(milliseconds_twice);
        for (std::size_t i = 2; i < row.size(); ++i) {
            row[i] += static_cast<std::int64_t>(random.bits() % (std::uint64_t{1} << bits));
        }
        EXPECT_TRUE(log.append(row));
    }
    return log.end() - log.first();
}

TEST(FlashLayout, AHundredDaysOfSixteenChannelsFit) {
    struct Promise {
        const Model& model;
        unsigned bits;
        std::uint32_t days;
    };
    for (const auto& [model, bits, days] :
         {Promise{sed302, 14, 100}, Promise{sm120b2, 7, 100}, Promise{sm120b2, 12, 70}}) {
        const std::uint32_t rows = rows_kept(model, ProfileId::load_1, bits);
        RecordProperty("rows_of_" + std::string(model.name) + "_" + std::to_string(bits), static_cast<int>(rows));
        EXPECT_GE(rows, days * 96) << model.name << ", " << bits << " bits";
    }
    // The others have as much room, each for both of them.
    for (const Model* model : all_models()) {
        const Model& like = model->functions.extended_profiles ? sm120b2 : sed302;
        const std::size_t sectors = layout_of(like, flash_sectors).profiles[0].count;
        for (const ProfileId id : {ProfileId::load_1, ProfileId::load_2}) {
            EXPECT_GE(layout_of(*model, flash_sectors).profiles[static_cast<std::size_t>(id)].count, sectors);
        }
    }
}

// All of a meter that nobody speaks to, with the store that it keeps things in.
TEST(FlashLayout, AnIdleMeterIsAtMostSixKibibytesOfState) {
    RecordProperty("octets_of_accounting", static_cast<int>(sizeof(Accounting)));
    RecordProperty("octets_of_the_meter", static_cast<int>(sizeof(Meter)));
    RecordProperty("octets_of_the_store", static_cast<int>(sizeof(Store)));
    EXPECT_LE(sizeof(Meter) + sizeof(Store), 6U * 1024);
}

}  // namespace
}  // namespace blathy::meter
