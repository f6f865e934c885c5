// The outbox: what the meter has to say on its own account, and when it is time to say it.
//
// It sends nothing. Whoever runs the meter, or the port whose line it is, asks for the next delivery, sends it, and
// reports how that went; the outbox keeps to the communication windows, draws the random delay before the first
// attempt, and repeats what failed (IEC 62056-6-2, 4.4.8). Time is that of the Intervals, whatever the clock is set to.
//
// A setup waits at most once: pushed again before it was sent, it is sent once; pushed again while it is being sent, it
// is sent once more, for what it was pushed for may have happened since. Pushes that wait survive a restart and then
// begin anew; an event notification does not.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "dlms/apdu/common.hpp"
#include "meter/push/notification.hpp"
#include "meter/push/settings.hpp"

namespace blathy::meter {

class Meter;

struct Delivery {
    std::uint8_t entry = 0;  // of the outbox, for report()
    PushTransport transport = PushTransport::tcp;
    FixedList<std::uint8_t, PushSettings::max_destination> destination;
    std::int8_t client_sap = 0;
    Bytes apdu;

    [[nodiscard]] std::string_view destination_text() const { return as_text(destination.view()); }
};

class Outbox {
  public:
    // Takes up what waited when the meter stopped.
    void restore(const Store& store);
    void advance(std::chrono::microseconds duration) { uptime_us_ += static_cast<std::uint64_t>(duration.count()); }

    // What was lived since the start.
    [[nodiscard]] std::uint32_t uptime_s() const { return static_cast<std::uint32_t>(uptime_us_ / 1'000'000); }

    // object_unavailable: the setup leads nowhere; hardware_fault: the flash failed. Then nothing is sent.
    dlms::ActionResult push(Meter& meter, PushSetup setup);
    // Forgets a push, also one that is being sent: it is not repeated.
    void reset(Meter& meter, PushSetup setup);
    // An EventNotification of this attribute, for a client that listens for it, by the rules and to the destination of
    // the alarm setup. False: another one waits.
    [[nodiscard]] bool notify(const dlms::AttributeDescriptor& attribute);

    // What is to be sent now by this line, or without one to a destination of its own, its APDU built in `room`, which
    // has min_notification_room or more. None: nothing at present. Each delivery is to be reported.
    std::optional<Delivery> next(Meter& meter, MutableBytes room, std::optional<HdlcLine> line = std::nullopt);
    void report(Meter& meter, std::uint8_t entry, bool delivered);

    [[nodiscard]] bool empty() const;
    // Something may be due by now, as far as is known without looking at its settings.
    [[nodiscard]] bool may_have_next() const;

  private:
    enum class State : std::uint8_t {
        idle,
        waiting,
        delayed,  // waiting, and the random delay before the first attempt is drawn
        being_sent,
        asked_again  // being sent, and asked for once more meanwhile
    };
    // A meter has one of these for each of its setups, and a process has a million meters.
    struct Entry {
        std::uint32_t due_ms = 0;  // of the uptime; the count may wrap, for no delay is half as long as it takes
        std::uint16_t id = 0;
        std::uint8_t failures = 0;
        State state = State::idle;

        [[nodiscard]] bool is_waiting() const { return state == State::waiting || state == State::delayed; }
        [[nodiscard]] bool is_being_sent() const { return state == State::being_sent || state == State::asked_again; }
    };
    static constexpr std::size_t event_entry = push_setups.size();
    static constexpr std::size_t entry_count = event_entry + 1;

    [[nodiscard]] std::uint32_t uptime_ms() const { return static_cast<std::uint32_t>(uptime_us_ / 1000); }
    [[nodiscard]] bool is_due(const Entry& entry) const;
    // Sets when the entry is due again if now is not the time.
    [[nodiscard]] bool may_be_sent(const Meter& meter, const PushSettings& settings, Entry& entry) const;
    void start(Entry& entry);
    void end(Meter& meter, Entry& entry);
    [[nodiscard]] std::uint8_t waiting_setups() const;
    [[nodiscard]] bool keep_waiting_setups(Store& store);

    std::uint64_t uptime_us_ = 0;
    std::array<Entry, entry_count> entries_;
    std::uint16_t last_id_ = 0;
    dlms::AttributeDescriptor event_;
    std::uint8_t kept_ = 0;  // the setups that wait as far as the store knows
};

}  // namespace blathy::meter
