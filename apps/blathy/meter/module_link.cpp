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
                                                                  DeskMeter& desk, const LinkLimits& limits,
                                                                  std::size_t slot) {
    std::unique_ptr<ModuleLink> link(new ModuleLink(poller, url, desk, limits, slot));
    auto server = listen_by_module(poller, url, desk.meter(), limits);
    if (!server) return fail(server.error());
    link->name_ = (*server)->url();
    // The port that the system chose stays.
    if (const auto bound = station::parse_url(link->name_, station::UrlUse::listen)) link->url_ = *bound;
    if (desk.meter().modules().carries(slot)) link->take_up(std::move(*server));
    return link;
}

void ModuleLink::take_up(std::unique_ptr<LinkServer> server) {
    server_ = std::move(server);
    server_->observe(this);
}

// What goes through it, the module counts, and whoever observes the link sees it.
void ModuleLink::on_frame(std::string_view peer, Direction direction, Bytes frame) {
    if (world::PlugInModule* const module = desk_.module(slot_)) {
        const bool to_meter = direction == Direction::to_meter;
        module->carry(to_meter ? frame.size() : 0, to_meter ? 0 : frame.size());
    }
    if (observer_ != nullptr) observer_->on_frame(peer, direction, frame);
}

void ModuleLink::after_wait() {
    if (server_) server_->after_wait();
}

void ModuleLink::close_idle_connections(Time now) {
    if (server_) server_->close_idle_connections(now);
}

void ModuleLink::run_timers(Time now) {
    const bool carried = desk_.meter().modules().carries(slot_);
    if (!carried) {
        server_.reset();
    } else if (!server_) {
        // Somebody may have taken the port meanwhile; it is tried again.
        if (auto server = listen_by_module(poller_, url_, desk_.meter(), limits_)) take_up(std::move(*server));
    }
    if (server_) server_->run_timers(now);
}

}  // namespace blathy::apps
