// What a user sets on the way from energy to the bill, and how the store keeps it.
#pragma once

#include <array>
#include <optional>

#include "meter/demand/demand.hpp"
#include "meter/load_profile/profiles.hpp"
#include "meter/schedule/schedule.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// The recording interval, 0 or 1, whose end writes a row of a profile; none of a billing.
[[nodiscard]] constexpr std::optional<std::size_t> recording_interval_of(ProfileId id) {
    if (id == ProfileId::daily || id == ProfileId::monthly) return std::nullopt;
    return id == ProfileId::load_1 ? 0 : 1;
}

struct MeteringSettings {
    DemandSettings demand;
    std::array<std::uint16_t, 2> recording_period_s{factory_recording_period_s, factory_recording_period_s};
    // By how much the clock may be moved without the periods of demand and profiles being closed (1-0:0.9.11.255).
    std::uint16_t time_shift_limit_s = 60;
    std::array<Schedule, 2> schedules{monthly_schedule(), daily_schedule()};  // by Billing
    // How often the demand, and the period of each recording interval, was changed: registers and rows of before are
    // told from those of now by these numbers, which come into force with the change.
    std::uint16_t demand_epoch = 0;
    std::array<std::uint16_t, 2> recording_epochs{};

    // Of the rows of a profile. Bills have no period.
    [[nodiscard]] constexpr std::uint16_t epoch_of(ProfileId id) const {
        const auto interval = recording_interval_of(id);
        return interval ? recording_epochs[*interval] : std::uint16_t{0};
    }

    constexpr bool operator==(const MeteringSettings&) const = default;
};

[[nodiscard]] MeteringSettings factory_settings(const Model& model);
[[nodiscard]] MeteringSettings load_metering_settings(const Model& model, const Store& store);
[[nodiscard]] bool keep(Store& store, const MeteringSettings& settings);

// What a profile captures, how its buffer leaves the meter, and how often it was cleared: the one record makes all at
// once.
struct ProfileSettings {
    std::uint16_t epoch = 0;  // its rows' is the sum of this one and MeteringSettings::epoch_of
    BufferForm form = BufferForm::array;
    CaptureList columns;
};
[[nodiscard]] ProfileSettings load_profile_settings(const Model& model, const Store& store, ProfileId id);
[[nodiscard]] bool keep(Store& store, ProfileId id, const ProfileSettings& settings);

}  // namespace blathy::meter
