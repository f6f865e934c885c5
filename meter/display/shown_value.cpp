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

}  // namespace

std::optional<ShownValue> shown_value(const Measurements& of, const dlms::Obis& item) {
    const auto value = of.read(item);
    const auto presentation = presentation_of(item);
    if (!value || !presentation) return std::nullopt;
    const auto [type, scaler, unit] = *presentation;
    ShownValue shown;
    shown.unit = unit;
    shown.is_energy = is_energy(unit);
    shown.kilo = shown.is_energy || is_power(unit);
    shown.decimals = -scaler;
    if (shown.is_energy) shown.decimals = of.model.energy_decimals;
    if (is_power(unit)) shown.decimals = of.model.power_decimals;
    shown.value = rescaled(*value, shown.kilo ? scaler - 3 : scaler, shown.decimals);
    return shown;
}

}  // namespace blathy::meter
