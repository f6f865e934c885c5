// A port of the meter that octets go into and come out of one after the other, whatever protocol it speaks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "dlms/iec62056_21/line.hpp"

namespace blathy::apps {

// The room that transmit() wants: the longest frame.
inline constexpr std::size_t line_port_room = 2048;

class LinePort {
  public:
    using Chunk = dlms::iec62056_21::Chunk;
    using LineSettings = dlms::iec62056_21::LineSettings;

    virtual ~LinePort() = default;
    virtual void receive(Bytes octets, std::uint32_t now_ms) = 0;
    virtual Chunk transmit(MutableBytes room, std::uint32_t now_ms) = 0;
    [[nodiscard]] virtual std::optional<std::uint32_t> wake_after_ms(std::uint32_t now_ms) const = 0;
    // Something may be pushed by this line: transmit() is worth a call.
    [[nodiscard]] virtual bool may_have_push() const = 0;
    // How the line is to be set when all that transmit() gave is out.
    [[nodiscard]] virtual LineSettings line() = 0;
    [[nodiscard]] virtual bool has_open_association() const = 0;
    [[nodiscard]] virtual bool has_proven_client() const = 0;
    virtual void reset() = 0;
};

// One of the core's ports, which have these functions and no base class.
template <class Port>
class LinePortOf final : public LinePort {
  public:
    template <class... Arguments>
    explicit LinePortOf(Arguments&&... arguments) : port_(std::forward<Arguments>(arguments)...) {}

    void receive(Bytes octets, std::uint32_t now_ms) override { port_.receive(octets, now_ms); }
    Chunk transmit(MutableBytes room, std::uint32_t now_ms) override { return port_.transmit(room, now_ms); }
    [[nodiscard]] std::optional<std::uint32_t> wake_after_ms(std::uint32_t now_ms) const override {
        return port_.wake_after_ms(now_ms);
    }
    [[nodiscard]] bool may_have_push() const override { return port_.may_have_push(); }
    [[nodiscard]] LineSettings line() override { return port_.line(); }
    [[nodiscard]] bool has_open_association() const override { return port_.has_open_association(); }
    [[nodiscard]] bool has_proven_client() const override { return port_.has_proven_client(); }
    void reset() override { port_.reset(); }

  private:
    Port port_;
};

using MakeLinePort = std::function<std::unique_ptr<LinePort>()>;

}  // namespace blathy::apps
