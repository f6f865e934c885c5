// Fifteen years of service within 100,000 erases of each sector: what a stretch of life costs, times as many as there
// are in fifteen years.
#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/support/supply.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;
using meter::ProfileId;
using meter::RecordingInterval;
using meter::Sectors;

constexpr UtcTime beginning = sys_days{year{2026} / 1 / 31} + hours{22};
constexpr double endurance = 100'000;
constexpr Sectors store_sectors{0, meter::Store::share};

// Rings wear evenly: what all sectors of one took, spread over them.
class Wear {
  public:
    explicit Wear(LivedMeter& lived) : lived_(lived), erases_before_(lived.flash().erases()) {}

    [[nodiscard]] double of_a_sector_in_15_years(Sectors sectors, hours lived_for) const {
        const double lives = 15.0 * 365.25 * 24.0 / static_cast<double>(lived_for.count());
        double erases = 0;
        for (std::size_t i = sectors.first; i < std::size_t{sectors.first} + sectors.count; ++i) {
            erases += lived_.flash().erases()[i] - erases_before_[i];
        }
        return erases / sectors.count * lives;
    }

  private:
    LivedMeter& lived_;
    std::vector<std::uint32_t> erases_before_;
};

meter::FlashLayout layout() {
    return layout_of(meter::sed302, meter::flash_sectors);
}
Sectors sectors_of(ProfileId id) {
    return layout().profiles[static_cast<std::size_t>(id)];
}

void record(const std::string& what, double erases) {
    testing::Test::RecordProperty("erases_of_" + what, static_cast<int>(erases));
}

TEST(Wear, OfRegistersAndRows) {
    LivedMeter lived(meter::sed302, beginning);
    const Wear wear(lived);
    constexpr days lived_for{10};
    Life life(meter::sed302, beginning, beginning + lived_for, 5, {.interval = seconds{60}});
    while (!life.over()) lived.live(life.next());
    const double journal = wear.of_a_sector_in_15_years(layout().journal, lived_for);
    record("the_journal", journal);
    EXPECT_GT(journal, 100);
    EXPECT_LT(journal, endurance / 2);
    // A profile's sector comes round once in a hundred days or more.
    for (const ProfileId id : {ProfileId::load_1, ProfileId::load_2, ProfileId::daily, ProfileId::monthly}) {
        const Sectors sectors = sectors_of(id);
        for (std::size_t i = 0; i < sectors.count; ++i) EXPECT_LE(lived.flash().erases()[sectors.first + i], 2U);
    }
}

// Rows that come as often as they may, a minute apart.
TEST(Wear, OfRowsEveryMinute) {
    LivedMeter lived(meter::sed302, beginning);
    for (const auto which : {RecordingInterval::first, RecordingInterval::second}) {
        ASSERT_TRUE(lived.meter().account(&meter::Accounting::set_recording_period, which, std::uint16_t{60}));
    }
    const Wear wear(lived);
    constexpr days lived_for{10};
    Life life(meter::sed302, beginning, beginning + lived_for, 5, {.interval = seconds{60}});
    while (!life.over()) lived.live(life.next());
    for (const Sectors sectors : {layout().journal, sectors_of(ProfileId::load_1), sectors_of(ProfileId::load_2)}) {
        const double erases = wear.of_a_sector_in_15_years(sectors, lived_for);
        record("the_ring_from_sector_" + std::to_string(sectors.first), erases);
        EXPECT_GT(erases, 100);
        EXPECT_LT(erases, endurance);
    }
}

// What can chatter chatters, all of it or the few of one log: contacts of covers, a magnet that comes and goes,
// voltages that hover at each of their thresholds, with nothing having to last before it counts. A central system
// acknowledges and clears every four hours.
struct Chatter {
    const char* name;
    bool covers;
    bool voltages;
};
constexpr std::array chatters = {Chatter{"a cover", true, false}, Chatter{"everything", true, true}};
constexpr seconds chatter_step{10};

void chatter_on(LivedMeter& lived, const Chatter& chatter, hours duration) {
    meter::Inputs inputs;
    for (seconds at{0}; at < duration; at += chatter_step) {
        const auto step = static_cast<std::size_t>(at / chatter_step);
        const bool odd = step % 2 == 1;
        inputs.terminal_cover_open = chatter.covers && odd;
        if (chatter.covers && chatter.voltages) {
            inputs.meter_cover_open = inputs.magnetic_field = odd;
            inputs.module_cover_open = {odd, !odd};
        }
        lived.set_inputs(inputs);
        meter::Interval interval = test::healthy(meter::sed302, chatter_step);
        constexpr std::array<std::uint32_t, 4> voltages_mv = {230'000, 270'000, 180'000, 20'000};
        for (std::size_t phase = 0; phase < meter::sed302.phases && chatter.voltages; ++phase) {
            interval.phase[phase].voltage_mv = voltages_mv[(step + phase) % voltages_mv.size()];
        }
        (void)lived.meter().advance(interval);
        if (step % 1440 != 0) continue;
        for (std::size_t i = 0; i < meter::alarm_registers; ++i) {
            (void)lived.meter().acknowledge_alarms(i, 0);
            (void)lived.meter().clear_alarms(i, 0);
        }
    }
}

TEST(Wear, OfInputsThatChatter) {
    for (const Chatter& chatter : chatters) {
        SCOPED_TRACE(chatter.name);
        LivedMeter lived(meter::sed302, beginning);
        meter::SupervisionSettings settings = lived.meter().supervision().settings();
        settings.undervoltage_time_s = settings.overvoltage_time_s = settings.missing_voltage_time_s = 0;
        settings.unbalance_time_s = settings.neutral_time_s = settings.sequence_time_s = 0;
        settings.input_time_ms = 0;
        ASSERT_TRUE(lived.meter().supervise(settings));
        // Until what a meter may write at once is written.
        chatter_on(lived, chatter, hours{60});
        const Wear wear(lived);
        const std::uint32_t counted = lived.meter().events().count(meter::EventLogId::fraud) +
                                      lived.meter().events().count(meter::EventLogId::quality);
        constexpr hours lived_for{24};
        chatter_on(lived, chatter, lived_for);
        const std::uint32_t count = lived.meter().events().count(meter::EventLogId::fraud) +
                                    lived.meter().events().count(meter::EventLogId::quality) - counted;
        EXPECT_GE(count, lived_for / chatter_step) << "each of them counts";
        const double store = wear.of_a_sector_in_15_years(store_sectors, lived_for);
        record(std::string("the_store_by_") + chatter.name, store);
        EXPECT_GT(store, 100);
        EXPECT_LT(store, endurance);
        EXPECT_LT(wear.of_a_sector_in_15_years(layout().journal, lived_for), endurance);
        double logs = 0;
        for (std::size_t log = 0; log < meter::event_logs; ++log) {
            const double erases = wear.of_a_sector_in_15_years(layout().events[log], lived_for);
            EXPECT_LT(erases, endurance) << "log " << log;
            logs = std::max(logs, erases);
        }
        record(std::string("a_log_by_") + chatter.name, logs);
        EXPECT_GT(logs, 100);
    }
}

}  // namespace
}  // namespace blathy::world
