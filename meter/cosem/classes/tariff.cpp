// IC 6, Register activation, IC 11, Special days table, and IC 20, Activity calendar, version 0 (IEC 62056-6-2, 5.2.5,
// 5.4.4 and 5.4.5).

#include <algorithm>
#include <array>
#include <optional>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::Obis;

// Register activation: all registers of a quantity follow each other, those of tariff 1 first. The lists are as the
// model has them.
struct Activation {
    std::uint16_t class_id;
    int d;
};
Activation activation_of(const Obis& name) {
    return name.e() == 0 ? Activation{register_class_number, obis_energy}
                         : Activation{extended_register_class_number, obis_maximum_demand};
}

DataAccessResult read_assignment(const AttributeContext& of, Cursor& cursor, DataWriter& out) {
    const auto [class_id, d] = activation_of(of.object.name);
    const std::uint32_t tariffs = of.meter.model().tariffs.tariffs;
    const auto count = static_cast<std::uint32_t>(demand_count * tariffs);
    constexpr std::size_t item_size = 16;
    if (!cursor.more) out.array(count);
    for (; cursor.position < count && out.room_left() >= item_size; ++cursor.position) {
        out.structure(2);
        out.long_unsigned(class_id);
        const int c = demand_quantities[cursor.position / tariffs];
        out.octet_string(Obis(1, 0, c, d, static_cast<int>(cursor.position % tariffs) + 1));
    }
    cursor.more = cursor.position < count;
    return DataAccessResult::success;
}

DataAccessResult read_masks(const AttributeContext& of, Cursor&, DataWriter& out) {
    const std::uint8_t tariffs = of.meter.model().tariffs.tariffs;
    out.array(tariffs);
    for (std::uint8_t tariff = 1; tariff <= tariffs; ++tariff) {
        out.structure(2);
        out.octet_string(Bytes(&tariff, 1));
        out.array(demand_count);
        for (std::size_t i = 0; i < demand_count; ++i) out.unsigned_(static_cast<std::uint8_t>(i * tariffs + tariff));
    }
    return DataAccessResult::success;
}

DataAccessResult read_active_mask(const AttributeContext& of, Cursor&, DataWriter& out) {
    const std::uint8_t tariff = of.meter.accounting().tariff();
    out.octet_string(Bytes(&tariff, 1));
    return DataAccessResult::success;
}

// Energy and demand have one tariff: of both objects the mask is the same one.
DataAccessResult write_active_mask(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const Bytes mask = in.octet_string();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (mask.size() != 1 || mask[0] < 1 || mask[0] > of.meter.model().tariffs.tariffs) {
        return DataAccessResult::other_reason;
    }
    return of.meter.account(&Accounting::select_tariff, mask[0]) ? DataAccessResult::success
                                                                 : DataAccessResult::hardware_fault;
}

constexpr std::array activation_attributes = {
    Attribute{2, read_assignment, nullptr},
    Attribute{3, read_masks, nullptr},
    Attribute{4, read_active_mask, write_active_mask},
};

// Calendar, written.

void write_label(DataWriter& out, const Label& label) {
    out.octet_string(Bytes(label.view()));
}

dlms::Time time_of_day(std::uint32_t seconds) {
    return {static_cast<std::uint8_t>(seconds / 3600), static_cast<std::uint8_t>(seconds / 60 % 60),
            static_cast<std::uint8_t>(seconds % 60), 0};
}

void write(DataWriter& out, const SeasonProfile& season) {
    out.structure(3);
    write_label(out, season.name);
    out.octet_string(season.start);
    write_label(out, season.week);
}

void write(DataWriter& out, const WeekProfile& week) {
    out.structure(1 + week.days.size());
    write_label(out, week.name);
    for (const std::uint8_t day : week.days) out.unsigned_(day);
}

void write(DataWriter& out, const DayProfile& day) {
    out.structure(2);
    out.unsigned_(day.id);
    out.array(day.actions.count);
    for (const DayAction& action : day.actions.view()) {
        out.structure(3);
        out.octet_string(time_of_day(action.start_s));
        out.octet_string(script_table_of(action.action));
        out.long_unsigned(action.selector);
    }
}

void write(DataWriter& out, const SpecialDay& special) {
    out.structure(3);
    out.long_unsigned(special.index);
    out.octet_string(special.date);
    out.unsigned_(special.day);
}

