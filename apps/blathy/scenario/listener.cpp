#include "apps/blathy/scenario/listener.hpp"

#include "apps/blathy/meter/event_text.hpp"
#include "apps/blathy/meter/push_sender.hpp"
#include "station/push_receiver.hpp"

namespace blathy::apps {
namespace {

// Alarm descriptors among the values of a push.
meter::AlarmBits alarms_in(const station::Notification& notification) {
    meter::AlarmBits alarms{};
    for (const auto& [source, value] : pushed_values(notification)) {
        for (std::size_t i = 0; source && i < alarms.size(); ++i) {
            if (source->attribute.instance != dlms::Obis(0, 0, 97, 98, 20 + static_cast<int>(i))) continue;
            alarms[i] = static_cast<std::uint32_t>(value->integer().value_or(0));
        }
    }
    return alarms;
}

// None: it can't be read.
std::optional<station::Notification> read_push(const meter::Delivery& delivery, Bytes octets) {
    using Framing = station::PushReceiver::Framing;
    std::optional<station::Notification> read;
    station::PushReceiver receiver(delivery.transport == meter::PushTransport::hdlc ? Framing::hdlc : Framing::wrapper,
                                   [&](const station::Push& push) {
                                       if (push.notification) read = *push.notification;
                                   });
    if (!receiver.put(octets, 0)) return std::nullopt;
    return read;
}

}  // namespace

bool push_to(meter::Meter& meter, meter::PushSetup setup, const std::string& destination) {
    meter::PushSettings settings = meter::load_push_settings(meter.store(), setup);
    settings.destination = {};
    for (const char character : destination) (void)settings.destination.add(static_cast<std::uint8_t>(character));
    return meter::keep_push_settings(meter.store(), setup, settings);
}

std::vector<ReceivedPush> receive_pushes(DeskMeter& desk, TrafficObserver* observer) {
    std::vector<ReceivedPush> received;
    if (!desk.has_way_out()) return received;
    meter::Meter& meter = desk.meter();
    std::vector<std::uint8_t> room(station::PushReceiver::max_push_octets);
    while (const auto delivery = meter.outbox().next(meter, room)) {
        const std::vector<std::uint8_t> octets = framed(*delivery);
        const auto push = read_push(*delivery, octets);
        const std::string destination(delivery->destination_text());
        if (observer != nullptr) {
            if (push) observer->on_frame(destination, Direction::from_meter, octets);
            observer->on_push(destination, delivery_text(delivery->entry), push.has_value());
        }
        meter.outbox().report(meter, delivery->entry, push.has_value());
        if (!push || delivery->entry >= meter::push_setups.size()) continue;
        received.push_back({meter::push_setups[delivery->entry], destination, alarms_in(*push)});
    }
    return received;
}

}  // namespace blathy::apps
