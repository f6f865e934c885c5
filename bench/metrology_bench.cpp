// What a sample costs: the metrology alone with all that it does (harmonics, half-cycle values, events), and with the
// simulated world around it. One item is one sample set (all channels at one instant); `x_real_time` is how many meters
// one core could run.
#include <vector>

#include <benchmark/benchmark.h>

#include "meter/metrology/metrology.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "world/site.hpp"

namespace {

using namespace blathy;

world::Site loaded_site(const meter::Model& model) {
    world::Site site(model, world::AnalogFrontEnd::manufacture(model, 1));
    site.set_loads({.current_a = 5, .power_factor = 0.8});
    return site;
}

// Everything that a calibration can switch on.
meter::Calibration calibration() {
    meter::Calibration calibration;
    for (meter::PhaseCalibration& phase : calibration.phase) phase = {1000, 1000, 10'000, 4'000'000, 1000, 1000, 1000};
    return calibration;
}

void report(benchmark::State& state, const meter::Model& model) {
    const auto samples = static_cast<double>(state.iterations());
    state.SetItemsProcessed(state.iterations());
    state.counters["ns_per_sample_set"] =
        benchmark::Counter(samples * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["x_real_time"] = benchmark::Counter(samples / model.sample_rate_hz, benchmark::Counter::kIsRate);
}

void metrology(benchmark::State& state, const meter::Model& model) {
    world::Site site = loaded_site(model);
    std::vector<meter::Samples> second(model.sample_rate_hz);
    for (meter::Samples& samples : second) samples = site.next();
    meter::Metrology metrology(model, calibration());
    std::size_t next = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(metrology.push(second[next]));
        if (++next == second.size()) next = 0;
    }
    report(state, model);
}

void site_and_metrology(benchmark::State& state, const meter::Model& model) {
    world::Site site = loaded_site(model);
    meter::Metrology metrology(model, calibration());
    for (auto _ : state) benchmark::DoNotOptimize(metrology.push(site.next()));
    report(state, model);
}

BENCHMARK_CAPTURE(metrology, single_phase, meter::sed102);
BENCHMARK_CAPTURE(metrology, three_phases, meter::sed302);
BENCHMARK_CAPTURE(site_and_metrology, three_phases, meter::sed302);

}  // namespace
