// What ends billing periods: IC 9, Script table, and IC 22, Single action schedule, version 0 (IEC 62056-6-2, 5.4.2 and
// 5.4.7), and the Data objects of billing and tariffs.

#include <array>

#include "meter/billing/profile_sources.hpp"
#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;
using dlms::Obis;

constexpr Obis billing_script_table{0, 0, 10, 0, 1};
constexpr std::uint8_t write_service = 1;
constexpr std::uint8_t execute_service = 2;
constexpr std::uint16_t script_table_id = 9;
constexpr std::uint16_t register_activation_id = 6;
constexpr std::uint16_t profile_id = 7;

void write_action_head(DataWriter& out, std::uint8_t service, std::uint16_t class_id, const Obis& name,
                       std::int8_t index) {
    out.structure(5);
    out.enumerated(service);
    out.long_unsigned(class_id);
    out.octet_string(name);
    out.integer(index);
}

// Script k makes mask k active, of the energy and of the demand registers.
DataAccessResult read_tariff_scripts(const AttributeContext& of, Cursor&, DataWriter& out) {
    const std::uint8_t count = of.meter.model().tariffs.tariffs;
    out.array(count);
    for (std::uint8_t tariff = 1; tariff <= count; ++tariff) {
        out.structure(2);
        out.long_unsigned(tariff);
        out.array(2);
        for (const int e : {0, 1}) {
            constexpr std::int8_t active_mask = 4;
            write_action_head(out, write_service, register_activation_id, Obis(0, 0, 14, 0, e), active_mask);
            out.octet_string(Bytes(&tariff, 1));
        }
    }
    return DataAccessResult::success;
}

ActionResult execute_tariff_script(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    const std::uint16_t script = in.long_unsigned();
    if (!in.complete()) return ActionResult::type_unmatched;
    if (script < 1 || script > of.meter.model().tariffs.tariffs) return ActionResult::object_undefined;
    return of.meter.account(&Accounting::select_tariff, static_cast<std::uint8_t>(script))
               ? ActionResult::success
               : ActionResult::hardware_fault;
}

// Script 1 ends the billing period, script 2 takes the daily billing.
DataAccessResult read_billing_scripts(const AttributeContext&, Cursor&, DataWriter& out) {
    constexpr std::int8_t capture = 2;
    out.array(2);
    for (const std::uint16_t script : {std::uint16_t{1}, std::uint16_t{2}}) {
        out.structure(2);
        out.long_unsigned(script);
        out.array(1);
        write_action_head(out, execute_service, profile_id, Obis(0, 0, 98, script, 0), capture);
        out.integer(0);
    }
    return DataAccessResult::success;
}

ActionResult execute_billing_script(const RequestContext& of, Bytes parameters, DataWriter&) {
    DataReader in(parameters);
    const std::uint16_t script = in.long_unsigned();
    if (!in.complete()) return ActionResult::type_unmatched;
    if (script < 1 || script > 2) return ActionResult::object_undefined;
    return of.meter.account(&Accounting::bill, script == 1 ? Billing::monthly : Billing::daily)
               ? ActionResult::success
               : ActionResult::hardware_fault;
}

template <ReadAttribute read>
constexpr std::array script_attributes = {Attribute{2, read, nullptr}};
template <InvokeMethod execute>
constexpr std::array script_methods = {Method{1, execute}};

template <Billing billing>
const Schedule& schedule_of(const Meter& meter) {
    return meter.accounting().settings().schedules[static_cast<std::size_t>(billing)];
}

template <Billing billing>
DataAccessResult read_script(const AttributeContext&, Cursor&, DataWriter& out) {
    out.structure(2);
    out.octet_string(billing_script_table);
    out.long_unsigned(billing == Billing::monthly ? 1 : 2);
    return DataAccessResult::success;
}

template <Billing billing>
DataAccessResult read_type(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.enumerated(schedule_of<billing>(of.meter).type);
    return DataAccessResult::success;
}

template <Billing billing>
DataAccessResult read_times(const AttributeContext& of, Cursor&, DataWriter& out) {
    write_executions(out, schedule_of<billing>(of.meter));
    return DataAccessResult::success;
}

template <Billing billing>
DataAccessResult change(const RequestContext& of, const Schedule& schedule) {
    if (!valid(schedule)) return DataAccessResult::other_reason;
    return of.meter.account(&Accounting::set_schedule, billing, schedule) ? DataAccessResult::success
                                                                          : DataAccessResult::hardware_fault;
}

template <Billing billing>
DataAccessResult write_type(const RequestContext& of, Bytes value) {
    DataReader in(value);
    Schedule schedule = schedule_of<billing>(of.meter);
    schedule.type = in.enumerated();
    return in.complete() ? change<billing>(of, schedule) : DataAccessResult::type_unmatched;
}

