// The content of the stored records, octet by octet. Each begins with the version of its form.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "meter/configuration.hpp"
#include "meter/energy/energy.hpp"

namespace blathy::meter {

void write_record(ByteWriter& out, const Energy& energy);
void write_record(ByteWriter& out, const Configuration& configuration);
void write_record(ByteWriter& out, UtcTime now);

// None: a form that this firmware does not know.
std::optional<Energy> read_energy_record(Bytes content);
std::optional<Configuration> read_configuration_record(Bytes content);
std::optional<UtcTime> read_clock_record(Bytes content);

}  // namespace blathy::meter
