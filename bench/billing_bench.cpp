// What it costs to get from energy to the bill: state and flash of a meter, rows captured and read, years lived.
#include <benchmark/benchmark.h>

#include "meter/billing/profile_sources.hpp"
#include "meter/models/sed302.hpp"
#include "meter/profile/profile.hpp"
#include "meter/server/association.hpp"
#include "world/simulation/lived_meter.hpp"

namespace {

using namespace blathy;
using namespace std::chrono;

constexpr meter::UtcTime start = sys_days{year{2026} / 1 / 1};

void simulated_days(benchmark::State& state) {
    world::LivedMeter lived(meter::sed302, start);
    world::Life life(meter::sed302, start, start + days{100'000}, 1, {.interval = seconds{state.range(0)}});
    const auto steps = 86'400 / state.range(0);
    for (auto _ : state) {
        for (std::int64_t i = 0; i < steps; ++i) lived.live(life.next());
    }
    state.counters["years/s"] =
        benchmark::Counter(static_cast<double>(state.iterations()) / 365.25, benchmark::Counter::kIsRate);
    state.counters["state_octets"] = sizeof(meter::Meter) + sizeof(meter::Store);
}

void interval_without_boundary(benchmark::State& state) {
    world::LivedMeter lived(meter::sed302, start);
    meter::Interval interval;
    interval.duration_us = 1;
    interval.phase[0].active_energy_mj = 1;
    for (auto _ : state) benchmark::DoNotOptimize(lived.meter().advance(interval));
    state.SetItemsProcessed(state.iterations());
}

void rows_captured(benchmark::State& state) {
    world::NorFlash flash(meter::flash_sectors);
    meter::RowLog log(flash, {0, 28});
    log.mount(0, 8);
    std::array<std::int64_t, 8> row{};
    for (auto _ : state) {
        for (std::size_t i = 0; i < row.size(); ++i) row[i] += static_cast<std::int64_t>(100 * (i + 1));
        benchmark::DoNotOptimize(log.append(row));
    }
    state.SetItemsProcessed(state.iterations());
}

void rows_streamed(benchmark::State& state) {
    world::LivedMeter lived(meter::sed302, start);
    // A load changes within a recording interval, and rows of its means are shorter.
    world::Life life(meter::sed302, start, start + days{110}, 1, {.interval = seconds{60}});
    while (!life.over()) lived.live(life.next());
    const meter::RowLog& log = lived.meter().accounting().log(meter::ProfileId::load_1);
    meter::RowLog::Reader reader(log);
    std::uint32_t row = log.first();
    for (auto _ : state) {
        benchmark::DoNotOptimize(reader.read(row));
        if (++row == log.end()) row = log.first();
    }
    state.SetItemsProcessed(state.iterations());
    std::size_t octets = 0;
    constexpr std::uint32_t rows_of_100_days = 9600;
    for (const auto id : {meter::ProfileId::load_1, meter::ProfileId::load_2}) {
        const meter::RowLog& of_profile = lived.meter().accounting().log(id);
        octets += of_profile.octets_since(of_profile.end() - rows_of_100_days) + world::NorFlash::default_sector_size;
    }
    state.counters["flash_octets_of_100_days"] = static_cast<double>(octets);
}

// The buffer of load profile 1 as it leaves for a client, in each form.
void rows_sent(benchmark::State& state) {
    world::LivedMeter lived(meter::sed302, start);
    // A load changes within a recording interval, and rows of its means are shorter.
    world::Life life(meter::sed302, start, start + days{110}, 1, {.interval = seconds{60}});
    while (!life.over()) lived.live(life.next());
    if (!lived.meter().account(&meter::Accounting::set_buffer_form, meter::ProfileId::load_1,
                               static_cast<meter::BufferForm>(state.range(0)))) {
        return state.SkipWithError("the form was not kept");
    }
    const meter::Object* object = lived.meter().dictionary().find(name_of(meter::ProfileId::load_1));
    const meter::Association association;
    std::vector<std::uint8_t> room(4096);
    std::size_t octets = 0;
    for (auto _ : state) {
        octets = 0;
        meter::Cursor cursor;
        do {
            ByteWriter writer(room);
            dlms::DataWriter out(writer);
            (void)meter::profile::read_buffer(meter::load_profile_1, {lived.meter(), *object, association, nullptr},
                                              cursor, out);
            octets += writer.size();
        } while (cursor.more);
    }
    const std::uint32_t rows = meter::load_profile_1.rows(lived.meter()).count;
    state.SetItemsProcessed(state.iterations() * rows);
    state.counters["octets_a_row"] = static_cast<double>(octets) / rows;
    state.counters["octets"] = static_cast<double>(octets);
}

BENCHMARK(simulated_days)->Arg(60)->Arg(300)->Arg(900);
BENCHMARK(interval_without_boundary);
BENCHMARK(rows_captured);
BENCHMARK(rows_streamed);
BENCHMARK(rows_sent)->ArgName("form")->Arg(0)->Arg(1)->Arg(2);

}  // namespace
