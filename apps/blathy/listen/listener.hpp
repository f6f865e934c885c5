// Hears pushes at an address of this machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "apps/blathy/listen/received_pushes.hpp"
#include "apps/blathy/net/poller.hpp"
#include "base/result.hpp"
#include "station/url.hpp"

namespace blathy::apps {

class Listener : public Watcher {
  public:
    explicit Listener(ReceivedPushes& pushes) : pushes_(pushes) {}
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;
    [[nodiscard]] virtual int descriptor() const = 0;
    // What can't be done while the watchers run.
    virtual void after_wait() {}
    // Nothing will come any more.
    [[nodiscard]] virtual bool is_over() const { return false; }

  protected:
    [[nodiscard]] ReceivedPushes& pushes() const { return pushes_; }

  private:
    ReceivedPushes& pushes_;
};

struct OpenListener {
    std::string at;  // its URL, with the port that was found
    std::unique_ptr<Listener> listener;
};

// `max_connections`: of TCP; the one silent longest makes room. `pushes` and `poller` must outlive the listener.
Result<OpenListener, station::Error> open_listener(const station::Url& url, std::size_t max_connections,
                                                   ReceivedPushes& pushes, Poller& poller);

// The clock of receivers.
inline std::uint32_t listening_time_ms() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace blathy::apps
