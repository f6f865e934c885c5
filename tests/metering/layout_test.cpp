#include <gtest/gtest.h>

#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
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
        EXPECT_GE(log.end() - log.first(), 9600U);
        octets += log.capacity();
    }
    RecordProperty("octets", static_cast<int>(octets));
    EXPECT_LE(octets, 300U * 1000);
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
