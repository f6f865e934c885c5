// A record for each push, as it comes: text, JSON lines or CSV.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "apps/blathy/client/command.hpp"
#include "station/push_receiver.hpp"

namespace blathy::apps {

class PushPrinter {
  public:
    explicit PushPrinter(const OutputOptions& options, std::FILE* file = stdout);

    // False: the output can't be written.
    bool print(std::chrono::system_clock::time_point received, const std::string& peer, const station::Push& push);
    bool finish();

  private:
    bool write(const std::string& text);

    OutputOptions options_;
    std::FILE* file_;
    int error_ = 0;
};

}  // namespace blathy::apps
