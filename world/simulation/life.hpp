// A life of a meter as a sequence of steps: load, failures of power at any moment, hands on the clock, on the button,
// on covers; on request with a crystal that follows the temperature of the seasons. The same seed makes the same life.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include "meter/interval.hpp"
#include "meter/model.hpp"
#include "meter/supervision/inputs.hpp"
#include "meter/tariff/calendar.hpp"
#include "world/crystal.hpp"
#include "world/flash/nor_flash.hpp"
#include "world/random.hpp"

namespace blathy::world {

using meter::UtcTime;

struct Lives {
    meter::Interval interval;               // its duration as the meter's crystal counts it
    std::int16_t temperature_tenths = 250;  // as the meter's sensor has it, tenths of a degree Celsius
};
struct PowerFails {
    std::chrono::seconds duration;
    bool awake = false;  // goes on by battery meanwhile, else it begins anew when the power is back
    std::chrono::microseconds counted = duration;  // of the duration, by the crystal; of no use to who is not awake
};
// Without notice, and within whatever the flash is being asked to do while the meter takes the Interval up: in its
// program or erase number `operation`, or behind the last one if there are fewer.
struct FailsWithin {
    Lives lives;
    std::uint64_t operation;
    Tear tear;
    std::chrono::seconds duration;
};
// Covers are opened and closed, magnets come and go: as the inputs are from now on.
struct HandsAreOn {
    meter::Inputs inputs;
};
struct ClockIsSet {
    std::chrono::seconds by;
};
struct ButtonIsPressed {};
// Of a prepayment meter, in the units of its account.
struct AccountIsCredited {
    std::uint64_t amount;
};
struct AccountIsCharged {
    std::uint64_t amount;
};
using Step = std::variant<Lives, PowerFails, FailsWithin, ClockIsSet, ButtonIsPressed, AccountIsCredited,
                          AccountIsCharged, HandsAreOn>;

struct LifeOptions {
    std::chrono::seconds interval{300};  // divides a quarter of an hour
    bool faults = false;                 // else nothing happens but load, and payments of a prepayment meter
    double faults_a_day = 0.3;
    // Of the meter's clock, which hangs outdoors in a temperate climate. None: its seconds are right.
    std::optional<Crystal> crystal = std::nullopt;
};

// Of the air in a cabinet outdoors: seasons, days and weather.
[[nodiscard]] double outdoor_celsius(UtcTime now);

class Life {
  public:
    Life(const meter::Model& model, UtcTime from, UtcTime to, std::uint64_t seed, const LifeOptions& options);

    // True time, up to which has been lived. The meter's clock may say something else.
    [[nodiscard]] UtcTime now() const { return now_; }
    [[nodiscard]] bool over() const { return now_ >= to_; }
    [[nodiscard]] Step next();

  private:
    [[nodiscard]] meter::Interval load(std::chrono::seconds duration);
    [[nodiscard]] Step fault();
    [[nodiscard]] Step payment();
    [[nodiscard]] Step power_fails();
    [[nodiscard]] Step hands();
    [[nodiscard]] Lives lives(std::chrono::seconds duration);
    // What the crystal counts of true time, from now on.
    [[nodiscard]] std::chrono::microseconds counted(std::chrono::seconds duration);
    [[nodiscard]] bool fails_at_boundary();

    const meter::Model& model_;
    UtcTime now_;
    UtcTime to_;
    LifeOptions options_;
    Random random_;
    meter::Inputs inputs_;
    double sensor_error_k_ = 0;
    double uncounted_us_ = 0;  // below a microsecond
    bool faulty_ = false;      // something happens next
    double base_load_ = 0.02;  // of the greatest current: a household's
};

// A calendar and special days that no rule is broken by, whose switches are whole quarters of an hour.
[[nodiscard]] meter::Calendar random_calendar(Random& random);
[[nodiscard]] meter::SpecialDays random_special_days(Random& random, const meter::Calendar& calendar);

}  // namespace blathy::world
