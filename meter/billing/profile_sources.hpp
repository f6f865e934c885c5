// Load and billing profiles as IC 7 shows them: rows of the logs.
#pragma once

#include "meter/profile/source.hpp"

namespace blathy::meter {

extern const ProfileSource load_profile_1;
extern const ProfileSource load_profile_2;
extern const ProfileSource average_profile;
extern const ProfileSource minimum_profile;
extern const ProfileSource maximum_profile;
extern const ProfileSource daily_billing;
extern const ProfileSource monthly_billing;

}  // namespace blathy::meter
