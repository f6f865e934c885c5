// Invocation counters (IEC 62056-5-3, 5.7.2.4.5; Green Book 9.2.7.2.4.5): one for each key and direction. The sender
// never uses a value twice with a key; the receiver takes only values above the last one it took.
//
// What is stored in flash runs ahead: a block of values is reserved there before the first of them is used, and after a
// power cut both sides begin behind the reserved block. So a nonce is never repeated, no message is taken twice, and
// flash is written once in a block. Logic only: the owner stores.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace blathy::dlms::security {

// The last value of all: it is never used, so that `next` values of all 32-bit counters fit into 32 bits.
inline constexpr std::uint32_t last_counter = 0xFFFF'FFFF;
// From here on the key is due to be changed, and an event says so.
inline constexpr std::uint32_t counter_alarm_level = 2'000'000'000;

class CounterReservation {
  public:
    CounterReservation() = default;
    // `stored` is the value that was read from flash: all below it may have been used. 0 for a new key.
    explicit CounterReservation(std::uint32_t stored) : next_(stored), reserved_(stored) {}

    // The lowest value that was not used.
    [[nodiscard]] std::uint32_t next() const { return next_; }
    [[nodiscard]] std::uint32_t reserved() const { return reserved_; }
    [[nodiscard]] bool worn_out() const { return next_ == last_counter; }
    [[nodiscard]] bool alarm() const { return next_ >= counter_alarm_level; }

    // What has to be stored, before `value` may be used, to reserve it and the `block - 1` values behind it; none when
    // it is reserved already. Once that is stored, `set_reserved` with it.
    [[nodiscard]] std::optional<std::uint32_t> due_for(std::uint32_t value, std::uint32_t block) const {
        if (value < reserved_ || value == last_counter) return std::nullopt;
        const std::uint32_t room = last_counter - value;
        return value + std::min(std::max<std::uint32_t>(block, 1), room);
    }
    void set_reserved(std::uint32_t stored) { reserved_ = std::max(reserved_, stored); }

  protected:
    std::uint32_t next_ = 0;
    std::uint32_t reserved_ = 0;
};

class SendCounter : public CounterReservation {
  public:
    using CounterReservation::CounterReservation;

    [[nodiscard]] std::optional<std::uint32_t> due(std::uint32_t block) const { return due_for(next_, block); }
    // The value to send with. None: not reserved, or none is left for this key.
    [[nodiscard]] std::optional<std::uint32_t> take() {
        if (next_ >= reserved_) return std::nullopt;
        return next_++;
    }
};

class ReceiveCounter : public CounterReservation {
  public:
    using CounterReservation::CounterReservation;

    // Whether a message with `value` is new. False: sent again, or the key is worn out.
    [[nodiscard]] bool is_new(std::uint32_t value) const { return value >= next_ && value != last_counter; }
    // Takes `value` once its message was found authentic, and before it is acted upon; a message that is refused moves
    // nothing. False: not new, or not reserved.
    [[nodiscard]] bool take(std::uint32_t value) {
        if (!is_new(value) || value >= reserved_) return false;
        next_ = value + 1;
        return true;
    }
};

}  // namespace blathy::dlms::security
