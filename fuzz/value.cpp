// Any octets as a value: decoded, printed, and encoded again to what decodes to the same.
#include <cstdlib>

#include "station/format.hpp"
#include "station/link/wrapper_framing.hpp"
#include "station/object_list.hpp"
#include "station/profile.hpp"
#include "station/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace blathy;
    using namespace blathy::station;
    const Bytes input(data, size);
    const ValueLimits limits{.max_depth = 16, .max_values = 100'000};
    if (const auto value = decode_value(input, limits)) {
        for (const char c : to_text(*value, {.scaler = -3})) {
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) std::abort();
        }
        (void)to_json(*value, {.scaler = 3});
        (void)object_list_from(*value);
        const auto again = decode_value(encode(*value));
        // A float that is not a number is not equal to itself, but its octets are.
        if (!again || encode(*again) != encode(*value)) std::abort();
    }
    (void)parse_url(as_text(input));
    (void)parse_iso(as_text(input));
    return 0;
}
