#include "meter/metrology/calibration_memory.hpp"

#include <algorithm>
#include <array>

#include "base/crc32.hpp"

namespace blathy::meter {

namespace {

constexpr std::uint32_t magic = 0x424C'4341;  // "BLCA"
constexpr std::uint8_t calibration_form = 2;
constexpr std::size_t sectors = 2;
constexpr std::size_t phase_fields = 7;
constexpr std::size_t content_size = 4 + 1 + 3 * 4 + max_phases * phase_fields * 4 + 2 * 4;
constexpr std::size_t record_size = content_size + 4;
// On a boundary that any flash can program.
constexpr std::size_t seal_offset = 120;
static_assert(record_size <= seal_offset);

using EncodedCalibration = std::array<std::uint8_t, record_size>;

EncodedCalibration encoded(const CalibrationRecord& record, std::uint32_t serial_number) {
    EncodedCalibration octets{};
    ByteWriter out(octets);
    out.u32(magic);
    out.u8(calibration_form);
    out.u32(record.number);
    out.u32(serial_number);
    out.u32(record.date_s);
    for (const PhaseCalibration& phase : record.calibration.phase) {
        out.i32(phase.voltage_gain_ppm);
        out.i32(phase.current_gain_ppm);
        out.i32(phase.current_delay_ns);
        out.i32(phase.current_corner_uhz);
        out.i32(phase.active_offset_uw);
        out.i32(phase.reactive_offset_uvar);
        out.u32(phase.current_noise_ua);
    }
    out.i32(record.calibration.neutral_gain_ppm);
    out.u32(record.calibration.neutral_noise_ua);
    out.u32(crc32(out.written()));
    return octets;
}

}  // namespace

std::optional<CalibrationRecord> CalibrationMemory::copy(std::size_t sector) const {
    EncodedCalibration octets{};
    if (!flash_.read(sector, 0, octets)) return std::nullopt;
    ByteReader in(octets);
    const bool known = in.u32() == magic && in.u8() == calibration_form;
    CalibrationRecord found;
    found.number = in.u32();
    const bool own = in.u32() == serial_number_;
    found.date_s = in.u32();
    for (PhaseCalibration& phase : found.calibration.phase) {
        phase.voltage_gain_ppm = in.i32();
        phase.current_gain_ppm = in.i32();
        phase.current_delay_ns = in.i32();
        phase.current_corner_uhz = in.i32();
        phase.active_offset_uw = in.i32();
        phase.reactive_offset_uvar = in.i32();
        phase.current_noise_ua = in.u32();
    }
    found.calibration.neutral_gain_ppm = in.i32();
    found.calibration.neutral_noise_ua = in.u32();
    found.check = crc32(in.consumed());
    if (!known || !own || in.u32() != found.check || !in.ok() || !valid(found.calibration)) return std::nullopt;
    return found;
}

// Any bit that was cleared counts, so that a seal torn by a power cut is one.
bool CalibrationMemory::seal_set(std::size_t sector) const {
    std::array<std::uint8_t, 4> seal{};
    if (!flash_.read(sector, seal_offset, seal)) return true;
    return !is_erased(seal);
}

bool CalibrationMemory::blank() const {
    std::array<std::uint8_t, seal_offset + 4> octets{};
    for (std::size_t sector = 0; sector < sectors; ++sector) {
        if (!flash_.read(sector, 0, octets) || !is_erased(octets)) return false;
    }
    return true;
}

std::optional<CalibrationRecord> CalibrationMemory::read() const {
    const auto first = copy(0);
    const auto second = copy(1);
    if (!first && !second) return std::nullopt;
    if (!second) return first;
    if (!first) return second;
    return first->number >= second->number ? first : second;
}

bool CalibrationMemory::damaged() const {
    const auto first = copy(0);
    const auto second = copy(1);
    return first.has_value() != second.has_value() || (first && second && first->check != second->check);
}

bool CalibrationMemory::sealed() const {
    return seal_set(0) || seal_set(1);
}

bool CalibrationMemory::write_copy(std::size_t sector, const CalibrationRecord& record) {
    return flash_.erase(sector) && flash_.program(sector, 0, encoded(record, serial_number_)) &&
           copy(sector).has_value();
}

bool CalibrationMemory::write(const Calibration& calibration, std::uint32_t date_s) {
    if (sealed() || !valid(calibration)) return false;
    const auto first = copy(0);
    const auto second = copy(1);
    const std::uint32_t number = std::max(first ? first->number : 0, second ? second->number : 0) + 1;
    const CalibrationRecord record{.calibration = calibration, .number = number, .date_s = date_s};
    // The copy that is valid goes last, and of two the older one first.
    const bool second_first = first && (!second || first->number > second->number);
    const std::size_t now = second_first ? 1 : 0;
    return write_copy(now, record) && write_copy(sectors - 1 - now, record);
}

bool CalibrationMemory::seal() {
    if (!read() || damaged()) return false;
    constexpr std::array<std::uint8_t, 4> seal{};
    bool done = true;
    for (std::size_t sector = 0; sector < sectors; ++sector) done &= flash_.program(sector, seal_offset, seal);
    return done && sealed();
}

}  // namespace blathy::meter
