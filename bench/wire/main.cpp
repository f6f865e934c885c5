// Requests a second over loopback beside a bare echo of the same octets, CPU for each, and memory for each meter.
//
// Every server runs in a process of its own, the load in this one.

#include <csignal>
#include <cstdio>

#include "bench/wire/figures.hpp"

int main() {
    std::signal(SIGPIPE, SIG_IGN);
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    blathy::bench::print_throughput();
    blathy::bench::print_secured();
    blathy::bench::print_profile();
    blathy::bench::print_memory();
}
