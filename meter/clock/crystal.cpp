#include "meter/clock/crystal.hpp"

#include <algorithm>
#include <array>

namespace blathy::meter {
namespace {

constexpr std::uint8_t crystal_form = 1;
constexpr std::int64_t billion = 1'000'000'000;

}  // namespace

std::int32_t Crystal::deviation_ppb_at(std::int16_t temperature_tenths) const {
    // Beyond what any meter bears, a sensor is broken.
    constexpr std::int32_t furthest = 1000;
    const std::int32_t away = std::clamp<std::int32_t>(temperature_tenths - turnover_tenths, -furthest, furthest);
    constexpr std::int32_t ppb_per_square_kelvin = 34;
    constexpr std::int32_t tenths_squared = 100;
    return deviation_ppb_ - ppb_per_square_kelvin * away * away / tenths_squared;
}

std::chrono::microseconds Crystal::elapsed(std::chrono::microseconds counted, std::int16_t temperature_tenths) {
    const std::int64_t ppb = deviation_ppb_at(temperature_tenths);
    const std::int64_t whole = counted.count() / billion;
    const std::int64_t rest = counted.count() % billion * ppb + carried_;
    carried_ = static_cast<std::int32_t>(rest % billion);
    return counted - std::chrono::microseconds{whole * ppb + rest / billion};
}

std::int32_t load_crystal_deviation(const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteReader in(store.read(RecordId::crystal, room).value_or(Bytes{}));
    const bool known = in.u8() == crystal_form;
    const auto deviation_ppb = static_cast<std::int32_t>(in.u32());
    const bool possible = deviation_ppb >= -Crystal::most_deviation_ppb && deviation_ppb <= Crystal::most_deviation_ppb;
    return known && possible && in.ok() && in.at_end() ? deviation_ppb : 0;
}

bool keep_crystal_deviation(Store& store, std::int32_t deviation_ppb) {
    std::array<std::uint8_t, 8> room{};
    ByteWriter out(room);
    out.u8(crystal_form);
    out.u32(static_cast<std::uint32_t>(deviation_ppb));
    return store.write(RecordId::crystal, out.written());
}

}  // namespace blathy::meter
