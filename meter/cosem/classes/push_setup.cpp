// IC 40, Push setup, version 2 (IEC 62056-6-2, 4.4.8): which of the setups of meter/push, says the logical name.

#include <array>

#include "meter/cosem/classes/classes.hpp"
#include "meter/cosem/classes/window_values.hpp"
#include "meter/meter.hpp"
#include "meter/push/settings.hpp"

namespace blathy::meter {
namespace {

using dlms::ActionResult;
using dlms::DataAccessResult;
using dlms::DataReader;
using dlms::DataTag;
using dlms::DataWriter;

constexpr std::uint8_t a_xdr_message = 0;
constexpr std::uint8_t no_restriction = 0;
// Not confirmed, and repeated when the layers below report a failure. The other methods wait for a confirmation.
constexpr std::uint8_t unconfirmed = 0;

PushSettings settings_of(const AttributeContext& of) {
    const auto setup = push_setup_named(of.object.name);
    return setup ? load_push_settings(of.meter.store(), *setup) : PushSettings{};
}

// Settings are changed one at a time, and are in force when they are durable.
template <class Change>
DataAccessResult change_settings(const RequestContext& of, Change&& change) {
    const auto setup = push_setup_named(of.object.name);
    if (!setup) return DataAccessResult::object_unavailable;
    PushSettings settings = load_push_settings(of.meter.store(), *setup);
    if (const auto result = change(settings); result != DataAccessResult::success) return result;
    return keep_push_settings(of.meter.store(), *setup, settings) ? DataAccessResult::success
                                                                  : DataAccessResult::hardware_fault;
}

// Of an element of the push object list: the capture object, its restriction and its columns.
constexpr std::size_t object_elements = 6;
// An element of the push object list takes 25 octets, so that the list of all of them is one piece.
static_assert(4 + PushSettings::max_objects * 25 <= attribute_piece_size);

DataAccessResult read_objects(const AttributeContext& of, Cursor&, DataWriter& out) {
    const PushSettings settings = settings_of(of);
    out.array(settings.objects.count);
    for (const CaptureObject& object : settings.objects.view()) {
        write_capture_object(out, object, object_elements);
        out.structure(2);
        out.enumerated(no_restriction);
        out.null_data();
        out.array(0);  // no columns of a profile's buffer
    }
    return DataAccessResult::success;
}

// Well-formed elements that this meter does not serve are refused: restrictions, columns, and all attributes at once.
DataAccessResult write_objects(const RequestContext& of, Bytes value) {
    DataReader in(value);
    FixedList<CaptureObject, PushSettings::max_objects> objects;
    bool served = true;
    const std::size_t count = in.array();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const CaptureObject object = read_capture_object(in, object_elements);
        in.structure(2);
        const bool unrestricted = in.enumerated() == no_restriction;
        (void)in.value();
        const std::size_t columns = in.array();
        for (std::size_t column = 0; column < columns && in.ok(); ++column) (void)in.value();
        served = served && unrestricted && columns == 0 && object.attribute.attribute != 0 && objects.add(object);
    }
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!served) return DataAccessResult::other_reason;
    return change_settings(of, [&](PushSettings& settings) {
        settings.objects = objects;
        return DataAccessResult::success;
    });
}

DataAccessResult read_destination(const AttributeContext& of, Cursor&, DataWriter& out) {
    const PushSettings settings = settings_of(of);
    out.structure(3);
    out.enumerated(static_cast<std::uint8_t>(settings.transport));
    out.octet_string(settings.destination.view());
    out.enumerated(a_xdr_message);
    return DataAccessResult::success;
}

DataAccessResult write_destination(const RequestContext& of, Bytes value) {
    DataReader in(value);
    in.structure(3);
    const auto transport = static_cast<PushTransport>(in.enumerated());
    const Bytes destination = in.octet_string();
    const std::uint8_t message = in.enumerated();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (!is_offered(transport) || message != a_xdr_message || destination.size() > PushSettings::max_destination) {
        return DataAccessResult::other_reason;
    }
    return change_settings(of, [&](PushSettings& settings) {
        settings.transport = transport;
        settings.destination = {};
        for (const std::uint8_t octet : destination) (void)settings.destination.add(octet);
        return DataAccessResult::success;
    });
}

DataAccessResult read_communication_windows(const AttributeContext& of, Cursor&, DataWriter& out) {
    const PushSettings settings = settings_of(of);
    write_windows(out, settings.windows);
    return DataAccessResult::success;
}

DataAccessResult write_communication_windows(const RequestContext& of, Bytes value) {
    TimeWindows windows;
    if (const auto result = read_windows(value, windows); result != DataAccessResult::success) return result;
    return change_settings(of, [&](PushSettings& settings) {
        settings.windows = windows;
        return DataAccessResult::success;
    });
}

DataAccessResult read_randomisation(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.long_unsigned(settings_of(of).randomisation_start_interval_s);
    return DataAccessResult::success;
}

DataAccessResult write_randomisation(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint16_t interval_s = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](PushSettings& settings) {
        settings.randomisation_start_interval_s = interval_s;
        return DataAccessResult::success;
    });
}

DataAccessResult read_retries(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.unsigned_(settings_of(of).number_of_retries);
    return DataAccessResult::success;
}

