// Why a relay is open: the causes, in the order of their priority, and what the rest of the meter tells the relay.
//
// Each cause stands or falls on its own, and the relay closes only when none stands. The first that stands is the one
// that displays name. A command lifts commands of its own source and of those behind it, never one before it: a
// reconnection by schedule does not undo what an operator has disconnected.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "meter/model.hpp"

namespace blathy::meter {

// The bit of a cause in every word of causes is its number.
enum class RelayCause : std::uint8_t {
    overvoltage,     // register monitors of the voltages
    overcurrent,     // fuse supervision
    tamper,          // latched until somebody clears it
    remote,          // a client's command
    no_credit,       // prepayment: nothing is left
    limiter,         // limiter 1
    maximum_demand,  // limiter 2
    schedule,        // single action schedules
    tariff,          // the day profile calls a script
    manual,          // opened by hand, or closed only by hand
    count,
};
inline constexpr std::size_t relay_causes = static_cast<std::size_t>(RelayCause::count);
inline constexpr std::array<std::string_view, relay_causes> relay_cause_names = {
    "overvoltage", "overcurrent",    "tamper",   "remote", "no credit",
    "limiter",     "maximum demand", "schedule", "tariff", "manual",
};

class RelayCauses {
  public:
    constexpr RelayCauses() = default;
    constexpr explicit RelayCauses(std::uint16_t bits) : bits_(bits) {}
    constexpr RelayCauses(RelayCause cause) : bits_(static_cast<std::uint16_t>(1U << static_cast<unsigned>(cause))) {}

    [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }
    [[nodiscard]] constexpr bool none() const { return bits_ == 0; }
    [[nodiscard]] constexpr bool any_of(RelayCauses others) const { return (bits_ & others.bits_) != 0; }
    [[nodiscard]] constexpr bool has(RelayCause cause) const { return any_of(cause); }
    // The one of the highest priority.
    [[nodiscard]] constexpr std::optional<RelayCause> first() const {
        for (std::size_t i = 0; i < relay_causes; ++i) {
            if (has(static_cast<RelayCause>(i))) return static_cast<RelayCause>(i);
        }
        return std::nullopt;
    }
    constexpr void add(RelayCauses others) { bits_ = static_cast<std::uint16_t>(bits_ | others.bits_); }
    constexpr void remove(RelayCauses others) { bits_ = static_cast<std::uint16_t>(bits_ & ~others.bits_); }
    constexpr RelayCauses operator|(RelayCauses others) const {
        return RelayCauses(static_cast<std::uint16_t>(bits_ | others.bits_));
    }
    constexpr RelayCauses operator&(RelayCauses others) const {
        return RelayCauses(static_cast<std::uint16_t>(bits_ & others.bits_));
    }
    constexpr bool operator==(const RelayCauses&) const = default;

  private:
    std::uint16_t bits_ = 0;
};
constexpr RelayCauses operator|(RelayCause a, RelayCause b) {
    return RelayCauses(a) | RelayCauses(b);
}

// Somebody wants it so until he wants it otherwise.
inline constexpr RelayCauses relay_commands = RelayCause::remote | RelayCause::schedule | RelayCause::tariff;
// The meter itself finds it so.
inline constexpr RelayCauses relay_local_causes = RelayCause::overvoltage | RelayCause::overcurrent |
                                                  RelayCause::tamper | RelayCause::no_credit | RelayCause::limiter |
                                                  RelayCause::maximum_demand;

// The commands that a reconnection by `command` lifts.
constexpr RelayCauses lifted_by(RelayCause command) {
    const unsigned higher = (1U << static_cast<unsigned>(command)) - 1U;
    return RelayCauses(static_cast<std::uint16_t>(relay_commands.bits() & ~higher));
}

constexpr RelayCauses causes_of(const Model& model) {
    const Functions& functions = model.functions;
    RelayCauses causes = RelayCause::remote | RelayCause::schedule | RelayCause::manual;
    if (functions.overvoltage_disconnect) causes.add(RelayCause::overvoltage);
    if (functions.fuse_supervision) causes.add(RelayCause::overcurrent);
    if (functions.tamper_disconnect) causes.add(RelayCause::tamper);
    if (functions.prepayment) causes.add(RelayCause::no_credit);
    if (functions.limiter) causes.add(RelayCause::limiter | RelayCause::maximum_demand);
    if (functions.tariff_disconnect) causes.add(RelayCause::tariff);
    return causes;
}

// What opens the relay as a tamper: bits of 1-0:94.98.69.255.
enum TamperSource : std::uint8_t {
    tamper_meter_cover = 0x01,
    tamper_terminal_cover = 0x02,
    tamper_magnetic_field = 0x04,
};
inline constexpr std::uint8_t tamper_sources = tamper_meter_cover | tamper_terminal_cover | tamper_magnetic_field;

// What other parts of the meter know and the relay obeys, as it is now.
struct RelayConditions {
    std::uint8_t tamper = 0;  // TamperSource: the covers that are open, and the field while there is one
    bool credit_exhausted = false;
    bool neutral_missing = false;

    constexpr bool operator==(const RelayConditions&) const = default;
};

}  // namespace blathy::meter
