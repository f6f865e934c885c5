// Randomness of the operating system, for challenges and dedicated keys.
#pragma once

#include "dlms/security/random.hpp"

namespace blathy::station {

class SystemEntropy final : public dlms::security::Random {
  public:
    // Waits until the system has gathered enough, once after its start (getrandom(2)).
    [[nodiscard]] bool fill(MutableBytes octets) override;
};

}  // namespace blathy::station
