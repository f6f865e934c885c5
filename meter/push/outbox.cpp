#include "meter/push/outbox.hpp"

#include <algorithm>

#include "base/crc32.hpp"
#include "dlms/hdlc/llc.hpp"
#include "dlms/hdlc/parameters.hpp"
#include "meter/meter.hpp"
#include "meter/storage/records.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::ActionResult;

constexpr PushSetup settings_of(std::size_t entry) {
    return entry < push_setups.size() ? push_setups[entry] : PushSetup::alarm;
}

// The same for the same meter and message, and as good as independent between meters (SplitMix64's finalizer).
std::uint64_t random_of(const Meter& meter, std::uint16_t id) {
    std::uint64_t value = (std::uint64_t{crc32(as_bytes(meter.identity().logical_device_name()))} << 32) | id;
    value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9;
    value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EB;
    return value ^ (value >> 31);
}

std::uint32_t random_delay_ms(const Meter& meter, std::uint16_t id, std::uint16_t interval_s) {
    const std::uint64_t choices = std::uint64_t{interval_s} * 1000 + 1;
    return static_cast<std::uint32_t>(((random_of(meter, id) >> 32) * choices) >> 32);
}

// An UI frame can't be segmented.
constexpr std::size_t longest_in_frame = dlms::hdlc::max_info - dlms::hdlc::llc_response.size();
static_assert(longest_in_frame >= min_notification_room);

// Windows are looked at when a minute of the clock begins.
std::uint32_t until_next_minute_ms(const Clock& clock) {
    return static_cast<std::uint32_t>((minutes{1} - clock.now().time_since_epoch() % minutes{1}).count());
}

}  // namespace

void Outbox::restore(const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(RecordId::waiting_pushes, room);
    kept_ = content ? read_waiting_pushes_record(*content).value_or(0) : std::uint8_t{0};
    for (std::size_t i = 0; i < push_setups.size(); ++i) {
        if (((kept_ >> i) & 1U) != 0) start(entries_[i]);
    }
}

ActionResult Outbox::push(Meter& meter, PushSetup setup) {
    const PushSettings settings = load_push_settings(meter.store(), setup);
    if (!settings.leads_anywhere()) return ActionResult::object_unavailable;
    Entry& entry = entries_[static_cast<std::size_t>(setup)];
    if (entry.state == State::being_sent) entry.state = State::asked_again;
    if (entry.state != State::idle) return ActionResult::success;
    start(entry);
    if (!keep_waiting_setups(meter.store())) {
        entry = {};
        return ActionResult::hardware_fault;
    }
    // In a mode without windows nobody else asks for the network.
    (void)meter.modules().connect(meter.clock());
    return ActionResult::success;
}

void Outbox::reset(Meter& meter, PushSetup setup) {
    entries_[static_cast<std::size_t>(setup)] = {};
    (void)keep_waiting_setups(meter.store());  // what a flash that fails now makes it send after a restart does no harm
}

bool Outbox::notify(const dlms::AttributeDescriptor& attribute) {
    Entry& entry = entries_[event_entry];
    if (entry.state != State::idle) return false;
    event_ = attribute;
    start(entry);
    return true;
}

std::optional<Delivery> Outbox::next(Meter& meter, MutableBytes room, std::optional<HdlcLine> line) {
    if (!meter.can_send()) return std::nullopt;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        Entry& entry = entries_[i];
        if (!entry.is_waiting() || !is_due(entry)) continue;
        const PushSettings settings = load_push_settings(meter.store(), settings_of(i));
        if (!settings.leads_anywhere()) {
            end(meter, entry);
            continue;
        }
        if (settings.line() != line) continue;
        if (!may_be_sent(meter, settings, entry)) continue;
        entry.state = State::being_sent;
        const bool in_frame = settings.transport == PushTransport::hdlc;
        const MutableBytes apdu_room = in_frame ? room.first(std::min(room.size(), longest_in_frame)) : room;
        const Bytes apdu =
            i == event_entry
                ? write_event_notification(meter, settings.client_sap, event_, apdu_room)
                : write_data_notification(meter, settings, dlms::LongInvokeId::make(entry.id, false, false), apdu_room);
        return Delivery{static_cast<std::uint8_t>(i), settings.transport, settings.destination, settings.client_sap,
                        apdu};
    }
    return std::nullopt;
}

void Outbox::report(Meter& meter, std::uint8_t number, bool delivered) {
    if (number >= entries_.size() || !entries_[number].is_being_sent()) return;
    Entry& entry = entries_[number];
    const PushSettings settings = load_push_settings(meter.store(), settings_of(number));
    if (delivered || entry.failures >= settings.number_of_retries) {
        end(meter, entry);
        if (!delivered) meter.tell(EventKind::push_failed, number);
        return;
    }
    ++entry.failures;
    entry.state = State::waiting;  // asked again or not: the repetition says what has happened since
    entry.due_ms = uptime_ms() + delay_s(settings.repetition_delay, entry.failures) * 1000;
}

bool Outbox::empty() const {
    return std::ranges::all_of(entries_, [](const Entry& entry) { return entry.state == State::idle; });
}

bool Outbox::may_have_next() const {
    return std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.is_waiting() && is_due(entry); });
}

bool Outbox::is_due(const Entry& entry) const {
    constexpr std::uint32_t half = 0x8000'0000;
    return uptime_ms() - entry.due_ms < half;
}

bool Outbox::may_be_sent(const Meter& meter, const PushSettings& settings, Entry& entry) const {
    if (!is_open(settings.windows.view(), meter.clock())) {
        entry.state = State::waiting;
        entry.due_ms = uptime_ms() + until_next_minute_ms(meter.clock());
        return false;
    }
    if (entry.failures > 0 || entry.state == State::delayed) return true;
    entry.state = State::delayed;
    const std::uint32_t delay_ms = random_delay_ms(meter, entry.id, settings.randomisation_start_interval_s);
    entry.due_ms = uptime_ms() + delay_ms;
    return delay_ms == 0;
}

void Outbox::start(Entry& entry) {
    ++last_id_;
    entry = {uptime_ms(), last_id_, 0, State::waiting};
}

void Outbox::end(Meter& meter, Entry& entry) {
    const bool again = entry.state == State::asked_again;
    entry = {};
    if (again) start(entry);
    (void)keep_waiting_setups(meter.store());  // a flash that fails now makes it sent once more after a restart
}

std::uint8_t Outbox::waiting_setups() const {
    unsigned setups = 0;
    for (std::size_t i = 0; i < push_setups.size(); ++i) {
        if (entries_[i].state != State::idle) setups |= 1U << i;
    }
    return static_cast<std::uint8_t>(setups);
}

bool Outbox::keep_waiting_setups(Store& store) {
    const std::uint8_t setups = waiting_setups();
    if (setups == kept_) return true;
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    write_waiting_pushes_record(out, setups);
    if (!store.write(RecordId::waiting_pushes, out.written())) return false;
    kept_ = setups;
    return true;
}

}  // namespace blathy::meter
