#include "meter/push/settings.hpp"

#include <algorithm>

#include "meter/storage/records.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;

constexpr RecordId record_of(PushSetup setup) {
    constexpr std::array records = {RecordId::push_connectivity, RecordId::push_interval, RecordId::push_alarm,
                                    RecordId::push_power_down};
    return records[static_cast<std::size_t>(setup)];
}

constexpr CaptureObject attribute(std::uint16_t class_id, const Obis& name, std::int8_t id) {
    return {{class_id, name, id}, 0};
}

}  // namespace

std::optional<PushSetup> push_setup_named(const Obis& name) {
    const auto* const found = std::ranges::find(push_setups, name, [](PushSetup setup) { return name_of(setup); });
    if (found == push_setups.end()) return std::nullopt;
    return *found;
}

std::uint32_t delay_s(const RepetitionDelay& delay, unsigned repetition) {
    // Sixteen bits behind the point: no exponent makes a delay vanish, and none overflows before the maximum stops it.
    constexpr unsigned fraction = 16;
    const std::uint64_t most = std::uint64_t{std::max(delay.min_s, delay.max_s)} << fraction;
    std::uint64_t value = std::uint64_t{delay.min_s} << fraction;
    for (unsigned i = 1; i < repetition && value < most; ++i) value = value * delay.exponent / 100;
    return static_cast<std::uint32_t>(std::min(value, most) >> fraction);
}

PushSettings factory_push_settings(PushSetup setup) {
    PushSettings settings;
    const auto add = [&](std::uint16_t class_id, const Obis& name, std::int8_t id) {
        (void)settings.objects.add(attribute(class_id, name, id));
    };
    add(40, name_of(setup), 2);
    add(1, Obis(0, 0, 42, 0, 0), 2);
    if (setup != PushSetup::connectivity) add(8, Obis(0, 0, 1, 0, 0), 2);
    if (setup == PushSetup::interval) {
        add(3, Obis(1, 0, 1, 8, 0), 2);
        add(3, Obis(1, 0, 2, 8, 0), 2);
    }
    if (setup == PushSetup::alarm) {
        for (const int e : {20, 21}) add(1, Obis(0, 0, 97, 98, e), 2);
    }
    return settings;
}

PushSettings load_push_settings(const Store& store, PushSetup setup) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(record_of(setup), room);
    const auto settings = content ? read_push_settings_record(*content) : std::nullopt;
    return settings ? *settings : factory_push_settings(setup);
}

bool keep_push_settings(Store& store, PushSetup setup, const PushSettings& settings) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    write_record(out, settings);
    return out.ok() && store.write(record_of(setup), out.written());
}

}  // namespace blathy::meter
