// The disconnector: the state machine of IC 70, Disconnect control (IEC 62056-6-2, 4.5.8), driven by causes.
//
// Its state follows from the causes that stand: a command holds it disconnected, a local cause or the hand that is
// still to come holds it ready for reconnection, and without any cause it is connected. The control mode says which
// transitions there are:
//
//     a remote_reconnect   disconnected -> connected        modes 2, 4, 7
//     b remote_disconnect  connected -> disconnected        all but 0
//     c remote_disconnect  ready -> disconnected            all but 0
//     d remote_reconnect   disconnected -> ready            modes 1, 3, 5, 6
//     e manual_reconnect   ready -> connected               all but 0
//     f manual_disconnect  connected -> ready               modes 1, 2, 5
//     g local_disconnect   connected -> ready               all but 0
//     h local_reconnect    ready -> connected               modes 5, 6, 7
//
// A reconnection (a) that finds a local cause standing leads to ready: the command is fulfilled when that cause falls.
#pragma once

#include "meter/relay/causes.hpp"

namespace blathy::meter {

enum class ControlState : std::uint8_t { disconnected, connected, ready_for_reconnection };

inline constexpr std::uint8_t highest_control_mode = 7;
// Remote commands and local causes open and close without a hand: what restoring by voltage, by credit and by schedule
// takes.
inline constexpr std::uint8_t factory_control_mode = 7;

enum class Transition : std::uint8_t {
    done,
    refused_by_mode,   // the control mode has no such transition
    refused_by_state,  // not from where it is
    not_durable,       // the flash failed, and nothing has changed
};

// How a local cause ends.
enum class CauseEnd : std::uint8_t {
    by_itself,  // closes where the mode has local reconnection (h), else a hand has to
    by_hand,    // a hand has to
    direct,     // closes in every mode
};

class Disconnector {
  public:
    Disconnector() = default;
    Disconnector(std::uint8_t mode, RelayCauses causes) : mode_(mode), causes_(causes) {}

    [[nodiscard]] std::uint8_t mode() const { return mode_; }
    [[nodiscard]] RelayCauses causes() const { return causes_; }
    [[nodiscard]] ControlState state() const;
    // Nothing keeps it open but the hand that is to come.
    [[nodiscard]] bool waits_for_hand() const;

    // Mode 0 forgets commands and hands, and is connected whatever stands. False: there is no such mode.
    bool set_mode(std::uint8_t mode);

    // `command` is one of relay_commands.
    Transition disconnect(RelayCause command);
    Transition reconnect(RelayCause command);
    Transition manual_disconnect();
    Transition manual_reconnect();
    // `cause` is one of relay_local_causes.
    void begin(RelayCause cause) { causes_.add(cause); }
    void end(RelayCause cause, CauseEnd how);

  private:
    std::uint8_t mode_ = factory_control_mode;
    RelayCauses causes_;
};

}  // namespace blathy::meter
