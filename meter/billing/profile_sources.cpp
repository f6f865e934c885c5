#include "meter/billing/profile_sources.hpp"

#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

constexpr std::size_t widest_cell = 2 + dlms::DateTime::encoded_size;

template <ProfileId id>
ProfileRows rows_of(const Meter& meter) {
    const RowLog& log = meter.accounting().log(id);
    const std::uint32_t kept = log.end() - log.first();
    const std::uint32_t count = std::min(kept, promised_rows(meter.model(), id));
    return {log.end() - count, count};
}

template <ProfileId id>
std::uint32_t period_of(const Meter& meter) {
    if (id == ProfileId::daily || id == ProfileId::monthly) return 0;
    return meter.accounting().settings().recording_period_s[id == ProfileId::load_1 ? 0 : 1];
}

// A row that rotted has the time of the newest one before it.
template <ProfileId id>
UtcTime time_of_row(const Meter& meter, std::uint32_t row) {
    const RowLog& log = meter.accounting().log(id);
    RowValues cells{};
    for (; row != log.first(); --row) {
        if (log.read(row, cells)) break;
    }
    if (row == log.first() && !log.read(row, cells)) return UtcTime{};
    return UtcTime{std::chrono::milliseconds{cells[0] >> 1}};
}

template <ProfileId id>
void write_row(const Meter& meter, std::uint32_t row, ColumnSet wanted, dlms::DataWriter& out) {
    RowValues cells{};
    const bool found = meter.accounting().log(id).read(row, cells);
    const auto columns = meter.accounting().columns(id);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!wanted.has(i)) continue;
        const auto column = column_of(meter.model(), columns[i]);
        if (found && column) {
            write_cell(out, *column, cells[i], meter.clock());
        } else {
            out.null_data();
        }
    }
}

template <ProfileId id>
constexpr ProfileSource source_of() {
    return {
        .columns = [](const Meter& meter) { return meter.accounting().columns(id); },
        .time_column = 0,
        .sort_method = SortMethod::first_in_first_out,
        .capture_period_s = period_of<id>,
        .profile_entries = [](const Meter& meter) { return promised_rows(meter.model(), id); },
        .rows = rows_of<id>,
        .time_of = time_of_row<id>,
        .write_row = write_row<id>,
        // Time, status and the widest of what else there may be; Accounting::set_columns() refuses more.
        .max_row_size = id == ProfileId::monthly ? max_profile_row_size : 2 + max_daily_columns * widest_cell,
        .reset =
            [](Meter& meter) {
                return meter.account(&Accounting::clear, id) ? dlms::ActionResult::success
                                                             : dlms::ActionResult::hardware_fault;
            },
        .capture = nullptr,
        .set_columns =
            [](Meter& meter, std::span<const CaptureObject> columns) {
                return meter.account(&Accounting::set_columns, id, columns) ? dlms::DataAccessResult::success
                                                                            : dlms::DataAccessResult::other_reason;
            },
        .set_capture_period =
            [](Meter& meter, std::uint32_t period_s) {
                const bool periodic = id != ProfileId::daily && id != ProfileId::monthly;
                if (!periodic) {
                    return period_s == 0 ? dlms::DataAccessResult::success : dlms::DataAccessResult::other_reason;
                }
                if (!RecordingSettings::valid(period_s)) return dlms::DataAccessResult::other_reason;
                const auto which = id == ProfileId::load_1 ? RecordingInterval::first : RecordingInterval::second;
                return meter.account(&Accounting::set_recording_period, which, static_cast<std::uint16_t>(period_s))
                           ? dlms::DataAccessResult::success
                           : dlms::DataAccessResult::hardware_fault;
            },
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
