#include "meter/security/guess_guard.hpp"

#include <algorithm>
#include <limits>

namespace blathy::meter::security {

void GuessGuard::mount(std::uint32_t uptime_s) {
    failed_at_s_.fill(uptime_s);
    failures_ = {};
    known_peer_ = {};
    std::array<std::uint8_t, record_size> room{};
    const auto content = store_.read(record_, room);
    if (!content || content->size() != record_size) return;
    ByteReader in(*content);
    std::ranges::copy(in.bytes(entries), failures_.begin());
    for (std::uint32_t& peer : known_peer_) peer = in.u32();
}

std::size_t GuessGuard::entry_of(const Origin& origin, Role role) const {
    const std::size_t index = index_of(role);
    const bool is_known = origin.port == AccessPort::network && origin.peer != 0 && origin.peer == known_peer_[index];
    const std::size_t row = is_known ? rows - 1 : static_cast<std::size_t>(origin.port);
    return row * guarded_roles + index;
}

bool GuessGuard::may_try(const Origin& origin, Role role, std::uint32_t uptime_s) const {
    const std::size_t entry = entry_of(origin, role);
    return uptime_s - failed_at_s_[entry] >= delay_s(failures_[entry]);
}

bool GuessGuard::failed(const Origin& origin, Role role, std::uint32_t uptime_s) {
    const std::size_t entry = entry_of(origin, role);
    failed_at_s_[entry] = uptime_s;
    if (failures_[entry] == std::numeric_limits<std::uint8_t>::max()) return true;
    ++failures_[entry];
    return save();
}

void GuessGuard::succeeded(const Origin& origin, Role role) {
    const std::size_t entry = entry_of(origin, role);
    std::uint32_t& known = known_peer_[index_of(role)];
    const bool is_other_peer = origin.port == AccessPort::network && origin.peer != 0 && origin.peer != known;
    if (failures_[entry] == 0 && !is_other_peer) return;
    failures_[entry] = 0;
    if (is_other_peer) {
        known = origin.peer;
        failures_[entry_of(origin, role)] = 0;
    }
    // If it does not become durable, the next restart only finds a delay that is not due.
    (void)save();
}

bool GuessGuard::save() {
    std::array<std::uint8_t, record_size> content{};
    ByteWriter out(content);
    out.bytes(failures_);
    for (const std::uint32_t peer : known_peer_) out.u32(peer);
    return store_.write(record_, content);
}

}  // namespace blathy::meter::security
