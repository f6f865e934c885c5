// A serial line, on which meters push in UI frames.
#pragma once

#include <string>

#include "apps/blathy/listen/listener.hpp"
#include "station/link/stream.hpp"
#include "station/push_receiver.hpp"

namespace blathy::apps {

class LineListener final : public Listener {
  public:
    LineListener(station::Descriptor port, std::string name, ReceivedPushes& pushes);

    [[nodiscard]] int descriptor() const override { return port_.number(); }
    [[nodiscard]] bool is_over() const override { return is_gone_; }
    void on_readable() override;

  private:
    station::Descriptor port_;
    std::string name_;
    station::PushReceiver receiver_;
    bool is_gone_ = false;
};

}  // namespace blathy::apps
