// What all ways to the meter have in common, as the program's main loop sees them.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "apps/blathy/meter/traffic.hpp"
#include "meter/meter.hpp"

namespace blathy::apps {

struct LinkLimits {
    // A connection on which no request was completed, and no answer left, for so long is closed.
    std::chrono::seconds idle{180};
    std::chrono::seconds idle_before_association{30};
    // One more takes the place of one without an association, or else of one whose client has proven nothing; when all
    // have, it is closed as it comes. Of UDP peers, the one that was silent for the longest is forgotten.
    std::size_t connections = 4000;
};

class LinkServer {
  public:
    using Time = std::chrono::steady_clock::time_point;

    virtual ~LinkServer() = default;

    // To be called after each of the poller's waits: lets go of connections that ended in it.
    virtual void after_wait() {}
    // To be called between waits, once a second or so.
    virtual void close_idle_connections(Time now) = 0;

    // Does what is due because time has passed (a turnaround is over, a peer is silent). To be called between waits.
    virtual void run_timers(Time /*now*/) {}
    // When there will be something to do.
    [[nodiscard]] virtual Time next_timer() const { return Time::max(); }

    // To be called between waits. Without power it falls silent: connections end, new ones are closed as they come, and
    // octets are lost. It keeps its place, so that it answers again at once.
    void follow_supply(const meter::Meter& meter) {
        const bool now = is_supplied_by(meter);
        if (supplied_ && !now) fall_silent();
        supplied_ = now;
    }

    virtual void observe(TrafficObserver* observer) = 0;
    [[nodiscard]] virtual std::size_t connections() const = 0;
    // Where it listens, with the port that the system chose if none was given.
    [[nodiscard]] virtual std::string url() const = 0;

  protected:
    [[nodiscard]] bool supplied() const { return supplied_; }

  private:
    [[nodiscard]] virtual bool is_supplied_by(const meter::Meter& meter) const { return meter.powered(); }
    virtual void fall_silent() = 0;

    bool supplied_ = true;
};

}  // namespace blathy::apps
