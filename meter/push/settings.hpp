// Push setups: what the meter sends on its own account, where to and when (IC 40, Push setup, version 2).
//
// Of each setup only what a user changed is kept, in the store, and it is read when it is needed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/fixed_list.hpp"
#include "meter/clock/time_window.hpp"
#include "meter/local_port/port_setup.hpp"
#include "meter/profile/source.hpp"
#include "meter/storage/store.hpp"

namespace blathy::meter {

// Group B of their names, 0-b:25.9.0.255, follows IDIS.
enum class PushSetup : std::uint8_t { connectivity, interval, alarm, power_down };
inline constexpr std::array push_setups = {PushSetup::connectivity, PushSetup::interval, PushSetup::alarm,
                                           PushSetup::power_down};

constexpr dlms::Obis name_of(PushSetup setup) {
    constexpr std::array group_b = {0, 1, 4, 5};
    return {0, group_b[static_cast<std::size_t>(setup)], 25, 9, 0};
}
std::optional<PushSetup> push_setup_named(const dlms::Obis& name);

// transport_service; there are more, which this meter has no port for.
enum class PushTransport : std::uint8_t { tcp = 0, udp = 1, hdlc = 5 };
constexpr bool is_offered(PushTransport transport) {
    return transport == PushTransport::tcp || transport == PushTransport::udp || transport == PushTransport::hdlc;
}

struct RepetitionDelay {
    std::uint16_t min_s = 60;
    std::uint16_t exponent = 200;  // in hundredths: each delay is this many times the one before
    std::uint16_t max_s = 3600;
};
// Before attempt number `repetition`, counted from 1 after the first one: min * (exponent / 100) ^ (repetition - 1),
// and not more than max.
std::uint32_t delay_s(const RepetitionDelay& delay, unsigned repetition);

struct PushSettings {
    static constexpr std::size_t max_objects = 16;
    static constexpr std::size_t max_destination = 64;

    FixedList<CaptureObject, max_objects> objects;
    PushTransport transport = PushTransport::tcp;
    FixedList<std::uint8_t, max_destination> destination;  // "192.0.2.7:4059"
    TimeWindows windows;                                   // none: always open
    std::uint16_t randomisation_start_interval_s = 0;
    std::uint8_t number_of_retries = 3;
    RepetitionDelay repetition_delay;
    dlms::Obis port_reference;
    std::int8_t client_sap = 1;

    [[nodiscard]] std::string_view destination_text() const { return as_text(destination.view()); }
    // The line of the meter's own that HDLC leaves by, which is the one that port_reference names.
    [[nodiscard]] std::optional<HdlcLine> line() const {
        return transport == PushTransport::hdlc ? hdlc_line_named(port_reference) : std::nullopt;
    }
    // Without, nothing is pushed.
    [[nodiscard]] bool leads_anywhere() const { return destination.count > 0 || line(); }
};

// What a new meter has: the list itself, by which the receiver knows what the values behind it are, the name of the
// meter, the time, and for the interval the energies.
PushSettings factory_push_settings(PushSetup setup);

PushSettings load_push_settings(const Store& store, PushSetup setup);
// False: the flash failed.
[[nodiscard]] bool keep_push_settings(Store& store, PushSetup setup, const PushSettings& settings);

}  // namespace blathy::meter
