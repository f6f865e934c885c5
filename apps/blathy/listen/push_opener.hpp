// Opens pushes with the keys of a list, and believes none that is protected less than asked for, or repeated.
#pragma once

#include "apps/blathy/client/decipherer.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "station/client.hpp"

namespace blathy::apps {

class PushOpener {
  public:
    PushOpener(const KeyList& keys, station::Protection least) : decipherer_(keys), least_(least) {}

    // The notification without its protection, or why it is not believed.
    Result<station::Octets, station::Error> open(Bytes apdu);

  private:
    Decipherer decipherer_;
    station::Protection least_;
};

}  // namespace blathy::apps
