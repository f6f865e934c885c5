// The bills of a life as JSON: every row as it is billed, whatever the meter still keeps of them at the end.
#pragma once

#include <cstdint>

#include <nlohmann/json.hpp>

#include "meter/meter.hpp"

namespace blathy::apps {

class Bills {
  public:
    // After whatever may have billed something.
    void collect(const meter::Meter& meter);
    // An object a row, by logical name; of another attribute than the value that of the attribute behind a slash.
    [[nodiscard]] const nlohmann::json& monthly() const { return monthly_.rows; }
    [[nodiscard]] const nlohmann::json& daily() const { return daily_.rows; }

  private:
    struct Profile {
        std::uint32_t next_row = 0;
        nlohmann::json rows = nlohmann::json::array();
    };
    static void collect(const meter::Meter& meter, meter::ProfileId id, Profile& profile);

    Profile monthly_;
    Profile daily_;
};

// Energies, of the billing period, maxima and cumulative demands, total and by tariff; the account.
[[nodiscard]] nlohmann::json registers_of(const meter::Meter& meter);

}  // namespace blathy::apps
