// How long a test waits for others.
#pragma once

namespace blathy::test {

// Far beyond what anything takes on the slowest machine; only a hang reaches it.
inline constexpr int silence_limit_ms = 120'000;

}  // namespace blathy::test
