#include "meter/billing/settings.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t accounting_form = 2;
constexpr std::uint8_t profile_form = 2;

constexpr RecordId record_of(ProfileId id) {
    return static_cast<RecordId>(static_cast<std::size_t>(RecordId::profile_load_1) + static_cast<std::size_t>(id));
}

}  // namespace

MeteringSettings factory_settings(const Model& model) {
    MeteringSettings settings;
    settings.demand = {model.tariffs.demand_period_s, model.tariffs.demand_periods};
    return settings;
}

MeteringSettings load_metering_settings(const Model& model, const Store& store) {
    std::array<std::uint8_t, max_record_size> room{};
    const auto content = store.read(RecordId::metering, room);
    if (!content) return factory_settings(model);
    ByteReader in(*content);
    MeteringSettings settings;
    const bool known = in.u8() == accounting_form;
    settings.demand = {in.u16(), in.u8()};
    for (auto& period_s : settings.recording_period_s) period_s = in.u16();
    settings.time_shift_limit_s = in.u16();
    for (Schedule& schedule : settings.schedules) schedule = read_schedule(in);
    settings.demand_epoch = in.u16();
    for (auto& epoch : settings.recording_epochs) epoch = in.u16();
    bool right = known && in.ok() && in.at_end() && settings.demand.valid();
    for (const auto period_s : settings.recording_period_s) right = right && RecordingSettings::valid(period_s);
    return right ? settings : factory_settings(model);
}

bool keep(Store& store, const MeteringSettings& settings) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    out.u8(accounting_form);
    out.u16(settings.demand.period_s);
    out.u8(settings.demand.periods);
    for (const auto period_s : settings.recording_period_s) out.u16(period_s);
    out.u16(settings.time_shift_limit_s);
    for (const Schedule& schedule : settings.schedules) write(out, schedule);
    out.u16(settings.demand_epoch);
    for (const auto epoch : settings.recording_epochs) out.u16(epoch);
    return out.ok() && store.write(RecordId::metering, out.written());
}

ProfileSettings load_profile_settings(const Model& model, const Store& store, ProfileId id) {
    std::array<std::uint8_t, max_record_size> room{};
    ByteReader in(store.read(record_of(id), room).value_or(Bytes{}));
    ProfileSettings settings;
    const bool known = in.u8() == profile_form;
    settings.epoch = in.u16();
    settings.form = static_cast<BufferForm>(in.u8());
    if (settings.form >= BufferForm::count) in.invalidate();
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const dlms::AttributeDescriptor attribute = dlms::read_attribute_descriptor(in);
        if (!settings.columns.add({attribute, in.u16()})) in.invalidate();
    }
    if (known && in.ok() && in.at_end()) return settings;
    return {0, BufferForm::array, factory_columns(model, id)};
}

bool keep(Store& store, ProfileId id, const ProfileSettings& settings) {
    const auto columns = settings.columns.view();
    std::array<std::uint8_t, max_record_size> room{};
    ByteWriter out(room);
    out.u8(profile_form);
    out.u16(settings.epoch);
    out.u8(static_cast<std::uint8_t>(settings.form));
    out.u8(static_cast<std::uint8_t>(columns.size()));
    for (const CaptureObject& column : columns) {
        write(out, column.attribute);
        out.u16(column.data_index);
    }
    return out.ok() && store.write(record_of(id), out.written());
}

}  // namespace blathy::meter
