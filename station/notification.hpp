// What a meter says unasked: DataNotification (push) and EventNotification (IEC 62056-5-3, 6.10 and 6.11).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "dlms/apdu/common.hpp"
#include "station/profile.hpp"
#include "station/value.hpp"

namespace blathy::station {

struct Notification {
    enum class Kind : std::uint8_t { data, event };
    Kind kind = Kind::data;
    dlms::LongInvokeId invoke{0};                        // of a DataNotification
    std::optional<dlms::DateTime> time;                  // when it happened or was sent, if the meter says so
    std::optional<dlms::AttributeDescriptor> attribute;  // of an EventNotification: whose value it is
    Value value;

    // The meter repeats a DataNotification until it is confirmed (service class of its invoke id).
    [[nodiscard]] bool wants_confirmation() const { return kind == Kind::data && invoke.confirmed(); }
};
using NotificationSink = std::function<void(const Notification&)>;

// The APDU is one of the two, well-formed or not.
bool is_notification(Bytes apdu);
Result<Notification, Error> notification_from(Bytes apdu, const ValueLimits& limits = {});
// DataNotification-Confirm: the invoke id again, and no time.
Octets confirmation_of(const Notification& notification);

// One of the values of a notification, and whose it is as far as the notification tells.
struct PushedValue {
    std::optional<CaptureObject> source;
    const Value* value = nullptr;  // within the notification
};
// The elements of the pushed structure. Usually the first of them is the push_object_list (IEC 62056-6-2, 5.3.8.2.2),
// which names all, itself included; it is not among the values then. Without it they have no source.
std::vector<PushedValue> pushed_values(const Notification& notification);

}  // namespace blathy::station
