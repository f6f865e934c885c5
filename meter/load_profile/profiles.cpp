#include "meter/load_profile/profiles.hpp"

#include <algorithm>
#include <initializer_list>

#include "meter/billing/registers.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;

// Of a model that does not have it, nothing is added.
void add(CaptureList& list, const Model& model, const CaptureObject& object) {
    if (column_of(model, object)) (void)list.add(object);
}

CaptureObject value_of(std::uint16_t class_id, const Obis& name, std::int8_t attribute = 2) {
    return {{class_id, name, attribute}, 0};
}

CaptureObject energy(int c, int e = 0) {
    return value_of(register_class_number, Obis(1, 0, c, obis_energy, e));
}

void add_recorded(CaptureList& list, const Model& model, int d, std::initializer_list<int> codes) {
    for (const int c : codes) add(list, model, value_of(register_class_number, Obis(1, 0, c, d, 0)));
}

CaptureList with_time_and_status(int status) {
    CaptureList list;
    (void)list.add(value_of(clock_object_class_number, clock_name));
    (void)list.add(value_of(data_class_number, status_name(status)));
    return list;
}

CaptureList monthly_columns(const Model& model) {
    CaptureList list = with_time_and_status(status_monthly);
    for (const int c : {active_import, active_export, reactive_import, reactive_export}) add(list, model, energy(c));
    for (const int c : {active_import, active_export}) {
        for (int tariff = 1; tariff <= model.tariffs.tariffs; ++tariff) add(list, model, energy(c, tariff));
    }
    for (const int c : {active_import, reactive_import}) {
        add(list, model, value_of(register_class_number, Obis(1, 0, c, obis_billing_energy, 0)));
    }
    for (const Obis& name : {available_credit_name, credited_amount_name, consumed_amount_name}) {
        add(list, model, value_of(register_class_number, name));
    }
    constexpr std::int8_t capture_time = 5;
    for (const int c : {active_import, reactive_import}) {
        const Obis name(1, 0, c, obis_maximum_demand, 0);
        add(list, model, value_of(extended_register_class_number, name));
        add(list, model, value_of(extended_register_class_number, name, capture_time));
    }
    return list;
}

CaptureList daily_columns(const Model& model) {
    CaptureList list = with_time_and_status(status_daily);
    for (const int c : {active_import, active_export, reactive_import, reactive_export}) add(list, model, energy(c));
    for (const Obis& name : {available_credit_name, consumed_amount_name}) {
        add(list, model, value_of(register_class_number, name));
    }
    return list;
}

CaptureList energy_columns(const Model& model) {
    constexpr std::int8_t last_average = 3;
    CaptureList list = with_time_and_status(status_recording_1);
    for (const int c : {active_import, reactive_import}) {
        add(list, model, value_of(demand_register_class_number, Obis(1, 0, c, obis_demand, 0), last_average));
    }
    for (const int c : {active_import, reactive_import}) {
        add(list, model, value_of(register_class_number, Obis(1, 0, c, obis_recorded_energy, 0)));
    }
    for (const int c : {active_import, reactive_import}) add(list, model, energy(c));
    return list;
}

}  // namespace

bool has_profile(const Model& model, ProfileId id) {
    const bool extended = id == ProfileId::average || id == ProfileId::minimum || id == ProfileId::maximum;
    return !extended || model.functions.extended_profiles;
}

std::size_t max_columns(ProfileId id) {
    if (id == ProfileId::monthly) return max_profile_columns;
    return id == ProfileId::daily ? max_daily_columns : max_load_profile_columns;
}

std::uint32_t promised_rows(const Model& model, ProfileId id) {
    if (id == ProfileId::monthly) return model.depths.monthly_billings;
    if (id == ProfileId::daily) return model.depths.daily_billings;
    constexpr std::uint32_t rows_a_day = 86'400 / factory_recording_period_s;
    return model.depths.load_profile_days * rows_a_day;
}

CaptureList factory_columns(const Model& model, ProfileId id) {
    CaptureList list = with_time_and_status(status_recording_2);
    switch (id) {
        case ProfileId::monthly:
            return monthly_columns(model);
        case ProfileId::daily:
            return daily_columns(model);
        case ProfileId::load_1:
            return energy_columns(model);
        case ProfileId::load_2:
            add_recorded(list, model, obis_average, {1, 3, 32, 52, 72, 31, 51, 71, 33, 53, 73, 14});
            break;
        case ProfileId::average:
            add_recorded(list, model, obis_average, {1, 2, 3, 4, 32, 31, 33, 14, 91});
            break;
        case ProfileId::minimum:
            add_recorded(list, model, obis_minimum, {1, 3, 32, 31, 33, 14});
            break;
        case ProfileId::maximum:
            add_recorded(list, model, obis_maximum, {1, 3, 32, 31, 33, 14});
            break;
        case ProfileId::count:
            break;
    }
    return list;
}

FlashLayout layout_of(const Model& model, std::size_t sectors) {
    FlashLayout layout;
    if (sectors < Store::shared_from) return layout;
    layout.journal = {Store::share, 16};
    auto next = static_cast<std::uint16_t>(layout.journal.first + layout.journal.count);
    const auto take_sectors = [&](Sectors& sectors_of, std::size_t wanted) {
        if (next + wanted > sectors) return;
        sectors_of = Sectors{next, static_cast<std::uint16_t>(wanted)};
        next = static_cast<std::uint16_t>(next + wanted);
    };
    const auto take = [&](ProfileId id, std::size_t wanted) {
        if (has_profile(model, id)) take_sectors(layout.profiles[static_cast<std::size_t>(id)], wanted);
    };
    for (std::size_t i = 0; i < layout.events.size(); ++i) {
        if (has_log(model, static_cast<EventLogId>(i))) take_sectors(layout.events[i], 2);
    }
    take(ProfileId::monthly, 3);
    take(ProfileId::daily, 3);
    // As delivered, the rows that are promised take `energy` and `quality` sectors. What is left is shared by the two
    // load profiles, for more channels or shorter periods.
    constexpr std::size_t energy = 29;
    constexpr std::size_t extended = 28;
    const std::size_t quality = model.phases > 1 ? 44 : 28;
    const std::size_t of_extended = model.functions.extended_profiles ? 3 * extended : 0;
    const std::size_t left = sectors - next;
    const std::size_t share = left > of_extended ? (left - of_extended) / 2 : 0;
    const bool is_large = share >= std::max(energy, quality);
    take(ProfileId::load_1, is_large ? share : energy);
    take(ProfileId::load_2, is_large ? share : quality);
    for (const ProfileId id : {ProfileId::average, ProfileId::minimum, ProfileId::maximum}) take(id, extended);
    return layout;
}

}  // namespace blathy::meter
