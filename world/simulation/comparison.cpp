#include "world/simulation/comparison.hpp"

#include <algorithm>

#include "meter/billing/profile_sources.hpp"

namespace blathy::world {
namespace {

using dlms::Obis;
using meter::ProfileId;

std::string text_of(const meter::CaptureObject& object) {
    const auto& attribute = object.attribute;
    return std::string(dlms::ObisText(attribute.instance).view()) + " attribute " + std::to_string(attribute.attribute);
}

std::string difference(const std::string& what, std::int64_t found, std::int64_t expected) {
    if (found == expected) return {};
    return what + " is " + std::to_string(found) + ", the oracle says " + std::to_string(expected);
}

// Whatever of the attributes both know.
std::string difference_of_registers(const meter::Meter& meter, const Oracle& oracle) {
    using namespace meter;
    const Registers registers = meter.registers();
    const auto compare = [&](std::uint16_t class_id, const Obis& name, std::int8_t attribute,
                             std::optional<std::int64_t> found) -> std::string {
        const CaptureObject object{{class_id, name, attribute}, 0};
        const auto expected = oracle.value(object);
        if (!expected || !found) return {};
        return difference(text_of(object), *found, *expected);
    };
    for (int c = 1; c <= 91; ++c) {
        for (int e = 0; e <= meter.model().tariffs.tariffs; ++e) {
            for (const int d : {obis_energy, obis_billing_energy, obis_recorded_energy, obis_recorded_energy_2,
                                obis_cumulative_demand, obis_average, obis_minimum, obis_maximum}) {
                const Obis name(1, 0, c, d, e);
                auto text = compare(register_class_number, name, 2, registers.read(name));
                if (!text.empty()) return text;
            }
            const Obis maximum(1, 0, c, obis_maximum_demand, e);
            if (const auto peak = registers.peak(maximum)) {
                auto text = compare(extended_register_class_number, maximum, 2, peak->value);
                if (text.empty()) text = compare(extended_register_class_number, maximum, 5, peak->time_s);
                if (!text.empty()) return text;
            }
            const Obis demand(1, 0, c, obis_demand, e);
            auto text = compare(demand_register_class_number, demand, 2, registers.read(demand));
            if (text.empty()) text = compare(demand_register_class_number, demand, 3, registers.last_average(demand));
            if (!text.empty()) return text;
        }
    }
    for (const Obis& name : {available_credit_name, credited_amount_name, consumed_amount_name}) {
        auto text = compare(register_class_number, name, 2, registers.read(name));
        if (!text.empty()) return text;
    }
    return {};
}

std::string difference_of_rows(const meter::Accounting& accounting, const Oracle& oracle, ProfileId id) {
    const std::string name(dlms::ObisText(meter::name_of(id)).view());
    const meter::RowLog& log = accounting.log(id);
    const auto& rows = oracle.rows(id);
    if (auto text = difference(name + " rows", log.end(), static_cast<std::int64_t>(rows.size())); !text.empty()) {
        return text;
    }
    const auto& columns = oracle.columns(id);
    const meter::ProfileSettings settings = accounting.profile(id);
    if (!std::ranges::equal(settings.columns.view(), columns)) return name + " captures something else";
    meter::RowLog::Reader reader(log);
    for (std::uint32_t i = log.first(); i < log.end(); ++i) {
        const std::string row = name + " row " + std::to_string(i) + " of " + std::to_string(rows.size());
        if (!reader.read(i)) return row + " can't be read";
        for (std::size_t j = 0; j < columns.size(); ++j) {
            if (reader.values()[j] == rows[i][j]) continue;
            return difference(row + ", " + text_of(columns[j]), reader.values()[j], rows[i][j]);
        }
    }
    return {};
}

}  // namespace

bool live_both(LivedMeter& lived, Oracle& oracle, const Step& step) {
    lived.live(step);
    if (const auto* within = std::get_if<FailsWithin>(&step)) {
        return oracle.live(*within, static_cast<std::int64_t>(lived.meter().energy().total.active_absolute()));
    }
    oracle.live(step);
    return true;
}

std::string first_difference(const meter::Meter& meter, const Oracle& oracle) {
    const auto& accounting = meter.accounting();
    std::string text =
        difference("the clock, in milliseconds,", meter.clock().now().time_since_epoch().count(), oracle.now_ms());
    if (text.empty()) text = difference("the tariff", accounting.tariff(), static_cast<std::int64_t>(oracle.tariff()));
    if (text.empty()) {
        text = difference("resets", static_cast<std::int64_t>(accounting.ledger().resets), oracle.resets());
    }
    if (text.empty()) text = difference_of_registers(meter, oracle);
    for (const ProfileId id : meter::all_profiles) {
        if (text.empty() && has_profile(meter.model(), id)) text = difference_of_rows(accounting, oracle, id);
    }
    return text;
}

}  // namespace blathy::world
