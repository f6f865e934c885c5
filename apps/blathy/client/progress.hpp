// How far a long read has come, on standard error if that is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace blathy::apps {

class Progress {
  public:
    // `expected` rows; 0: unknown.
    explicit Progress(std::uint64_t expected);

    void add_octets(std::size_t octets);
    void add_row() { ++rows_; }
    // Takes the line away.
    void finish();

  private:
    using Clock = std::chrono::steady_clock;
    void draw(Clock::time_point now);

    std::uint64_t expected_;
    std::uint64_t rows_ = 0;
    std::uint64_t octets_ = 0;
    bool enabled_;
    bool drawn_ = false;
    Clock::time_point start_;
    Clock::time_point next_;
};

// "[######........] 4800 of 9600 rows, 412.7 kB, 1.9 MB/s". The bar only if the number of rows is known.
std::string progress_line(std::uint64_t rows, std::uint64_t expected, std::uint64_t octets,
                          std::chrono::duration<double> elapsed);

}  // namespace blathy::apps
