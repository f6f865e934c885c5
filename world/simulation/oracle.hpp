// The oracle: what a meter with its factory settings must hold after a life, reckoned in the simplest way there is.
//
// It is written apart from the meter and shares no code with it but the shapes of what goes in: Intervals and the
// calendar. It keeps all rows for ever, looks at every step whether anything is due, and knows one rule of local time:
// that of Central Europe. Intervals must end wherever a period of 15 minutes does.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "world/simulation/life.hpp"

namespace blathy::world {

class Oracle {
  public:
    using Row = std::vector<std::int64_t>;
    static constexpr std::size_t quantities = 8;  // +A, -A, +R, -R, +S, -S, |A|, net A
    static constexpr std::size_t tariffs = 5;     // the total first

    Oracle(const meter::Model& model, UtcTime now);
    // From now on in force.
    void set_calendar(const meter::Calendar& calendar, const meter::SpecialDays& special_days);
    void live(const Step& step);

    [[nodiscard]] std::int64_t energy_wh(std::size_t quantity, std::size_t tariff) const;

    std::array<std::array<std::int64_t, tariffs>, quantities> energy_mj{};
    std::array<std::array<std::int64_t, tariffs>, quantities> peak{};
    std::array<std::array<std::int64_t, tariffs>, quantities> peak_time{};
    std::array<std::array<std::int64_t, tariffs>, quantities> cumulative{};
    std::int64_t resets = 0;
    std::int64_t now_s = 0;
    std::size_t tariff = 1;
    std::vector<Row> load_1;
    std::vector<Row> load_2;
    std::vector<Row> daily;
    std::vector<Row> monthly;

  private:
    [[nodiscard]] std::int64_t local(std::int64_t utc_s) const;
    [[nodiscard]] std::int64_t tariff_at(std::int64_t local_s) const;
    void add(const meter::Interval& interval);
    void end_demand(std::int64_t at);
    void end_load_1(std::int64_t at);
    void end_load_2(std::int64_t at);
    void take_daily(std::int64_t at);
    void take_monthly(std::int64_t at);
    void bill_what_is_due(std::int64_t local_s, bool only_latest, bool with_its_own_time, int flags);
    void fail(std::int64_t duration_s);
    void set_clock(std::int64_t by_s);
    [[nodiscard]] std::int64_t status(int flags, std::int64_t at) const;

    std::size_t phases_;
    bool prepayment_;
    std::int64_t credit_ = 0;  // millionths of the currency
    std::int64_t credited_ = 0;
    std::int64_t consumed_ = 0;
    std::int64_t credited_billed_ = 0;  // hundredths of it
    std::int64_t consumed_billed_ = 0;
    meter::Calendar calendar_;
    meter::SpecialDays special_days_;
    std::vector<std::array<std::int64_t, quantities>> starts_;  // of demand periods, the newest last
    std::array<std::int64_t, quantities> demand_{};
    std::array<std::int64_t, quantities> recorded_wh_{};
    std::array<std::int64_t, quantities> billed_wh_{};
    std::int64_t demand_since_ = 0;
    std::int64_t load_1_since_ = 0;
    std::int64_t load_2_since_ = 0;
    std::vector<std::int64_t> sums_;
    std::int64_t recorded_us_ = 0;
    std::int64_t daily_through_ = 0;    // local
    std::int64_t monthly_through_ = 0;  // local
    int load_1_flags_ = 0;
    int load_2_flags_ = 0;
    int daily_flags_ = 0;
    int monthly_flags_ = 0;
};

}  // namespace blathy::world
