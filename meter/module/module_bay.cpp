#include "meter/module/module_bay.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t network_form = 1;
constexpr std::uint32_t look_period_us = 1'000'000;

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
    const bool known = in.u8() == network_form;
    for (auto* text : {&settings.access_point, &settings.user, &settings.password}) read_text(in, *text);
    settings.pin = in.u16();
    settings.permanent = in.u8() != 0;
    settings.repetitions = in.u8();
    settings.repetition_delay_s = in.u16();
    return known && in.ok() && in.at_end() ? settings : NetworkSettings{};
}

bool keep(Store& store, const NetworkSettings& settings) {
    std::array<std::uint8_t, 128> room{};
    ByteWriter out(room);
    out.u8(network_form);
    for (const auto* text : {&settings.access_point, &settings.user, &settings.password}) {
        dlms::write_octets(out, text->view());
    }
    out.u16(settings.pin);
    out.u8(settings.permanent ? 1 : 0);
    out.u8(settings.repetitions);
    out.u16(settings.repetition_delay_s);
    return out.ok() && store.write(RecordId::network, out.written());
}

bool ModuleBay::has_slot(std::size_t slot) const {
    return slot == input_slot ? model_.ports.input_module : slot < model_.ports.communication_modules;
}

bool ModuleBay::plug(const Clock& clock, std::size_t slot, Module& module) {
    const bool fits = (module.kind() == ModuleKind::input) == (slot == input_slot);
    if (!fits || !has_slot(slot) || slots_[slot].module != nullptr) return false;
    slots_[slot] = {&module, 0, false, false};
    module.configure(load_network_settings(store_));
    tell(EventKind::module_inserted, clock, slot);
    look_at(clock, slot);
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

void ModuleBay::look_at(const Clock& clock, std::size_t index) {
    Slot& slot = slots_[index];
    if (slot.module == nullptr) return;
    const auto status = slot.module->status();
    if (!status) {
        lose_network(clock, index);
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

void ModuleBay::advance(const Clock& clock, std::chrono::microseconds duration) {
    const std::uint64_t since_us = since_look_us_ + static_cast<std::uint64_t>(duration.count());
    if (since_us < look_period_us) {
        since_look_us_ = static_cast<std::uint32_t>(since_us);
        return;
    }
    since_look_us_ = static_cast<std::uint32_t>(since_us % look_period_us);
    for (std::size_t i = 0; i < module_slots; ++i) look_at(clock, i);
}

bool ModuleBay::configure(const NetworkSettings& settings) {
    if (!keep(store_, settings)) return false;
    for (Slot& slot : slots_) {
        if (slot.module != nullptr) slot.module->configure(settings);
    }
    return true;
}

void ModuleBay::connect() {
    for (Slot& slot : slots_) {
        if (slot.module != nullptr) slot.module->connect();
    }
}

ModuleStatus ModuleBay::cellular_status() const {
    for (const Slot& slot : slots_) {
        if (slot.module == nullptr || slot.module->kind() != ModuleKind::cellular) continue;
        if (const auto status = slot.module->status()) return *status;
    }
    return {};
}

}  // namespace blathy::meter
