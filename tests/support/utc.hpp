// Instants, written short.
#pragma once

#include <chrono>

#include "dlms/date_time.hpp"

namespace blathy::test {

constexpr dlms::UtcTime utc(int y, unsigned m, unsigned d, int h = 0, int min = 0, int s = 0, int ms = 0) {
    using namespace std::chrono;
    return sys_days{year{y} / month{m} / day{d}} + hours{h} + minutes{min} + seconds{s} + milliseconds{ms};
}

}  // namespace blathy::test
