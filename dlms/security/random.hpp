// The port to a source of randomness for keys: a true random number generator, or one of NIST SP 800-90A seeded by it.
#pragma once

#include "base/bytes.hpp"

namespace blathy::dlms::security {

class Random {
  public:
    // False: the source failed its checks, and `octets` must not be used.
    [[nodiscard]] virtual bool fill(MutableBytes octets) = 0;

  protected:
    ~Random() = default;
};

}  // namespace blathy::dlms::security
