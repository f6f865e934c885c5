#include <memory>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "bench/wire/figures.hpp"
#include "bench/wire/servers.hpp"

namespace blathy::bench {
namespace {

meter::Interval household_interval() {
    meter::Interval interval;
    interval.duration_us = 200'000;
    for (auto& phase : interval.phase) {
        phase.voltage_mv = 230'000;
        phase.current_ua = 1'000'000;
        phase.active_power_mw = 230'000;
        phase.active_energy_mj = 46'000;
    }
    return interval;
}

}  // namespace

void print_memory() {
    const auto resident_with = [](std::size_t count) {
        int ends[2];
        if (::pipe(ends) != 0) std::exit(1);
        const Process process([&] {
            std::vector<std::unique_ptr<FleetMeter>> fleet;
            const meter::Interval interval = household_interval();
            for (std::size_t i = 0; i < count; ++i) {
                fleet.push_back(std::make_unique<FleetMeter>(static_cast<std::uint32_t>(i + 1)));
                // A minute of life, with what it saves.
                for (int step = 0; step < 300; ++step) fleet.back()->meter.advance(interval);
            }
            const std::uint64_t resident = resident_octets_of(::getpid());
            if (::write(ends[1], &resident, sizeof resident) != sizeof resident) std::exit(1);
            ::pause();
        });
        std::uint64_t resident = 0;
        if (::read(ends[0], &resident, sizeof resident) != sizeof resident) std::exit(1);
        ::close(ends[0]);
        ::close(ends[1]);
        return static_cast<double>(resident);
    };
    constexpr std::size_t many = 10'000;
    const double one = resident_with(1);
    const double all = resident_with(many);
    fmt::print("\nMemory (resident set of the process)\n");
    fmt::print("{:>26} {:>10.0f} kB\n", "with 1 meter", one / 1e3);
    fmt::print("{:>26} {:>10.0f} kB\n", "with 10,000 meters", all / 1e3);
    fmt::print("{:>26} {:>10.0f} octets, of which {} are the meter's state and the rest its flash\n", "a meter",
               (all - one) / (many - 1), sizeof(FleetMeter));
}

}  // namespace blathy::bench
