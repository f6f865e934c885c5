#include "meter/identity.hpp"

#include <algorithm>

namespace blathy::meter {

Identity::Identity(const Model& model, std::uint32_t serial_number) {
    // Manufacturer, type, and the serial number in four octets.
    std::copy(flag_manufacturer.begin(), flag_manufacturer.end(), system_title_.begin());
    system_title_[3] = model.title_octet;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::uint32_t digits = serial_number % (max_serial_number + 1);
        system_title_[4 + i] = static_cast<std::uint8_t>(digits >> (24 - 8 * i));
    }
    logical_device_name_.fill('0');
    std::copy(flag_manufacturer.begin(), flag_manufacturer.end(), logical_device_name_.begin());
    // The type: the last five characters of the model's name, as many as there are.
    const std::string_view name = model.name;
    const auto type = name.substr(name.size() > 5 ? name.size() - 5 : 0);
    std::copy(type.begin(), type.end(), logical_device_name_.begin() + 3);
    for (std::size_t i = 0; i < 8; ++i) {
        logical_device_name_[15 - i] = static_cast<char>('0' + serial_number % 10);
        serial_number /= 10;
    }
}

std::uint32_t Identity::serial_number_value() const {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i < system_title_.size(); ++i) value = value << 8U | system_title_[i];
    return value;
}

}  // namespace blathy::meter
