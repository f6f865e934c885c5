// The limiter (IC 71, IEC 62056-6-2, 4.5.9): a monitored value must not exceed a threshold for longer than a given
// time.
//
// The threshold is the normal one, or that of an emergency: a profile that a client announces with its number, its
// beginning and its duration, and which concerns the meters whose list of groups has that number.
//
// Numbers are those of the monitored attribute: 220000 is 22 kW where that has tenths of a watt.
#pragma once

#include "base/fixed_list.hpp"
#include "dlms/apdu/common.hpp"
#include "meter/billing/registers.hpp"
#include "meter/clock/clock.hpp"
#include "meter/relay/scripts.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

inline constexpr std::size_t limiters = 2;  // 0-0:17.0.0.255 and 0-0:17.0.1.255

struct EmergencyProfile {
    std::uint16_t id = 0;
    dlms::DateTime activation;  // with wildcards it never comes
    std::uint32_t duration_s = 0;

    constexpr bool operator==(const EmergencyProfile&) const = default;
};

struct LimiterSettings {
    static constexpr std::size_t max_groups = 16;

    dlms::AttributeDescriptor monitored;
    std::uint32_t normal = 0;
    std::uint32_t emergency = 0;
    std::uint32_t min_over_s = 0;
    std::uint32_t min_under_s = 0;
    EmergencyProfile profile;
    FixedList<std::uint16_t, max_groups> groups;
    RelayScript when_over = RelayScript::none;   // none or disconnect
    RelayScript when_under = RelayScript::none;  // none or reconnect

    constexpr bool operator==(const LimiterSettings&) const = default;
};

// Limiter 1 opens above the model's power; limiter 2 watches the demand and does nothing until it is told what.
[[nodiscard]] LimiterSettings factory_limiter_settings(const Model& model, std::size_t index);
[[nodiscard]] LimiterSettings load_limiter_settings(const Model& model, const Store& store, std::size_t index);
[[nodiscard]] bool keep(Store& store, std::size_t index, const LimiterSettings& settings);

// Powers, apparent powers, currents, and demands of power: what it makes sense to limit.
[[nodiscard]] bool can_limit(const Model& model, const dlms::AttributeDescriptor& monitored);
[[nodiscard]] std::uint32_t read_monitored(const Registers& registers, const dlms::AttributeDescriptor& monitored);

class Limiter {
  public:
    void configure(const LimiterSettings& settings, const Clock& clock);
    // When the emergency is, by the clock as it is now.
    void plan_emergency(const LimiterSettings& settings, const Clock& clock);
    // What it had found before the power failed.
    void restore(bool exceeded) { exceeded_ = exceeded; }

    struct Finding {
        bool exceeded = false;           // from now on
        bool normal = false;             // from now on
        bool threshold_changed = false;  // an emergency has begun or ended
    };
    Finding advance(const Registers& registers, const Clock& clock, std::chrono::microseconds duration);

    [[nodiscard]] bool exceeded() const { return exceeded_; }
    [[nodiscard]] bool emergency() const { return in_emergency_; }
    [[nodiscard]] std::uint32_t threshold() const { return in_emergency_ ? emergency_ : normal_; }
    [[nodiscard]] RelayScript when_over() const { return when_over_; }
    [[nodiscard]] RelayScript when_under() const { return when_under_; }

  private:
    [[nodiscard]] bool emergency_at(const Clock& clock) const;

    dlms::AttributeDescriptor monitored_;
    RelayScript when_over_ = RelayScript::none;
    RelayScript when_under_ = RelayScript::none;
    bool exceeded_ = false;
    bool in_emergency_ = false;
    std::uint32_t normal_ = 0;
    std::uint32_t emergency_ = 0;
    std::uint32_t min_over_s_ = 0;
    std::uint32_t min_under_s_ = 0;
    std::uint32_t begin_s_ = 0;  // of the emergency, since 1970
    std::uint32_t end_s_ = 0;
    std::uint64_t time_us_ = 0;  // that the value has been on the other side
};

}  // namespace blathy::meter
