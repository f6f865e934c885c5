// From the terminals to the log: what the samples of a site show becomes an event.
#include <gtest/gtest.h>

#include "meter/metrology/metrology.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sm120b2.hpp"
#include "world/site.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/supply.hpp"

namespace blathy::world {
namespace {

using meter::EventLogId;
using meter::Model;
using test::codes;

using Codes = std::vector<int>;

struct House {
    explicit House(const Model& of) : model(of), bench(of), site(of), metrology(of, {}) {}

    void live(double seconds) {
        for (samples_due += seconds * model.sample_rate_hz; samples_due >= 1; samples_due -= 1) {
            if (!metrology.push(site.next())) continue;
            (void)bench.meter.advance(metrology.interval());
            while (const auto event = metrology.voltage_events().take()) bench.meter.take(*event);
        }
    }
    void set_voltage(std::size_t phase, double volts) {
        Mains mains = site.mains();
        mains.voltage_v[phase] = volts;
        site.set_mains(mains);
    }

    const Model& model;
    test::Bench bench;
    Site site;
    meter::Metrology metrology;
    double samples_due = 0;
};

PhaseLoad amperes(double current) {
    PhaseLoad load;
    load.current_a = current;
    return load;
}

TEST(EventsOfWaveforms, AHealthySiteHasNone) {
    for (const Model* model : meter::all_models()) {
        House house(*model);
        house.site.set_loads(amperes(model->basic_current_ma / 1000.0));
        house.live(5);
        for (std::size_t i = 0; i < meter::event_logs; ++i) {
            EXPECT_TRUE(codes(house.bench.meter, static_cast<EventLogId>(i)).empty()) << model->name << ' ' << i;
        }
    }
}

TEST(EventsOfWaveforms, APhaseThatIsSwitchedOffIsMissing) {
    House house(meter::sed302);
    house.live(2);
    house.set_voltage(1, 0);
    house.live(5);
    house.set_voltage(1, 230);
    house.live(2);
    EXPECT_EQ(codes(house.bench.meter, EventLogId::quality), (Codes{83, 86, 93}));
}

TEST(EventsOfWaveforms, ADipOfFourPeriodsIsADipAndNoUndervoltage) {
    House house(meter::sed302);
    house.live(2);
    house.set_voltage(0, 120);
    house.live(0.08);
    house.set_voltage(0, 230);
    house.live(2);
    EXPECT_EQ(codes(house.bench.meter, EventLogId::quality), Codes{92});
    const auto row = test::rows(house.bench.meter, EventLogId::quality)[0];
    EXPECT_NEAR(row.magnitude, 1200, 5);
    EXPECT_NEAR(row.duration_cs, 8, 2);
}

TEST(EventsOfWaveforms, PhasesThatAreExchangedAreReversed) {
    House house(meter::sed302);
    house.live(2);
    Mains mains = house.site.mains();
    mains.reverse_sequence();
    house.site.set_mains(mains);
    house.live(12);
    // The jump of the phases is a dip of one and a swell of another first.
    EXPECT_EQ(codes(house.bench.meter, EventLogId::quality).back(), 88);
}

TEST(EventsOfWaveforms, CurrentThatIsLedAroundTheMeterIsABypass) {
    for (const Model* model : {&meter::sed302, &meter::sm120b2}) {
        House house(*model);
        house.site.set_loads(amperes(10));
        house.live(12);
        EXPECT_TRUE(codes(house.bench.meter, EventLogId::fraud).empty());
        house.site.set_bypass(0, 0.5);
        house.live(12);
        EXPECT_EQ(codes(house.bench.meter, EventLogId::fraud), Codes{model->phases == 1 ? 52 : 236}) << model->name;
    }
}

// Unequal loads without a neutral: the light loads burn, and the meter says why.
TEST(EventsOfWaveforms, ABrokenNeutralIsMissing) {
    House house(meter::sed302);
    house.site.set_load(0, amperes(20));
    house.site.set_load(1, amperes(5));
    house.site.set_load(2, amperes(5));
    house.live(2);
    house.site.set_neutral(false);
    house.live(12);
    const Codes found = codes(house.bench.meter, EventLogId::quality);
    EXPECT_NE(std::ranges::find(found, 89), found.end());
    EXPECT_TRUE(house.bench.meter.events().now().has(meter::Condition::neutral));
    const Truth truth = house.site.truth();
    EXPECT_LT(truth.phase[0].voltage_v, 130);
    EXPECT_GT(truth.phase[1].voltage_v, 270);
    EXPECT_NEAR(truth.neutral_current_a, 0, 1e-6);
    EXPECT_NEAR(house.bench.meter.interval().phase[1].voltage_mv / 1000.0, truth.phase[1].voltage_v, 1);
    house.site.set_neutral(true);
    house.live(12);
    EXPECT_FALSE(house.bench.meter.events().now().has(meter::Condition::neutral));
}

TEST(EventsOfWaveforms, ALoadThatFeedsBackIsReversed) {
    House house(meter::sm120b2);
    PhaseLoad load = amperes(5);
    load.exporting = true;
    house.site.set_load(0, load);
    house.live(62);
    EXPECT_EQ(codes(house.bench.meter, EventLogId::quality), Codes{93});
}

}  // namespace
}  // namespace blathy::world
