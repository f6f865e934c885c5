#include "meter/event/log_sources.hpp"

#include "meter/billing/registers.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;

constexpr std::int8_t value_attribute = 2;
constexpr std::uint16_t limiter_class_number = 71;
constexpr std::int8_t threshold_active_attribute = 3;

constexpr CaptureObject column(std::uint16_t class_id, const Obis& name, std::int8_t attribute = value_attribute) {
    return {{class_id, name, attribute}, 0};
}

constexpr CaptureObject log_time_column = column(clock_object_class_number, clock_name);

template <EventLogId id>
constexpr std::array time_and_code = {log_time_column, column(data_class_number, event_code_name(id))};

constexpr std::array disconnector_columns = {
    log_time_column, column(data_class_number, event_code_name(EventLogId::disconnector)),
    column(limiter_class_number, Obis(0, 0, 17, 0, 0), threshold_active_attribute)};
constexpr std::array quality_columns = {
    log_time_column, column(data_class_number, event_code_name(EventLogId::quality)),
    column(register_class_number, last_magnitude_name), column(register_class_number, last_duration_name)};
constexpr std::array recharge_columns = {log_time_column,
                                         column(data_class_number, event_code_name(EventLogId::recharge)),
                                         column(register_class_number, last_amount_name)};
constexpr std::array power_failure_columns = {log_time_column, column(register_class_number, Obis(0, 0, 96, 7, 19))};

template <EventLogId id>
std::span<const CaptureObject> columns_of(const Meter& meter, CaptureRoom&) {
    switch (id) {
        case EventLogId::disconnector:
            if (!meter.model().functions.limiter) return std::span(disconnector_columns).first(2);
            return disconnector_columns;
        case EventLogId::quality:
            return quality_columns;
        case EventLogId::power_failure:
            return power_failure_columns;
        case EventLogId::recharge:
            return recharge_columns;
        default:
            return time_and_code<id>;
    }
}

template <EventLogId id>
ProfileRows rows_of(const Meter& meter) {
    const RowLog& log = meter.events().log(id);
    const std::uint32_t count = std::min(log.end() - log.first(), EventRecorder::promised_rows);
    return {log.end() - count, count};
}

template <EventLogId id>
std::optional<UtcTime> time_of_row(const Meter& meter, std::uint32_t row, RowScratch& scratch) {
    return time_in_log(meter.events().log(id), row, scratch);
}

void write_column(const Meter& meter, const EventRow& row, const CaptureObject& column, dlms::DataWriter& out) {
    constexpr std::uint32_t hundredths = 100;
    if (column == log_time_column) {
        dlms::DateTime time = meter.clock().local_at(row.time);
        if (row.time_invalid) time.clock_status |= dlms::clock_invalid;
        out.octet_string(time);
    } else if (column.attribute.class_id == data_class_number) {
        out.unsigned_(row.code);
    } else if (column == power_failure_columns[1]) {
        out.double_long_unsigned(row.duration_cs / hundredths);
    } else if (column == quality_columns[3]) {
        out.double_long_unsigned(row.duration_cs);
    } else {
        out.double_long_unsigned(row.magnitude);
    }
}

template <EventLogId id>
bool write_row(const Meter& meter, std::uint32_t number, ColumnSet wanted, RowScratch&, dlms::DataWriter& out) {
    const auto row = meter.events().row(id, number);
    if (!row) return false;
    CaptureRoom room;
    const auto columns = columns_of<id>(meter, room);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!wanted.has(i)) continue;
        write_column(meter, *row, columns[i], out);
    }
    return true;
}

template <EventLogId id>
constexpr ProfileSource source_of() {
    return {
        .columns = columns_of<id>,
        .time_column = 0,
        .sort_method = SortMethod::first_in_first_out,
        .capture_period_s = [](const Meter&) { return std::uint32_t{0}; },
        .profile_entries = [](const Meter&) { return EventRecorder::promised_rows; },
        .rows = rows_of<id>,
        .time_of = time_of_row<id>,
        .write_row = write_row<id>,
        .max_row_size = 2 + 14 + 3 * 5,
        .reset =
            [](Meter& meter) {
                return meter.clear_event_log(id) ? dlms::ActionResult::success : dlms::ActionResult::hardware_fault;
            },
        .capture = nullptr,
    };
}

}  // namespace

constinit const ProfileSource standard_log = source_of<EventLogId::standard>();
constinit const ProfileSource fraud_log = source_of<EventLogId::fraud>();
constinit const ProfileSource disconnector_log = source_of<EventLogId::disconnector>();
constinit const ProfileSource firmware_log = source_of<EventLogId::firmware>();
constinit const ProfileSource quality_log = source_of<EventLogId::quality>();
constinit const ProfileSource communication_log = source_of<EventLogId::communication>();
constinit const ProfileSource power_failure_log = source_of<EventLogId::power_failure>();
constinit const ProfileSource recharge_log = source_of<EventLogId::recharge>();

}  // namespace blathy::meter
