#include "apps/blathy/net/poller.hpp"

#include <cerrno>
#include <stdexcept>

#include <unistd.h>

namespace blathy::apps {
namespace {

epoll_event event_of(Watcher& watcher, Poller::Interest interest) {
    epoll_event event{};
    event.events = interest == Poller::Interest::readable ? EPOLLIN : EPOLLOUT;
    event.data.ptr = &watcher;
    return event;
}

}  // namespace

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::runtime_error("the system has no descriptor left");
}

Poller::~Poller() {
    ::close(epoll_);
}

bool Poller::watch(int descriptor, Watcher& watcher, Interest interest) {
    epoll_event event = event_of(watcher, interest);
    return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool Poller::change(int descriptor, Watcher& watcher, Interest interest) {
    epoll_event event = event_of(watcher, interest);
    return ::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0;
}

void Poller::wait(std::chrono::milliseconds at_most) {
    const int ready =
        ::epoll_wait(epoll_, events_.data(), static_cast<int>(max_events), static_cast<int>(at_most.count()));
    for (int i = 0; i < ready; ++i) {
        const epoll_event event = events_[static_cast<std::size_t>(i)];
        auto& watcher = *static_cast<Watcher*>(event.data.ptr);
        // A connection that broke is readable too: the read says how.
        (event.events & EPOLLOUT) != 0 ? watcher.on_writable() : watcher.on_readable();
    }
}

}  // namespace blathy::apps
