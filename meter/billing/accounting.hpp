// Accounting: from the energy of Intervals to tariffs, demands, profiles and bills.
//
// Time has boundaries: where a demand period, a recording interval or a day ends, a tariff begins, a schedule is due.
// Between two of them there is nothing to do but to add. At a boundary the ledger is saved first, with what is due;
// then the rows are written and the registers move on. When the power fails within, the same is done again from the
// same ledger, and each row's number tells whether it had been written: so everything happens exactly once.
//
// Local time decides. An execution of a billing schedule that the clock skips, by daylight saving or by being set, is
// made up once; those that passed without power are made up one by one, with their own time. What the clock repeats is
// not executed again, unless it goes back by more than a day: then somebody undoes a mistake.
#pragma once

#include <optional>
#include <span>

#include "meter/billing/ledger.hpp"
#include "meter/billing/registers.hpp"
#include "meter/billing/settings.hpp"
#include "meter/clock/clock.hpp"
#include "meter/event/event.hpp"
#include "meter/storage/journal.hpp"
#include "meter/storage/row_log.hpp"
#include "meter/storage/store.hpp"
#include "meter/tariff/calendar_store.hpp"
#include "meter/tariff/script_runner.hpp"

namespace blathy::meter {

class Accounting {
  public:
    // Takes up what the flash of `store` holds; it is in force once resume() was called. `interval` is the last one,
    // with what was measured in it, and outlives this.
    Accounting(const Model& model, Store& store, const Interval& interval, const EventHook& hook = {});

    // When the ledger was saved, if ever.
    [[nodiscard]] std::optional<UtcTime> saved_time() const;
    // Records and rows found damaged when they were mounted.
    [[nodiscard]] std::uint32_t damaged() const;
    // The newest registers that were saved can't be read any more: those before count again, or all begin with 0.
    [[nodiscard]] bool lost_registers() const { return journal_.lost(); }
    // The clock runs again, or the mains are back: makes up for what the time without power has missed.
    void resume(const Clock& clock);

    // Who runs the scripts of the calendar, before resume(). While nobody knows the time none is run.
    void connect(const ScriptRunner& scripts) { scripts_ = scripts; }

    // Until when nothing is to be done but to add.
    [[nodiscard]] UtcTime boundary() const { return boundary_; }
    void add(const Interval& interval);
    // The clock has come to the boundary.
    void reach_boundary(const Clock& clock);

    // Everything becomes durable. False: the flash failed.
    bool save(const Clock& clock);

    // Somebody sets the clock. Returns whether that closes the periods that are open: then it has closed them.
    bool clock_will_move(const Clock& clock, UtcTime to, bool becomes_valid);
    // And now it was set. `closed` is what the call before returned.
    void clock_moved(const Clock& clock, UtcTime from, bool closed);
    // The rules of local time have changed.
    void clock_rules_changed(const Clock& clock);

    // Ends the billing period, or takes the daily billing: by button, script or remote call. True once it is durable.
    bool bill(const Clock& clock, Billing billing);
    // Selects a tariff until the calendar switches again.
    bool select_tariff(const Clock& clock, std::uint8_t tariff);

    // Payment, in the units of Account, at most max_account_amount at once. A credit is durable when it returns true; a
    // charge is with the next save, as the energy that it is for.
    bool credit(const Clock& clock, std::uint64_t amount, std::uint64_t receipt);
    void charge(std::uint64_t amount);

    // IC 5, methods 1 and 2; IC 4, method 1. Durable when true.
    bool reset_demand(const Clock& clock);
    bool end_demand_period(const Clock& clock);
    bool reset_peaks(const Clock& clock, std::size_t index, std::size_t tariff);

