// What the meter shows and takes through IEC 62056-21, modes C: the values of its display with their OBIS codes, any
// other register by its code, and with the password the clock.
//
//   1-0:1.8.0   any measured quantity, as the display shows it: 000123.45*kWh
//   1-0:0.9.1   local time, hhmmss or hh:mm:ss        1-0:0.9.2   local date, YYMMDD or YY-MM-DD
//   0-0:96.1.0  serial number (1-0:0.0.0 too)         1-0:0.2.0   firmware version
//
// P1 takes the management client's password; wrong ones delay the next as they do in an association.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/text.hpp"
#include "dlms/iec62056_21/meter_session.hpp"
#include "dlms/obis.hpp"

namespace blathy::meter {

class Meter;

class LocalData final : public dlms::iec62056_21::MeterPort {
  public:
    explicit LocalData(Meter& meter) : meter_(meter) {}

    std::size_t readout_line(std::size_t index, std::span<char> room) override;
    std::size_t password_seed(std::span<char> room) override;
    bool is_password(int level, std::string_view password) override;
    std::size_t read(int level, std::string_view address, std::string_view argument, std::span<char> room) override;
    bool write(int level, std::string_view address, std::string_view value) override;

  private:
    // False: there is no such value.
    bool put_value(TextWriter& out, const dlms::Obis& item) const;
    bool put_quantity(TextWriter& out, const dlms::Obis& item) const;

    Meter& meter_;
};

}  // namespace blathy::meter
