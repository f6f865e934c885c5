// IC 71, Limiter, version 0 (IEC 62056-6-2, 4.5.9). E of the logical name is the number of the limiter.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataWriter;

std::size_t index_of(const AttributeContext& of) {
    return of.object.name.e();
}

LimiterSettings settings_of(const AttributeContext& of) {
    return load_limiter_settings(of.meter.model(), of.meter.store(), index_of(of));
}

// Settings are changed one at a time, and are in force when they are durable.
template <class Change>
DataAccessResult change_settings(const RequestContext& of, Change&& change) {
    const std::size_t index = of.object.name.e();
    LimiterSettings settings = load_limiter_settings(of.meter.model(), of.meter.store(), index);
    if (const auto result = change(settings); result != DataAccessResult::success) return result;
    return of.meter.relay().configure(of.meter.clock(), index, settings) ? DataAccessResult::success
                                                                         : DataAccessResult::hardware_fault;
}

DataAccessResult read_monitored_value(const AttributeContext& of, Cursor&, DataWriter& out) {
    const dlms::AttributeDescriptor monitored = settings_of(of).monitored;
    out.structure(3);
    out.long_unsigned(monitored.class_id);
    out.octet_string(monitored.instance);
    out.integer(monitored.attribute);
    return DataAccessResult::success;
}

DataAccessResult write_monitored_value(const RequestContext& of, Bytes value) {
    DataReader in(value);
    dlms::AttributeDescriptor monitored;
    in.structure(3);
    monitored.class_id = in.long_unsigned();
    monitored.instance = in.logical_name();
    monitored.attribute = in.integer();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!can_limit(of.meter.model(), monitored)) return DataAccessResult::other_reason;
    return change_settings(of, [&](LimiterSettings& settings) {
        settings.monitored = monitored;
        return DataAccessResult::success;
    });
}

DataAccessResult read_threshold_active(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(of.meter.relay().limiter(index_of(of)).threshold());
    return DataAccessResult::success;
}

// What can be monitored is all of one type; so are the thresholds.
template <std::uint32_t LimiterSettings::*field>
DataAccessResult read_number(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(settings_of(of).*field);
    return DataAccessResult::success;
}

template <std::uint32_t LimiterSettings::*field>
DataAccessResult write_number(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint32_t number = in.double_long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](LimiterSettings& settings) {
        settings.*field = number;
        return DataAccessResult::success;
    });
}

DataAccessResult read_emergency_profile(const AttributeContext& of, Cursor&, DataWriter& out) {
    const EmergencyProfile profile = settings_of(of).profile;
    out.structure(3);
    out.long_unsigned(profile.id);
    out.octet_string(profile.activation);
    out.double_long_unsigned(profile.duration_s);
    return DataAccessResult::success;
}

DataAccessResult write_emergency_profile(const RequestContext& of, Bytes value) {
    DataReader in(value);
    EmergencyProfile profile;
    in.structure(3);
    profile.id = in.long_unsigned();
    profile.activation = in.date_time();
    profile.duration_s = in.double_long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](LimiterSettings& settings) {
        settings.profile = profile;
        return DataAccessResult::success;
    });
}

DataAccessResult read_groups(const AttributeContext& of, Cursor&, DataWriter& out) {
    const LimiterSettings settings = settings_of(of);
    out.array(settings.groups.count);
    for (const std::uint16_t group : settings.groups.view()) out.long_unsigned(group);
    return DataAccessResult::success;
}

DataAccessResult write_groups(const RequestContext& of, Bytes value) {
    DataReader in(value);
    FixedList<std::uint16_t, LimiterSettings::max_groups> groups;
    bool fits = true;
    const std::size_t count = in.array();
    for (std::size_t i = 0; i < count && in.ok(); ++i) fits = groups.add(in.long_unsigned()) && fits;
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!fits) return DataAccessResult::other_reason;
    return change_settings(of, [&](LimiterSettings& settings) {
        settings.groups = groups;
        return DataAccessResult::success;
    });
}

DataAccessResult read_emergency_active(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.boolean(of.meter.relay().limiter(index_of(of)).emergency());
    return DataAccessResult::success;
}

DataAccessResult read_actions(const AttributeContext& of, Cursor&, DataWriter& out) {
    const LimiterSettings settings = settings_of(of);
    out.structure(2);
    write_script(out, settings.when_over);
    write_script(out, settings.when_under);
    return DataAccessResult::success;
}

DataAccessResult write_actions(const RequestContext& of, Bytes value) {
    DataReader in(value);
    in.structure(2);
    const auto over = read_script(in);
    const auto under = read_script(in);
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!over || !under || *over == RelayScript::reconnect || *under == RelayScript::disconnect) {
        return DataAccessResult::other_reason;
    }
    return change_settings(of, [&](LimiterSettings& settings) {
        settings.when_over = *over;
        settings.when_under = *under;
        return DataAccessResult::success;
    });
}

constexpr std::array limiter_attributes = {
    Attribute{2, read_monitored_value, write_monitored_value},
    Attribute{3, read_threshold_active, nullptr},
    Attribute{4, read_number<&LimiterSettings::normal>, write_number<&LimiterSettings::normal>},
    Attribute{5, read_number<&LimiterSettings::emergency>, write_number<&LimiterSettings::emergency>},
    Attribute{6, read_number<&LimiterSettings::min_over_s>, write_number<&LimiterSettings::min_over_s>},
    Attribute{7, read_number<&LimiterSettings::min_under_s>, write_number<&LimiterSettings::min_under_s>},
    Attribute{8, read_emergency_profile, write_emergency_profile},
    Attribute{9, read_groups, write_groups},
    Attribute{10, read_emergency_active, nullptr},
    Attribute{11, read_actions, write_actions},
};

}  // namespace

constinit const InterfaceClass limiter_class = {71, 0, limiter_attributes, {}};

}  // namespace blathy::meter
