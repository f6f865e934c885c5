// The calibration: IC 1, Data, version 0 (IEC 62056-6-2, 5.2.1). The constants can be written in factory state, and the
// seal, which ends it, can be set once. A meter that has none, for it lives of a load model, reads as if uncalibrated.

#include <array>

#include "meter/cosem/classes/calibration_names.hpp"
#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

constexpr std::uint16_t calibration_class_id = 1;
constexpr std::size_t phase_constants = 7;

CalibrationRecord calibration_of(const Meter& meter) {
    const CalibrationMemory* memory = meter.calibration();
    return memory == nullptr ? CalibrationRecord{} : memory->read().value_or(CalibrationRecord{});
}

bool is_sealed(const Meter& meter) {
    return meter.calibration() == nullptr || meter.calibration()->sealed();
}

// Gains in ppm, delay in ns, corner in uHz, offsets in uW and uvar, noise in uA; then gain and noise of the neutral.
DataAccessResult read_constants(const AttributeContext& of, Cursor&, DataWriter& out) {
    const Calibration constants = calibration_of(of.meter).calibration;
    const std::uint8_t phases = of.meter.model().phases;
    out.structure(3);
    out.array(phases);
    for (std::size_t k = 0; k < phases; ++k) {
        const PhaseCalibration& phase = constants.phase[k];
        out.structure(phase_constants);
        out.double_long(phase.voltage_gain_ppm);
        out.double_long(phase.current_gain_ppm);
        out.double_long(phase.current_delay_ns);
        out.double_long(phase.current_corner_uhz);
        out.double_long(phase.active_offset_uw);
        out.double_long(phase.reactive_offset_uvar);
        out.double_long_unsigned(phase.current_noise_ua);
    }
    out.double_long(constants.neutral_gain_ppm);
    out.double_long_unsigned(constants.neutral_noise_ua);
    return DataAccessResult::success;
}

DataAccessResult write_constants(const RequestContext& of, Bytes value) {
    const std::uint8_t phases = of.meter.model().phases;
    Calibration constants;
    DataReader in(value);
    in.structure(3);
    if (in.array() != phases) return DataAccessResult::type_unmatched;
    for (std::size_t k = 0; k < phases; ++k) {
        PhaseCalibration& phase = constants.phase[k];
        in.structure(phase_constants);
        phase.voltage_gain_ppm = in.double_long();
        phase.current_gain_ppm = in.double_long();
        phase.current_delay_ns = in.double_long();
        phase.current_corner_uhz = in.double_long();
        phase.active_offset_uw = in.double_long();
        phase.reactive_offset_uvar = in.double_long();
        phase.current_noise_ua = in.double_long_unsigned();
    }
    constants.neutral_gain_ppm = in.double_long();
    constants.neutral_noise_ua = in.double_long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (is_sealed(of.meter)) return DataAccessResult::read_write_denied;
    if (!valid(constants)) return DataAccessResult::other_reason;
    return of.meter.calibrate(constants) ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

DataAccessResult read_calibration_date(const AttributeContext& of, Cursor&, DataWriter& out) {
    const std::uint32_t date_s = calibration_of(of.meter).date_s;
    out.octet_string(date_s == 0 ? dlms::DateTime{} : of.meter.clock().local_at(UtcTime{std::chrono::seconds{date_s}}));
    return DataAccessResult::success;
}

DataAccessResult read_calibration_number(const AttributeContext& of, Cursor&, DataWriter& out) {
    const CalibrationRecord record = calibration_of(of.meter);
    out.double_long_unsigned(of.object.name == calibration_check_name ? record.check : record.number);
    return DataAccessResult::success;
}

DataAccessResult read_calibration_state(const AttributeContext& of, Cursor&, DataWriter& out) {
    unsigned state = 0;
    if (const CalibrationMemory* memory = of.meter.calibration()) {
        if (memory->read()) state |= calibration_valid;
        if (memory->sealed()) state |= calibration_sealed;
        if (memory->damaged()) state |= calibration_copy_damaged;
    }
    out.unsigned_(static_cast<std::uint8_t>(state));
    return DataAccessResult::success;
}

// The bit that can be written is the seal.
DataAccessResult write_calibration_state(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint8_t state = in.unsigned_();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (is_sealed(of.meter)) return DataAccessResult::read_write_denied;
    if (state != (calibration_valid | calibration_sealed)) return DataAccessResult::other_reason;
    return of.meter.seal_calibration() ? DataAccessResult::success : DataAccessResult::temporary_failure;
}

constexpr std::array constants_attributes = {Attribute{2, read_constants, write_constants}};
constexpr std::array calibration_date_attributes = {Attribute{2, read_calibration_date, nullptr}};
constexpr std::array calibration_number_attributes = {Attribute{2, read_calibration_number, nullptr}};
constexpr std::array calibration_state_attributes = {Attribute{2, read_calibration_state, write_calibration_state}};

}  // namespace

constinit const InterfaceClass calibration_class = {calibration_class_id, 0, constants_attributes, {}};
constinit const InterfaceClass calibration_date_class = {calibration_class_id, 0, calibration_date_attributes, {}};
constinit const InterfaceClass calibration_number_class = {calibration_class_id, 0, calibration_number_attributes, {}};
constinit const InterfaceClass calibration_state_class = {calibration_class_id, 0, calibration_state_attributes, {}};

}  // namespace blathy::meter
