#include "meter/tariff/calendar_store.hpp"

#include "meter/storage/read_list.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t calendar_form = 1;

struct State {
    std::uint8_t active = 0;      // slot
    bool passive_is_same = true;  // as the active one; else it is in the other slot
    dlms::DateTime activation = never;
    std::uint8_t active_special_days = 0;  // slot
    bool passive_special_days_are_same = true;
};

constexpr RecordId names_of(std::uint8_t slot) {
    return slot == 0 ? RecordId::calendar_a : RecordId::calendar_b;
}
constexpr RecordId days_of(std::uint8_t slot) {
    return slot == 0 ? RecordId::calendar_a_days : RecordId::calendar_b_days;
}
constexpr RecordId special_days_of(std::uint8_t slot) {
    return slot == 0 ? RecordId::special_days : RecordId::special_days_b;
}
constexpr std::uint8_t other(std::uint8_t slot) {
    return slot == 0 ? std::uint8_t{1} : std::uint8_t{0};
}

template <class Read>
bool read_record(const Store& store, RecordId id, Read&& read) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(id, room);
    if (!content) return false;
    ByteReader in(*content);
    if (in.u8() != calendar_form) return false;
    read(in);
    return in.ok() && in.at_end();
}

template <class Write>
bool write_record(Store& store, RecordId id, Write&& write) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    out.u8(calendar_form);
    write(out);
    return out.ok() && store.write(id, out.written());
}

Label read_label(ByteReader& in) {
    Label label;
    read_list(in, label, [&] { return in.u8(); });
    return label;
}
void write_label(ByteWriter& out, const Label& label) {
    out.u8(label.count);
    out.bytes(label.view());
}

void read_names(ByteReader& in, Calendar& calendar) {
    calendar.name = read_label(in);
    read_list(in, calendar.seasons, [&] {
        SeasonProfile season;
        season.name = read_label(in);
        const auto start = dlms::read_date_time(in.bytes(dlms::DateTime::encoded_size));
        if (!start) in.invalidate();
        season.start = start.value_or(dlms::DateTime{});
        season.week = read_label(in);
        return season;
    });
    read_list(in, calendar.weeks, [&] {
        WeekProfile week;
        week.name = read_label(in);
        for (std::uint8_t& day : week.days) day = in.u8();
        return week;
    });
}

void write_names(ByteWriter& out, const Calendar& calendar) {
    write_label(out, calendar.name);
    out.u8(calendar.seasons.count);
    for (const SeasonProfile& season : calendar.seasons.view()) {
        write_label(out, season.name);
        write(out, season.start);
        write_label(out, season.week);
    }
    out.u8(calendar.weeks.count);
    for (const WeekProfile& week : calendar.weeks.view()) {
        write_label(out, week.name);
        out.bytes(week.days);
    }
}

void read_days(ByteReader& in, Calendar& calendar) {
    read_list(in, calendar.days, [&] {
        DayProfile day;
        day.id = in.u8();
        read_list(in, day.actions, [&] {
            DayAction action;
            action.start_s = in.u32();
            action.action = static_cast<CalendarAction>(in.u8());
            action.selector = in.u16();
            return action;
        });
        return day;
    });
}

void write_days(ByteWriter& out, const Calendar& calendar) {
    out.u8(calendar.days.count);
    for (const DayProfile& day : calendar.days.view()) {
        out.u8(day.id);
        out.u8(day.actions.count);
        for (const DayAction& action : day.actions.view()) {
            out.u32(action.start_s);
            out.u8(static_cast<std::uint8_t>(action.action));
            out.u16(action.selector);
        }
    }
}

State load_state(const Store& store) {
    State state;
    const bool found = read_record(store, RecordId::calendar_state, [&](ByteReader& in) {
        state.active = in.u8() == 0 ? 0 : 1;
        state.passive_is_same = in.u8() != 0;
        const auto activation = dlms::read_date_time(in.bytes(dlms::DateTime::encoded_size));
        if (!activation) in.invalidate();
        state.activation = activation.value_or(never);
        if (in.at_end()) return;  // written before there were passive special days
        state.active_special_days = in.u8() == 0 ? 0 : 1;
        state.passive_special_days_are_same = in.u8() != 0;
    });
    return found ? state : State{};
}

