// An electrical pulse output (IEC 62053-31, S0): a contact that is closed for 30 ms a pulse, and open for as long at
// least before the next.
//
// Its pulses follow from the register that is billed, as those of the LED do: what comes too soon after the pulse
// before waits, and none is lost. The constant (Model::output_constant) leaves time for every pulse at the greatest
// power.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace blathy::meter {

class PulseContact {
  public:
    static constexpr std::uint32_t pulse_us = 30'000;
    static constexpr std::uint32_t shortest_period_us = 2 * pulse_us;

    // The register has grown from one reading to the other in the last `duration_us`.
    void advance(std::uint32_t pulses_per_kwh, std::uint64_t before_mj, std::uint64_t after_mj,
                 std::uint32_t duration_us);

    // Instants at which it closes, in microseconds after the beginning of that time. Valid until the next call.
    [[nodiscard]] std::span<const std::uint32_t> closings_us() const { return std::span(closings_us_).first(count_); }
    // Is it closed, so long after the beginning of that time?
    [[nodiscard]] bool closed(std::uint32_t at_us) const;

  private:
    // As many as there is time for in ten cycles at 40 Hz.
    static constexpr std::size_t most = 5;

    std::uint32_t owed_ = 0;
    std::array<std::uint32_t, most> closings_us_{};
    // From the last closing to the beginning and to the end of the time, or the shortest period.
    std::uint16_t since_at_begin_us_ = shortest_period_us;
    std::uint16_t since_at_end_us_ = shortest_period_us;
    std::uint8_t count_ = 0;
};

}  // namespace blathy::meter
