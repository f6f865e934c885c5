#include "meter/relay/disconnector.hpp"

namespace blathy::meter {
namespace {

// The transitions that not every mode has, by mode.
struct Modes {
    bool direct_reconnect;   // a instead of d
    bool manual_disconnect;  // f
    bool local_reconnect;    // h
};
constexpr std::array<Modes, highest_control_mode + 1> modes = {{
    {false, false, false},
    {false, true, false},
    {true, true, false},
    {false, false, false},
    {true, false, false},
    {false, true, true},
    {false, false, true},
    {true, false, true},
}};

}  // namespace

ControlState Disconnector::state() const {
    if (mode_ == 0 || causes_.none()) return ControlState::connected;
    return causes_.any_of(relay_commands) ? ControlState::disconnected : ControlState::ready_for_reconnection;
}

bool Disconnector::waits_for_hand() const {
    return state() == ControlState::ready_for_reconnection && !causes_.any_of(relay_local_causes);
}

bool Disconnector::set_mode(std::uint8_t mode) {
    if (mode > highest_control_mode) return false;
    if (mode == 0) causes_ = causes_ & relay_local_causes;
    mode_ = mode;
    return true;
}

Transition Disconnector::disconnect(RelayCause command) {
    if (mode_ == 0) return Transition::refused_by_mode;
    if (causes_.has(command)) return Transition::refused_by_state;
    causes_.add(command);
    causes_.remove(RelayCause::manual);
    return Transition::done;
}

Transition Disconnector::reconnect(RelayCause command) {
    if (mode_ == 0) return Transition::refused_by_mode;
    const RelayCauses lifted = lifted_by(command);
    if (!causes_.any_of(lifted)) return Transition::refused_by_state;
    causes_.remove(lifted);
    if (!causes_.any_of(relay_commands) && !modes[mode_].direct_reconnect) causes_.add(RelayCause::manual);
    return Transition::done;
}

Transition Disconnector::manual_disconnect() {
    if (!modes[mode_].manual_disconnect) return Transition::refused_by_mode;
    if (state() != ControlState::connected) return Transition::refused_by_state;
    causes_.add(RelayCause::manual);
    return Transition::done;
}

Transition Disconnector::manual_reconnect() {
    if (mode_ == 0) return Transition::refused_by_mode;
    if (!waits_for_hand()) return Transition::refused_by_state;
    causes_.remove(RelayCause::manual);
    return Transition::done;
}

void Disconnector::end(RelayCause cause, CauseEnd how) {
    if (!causes_.has(cause)) return;
    const bool ready = state() == ControlState::ready_for_reconnection;
    causes_.remove(cause);
    const bool closes = how == CauseEnd::direct || (how == CauseEnd::by_itself && modes[mode_].local_reconnect);
    if (ready && !closes) causes_.add(RelayCause::manual);
}

}  // namespace blathy::meter
