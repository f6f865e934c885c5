#include "meter/billing/registers.hpp"

namespace blathy::meter {
namespace {

using dlms::DataTag;
using dlms::Obis;
using dlms::Unit;

constexpr int electricity = 1;

bool is_electricity(const Obis& name) {
    return name.a() == electricity && name.b() == 0 && name.f() == 255;
}

std::int64_t to_wh(std::int64_t millijoules) {
    return millijoules / static_cast<std::int64_t>(millijoules_per_wh);
}

// Whole watt-hours are counted: what was added is the difference of the counts, as somebody sees who subtracts them.
std::optional<std::int64_t> energy_since(const EnergySet& now, const EnergySet& then, std::uint8_t quantity) {
    const auto after = energy_mj(now, quantity);
    const auto before = energy_mj(then, quantity);
    if (!after || !before) return std::nullopt;
    return to_wh(*after) - to_wh(*before);
}

std::optional<Presentation> power_presentation(std::uint8_t quantity) {
    switch (quantity) {
        case active_net:
            return Presentation{DataTag::double_long, -1, Unit::watt};
        case active_import:
        case active_export:
        case active_absolute:
            return Presentation{DataTag::double_long_unsigned, -1, Unit::watt};
        case reactive_import:
        case reactive_export:
            return Presentation{DataTag::double_long_unsigned, -1, Unit::var};
        case apparent_import:
        case apparent_export:
            return Presentation{DataTag::double_long_unsigned, -1, Unit::volt_ampere};
        default:
            return std::nullopt;
    }
}

bool is_of_account(const Obis& name) {
    return name == available_credit_name || name == credited_amount_name || name == consumed_amount_name;
}

// Whole hundredths are counted, and differences are those of the counts, as of energies.
std::int64_t read_account(const Account& account, const Obis& name) {
    const auto shown = [](auto amount) { return static_cast<std::int64_t>(amount) / account_units_per_hundredth; };
    if (name == available_credit_name) return shown(account.available);
    if (name == credited_amount_name) return shown(account.credited) - shown(account.credited_before);
    return shown(account.consumed) - shown(account.consumed_before);
}

}  // namespace

std::optional<Presentation> register_presentation(const Obis& name) {
    if (is_of_account(name)) {
        const bool may_owe = name == available_credit_name;
        return Presentation{may_owe ? DataTag::long64 : DataTag::long64_unsigned, -2, Unit::currency};
    }
    if (!is_electricity(name)) return std::nullopt;
    switch (name.d()) {
        case obis_cumulative_demand:
        case obis_demand:
        case obis_maximum_demand:
            return demand_index(name.c()) ? power_presentation(name.c()) : std::nullopt;
        case obis_billing_energy:
        case obis_recorded_energy:
        case obis_recorded_energy_2:
            return presentation_of(Obis(1, 0, name.c(), obis_energy, 0));
        case obis_average:
        case obis_minimum:
        case obis_maximum:
            return recorded_index(name.c()) ? presentation_of(Obis(1, 0, name.c(), obis_instantaneous, 0))
                                            : std::nullopt;
        default:
            return presentation_of(name);
    }
}

std::optional<std::int64_t> Registers::read(const Obis& name) const {
    if (is_of_account(name) && model.functions.prepayment) return read_account(ledger.account, name);
    if (!is_electricity(name)) return std::nullopt;
    const std::uint8_t c = name.c();
    const std::size_t tariff = name.e();
    const QuantityCode code = quantity_code(c);
    switch (name.d()) {
        case obis_energy:
            if (tariff == 0 || code.phase != 0) break;
            if (tariff > model.tariffs.tariffs) return std::nullopt;
            if (const auto value = energy_mj(ledger.tariff[tariff - 1], c)) return to_wh(*value);
            return std::nullopt;
        case obis_billing_energy:
            if (tariff > model.tariffs.tariffs) return std::nullopt;
            return tariff == 0 ? energy_since(ledger.energy.total, ledger.billed, c)
                               : energy_since(ledger.tariff[tariff - 1], ledger.tariff_billed[tariff - 1], c);
        case obis_recorded_energy:
            return tariff == 0 ? energy_since(ledger.energy.total, ledger.recorded, c) : std::nullopt;
        case obis_recorded_energy_2:
            return tariff == 0 ? energy_since(ledger.energy.total, ledger.recorded_2, c) : std::nullopt;
        case obis_cumulative_demand:
            if (const auto index = demand_index(c); index && tariff <= model.tariffs.tariffs) {
                return static_cast<std::int64_t>(ledger.cumulative[*index][tariff]);
            }
            return std::nullopt;
        case obis_maximum_demand:
            if (const auto found = peak(name)) return found->value;
            return std::nullopt;
        case obis_demand:
            if (const auto index = demand_index(c); index && tariff == 0) {
                return ledger.demand.current_average(demand, ledger.energy.total, *index);
            }
            return std::nullopt;
        case obis_average:
        case obis_minimum:
        case obis_maximum: {
            const auto index = recorded_index(c);
            if (!index || tariff != 0 || code.phase > model.phases) return std::nullopt;
            if (c == current_neutral && !model.neutral_current) return std::nullopt;
            const Recording& recording = ledger.recording;
            if (name.d() == obis_average) return recording.average(*index);
            return name.d() == obis_minimum ? recording.minima[*index] : recording.maxima[*index];
        }
        default:
            break;
    }
    return Measurements{model, ledger.energy, interval}.read(name);
}

std::optional<std::int64_t> Registers::last_average(const Obis& name) const {
    const auto index = demand_index(name.c());
    if (!is_electricity(name) || name.d() != obis_demand || name.e() != 0 || !index) return std::nullopt;
    return ledger.demand.last_average[*index];
}

std::optional<Peak> Registers::peak(const Obis& name) const {
    const auto index = demand_index(name.c());
    if (!is_electricity(name) || name.d() != obis_maximum_demand || !index) return std::nullopt;
    if (name.e() > model.tariffs.tariffs) return std::nullopt;
    return ledger.peaks[*index][name.e()];
}

void write_number(dlms::DataWriter& out, DataTag type, std::int64_t value) {
    switch (type) {
        case DataTag::unsigned_:
            return out.unsigned_(static_cast<std::uint8_t>(value));
        case DataTag::long_:
            return out.long_(static_cast<std::int16_t>(value));
        case DataTag::long_unsigned:
            return out.long_unsigned(static_cast<std::uint16_t>(value));
        case DataTag::double_long:
            return out.double_long(static_cast<std::int32_t>(value));
        case DataTag::double_long_unsigned:
            return out.double_long_unsigned(static_cast<std::uint32_t>(value));
        case DataTag::long64:
            return out.long64(value);
        case DataTag::long64_unsigned:
            return out.long64_unsigned(static_cast<std::uint64_t>(value));
        default:
            return out.null_data();
    }
}

std::size_t encoded_size(const Column& column) {
    constexpr std::size_t date_time = 2 + dlms::DateTime::encoded_size;
    if (column.kind != Column::Kind::number) return date_time;
    return 1 + dlms::fixed_size(column.type).value_or(0);
}

void write_cell(dlms::DataWriter& out, const Column& column, std::int64_t cell, const Clock& clock) {
    if (column.kind == Column::Kind::number) return write_number(out, column.type, cell);
    if (column.kind == Column::Kind::instant && cell == 0) return out.octet_string(dlms::DateTime{});
    const bool is_clock = column.kind == Column::Kind::clock;
    const UtcTime at = is_clock ? UtcTime{std::chrono::milliseconds{cell >> 1}} : UtcTime{std::chrono::seconds{cell}};
    unsigned status = 0;
    if (clock.daylight_saving_at(at)) status |= dlms::clock_daylight_saving;
    if (is_clock && (cell & 1) != 0) status |= dlms::clock_invalid;
    out.octet_string(dlms::local_date_time(at, clock.deviation_min_at(at), static_cast<std::uint8_t>(status)));
}

std::optional<Column> column_of(const Model& model, const CaptureObject& object) {
    const auto& [class_id, name, attribute] = object.attribute;
    if (object.data_index != 0) return std::nullopt;
    const auto number = [](DataTag type) { return Column{Column::Kind::number, type}; };
    const auto as_presented = [&model, number, name = name]() -> std::optional<Column> {
        const auto presentation = register_presentation(name);
        // Whether this model has it: a reader of an empty ledger knows.
        static constexpr Ledger nothing{};
        static constexpr Interval no_interval{};
        static constexpr DemandSettings as_delivered{};
        if (!presentation || !Registers{model, no_interval, nothing, as_delivered}.read(name)) return std::nullopt;
        return number(presentation->type);
    };
    constexpr std::int8_t value = 2;
    constexpr std::int8_t last_average = 3;
    constexpr std::int8_t capture_time = 5;
    switch (class_id) {
        case clock_object_class_number:
            if (name != clock_name || attribute != value) return std::nullopt;
            return Column{Column::Kind::clock, DataTag::octet_string};
        case data_class_number:
            if (attribute != value) return std::nullopt;
            for (int e = status_recording_1; e <= status_monthly; ++e) {
                if (name == status_name(e)) return number(DataTag::unsigned_);
            }
            if (name == active_tariff_name) return number(DataTag::unsigned_);
            if (name == reset_counter_name) return number(DataTag::double_long_unsigned);
            return std::nullopt;
        case register_class_number:
            if (attribute != value || name.d() == obis_demand || name.d() == obis_maximum_demand) return std::nullopt;
            return as_presented();
        case extended_register_class_number:
            if (name.d() != obis_maximum_demand || !as_presented()) return std::nullopt;
            if (attribute == capture_time) return Column{Column::Kind::instant, DataTag::octet_string};
            return attribute == value ? as_presented() : std::nullopt;
        case demand_register_class_number:
            if (name.d() != obis_demand || (attribute != value && attribute != last_average)) return std::nullopt;
            return as_presented();
        default:
            return std::nullopt;
    }
}

}  // namespace blathy::meter
