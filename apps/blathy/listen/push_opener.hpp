// Opens pushes with the keys of a list, and believes none that is protected less, altered or repeated.
#pragma once

#include "apps/blathy/client/decipherer.hpp"
#include "station/error.hpp"
#include "station/octets.hpp"

namespace blathy::apps {

class PushOpener {
  public:
    // `least` is what a push must be protected by; none: it need not be.
    PushOpener(const KeyList& keys, station::Protection least) : decipherer_(keys), least_(least) {}

    // The notification inside. Error `security`: why it is not believed.
    Result<station::Octets, station::Error> open(Bytes apdu);

  private:
    Decipherer decipherer_;
    station::Protection least_;
};

}  // namespace blathy::apps
