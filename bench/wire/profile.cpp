#include "station/profile.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "station/client.hpp"

#include "bench/wire/conversations.hpp"
#include "bench/wire/figures.hpp"
#include "bench/wire/servers.hpp"

namespace blathy::bench {
namespace {

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

constexpr dlms::AttributeDescriptor buffer{7, test_profile_name, 2};

struct Reading {
    double seconds = 0;
    std::size_t octets = 0;
    std::size_t rows = 0;
};

// As a program reads it that uses the client library: each row as a value.
Reading read_rows(std::uint16_t port, std::uint16_t max_pdu) {
    station::Url url;
    url.host = "127.0.0.1";
    url.port = port;
    station::Options options;
    options.link.client_sap = 2;
    const auto password = as_bytes("DEMO-PASSWORD");
    options.association.password = station::Octets(password.begin(), password.end());
    options.association.max_receive_pdu_octets = max_pdu;
    auto client = station::Client::connect(url, options);
    if (!client) return {};
    Reading reading;
    const auto count_row = [&](const station::Value&) -> Result<void, station::Error> {
        ++reading.rows;
        return {};
    };
    station::ElementStream rows(count_row, {}, 0);
    const auto start = Clock::now();
    const auto done = client->get(buffer, {}, [&](Bytes piece) {
        reading.octets += piece.size();
        return rows.put(piece);
    });
    if (!done || !rows.finish()) return {};
    reading.seconds = Seconds(Clock::now() - start).count();
    return reading;
}

template <class Measure>
double best_of(int times, Measure&& measure) {
    double best = std::numeric_limits<double>::max();
    for (int i = 0; i < times; ++i) best = std::min(best, measure());
    return best;
}

}  // namespace

void print_profile() {
    constexpr int times = 5;
    const Server meter = start_meter(Link::wrapper);
    fmt::print("\nProfile of {} rows, {} columns over TCP, wrapper, on loopback; best of {}\n", test_profile_rows,
               test_profile_columns, times);
    fmt::print("{:>12} {:>10} {:>8} {:>12} {:>12} {:>7} {:>18}\n", "PDU octets", "octets", "blocks", "meter s",
               "echo s", "ratio", "client library s");
    for (const std::uint16_t max_pdu : {std::uint16_t{1024}, std::uint16_t{0xFFFF}}) {
        const Reading first = read_rows(meter.port, max_pdu);
        const Conversation conversation = profile_by_wrapper(max_pdu, first.octets);
        Load load;
        load.port = meter.port;
        load.greeting = conversation.greeting;
        load.requests = conversation.requests;
        const double meter_s = best_of(times, [&] { return run_once(load); });

        // The echo knows one size of request and answer: those of a block in the middle.
        const Exchange& middle = conversation.requests[conversation.requests.size() / 2];
        const Server echo = start_echo(middle, true);
        load.port = echo.port;
        load.greeting.clear();
        load.requests.assign(conversation.requests.size(), middle);
        const double echo_s = best_of(times, [&] { return run_once(load); });

        const double client_s = best_of(times, [&] { return read_rows(meter.port, max_pdu).seconds; });
        fmt::print("{:>12} {:>10} {:>8} {:>12.4f} {:>12.4f} {:>7.2f} {:>18.4f}\n", max_pdu, first.octets,
                   conversation.requests.size(), meter_s, echo_s, echo_s / meter_s, client_s);
        if (first.rows != test_profile_rows) fmt::print("  {} rows came!\n", first.rows);
    }
}

}  // namespace blathy::bench
