#include "meter/clock/preset_time.hpp"

#include <array>

namespace blathy::meter {
namespace {

constexpr std::uint8_t no_preset_form = 0;
constexpr std::uint8_t preset_form = 1;

dlms::UtcTime read_instant(ByteReader& in) {
    return dlms::UtcTime{std::chrono::milliseconds{static_cast<std::int64_t>(in.u64())}};
}

}  // namespace

std::optional<PresetTime> load_preset_time(const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteReader in(store.read(RecordId::preset_time, room).value_or(Bytes{}));
    if (in.u8() != preset_form) return std::nullopt;
    PresetTime preset{};
    for (dlms::UtcTime* instant : {&preset.time, &preset.valid_from, &preset.valid_to}) *instant = read_instant(in);
    return in.ok() && in.at_end() ? std::optional(preset) : std::nullopt;
}

bool keep(Store& store, const PresetTime& preset) {
    std::array<std::uint8_t, 32> room{};
    ByteWriter out(room);
    out.u8(preset_form);
    for (const dlms::UtcTime instant : {preset.time, preset.valid_from, preset.valid_to}) {
        out.u64(static_cast<std::uint64_t>(instant.time_since_epoch().count()));
    }
    return out.ok() && store.write(RecordId::preset_time, out.written());
}

bool forget_preset_time(Store& store) {
    return store.write(RecordId::preset_time, Bytes(&no_preset_form, 1));
}

}  // namespace blathy::meter
