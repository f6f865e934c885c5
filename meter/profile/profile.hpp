// IC 7, Profile generic, version 1 (IEC 62056-6-2, 5.2.6): the interface class of a source.
#pragma once

#include <array>
#include <span>

#include "meter/cosem/object.hpp"
#include "meter/profile/source.hpp"

namespace blathy::meter {

namespace profile {

dlms::DataAccessResult read_buffer(const ProfileSource&, const AttributeContext&, Cursor&, dlms::DataWriter&);
dlms::DataAccessResult read_capture_objects(const ProfileSource&, const AttributeContext&, Cursor&, dlms::DataWriter&);
dlms::DataAccessResult read_capture_period(const ProfileSource&, const AttributeContext&, Cursor&, dlms::DataWriter&);
dlms::DataAccessResult read_sort_method(const ProfileSource&, const AttributeContext&, Cursor&, dlms::DataWriter&);
dlms::DataAccessResult read_sort_object(const ProfileSource&, const AttributeContext&, Cursor&, dlms::DataWriter&);
dlms::DataAccessResult read_entries_in_use(const ProfileSource&, const AttributeContext&, Cursor&, dlms::DataWriter&);
dlms::DataAccessResult read_profile_entries(const ProfileSource&, const AttributeContext&, Cursor&, dlms::DataWriter&);

dlms::DataAccessResult write_capture_objects(const ProfileSource&, const RequestContext&, Bytes value);
dlms::DataAccessResult write_capture_period(const ProfileSource&, const RequestContext&, Bytes value);

dlms::ActionResult reset(const ProfileSource&, const RequestContext&, Bytes parameters);
dlms::ActionResult capture(const ProfileSource&, const RequestContext&, Bytes parameters);

using ReadOfSource = dlms::DataAccessResult (*)(const ProfileSource&, const AttributeContext&, Cursor&,
                                                dlms::DataWriter&);

template <const ProfileSource& source, ReadOfSource read>
dlms::DataAccessResult read_of(const AttributeContext& of, Cursor& cursor, dlms::DataWriter& out) {
    return read(source, of, cursor, out);
}

using WriteOfSource = dlms::DataAccessResult (*)(const ProfileSource&, const RequestContext&, Bytes);

template <const ProfileSource& source, WriteOfSource write>
dlms::DataAccessResult write_of(const RequestContext& of, Bytes value) {
    return write(source, of, value);
}

template <const ProfileSource& source>
inline constexpr std::array attributes_of = {
    Attribute{2, read_of<source, read_buffer>, nullptr, true},
    Attribute{3, read_of<source, read_capture_objects>, write_of<source, write_capture_objects>},
    Attribute{4, read_of<source, read_capture_period>, write_of<source, write_capture_period>},
    Attribute{5, read_of<source, read_sort_method>, nullptr},
    Attribute{6, read_of<source, read_sort_object>, nullptr},
    Attribute{7, read_of<source, read_entries_in_use>, nullptr},
    Attribute{8, read_of<source, read_profile_entries>, nullptr},
};

template <const ProfileSource& source>
inline constexpr std::array methods_of = {
    Method{1, [](const RequestContext& of, Bytes parameters,
                 dlms::DataWriter&) { return profile::reset(source, of, parameters); }},
    Method{2, [](const RequestContext& of, Bytes parameters,
                 dlms::DataWriter&) { return profile::capture(source, of, parameters); }},
};

}  // namespace profile

// Both methods are optional: an object list has those that its profile has.
enum class ProfileMethods : std::uint8_t { none, reset, reset_and_capture };

template <const ProfileSource& source, ProfileMethods methods>
inline constexpr InterfaceClass profile_class = {
    7, 1, profile::attributes_of<source>,
    std::span<const Method>(profile::methods_of<source>).first(static_cast<std::size_t>(methods))};

}  // namespace blathy::meter
