// The readout of an optical port (IEC 62056-21, mode C): what the meter tells anybody by itself, without DLMS.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "station/link/link.hpp"
#include "station/url.hpp"

namespace blathy::station {

// As the meter wrote them; what a data set leaves out is empty, the address too.
struct ReadoutValue {
    std::string address;  // "1-0:1.8.0"
    std::string value;    // "000123.45"
    std::string unit;     // "kWh"
    bool operator==(const ReadoutValue&) const = default;
};

struct Readout {
    // More of them than any meter has would be a meter without end.
    static constexpr std::size_t max_values = 10'000;

    std::string identification;  // "/BLT5\2SED302"
    std::vector<ReadoutValue> values;
};

// The data sets of one line, of which each may have several values: those behind the first have no address.
std::vector<ReadoutValue> readout_values(std::string_view line);

// Of an `optical:` URL; no client and no association is needed. Its check character was right.
Result<Readout, Error> read_out(const Url& url, const LinkOptions& options);

}  // namespace blathy::station
