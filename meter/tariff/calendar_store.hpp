// Where calendars live: two slots in the store, and which of them is active. A calendar is a few kilobytes only while
// somebody looks at it.
//
// Activating the passive calendar, with its special days, writes one record that says so, whatever the power does. From
// then on the passive ones are the same as the active ones, until they are written again.
//
// A record that rots gives way to the copy before it (Store), which is the same one once a calendar is in force. When
// nothing is left that can be read, or no two records that belong together, there is no calendar: nothing is served in
// its place.
#pragma once

#include <optional>

#include "meter/storage/store.hpp"
#include "meter/tariff/calendar.hpp"

namespace blathy::meter {

// When the passive calendar is to be activated: not while anything but the deviation and the status is unspecified.
inline constexpr dlms::DateTime never{};

// None: it was kept once, and can't be read any more.
[[nodiscard]] std::optional<Calendar> load_active_calendar(const Store& store);
[[nodiscard]] std::optional<Calendar> load_passive_calendar(const Store& store);
[[nodiscard]] std::optional<SpecialDays> load_special_days(const Store& store);
[[nodiscard]] std::optional<SpecialDays> load_passive_special_days(const Store& store);
[[nodiscard]] dlms::DateTime load_activation_time(const Store& store);

// False: the flash failed; what was there still is.
[[nodiscard]] bool keep_passive_calendar(Store& store, const Calendar& calendar);
[[nodiscard]] bool keep_special_days(Store& store, const SpecialDays& special_days);
[[nodiscard]] bool keep_passive_special_days(Store& store, const SpecialDays& special_days);
[[nodiscard]] bool keep_activation_time(Store& store, const dlms::DateTime& time);
// The activation time is never() from then on.
[[nodiscard]] bool activate_passive_calendar(Store& store);

}  // namespace blathy::meter
