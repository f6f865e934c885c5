#include "meter/profile/capture_object.hpp"

namespace blathy::meter {

void write_capture_object(dlms::DataWriter& out, const CaptureObject& object, std::size_t elements) {
    out.structure(elements);
    out.long_unsigned(object.attribute.class_id);
    out.octet_string(object.attribute.instance);
    out.integer(object.attribute.attribute);
    out.long_unsigned(object.data_index);
}

CaptureObject read_capture_object(dlms::DataReader& in, std::size_t elements) {
    CaptureObject object;
    in.structure(elements);
    object.attribute.class_id = in.long_unsigned();
    object.attribute.instance = in.logical_name();
    object.attribute.attribute = in.integer();
    object.data_index = in.long_unsigned();
    return object;
}

}  // namespace blathy::meter
