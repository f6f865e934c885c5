// What a logical name measures or holds, in words (IEC 62056-6-1).
#pragma once

#include <span>
#include <string_view>

#include "dlms/obis.hpp"

namespace blathy::dlms {

// The longest description there is; what does not fit in a smaller buffer is cut.
inline constexpr std::size_t max_obis_description = 160;

// "Active energy import (+A) total" for 1-0:1.8.0.255, "Clock" for 0-0:1.0.0.255. Empty when the standard gives the
// code no meaning, or one that this table leaves out.
std::string_view describe_obis(const Obis& obis, std::span<char> buffer);

}  // namespace blathy::dlms