template <Billing billing>
DataAccessResult write_times(const RequestContext& of, Bytes value) {
    Schedule schedule = schedule_of<billing>(of.meter);
    if (const auto result = read_executions(value, schedule); result != DataAccessResult::success) return result;
    return change<billing>(of, schedule);
}

template <Billing billing>
constexpr std::array schedule_attributes = {
    Attribute{2, read_script<billing>, nullptr},
    Attribute{3, read_type<billing>, write_type<billing>},
    Attribute{4, read_times<billing>, write_times<billing>},
};

DataAccessResult read_profile_status(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.unsigned_(of.meter.accounting().status(of.object.name.e(), of.meter.clock()));
    return DataAccessResult::success;
}

DataAccessResult read_active_tariff(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.unsigned_(of.meter.accounting().tariff());
    return DataAccessResult::success;
}

DataAccessResult read_reset_counter(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(static_cast<std::uint32_t>(of.meter.accounting().ledger().resets));
    return DataAccessResult::success;
}

DataAccessResult read_available_periods(const AttributeContext& of, Cursor&, DataWriter& out) {
    const RowLog& log = of.meter.accounting().log(ProfileId::monthly);
    const std::uint32_t promised = promised_rows(of.meter.model(), ProfileId::monthly);
    out.unsigned_(static_cast<std::uint8_t>(std::min(log.end() - log.first(), promised)));
    return DataAccessResult::success;
}

DataAccessResult read_last_reset(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(of.meter.clock().local_at(of.meter.accounting().ledger().last_reset));
    return DataAccessResult::success;
}

DataAccessResult read_buffer_form(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto id = profile_of_buffer_form(of.object.name);
    if (!id) return DataAccessResult::object_unavailable;
    out.enumerated(static_cast<std::uint8_t>(of.meter.accounting().profile(*id).form));
    return DataAccessResult::success;
}

DataAccessResult write_buffer_form(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const auto form = static_cast<BufferForm>(in.enumerated());
    const auto id = profile_of_buffer_form(of.object.name);
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!id || form >= BufferForm::count) return DataAccessResult::other_reason;
    return of.meter.account(&Accounting::set_buffer_form, *id, form) ? DataAccessResult::success
                                                                     : DataAccessResult::hardware_fault;
}

// From the last reset to the next one that the schedule has; 0: it has none within a year.
DataAccessResult read_billing_period(const AttributeContext& of, Cursor&, DataWriter& out) {
    const Clock& clock = of.meter.clock();
    constexpr std::chrono::days a_year{366};
    const LocalTime now = local_of(clock, clock.now());
    const auto end = next_execution(schedule_of<Billing::monthly>(of.meter), now, now + a_year);
    const LocalTime begin = local_of(clock, of.meter.accounting().ledger().last_reset);
    const auto length = end && *end > begin ? *end - begin : std::chrono::milliseconds{0};
    out.double_long_unsigned(
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(length).count()));
    return DataAccessResult::success;
}
DataAccessResult read_billing_period_unit(const AttributeContext&, Cursor&, DataWriter& out) {
    out.scaler_unit(0, dlms::Unit::second);
    return DataAccessResult::success;
}
constexpr std::array billing_period_attributes = {Attribute{2, read_billing_period, nullptr},
                                                  Attribute{3, read_billing_period_unit, nullptr}};

template <ReadAttribute read, WriteAttribute write = nullptr>
constexpr std::array value_attributes = {Attribute{2, read, write}};

}  // namespace

constinit const InterfaceClass tariff_scripts_class = {script_table_id, 0, script_attributes<read_tariff_scripts>,
                                                       script_methods<execute_tariff_script>};
constinit const InterfaceClass billing_scripts_class = {script_table_id, 0, script_attributes<read_billing_scripts>,
                                                        script_methods<execute_billing_script>};
constinit const InterfaceClass monthly_schedule_class = {22, 0, schedule_attributes<Billing::monthly>, {}};
constinit const InterfaceClass daily_schedule_class = {22, 0, schedule_attributes<Billing::daily>, {}};
constinit const InterfaceClass billing_period_class = {register_class_number, 0, billing_period_attributes, {}};
constinit const InterfaceClass profile_status_class = {data_class_number, 0, value_attributes<read_profile_status>, {}};
constinit const InterfaceClass active_tariff_class = {data_class_number, 0, value_attributes<read_active_tariff>, {}};
constinit const InterfaceClass reset_counter_class = {data_class_number, 0, value_attributes<read_reset_counter>, {}};
constinit const InterfaceClass available_periods_class = {
    data_class_number, 0, value_attributes<read_available_periods>, {}};
constinit const InterfaceClass buffer_form_class = {
    data_class_number, 0, value_attributes<read_buffer_form, write_buffer_form>, {}};
constinit const InterfaceClass last_reset_class = {data_class_number, 0, value_attributes<read_last_reset>, {}};

}  // namespace blathy::meter
