#include "meter/storage/records.hpp"

#include "dlms/axdr.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t form = 1;

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

dlms::DateTime read_rule(ByteReader& in) {
    const auto rule = dlms::read_date_time(in.bytes(dlms::DateTime::encoded_size));
    if (!rule) in.invalidate();
    return rule.value_or(dlms::DateTime{});
}

}  // namespace

void write_record(ByteWriter& out, const Energy& energy) {
    out.u8(form);
    write_set(out, energy.total);
    for (const EnergySet& set : energy.phase) write_set(out, set);
}

std::optional<Energy> read_energy_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != form) return std::nullopt;
    Energy energy;
    read_set(in, energy.total);
    for (EnergySet& set : energy.phase) read_set(in, set);
    return whole(in, energy);
}

void write_record(ByteWriter& out, const Configuration& configuration) {
    out.u8(form);
    const ClockSettings& clock = configuration.clock;
    out.i16(clock.time_zone_min);
    out.i8(clock.daylight_deviation_min);
    out.u8(clock.daylight_enabled ? 1 : 0);
    write(out, clock.daylight_begin);
    write(out, clock.daylight_end);
    dlms::write_octets(out, configuration.management_password.octets());
}

std::optional<Configuration> read_configuration_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != form) return std::nullopt;
    Configuration configuration;
    ClockSettings& clock = configuration.clock;
    clock.time_zone_min = in.i16();
    clock.daylight_deviation_min = in.i8();
    clock.daylight_enabled = in.u8() != 0;
    clock.daylight_begin = read_rule(in);
    clock.daylight_end = read_rule(in);
    configuration.management_password = Password(dlms::read_octets(in));
    return whole(in, configuration);
}

void write_record(ByteWriter& out, UtcTime now) {
    out.u8(form);
    out.i64(now.time_since_epoch().count());
}

std::optional<UtcTime> read_clock_record(Bytes content) {
    ByteReader in(content);
    if (in.u8() != form) return std::nullopt;
    const UtcTime now{std::chrono::milliseconds{in.i64()}};
    if (now < UtcTime{} || now >= end_of_time) in.invalidate();
    return whole(in, now);
}

}  // namespace blathy::meter
