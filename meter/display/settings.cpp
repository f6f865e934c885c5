#include "meter/display/settings.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"
#include "meter/billing/account.hpp"
#include "meter/billing/registers.hpp"
#include "meter/display/items.hpp"
#include "meter/storage/read_list.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;

constexpr std::uint8_t display_form = 1;

constexpr std::array automatic_items = {
    Obis(1, 0, 1, 8, 0),  Obis(1, 0, 2, 8, 0),  Obis(1, 0, 3, 8, 0),  Obis(1, 0, 4, 8, 0),  display_date,
    display_time,         Obis(1, 0, 16, 7, 0), Obis(1, 0, 3, 7, 0),  Obis(1, 0, 4, 7, 0),  Obis(1, 0, 13, 7, 0),
    Obis(1, 0, 32, 7, 0), Obis(1, 0, 52, 7, 0), Obis(1, 0, 72, 7, 0), Obis(1, 0, 31, 7, 0), Obis(1, 0, 51, 7, 0),
    Obis(1, 0, 71, 7, 0), Obis(1, 0, 91, 7, 0), Obis(1, 0, 14, 7, 0),
};

// What auto scroll shows, and what one looks for: tariffs, demands, money, harmonics, who the meter is, what is wrong.
constexpr std::array further_items = {
    Obis(1, 0, 1, 8, 1),    Obis(1, 0, 1, 8, 2),   Obis(1, 0, 1, 8, 3), Obis(1, 0, 1, 8, 4),   Obis(1, 0, 1, 6, 0),
    Obis(1, 0, 3, 6, 0),    active_tariff_name,    reset_counter_name,  available_credit_name, Obis(1, 0, 32, 7, 124),
    Obis(1, 0, 31, 7, 124), display_serial_number, display_errors,
};

constexpr auto manual_items = [] {
    std::array<Obis, automatic_items.size() + further_items.size()> items{};
    const auto rest = std::ranges::copy(automatic_items, items.begin()).out;
    std::ranges::copy(further_items, rest);
    return items;
}();
static_assert(manual_items.size() <= max_display_items);

// What does not need the mains to be true.
constexpr std::array power_off_items = {Obis(1, 0, 1, 8, 0), Obis(1, 0, 2, 8, 0), Obis(1, 0, 3, 8, 0),
                                        Obis(1, 0, 4, 8, 0), display_date,        display_time};

constexpr RecordId record_of(DisplayList list) {
    return static_cast<RecordId>(static_cast<std::size_t>(RecordId::display_automatic) +
                                 static_cast<std::size_t>(list));
}

constexpr std::size_t obis_octets = 6;
constexpr std::size_t list_room = 2 + max_display_items * obis_octets;

}  // namespace

bool valid(const DisplaySettings& settings) {
    const auto is_time = [](std::uint16_t time_s) { return time_s >= 1 && time_s <= longest_display_time_s; };
    return is_time(settings.item_time_s) && is_time(settings.return_time_s) && is_time(settings.backlight_time_s) &&
           settings.battery_time_s >= 1 && settings.battery_time_s <= longest_battery_time_s &&
           settings.backlight < Backlight::count && settings.energy_decimals <= most_energy_decimals &&
           settings.power_decimals <= most_power_decimals;
}

DisplaySettings factory_display_settings(const Model& model) {
    DisplaySettings settings;
    settings.energy_decimals = model.energy_decimals;
    settings.power_decimals = model.power_decimals;
    return settings;
}

DisplaySettings load_display_settings(const Model& model, const Store& store) {
    std::array<std::uint8_t, 16> room{};
    const auto content = store.read(RecordId::display_settings, room);
    if (!content) return factory_display_settings(model);
    ByteReader in(*content);
    const bool known = in.u8() == display_form;
    DisplaySettings settings;
    settings.item_time_s = in.u16();
    settings.return_time_s = in.u16();
    settings.backlight_time_s = in.u16();
    settings.battery_time_s = in.u16();
    settings.backlight = static_cast<Backlight>(in.u8());
    settings.energy_decimals = in.u8();
    settings.power_decimals = in.u8();
    settings.leading_zeros = in.u8() != 0;
    settings.sounds = in.u8() != 0;
    return known && in.ok() && in.at_end() && valid(settings) ? settings : factory_display_settings(model);
}

bool keep(Store& store, const DisplaySettings& settings) {
    std::array<std::uint8_t, 16> room{};
    ByteWriter out(room);
    out.u8(display_form);
    out.u16(settings.item_time_s);
    out.u16(settings.return_time_s);
    out.u16(settings.backlight_time_s);
    out.u16(settings.battery_time_s);
    out.u8(static_cast<std::uint8_t>(settings.backlight));
    out.u8(settings.energy_decimals);
    out.u8(settings.power_decimals);
    out.u8(settings.leading_zeros ? 1 : 0);
    out.u8(settings.sounds ? 1 : 0);
    return out.ok() && store.write(RecordId::display_settings, out.written());
}

std::span<const Obis> factory_display_items(DisplayList list) {
    if (list == DisplayList::manual) return manual_items;
    return list == DisplayList::power_off ? std::span<const Obis>(power_off_items) : automatic_items;
}

std::optional<DisplayItems> load_display_items(const Store& store, DisplayList list) {
    std::array<std::uint8_t, list_room> room{};
    const auto content = store.read(record_of(list), room);
    if (!content) return std::nullopt;
    ByteReader in(*content);
    const bool known = in.u8() == display_form;
    DisplayItems items;
    read_list(in, items, [&] { return dlms::read_obis(in); });
    if (!known || !in.ok() || !in.at_end()) return std::nullopt;
    return items;
}

bool keep(Store& store, DisplayList list, const DisplayItems& items) {
    std::array<std::uint8_t, list_room> room{};
    ByteWriter out(room);
    out.u8(display_form);
    out.u8(items.count);
    for (const Obis& item : items.view()) dlms::write(out, item);
    return out.ok() && store.write(record_of(list), out.written());
}

}  // namespace blathy::meter
