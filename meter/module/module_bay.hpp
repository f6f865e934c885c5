// The module bay: slots for two communication modules and an input module, all in use at once, plugged and pulled while
// the meter runs.
//
// Whatever a module does or fails to do changes nothing but what is said of it: a slot is looked at once a second, and
// events tell what has changed there.
#pragma once

#include <chrono>

#include "meter/clock/clock.hpp"
#include "meter/event/event.hpp"
#include "meter/model.hpp"
#include "meter/module/module.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

inline constexpr std::size_t communication_slots = 2;
inline constexpr std::size_t module_slots = communication_slots + 1;
inline constexpr std::size_t input_slot = communication_slots;

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
    [[nodiscard]] bool has_slot(std::size_t slot) const;

    void advance(const Clock& clock, std::chrono::microseconds duration);

    // Durable when true, and else not in force.
    bool configure(const NetworkSettings& settings);
    void connect();

    // Null: there is none.
    [[nodiscard]] const Module* module(std::size_t slot) const { return slots_[slot].module; }
    // It carries octets now.
    [[nodiscard]] bool carries(std::size_t slot) const { return slots_[slot].carries; }
    [[nodiscard]] bool dead(std::size_t slot) const { return slots_[slot].dead; }
    // The status of the first cellular module that answers, or of none.
    [[nodiscard]] ModuleStatus cellular_status() const;

  private:
    struct Slot {
        Module* module = nullptr;
        std::uint16_t silent_s = 0;
        bool dead = false;
        bool carries = false;
    };

    void look_at(const Clock& clock, std::size_t index);
    void lose_network(const Clock& clock, std::size_t index);
    void tell(EventKind kind, const Clock& clock, std::size_t index) {
        tell_({kind, clock.now(), static_cast<std::int64_t>(index + 1)});
    }

    const Model& model_;
    Store& store_;
    EventHook tell_;
    std::array<Slot, module_slots> slots_;
    std::uint32_t since_look_us_ = 0;
};

}  // namespace blathy::meter
