#include "world/latching_relay.hpp"

#include <algorithm>

namespace blathy::world {
namespace {

// A current that makes an arc worth the name.
constexpr double load_a = 0.1;
// Of an operation under load beyond the promised life.
constexpr double weld_probability = 0.02;

}  // namespace

LatchingRelay::LatchingRelay(const meter::Relay& relay, bool closed, std::uint64_t seed)
    : relay_(relay), closed_(closed), random_(seed) {}

std::size_t LatchingRelay::pole_of(std::size_t phase) const {
    return std::min<std::size_t>(phase, std::max<std::size_t>(relay_.poles, 1) - 1);
}

void LatchingRelay::pulse(meter::RelayPulse pulse, const std::array<double, meter::max_phases>& current_a) {
    if (pulse == meter::RelayPulse::none || jammed_) return;
    const bool closes = pulse == meter::RelayPulse::close;
    if (closes == closed_) return;
    closed_ = closes;
    if (closes) return;
    const bool loaded = std::ranges::any_of(current_a, [](double current) { return current > load_a; });
    ++(loaded ? operations_.on_load : operations_.off_load);
    const bool worn = relay_.on_load_operations != 0 && operations_.on_load > relay_.on_load_operations;
    for (std::size_t phase = 0; phase < current_a.size(); ++phase) {
        if (worn && current_a[phase] > load_a && random_.uniform() < weld_probability) weld(phase);
    }
}

}  // namespace blathy::world
