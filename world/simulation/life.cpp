#include "world/simulation/life.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "meter/billing/account.hpp"

namespace blathy::world {
namespace {

using namespace std::chrono;

meter::Label label_of(char letter, std::size_t number) {
    meter::Label label;
    (void)label.add(static_cast<std::uint8_t>(letter));
    (void)label.add(static_cast<std::uint8_t>('a' + number));
    return label;
}

template <class Number>
Number below(Random& random, Number end) {
    return static_cast<Number>(random.bits() % static_cast<std::uint64_t>(end));
}

// What is asked of the flash at a boundary is a handful of programs, and an erase now and then.
constexpr std::uint64_t most_operations = 12;

// An angle as an Interval has it, of less than a turn.
std::uint32_t mdeg(double radians) {
    constexpr std::int64_t turn = 360'000;
    const auto value = static_cast<std::int64_t>(radians / (2.0 * std::numbers::pi) * turn);
    return static_cast<std::uint32_t>((value % turn + turn) % turn);
}

bool is_multiple(UtcTime time, seconds of) {
    return time.time_since_epoch() % of == seconds{0};
}

}  // namespace

double outdoor_celsius(UtcTime now) {
    constexpr double turn = 2 * std::numbers::pi;
    const duration<double, std::ratio<86'400>> since = now.time_since_epoch();
    const double of_year = since.count() / 365.2425;
    // Coldest in the middle of January, and at five in the morning; weather comes and goes within some days.
    return 11 - 12 * std::cos(turn * (of_year - 0.04)) - 7 * std::cos(turn * (since.count() - 5.0 / 24)) +
           4 * std::sin(turn * since.count() / 5.3) + 2 * std::sin(turn * since.count() / 3.1);
}

Life::Life(const meter::Model& model, UtcTime from, UtcTime to, std::uint64_t seed, const LifeOptions& options)
    : model_(model), now_(from), to_(to), options_(options), random_(seed) {
    if (options_.crystal) sensor_error_k_ = random_.uniform(-0.5, 0.5);
}

microseconds Life::counted(seconds duration) {
    if (!options_.crystal) return duration;
    options_.crystal->temperature_c = outdoor_celsius(now_);
    inputs_.temperature_tenths =
        static_cast<std::int16_t>(std::lround((options_.crystal->temperature_c + sensor_error_k_) * 10));
    const double exact_us =
        static_cast<double>(microseconds{duration}.count()) * (1 + options_.crystal->error_ppm() * 1e-6) +
        uncounted_us_;
    const double whole_us = std::floor(exact_us);
    uncounted_us_ = exact_us - whole_us;
    return microseconds{static_cast<std::int64_t>(whole_us)};
}

Lives Life::lives(seconds duration) {
    const microseconds by_crystal = counted(duration);
    Lives step{load(duration), inputs_.temperature_tenths};
    step.interval.duration_us = static_cast<std::uint32_t>(by_crystal.count());
    now_ += duration;
    return step;
}

meter::Interval Life::load(seconds duration) {
    meter::Interval interval;
    interval.frequency_mhz = 49'950 + below(random_, 100U);
    const auto duration_s = static_cast<double>(duration.count());
    const double hour = static_cast<double>((now_.time_since_epoch() % days{1}) / minutes{1}) / 60.0;
    base_load_ = std::clamp(base_load_ + random_.uniform(-0.003, 0.003), 0.002, 0.06);
    const double of_day = 0.6 + 0.4 * std::sin((hour - 8.0) / 12.0 * std::numbers::pi);
    std::complex<double> neutral_a;
    for (std::size_t i = 0; i < model_.phases; ++i) {
        meter::PhaseInterval& phase = interval.phase[i];
        const double lags_first = 2.0 * std::numbers::pi / meter::max_phases * static_cast<double>(i);
        const double volts = model_.nominal_voltage_mv / 1000.0 * random_.uniform(0.995, 1.005);
        const double amperes = model_.max_current_ma / 1000.0 * base_load_ * of_day * random_.uniform(0.9, 1.1);
        // Around noon the sun exports now and then; motors and capacitors take their turns.
        const bool exporting = hour > 10 && hour < 14 && random_.bits() % 8 == 0;
        const double angle = random_.uniform(-0.05, 0.35) + (exporting ? std::numbers::pi : 0.0);
        const double apparent_w = volts * amperes;
        phase.voltage_mv = static_cast<std::uint32_t>(volts * 1000);
        phase.current_ua = static_cast<std::uint32_t>(amperes * 1e6);
        phase.apparent_power_mva = static_cast<std::int64_t>(apparent_w * 1000);
        phase.active_power_mw = static_cast<std::int64_t>(apparent_w * 1000 * std::cos(angle));
        phase.reactive_power_mvar = static_cast<std::int64_t>(apparent_w * 1000 * std::sin(angle));
        const auto energy = [&](std::int64_t power) {
            return static_cast<std::int64_t>(static_cast<double>(power) * duration_s);
        };
        phase.active_energy_mj = energy(phase.active_power_mw);
        phase.reactive_energy_mvars = energy(phase.reactive_power_mvar);
        phase.apparent_energy_mvas = energy(phase.apparent_power_mva);
        phase.voltage_angle_mdeg = mdeg(lags_first);
        phase.current_angle_mdeg = mdeg(angle);
        neutral_a += std::polar(amperes, -(lags_first + angle));
    }
    interval.neutral_current_ua = static_cast<std::uint32_t>(std::abs(neutral_a) * 1e6);
    return interval;
}

Step Life::power_fails() {
    // Seconds, minutes, hours, and now and then weeks.
    constexpr std::array longest = {seconds{10}, seconds{600}, seconds{12h}, seconds{days{40}}};
    const std::uint64_t choice = random_.bits() % 16;
    const seconds most = longest[choice < 6 ? 0 : choice < 12 ? 1 : choice < 15 ? 2 : 3];
    const seconds duration{1 + below(random_, most.count())};
    const microseconds by_crystal = counted(duration);
    now_ += duration;
    return PowerFails{duration, random_.bits() % 2 == 0, by_crystal};
}

Step Life::hands() {
    const std::array<bool*, 5> switches = {&inputs_.terminal_cover_open, &inputs_.meter_cover_open,
                                           &inputs_.magnetic_field, &inputs_.module_cover_open[0],
                                           &inputs_.module_cover_open[1]};
    bool& chosen = *switches[below(random_, switches.size())];
    chosen = !chosen;
    return HandsAreOn{inputs_};
}

Step Life::fault() {
    const auto steps = [&](std::uint64_t greatest) {
        return options_.interval * static_cast<std::int64_t>(1 + random_.bits() % greatest);
    };
    switch (random_.bits() % 10) {
        case 0:
        case 1:
        case 2:
            return power_fails();
        case 3:
            return ButtonIsPressed{};
        case 4:
            return ClockIsSet{-steps(random_.bits() % 4 == 0 ? 12 * 30 : 3)};
        case 5:
            return ClockIsSet{steps(random_.bits() % 4 == 0 ? 12 * 24 * 35 : 3)};
        case 6:
        case 7:
            return hands();
        case 8:
            // Back and forth by what closes no period, at any moment of it.
            return ClockIsSet{seconds{below(random_, std::int64_t{121})} - seconds{60}};
        default:
            return ClockIsSet{steps(6) - steps(6)};
    }
}

// Where a period ends there is most to be written, most of all at midnight in Central Europe.
bool Life::fails_at_boundary() {
    const UtcTime end = now_ + options_.interval;
    if (!options_.faults || !is_multiple(now_, options_.interval) || !is_multiple(end, minutes{15})) return false;
    const bool day_ends = is_multiple(end + hours{1}, days{1}) || is_multiple(end + hours{2}, days{1});
    return random_.uniform() < options_.faults_a_day * (day_ends ? 0.2 : 0.002);
}

// Consumption takes little and often, and a purchase brings much now and then.
Step Life::payment() {
    constexpr std::uint64_t dearest_charge = 3 * meter::account_units_per_currency;
    constexpr std::uint64_t dearest_credit = 40 * meter::account_units_per_currency;
    if (random_.bits() % 12 == 0) return AccountIsCredited{below(random_, dearest_credit)};
    return AccountIsCharged{below(random_, dearest_charge)};
}

Step Life::next() {
    if (faulty_) {
        faulty_ = false;
        return fault();
    }
    if (fails_at_boundary()) {
        const Lives step = lives(options_.interval);
        const seconds duration{1 + below(random_, std::int64_t{3600})};
        now_ += duration;
        return FailsWithin{step, below(random_, most_operations),
                           static_cast<Tear>(below(random_, static_cast<unsigned>(Tear::count))), duration};
    }
    // Intervals end where steps do; what happens, happens within one.
    const seconds until_step = options_.interval - floor<seconds>(now_.time_since_epoch()) % options_.interval;
    const double steps_a_day = 86'400.0 / static_cast<double>(options_.interval.count());
    constexpr double payments_a_day = 8;
    if (model_.functions.prepayment && random_.uniform() < payments_a_day / steps_a_day) return payment();
    seconds duration = until_step;
    if (options_.faults && random_.uniform() < options_.faults_a_day / steps_a_day) {
        faulty_ = true;
        duration = seconds{1 + below(random_, until_step.count())};
    }
    return lives(duration);
}

meter::Calendar random_calendar(Random& random) {
    using namespace meter;
    Calendar calendar;
    calendar.name = label_of('C', below(random, std::size_t{26}));
    const std::size_t days = 1 + below(random, max_day_profiles);
    for (std::size_t i = 0; i < days; ++i) {
        DayProfile day{static_cast<std::uint8_t>(i + 1), {}};
        const std::size_t actions = 1 + below(random, max_switches_a_day);
        // Most days begin at midnight; some go on with the tariff of the day before.
        std::uint32_t quarter = random.bits() % 5 == 0 ? 1 + below(random, 20U) : 0;
        for (std::size_t j = 0; j < actions && quarter < 96; ++j) {
            const auto tariff = static_cast<std::uint16_t>(1 + below(random, max_tariffs));
            (void)day.actions.add({quarter * 900, CalendarAction::tariff, tariff});
            quarter += 1 + below(random, 10U);
        }
        (void)calendar.days.add(day);
    }
    const std::size_t weeks = 1 + below(random, max_weeks);
    for (std::size_t i = 0; i < weeks; ++i) {
        WeekProfile week{label_of('W', i), {}};
        for (std::uint8_t& day : week.days) day = static_cast<std::uint8_t>(1 + below(random, days));
        (void)calendar.weeks.add(week);
    }
    const std::size_t seasons = 1 + below(random, max_seasons);
    for (std::size_t i = 0; i < seasons; ++i) {
        dlms::DateTime start{{dlms::year_not_specified, static_cast<std::uint8_t>(i + 1),
                              static_cast<std::uint8_t>(1 + below(random, 28)), dlms::not_specified},
                             {0, 0, 0, 0}};
        (void)calendar.seasons.add({label_of('S', i), start, label_of('W', below(random, weeks))});
    }
    return calendar;
}

meter::SpecialDays random_special_days(Random& random, const meter::Calendar& calendar) {
    using namespace meter;
    SpecialDays special_days;
    const std::size_t count = below(random, max_special_days + 1);
    for (std::size_t i = 0; i < count; ++i) {
        SpecialDay special;
        special.index = static_cast<std::uint16_t>(i + 1);
        // Of a year that has a 29 February.
        const sys_days date = sys_days{2028y / January / 1} + days{below(random, 366)};
        const year_month_day day{date};
        special.date.month = static_cast<std::uint8_t>(unsigned{day.month()});
        special.date.day_of_month = static_cast<std::uint8_t>(unsigned{day.day()});
        special.day = calendar.days.items[below(random, std::size_t{calendar.days.count})].id;
        (void)special_days.add(special);
    }
    return special_days;
}

}  // namespace blathy::world
