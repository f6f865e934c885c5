#include "meter/billing/profile_sources.hpp"

#include <algorithm>

#include "meter/cosem/dictionary.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

constexpr std::size_t widest_cell = 2 + dlms::DateTime::encoded_size;
constexpr std::size_t longest_daily_row = 2 + max_daily_columns * widest_cell;

// Objects of this meter: what nobody can read no profile captures.
bool has_all(const Meter& meter, std::span<const CaptureObject> columns) {
    return std::ranges::all_of(columns, [&](const CaptureObject& column) {
        const Object* object = meter.dictionary().find(column.attribute.instance);
        return object != nullptr && object->interface_class->id == column.attribute.class_id;
    });
}

template <ProfileId id>
ProfileRows rows_of(const Meter& meter) {
    const RowLog& log = meter.accounting().log(id);
    const std::uint32_t kept = log.end() - log.first();
    const std::uint32_t count = std::min(kept, promised_rows(meter.model(), id));
    return {log.end() - count, count};
}

template <ProfileId id>
std::uint32_t period_of(const Meter& meter) {
    constexpr auto interval = recording_interval_of(id);
    return interval ? meter.accounting().settings().recording_period_s[*interval] : 0U;
}

template <ProfileId id>
std::optional<UtcTime> time_of_row(const Meter& meter, std::uint32_t row, RowScratch& scratch) {
    return time_in_log(meter.accounting().log(id), row, scratch);
}

template <ProfileId id>
bool write_row(const Meter& meter, std::uint32_t row, ColumnSet wanted, RowScratch& scratch, dlms::DataWriter& out) {
    const RowLog& log = meter.accounting().log(id);
    if (!scratch.column_count) {
        const ProfileSettings settings = meter.accounting().profile(id);
        std::size_t count = 0;
        for (const CaptureObject& object : settings.columns.view()) {
            scratch.columns[count++] = column_of(meter.model(), object).value_or(Column{});
        }
        // A store that has lost the list has no names for what is in the log.
        scratch.column_count = meter.accounting().has_rows_of(id, settings) ? count : 0;
    }
    RowLog::Reader& reader = reader_of(log, scratch);
    if (*scratch.column_count == 0 || !reader.read(row)) return false;
    for (std::size_t i = 0; i < *scratch.column_count; ++i) {
        if (wanted.has(i)) write_cell(out, scratch.columns[i], reader.values()[i], meter.clock());
    }
    return true;
}

template <Billing billing>
dlms::ActionResult bill(Meter& meter) {
    return meter.account(&Accounting::bill, billing) ? dlms::ActionResult::success : dlms::ActionResult::hardware_fault;
}

// A row of a load profile in between would have no period.
template <ProfileId id>
constexpr dlms::ActionResult (*capture_of)(Meter&) = id == ProfileId::daily     ? bill<Billing::daily>
                                                     : id == ProfileId::monthly ? bill<Billing::monthly>
                                                                                : nullptr;

template <ProfileId id>
constexpr ProfileSource source_of() {
    return {
        .columns = [](const Meter& meter, CaptureRoom& room) -> std::span<const CaptureObject> {
            const ProfileSettings settings = meter.accounting().profile(id);
            std::ranges::copy(settings.columns.view(), room.begin());
            return std::span(room).first(settings.columns.count);
        },
        .time_column = 0,
        .sort_method = SortMethod::first_in_first_out,
        .capture_period_s = period_of<id>,
        .profile_entries = [](const Meter& meter) { return promised_rows(meter.model(), id); },
        .rows = rows_of<id>,
        .time_of = time_of_row<id>,
        .write_row = write_row<id>,
        // Time, status and the widest of what else there may be; Accounting::set_columns() refuses more.
        .max_row_size = id == ProfileId::monthly ? max_profile_row_size : longest_daily_row,
        .reset =
            [](Meter& meter) {
                return meter.account(&Accounting::clear, id) ? dlms::ActionResult::success
                                                             : dlms::ActionResult::hardware_fault;
            },
        .capture = capture_of<id>,
        .set_columns =
            [](Meter& meter, std::span<const CaptureObject> columns) {
                if (!has_all(meter, columns)) return dlms::DataAccessResult::other_reason;
                return meter.account(&Accounting::set_columns, id, columns) ? dlms::DataAccessResult::success
                                                                            : dlms::DataAccessResult::other_reason;
            },
        .set_capture_period =
            [](Meter& meter, std::uint32_t period_s) {
                constexpr auto interval = recording_interval_of(id);
                if (!interval) {
                    return period_s == 0 ? dlms::DataAccessResult::success : dlms::DataAccessResult::other_reason;
                }
                if (!RecordingSettings::valid(period_s)) return dlms::DataAccessResult::other_reason;
                const auto which = static_cast<RecordingInterval>(*interval);
                return meter.account(&Accounting::set_recording_period, which, static_cast<std::uint16_t>(period_s))
                           ? dlms::DataAccessResult::success
                           : dlms::DataAccessResult::hardware_fault;
            },
        .readable = [](const Meter& meter,
                       const ProfileRows& rows) { return meter.accounting().log(id).readable(rows.first, rows.count); },
        .form = [](const Meter& meter) { return meter.accounting().profile(id).form; },
    };
}

}  // namespace

constinit const ProfileSource load_profile_1 = source_of<ProfileId::load_1>();
constinit const ProfileSource load_profile_2 = source_of<ProfileId::load_2>();
constinit const ProfileSource average_profile = source_of<ProfileId::average>();
constinit const ProfileSource minimum_profile = source_of<ProfileId::minimum>();
constinit const ProfileSource maximum_profile = source_of<ProfileId::maximum>();
constinit const ProfileSource daily_billing = source_of<ProfileId::daily>();
constinit const ProfileSource monthly_billing = source_of<ProfileId::monthly>();

}  // namespace blathy::meter
