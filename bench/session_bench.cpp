// What a request costs the meter itself, without a wire: a GET plain and ciphered, and an association.
#include <array>
#include <vector>

#include <benchmark/benchmark.h>

#include "meter/server/session.hpp"

#include "bench/fleet_meter.hpp"
#include "tests/support/secured_client.hpp"

namespace {

using namespace blathy;

// AARQ of the public client, and GET-Request-Normal of class 1, 0-0:42.0.0.255, attribute 2.
std::array<std::uint8_t, 31> aarq = {0x60, 0x1D, 0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08,
                                     0x01, 0x01, 0xBE, 0x10, 0x04, 0x0E, 0x01, 0x00, 0x00, 0x00, 0x06,
                                     0x5F, 0x1F, 0x04, 0x00, 0x00, 0x7E, 0x1F, 0x04, 0xB0};
std::array<std::uint8_t, 13> get = {0xC0, 0x01, 0xC1, 0x00, 0x01, 0x00, 0x00, 0x2A, 0x00, 0x00, 0xFF, 0x02, 0x00};

struct Bench {
    bench::FleetMeter fleet{1};
    meter::Meter& meter = fleet.meter;
    meter::Session session{meter::client_sap_of(meter::Role::public_client), meter::management_logical_device};
    std::array<std::uint8_t, 4096> room{};
};

void plain_get_in_process(benchmark::State& state) {
    Bench bench;
    bench.session.receive(bench.meter, aarq, bench.room);
    for (auto _ : state) benchmark::DoNotOptimize(bench.session.receive(bench.meter, get, bench.room));
    state.SetItemsProcessed(state.iterations());
}

void association_in_process(benchmark::State& state) {
    Bench bench;
    for (auto _ : state) benchmark::DoNotOptimize(bench.session.receive(bench.meter, aarq, bench.room));
    state.SetItemsProcessed(state.iterations());
}

// Each request once: a counter is never taken twice.
void secured_get_in_process(benchmark::State& state) {
    Bench bench;
    test::SecuredClient client;
    auto request = client.aarq();
    meter::Session session{meter::client_sap_of(meter::Role::data_collection), meter::management_logical_device};
    session.receive(bench.meter, request, bench.room);
    std::vector<std::vector<std::uint8_t>> requests;
    for (std::int64_t i = 0; i < state.max_iterations; ++i) requests.push_back(client.get_energy());
    std::size_t next = 0;
    std::size_t answered = 0;
    for (auto _ : state) answered += session.receive(bench.meter, requests[next++], bench.room).size();
    if (answered != next * test::SecuredClient::energy_octets) state.SkipWithError("refused");
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(secured_get_in_process)->Iterations(300'000);
BENCHMARK(plain_get_in_process);
BENCHMARK(association_in_process);

}  // namespace