// The cursor's position is the next item.
template <class Items>
DataAccessResult write_list(const Items& items, std::size_t greatest, Cursor& cursor, DataWriter& out) {
    const auto view = items.view();
    if (!cursor.more) out.array(view.size());
    for (; cursor.position < view.size() && out.room_left() >= greatest; ++cursor.position) {
        write(out, view[cursor.position]);
    }
    cursor.more = cursor.position < view.size();
    return DataAccessResult::success;
}

constexpr std::size_t greatest_season = 2 + 14 + 14 + 14;
constexpr std::size_t greatest_week = 2 + 14 + 14;
constexpr std::size_t greatest_day = 2 + 2 + 2 + max_switches_a_day * (2 + 6 + 8 + 3);
constexpr std::size_t greatest_special_day = 2 + 3 + 7 + 2;

// Calendar, read.

// Of a value that is of the right types and still can't be kept it says why.
class PartReader : public DataReader {
  public:
    using DataReader::DataReader;

    [[nodiscard]] CalendarFault fault() const { return fault_; }
    bool refuse(CalendarFault why) {
        fault_ = why;
        return false;
    }

  private:
    CalendarFault fault_ = CalendarFault::none;
};

bool read_label(PartReader& in, Label& label) {
    const Bytes octets = in.octet_string();
    if (!in.ok()) return false;
    if (octets.size() > max_label_size) return in.refuse(CalendarFault::name_too_long);
    label = {};
    for (const std::uint8_t octet : octets) (void)label.add(octet);
    return true;
}

bool read(PartReader& in, SeasonProfile& season) {
    in.structure(3);
    if (!read_label(in, season.name)) return false;
    season.start = in.date_time();
    return read_label(in, season.week);
}

bool read(PartReader& in, WeekProfile& week) {
    in.structure(1 + week.days.size());
    if (!read_label(in, week.name)) return false;
    for (std::uint8_t& day : week.days) day = in.unsigned_();
    return in.ok();
}

bool read(PartReader& in, DayAction& action) {
    in.structure(3);
    const auto time = dlms::read_time(in.octet_string());
    const Obis script = in.logical_name();
    action.selector = in.long_unsigned();
    if (!in.ok()) return false;
    if (!time || time->hour == dlms::not_specified || time->minute == dlms::not_specified) {
        return in.refuse(CalendarFault::time_of_day);
    }
    const std::uint32_t second = time->second == dlms::not_specified ? 0U : time->second;
    action.start_s = time->hour * 3600U + time->minute * 60U + second;
    action.action = script == disconnect_script_table ? CalendarAction::disconnect : CalendarAction::tariff;
    const bool known = script == disconnect_script_table || script == tariff_script_table;
    return known || in.refuse(CalendarFault::unknown_script);
}

template <class Item, std::size_t capacity>
bool read(PartReader& in, FixedList<Item, capacity>& items);

bool read(PartReader& in, DayProfile& day) {
    in.structure(2);
    day.id = in.unsigned_();
    return read(in, day.actions);
}

bool read(PartReader& in, SpecialDay& special) {
    in.structure(3);
    special.index = in.long_unsigned();
    const auto date = dlms::read_date(in.octet_string());
    special.date = date.value_or(dlms::Date{});
    special.day = in.unsigned_();
    if (!in.ok()) return false;
    return date || in.refuse(CalendarFault::impossible_date);
}

template <class Item, std::size_t capacity>
bool read(PartReader& in, FixedList<Item, capacity>& items) {
    items = {};
    const std::size_t count = in.array();
    if (!in.ok()) return false;
    if (count > capacity) return in.refuse(CalendarFault::too_many);
    for (std::size_t i = 0; i < count; ++i) {
        Item item;
        if (!read(in, item) || !items.add(item)) return false;
    }
    return in.ok();
}

CalendarFault check_alone(const SpecialDays& special_days) {
    return check(special_days);
}
template <class Part>
CalendarFault check_alone(const Part&) {
    return CalendarFault::none;
}

DataAccessResult refused(const RequestContext& of, CalendarFault fault) {
    of.meter.account(&Accounting::refuse_calendar, fault);
    return DataAccessResult::other_reason;
}

// What is wrong with the value alone; whether the parts fit each other is seen when the calendar is activated.
template <class Part>
DataAccessResult read_whole(const RequestContext& of, Bytes value, Part& part) {
    PartReader in(value);
    const bool taken = read(in, part);
    if (in.fault() != CalendarFault::none) return refused(of, in.fault());
    if (!taken || !in.complete()) return DataAccessResult::type_unmatched;
    const CalendarFault fault = check_alone(part);
    return fault == CalendarFault::none ? DataAccessResult::success : refused(of, fault);
}

