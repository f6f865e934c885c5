// What a server says unasked: DataNotification and EventNotification (Green Book 9.4.6.7 and 9.4.6.8).
#pragma once

#include <optional>

#include "dlms/apdu/common.hpp"

namespace blathy::dlms {

struct DataNotification {
    LongInvokeId invoke;
    Bytes date_time;  // a date-time, or empty
    Bytes body;       // one value
};

struct EventNotification {
    Bytes time;  // a date-time, or empty
    AttributeDescriptor attribute;
    Bytes value;  // one value
};

std::optional<DataNotification> read_data_notification(Bytes apdu);
std::optional<EventNotification> read_event_notification(Bytes apdu);

void write(ByteWriter& out, const DataNotification& notification);
void write(ByteWriter& out, const EventNotification& notification);

}  // namespace blathy::dlms
