#include "meter/metrology/calibration_memory.hpp"

#include <algorithm>
#include <array>

#include "base/crc32.hpp"

namespace blathy::meter {

namespace {

constexpr std::uint32_t magic = 0x424C'4341;  // "BLCA"
constexpr std::uint8_t calibration_form = 1;
constexpr std::size_t sectors = 2;
constexpr std::size_t phase_fields = 7;
constexpr std::size_t content_size = 4 + 1 + 4 + max_phases * phase_fields * 4 + 2 * 4;
constexpr std::size_t record_size = content_size + 4;
// On a boundary that any flash can program.
constexpr std::size_t seal_offset = 112;
static_assert(record_size <= seal_offset);

using Record = std::array<std::uint8_t, record_size>;

Record encoded(const Calibration& calibration, std::uint32_t generation) {
    Record record{};
    ByteWriter out(record);
    out.u32(magic);
    out.u8(calibration_form);
    out.u32(generation);
    for (const PhaseCalibration& phase : calibration.phase) {
        out.i32(phase.voltage_gain_ppm);
        out.i32(phase.current_gain_ppm);
        out.i32(phase.current_delay_ns);
        out.i32(phase.current_corner_uhz);
        out.i32(phase.active_offset_uw);
        out.i32(phase.reactive_offset_uvar);
        out.u32(phase.current_noise_ua);
    }
    out.i32(calibration.neutral_gain_ppm);
    out.u32(calibration.neutral_noise_ua);
    out.u32(crc32(out.written()));
    return record;
}

}  // namespace

std::optional<CalibrationMemory::Copy> CalibrationMemory::copy(std::size_t sector) const {
    Record record{};
    if (!flash_.read(sector, 0, record)) return std::nullopt;
    ByteReader in(record);
    const bool known = in.u32() == magic && in.u8() == calibration_form;
    Copy found;
    found.generation = in.u32();
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
    const std::uint32_t check = crc32(in.consumed());
    if (!known || in.u32() != check || !in.ok()) return std::nullopt;
    return found;
}

// Any bit that was cleared counts, so that a seal torn by a power cut is one.
bool CalibrationMemory::seal_set(std::size_t sector) const {
    std::array<std::uint8_t, 4> seal{};
    if (!flash_.read(sector, seal_offset, seal)) return true;
    for (const std::uint8_t octet : seal) {
        if (octet != 0xFF) return true;
    }
    return false;
}

std::optional<Calibration> CalibrationMemory::read() const {
    const auto first = copy(0);
    const auto second = copy(1);
    if (!first && !second) return std::nullopt;
    if (!second) return first->calibration;
    if (!first) return second->calibration;
    return first->generation >= second->generation ? first->calibration : second->calibration;
}

bool CalibrationMemory::damaged() const {
    const auto first = copy(0);
    const auto second = copy(1);
    return first.has_value() != second.has_value() || (first && second && first->calibration != second->calibration);
}

bool CalibrationMemory::sealed() const {
    return seal_set(0) || seal_set(1);
}

bool CalibrationMemory::write_copy(std::size_t sector, const Copy& content) {
    return flash_.erase(sector) && flash_.program(sector, 0, encoded(content.calibration, content.generation)) &&
           copy(sector).has_value();
}

bool CalibrationMemory::write(const Calibration& calibration) {
    if (sealed()) return false;
    const auto first = copy(0);
    const auto second = copy(1);
    const std::uint32_t generation = std::max(first ? first->generation : 0, second ? second->generation : 0) + 1;
    const Copy content{calibration, generation};
    // The copy that is valid goes last, and of two the older one first.
    const bool second_first = first && (!second || first->generation > second->generation);
    const std::size_t now = second_first ? 1 : 0;
    return write_copy(now, content) && write_copy(sectors - 1 - now, content);
}

bool CalibrationMemory::seal() {
    if (!read() || damaged()) return false;
    constexpr std::array<std::uint8_t, 4> seal{};
    bool done = true;
    for (std::size_t sector = 0; sector < sectors; ++sector) done &= flash_.program(sector, seal_offset, seal);
    return done && sealed();
}

}  // namespace blathy::meter
