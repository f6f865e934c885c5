#include "meter/tariff/calendar_store.hpp"

#include "base/crc32.hpp"
#include "meter/storage/read_list.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t calendar_form = 2;

// In no slot: which one it was in can't be read any more.
constexpr std::uint8_t no_slot = 2;

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

// never: it was not written yet. lost: it was, and nothing of it can be read, or nothing that this version knows.
enum class Found : std::uint8_t { whole, never, lost };

template <class Read>
Found read_record(const Store& store, RecordId id, Read&& read) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(id, room);
    if (!content) return store.lost(id) ? Found::lost : Found::never;
    ByteReader in(*content);
    if (in.u8() != calendar_form) return Found::lost;
    read(in);
    return in.ok() && in.at_end() ? Found::whole : Found::lost;
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

// Each of the two records of a calendar has the check of the other one as it was when it was written: two that never
// belonged together are not taken for a calendar.
struct Checked {
    std::uint32_t of_this = 0;
    std::uint32_t of_other = 0;
};

template <class Write>
std::uint32_t check_of(const Calendar& calendar, Write&& write) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    write(out, calendar);
    return crc32(out.written());
}

template <class Read>
Checked read_checked(ByteReader& in, Calendar& calendar, Read&& read) {
    Checked checks;
    checks.of_other = in.u32();
    checks.of_this = crc32(in.rest());
    read(in, calendar);
    return checks;
}

template <class Write>
bool write_checked(Store& store, RecordId id, const Calendar& calendar, std::uint32_t check_of_other, Write&& write) {
    return write_record(store, id, [&](ByteWriter& out) {
        out.u32(check_of_other);
        write(out, calendar);
    });
}

std::optional<State> load_state(const Store& store) {
    State state;
    const Found found = read_record(store, RecordId::calendar_state, [&](ByteReader& in) {
        state.active = in.u8();
        state.passive_is_same = in.u8() != 0;
        const auto activation = dlms::read_date_time(in.bytes(dlms::DateTime::encoded_size));
        if (!activation) in.invalidate();
        state.activation = activation.value_or(never);
        state.active_special_days = in.u8();
        state.passive_special_days_are_same = in.u8() != 0;
    });
    if (found == Found::lost) return std::nullopt;
    return found == Found::whole ? state : State{};
}

// What is written next begins anew when nobody knows what there was.
State state_to_change(const Store& store) {
    State lost;
    lost.active = lost.active_special_days = no_slot;
    return load_state(store).value_or(lost);
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

// Slot 0 that nobody has written yet is the factory's.
std::optional<Calendar> load_slot(const Store& store, std::uint8_t slot) {
    if (slot >= no_slot) return std::nullopt;
    Calendar calendar;
    Checked names;
    Checked days;
    const Found found_names =
        read_record(store, names_of(slot), [&](ByteReader& in) { names = read_checked(in, calendar, read_names); });
    const Found found_days =
        read_record(store, days_of(slot), [&](ByteReader& in) { days = read_checked(in, calendar, read_days); });
    if (slot == 0 && found_names == Found::never && found_days == Found::never) return factory_calendar();
    const bool whole = found_names == Found::whole && found_days == Found::whole &&
                       (names.of_other == days.of_this || days.of_other == names.of_this);
    return whole ? std::optional(calendar) : std::nullopt;
}

std::optional<SpecialDays> load_special_days_in(const Store& store, std::uint8_t slot) {
    if (slot >= no_slot) return std::nullopt;
    SpecialDays special_days;
    const Found found = read_record(store, special_days_of(slot), [&](ByteReader& in) {
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
    if (found == Found::never && slot == 0) return SpecialDays{};
    return found == Found::whole ? std::optional(special_days) : std::nullopt;
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

bool keep_in_slot(Store& store, std::uint8_t slot, const Calendar& calendar) {
    return write_checked(store, names_of(slot), calendar, check_of(calendar, write_days), write_names) &&
           write_checked(store, days_of(slot), calendar, check_of(calendar, write_names), write_days);
}

// Where something is lost stands this calendar from now on.
void mend_slot(Store& store, std::uint8_t slot, const Calendar& calendar) {
    if (store.lost(names_of(slot)) || store.lost(days_of(slot))) (void)keep_in_slot(store, slot, calendar);
}

}  // namespace

std::optional<Calendar> load_active_calendar(const Store& store) {
    const auto state = load_state(store);
    return state ? load_slot(store, state->active) : std::nullopt;
}

std::optional<Calendar> load_passive_calendar(const Store& store) {
    const auto state = load_state(store);
    if (!state) return std::nullopt;
    return load_slot(store, state->passive_is_same ? state->active : other(state->active));
}

std::optional<SpecialDays> load_special_days(const Store& store) {
    const auto state = load_state(store);
    return state ? load_special_days_in(store, state->active_special_days) : std::nullopt;
}

std::optional<SpecialDays> load_passive_special_days(const Store& store) {
    const auto state = load_state(store);
    if (!state) return std::nullopt;
    const std::uint8_t active = state->active_special_days;
    return load_special_days_in(store, state->passive_special_days_are_same ? active : other(active));
}

dlms::DateTime load_activation_time(const Store& store) {
    return load_state(store).value_or(State{}).activation;
}

bool keep_passive_calendar(Store& store, const Calendar& calendar) {
    State state = state_to_change(store);
    // A client changes one attribute at a time, which is in one of the two records: with either order of a cut, the
    // calendar is the old or the new one.
    if (!keep_in_slot(store, other(state.active), calendar)) return false;
    if (!state.passive_is_same) return true;
    state.passive_is_same = false;
    return keep_state(store, state);
}

bool keep_special_days(Store& store, const SpecialDays& special_days) {
    State state = state_to_change(store);
    if (state.active_special_days < no_slot)
        return keep_special_days_in(store, state.active_special_days, special_days);
    state.active_special_days = 0;
    return keep_special_days_in(store, state.active_special_days, special_days) && keep_state(store, state);
}

bool keep_passive_special_days(Store& store, const SpecialDays& special_days) {
    State state = state_to_change(store);
    if (!keep_special_days_in(store, other(state.active_special_days), special_days)) return false;
    if (!state.passive_special_days_are_same) return true;
    state.passive_special_days_are_same = false;
    return keep_state(store, state);
}

bool keep_activation_time(Store& store, const dlms::DateTime& time) {
    State state = state_to_change(store);
    state.activation = time;
    return keep_state(store, state);
}

bool activate_passive_calendar(Store& store) {
    State state = state_to_change(store);
    // What comes into force is written once more: the copy that stands for a rotten one is then the same, and not one
    // of an earlier calendar. Nobody misses what was lost in the slot that goes out of use.
    if (!state.passive_is_same) {
        state.active = other(state.active);
        const auto calendar = load_slot(store, state.active);
        if (!calendar || !keep_in_slot(store, state.active, *calendar)) return false;
        mend_slot(store, other(state.active), *calendar);
    }
    state.passive_is_same = true;
    if (!state.passive_special_days_are_same) {
        state.active_special_days = other(state.active_special_days);
        const auto special_days = load_special_days_in(store, state.active_special_days);
        if (!special_days || !keep_special_days_in(store, state.active_special_days, *special_days)) return false;
    }
    state.passive_special_days_are_same = true;
    state.activation = never;
    if (!keep_state(store, state)) return false;
    // It is in force and durable; a second copy keeps a rotten one from bringing the calendar of before back.
    (void)keep_state(store, state);
    return true;
}

}  // namespace blathy::meter
