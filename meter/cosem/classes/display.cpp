// The display: its lists as IC 7, Profile generic, version 1, of one row that is what the items read now, and its
// settings as IC 1, Data, and IC 3, Register (IEC 62056-6-2, 5.2.1, 5.2.2 and 5.2.6).

#include <algorithm>
#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/display_names.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::Obis;

constexpr std::uint16_t list_class_id = 7;
constexpr std::uint16_t setting_data_id = 1;
constexpr std::uint16_t setting_register_id = 3;
constexpr std::int8_t item_attribute = 2;

// A serial number has ten octets, a number nine at most.
constexpr std::size_t largest_item = 10;
static_assert(4 + max_display_items * largest_item <= attribute_piece_size);

DataAccessResult result_of(DisplayFault fault) {
    if (fault == DisplayFault::none) return DataAccessResult::success;
    return fault == DisplayFault::flash_failed ? DataAccessResult::hardware_fault : DataAccessResult::other_reason;
}

DisplayItems items_of(const AttributeContext& of) {
    const auto found = std::ranges::find(display_list_names, of.object.name);
    return of.meter.display().items(of.meter.store(), static_cast<DisplayList>(found - display_list_names.begin()));
}

// Those of the list that this model has: a list of the factory is for every model.
DisplayItems served_items(const AttributeContext& of) {
    const DisplayItems all = items_of(of);
    DisplayItems served;
    for (const Obis& item : all.view()) {
        const bool has_it = of.meter.dictionary().find(item) != nullptr;
        if (has_it && Display::can_show(of.meter.readings(), item)) (void)served.add(item);
    }
    return served;
}

DataAccessResult read_list_buffer(const AttributeContext& of, Cursor&, DataWriter& out) {
    const DisplayItems items = served_items(of);
    out.array(1);
    out.structure(items.count);
    for (const Obis& item : items.view()) {
        const Object& object = *of.meter.dictionary().find(item);
        const Attribute* attribute = find_attribute(*object.interface_class, item_attribute);
        Cursor whole;
        const auto result = attribute->read({of.meter, object, of.association, nullptr}, whole, out);
        if (result != DataAccessResult::success) return result;
    }
    return DataAccessResult::success;
}

// The cursor's position is the index of the next item.
DataAccessResult read_list_objects(const AttributeContext& of, Cursor& cursor, DataWriter& out) {
    const DisplayItems items = served_items(of);
    if (!cursor.more) out.array(items.count);
    for (; cursor.position < items.count && out.room_left() >= capture_object_size; ++cursor.position) {
        const Obis& item = items.items[cursor.position];
        const std::uint16_t class_id = of.meter.dictionary().find(item)->interface_class->id;
        write_capture_object(out, {{class_id, item, item_attribute}, 0});
    }
    cursor.more = cursor.position < items.count;
    return DataAccessResult::success;
}

DataAccessResult write_list_objects(const RequestContext& of, Bytes value) {
    // One more than a list may have, so that a list that is too long is told from one in another form.
    FixedList<CaptureObject, max_display_items + 1> objects;
    DataReader in(value);
    const std::size_t count = in.array();
    for (std::size_t i = 0; i < count && in.ok(); ++i) (void)objects.add(read_capture_object(in));
    if (!in.complete()) return DataAccessResult::type_unmatched;
    const auto found = std::ranges::find(display_list_names, of.object.name);
    const auto list = static_cast<DisplayList>(found - display_list_names.begin());
    return result_of(of.meter.set_display_list(list, objects.view()));
}

DataAccessResult read_list_period(const AttributeContext&, Cursor&, DataWriter& out) {
    out.double_long_unsigned(0);
    return DataAccessResult::success;
}

DataAccessResult read_list_sort_method(const AttributeContext&, Cursor&, DataWriter& out) {
    constexpr std::uint8_t first_in_first_out = 1;
    out.enumerated(first_in_first_out);
    return DataAccessResult::success;
}

