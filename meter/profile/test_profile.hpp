// The test profile, 1-0:99.128.0.255: an object for trying out long transfers, with the same content in every meter.
//
// 100 days of 15-minute rows, 9,600 of them, of eight columns. What a row holds follows from its number, so nothing is
// stored, and a client can check every octet that it receives. The rows end on 1 January 2026 at midnight, Central
// European Time, and contain the hour that the end of daylight saving repeats on 26 October 2025. D = 128 is the first
// of the values that IEC 62056-6-1 leaves to manufacturers: no profile of a standard will ever have this name.
#pragma once

#include "meter/profile/source.hpp"

namespace blathy::meter {

extern const ProfileSource test_profile;

}  // namespace blathy::meter
