#include <algorithm>

#include <fmt/format.h>

#include "dlms/wrapper.hpp"

#include "bench/wire/conversations.hpp"
#include "bench/wire/figures.hpp"
#include "bench/wire/servers.hpp"
#include "tests/support/secured_client.hpp"

namespace blathy::bench {
namespace {

constexpr std::uint16_t client_sap = 2;
constexpr std::uint16_t meter_sap = 1;

Exchange wrapped(const Octets& apdu, std::size_t answer) {
    Octets octets(dlms::WrapperHeader::size);
    ByteWriter out(octets);
    write(out, dlms::WrapperHeader{client_sap, meter_sap, static_cast<std::uint16_t>(apdu.size())});
    octets.insert(octets.end(), apdu.begin(), apdu.end());
    return {octets, dlms::WrapperHeader::size + answer};
}

}  // namespace

// No request may come twice, so each is ciphered beforehand and sent once, over the one connection that a client with
// these keys has.
void print_secured() {
    constexpr std::size_t requests = 60'000;
    test::SecuredClient client;
    Load load;
    load.greeting = {wrapped(client.aarq(), test::SecuredClient::aare_octets)};
    for (std::size_t i = 0; i < requests; ++i) {
        load.requests.push_back(wrapped(client.get_energy(), test::SecuredClient::energy_octets));
    }
    const Server meter = start_meter(Link::wrapper);
    load.port = meter.port;
    const double before = meter.process->cpu_seconds();
    const double meter_s = run_once(load);
    const double meter_us = (meter.process->cpu_seconds() - before) / requests * 1e6;

    const Server echo = start_echo(load.requests.front(), true);
    load.port = echo.port;
    load.greeting.clear();
    const double echo_s = run_once(load);

    fmt::print("\nGET of 1-0:1.8.0.255, authenticated and encrypted (suite 0), TCP, wrapper, one connection\n");
    fmt::print("{:>12} {:>12} {:>7} {:>12}\n", "meter req/s", "echo req/s", "ratio", "meter us CPU");
    fmt::print("{:>12.0f} {:>12.0f} {:>7.2f} {:>12.1f}\n", requests / meter_s, requests / echo_s, echo_s / meter_s,
               meter_us);
}

}  // namespace blathy::bench
