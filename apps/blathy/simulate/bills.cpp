#include "apps/blathy/simulate/bills.hpp"

#include <chrono>
#include <string>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace blathy::apps {
namespace {

using namespace std::chrono;
using meter::ProfileId;
using meter::UtcTime;
using nlohmann::json;

std::string text_of(UtcTime utc, const meter::Clock& clock) {
    const auto local = meter::local_of(clock, utc);
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", sys_seconds{floor<seconds>(local.time_since_epoch())});
}

std::string name_of(const meter::CaptureObject& column) {
    const dlms::ObisText name(column.attribute.instance);
    constexpr std::int8_t value = 2;
    return column.attribute.attribute == value ? std::string(name.view())
                                               : fmt::format("{}/{}", name.view(), column.attribute.attribute);
}

json row_of(const meter::Meter& meter, std::span<const meter::CaptureObject> columns, const meter::RowValues& cells) {
    json row = json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto column = column_of(meter.model(), columns[i]);
        const std::string name = name_of(columns[i]);
        if (column->kind == meter::Column::Kind::clock) {
            row[name] = text_of(UtcTime{milliseconds{cells[i] >> 1}}, meter.clock());
        } else if (column->kind == meter::Column::Kind::instant) {
            row[name] = cells[i] == 0 ? json(nullptr) : json(text_of(UtcTime{seconds{cells[i]}}, meter.clock()));
        } else {
            row[name] = cells[i];
        }
    }
    return row;
}

}  // namespace

void Bills::collect(const meter::Meter& meter) {
    collect(meter, ProfileId::monthly, monthly_);
    collect(meter, ProfileId::daily, daily_);
}

void Bills::collect(const meter::Meter& meter, ProfileId id, Profile& profile) {
    const meter::RowLog& log = meter.accounting().log(id);
    if (log.end() == profile.next_row) return;
    const meter::ProfileSettings settings = meter.accounting().profile(id);
    for (; profile.next_row < log.end(); ++profile.next_row) {
        meter::RowValues cells{};
        if (log.read(profile.next_row, cells)) profile.rows.push_back(row_of(meter, settings.columns.view(), cells));
    }
}

json registers_of(const meter::Meter& meter) {
    json registers = json::object();
    for (const meter::Quantity quantity : meter::demand_quantities) {
        for (const int d : {meter::obis_energy, meter::obis_billing_energy, meter::obis_maximum_demand,
                            meter::obis_cumulative_demand}) {
            for (int e = 0; e <= meter.model().tariffs.tariffs; ++e) {
                const dlms::Obis name(1, 0, quantity, d, e);
                if (const auto value = meter.registers().read(name)) {
                    registers[std::string(dlms::ObisText(name).view())] = *value;
                }
            }
        }
    }
    for (const dlms::Obis& name :
         {meter::available_credit_name, meter::credited_amount_name, meter::consumed_amount_name}) {
        if (const auto value = meter.registers().read(name)) {
            registers[std::string(dlms::ObisText(name).view())] = *value;
        }
    }
    return registers;
}

}  // namespace blathy::apps
