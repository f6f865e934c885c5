#include "world/modem/plug_in_module.hpp"

#include <algorithm>

namespace blathy::world {
namespace {

using namespace std::chrono;
using meter::ModuleKind;
using meter::ModuleStatus;

constexpr int highest_signal = 31;
// Where they are in PlcStatus::frames.
constexpr std::size_t data_sent = 0;
constexpr std::size_t data_received = 1;
constexpr std::size_t commands_sent = 2;
constexpr std::size_t commands_received = 3;

std::string text_of(const meter::NetworkSettings::Text& text) {
    const auto octets = text.view();
    return {octets.begin(), octets.end()};
}

constexpr std::uint32_t address(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24U | b << 16U | c << 8U | d;
}

}  // namespace

PlugInModule::PlugInModule(ModuleKind kind, const ModuleTraits& traits, std::uint64_t seed)
    : kind_(kind), traits_(traits), random_(seed), capacitor_(traits.hold_up) {
    start();
}

void PlugInModule::start() {
    state_ = State::booting;
    left_ = traits_.boot;
    failures_ = 0;
}

void PlugInModule::set_supply(bool on) {
    if (on && !powered_) {
        powered_ = true;
        start();
    }
    if (on) capacitor_ = traits_.hold_up;
    supplied_ = on;
}

void PlugInModule::set_dead(bool dead) {
    if (dead_ && !dead) start();
    dead_ = dead;
}

void PlugInModule::lose_network() {
    if (state_ == State::joined) wait_before_next_attempt();
}

void PlugInModule::configure(const meter::NetworkSettings& settings) {
    const bool same_subscriber = settings.access_point == settings_.access_point && settings.pin == settings_.pin &&
                                 settings.user == settings_.user && settings.password == settings_.password;
    settings_ = settings;
    if (same_subscriber) return;
    failures_ = 0;
    // Whom it is to be on its network, it has to say anew.
    leave();
}

void PlugInModule::demand(meter::NetworkDemand demand) {
    demand_ = demand;
    if (demand == meter::NetworkDemand::none) return leave();
    if (demand == meter::NetworkDemand::lasting) return;
    failures_ = 0;
    if (state_ == State::idle) left_ = microseconds{0};
}

void PlugInModule::leave() {
    if (state_ == State::booting || !needs_network()) return;
    state_ = State::idle;
    left_ = microseconds{0};
}

bool PlugInModule::wants_to_join() const {
    return demand_ == meter::NetworkDemand::lasting ||
           (demand_ == meter::NetworkDemand::invoked && failures_ <= settings_.repetitions);
}

bool PlugInModule::admitted() const {
    if (kind_ != ModuleKind::cellular) return true;
    if (traits_.sim_pin != 0 && traits_.sim_pin != settings_.pin) return false;
    return traits_.access_point.empty() || traits_.access_point == text_of(settings_.access_point);
}

void PlugInModule::begin_to_join() {
    state_ = State::joining;
    const double share = random_.uniform();
    const auto span = duration<double, std::micro>(traits_.slowest_join - traits_.fastest_join) * share;
    left_ = traits_.fastest_join + duration_cast<microseconds>(span);
    // A beacon request, and the message that asks to be let in.
    plc_.frames[commands_sent] += 2;
    plc_.frame_counter += 2;
}

void PlugInModule::wait_before_next_attempt() {
    ++failures_;
    state_ = State::idle;
    left_ = seconds{settings_.repetition_delay_s};
}

void PlugInModule::end_attempt() {
    if (!admitted()) {
        state_ = State::denied;
        return;
    }
    if (traits_.signal < lowest_signal) return wait_before_next_attempt();
    state_ = State::joined;
    failures_ = 0;
    address_ =
        address(10, 64, static_cast<unsigned>(random_.bits() % 256), static_cast<unsigned>(random_.bits() % 254 + 1));
    if (kind_ == ModuleKind::plc) join_plc();
    if (kind_ == ModuleKind::hplc) join_hs_plc();
}

// The concentrator's answers, and the way to it: over a neighbour, or straight.
void PlugInModule::join_plc() {
    plc_.frames[commands_received] += 2;
    plc_.network = 0x0B1A;
    plc_.short_address = static_cast<std::uint16_t>(random_.bits() % 1000 + 1);
    plc_.hops = static_cast<std::uint8_t>(random_.bits() % 3 + 1);
    plc_.next_hop = plc_.hops == 1 ? plc_.coordinator : static_cast<std::uint16_t>(plc_.short_address + 1);
    plc_.link_quality = static_cast<std::uint8_t>(60 + random_.bits() % 60);
    plc_.route_cost = static_cast<std::uint16_t>(plc_.hops * (0xFF - plc_.link_quality));
}

// Station numbers are MAC addresses of 48 bits. The master is the network's access point.
void PlugInModule::join_hs_plc() {
    constexpr std::uint64_t stations = 0x02'0B'1A'00'00'00;  // locally administered
    constexpr unsigned repeaters = 3;
    hs_plc_ = {.group = 0x0B1A,
               .station = stations + random_.bits() % 0x100'0000,
               .master_station = stations,
               .encryption_mode = 1,
               .rts_cts = true,
               .ether_type = 0x88E1};
    // Straight, or over a neighbour.
    hs_plc_.parent_station = stations + random_.bits() % repeaters;
    hs_plc_.repeats = random_.bits() % 4 == 0;
}

void PlugInModule::carry(std::size_t to_meter, std::size_t from_meter) {
    // What one frame of the MAC carries (ITU-T G.9903).
    constexpr std::size_t octets_in_frame = 400;
    const auto frames = [](std::size_t octets) {
        return static_cast<std::uint32_t>((octets + octets_in_frame - 1) / octets_in_frame);
    };
    plc_.frames[data_received] += frames(to_meter);
    plc_.frames[data_sent] += frames(from_meter);
    plc_.frame_counter += frames(from_meter);
}

void PlugInModule::advance(microseconds duration) {
    if (!powered_) return;
    if (!supplied_) {
        capacitor_ -= duration;
        if (capacitor_ <= microseconds{0}) {
            powered_ = false;
            return;
        }
    }
    if (dead_) return;
    left_ -= duration;
    switch (state_) {
        case State::booting:
            if (left_ > microseconds{0}) break;
            state_ = needs_network() ? State::idle : State::joined;
            left_ = microseconds{0};
            break;
        case State::idle:
            if (left_ <= microseconds{0} && wants_to_join()) begin_to_join();
            break;
        case State::joining:
            if (left_ <= microseconds{0}) end_attempt();
            break;
        case State::joined: {
            if (!needs_network()) break;
            const double days = std::chrono::duration<double, std::ratio<86'400>>(duration).count();
            const bool lost = random_.uniform() < traits_.losses_a_day * days;
            if (lost || traits_.signal < lowest_signal) wait_before_next_attempt();
            if (random_.bits() % 16 == 0) wander_ = static_cast<int>(random_.bits() % 5) - 2;
            break;
        }
        case State::denied:
            break;
    }
}

std::optional<ModuleStatus> PlugInModule::status() const {
    if (!is_running() || state_ == State::booting) return std::nullopt;
    ModuleStatus status;
    status.attached = state_ == State::joined;
    if (kind_ == ModuleKind::plc) {
        status.plc = status.attached ? plc_ : meter::PlcStatus{};
        status.plc.frame_counter = plc_.frame_counter;
        status.plc.frames = plc_.frames;
    }
    if (kind_ == ModuleKind::hplc && status.attached) status.hs_plc = hs_plc_;
    if (kind_ != ModuleKind::cellular) return status;
    using meter::Registration;
    status.registration = status.attached            ? Registration::home
                          : state_ == State::joining ? Registration::searching
                          : state_ == State::denied  ? Registration::denied
                                                     : Registration::not_registered;
    const int signal =
        std::clamp(traits_.signal < lowest_signal ? traits_.signal : traits_.signal + wander_, 0, highest_signal);
    status.signal_quality = static_cast<std::uint8_t>(signal);
    status.bit_errors = static_cast<std::uint8_t>(signal > 12 ? 0 : (12 - signal) / 2);
    if (!status.attached) return status;
    status.service = signal > 8 ? meter::PacketService::lte : meter::PacketService::edge;
    status.cell = 0x0001'2A05;
    status.area = 0x0815;
    status.country = 1;  // for tests (ITU-T E.212)
    status.network = 1;
    status.channel = 1300;
    status.address = address_;
    status.subnet_mask = address(255, 255, 255, 255);
    status.gateway = address(10, 64, 0, 1);
    status.name_servers = {address(10, 64, 0, 53), address(10, 64, 1, 53)};
    for (const char character : traits_.operator_name) {
        (void)status.operator_name.add(static_cast<std::uint8_t>(character));
    }
    return status;
}

}  // namespace blathy::world
