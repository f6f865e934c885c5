#include "apps/blathy/meter/module_link.hpp"

#include "apps/blathy/meter/listen.hpp"

namespace blathy::apps {
namespace {

// The setups of the meter's own lines are not those of a module.
Result<std::unique_ptr<LinkServer>, std::string> listen_by_module(Poller& poller, const station::Url& url,
                                                                  meter::Meter& meter, const LinkLimits& limits) {
    TakenLines taken{true, true};
    return listen_at(poller, url, meter, limits, taken);
}

}  // namespace

Result<std::unique_ptr<ModuleLink>, std::string> ModuleLink::make(Poller& poller, const station::Url& url,
                                                                  meter::Meter& meter, const LinkLimits& limits,
                                                                  std::size_t slot) {
    std::unique_ptr<ModuleLink> link(new ModuleLink(poller, url, meter, limits, slot));
    auto server = listen_by_module(poller, url, meter, limits);
    if (!server) return fail(server.error());
    link->name_ = (*server)->url();
    // The port that the system chose stays.
    if (const auto bound = station::parse_url(link->name_, station::UrlUse::listen)) link->url_ = *bound;
    if (meter.modules().carries(slot)) link->server_ = std::move(*server);
    return link;
}

void ModuleLink::after_wait() {
    if (server_) server_->after_wait();
}

void ModuleLink::close_idle_connections(Time now) {
    if (server_) server_->close_idle_connections(now);
}

void ModuleLink::run_timers(Time now) {
    const bool carried = meter_.modules().carries(slot_);
    if (!carried) {
        server_.reset();
    } else if (!server_) {
        // Somebody may have taken the port meanwhile; it is tried again.
        if (auto server = listen_by_module(poller_, url_, meter_, limits_)) {
            server_ = std::move(*server);
            server_->observe(observer_);
        }
    }
    if (server_) server_->run_timers(now);
}

void ModuleLink::observe(TrafficObserver* observer) {
    observer_ = observer;
    if (server_) server_->observe(observer);
}

}  // namespace blathy::apps
