// A SED302 on a flash that a test reaches into: it starts anew on what is there, and keeps what it tells.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/support/bench.hpp"

namespace blathy::meter {

class MeterOnFlash {
  public:
    void start(UtcTime now) {
        meter_.reset();
        store_.emplace(flash_);
        store_->mount();
        meter_.emplace(sed302, Identity(sed302, 1), Configuration{}, *store_, now, hook_,
                       test::security_ports(entropy_));
    }
    Meter& meter() { return *meter_; }
    Store& store() { return *store_; }
    test::MemoryFlash& flash() { return flash_; }
    // Details of the events of a kind, oldest first.
    [[nodiscard]] std::vector<std::int64_t> told(EventKind kind) const {
        std::vector<std::int64_t> details;
        for (const Event& event : told_) {
            if (event.kind == kind) details.push_back(event.detail);
        }
        return details;
    }
    void forget_what_was_told() { told_.clear(); }

  private:
    test::MemoryFlash flash_{flash_sectors, 4096};
    test::CountingEntropy entropy_;
    std::vector<Event> told_;
    EventHook hook_{
        [](void* context, const Event& event) { static_cast<MeterOnFlash*>(context)->told_.push_back(event); }, this};
    std::optional<Store> store_;
    std::optional<Meter> meter_;
};

}  // namespace blathy::meter
