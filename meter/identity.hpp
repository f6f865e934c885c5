// What tells one meter from its siblings of the same model.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dlms/security/suite.hpp"
#include "meter/model.hpp"

namespace blathy::meter {

inline constexpr std::string_view flag_manufacturer = "BLT";  // the three letters of the FLAG manufacturer id
inline constexpr std::string_view firmware_version = "0.1.0";

// Serial numbers have eight digits.
inline constexpr std::uint32_t max_serial_number = 99'999'999;

class Identity {
  public:
    // A serial number above the maximum keeps its last eight digits.
    Identity(const Model& model, std::uint32_t serial_number);

    // "00012345"
    [[nodiscard]] std::string_view serial_number() const { return {logical_device_name_.data() + 8, 8}; }
    [[nodiscard]] std::uint32_t serial_number_value() const;
    // Of all that the meter protects (IEC 62056-5-3, 4.3.4): manufacturer, type and serial number.
    [[nodiscard]] const dlms::security::SystemTitle& system_title() const { return system_title_; }
    // COSEM logical device name: manufacturer, type and serial number in 16 octets, unique in the world
    // (IEC 62056-6-2, 4.1.8.2).
    [[nodiscard]] std::string_view logical_device_name() const {
        return {logical_device_name_.data(), logical_device_name_.size()};
    }

  private:
    std::array<char, 16> logical_device_name_{};
    dlms::security::SystemTitle system_title_{};
};

}  // namespace blathy::meter
