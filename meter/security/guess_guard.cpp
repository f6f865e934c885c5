#include "meter/security/guess_guard.hpp"

#include <limits>

namespace blathy::meter::security {

void GuessGuard::mount(std::uint32_t uptime_s) {
    std::array<std::uint8_t, entries> room{};
    const auto content = store_.read(record_, room);
    entries_ = {};
    if (!content || content->size() != entries) return;
    for (std::size_t i = 0; i < entries; ++i) entries_[i] = {uptime_s, (*content)[i]};
}

bool GuessGuard::may_try(AccessPort port, Role role, std::uint32_t uptime_s) const {
    const Entry& entry = entries_[index_of(port, role)];
    return uptime_s - entry.failed_at_s >= delay_s(entry.failures);
}

bool GuessGuard::failed(AccessPort port, Role role, std::uint32_t uptime_s) {
    Entry& entry = entries_[index_of(port, role)];
    entry.failed_at_s = uptime_s;
    if (entry.failures == std::numeric_limits<std::uint8_t>::max()) return true;
    ++entry.failures;
    return save();
}

void GuessGuard::succeeded(AccessPort port, Role role) {
    Entry& entry = entries_[index_of(port, role)];
    if (entry.failures == 0) return;
    entry = {};
    // If it does not become durable, the next restart only finds a delay that is not due.
    (void)save();
}

bool GuessGuard::save() {
    std::array<std::uint8_t, entries> content{};
    for (std::size_t i = 0; i < entries; ++i) content[i] = entries_[i].failures;
    return store_.write(record_, content);
}

}  // namespace blathy::meter::security