DataAccessResult write_retries(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::uint8_t retries = in.unsigned_();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](PushSettings& settings) {
        settings.number_of_retries = retries;
        return DataAccessResult::success;
    });
}

DataAccessResult read_repetition_delay(const AttributeContext& of, Cursor&, DataWriter& out) {
    const RepetitionDelay delay = settings_of(of).repetition_delay;
    out.structure(3);
    out.long_unsigned(delay.min_s);
    out.long_unsigned(delay.exponent);
    out.long_unsigned(delay.max_s);
    return DataAccessResult::success;
}

DataAccessResult write_repetition_delay(const RequestContext& of, Bytes value) {
    DataReader in(value);
    RepetitionDelay delay;
    in.structure(3);
    delay.min_s = in.long_unsigned();
    delay.exponent = in.long_unsigned();
    delay.max_s = in.long_unsigned();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](PushSettings& settings) {
        settings.repetition_delay = delay;
        return DataAccessResult::success;
    });
}

DataAccessResult read_port_reference(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.octet_string(settings_of(of).port_reference);
    return DataAccessResult::success;
}

DataAccessResult write_port_reference(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const dlms::Obis port = in.logical_name();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return change_settings(of, [&](PushSettings& settings) {
        settings.port_reference = port;
        return DataAccessResult::success;
    });
}

DataAccessResult read_client_sap(const AttributeContext& of, Cursor&, DataWriter& out) {
    out.integer(settings_of(of).client_sap);
    return DataAccessResult::success;
}

DataAccessResult write_client_sap(const RequestContext& of, Bytes value) {
    DataReader in(value);
    const std::int8_t sap = in.integer();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    if (sap <= 0) return DataAccessResult::other_reason;  // 0 is the no-station address
    return change_settings(of, [&](PushSettings& settings) {
        settings.client_sap = sap;
        return DataAccessResult::success;
    });
}

DataAccessResult read_protection(const AttributeContext&, Cursor&, DataWriter& out) {
    out.array(0);
    return DataAccessResult::success;
}

DataAccessResult read_operation_method(const AttributeContext&, Cursor&, DataWriter& out) {
    out.enumerated(unconfirmed);
    return DataAccessResult::success;
}

DataAccessResult write_operation_method(const RequestContext&, Bytes value) {
    DataReader in(value);
    const std::uint8_t method = in.enumerated();
    if (!in.complete()) return DataAccessResult::type_unmatched;
    return method == unconfirmed ? DataAccessResult::success : DataAccessResult::other_reason;
}

// A date-time of its own type, of which nothing is specified.
void write_no_date_time(DataWriter& out) {
    std::array<std::uint8_t, 1 + dlms::DateTime::encoded_size> octets{};
    ByteWriter writer(octets);
    writer.u8(static_cast<std::uint8_t>(DataTag::date_time));
    write(writer, dlms::DateTime{});
    out.encoded(writer.written());
}

// Nothing is confirmed: no date from which confirmations are asked for, and no interval between them.
DataAccessResult read_confirmation_parameters(const AttributeContext&, Cursor&, DataWriter& out) {
    out.structure(2);
    write_no_date_time(out);
    out.double_long_unsigned(0);
    return DataAccessResult::success;
}

DataAccessResult read_last_confirmation(const AttributeContext&, Cursor&, DataWriter& out) {
    write_no_date_time(out);
    return DataAccessResult::success;
}

constexpr std::array push_setup_attributes = {
    Attribute{2, read_objects, write_objects},
    Attribute{3, read_destination, write_destination},
    Attribute{4, read_communication_windows, write_communication_windows},
    Attribute{5, read_randomisation, write_randomisation},
    Attribute{6, read_retries, write_retries},
    Attribute{7, read_repetition_delay, write_repetition_delay},
    Attribute{8, read_port_reference, write_port_reference},
    Attribute{9, read_client_sap, write_client_sap},
    Attribute{10, read_protection, nullptr},
    Attribute{11, read_operation_method, write_operation_method},
    Attribute{12, read_confirmation_parameters, nullptr},
    Attribute{13, read_last_confirmation, nullptr},
};

// The parameter of both methods, which means nothing: integer (0).
bool is_integer(Bytes parameters) {
    DataReader in(parameters);
    (void)in.integer();
    return in.complete();
}

ActionResult push(const RequestContext& of, Bytes parameters, DataWriter&) {
    const auto setup = push_setup_named(of.object.name);
    if (!setup) return ActionResult::object_unavailable;
    if (!is_integer(parameters)) return ActionResult::type_unmatched;
    return of.meter.outbox().push(of.meter, *setup);
}

ActionResult reset(const RequestContext& of, Bytes parameters, DataWriter&) {
    const auto setup = push_setup_named(of.object.name);
    if (!setup) return ActionResult::object_unavailable;
    if (!is_integer(parameters)) return ActionResult::type_unmatched;
    of.meter.outbox().reset(of.meter, *setup);
    return ActionResult::success;
}

constexpr std::array push_setup_methods = {Method{1, push}, Method{2, reset}};

}  // namespace

constinit const InterfaceClass push_setup_class = {40, 2, push_setup_attributes, push_setup_methods};

}  // namespace blathy::meter
