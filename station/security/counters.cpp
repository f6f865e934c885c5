#include "station/security/counters.hpp"

namespace blathy::station {

Result<std::uint32_t, Error> MemoryCounters::take() {
    if (const auto due = sent_.due(1)) sent_.set_reserved(*due);
    const auto value = sent_.take();
    if (!value) return fail(worn_out_error());
    return *value;
}

Result<bool, Error> MemoryCounters::advance_to(std::uint32_t value) {
    if (value <= sent_.next()) return false;
    if (value >= dlms::security::counter_alarm_level) return fail(counter_too_high_error(value));
    sent_ = dlms::security::SendCounter(value);
    return true;
}

void MemoryCounters::accept(std::uint32_t received) {
    if (!received_.is_new(received)) return;
    received_.set_reserved(received + 1);
    (void)received_.take(received);
}

Error worn_out_error() {
    return security_error("the invocation counter of this key has come to its end; give the meter a new key");
}

Error counter_too_high_error(std::uint32_t value) {
    return security_error("the meter names an invocation counter of " + std::to_string(value) +
                          ", which would use the key up; nothing proves that it is the meter who says so. If it is, "
                          "give it a new key");
}

}  // namespace blathy::station
