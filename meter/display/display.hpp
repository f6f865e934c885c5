// What the display shows, and when: lists of items in turn, by themselves or at the press of the button.
//
//     mains    segment test, then auto scroll; a press begins the manual list, and without another one it goes back
//     battery  dark; a press shows the list for this case for a while, each further press the next item of it
//     neither  dark
//
// Held for two seconds the button leads back: from the manual list to auto scroll, from auto scroll to a segment test,
// without mains into the dark.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "dlms/date_time.hpp"
#include "dlms/obis.hpp"
#include "meter/display/items.hpp"
#include "meter/display/lcd.hpp"
#include "meter/display/settings.hpp"
#include "meter/display/shown_value.hpp"

namespace blathy::meter {

// Of the beeper, as bits.
enum Sound : std::uint8_t {
    sound_key = 0x01,      // a button went down
    sound_done = 0x02,     // what the sealed button is for was done
    sound_refused = 0x04,  // it was not
    sound_alarm = 0x08,
};

// What the controller of the glass lives on.
enum class DisplaySupply : std::uint8_t { mains, battery, none };

// Below it a battery is left to the clock.
inline constexpr std::uint16_t display_battery_mv = 2500;

class Display {
  public:
    static constexpr std::chrono::seconds test_time{3};     // all segments, after power up and on demand
    static constexpr std::chrono::seconds message_time{3};  // what the sealed button has done
    static constexpr std::chrono::seconds hold_time{2};     // from then on a press is a long one

    Display(const Model& model, const Store& store);

    [[nodiscard]] const DisplaySettings& settings() const { return settings_; }
    [[nodiscard]] DisplayItems items(const Store& store, DisplayList list) const;
    // Durable and in force if there is no fault, else everything is as it was. It is the store of the constructor and
    // of the readings.
    [[nodiscard]] DisplayFault configure(Store& store, const DisplaySettings& settings);
    // A list that is being shown begins anew.
    [[nodiscard]] DisplayFault set_items(Store& store, DisplayList list, const DisplayItems& items,
                                         const Readings& readings);
    // The meter shows it, or could: the item is a number, a time or a date.
    [[nodiscard]] static bool can_show(const Readings& readings, const dlms::Obis& item);

    // Time passes: scroll on, fall back, switch the light off.
    void advance(std::chrono::microseconds duration, const Readings& readings);
    void set_supply(DisplaySupply supply);
    // The display button goes down or up.
    void push_button(bool down, const Readings& readings);
    void press(const Readings& readings);
    // Says whether the sealed button's demand reset was done.
    void confirm(bool done);
    void sound(Sound which);
    // What the beeper is to play since this was last asked; Sound.
    std::uint8_t take_sounds();

    // The glass as it is now.
    [[nodiscard]] Lcd render(const Readings& readings, const dlms::DateTime& local_now) const;
    // The code of the item shown; none during the segment test and in the dark.
    [[nodiscard]] std::optional<dlms::Obis> item() const;
    [[nodiscard]] bool testing() const { return mode_ == Mode::test; }
    [[nodiscard]] bool dark() const { return mode_ == Mode::dark; }

  private:
    enum class Mode : std::uint8_t { test, automatic, manual, dark, on_battery };
    enum class Message : std::uint8_t { none, done, failed };

    // Longer than any time that is set; it stops there.
    using Elapsed = std::chrono::duration<std::uint32_t, std::micro>;

    [[nodiscard]] DisplayList list() const;
    [[nodiscard]] bool has_message() const { return message_ != Message::none && since_press_ < message_time; }
    void test();
    void enter(Mode mode, const Readings& readings);
    void show_from(std::size_t index, const Readings& readings);
    void next(const Readings& readings) { show_from(index_ + std::size_t{1}, readings); }
    void press_briefly(const Readings& readings);
    void hold(const Readings& readings);

    DisplaySettings settings_;
    std::optional<dlms::Obis> item_;
    std::uint8_t index_ = 0;       // of the item, in its list
    std::uint8_t kept_lists_ = 0;  // one bit a list that the store has
    DisplaySupply supply_ = DisplaySupply::mains;
    Mode mode_ = Mode::test;
    Message message_ = Message::none;
    std::uint8_t sounds_ = 0;
    bool down_ = false;
    bool held_ = false;  // this press has been a long one already
    Elapsed down_for_{0};
    Elapsed on_item_{0};  // or since the segment test began
    Elapsed since_press_ = Elapsed::max();
};

}  // namespace blathy::meter