// What was written is a change of the configuration, also while it is passive.
DataAccessResult kept(const RequestContext& of, bool durable) {
    if (!durable) return DataAccessResult::hardware_fault;
    of.meter.tell(EventKind::configuration_changed);
    return DataAccessResult::success;
}

using Load = std::optional<Calendar> (*)(const Store&);

// Of a calendar that the flash has lost nothing is served.
template <Load load>
DataAccessResult read_name(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto calendar = load(of.meter.store());
    if (!calendar) return DataAccessResult::hardware_fault;
    write_label(out, calendar->name);
    return DataAccessResult::success;
}
template <Load load, auto part, std::size_t greatest>
DataAccessResult read_part(const AttributeContext& of, Cursor& cursor, DataWriter& out) {
    const auto calendar = load(of.meter.store());
    return calendar ? write_list((*calendar).*part, greatest, cursor, out) : DataAccessResult::hardware_fault;
}

// Who writes one anew where nothing is left begins with nothing: it can't be activated until it is whole.
Calendar passive_calendar_to_change(const RequestContext& of) {
    return load_passive_calendar(of.meter.store()).value_or(Calendar{});
}

template <auto part>
DataAccessResult write_passive(const RequestContext& of, Bytes value) {
    Calendar calendar = passive_calendar_to_change(of);
    const DataAccessResult result = read_whole(of, value, calendar.*part);
    if (result != DataAccessResult::success) return result;
    return kept(of, keep_passive_calendar(of.meter.store(), calendar));
}

DataAccessResult write_passive_name(const RequestContext& of, Bytes value) {
    PartReader in(value);
    Calendar calendar = passive_calendar_to_change(of);
    const bool fits = read_label(in, calendar.name);
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!fits) return refused(of, in.fault());
    return kept(of, keep_passive_calendar(of.meter.store(), calendar));
}

DataAccessResult read_activation_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(load_activation_time(of.meter.store()));
    return DataAccessResult::success;
}

DataAccessResult write_activation_time(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const dlms::DateTime time = in.date_time();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return of.meter.account(&Accounting::set_activation_time, time) ? DataAccessResult::success
                                                                    : DataAccessResult::hardware_fault;
}

ActionResult activate(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    (void)in.integer();
    if (!in.complete()) return ActionResult::type_unmatched;
    const auto fault = of.meter.account(&Accounting::activate_calendar);
    if (!fault) return ActionResult::success;
    return *fault == CalendarFault::none ? ActionResult::hardware_fault : ActionResult::other_reason;
}

constexpr std::array calendar_attributes = {
    Attribute{2, read_name<load_active_calendar>, nullptr},
    Attribute{3, read_part<load_active_calendar, &Calendar::seasons, greatest_season>, nullptr},
    Attribute{4, read_part<load_active_calendar, &Calendar::weeks, greatest_week>, nullptr},
    Attribute{5, read_part<load_active_calendar, &Calendar::days, greatest_day>, nullptr},
    Attribute{6, read_name<load_passive_calendar>, write_passive_name},
    Attribute{7, read_part<load_passive_calendar, &Calendar::seasons, greatest_season>,
              write_passive<&Calendar::seasons>},
    Attribute{8, read_part<load_passive_calendar, &Calendar::weeks, greatest_week>, write_passive<&Calendar::weeks>},
    Attribute{9, read_part<load_passive_calendar, &Calendar::days, greatest_day>, write_passive<&Calendar::days>},
    Attribute{10, read_activation_time, write_activation_time},
};
constexpr std::array calendar_methods = {Method{1, activate}};

// Special days: those in force, which have to fit the active calendar, and those that come with the passive one, which
// are checked when both are activated.
struct SpecialDaysOf {
    std::optional<SpecialDays> (*load)(const Store&);
    DataAccessResult (*keep)(const RequestContext&, const SpecialDays&);
};

constexpr SpecialDaysOf active_special_days = {
    load_special_days, [](const RequestContext& of, const SpecialDays& special_days) {
        return of.meter.account(&Accounting::set_special_days, special_days) ? DataAccessResult::success
                                                                             : DataAccessResult::other_reason;
    }};
