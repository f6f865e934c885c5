#include "dlms/apdu/notification.hpp"

#include "dlms/apdu/codec.hpp"

namespace blathy::dlms {

std::optional<DataNotification> read_data_notification(Bytes apdu) {
    ByteReader in(apdu);
    DataNotification notification;
    read_tag(in, ApduTag::data_notification);
    notification.invoke.value = in.u32();
    notification.date_time = read_optional_date_time(in);
    notification.body = read_data(in);
    return whole(in, notification);
}

std::optional<EventNotification> read_event_notification(Bytes apdu) {
    ByteReader in(apdu);
    EventNotification notification;
    read_tag(in, ApduTag::event_notification_request);
    if (read_presence(in)) {
        notification.time = read_optional_date_time(in);
        if (notification.time.empty()) in.invalidate();
    }
    notification.attribute = read_attribute_descriptor(in);
    notification.value = read_data(in);
    return whole(in, notification);
}

void write(ByteWriter& out, const DataNotification& notification) {
    write(out, ApduTag::data_notification);
    out.u32(notification.invoke.value);
    write_octets(out, notification.date_time);
    out.bytes(notification.body);
}

void write(ByteWriter& out, const EventNotification& notification) {
    write(out, ApduTag::event_notification_request);
    out.u8(notification.time.empty() ? 0 : 1);
    if (!notification.time.empty()) write_octets(out, notification.time);
    write(out, notification.attribute);
    out.bytes(notification.value);
}

}  // namespace blathy::dlms
