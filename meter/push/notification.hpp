// The APDUs that the meter sends on its own account.
//
// They carry what the role of their client may read, and null-data for the rest, for what does not exist, and for what
// does not fit. They are protected as the role's policy demands of answers. Both carry the meter's local time. Nothing
// is written when they can't be protected.
#pragma once

#include "base/bytes.hpp"
#include "dlms/apdu/common.hpp"
#include "meter/push/settings.hpp"

namespace blathy::meter {

class Meter;

// An APDU is built in a room of at least this size; a larger one lets larger values through.
inline constexpr std::size_t min_notification_room = 1024;

// DataNotification (Green Book 9.4.6.8): a structure of the values of the push object list, in its order.
Bytes write_data_notification(Meter& meter, const PushSettings& settings, dlms::LongInvokeId invoke, MutableBytes room);

// EventNotification (Green Book 9.4.6.7): one attribute with its value.
Bytes write_event_notification(Meter& meter, std::int8_t client_sap, const dlms::AttributeDescriptor& attribute,
                               MutableBytes room);

}  // namespace blathy::meter
