#include "meter/local_port/local_data.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "dlms/names.hpp"
#include "meter/display/display.hpp"
#include "meter/display/shown_value.hpp"
#include "meter/meter.hpp"
#include "meter/server/association.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;

constexpr Obis serial_number_item(0, 0, 96, 1, 0);
constexpr Obis electricity_serial_number_item(1, 0, 0, 0, 0);
constexpr Obis firmware_item(1, 0, 0, 2, 0);

constexpr std::array leading_items = {serial_number_item, firmware_item};

// "1-0:1.8.0": value group F says nothing about a present value.
void put_code(TextWriter& out, const Obis& item) {
    out << item.a() << '-' << item.b() << ':' << item.c() << '.' << item.d() << '.' << item.e();
}

// Six digits in three pairs, of which the separator, if any, may be left out; none if it is anything else.
std::optional<std::array<std::uint8_t, 3>> three_pairs(std::string_view text, char separator) {
    constexpr std::size_t plain = 6;
    const bool separated = text.size() == plain + 2 && text[2] == separator && text[5] == separator;
    if (text.size() != plain && !separated) return std::nullopt;
    std::array<std::uint8_t, 3> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto digits = text.substr(i * (separated ? 3 : 2), 2);
        if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
        pairs[i] = static_cast<std::uint8_t>((digits[0] - '0') * 10 + (digits[1] - '0'));
    }
    return pairs;
}

// The instant of a local time without deviation. An hour that comes twice is taken as normal time.
std::optional<UtcTime> instant_of(const Clock& clock, const dlms::DateTime& local) {
    const auto as_normal = to_utc(local, clock.settings().time_zone_min);
    if (!as_normal) return std::nullopt;
    return to_utc(local, clock.deviation_min_at(*as_normal));
}

}  // namespace

std::size_t LocalData::readout_line(std::size_t index, std::span<char> room) {
    const auto displayed = factory_display_items(DisplayList::automatic);
    std::size_t found = 0;
    for (std::size_t i = 0; i < leading_items.size() + displayed.size(); ++i) {
        const Obis item = i < leading_items.size() ? leading_items[i] : displayed[i - leading_items.size()];
        TextWriter line(room);
        put_code(line, item);
        line << '(';
        if (!put_value(line, item) || found++ != index) continue;
        line << ')';
        return line.cut() ? 0 : line.size();
    }
    return 0;
}

std::size_t LocalData::password_seed(std::span<char> room) {
    TextWriter out(room);
    out << meter_.identity().serial_number();
    return out.size();
}

bool LocalData::is_password(int level, std::string_view password) {
    using security::AccessPort;
    using security::Role;
    if (level != 1) return false;
    const security::Caller caller{client_sap_of(Role::management), management_logical_device, AccessPort::optical,
                                  meter_.uptime_s()};
    const auto check = check_password(meter_.security().around(), caller, Role::management, as_bytes(password));
    return check == security::PasswordCheck::right;
}

std::size_t LocalData::read(int /*level*/, std::string_view address, std::string_view /*argument*/,
                            std::span<char> room) {
    const auto item = dlms::parse_obis(address);
    if (!item) return 0;
    TextWriter out(room);
    return put_value(out, *item) && !out.cut() ? out.size() : 0;
}

bool LocalData::write(int level, std::string_view address, std::string_view value) {
    const auto item = dlms::parse_obis(address);
    if (level == 0 || !item) return false;
    dlms::DateTime local = meter_.clock().local_now();
    local.deviation_min = dlms::deviation_not_specified;
    if (*item == display_time) {
        const auto time = three_pairs(value, ':');
        if (!time || (*time)[0] > 23 || (*time)[1] > 59 || (*time)[2] > 59) return false;
        local.time = {(*time)[0], (*time)[1], (*time)[2], 0};
    } else if (*item == display_date) {
        const auto date = three_pairs(value, '-');
        if (!date) return false;
        local.date = {static_cast<std::uint16_t>(2000 + (*date)[0]), (*date)[1], (*date)[2]};
    } else {
        return false;
    }
    const auto now = instant_of(meter_.clock(), local);
    if (!now) return false;
    meter_.set_clock(*now);
    return true;
}

bool LocalData::put_value(TextWriter& out, const Obis& item) const {
    const auto local = meter_.clock().local_now();
    if (item == display_time) {
        out.padded(local.time.hour, 2).padded(local.time.minute, 2).padded(local.time.second, 2);
    } else if (item == display_date) {
        out.padded(local.date.year % 100U, 2).padded(local.date.month, 2).padded(local.date.day_of_month, 2);
    } else if (item == serial_number_item || item == electricity_serial_number_item) {
        out << meter_.identity().serial_number();
    } else if (item == firmware_item) {
        out << firmware_version;
    } else {
        return put_quantity(out, item);
    }
    return true;
}

bool LocalData::put_quantity(TextWriter& out, const Obis& item) const {
    const auto shown =
        shown_value(meter_.readings(), item, {meter_.model().energy_decimals, meter_.model().power_decimals});
    if (!shown) return false;
    auto magnitude = static_cast<std::uint64_t>(shown->value);
    if (shown->value < 0) {
        out << '-';
        magnitude = 0 - magnitude;
    }
    std::uint64_t unit_in_last_places = 1;
    for (int i = 0; i < shown->decimals; ++i) unit_in_last_places *= 10;
    const auto decimals = static_cast<std::size_t>(std::max(shown->decimals, 0));
    const std::size_t digits = meter_.model().display_digits;
    out.padded(magnitude / unit_in_last_places, shown->is_counter && digits > decimals ? digits - decimals : 1);
    if (decimals > 0) {
        out << '.';
        out.padded(magnitude % unit_in_last_places, decimals);
    }
    // The line carries seven bit characters; a unit that needs more has its name left out.
    const std::string_view unit = dlms::unit_name(static_cast<std::uint8_t>(shown->unit));
    const bool is_plain = std::ranges::all_of(unit, [](char c) { return c > ' ' && c <= '~'; });
    if (!unit.empty() && is_plain) out << '*' << (shown->kilo ? "k" : "") << unit;
    return true;
}

}  // namespace blathy::meter
