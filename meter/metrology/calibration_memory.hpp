// Calibration memory: where the factory leaves what it found, for the life of the meter.
//
// Two sectors of a flash of its own hold the same record, so that one may rot or be torn by a power cut:
//
//     magic u32, form u8, generation u32, content, crc32 of all that; then a seal u32
//
// Once sealed, no call here changes it: the seal's bits can only be cleared by erasing the sector, and nothing erases a
// sealed one. Opening the meter and its board, which breaks the verification mark, is the only way back.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "meter/metrology/calibration.hpp"
#include "meter/ports.hpp"

namespace blathy::meter {

class CalibrationMemory {
  public:
    // The first two sectors are used, of at least 128 octets each.
    explicit CalibrationMemory(Flash& flash) : flash_(flash) {}

    // None: there never was one, or both copies are damaged. A meter without it must not bill.
    [[nodiscard]] std::optional<Calibration> read() const;
    // One copy fails its check, though the other serves; an event worth logging.
    [[nodiscard]] bool damaged() const;
    [[nodiscard]] bool sealed() const;

    // False: it is sealed, or the flash failed; what was valid before still is.
    [[nodiscard]] bool write(const Calibration& calibration);
    // False: there is nothing valid to seal, or the flash failed.
    [[nodiscard]] bool seal();

  private:
    struct Copy {
        Calibration calibration;
        std::uint32_t generation = 0;
    };
    [[nodiscard]] std::optional<Copy> copy(std::size_t sector) const;
    [[nodiscard]] bool seal_set(std::size_t sector) const;
    [[nodiscard]] bool write_copy(std::size_t sector, const Copy& content);

    Flash& flash_;
};

}  // namespace blathy::meter
