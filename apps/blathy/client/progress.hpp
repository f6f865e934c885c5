// How far a long read has come, on standard error if that is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace blathy::apps {

class Progress {
  public:
    // `expected` 0: unknown.
    Progress(std::uint64_t expected, std::string unit);

    void advance();
    // Takes the line away.
    void finish();

  private:
    void draw();

    std::uint64_t expected_;
    std::string unit_;
    std::uint64_t count_ = 0;
    bool enabled_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace blathy::apps
