// The logical names of the times of changes (IEC 62056-6-1).
#pragma once

#include <array>

#include "dlms/obis.hpp"
#include "meter/changes.hpp"

namespace blathy::meter {

struct ChangeName {
    dlms::Obis name;
    std::uint32_t Changes::*time_s;
};
inline constexpr dlms::Obis change_count_name{0, 0, 96, 2, 0};
inline constexpr std::array change_names = {
    ChangeName{dlms::Obis(0, 0, 96, 2, 1), &Changes::configured_s},
    ChangeName{dlms::Obis(0, 0, 96, 2, 7), &Changes::calendar_activated_s},
    ChangeName{dlms::Obis(0, 0, 96, 2, 12), &Changes::clock_set_s},
    ChangeName{dlms::Obis(0, 0, 96, 2, 13), &Changes::firmware_activated_s},
};

constexpr const ChangeName* find_change(const dlms::Obis& name) {
    for (const ChangeName& change : change_names) {
        if (change.name == name) return &change;
    }
    return nullptr;
}

}  // namespace blathy::meter
