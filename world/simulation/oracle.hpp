// The oracle: what a meter must hold after a life, reckoned in the simplest way there is.
//
// It is written apart from the meter and shares no code with it but the shapes of what goes in: Intervals, the
// calendar, names. It keeps all rows for ever, goes from one end of a period to the next and looks there whether
// anything is due, and knows one rule of local time: that of Central Europe. An Interval must not lie across more than
// one end of a period; periods are of 300 s at least, and calendars switch at whole quarters of an hour.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "meter/load_profile/profiles.hpp"
#include "world/simulation/life.hpp"

namespace blathy::world {

class Oracle {
  public:
    using Row = std::vector<std::int64_t>;
    using Columns = std::vector<meter::CaptureObject>;
    static constexpr std::size_t quantities = 12;  // +A, -A, +R, -R, +S, -S, |A|, net A, R of each quadrant
    static constexpr std::size_t demands = 8;      // of the first of them
    static constexpr std::size_t tariffs = 5;      // the total first
    static constexpr std::size_t sets = 8;         // of energies: total, tariffs, phases
    static constexpr std::size_t recorded = 15;    // instantaneous values of a recording interval

    struct Settings {
        std::int64_t demand_period_s = 900;
        std::size_t demand_periods = 3;
        std::array<std::int64_t, 2> recording_period_s = {900, 900};
        std::int64_t crystal_ppb = 0;  // how fast it runs at 25 degrees Celsius
    };

    // A new meter that is set up so, and knows the time.
    Oracle(const meter::Model& model, UtcTime now, const Settings& settings);
    Oracle(const meter::Model& model, UtcTime now) : Oracle(model, now, Settings{}) {}
    // From now on in force.
    void set_calendar(const meter::Calendar& calendar, const meter::SpecialDays& special_days);
    // What a profile captures from now on; its rows are forgotten.
    void set_columns(meter::ProfileId profile, const Columns& columns);

    // All that may happen but a failure within the writing of the flash.
    void live(const Step& step);
    // That: of the energy of the Interval as much counts as the meter had made durable, which is nothing, what is
    // before the end of a period, or all. False if `active_mj`, the energy that it shows after it (absolute, total),
    // is neither.
    [[nodiscard]] bool live(const FailsWithin& step, std::int64_t active_mj);

    // What an attribute is now, as a profile captures it. None: not a thing that the oracle reckons.
    [[nodiscard]] std::optional<std::int64_t> value(const meter::CaptureObject& object) const;
    [[nodiscard]] const std::vector<Row>& rows(meter::ProfileId profile) const { return rows_[index_of(profile)]; }
    [[nodiscard]] const Columns& columns(meter::ProfileId profile) const { return columns_[index_of(profile)]; }
    [[nodiscard]] std::int64_t now_ms() const { return now_us_ / 1000; }
    [[nodiscard]] std::size_t tariff() const { return tariff_; }
    [[nodiscard]] std::int64_t resets() const { return resets_; }
    // Ever, absolute, in millijoules.
    [[nodiscard]] std::int64_t active_mj() const;

  private:
    struct Boundary {
        std::int64_t at_s;
        bool demand;
        std::array<bool, 2> recording;
    };
    using Energies = std::array<std::array<std::int64_t, quantities>, sets>;

    static constexpr std::size_t index_of(meter::ProfileId id) { return static_cast<std::size_t>(id); }
    [[nodiscard]] std::int64_t tariff_at(std::int64_t local_s) const;
    [[nodiscard]] std::optional<std::int64_t> value_of_register(const dlms::Obis& name) const;
    [[nodiscard]] std::int64_t demand_now(std::size_t quantity) const;
    [[nodiscard]] std::int64_t shown(int code) const;
    [[nodiscard]] std::int64_t elapsed_us(std::int64_t counted_us);
    [[nodiscard]] Boundary next() const;
    void follow_calendar();
    void pass(meter::Interval interval);
    void add(const meter::Interval& interval);
    void reach(const Boundary& boundary);
    void mark(int flag);
    void capture(meter::ProfileId profile, std::int64_t at_ms);
    void end_demand(std::int64_t at_ms);
    void end_recording(std::size_t which, std::int64_t at_ms);
    void take_daily(std::int64_t at_ms);
    void take_monthly(std::int64_t at_ms);
    enum class Which { latest, each };
    void bill_what_is_due(Which which, std::int64_t at_ms, int flags);
    void forget_what_is_undone();
    void power_returns();
    void set_clock(std::int64_t by_s);
    void clock_starts_anew(std::int64_t duration_us);

    const meter::Model& model_;
    Settings settings_;
    meter::Calendar calendar_;
    meter::SpecialDays special_days_;
    std::array<Columns, meter::profile_count> columns_;
    std::array<std::vector<Row>, meter::profile_count> rows_;

    std::int64_t now_us_;
    std::int64_t late_ = 0;  // billionths of a microsecond
    std::int64_t temperature_tenths_ = 250;
    std::size_t tariff_ = 1;
    meter::Interval interval_;
    Energies energy_mj_{};
    Energies billed_wh_{};
    std::array<std::array<std::int64_t, quantities>, 2> recorded_wh_{};
    std::array<std::array<std::int64_t, tariffs>, demands> peak_{};
    std::array<std::array<std::int64_t, tariffs>, demands> peak_time_s_{};
    std::array<std::array<std::int64_t, tariffs>, demands> cumulative_{};
    std::vector<std::array<std::int64_t, demands>> starts_{{}};  // of demand periods, the newest last
    std::array<std::int64_t, demands> demand_{};
    std::array<std::int64_t, recorded> sums_{};
    std::array<std::int64_t, recorded> minima_{};
    std::array<std::int64_t, recorded> maxima_{};
    std::int64_t recorded_us_ = 0;
    std::int64_t resets_ = 0;
    std::int64_t demand_until_us_;
    std::array<std::int64_t, 2> recorded_until_us_;
    std::int64_t daily_through_;    // local
    std::int64_t monthly_through_;  // local
    std::array<int, 4> flags_{};    // recording 1 and 2, daily, monthly

    std::int64_t credit_ = 0;  // millionths of the currency
    std::int64_t credited_ = 0;
    std::int64_t consumed_ = 0;
    std::int64_t credited_billed_ = 0;  // hundredths of it
    std::int64_t consumed_billed_ = 0;
};

}  // namespace blathy::world
