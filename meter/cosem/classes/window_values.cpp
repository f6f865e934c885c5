#include "meter/cosem/classes/window_values.hpp"

namespace blathy::meter {
namespace {

// The months in which daylight saving begins and ends are not known by a number.
bool has_known_month(const dlms::DateTime& time) {
    return time.date.month <= 12 || time.date.month == dlms::not_specified;
}

}  // namespace

void write_windows(dlms::DataWriter& out, const TimeWindows& windows) {
    out.array(windows.count);
    for (const TimeWindow& window : windows.view()) {
        out.structure(2);
        out.octet_string(window.start);
        out.octet_string(window.end);
    }
}

dlms::DataAccessResult read_windows(Bytes value, TimeWindows& windows) {
    dlms::DataReader in(value);
    bool served = true;
    const std::size_t count = in.array();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        in.structure(2);
        const dlms::DateTime start = in.date_time();
        const dlms::DateTime end = in.date_time();
        served = served && has_known_month(start) && has_known_month(end) && windows.add({start, end});
    }
    if (!in.complete()) return dlms::DataAccessResult::type_unmatched;
    return served ? dlms::DataAccessResult::success : dlms::DataAccessResult::other_reason;
}

}  // namespace blathy::meter
