// A span of time on a millisecond clock that wraps.
#pragma once

#include <cstdint>

namespace blathy::dlms {

class Pause {
  public:
    void start(std::uint32_t now_ms, std::uint32_t duration_ms) {
        start_ms_ = now_ms;
        duration_ms_ = duration_ms;
    }
    void extend_to(std::uint32_t now_ms, std::uint32_t duration_ms) {
        if (left_ms(now_ms) < duration_ms) start(now_ms, duration_ms);
    }
    [[nodiscard]] std::uint32_t left_ms(std::uint32_t now_ms) const {
        const std::uint32_t elapsed_ms = now_ms - start_ms_;
        return elapsed_ms < duration_ms_ ? duration_ms_ - elapsed_ms : 0;
    }
    [[nodiscard]] bool is_over(std::uint32_t now_ms) const { return left_ms(now_ms) == 0; }

  private:
    std::uint32_t start_ms_ = 0;
    std::uint32_t duration_ms_ = 0;
};

}  // namespace blathy::dlms
