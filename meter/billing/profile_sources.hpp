// Load and billing profiles as IC 7 shows them: rows of the logs.
#pragma once

#include <array>
#include <optional>

#include "meter/load_profile/profiles.hpp"
#include "meter/profile/source.hpp"

namespace blathy::meter {

extern const ProfileSource load_profile_1;
extern const ProfileSource load_profile_2;
extern const ProfileSource average_profile;
extern const ProfileSource minimum_profile;
extern const ProfileSource maximum_profile;
extern const ProfileSource daily_billing;
extern const ProfileSource monthly_billing;

// By ProfileId. No standard names those for averages, minima and maxima: D from 128 on is the manufacturer's.
inline constexpr std::array<dlms::Obis, profile_count> profile_names = {
    dlms::Obis(1, 0, 99, 1, 0),   dlms::Obis(1, 0, 99, 2, 0),   dlms::Obis(1, 0, 99, 133, 0),
    dlms::Obis(1, 0, 99, 134, 0), dlms::Obis(1, 0, 99, 135, 0), dlms::Obis(0, 0, 98, 2, 0),
    dlms::Obis(0, 0, 98, 1, 0),
};
constexpr dlms::Obis name_of(ProfileId id) {
    return profile_names[static_cast<std::size_t>(id)];
}
// The manufacturer's object that says in which form the buffer of a profile leaves the meter: as the profile, E = 128.
constexpr dlms::Obis buffer_form_name(ProfileId id) {
    const dlms::Obis name = name_of(id);
    return {name.a(), name.b(), name.c(), name.d(), 128};
}
constexpr std::optional<ProfileId> profile_of_buffer_form(const dlms::Obis& name) {
    for (std::size_t i = 0; i < profile_count; ++i) {
        if (buffer_form_name(static_cast<ProfileId>(i)) == name) return static_cast<ProfileId>(i);
    }
    return std::nullopt;
}

}  // namespace blathy::meter