bool keep_state(Store& store, const State& state) {
    return write_record(store, RecordId::calendar_state, [&](ByteWriter& out) {
        out.u8(state.active);
        out.u8(state.passive_is_same ? 1 : 0);
        write(out, state.activation);
        out.u8(state.active_special_days);
        out.u8(state.passive_special_days_are_same ? 1 : 0);
    });
}

Calendar load_slot(const Store& store, std::uint8_t slot) {
    Calendar calendar;
    const bool found = read_record(store, names_of(slot), [&](ByteReader& in) { read_names(in, calendar); }) &&
                       read_record(store, days_of(slot), [&](ByteReader& in) { read_days(in, calendar); });
    return found ? calendar : factory_calendar();
}

SpecialDays load_special_days_in(const Store& store, std::uint8_t slot) {
    SpecialDays special_days;
    const bool found = read_record(store, special_days_of(slot), [&](ByteReader& in) {
        read_list(in, special_days, [&] {
            SpecialDay special;
            special.index = in.u16();
            const auto date = dlms::read_date(in.bytes(dlms::Date::encoded_size));
            if (!date) in.invalidate();
            special.date = date.value_or(dlms::Date{});
            special.day = in.u8();
            return special;
        });
    });
    return found ? special_days : SpecialDays{};
}

bool keep_special_days_in(Store& store, std::uint8_t slot, const SpecialDays& special_days) {
    return write_record(store, special_days_of(slot), [&](ByteWriter& out) {
        out.u8(special_days.count);
        for (const SpecialDay& special : special_days.view()) {
            out.u16(special.index);
            write(out, special.date);
            out.u8(special.day);
        }
    });
}

}  // namespace

Calendar load_active_calendar(const Store& store) {
    return load_slot(store, load_state(store).active);
}

Calendar load_passive_calendar(const Store& store) {
    const State state = load_state(store);
    return load_slot(store, state.passive_is_same ? state.active : other(state.active));
}

SpecialDays load_special_days(const Store& store) {
    return load_special_days_in(store, load_state(store).active_special_days);
}

SpecialDays load_passive_special_days(const Store& store) {
    const State state = load_state(store);
    const std::uint8_t active = state.active_special_days;
    return load_special_days_in(store, state.passive_special_days_are_same ? active : other(active));
}

dlms::DateTime load_activation_time(const Store& store) {
    return load_state(store).activation;
}

bool keep_passive_calendar(Store& store, const Calendar& calendar) {
    State state = load_state(store);
    const std::uint8_t slot = other(state.active);
    // One attribute changes at a time and is in one of the two records: with either order of a cut, the calendar is the
    // old or the new one.
    if (!write_record(store, names_of(slot), [&](ByteWriter& out) { write_names(out, calendar); })) return false;
    if (!write_record(store, days_of(slot), [&](ByteWriter& out) { write_days(out, calendar); })) return false;
    if (!state.passive_is_same) return true;
    state.passive_is_same = false;
    return keep_state(store, state);
}

bool keep_special_days(Store& store, const SpecialDays& special_days) {
    return keep_special_days_in(store, load_state(store).active_special_days, special_days);
}

bool keep_passive_special_days(Store& store, const SpecialDays& special_days) {
    State state = load_state(store);
    if (!keep_special_days_in(store, other(state.active_special_days), special_days)) return false;
    if (!state.passive_special_days_are_same) return true;
    state.passive_special_days_are_same = false;
    return keep_state(store, state);
}

bool keep_activation_time(Store& store, const dlms::DateTime& time) {
    State state = load_state(store);
    state.activation = time;
    return keep_state(store, state);
}

bool activate_passive_calendar(Store& store) {
    State state = load_state(store);
    if (!state.passive_is_same) state.active = other(state.active);
    state.passive_is_same = true;
    if (!state.passive_special_days_are_same) state.active_special_days = other(state.active_special_days);
    state.passive_special_days_are_same = true;
    state.activation = never;
    return keep_state(store, state);
}

}  // namespace blathy::meter
