// Event logs as IC 7 shows them: rows of the event recorder.
#pragma once

#include "meter/event/event_codes.hpp"
#include "meter/profile/source.hpp"

namespace blathy::meter {

// What a row of the quality log has beside its time and code, of the event that was the last one: registers of the
// manufacturer's range, for no standard names them.
inline constexpr dlms::Obis last_magnitude_name(0, 0, 96, 50, 0);
inline constexpr dlms::Obis last_duration_name(0, 0, 96, 50, 1);
// And a row of the log of recharges: the amount.
inline constexpr dlms::Obis last_amount_name(0, 0, 96, 50, 3);

constexpr dlms::Obis event_code_name(EventLogId id) {
    return {0, 0, 96, 11, static_cast<std::uint8_t>(id)};
}
constexpr dlms::Obis event_counter_name(EventLogId id) {
    return {0, 0, 96, 15, static_cast<std::uint8_t>(id)};
}

extern const ProfileSource standard_log;
extern const ProfileSource fraud_log;
extern const ProfileSource disconnector_log;
extern const ProfileSource firmware_log;
extern const ProfileSource quality_log;
extern const ProfileSource communication_log;
extern const ProfileSource power_failure_log;
extern const ProfileSource recharge_log;

}  // namespace blathy::meter
