// When the meter was last changed, and how often: IC 1, Data, version 0 (IEC 62056-6-2, 5.2.1).

#include "meter/changes.hpp"

#include <array>

#include "meter/cosem/classes/change_names.hpp"
#include "meter/cosem/classes/classes.hpp"
#include "meter/meter.hpp"

namespace blathy::meter {
namespace {

using dlms::DataAccessResult;
using dlms::DataWriter;

DataAccessResult read_change_count(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.double_long_unsigned(load_changes(of.meter.store()).configurations);
    return DataAccessResult::success;
}

// Nothing of what never happened is specified.
DataAccessResult read_change_time(const AttributeContext& of, Cursor&, DataWriter& out) {
    const auto* const found = find_change(of.object.name);
    if (found == nullptr) return DataAccessResult::object_unavailable;
    const std::uint32_t at_s = load_changes(of.meter.store()).*(found->time_s);
    out.octet_string(at_s == 0 ? dlms::DateTime{} : of.meter.clock().local_at(UtcTime{std::chrono::seconds{at_s}}));
    return DataAccessResult::success;
}

constexpr std::array change_count_attributes = {Attribute{2, read_change_count, nullptr}};
constexpr std::array change_time_attributes = {Attribute{2, read_change_time, nullptr}};

}  // namespace

constinit const InterfaceClass change_count_class = {data_class_number, 0, change_count_attributes, {}};
constinit const InterfaceClass change_time_class = {data_class_number, 0, change_time_attributes, {}};

}  // namespace blathy::meter
