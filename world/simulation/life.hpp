// A life of a meter as a sequence of steps: load, failures of power at any moment, hands on the clock, on the button,
// on covers. The same seed makes the same life.
#pragma once

#include <chrono>
#include <cstdint>
#include <variant>

#include "meter/interval.hpp"
#include "meter/model.hpp"
#include "meter/supervision/inputs.hpp"
#include "meter/tariff/calendar.hpp"
#include "world/random.hpp"

namespace blathy::world {

using meter::UtcTime;

struct Lives {
    meter::Interval interval;
};
struct PowerFails {
    std::chrono::seconds duration;
    bool awake = false;  // goes on by battery meanwhile, else it begins anew when the power is back
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
using Step =
    std::variant<Lives, PowerFails, ClockIsSet, ButtonIsPressed, AccountIsCredited, AccountIsCharged, HandsAreOn>;

struct LifeOptions {
    std::chrono::seconds interval{300};  // divides a quarter of an hour
    bool faults = false;                 // else nothing happens but load, and payments of a prepayment meter
    double faults_a_day = 0.3;
};

class Life {
  public:
    Life(const meter::Model& model, UtcTime from, UtcTime to, std::uint64_t seed, const LifeOptions& options)
        : model_(model), now_(from), to_(to), options_(options), random_(seed) {}

    // True time has come to the end. The meter's clock may say something else.
    [[nodiscard]] bool over() const { return now_ >= to_; }
    [[nodiscard]] Step next();

  private:
    [[nodiscard]] meter::Interval load(std::chrono::seconds duration);
    [[nodiscard]] Step fault();
    [[nodiscard]] Step payment();
    [[nodiscard]] Step power_fails();
    [[nodiscard]] Step hands();

    const meter::Model& model_;
    UtcTime now_;
    UtcTime to_;
    LifeOptions options_;
    Random random_;
    meter::Inputs inputs_;
    bool faulty_ = false;      // something happens next
    double base_load_ = 0.02;  // of the greatest current: a household's
};

// A calendar and special days that no rule is broken by, whose switches are whole quarters of an hour.
[[nodiscard]] meter::Calendar random_calendar(Random& random);
[[nodiscard]] meter::SpecialDays random_special_days(Random& random, const meter::Calendar& calendar);

}  // namespace blathy::world
