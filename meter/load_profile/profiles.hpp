// The profiles that a meter keeps: which there are, what each captures, and how many rows it promises.
#pragma once

#include <array>
#include <chrono>

#include "base/fixed_list.hpp"
#include "meter/event/event_codes.hpp"
#include "meter/model.hpp"
#include "meter/profile/source.hpp"
#include "meter/storage/flash_region.hpp"

namespace blathy::meter {

enum class ProfileId : std::uint8_t {
    load_1,  // energy, every recording interval 1
    load_2,  // quality, every recording interval 2, as the three that follow
    average,
    minimum,
    maximum,
    daily,
    monthly,
    count,
};
inline constexpr std::size_t profile_count = static_cast<std::size_t>(ProfileId::count);
inline constexpr std::array<ProfileId, profile_count> all_profiles = {
    ProfileId::load_1,  ProfileId::load_2, ProfileId::average, ProfileId::minimum,
    ProfileId::maximum, ProfileId::daily,  ProfileId::monthly};

// 16 channels beside the time and its status; a billing has the tariffs too.
inline constexpr std::size_t max_profile_columns = 40;
inline constexpr std::size_t max_load_profile_columns = 18;
inline constexpr std::size_t max_daily_columns = 20;

struct RecordingSettings {
    static constexpr std::uint16_t shortest_s = 60;
    static constexpr std::uint16_t longest_s = 3600;
    // A period divides the day.
    static constexpr bool valid(std::uint32_t period_s) {
        return period_s >= shortest_s && period_s <= longest_s && 86'400 % period_s == 0;
    }
};
inline constexpr std::uint16_t factory_recording_period_s = 900;

[[nodiscard]] bool has_profile(const Model& model, ProfileId id);
[[nodiscard]] std::size_t max_columns(ProfileId id);
// Rows that are promised; of load profiles at the period of the factory.
[[nodiscard]] std::uint32_t promised_rows(const Model& model, ProfileId id);

using CaptureList = FixedList<CaptureObject, max_profile_columns>;
[[nodiscard]] CaptureList factory_columns(const Model& model, ProfileId id);

// How a shared flash is divided (Store::shared_from). What does not fit a smaller one is not kept.
struct FlashLayout {
    Sectors journal;
    std::array<Sectors, profile_count> profiles;
    std::array<Sectors, event_logs> events;
};
// A megabyte of sectors of 4 KiB has room for every model's.
inline constexpr std::size_t flash_sectors = 256;
[[nodiscard]] FlashLayout layout_of(const Model& model, std::size_t sectors);

}  // namespace blathy::meter
