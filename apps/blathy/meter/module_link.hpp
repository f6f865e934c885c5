// A link that a plug-in module carries: it listens while the module is plugged in, alive and on its network, and is
// gone, with its connections, while it is not.
#pragma once

#include <memory>
#include <string>

#include "apps/blathy/meter/link_server.hpp"
#include "apps/blathy/net/poller.hpp"
#include "base/result.hpp"
#include "meter/meter.hpp"
#include "station/url.hpp"

namespace blathy::apps {

class ModuleLink final : public LinkServer {
  public:
    // Tries to listen, so that what can't be is known at once. The error is a sentence.
    static Result<std::unique_ptr<ModuleLink>, std::string> make(Poller& poller, const station::Url& url,
                                                                 meter::Meter& meter, const LinkLimits& limits,
                                                                 std::size_t slot);

    void after_wait() override;
    void close_idle_connections(Time now) override;
    void run_timers(Time now) override;
    [[nodiscard]] Time next_timer() const override { return server_ ? server_->next_timer() : Time::max(); }
    void observe(TrafficObserver* observer) override;
    [[nodiscard]] std::size_t connections() const override { return server_ ? server_->connections() : 0; }
    [[nodiscard]] std::string url() const override { return name_; }
    [[nodiscard]] bool listens() const { return server_ != nullptr; }

  private:
    ModuleLink(Poller& poller, const station::Url& url, meter::Meter& meter, const LinkLimits& limits, std::size_t slot)
        : poller_(poller), url_(url), meter_(meter), limits_(limits), slot_(slot) {}

    Poller& poller_;
    station::Url url_;
    std::string name_;
    meter::Meter& meter_;
    LinkLimits limits_;
    std::size_t slot_;
    TrafficObserver* observer_ = nullptr;
    std::unique_ptr<LinkServer> server_;
};

}  // namespace blathy::apps
