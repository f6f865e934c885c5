// How secrets are compared and forgotten.
#pragma once

#include "base/bytes.hpp"
#include "dlms/security/octet_buffer.hpp"

namespace blathy::dlms::security {

// Equal size and content. The time taken depends on the sizes alone, so that it tells nothing of where they differ.
[[nodiscard]] bool same_secret(Bytes a, Bytes b);

// Sets all octets to zero, also where the compiler sees that nobody reads them again.
void wipe(MutableBytes octets);

// A secret that is wiped when it goes out of scope.
template <std::size_t capacity>
class Secret : public OctetBuffer<capacity> {
  public:
    using OctetBuffer<capacity>::OctetBuffer;
    Secret() = default;
    Secret(const OctetBuffer<capacity>& octets) : OctetBuffer<capacity>(octets) {}
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    ~Secret() { wipe(this->room()); }
};

}  // namespace blathy::dlms::security
