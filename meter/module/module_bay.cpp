#include "meter/module/module_bay.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"

namespace blathy::meter {
namespace {

// The first form knew two modes, and no windows.
constexpr std::uint8_t network_form_without_windows = 1;
constexpr std::uint8_t network_form = 2;
constexpr std::uint32_t look_period_us = 1'000'000;
// Windows open and close by the minute.
constexpr std::uint8_t seconds_between_windows = 60;

void read_text(ByteReader& in, NetworkSettings::Text& text) {
    for (const std::uint8_t octet : dlms::read_octets(in)) {
        if (!text.add(octet)) in.invalidate();
    }
}

}  // namespace

NetworkSettings load_network_settings(const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(RecordId::network, room);
    if (!content) return {};
    ByteReader in(*content);
    NetworkSettings settings;
    const std::uint8_t form = in.u8();
    for (auto* text : {&settings.access_point, &settings.user, &settings.password}) read_text(in, *text);
    settings.pin = in.u16();
    const std::uint8_t mode = in.u8();
    settings.repetitions = in.u8();
    settings.repetition_delay_s = in.u16();
    if (form == network_form_without_windows) {
        settings.mode = mode != 0 ? ConnectMode::always : ConnectMode::invoked;
    } else {
        settings.mode = static_cast<ConnectMode>(mode);
        settings.windows = read_time_windows(in);
    }
    const bool known = (form == network_form || form == network_form_without_windows) && is_served(settings.mode);
    return known && in.ok() && in.at_end() ? settings : NetworkSettings{};
}

bool keep(Store& store, const NetworkSettings& settings) {
    std::array<std::uint8_t, 256> room{};
    ByteWriter out(room);
    out.u8(network_form);
    for (const auto* text : {&settings.access_point, &settings.user, &settings.password}) {
        dlms::write_octets(out, text->view());
    }
    out.u16(settings.pin);
    out.u8(static_cast<std::uint8_t>(settings.mode));
    out.u8(settings.repetitions);
    out.u16(settings.repetition_delay_s);
    write(out, settings.windows);
    return out.ok() && store.write(RecordId::network, out.written());
}

bool ModuleBay::plug(const Clock& clock, std::size_t slot, Module& module) {
    const bool fits = (module.kind() == ModuleKind::input) == (slot == input_slot);
    if (!fits || !has_slot(model_, slot) || slots_[slot].module != nullptr) return false;
    follow_mode(clock);
    slots_[slot] = {&module, 0, false, false};
    module.configure(load_network_settings(store_));
    module.demand(demand_);
    tell(EventKind::module_inserted, clock, slot);
    look_at(clock, slot, Supply::mains);
    return true;
}

void ModuleBay::unplug(const Clock& clock, std::size_t slot) {
    if (slot >= module_slots || slots_[slot].module == nullptr) return;
    lose_network(clock, slot);
    slots_[slot] = {};
    tell(EventKind::module_removed, clock, slot);
}

void ModuleBay::lose_network(const Clock& clock, std::size_t index) {
    Slot& slot = slots_[index];
    if (slot.carries && needs_network(slot.module->kind())) tell(EventKind::network_lost, clock, index);
    slot.carries = false;
}

void ModuleBay::look_at(const Clock& clock, std::size_t index, Supply supply) {
    Slot& slot = slots_[index];
    if (slot.module == nullptr) return;
    const auto status = slot.module->status();
    if (!status) {
        lose_network(clock, index);
        if (supply == Supply::battery) return;
        slot.silent_s = static_cast<std::uint16_t>(std::min<int>(slot.silent_s + 1, patience.count()));
        if (!slot.dead && std::chrono::seconds{slot.silent_s} >= patience) {
            slot.dead = true;
            tell(EventKind::module_dead, clock, index);
        }
        return;
    }
    slot.silent_s = 0;
    slot.dead = false;
    if (status->attached == slot.carries) return;
    if (!status->attached) return lose_network(clock, index);
    slot.carries = true;
    if (needs_network(slot.module->kind())) tell(EventKind::network_attached, clock, index);
}

void ModuleBay::advance(const Clock& clock, std::chrono::microseconds duration, Supply supply) {
    const std::uint64_t since_us = since_look_us_ + static_cast<std::uint64_t>(duration.count());
    if (since_us < look_period_us) {
        since_look_us_ = static_cast<std::uint32_t>(since_us);
        return;
    }
    since_look_us_ = static_cast<std::uint32_t>(since_us % look_period_us);
    const bool plugged = std::ranges::any_of(slots_, [](const Slot& slot) { return slot.module != nullptr; });
    if (!plugged) return;
    const std::uint64_t passed_s = since_us / look_period_us;
    until_mode_s_ = static_cast<std::uint8_t>(until_mode_s_ - std::min<std::uint64_t>(passed_s, until_mode_s_));
    if (until_mode_s_ == 0) follow_mode(clock);
    for (std::size_t i = 0; i < module_slots; ++i) look_at(clock, i, supply);
}

void ModuleBay::follow_mode(const Clock& clock) {
    until_mode_s_ = seconds_between_windows;
    const NetworkSettings settings = load_network_settings(store_);
    const bool has_windows =
        settings.mode == ConnectMode::within_windows || settings.mode == ConnectMode::within_windows_or_invoked;
    const bool within =
        settings.mode == ConnectMode::always || (has_windows && is_open(settings.windows.view(), clock));
    if (within || settings.mode == ConnectMode::within_windows) invoked_ = false;
    const NetworkDemand demand = within     ? NetworkDemand::lasting
                                 : invoked_ ? NetworkDemand::invoked
                                            : NetworkDemand::none;
    if (demand != demand_) make_demand(demand);
}

void ModuleBay::make_demand(NetworkDemand demand) {
    demand_ = demand;
    for (Slot& slot : slots_) {
        if (slot.module != nullptr) slot.module->demand(demand);
    }
}

bool ModuleBay::configure(const Clock& clock, const NetworkSettings& settings) {
    if (!keep(store_, settings)) return false;
    for (Slot& slot : slots_) {
        if (slot.module != nullptr) slot.module->configure(settings);
    }
    follow_mode(clock);
    return true;
}

bool ModuleBay::connect(const Clock& clock) {
    const NetworkDemand before = demand_;
    invoked_ = true;
    follow_mode(clock);
    // Who has given up tries again.
    if (demand_ == before) make_demand(demand_);
    return demand_ != NetworkDemand::none;
}

void ModuleBay::reset_frame_counters() {
    for (Slot& slot : slots_) {
        if (slot.module != nullptr) slot.module->reset_frame_counters();
    }
}

ModuleStatus ModuleBay::status_of_first(ModuleKind kind) const {
    for (const Slot& slot : slots_) {
        if (slot.module == nullptr || slot.module->kind() != kind) continue;
        if (const auto status = slot.module->status()) return *status;
    }
    return {};
}

}  // namespace blathy::meter
