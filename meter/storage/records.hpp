// The content of the stored records, octet by octet. Each begins with the version of its form.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "meter/configuration.hpp"
#include "meter/energy/energy.hpp"
#include "meter/local_port/port_setup.hpp"
#include "meter/push/settings.hpp"

namespace blathy::meter {

void write_record(ByteWriter& out, const Energy& energy);
void write_record(ByteWriter& out, const Configuration& configuration);
void write_record(ByteWriter& out, UtcTime now);
void write_record(ByteWriter& out, const PushSettings& settings);
void write_record(ByteWriter& out, const HdlcSetup& setup);
void write_record(ByteWriter& out, const LocalPortSetup& setup);
// One bit a push setup.
void write_waiting_pushes_record(ByteWriter& out, std::uint8_t setups);

// None: a form that this firmware does not know.
std::optional<Energy> read_energy_record(Bytes content);
std::optional<Configuration> read_configuration_record(Bytes content);
std::optional<UtcTime> read_clock_record(Bytes content);
std::optional<PushSettings> read_push_settings_record(Bytes content);
std::optional<HdlcSetup> read_hdlc_setup_record(Bytes content);
std::optional<LocalPortSetup> read_local_port_setup_record(Bytes content);
std::optional<std::uint8_t> read_waiting_pushes_record(Bytes content);

}  // namespace blathy::meter
