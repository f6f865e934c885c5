#include "meter/changes.hpp"

#include <array>

#include "meter/event/event_state.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t changes_form = 1;

}  // namespace

bool Changes::note(const Event& event) {
    const std::uint32_t at_s = seconds_of(event.time);
    switch (event.kind) {
        case EventKind::configuration_changed:
            ++configurations;
            configured_s = at_s;
            return true;
        case EventKind::calendar_activated:
            calendar_activated_s = at_s;
            return true;
        case EventKind::clock_set:
        case EventKind::clock_adjusted:
            clock_set_s = at_s;
            return true;
        case EventKind::firmware_activated:
            firmware_activated_s = at_s;
            return true;
        default:
            return false;
    }
}

Changes load_changes(const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteReader in(store.read(RecordId::changes, room).value_or(Bytes{}));
    const bool known = in.u8() == changes_form;
    Changes changes;
    changes.configurations = in.u32();
    changes.configured_s = in.u32();
    changes.calendar_activated_s = in.u32();
    changes.clock_set_s = in.u32();
    changes.firmware_activated_s = in.u32();
    return known && in.ok() && in.at_end() ? changes : Changes{};
}

bool keep(Store& store, const Changes& changes) {
    std::array<std::uint8_t, 32> room{};
    ByteWriter out(room);
    out.u8(changes_form);
    out.u32(changes.configurations);
    out.u32(changes.configured_s);
    out.u32(changes.calendar_activated_s);
    out.u32(changes.clock_set_s);
    out.u32(changes.firmware_activated_s);
    return out.ok() && store.write(RecordId::changes, out.written());
}

}  // namespace blathy::meter
