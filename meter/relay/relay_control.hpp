// Relay control: everything that opens and closes the meter's relay.
//
// Commands come from clients, schedules, the calendar and hands; local causes are found in what is measured, or told by
// other parts of the meter. All meet in the disconnector, whose state is durable before anybody is told of it, and the
// drive brings the contact there: at power up too. docs/relay.md has the rules.
#pragma once

#include "meter/clock/local_time.hpp"
#include "meter/event/event.hpp"
#include "meter/relay/disconnector.hpp"
#include "meter/relay/drive.hpp"
#include "meter/relay/limiter.hpp"
#include "meter/relay/settings.hpp"

namespace blathy::meter {

class RelayControl {
  public:
    // Takes up what `store` holds; in force once resume() was called.
    RelayControl(const Model& model, Store& store, const EventHook& hook);
    // The clock runs again.
    void resume(const Clock& clock);

    // Told by other parts whenever it changes, and before the first advance().
    void set_conditions(const RelayConditions& conditions) { conditions_ = conditions; }
    // As set_conditions(), while there are no mains to move the relay with: a tamper that begins opens it when they are
    // back, even if it has ended by then.
    void note_without_mains(const RelayConditions& conditions);
    [[nodiscard]] const RelayConditions& conditions() const { return conditions_; }
    // What the auxiliary contact says; none: there is nobody who reads it.
    void set_contact(std::optional<bool> closed) { contact_ = closed; }

    // Time has passed, with what was measured in it.
    void advance(const Clock& clock, const Registers& registers, std::chrono::microseconds duration);
    // Somebody set the clock, or changed the rules of local time.
    void clock_moved(const Clock& clock);

    // By RelayCause::remote, schedule or tariff.
    Transition command(const Clock& clock, RelayCause by, RelayScript script);
    // As above, of the meter's own, such as a day profile: it happens, and is made durable as soon as the flash lets
    // it.
    void run_script(const Clock& clock, RelayCause by, RelayScript script);
    Transition manual_disconnect(const Clock& clock);
    Transition manual_reconnect(const Clock& clock);
    // One button for both.
    Transition press_button(const Clock& clock);
    // Of the control mode. refused_by_state: there is none of this number.
    Transition set_mode(const Clock& clock, std::uint8_t mode);
    // Forgets what tampers have opened the relay, in every control mode: it closes if nothing else stands, although the
    // cover may be open still. Opened anew, it opens the relay anew.
    Transition clear_tamper(const Clock& clock);

    // Each is durable when true, and else not in force.
    bool configure(const Clock& clock, const RelaySettings& settings);
    bool configure(const Clock& clock, std::size_t limiter, const LimiterSettings& settings);
    bool set_schedules(const Clock& clock, const RelaySchedules& schedules);

    [[nodiscard]] const Disconnector& disconnector() const { return disconnector_; }
    [[nodiscard]] const RelayDrive& drive() const { return drive_; }
    [[nodiscard]] const Limiter& limiter(std::size_t index) const { return limiters_[index]; }
    [[nodiscard]] bool stands(MonitorKind kind, std::size_t phase) const {
        return monitors_[static_cast<std::size_t>(kind)][phase].stands();
    }
    [[nodiscard]] std::uint8_t tamper_latch() const { return tamper_latch_; }
    [[nodiscard]] bool wants_closed() const { return disconnector_.state() == ControlState::connected; }
    // For the coils, each once.
    RelayPulse take_pulse() { return drive_.take_pulse(); }

  private:
    template <class Change>
    Transition change(Change&& change);
    bool keep_state();
    void load_settings();
    // Every event of the relay says what limiter 1 allows at that moment: it is a column of its log.
    void tell(EventKind kind, const Clock& clock, std::int64_t detail = 0) {
        tell_({kind, clock.now(), detail, limiters_[0].threshold()});
    }
    void tell_command(const Clock& clock, const Disconnector& before, RelayCause by, RelayScript script);
    void tell_reconnection(const Clock& clock, const Disconnector& before, EventKind connected, RelayCause cause);
    void begin(const Clock& clock, RelayCause cause);
    void end(const Clock& clock, RelayCause cause, CauseEnd how);
    void end_disabled_causes(const Clock& clock);
    // Changes the limiter, and tells it if that moves its threshold.
    template <class Change>
    void change_limiter(const Clock& clock, std::size_t index, Change&& change);
    [[nodiscard]] bool watches(RelayCause cause) const { return enabled_.has(cause); }

    void supervise(const Clock& clock, MonitorKind kind, const Interval& interval, std::chrono::microseconds duration);
    void limit(const Clock& clock, std::size_t index, const Registers& registers, std::chrono::microseconds duration);
    void heed_conditions(const Clock& clock);
    void follow_schedules(const Clock& clock);
    void find_next_schedule(const Clock& clock, const RelaySchedules& schedules);

    const Model& model_;
    Store& store_;
    EventHook tell_;
    Disconnector disconnector_;
    RelayDrive drive_;
    std::array<Limiter, limiters> limiters_;
    std::array<std::array<RegisterMonitor, max_phases>, monitor_kinds> monitors_;
    std::array<MonitorTimes, monitor_kinds> times_;
    RelayCauses enabled_;
    RelayConditions conditions_;
    std::optional<bool> contact_;
    std::uint8_t enabled_tampers_ = 0;
    std::uint8_t tamper_latch_ = 0;
    std::uint8_t tampers_seen_ = 0;  // conditions_.tamper, as it was looked at last
    std::uint8_t tampers_due_ = 0;   // that began without mains
    bool unkept_ = false;            // the flash refused what is to be durable
    LocalTime followed_{};           // until when the schedules were followed; 0: nobody knew the time yet
    UtcTime next_schedule_{};
};

}  // namespace blathy::meter
