// Any octets to the meter's side of IEC 62056-21; an octet of 0xFF and the next one let time pass.
#include <algorithm>
#include <array>

#include "dlms/iec62056_21/meter_session.hpp"

namespace {

using namespace blathy;

class Registers : public dlms::iec62056_21::MeterPort {
  public:
    std::size_t readout_line(std::size_t index, std::span<char> room) override { return index < 3 ? fill(room) : 0; }
    std::size_t password_seed(std::span<char> room) override { return fill(room); }
    bool is_password(int, std::string_view password) override { return password.size() % 2 == 0; }
    std::size_t read(int, std::string_view address, std::string_view, std::span<char> room) override {
        return address.size() % 2 == 0 ? fill(room) : 0;
    }
    bool write(int level, std::string_view, std::string_view) override { return level > 0; }

  private:
    static std::size_t fill(std::span<char> room) {
        std::fill(room.begin(), room.end(), '8');
        return room.size();
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Registers registers;
    dlms::iec62056_21::MeterSettings settings;
    settings.address = "1234";
    settings.has_mode_e = size % 2 == 0;
    dlms::iec62056_21::MeterSession meter(settings, registers);
    std::array<std::uint8_t, 16> room;
    std::uint32_t now_ms = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] == 0xFF && i + 1 < size) {
            now_ms += 16u * data[++i];
            while (meter.transmit(room, now_ms).size > 0) {
            }
        } else {
            meter.receive({data + i, 1}, now_ms);
        }
        if (meter.is_hdlc()) meter.reset();
    }
    return 0;
}
