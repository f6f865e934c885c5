// What the display shows, and when: a list of items in turn, by itself or at the press of the button.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "dlms/date_time.hpp"
#include "dlms/obis.hpp"
#include "meter/display/lcd.hpp"
#include "meter/quantity/quantity.hpp"

namespace blathy::meter {

struct DisplaySettings {
    std::chrono::milliseconds item_time{6'000};        // auto scroll
    std::chrono::milliseconds manual_time{30'000};     // without a press, from manual back to auto scroll
    std::chrono::milliseconds backlight_time{60'000};  // after a press
    std::chrono::milliseconds test_time{3'000};        // all segments, after power up
};

// Local time and date as display items (1-0:0.9.1 and 1-0:0.9.2).
inline constexpr dlms::Obis display_time(1, 0, 0, 9, 1);
inline constexpr dlms::Obis display_date(1, 0, 0, 9, 2);

// Those that a model does not have are passed over.
std::span<const dlms::Obis> default_display_items();

class Display {
  public:
    // Time passes: scroll on, fall back to auto scroll, switch the light off.
    void advance(std::chrono::microseconds duration, const Measurements& measurements);
    // The display button goes down.
    void press(const Measurements& measurements);

    // The glass as it is now.
    [[nodiscard]] Lcd render(const Measurements& measurements, const dlms::DateTime& local_now) const;
    // The code of the item shown; none during the segment test.
    [[nodiscard]] std::optional<dlms::Obis> item() const;

  private:
    void next(const Measurements& measurements);
    [[nodiscard]] bool testing() const { return since_power_up_ < settings_.test_time; }

    DisplaySettings settings_{};
    std::size_t index_ = 0;
    std::chrono::microseconds since_power_up_{0};
    std::chrono::microseconds on_item_{0};
    std::chrono::microseconds since_press_{std::chrono::hours{1}};
    bool manual_ = false;
};

}  // namespace blathy::meter
