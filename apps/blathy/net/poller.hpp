// Readiness of many sockets: epoll, and nothing else.
//
// The meters' own connections run on this rather than on Asio's reactor, which costs each request one system call more
// (it rearms the descriptor for every wait) and each connection several times the memory. Asio serves the panel.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include <sys/epoll.h>

namespace blathy::apps {

// Something with a descriptor to watch.
class Watcher {
  public:
    virtual void on_readable() = 0;
    virtual void on_writable() {}

  protected:
    ~Watcher() = default;
};

class Poller {
  public:
    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    enum class Interest : std::uint8_t { readable, writable };
    // False: the system refused. `watcher` must outlive the watching; a descriptor that is closed is no longer watched.
    [[nodiscard]] bool watch(int descriptor, Watcher& watcher, Interest interest);
    bool change(int descriptor, Watcher& watcher, Interest interest);

    // Waits until something is ready, at most so long, and tells the watchers. A watcher must not be destroyed while
    // this runs.
    void wait(std::chrono::milliseconds at_most);

  private:
    static constexpr std::size_t max_events = 512;

    int epoll_;
    std::array<epoll_event, max_events> events_{};
};

}  // namespace blathy::apps