// None: a single row is not sorted.
DataAccessResult read_list_sort_object(const AttributeContext&, Cursor&, DataWriter& out) {
    out.structure(4);
    out.long_unsigned(0);
    out.octet_string(Obis(0, 0, 0, 0, 0, 0));
    out.integer(0);
    out.long_unsigned(0);
    return DataAccessResult::success;
}

DataAccessResult read_list_entries(const AttributeContext&, Cursor&, DataWriter& out) {
    out.double_long_unsigned(1);
    return DataAccessResult::success;
}

constexpr std::array list_attributes = {
    Attribute{2, read_list_buffer, nullptr},      Attribute{3, read_list_objects, write_list_objects},
    Attribute{4, read_list_period, nullptr},      Attribute{5, read_list_sort_method, nullptr},
    Attribute{6, read_list_sort_object, nullptr}, Attribute{7, read_list_entries, nullptr},
    Attribute{8, read_list_entries, nullptr},
};

const DisplayTimeName* find_time(const Obis& name) {
    const auto found = std::ranges::find(display_time_names, name, &DisplayTimeName::name);
    return found == display_time_names.end() ? nullptr : &*found;
}

DataAccessResult read_display_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    const DisplayTimeName* time = find_time(of.object.name);
    if (time == nullptr) return DataAccessResult::object_unavailable;
    out.long_unsigned(of.meter.display().settings().*time->seconds);
    return DataAccessResult::success;
}

DataAccessResult write_display_time(const RequestContext& of, Bytes value) {
    const DisplayTimeName* time = find_time(of.object.name);
    if (time == nullptr) return DataAccessResult::object_unavailable;
    DisplaySettings settings = of.meter.display().settings();
    DataReader in(value);
    settings.*time->seconds = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return result_of(of.meter.set_up_display(settings));
}

DataAccessResult read_display_time_unit(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(0, dlms::Unit::second);
    return DataAccessResult::success;
}

constexpr std::array display_time_attributes = {Attribute{2, read_display_time, write_display_time},
                                                Attribute{3, read_display_time_unit, nullptr}};

DataAccessResult read_display_setting(const AttributeContext& of, Cursor&, DataWriter& out) {
    const DisplaySettings& settings = of.meter.display().settings();
    const Obis& name = of.object.name;
    if (name == backlight_name) {
        out.enumerated(static_cast<std::uint8_t>(settings.backlight));
    } else if (name == energy_decimals_name) {
        out.unsigned_(settings.energy_decimals);
    } else if (name == power_decimals_name) {
        out.unsigned_(settings.power_decimals);
    } else if (name == leading_zeros_name) {
        out.boolean(settings.leading_zeros);
    } else {
        out.boolean(settings.sounds);
    }
    return DataAccessResult::success;
}

DataAccessResult write_display_setting(const RequestContext& of, Bytes value) {
    DisplaySettings settings = of.meter.display().settings();
    const Obis& name = of.object.name;
    DataReader in(value);
    if (name == backlight_name) {
        settings.backlight = static_cast<Backlight>(in.enumerated());
    } else if (name == energy_decimals_name) {
        settings.energy_decimals = in.unsigned_();
    } else if (name == power_decimals_name) {
        settings.power_decimals = in.unsigned_();
    } else if (name == leading_zeros_name) {
        settings.leading_zeros = in.boolean();
    } else {
        settings.sounds = in.boolean();
    }
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return result_of(of.meter.set_up_display(settings));
}

DataAccessResult read_display_fault(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(static_cast<std::uint8_t>(of.meter.display_fault()));
    return DataAccessResult::success;
}

constexpr std::array display_setting_attributes = {Attribute{2, read_display_setting, write_display_setting}};
constexpr std::array display_fault_attributes = {Attribute{2, read_display_fault, nullptr}};

}  // namespace

constinit const InterfaceClass display_list_class = {list_class_id, 1, list_attributes, {}};
constinit const InterfaceClass display_time_class = {setting_register_id, 0, display_time_attributes, {}};
constinit const InterfaceClass display_setting_class = {setting_data_id, 0, display_setting_attributes, {}};
constinit const InterfaceClass display_fault_class = {setting_data_id, 0, display_fault_attributes, {}};

}  // namespace blathy::meter
