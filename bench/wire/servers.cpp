#include "bench/wire/servers.hpp"

#include <cstdlib>

#include <unistd.h>

#include "apps/blathy/meter/hdlc_server.hpp"
#include "apps/blathy/meter/wrapper_server.hpp"
#include "meter/server/hdlc_port.hpp"

#include "bench/wire/echo.hpp"

namespace blathy::bench {
namespace {

template <class LinkServer>
[[noreturn]] void serve(apps::Poller& poller, Result<std::unique_ptr<LinkServer>, std::string> server, int port_pipe) {
    if (!server) std::exit(1);
    const std::uint16_t port = (*server)->port();
    if (::write(port_pipe, &port, sizeof port) != sizeof port) std::exit(1);
    while (true) {
        poller.wait(std::chrono::seconds{1});
        (*server)->after_wait();
    }
}

[[noreturn]] void serve_meter(Link link, int port_pipe) {
    apps::Poller poller;
    FleetMeter fleet_meter(1);
    station::Url url;
    url.host = "127.0.0.1";
    if (link == Link::wrapper) {
        serve(poller, apps::WrapperServer::listen(poller, url, fleet_meter.meter, {}), port_pipe);
    }
    const apps::MakeLinePort make_port = [&] {
        meter::HdlcPortSettings settings;
        settings.turnaround_ms = 0;
        return std::make_unique<apps::LinePortOf<meter::HdlcPort>>(fleet_meter.meter, settings);
    };
    serve(poller, apps::HdlcServer::listen(poller, url, make_port, {}), port_pipe);
}

}  // namespace

Server start_meter(Link link) {
    int ends[2];
    if (::pipe(ends) != 0) std::exit(1);
    Server server;
    server.process = std::make_unique<Process>([&] { serve_meter(link, ends[1]); });
    if (::read(ends[0], &server.port, sizeof server.port) != sizeof server.port) std::exit(1);
    ::close(ends[0]);
    ::close(ends[1]);
    return server;
}

Server start_echo(const Exchange& exchange, bool blocking) {
    Server server;
    const int listener = listen_at_loopback(server.port);
    server.process = std::make_unique<Process>([=] {
        const std::size_t request = exchange.request.size();
        blocking ? echo_blocking(listener, request, exchange.answer)
                 : echo_by_epoll(listener, request, exchange.answer);
    });
    ::close(listener);
    return server;
}

}  // namespace blathy::bench
