// A latching relay, or an auxiliary one: coils that move an armature, and contacts that wear, and may weld.
#pragma once

#include <array>
#include <cstdint>

#include "meter/interval.hpp"
#include "meter/model.hpp"
#include "meter/relay/drive.hpp"
#include "world/random.hpp"

namespace blathy::world {

class LatchingRelay {
  public:
    // As it lies there: a latching relay keeps its position without power.
    explicit LatchingRelay(const meter::Relay& relay, bool closed = true, std::uint64_t seed = 1);

    // The coils get a pulse while these currents flow, of the phases, in ampere. Beyond its promised life a contact may
    // weld when it breaks a current.
    void pulse(meter::RelayPulse pulse, const std::array<double, meter::max_phases>& current_a);

    // The auxiliary contact, which is the armature's.
    [[nodiscard]] bool closed() const { return closed_; }
    // Of the pole that a phase runs through: a welded one does whatever the armature says.
    [[nodiscard]] bool conducts(std::size_t phase) const { return closed_ || welded_[pole_of(phase)]; }
    [[nodiscard]] bool welded(std::size_t phase) const { return welded_[pole_of(phase)]; }
    void weld(std::size_t phase) { welded_[pole_of(phase)] = true; }
    // Somebody knocks at it.
    void free(std::size_t phase) { welded_[pole_of(phase)] = false; }
    // The armature does not move any more, or does again.
    void jam(bool jammed) { jammed_ = jammed; }

    [[nodiscard]] const meter::RelayOperations& operations() const { return operations_; }

  private:
    [[nodiscard]] std::size_t pole_of(std::size_t phase) const;

    meter::Relay relay_;
    bool closed_;
    bool jammed_ = false;
    std::array<bool, meter::max_phases> welded_{};
    meter::RelayOperations operations_;
    Random random_;
};

}  // namespace blathy::world
