#include "meter/display/shown_value.hpp"

namespace blathy::meter {
namespace {

using dlms::Unit;

constexpr bool is_energy(Unit unit) {
    return unit == Unit::watt_hour || unit == Unit::var_hour || unit == Unit::volt_ampere_hour;
}
constexpr bool is_power(Unit unit) {
    return unit == Unit::watt || unit == Unit::var || unit == Unit::volt_ampere;
}

// The value in units of ten to the minus `decimals`.
std::int64_t rescaled(std::int64_t value, int scaler, int decimals) {
    int power = scaler + decimals;
    for (; power > 0; --power) value *= 10;
    for (; power < 0; ++power) value /= 10;
    return value;
}

// What is no register of a quantity.
std::optional<std::int64_t> read_number(const Readings& of, const dlms::Obis& item) {
    const Ledger& ledger = of.registers.ledger;
    if (item == active_tariff_name) return static_cast<std::int64_t>(ledger.tariff_now);
    if (item == reset_counter_name) return static_cast<std::int64_t>(ledger.resets);
    return std::nullopt;
}

// Harmonics are known to who measures, everything else to the registers.
std::optional<std::int64_t> read_quantity(const Readings& of, const dlms::Obis& item) {
    const bool is_harmonic = item.a() == 1 && item.d() == obis_instantaneous && item.e() != 0;
    return is_harmonic ? of.measurements().read(item) : of.registers.read(item);
}

}  // namespace

std::optional<ShownValue> shown_value(const Readings& of, const dlms::Obis& item, Decimals decimals) {
    if (const auto number = read_number(of, item)) return ShownValue{.value = *number};
    const auto value = read_quantity(of, item);
    const auto presentation = register_presentation(item);
    if (!value || !presentation) return std::nullopt;
    const auto [type, scaler, unit] = *presentation;
    ShownValue shown;
    shown.unit = unit;
    shown.is_counter = is_energy(unit);
    shown.kilo = shown.is_counter || is_power(unit);
    shown.decimals = -scaler;
    if (shown.is_counter) shown.decimals = decimals.energy;
    if (is_power(unit)) shown.decimals = decimals.power;
    shown.value = rescaled(*value, shown.kilo ? scaler - 3 : scaler, shown.decimals);
    return shown;
}

}  // namespace blathy::meter
