// Randomness for challenges. The AN386 has no generator of random numbers: what there is comes from when interrupts
// happen, seen by a timer that counts core clocks, and is conditioned by SHA-256. It serves for trying the image in an
// emulator; a product's board puts its true random number generator behind this class.
#pragma once

#include <array>
#include <cstdint>

#include "meter/security/security_ports.hpp"

namespace blathy::board {

class Entropy final : public meter::security::Entropy {
  public:
    // To be called whenever the processor wakes: each time adds a moment that nobody outside knows.
    void stir();
    bool fill(MutableBytes octets) override;

  private:
    std::array<std::uint8_t, 32> pool_{};
    std::uint32_t drawn_ = 0;
};

}  // namespace blathy::board
