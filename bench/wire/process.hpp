// A part of a benchmark in a process of its own, so that its time and memory are its own.
#pragma once

#include <cstdint>
#include <functional>

#include <sys/types.h>

namespace blathy::bench {

class Process {
  public:
    // Runs `body` in a child, which ends with this object at the latest.
    explicit Process(const std::function<void()>& body);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] double cpu_seconds() const;  // used so far, user and system
    [[nodiscard]] std::uint64_t resident_octets() const;

  private:
    pid_t id_;
};

std::uint64_t resident_octets_of(pid_t id);

}  // namespace blathy::bench
