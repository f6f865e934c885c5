// What else is to be known and set of the relay, as Data and Register objects. But for 1-0:94.98.69.255 no standard
// names them: D from 50 to 99 under C = 96 is the manufacturer's.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::Unit;

DataAccessResult as_result(bool durable) {
    return durable ? DataAccessResult::success : DataAccessResult::hardware_fault;
}

DataAccessResult read_tamper_latch(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_unsigned(of.meter.relay().tamper_latch());
    return DataAccessResult::success;
}

// 0, and nothing else, clears the latch.
DataAccessResult write_tamper_latch(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint16_t latch = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (latch != 0) return DataAccessResult::other_reason;
    return as_result(of.meter.relay().clear_tamper(of.meter.clock()) == Transition::done);
}

// Bit n: RelayCause n stands. Bit 16: the contact is not where it should be.
DataAccessResult read_reasons(const AttributeContext& of, Cursor&, DataWriter& out) {
    constexpr std::uint32_t contact_failed = 0x1'0000;
    const RelayControl& relay = of.meter.relay();
    out.double_long_unsigned(relay.disconnector().causes().bits() | (relay.drive().failed() ? contact_failed : 0));
    return DataAccessResult::success;
}

DataAccessResult read_first_reason(const AttributeContext& of, Cursor&, DataWriter& out) {
    constexpr std::uint8_t no_reason = 255;
    const auto first = of.meter.relay().disconnector().causes().first();
    out.unsigned_(first ? static_cast<std::uint8_t>(*first) : no_reason);
    return DataAccessResult::success;
}

// Bit n: RelayCause n may open the relay; bits 16 to 18 are the sources of tampers. Commands and hands can't be
// disabled here, and what the model has not can't be enabled.
constexpr unsigned tamper_shift = 16;

DataAccessResult read_enabled(const AttributeContext& of, Cursor&, DataWriter& out) {
    const RelaySettings settings = load_relay_settings(of.meter.model(), of.meter.store());
    const RelayCauses enabled = settings.enabled & causes_of(of.meter.model());
    const unsigned tampers = enabled.has(RelayCause::tamper) ? settings.enabled_tampers : 0U;
    out.double_long_unsigned(enabled.bits() | (std::uint32_t{tampers} << tamper_shift));
    return DataAccessResult::success;
}

DataAccessResult write_enabled(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint32_t bits = in.double_long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    const RelayCauses has = causes_of(of.meter.model());
    const RelayCauses enabled(static_cast<std::uint16_t>(bits & 0xFFFFU));
    const std::uint32_t tampers = bits >> tamper_shift;
    const RelayCauses always(static_cast<std::uint16_t>(has.bits() & ~relay_local_causes.bits()));
    if ((enabled.bits() & ~has.bits()) != 0 || (enabled & always) != always) return DataAccessResult::other_reason;
    if ((tampers & ~std::uint32_t{tamper_sources}) != 0) return DataAccessResult::other_reason;
    if (tampers != 0 && !enabled.has(RelayCause::tamper)) return DataAccessResult::other_reason;
    RelaySettings settings = load_relay_settings(of.meter.model(), of.meter.store());
    settings.enabled = enabled;
    settings.enabled_tampers = static_cast<std::uint8_t>(tampers);
    return as_result(of.meter.relay().configure(of.meter.clock(), settings));
}

// How much of the life that the maker promises is used up, in per cent. Where he states none under load, each
// operation counts as one without.
std::uint32_t wear_percent(const Relay& relay, const RelayOperations& operations) {
    const std::uint64_t off_load = relay.off_load_operations;
    const std::uint64_t on_load = relay.on_load_operations == 0 ? off_load : relay.on_load_operations;
    if (off_load == 0) return 0;
    const std::uint64_t hundred = 100;
    return static_cast<std::uint32_t>(hundred * operations.on_load / on_load +
                                      hundred * operations.off_load / off_load);
}

// E of the logical name.
enum Count : std::uint8_t { count_on_load = 3, count_off_load = 4, wear = 5 };

DataAccessResult read_count(const AttributeContext& of, Cursor&, DataWriter& out) {
    const RelayOperations& operations = of.meter.relay().drive().operations();
    switch (of.object.name.e()) {
        case count_on_load:
            out.double_long_unsigned(operations.on_load);
            break;
        case count_off_load:
            out.double_long_unsigned(operations.off_load);
            break;
        default:
            out.double_long_unsigned(wear_percent(of.meter.model().relay, operations));
    }
    return DataAccessResult::success;
}

DataAccessResult read_count_unit(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.scaler_unit(0, of.object.name.e() == wear ? Unit::percent : Unit::none);
    return DataAccessResult::success;
}

// E of the logical name: 10 and 11 are of overvoltage, 12 and 13 of overcurrent; the even one is the way up.
constexpr std::uint8_t first_time = 10;

std::uint16_t& time_in(RelaySettings& settings, std::uint8_t e) {
    MonitorTimes& times = settings.times[(e - first_time) / 2U];
    return e % 2 == 0 ? times.up_s : times.down_s;
}

DataAccessResult read_monitor_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    RelaySettings settings = load_relay_settings(of.meter.model(), of.meter.store());
    out.long_unsigned(time_in(settings, of.object.name.e()));
    return DataAccessResult::success;
}

DataAccessResult write_monitor_time(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint16_t time_s = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (time_s > RelaySettings::longest_time_s) return DataAccessResult::other_reason;
    RelaySettings settings = load_relay_settings(of.meter.model(), of.meter.store());
    time_in(settings, of.object.name.e()) = time_s;
    return as_result(of.meter.relay().configure(of.meter.clock(), settings));
}

DataAccessResult read_seconds_unit(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(0, Unit::second);
    return DataAccessResult::success;
}

template <ReadAttribute read, WriteAttribute write = nullptr>
constexpr std::array data_attributes = {Attribute{2, read, write}};

constexpr std::array count_attributes = {Attribute{2, read_count, nullptr}, Attribute{3, read_count_unit, nullptr}};
constexpr std::array time_attributes = {Attribute{2, read_monitor_time, write_monitor_time},
                                        Attribute{3, read_seconds_unit, nullptr}};

}  // namespace

constinit const InterfaceClass tamper_latch_class = {
    data_class_number, 0, data_attributes<read_tamper_latch, write_tamper_latch>, {}};
constinit const InterfaceClass relay_reasons_class = {data_class_number, 0, data_attributes<read_reasons>, {}};
constinit const InterfaceClass relay_first_reason_class = {
    data_class_number, 0, data_attributes<read_first_reason>, {}};
constinit const InterfaceClass relay_enabled_class = {
    data_class_number, 0, data_attributes<read_enabled, write_enabled>, {}};
constinit const InterfaceClass relay_count_class = {register_class_number, 0, count_attributes, {}};
constinit const InterfaceClass monitor_time_class = {register_class_number, 0, time_attributes, {}};

}  // namespace blathy::meter
