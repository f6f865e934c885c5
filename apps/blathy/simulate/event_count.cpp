#include "apps/blathy/simulate/event_count.hpp"

#include <string>
#include <variant>

namespace blathy::apps {

using meter::EventKind;

meter::EventHook EventCount::hook() {
    return {[](void* context, const meter::Event& event) {
                auto& count = *static_cast<EventCount*>(context);
                ++count.told_[static_cast<std::size_t>(event.kind)];
                ++count.all_told_;
            },
            this};
}

void EventCount::note(const world::Step& step) {
    if (std::holds_alternative<world::HandsAreOn>(step)) ++hands_;
    if (std::holds_alternative<world::FailsWithin>(step)) perhaps_lost_ += all_told_ - told_before_;
    told_before_ = all_told_;
}

bool EventCount::agrees(const meter::Meter& meter) const {
    std::array<std::uint64_t, meter::event_logs> expected{};
    for (std::size_t i = 0; i < told_.size(); ++i) {
        const auto log = meter::entry_of(meter.model().companion, static_cast<EventKind>(i), 1).log;
        if (log) expected[static_cast<std::size_t>(*log)] += told_[i];
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::uint64_t counted = meter.events().count(static_cast<meter::EventLogId>(i));
        if (counted > expected[i] || counted + perhaps_lost_ < expected[i]) return false;
    }
    std::uint64_t noticed = 0;
    for (const EventKind kind :
         {EventKind::terminal_cover_opened, EventKind::terminal_cover_closed, EventKind::meter_cover_opened,
          EventKind::meter_cover_closed, EventKind::module_cover_opened, EventKind::module_cover_closed,
          EventKind::magnetic_field_began, EventKind::magnetic_field_ended}) {
        noticed += told_[static_cast<std::size_t>(kind)];
    }
    return noticed >= hands_ && noticed <= hands_ + perhaps_lost_;
}

nlohmann::json EventCount::as_json() const {
    nlohmann::json counts = nlohmann::json::object();
    for (std::size_t i = 0; i < told_.size(); ++i) counts[std::string(meter::event_names[i])] = told_[i];
    return counts;
}

}  // namespace blathy::apps
