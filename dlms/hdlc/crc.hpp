// The check sequence of HDLC frames: CRC-16/X-25 (IEC 62056-46, 6.4.2.7 and ISO/IEC 13239, 4.2.5), low octet first on
// the wire.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace blathy::dlms::hdlc {

class Crc {
  public:
    void update(Bytes octets);
    // The two octets of HCS or FCS as one number.
    [[nodiscard]] std::uint16_t value() const { return static_cast<std::uint16_t>(~register_); }
    // True once a block and its own check sequence have both gone through.
    [[nodiscard]] bool is_good() const { return register_ == 0xF0B8; }

  private:
    std::uint16_t register_ = 0xFFFF;
};

std::uint16_t crc_of(Bytes octets);

}  // namespace blathy::dlms::hdlc
