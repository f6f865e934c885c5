#include "station/notification.hpp"

#include "dlms/apdu/notification.hpp"

namespace blathy::station {
namespace {

constexpr std::uint8_t data_notification_confirm_tag = 0x10;

std::optional<dlms::DateTime> time_from(Bytes octets) {
    return octets.empty() ? std::nullopt : dlms::read_date_time(octets);
}

}  // namespace

bool is_notification(Bytes apdu) {
    if (apdu.empty()) return false;
    const auto tag = static_cast<dlms::ApduTag>(apdu[0]);
    return tag == dlms::ApduTag::data_notification || tag == dlms::ApduTag::event_notification_request;
}

Result<Notification, Error> notification_from(Bytes apdu, const ValueLimits& limits) {
    Notification notification;
    Bytes encoded;
    if (const auto data = dlms::read_data_notification(apdu)) {
        notification.invoke = data->invoke;
        notification.time = time_from(data->date_time);
        encoded = data->body;
    } else if (const auto event = dlms::read_event_notification(apdu)) {
        notification.kind = Notification::Kind::event;
        notification.time = time_from(event->time);
        notification.attribute = event->attribute;
        encoded = event->value;
    } else {
        return fail(protocol_error("the meter sent a malformed notification"));
    }
    auto value = decode_value(encoded, limits);
    if (!value) return fail(value.error());
    notification.value = std::move(*value);
    return notification;
}

Octets confirmation_of(const Notification& notification) {
    return encoded(6, [&](ByteWriter& out) {
        out.u8(data_notification_confirm_tag);
        out.u32(notification.invoke.value);
        out.u8(0);  // an octet-string of no octets: no date-time
    });
}

std::vector<PushedValue> pushed_values(const Notification& notification) {
    if (notification.attribute) return {{CaptureObject{*notification.attribute, 0}, &notification.value}};
    const Value::Items* items = notification.value.items();
    if (items == nullptr || notification.value.type != dlms::DataTag::structure) {
        return {{std::nullopt, &notification.value}};
    }
    std::vector<CaptureObject> sources;
    if (!items->empty() && items->front().type == dlms::DataTag::array) {
        if (auto objects = capture_objects_from(items->front())) sources = std::move(*objects);
    }
    std::vector<PushedValue> values;
    values.reserve(items->size());
    const bool named = !sources.empty() && (sources.size() == items->size() || sources.size() + 1 == items->size());
    if (!named) {
        for (const Value& item : *items) values.push_back({std::nullopt, &item});
        return values;
    }
    // A list that does not name itself begins with the value behind it.
    const std::size_t shift = sources.size() == items->size() ? 0 : 1;
    for (std::size_t i = 1; i < items->size(); ++i) values.push_back({sources[i - shift], &(*items)[i]});
    return values;
}

}  // namespace blathy::station
