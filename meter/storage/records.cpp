#include "meter/storage/records.hpp"

#include "dlms/axdr.hpp"
#include "meter/storage/read_list.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t configuration_form = 1;

// No clock gets here; a record that says so is none.
constexpr UtcTime end_of_time = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};

template <class Value>
std::optional<Value> whole(const ByteReader& in, const Value& value) {
    if (!in.ok() || !in.at_end()) return std::nullopt;
    return value;
}

void write_set(ByteWriter& out, const EnergySet& set) {
    for (const std::uint64_t value : set.raw()) out.u64(value);
}

void read_set(ByteReader& in, EnergySet& set) {
    for (std::uint64_t& value : set.raw()) value = in.u64();
}

dlms::DateTime read_date_time(ByteReader& in) {
    const auto date_time = dlms::read_date_time(in.bytes(dlms::DateTime::encoded_size));
    if (!date_time) in.invalidate();
    return date_time.value_or(dlms::DateTime{});
}

}  // namespace

void write_record(ByteWriter& out, const Energy& energy) {
    out.u8(configuration_form);
    write_set(out, energy.total);
    for (const EnergySet& set : energy.phase) write_set(out, set);
}

std::optional<Energy> read_energy_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != configuration_form) return std::nullopt;
    Energy energy;
    read_set(in, energy.total);
    for (EnergySet& set : energy.phase) read_set(in, set);
    return whole(in, energy);
}

void write_record(ByteWriter& out, const Configuration& configuration) {
    out.u8(configuration_form);
    const ClockSettings& clock = configuration.clock;
    out.i16(clock.time_zone_min);
    out.i8(clock.daylight_deviation_min);
    out.u8(clock.daylight_enabled ? 1 : 0);
    write(out, clock.daylight_begin);
    write(out, clock.daylight_end);
}

std::optional<Configuration> read_configuration_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != configuration_form) return std::nullopt;
    Configuration configuration;
    ClockSettings& clock = configuration.clock;
    clock.time_zone_min = in.i16();
    clock.daylight_deviation_min = in.i8();
    clock.daylight_enabled = in.u8() != 0;
    clock.daylight_begin = read_date_time(in);
    clock.daylight_end = read_date_time(in);
    return whole(in, configuration);
}

void write_record(ByteWriter& out, UtcTime now) {
    out.u8(configuration_form);
    out.i64(now.time_since_epoch().count());
}

std::optional<UtcTime> read_clock_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != configuration_form) return std::nullopt;
    const UtcTime now{std::chrono::milliseconds{in.i64()}};
    if (now < UtcTime{} || now >= end_of_time) in.invalidate();
    return whole(in, now);
}

void write_record(ByteWriter& out, const PushSettings& settings) {
    out.u8(configuration_form);
    out.u8(settings.objects.count);
    for (const CaptureObject& object : settings.objects.view()) {
        write(out, object.attribute);
        out.u16(object.data_index);
    }
    out.u8(static_cast<std::uint8_t>(settings.transport));
    dlms::write_octets(out, settings.destination.view());
    write(out, settings.windows);
    out.u16(settings.randomisation_start_interval_s);
    out.u8(settings.number_of_retries);
    out.u16(settings.repetition_delay.min_s);
    out.u16(settings.repetition_delay.exponent);
    out.u16(settings.repetition_delay.max_s);
    dlms::write(out, settings.port_reference);
    out.i8(settings.client_sap);
}

std::optional<PushSettings> read_push_settings_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != configuration_form) return std::nullopt;
    PushSettings settings;
    read_list(in, settings.objects, [&] {
        const dlms::AttributeDescriptor attribute = dlms::read_attribute_descriptor(in);
        return CaptureObject{attribute, in.u16()};
    });
    settings.transport = static_cast<PushTransport>(in.u8());
    if (!is_offered(settings.transport)) in.invalidate();
    read_list(in, settings.destination, [&] { return in.u8(); });
    settings.windows = read_time_windows(in);
    settings.randomisation_start_interval_s = in.u16();
    settings.number_of_retries = in.u8();
    settings.repetition_delay.min_s = in.u16();
    settings.repetition_delay.exponent = in.u16();
    settings.repetition_delay.max_s = in.u16();
    settings.port_reference = dlms::read_obis(in);
    settings.client_sap = in.i8();
    return whole(in, settings);
}

void write_record(ByteWriter& out, const HdlcSetup& setup) {
    out.u8(configuration_form);
    out.u8(setup.comm_speed);
    out.u8(setup.window_size_transmit);
    out.u8(setup.window_size_receive);
    out.u16(setup.max_info_transmit);
    out.u16(setup.max_info_receive);
    out.u16(setup.inter_octet_timeout_ms);
    out.u16(setup.inactivity_timeout_s);
    out.u16(setup.device_address);
}

std::optional<HdlcSetup> read_hdlc_setup_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != configuration_form) return std::nullopt;
    HdlcSetup setup;
    setup.comm_speed = in.u8();
    setup.window_size_transmit = in.u8();
    setup.window_size_receive = in.u8();
    setup.max_info_transmit = in.u16();
    setup.max_info_receive = in.u16();
    setup.inter_octet_timeout_ms = in.u16();
    setup.inactivity_timeout_s = in.u16();
    setup.device_address = in.u16();
    if (setup.comm_speed >= line_speeds.size()) in.invalidate();
    return whole(in, setup);
}

void write_record(ByteWriter& out, const LocalPortSetup& setup) {
    out.u8(configuration_form);
    out.u8(static_cast<std::uint8_t>(setup.default_mode));
    out.u8(setup.default_speed);
    out.u8(setup.proposed_speed);
    out.u8(setup.answers_quickly ? 1 : 0);
    dlms::write_octets(out, setup.device_address.view());
}

std::optional<LocalPortSetup> read_local_port_setup_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != configuration_form) return std::nullopt;
    LocalPortSetup setup;
    setup.default_mode = static_cast<LocalPortSetup::Mode>(in.u8());
    setup.default_speed = in.u8();
    setup.proposed_speed = in.u8();
    setup.answers_quickly = in.u8() != 0;
    for (const std::uint8_t octet : dlms::read_octets(in)) {
        if (!setup.device_address.add(octet)) in.invalidate();
    }
    const bool is_known = setup.default_mode <= LocalPortSetup::Mode::hdlc &&
                          setup.default_speed < line_speeds.size() &&
                          setup.proposed_speed <= LocalPortSetup::fastest_proposed;
    if (!is_known) in.invalidate();
    return whole(in, setup);
}

void write_waiting_pushes_record(ByteWriter& out, std::uint8_t setups) {
    out.u8(configuration_form);
    out.u8(setups);
}

std::optional<std::uint8_t> read_waiting_pushes_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != configuration_form) return std::nullopt;
    const std::uint8_t setups = in.u8();
    return whole(in, setups);
}

}  // namespace blathy::meter
