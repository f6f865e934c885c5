// Calibration memory: where the factory leaves what it found, for the life of the meter.
//
// Two sectors of a flash of its own hold the same record, so that one may rot or be torn by a power cut:
//
//     magic u32, form u8, number u32, serial number u32, date u32, content, crc32 of all that; then a seal u32
//
// A meter is in factory state until it is sealed. Once sealed, no call here changes it: the seal's bits can only be
// cleared by erasing the sector, and nothing erases a sealed one. There is no jumper and no key that opens it again,
// for whoever holds either could sell another kilowatt-hour; opening the meter and its board, which breaks the
// verification mark, is the only way back. The serial number keeps a board from being taken for another meter's.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "meter/metrology/calibration.hpp"
#include "meter/ports.hpp"

namespace blathy::meter {

struct CalibrationRecord {
    Calibration calibration;
    std::uint32_t number = 0;  // how often it was calibrated, this time included
    std::uint32_t date_s = 0;  // seconds since 1970, UTC
    std::uint32_t check = 0;   // crc32 of the record
};

class CalibrationMemory {
  public:
    // The first two sectors are used, of at least 128 octets each.
    CalibrationMemory(Flash& flash, std::uint32_t serial_number) : flash_(flash), serial_number_(serial_number) {}

    // None: there never was one, it is another meter's, or both copies are damaged. A meter without it has to say so.
    [[nodiscard]] std::optional<CalibrationRecord> read() const;
    // Nothing was ever written.
    [[nodiscard]] bool blank() const;
    // One copy fails its check, though the other serves; an event worth logging.
    [[nodiscard]] bool damaged() const;
    [[nodiscard]] bool sealed() const;

    // False: it is sealed, the calibration is not valid, or the flash failed; what was valid before still is.
    [[nodiscard]] bool write(const Calibration& calibration, std::uint32_t date_s);
    // False: there is nothing valid to seal, or the flash failed.
    [[nodiscard]] bool seal();

  private:
    [[nodiscard]] std::optional<CalibrationRecord> copy(std::size_t sector) const;
    [[nodiscard]] bool seal_set(std::size_t sector) const;
    [[nodiscard]] bool write_copy(std::size_t sector, const CalibrationRecord& record);

    Flash& flash_;
    std::uint32_t serial_number_;
};

}  // namespace blathy::meter
