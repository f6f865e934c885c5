// Where all that a listener hears comes together: opened, printed and counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "apps/blathy/client/push_printer.hpp"
#include "apps/blathy/listen/push_opener.hpp"
#include "station/push_receiver.hpp"

namespace blathy::apps {

class ReceivedPushes {
  public:
    // `count`: pushes until there are enough; 0: there never are.
    ReceivedPushes(const OutputOptions& output, std::uint64_t count, std::optional<PushOpener> opener)
        : opener_(std::move(opener)), printer_(output), count_(count) {}

    // For a receiver: what takes off the protection; none without keys.
    station::PushReceiver::Open open();

    void take(const std::string& peer, const station::Push& push);
    void complain_of(const std::string& peer, const std::string& why);

    [[nodiscard]] bool are_enough() const { return count_ > 0 && pushes_ >= count_; }
    // False: the output is gone.
    [[nodiscard]] bool can_write() const { return written_; }
    bool finish() { return printer_.finish(); }
    [[nodiscard]] std::string summary(std::chrono::steady_clock::duration elapsed) const;

  private:
    static constexpr std::size_t max_meters = 100'000;
    std::optional<PushOpener> opener_;
    PushPrinter printer_;
    std::uint64_t count_;
    std::uint64_t pushes_ = 0;
    std::uint64_t refused_ = 0;
    std::set<std::string> meters_;  // by address: the port changes from push to push
    bool written_ = true;
};

}  // namespace blathy::apps
