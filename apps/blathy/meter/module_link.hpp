// A link that a plug-in module carries: it listens while the module is plugged in, alive and on its network, and is
// gone, with its connections, while it is not.
#pragma once

#include <memory>
#include <string>

#include "apps/blathy/meter/desk_meter.hpp"
#include "apps/blathy/meter/link_server.hpp"
#include "apps/blathy/net/poller.hpp"
#include "base/result.hpp"
#include "station/url.hpp"

namespace blathy::apps {

class ModuleLink final : public LinkServer, private TrafficObserver {
  public:
    // Tries to listen, so that what can't be is known at once. The error is a sentence.
    static Result<std::unique_ptr<ModuleLink>, std::string> make(Poller& poller, const station::Url& url,
                                                                 DeskMeter& desk, const LinkLimits& limits,
                                                                 std::size_t slot);

    void after_wait() override;
    void close_idle_connections(Time now) override;
    void run_timers(Time now) override;
    [[nodiscard]] Time next_timer() const override { return server_ ? server_->next_timer() : Time::max(); }
    void observe(TrafficObserver* observer) override { observer_ = observer; }
    [[nodiscard]] std::size_t connections() const override { return server_ ? server_->connections() : 0; }
    [[nodiscard]] std::string url() const override { return name_; }
    [[nodiscard]] bool listens() const { return server_ != nullptr; }

  private:
    ModuleLink(Poller& poller, const station::Url& url, DeskMeter& desk, const LinkLimits& limits, std::size_t slot)
        : poller_(poller), url_(url), desk_(desk), limits_(limits), slot_(slot) {}

    // It lives as long as its module, which outlasts the mains by some seconds.
    [[nodiscard]] bool is_supplied_by(const meter::Meter& /*meter*/) const override { return true; }
    void fall_silent() override {}
    void on_frame(std::string_view peer, Direction direction, Bytes frame) override;
    void take_up(std::unique_ptr<LinkServer> server);

    Poller& poller_;
    station::Url url_;
    std::string name_;
    DeskMeter& desk_;
    LinkLimits limits_;
    std::size_t slot_;
    TrafficObserver* observer_ = nullptr;
    std::unique_ptr<LinkServer> server_;
};

}  // namespace blathy::apps
