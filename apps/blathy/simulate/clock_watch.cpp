#include "apps/blathy/simulate/clock_watch.hpp"

#include <algorithm>

namespace blathy::apps {

using namespace std::chrono;

void ClockWatch::look(meter::UtcTime true_time, meter::UtcTime clock) {
    drift_ = clock - true_time - set_by_;
    const auto since = floor<days>(true_time - looked_at_);
    if (since < days{1}) return;
    // After a long failure a day is one of many.
    worst_day_ = std::max(worst_day_, milliseconds{abs(drift_ - drift_before_).count() / since.count()});
    drift_before_ = drift_;
    looked_at_ = true_time;
}

}  // namespace blathy::apps
