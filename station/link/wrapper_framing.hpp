// APDUs out of the octets of a TCP connection (IEC 62056-47, 7.3): they come in pieces, or several at once.
#pragma once

#include <optional>

#include "dlms/wrapper.hpp"
#include "station/error.hpp"
#include "station/octets.hpp"

namespace blathy::station {

// APDU with its wrapper header; none if it is longer than a wrapper can carry.
std::optional<Octets> wrap(std::uint16_t source, std::uint16_t destination, Bytes apdu);

class WrapperFraming {
  public:
    struct Frame {
        dlms::WrapperHeader header;
        Bytes apdu;  // valid until the next put()
    };

    // Call it when next() has given all that there was.
    void put(Bytes octets);
    // The next whole frame; none until more octets come. An error ends it: nothing that follows can be trusted.
    Result<std::optional<Frame>, Error> next();

  private:
    Octets buffer_;  // never more than one frame and what came with its end
    std::size_t taken_ = 0;
};

}  // namespace blathy::station
