// Invocation counters as a client keeps them: what it sends with its key, and what the meter has sent it
// (IEC 62056-5-3, 5.7.2.4.5). A value that is used twice with a key gives both messages away, so whoever stores them
// stores ahead: counter_file.hpp does.
#pragma once

#include <cstdint>

#include "dlms/security/invocation_counter.hpp"
#include "station/error.hpp"

namespace blathy::station {

class Counters {
  public:
    Counters() = default;
    Counters(const Counters&) = delete;
    Counters& operator=(const Counters&) = delete;
    virtual ~Counters() = default;

    // False: nothing is known of how far this key was used; the meter can tell.
    [[nodiscard]] virtual bool are_known() const = 0;
    // The next value to send with: never the same again, whatever happens.
    virtual Result<std::uint32_t, Error> take() = 0;
    // Values below `value` are not used any more; true if one of them would have been. The meter says so where nothing
    // proves it, hence not beyond half of all values, where a key is due to be changed (`counter_alarm_level`): nobody
    // can use a key up with a lie.
    virtual Result<bool, Error> advance_to(std::uint32_t value) = 0;

    // The meter's own.
    [[nodiscard]] virtual bool is_new(std::uint32_t received) const = 0;
    // The message with it was found authentic. Values that are not new change nothing.
    virtual void accept(std::uint32_t received) = 0;
};

// For a key that lives no longer than the program, or one whose counters are stored by somebody else.
class MemoryCounters : public Counters {
  public:
    explicit MemoryCounters(std::uint32_t next_sent, std::uint32_t next_received = 0)
        : sent_(next_sent), received_(next_received) {}

    [[nodiscard]] bool are_known() const override { return true; }
    Result<std::uint32_t, Error> take() override;
    Result<bool, Error> advance_to(std::uint32_t value) override;
    [[nodiscard]] bool is_new(std::uint32_t received) const override { return received_.is_new(received); }
    void accept(std::uint32_t received) override;

  private:
    dlms::security::SendCounter sent_;
    dlms::security::ReceiveCounter received_;
};

// What take() and advance_to() say of a key that is used up, and of a counter that is beyond reason.
Error worn_out_error();
Error counter_too_high_error(std::uint32_t value);

}  // namespace blathy::station
