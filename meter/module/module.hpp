// A plug-in module as the meter sees it: what it is, how it is, and what it is told.
//
// Octets take no way of their own: they go from the module to a link of meter/server, as from any other port, and back,
// for as long as the module is plugged in, alive and on its network. What a PLC or RF module carries is HDLC, what a
// cellular one does is TCP and UDP with the wrapper.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/fixed_list.hpp"
#include "meter/clock/time_window.hpp"

namespace blathy::meter {

enum class ModuleKind : std::uint8_t {
    rs485,     // a line, always there
    cellular,  // CAT.1 and 2G
    plc,       // G3-PLC (ITU-T G.9903): joins a network of power lines, as the two at the end
    rf,        // joins a mesh
    input,     // keypad or NFC
    hplc,      // high speed, ISO/IEC 12139-1
    bplc,      // broadband
};
constexpr bool is_plc(ModuleKind kind) {
    return kind == ModuleKind::plc || kind == ModuleKind::hplc || kind == ModuleKind::bplc;
}
// It has to join a network before it carries anything.
constexpr bool needs_network(ModuleKind kind) {
    return kind == ModuleKind::cellular || kind == ModuleKind::rf || is_plc(kind);
}

// IC 47, attribute 3.
enum class Registration : std::uint8_t { not_registered, home, searching, denied, unknown, roaming };
// IC 47, attribute 5.
enum class PacketService : std::uint8_t { inactive, gprs, edge, umts, hsdpa, lte, cdma };

inline constexpr std::uint8_t signal_unknown = 99;

// A G3-PLC module at its network (ITU-T G.9903), in the terms of IC 90 to 92.
struct PlcStatus {
    static constexpr std::uint16_t no_address = 0xFFFF;
    static constexpr std::size_t counters_of_frames = 9;

    std::uint16_t network = no_address;        // PAN id
    std::uint16_t short_address = no_address;  // of the module
    std::uint16_t coordinator = 0;             // short address
    std::uint16_t next_hop = no_address;       // short address of the neighbour on the way to the coordinator
    std::uint16_t route_cost = 0xFFFF;         // of that way
    std::uint8_t hops = 0;
    std::uint8_t link_quality = 0;  // of the neighbour: 0 to 255
    std::uint32_t frame_counter = 0;
    // Frames, as the attributes of IC 90 follow each other.
    std::array<std::uint32_t, counters_of_frames> frames{};
};

// A high speed PLC module at its network, in the terms of IC 140 to 143; 0 of what its network has not told it yet.
struct HsPlcStatus {
    std::uint64_t group = 0;
    std::uint64_t secondary_group = 0;
    std::uint64_t station = 0;         // its own
    std::uint64_t parent_station = 0;  // by which it is connected
    std::uint64_t master_station = 0;
    bool repeats = false;
    std::uint8_t encryption_mode = 0;
    bool rts_cts = false;
    std::uint16_t ether_type = 0;  // of the CPAS sublayer
    std::uint8_t header_compression = 0;
    std::uint16_t alive_s = 0;  // of the IP layer; 0: for ever
};

struct ModuleStatus {
    bool attached = false;  // to its network: it carries octets
    Registration registration = Registration::not_registered;
    PacketService service = PacketService::inactive;
    std::uint8_t signal_quality = signal_unknown;  // 0 to 31, as 3GPP TS 27.007 has it
    std::uint8_t bit_errors = signal_unknown;      // 0 to 7
    std::uint32_t cell = 0;
    std::uint16_t area = 0;
    std::uint16_t country = 0;  // mobile country code
    std::uint16_t network = 0;  // mobile network code
    std::uint32_t channel = 0;
    std::uint32_t address = 0;  // IPv4, 0: none
    std::uint32_t subnet_mask = 0;
    std::uint32_t gateway = 0;
    std::array<std::uint32_t, 2> name_servers{};
    FixedList<std::uint8_t, 16> operator_name;
    PlcStatus plc;
    HsPlcStatus hs_plc;
};

// When the meter is on its network (IC 29, Auto connect, version 2).
enum class ConnectMode : std::uint8_t {
    always = 101,
    within_windows = 102,             // and at no other time
    within_windows_or_invoked = 103,  // outside of them once the method connect is called
    invoked = 104,
};
constexpr bool is_served(ConnectMode mode) {
    return mode >= ConnectMode::always && mode <= ConnectMode::invoked;
}

struct NetworkSettings {
    static constexpr std::size_t max_text = 32;
    using Text = FixedList<std::uint8_t, max_text>;

    Text access_point;
    std::uint16_t pin = 0;  // 0: none
    Text user;              // PAP; empty: no authentication
    Text password;
    ConnectMode mode = ConnectMode::always;
    TimeWindows windows;  // none: always
    std::uint8_t repetitions = 0;
    std::uint16_t repetition_delay_s = 60;

    constexpr bool operator==(const NetworkSettings&) const = default;
};

// What a module is to do about its network.
enum class NetworkDemand : std::uint8_t {
    none,     // leave it
    invoked,  // join it; after as many failures as there are repetitions it may give up
    lasting,  // be on it, whatever it takes
};

// Implemented by what drives the module. A pointer to one stands for a module that is plugged in.
class Module {
  public:
    [[nodiscard]] virtual ModuleKind kind() const = 0;
    // None: it does not answer.
    [[nodiscard]] virtual std::optional<ModuleStatus> status() const = 0;
    // At once when it is plugged in, and whenever they change.
    virtual void configure(const NetworkSettings& settings) = 0;
    // At once when it is plugged in, whenever that changes, and again when somebody asks anew.
    virtual void demand(NetworkDemand demand) = 0;
    // A G3-PLC module counts its frames from zero.
    virtual void reset_frame_counters() = 0;

  protected:
    ~Module() = default;
};

}  // namespace blathy::meter
