#include "meter/relay/limiter.hpp"

#include <algorithm>

#include "dlms/axdr.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::Obis;

constexpr std::uint8_t limiter_form = 1;
constexpr std::uint32_t tenths_in_a_watt = 10;
constexpr std::int8_t monitored_attribute = 2;
constexpr std::int8_t last_average_attribute = 3;  // of a demand register
constexpr std::uint64_t microseconds_in_a_second = 1'000'000;

constexpr RecordId record_of(std::size_t index) {
    return index == 0 ? RecordId::limiter_1 : RecordId::limiter_2;
}

bool is_power(std::uint8_t quantity) {
    return quantity == active_import || quantity == active_export || quantity == active_absolute ||
           quantity == apparent_import || quantity == apparent_export;
}

std::uint32_t since_1970(UtcTime time) {
    const std::int64_t count = floor<seconds>(time).time_since_epoch().count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, 0xFFFF'FFFF));
}

}  // namespace

LimiterSettings factory_limiter_settings(const Model& model, std::size_t index) {
    LimiterSettings settings;
    settings.normal = model.thresholds.limiter_w * tenths_in_a_watt;
    settings.emergency = settings.normal;
    if (index == 0) {
        settings.monitored = {register_class_number, Obis(1, 0, active_import, obis_instantaneous, 0),
                              monitored_attribute};
        settings.min_over_s = 60;
        settings.min_under_s = 300;
        settings.when_over = RelayScript::disconnect;
        settings.when_under = RelayScript::reconnect;
    } else {
        settings.monitored = {demand_register_class_number, Obis(1, 0, active_import, obis_demand, 0),
                              last_average_attribute};
    }
    return settings;
}

bool can_limit(const Model& model, const dlms::AttributeDescriptor& monitored) {
    const auto& [class_id, name, attribute] = monitored;
    if (name != Obis(1, 0, name.c(), name.d(), 0)) return false;
    const QuantityCode code = quantity_code(name.c());
    if (class_id == demand_register_class_number) {
        return name.d() == obis_demand && is_power(code.quantity) && demand_index(name.c()).has_value() &&
               (attribute == monitored_attribute || attribute == last_average_attribute);
    }
    if (class_id != register_class_number || name.d() != obis_instantaneous || attribute != monitored_attribute) {
        return false;
    }
    if (name.c() == current_sum) return true;
    if (code.phase > model.phases) return false;
    return code.quantity == current ? code.phase != 0 : is_power(code.quantity);
}

std::uint32_t read_monitored(const Registers& registers, const dlms::AttributeDescriptor& monitored) {
    const auto value = monitored.attribute == last_average_attribute ? registers.last_average(monitored.instance)
                                                                     : registers.read(monitored.instance);
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value.value_or(0), 0, 0xFFFF'FFFF));
}

LimiterSettings load_limiter_settings(const Model& model, const Store& store, std::size_t index) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(record_of(index), room);
    if (!content) return factory_limiter_settings(model, index);
    ByteReader in(*content);
    LimiterSettings settings;
    const bool known = in.u8() == limiter_form;
    settings.monitored = dlms::read_attribute_descriptor(in);
    for (auto* value : {&settings.normal, &settings.emergency, &settings.min_over_s, &settings.min_under_s}) {
        *value = in.u32();
    }
    settings.profile.id = in.u16();
    const auto activation = dlms::read_date_time(in.bytes(dlms::DateTime::encoded_size));
    settings.profile.activation = activation.value_or(dlms::DateTime{});
    settings.profile.duration_s = in.u32();
    settings.when_over = static_cast<RelayScript>(in.u8());
    settings.when_under = static_cast<RelayScript>(in.u8());
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        if (!settings.groups.add(in.u16())) in.invalidate();
    }
    const bool right =
        known && in.ok() && in.at_end() && activation.has_value() && can_limit(model, settings.monitored);
    return right ? settings : factory_limiter_settings(model, index);
}

bool keep(Store& store, std::size_t index, const LimiterSettings& settings) {
    std::array<std::uint8_t, 96> room{};
    ByteWriter out(room);
    out.u8(limiter_form);
    write(out, settings.monitored);
    for (const auto value : {settings.normal, settings.emergency, settings.min_over_s, settings.min_under_s}) {
        out.u32(value);
    }
    out.u16(settings.profile.id);
    write(out, settings.profile.activation);
    out.u32(settings.profile.duration_s);
    out.u8(static_cast<std::uint8_t>(settings.when_over));
    out.u8(static_cast<std::uint8_t>(settings.when_under));
    out.u8(settings.groups.count);
    for (const std::uint16_t group : settings.groups.view()) out.u16(group);
    return out.ok() && store.write(record_of(index), out.written());
}

void Limiter::configure(const LimiterSettings& settings, const Clock& clock) {
    monitored_ = settings.monitored;
    normal_ = settings.normal;
    emergency_ = settings.emergency;
    min_over_s_ = settings.min_over_s;
    min_under_s_ = settings.min_under_s;
    when_over_ = settings.when_over;
    when_under_ = settings.when_under;
    time_us_ = 0;
    plan_emergency(settings, clock);
}

void Limiter::plan_emergency(const LimiterSettings& settings, const Clock& clock) {
    begin_s_ = end_s_ = 0;
    const auto groups = settings.groups.view();
    const auto begin = dlms::to_utc(settings.profile.activation, clock.deviation_min_at(clock.now()));
    if (begin && std::ranges::find(groups, settings.profile.id) != groups.end()) {
        begin_s_ = since_1970(*begin);
        end_s_ = since_1970(*begin + seconds{settings.profile.duration_s});
    }
    in_emergency_ = emergency_at(clock);
}

bool Limiter::emergency_at(const Clock& clock) const {
    const std::uint32_t now_s = since_1970(clock.now());
    return now_s >= begin_s_ && now_s < end_s_;
}

Limiter::Finding Limiter::advance(const Registers& registers, const Clock& clock, std::chrono::microseconds duration) {
    Finding finding;
    const std::uint32_t before = threshold();
    in_emergency_ = emergency_at(clock);
    finding.threshold_changed = threshold() != before;
    const bool over = read_monitored(registers, monitored_) > threshold();
    if (over == exceeded_ || finding.threshold_changed) {
        time_us_ = 0;
        if (over == exceeded_) return finding;
    }
    time_us_ += static_cast<std::uint64_t>(duration.count());
    const std::uint64_t needed_us = (over ? min_over_s_ : min_under_s_) * microseconds_in_a_second;
    if (time_us_ < needed_us) return finding;
    exceeded_ = over;
    time_us_ = 0;
    (over ? finding.exceeded : finding.normal) = true;
    return finding;
}

}  // namespace blathy::meter
