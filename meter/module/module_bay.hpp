// The module bay: slots for two communication modules and an input module, all in use at once, plugged and pulled while
// the meter runs.
//
// Whatever a module does or fails to do changes nothing but what is said of it: a slot is looked at once a second, and
// events tell what has changed there.
#pragma once

#include <chrono>

#include "dlms/obis.hpp"
#include "meter/clock/clock.hpp"
#include "meter/event/event.hpp"
#include "meter/model.hpp"
#include "meter/module/module.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

inline constexpr std::size_t communication_slots = 2;
inline constexpr std::size_t module_slots = communication_slots + 1;
inline constexpr std::size_t input_slot = communication_slots;

[[nodiscard]] constexpr bool has_slot(const Model& model, std::size_t slot) {
    return slot == input_slot ? model.ports.input_module : slot < model.ports.communication_modules;
}

// Of the object that says what is in the slot; manufacturer's own.
constexpr dlms::Obis module_status_name(std::size_t slot) {
    return {0, 0, 96, 61, static_cast<int>(slot) + 1};
}

[[nodiscard]] NetworkSettings load_network_settings(const Store& store);
[[nodiscard]] bool keep(Store& store, const NetworkSettings& settings);

class ModuleBay {
  public:
    // A module that does not answer for so long is dead; one comes to life within it.
    static constexpr std::chrono::seconds patience{30};

    ModuleBay(const Model& model, Store& store, const EventHook& hook) : model_(model), store_(store), tell_(hook) {}

    // False: the model has no such slot, another is plugged in there, or it does not fit: an input module goes into the
    // input slot and nowhere else. `module` must outlive its being plugged in.
    bool plug(const Clock& clock, std::size_t slot, Module& module);
    void unplug(const Clock& clock, std::size_t slot);

    // Without mains a module that has no energy any more falls silent, and is not dead for that.
    enum class Supply : std::uint8_t { mains, battery };
    void advance(const Clock& clock, std::chrono::microseconds duration, Supply supply);

    // Durable when true, and else not in force.
    bool configure(const Clock& clock, const NetworkSettings& settings);
    // Somebody asks for the network now. False: it is not the time (ConnectMode::within_windows).
    bool connect(const Clock& clock);
    void reset_frame_counters();

    // Null: there is none.
    [[nodiscard]] const Module* module(std::size_t slot) const { return slots_[slot].module; }
    // It carries octets now.
    [[nodiscard]] bool carries(std::size_t slot) const { return slots_[slot].carries; }
    [[nodiscard]] bool dead(std::size_t slot) const { return slots_[slot].dead; }
    // The status of the first cellular module that answers, or of none.
    [[nodiscard]] ModuleStatus cellular_status() const { return status_of_first(ModuleKind::cellular); }
    [[nodiscard]] PlcStatus plc_status() const { return status_of_first(ModuleKind::plc).plc; }
    [[nodiscard]] HsPlcStatus hs_plc_status() const { return status_of_first(ModuleKind::hplc).hs_plc; }

  private:
    struct Slot {
        Module* module = nullptr;
        std::uint16_t silent_s = 0;
        bool dead = false;
        bool carries = false;
    };

    [[nodiscard]] ModuleStatus status_of_first(ModuleKind kind) const;
    void look_at(const Clock& clock, std::size_t index, Supply supply);
    // As mode, windows and whoever asked for it say now.
    void follow_mode(const Clock& clock);
    void make_demand(NetworkDemand demand);
    void lose_network(const Clock& clock, std::size_t index);
    void tell(EventKind kind, const Clock& clock, std::size_t index) {
        tell_({kind, clock.now(), static_cast<std::int64_t>(index + 1)});
    }

    const Model& model_;
    Store& store_;
    EventHook tell_;
    std::array<Slot, module_slots> slots_;
    std::uint32_t since_look_us_ = 0;
    NetworkDemand demand_ = NetworkDemand::none;
    bool invoked_ = false;           // somebody asked for the network, and it is not over yet
    std::uint8_t until_mode_s_ = 0;  // until mode and windows are looked at again
};

}  // namespace blathy::meter