    // Each is durable when true, and else not in force.
    bool set_demand(const Clock& clock, const DemandSettings& settings);
    bool set_recording_period(const Clock& clock, RecordingInterval which, std::uint16_t period_s);
    bool set_schedule(const Clock& clock, Billing billing, const Schedule& schedule);
    bool set_time_shift_limit(const Clock& clock, std::uint16_t limit_s);
    bool set_columns(const Clock& clock, ProfileId id, std::span<const CaptureObject> columns);
    bool clear(const Clock& clock, ProfileId id);
    bool set_buffer_form(const Clock& clock, ProfileId id, BufferForm form);
    bool set_special_days(const Clock& clock, const SpecialDays& special_days);
    bool set_activation_time(const Clock& clock, const dlms::DateTime& time);
    // The fault that keeps the passive calendar from being activated; none if it is active and durable now.
    [[nodiscard]] std::optional<CalendarFault> activate_calendar(const Clock& clock);
    // A part of a calendar or special days that was written can't be kept for this fault.
    void refuse_calendar(const Clock& clock, CalendarFault fault);
    // Why a calendar or special days were refused last; none if others came into force since.
    [[nodiscard]] CalendarFault calendar_fault() const { return calendar_fault_; }

    [[nodiscard]] const Ledger& ledger() const { return ledger_; }
    [[nodiscard]] const MeteringSettings& settings() const { return settings_; }
    [[nodiscard]] Registers registers() const { return {model_, interval_, ledger_, settings_.demand}; }
    [[nodiscard]] const RowLog& log(ProfileId id) const { return logs_[index_of(id)]; }
    // From the store; what it captures as delivered if nobody changed it.
    [[nodiscard]] ProfileSettings profile(ProfileId id) const { return load_profile_settings(model_, store_, id); }
    // The rows of the log are of this list: not if its newest copy has rotted since.
    [[nodiscard]] bool has_rows_of(ProfileId id, const ProfileSettings& settings) const;
    [[nodiscard]] std::uint8_t tariff() const { return static_cast<std::uint8_t>(ledger_.tariff_now); }
    [[nodiscard]] std::uint8_t status(int e, const Clock& clock) const;

  private:
    static constexpr std::size_t index_of(ProfileId id) { return static_cast<std::size_t>(id); }

    // All of `due`, at the time `at`. The ledger is saved first.
    void execute(const Clock& clock, unsigned due, UtcTime at);
    void run(const Clock& clock);
    void capture(const Clock& clock, ProfileId id);
    [[nodiscard]] std::uint16_t epoch_of(ProfileId id, const ProfileSettings& settings) const;
    // Rows of this list, and none so far. False: the flash failed, and all is as it was.
    bool begin_rows(UtcTime at, ProfileId id, ProfileSettings settings);
    void begin_recording(RecordingInterval which, UtcTime at);
    void begin_demand(UtcTime at);
    void take_up_settings(const Clock& clock);
    [[nodiscard]] std::int64_t cell_of(const Clock& clock, const CaptureObject& object) const;
    void end_demand(UtcTime at);
    void end_billing(UtcTime at);
    void mark(unsigned flags);
    [[nodiscard]] UtcTime end_of_period(const Clock& clock, UtcTime since, std::uint16_t period_s) const;
    [[nodiscard]] unsigned due_periods(const Clock& clock) const;
    void make_up_periods(const Clock& clock);
    enum class MakeUp : std::uint8_t { each, latest };
    void make_up_billing(const Clock& clock, MakeUp how);
    // None: no calendar can be read.
    [[nodiscard]] std::optional<Switching> switching_at(const Clock& clock, UtcTime at) const;
    void switch_tariff(UtcTime at, const std::optional<Switching>& switching);
    void follow_calendar(const Clock& clock);
    void run_script(const Clock& clock, const Switching& switching);
    void find_boundary(const Clock& clock);

    const Model& model_;
    Store& store_;
    Journal journal_;
    MeteringSettings settings_;
    Ledger ledger_;
    std::array<RowLog, profile_count> logs_;
    EventHook tell_;
    ScriptRunner scripts_;
    const Interval& interval_;
    UtcTime boundary_{};
    UtcTime calendar_until_{};  // until then the tariff stays
    std::array<UtcTime, 2> recording_end_{};
    UtcTime demand_end_{};
    std::optional<UtcTime> activation_;  // of the passive calendar
    std::int16_t deviation_min_ = 0;
    CalendarFault calendar_fault_ = CalendarFault::none;
    std::array<bool, profile_count> rows_unknown_{};  // there are some of a list that the store has lost
};

}  // namespace blathy::meter