constexpr SpecialDaysOf passive_special_days = {
    load_passive_special_days, [](const RequestContext& of, const SpecialDays& special_days) {
        return kept(of, keep_passive_special_days(of.meter.store(), special_days));
    }};

template <const SpecialDaysOf& days>
DataAccessResult read_special_days(const AttributeContext& of, Cursor& cursor, DataWriter& out) {
    const auto loaded = days.load(of.meter.store());
    return loaded ? write_list(*loaded, greatest_special_day, cursor, out) : DataAccessResult::hardware_fault;
}

template <const SpecialDaysOf& days>
DataAccessResult write_special_days(const RequestContext& of, Bytes value) {
    SpecialDays special_days;
    const DataAccessResult result = read_whole(of, value, special_days);
    return result == DataAccessResult::success ? days.keep(of, special_days) : result;
}

ActionResult change_special_days(const RequestContext& of, const SpecialDaysOf& days, std::uint16_t index,
                                 const SpecialDay* replacement) {
    const auto before = days.load(of.meter.store());
    if (!before) return ActionResult::hardware_fault;
    // An entry of the same index or of the same date gives way to the new one.
    SpecialDays after;
    for (const SpecialDay& special : before->view()) {
        const bool same_date = replacement != nullptr && special.date == replacement->date;
        if (special.index != index && !same_date) (void)after.add(special);
    }
    if (replacement == nullptr && after.count == before->count) return ActionResult::object_undefined;
    CalendarFault fault = CalendarFault::none;
    if (replacement != nullptr && !after.add(*replacement)) fault = CalendarFault::too_many;
    if (fault == CalendarFault::none) fault = check(after);
    if (fault != CalendarFault::none) {
        (void)refused(of, fault);
        return ActionResult::other_reason;
    }
    return days.keep(of, after) == DataAccessResult::success ? ActionResult::success : ActionResult::other_reason;
}

template <const SpecialDaysOf& days>
ActionResult insert_special_day(const RequestContext& of, Bytes parameters, DataWriter&) {
    PartReader in(parameters);
    SpecialDay special;
    const bool taken = read(in, special);
    if (in.fault() != CalendarFault::none) {
        (void)refused(of, in.fault());
        return ActionResult::other_reason;
    }
    if (!taken || !in.complete()) return ActionResult::type_unmatched;
    return change_special_days(of, days, special.index, &special);
}

template <const SpecialDaysOf& days>
ActionResult delete_special_day(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    const std::uint16_t index = in.long_unsigned();
    if (!in.complete()) return ActionResult::type_unmatched;
    return change_special_days(of, days, index, nullptr);
}

template <const SpecialDaysOf& days>
constexpr std::array special_days_attributes = {Attribute{2, read_special_days<days>, write_special_days<days>}};
template <const SpecialDaysOf& days>
constexpr std::array special_days_methods = {Method{1, insert_special_day<days>}, Method{2, delete_special_day<days>}};

// A structure of the number and of the text for it.
DataAccessResult read_calendar_fault(const AttributeContext& of, Cursor&, DataWriter& out) {
    const CalendarFault fault = of.meter.accounting().calendar_fault();
    out.structure(2);
    out.enumerated(static_cast<std::uint8_t>(fault));
    out.visible_string(text_of(fault));
    return DataAccessResult::success;
}
constexpr std::array calendar_fault_attributes = {Attribute{2, read_calendar_fault, nullptr}};

// The names of the calendars again, as Data.
constexpr std::array active_name_attributes = {Attribute{2, read_name<load_active_calendar>, nullptr}};
constexpr std::array passive_name_attributes = {Attribute{2, read_name<load_passive_calendar>, nullptr}};

}  // namespace

constinit const InterfaceClass register_activation_class = {6, 0, activation_attributes, {}};
constinit const InterfaceClass special_days_class = {11, 0, special_days_attributes<active_special_days>,
                                                     special_days_methods<active_special_days>};
constinit const InterfaceClass passive_special_days_class = {11, 0, special_days_attributes<passive_special_days>,
                                                             special_days_methods<passive_special_days>};
constinit const InterfaceClass calendar_class = {20, 0, calendar_attributes, calendar_methods};
constinit const InterfaceClass calendar_fault_class = {data_class_number, 0, calendar_fault_attributes, {}};
constinit const InterfaceClass active_calendar_name_class = {data_class_number, 0, active_name_attributes, {}};
constinit const InterfaceClass passive_calendar_name_class = {data_class_number, 0, passive_name_attributes, {}};

}  // namespace blathy::meter
