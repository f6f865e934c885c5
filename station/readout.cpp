#include "station/readout.hpp"

#include "dlms/iec62056_21/message.hpp"

namespace blathy::station {

std::vector<ReadoutValue> readout_values(std::string_view line) {
    std::vector<ReadoutValue> values;
    while (const auto set = dlms::iec62056_21::parse_data_set(line)) {
        values.push_back({std::string(set->address), std::string(set->value), std::string(set->unit)});
        constexpr std::size_t brackets = 2;
        line.remove_prefix(set->address.size() + set->inside.size() + brackets);
    }
    // What is no data set is shown for what it is.
    if (!line.empty()) values.push_back({{}, std::string(line), {}});
    return values;
}

}  // namespace blathy::station
