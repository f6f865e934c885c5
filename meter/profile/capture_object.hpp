// What a profile, a push or a display list is made of, each named as IC 7 has it (capture_object_definition,
// IEC 62056-6-2, 5.2.6).
#pragma once

#include <cstddef>
#include <cstdint>

#include "dlms/apdu/common.hpp"
#include "dlms/data.hpp"

namespace blathy::meter {

struct CaptureObject {
    dlms::AttributeDescriptor attribute;
    std::uint16_t data_index = 0;  // of an element of the attribute, from 1; 0: the whole of it

    constexpr bool operator==(const CaptureObject&) const = default;
};

// The definition alone, and its octets.
inline constexpr std::size_t capture_object_elements = 4;
inline constexpr std::size_t capture_object_size = 18;

// As a structure of so many elements, of which the definition is the first four: the others are the caller's.
void write_capture_object(dlms::DataWriter& out, const CaptureObject& object,
                          std::size_t elements = capture_object_elements);
CaptureObject read_capture_object(dlms::DataReader& in, std::size_t elements = capture_object_elements);

}  // namespace blathy::meter
