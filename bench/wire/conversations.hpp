// What a client says, octet by octet, and how much the meter answers: for a load that spends no time on protocols.
#pragma once

#include "dlms/obis.hpp"

#include "bench/wire/load.hpp"

namespace blathy::bench {

// The meter's test profile.
inline constexpr dlms::Obis test_profile_name{1, 0, 99, 128, 0};
inline constexpr std::size_t test_profile_rows = 9600;
inline constexpr std::size_t test_profile_columns = 8;

struct Conversation {
    std::vector<Exchange> greeting;  // up to an open association of the public client
    std::vector<Exchange> requests;  // may be sent over and over
};

// GET of 1-0:1.8.0.255, attribute 2.
Conversation energy_by_wrapper();
Conversation energy_by_hdlc();

// The buffer of a profile of `buffer_octets` in blocks, for a client that takes `max_pdu` octets.
Conversation profile_by_wrapper(std::uint16_t max_pdu, std::size_t buffer_octets);

}  // namespace blathy::bench
