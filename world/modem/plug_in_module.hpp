// A plug-in module of any kind, and the network that it joins or does not: signal, how long joining takes, losses, a
// SIM with its PIN, a module that dies, and the capacitor that lets it speak once more after the mains have failed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "meter/module/module.hpp"
#include "world/random.hpp"

namespace blathy::world {

struct ModuleTraits {
    std::chrono::milliseconds boot{3'000};
    // One attempt to join, drawn between these.
    std::chrono::milliseconds fastest_join{4'000};
    std::chrono::milliseconds slowest_join{12'000};
    int signal = 20;            // 0 to 31; it wanders about this
    double losses_a_day = 0.5;  // of the network
    std::chrono::milliseconds hold_up{8'000};
    std::string operator_name = "Blathy Mobile";
    std::string access_point;   // the network lets in this one only; empty: any
    std::uint16_t sim_pin = 0;  // 0: the SIM asks for none
};

class PlugInModule final : public meter::Module {
  public:
    // Below this nobody hears it.
    static constexpr int lowest_signal = 3;

    explicit PlugInModule(meter::ModuleKind kind, const ModuleTraits& traits = {}, std::uint64_t seed = 1);

    // True time passes.
    void advance(std::chrono::microseconds duration);

    // It starts anew with its supply; without, it lives on its capacitor.
    void set_supply(bool on);
    void set_signal(int signal) { traits_.signal = signal; }
    [[nodiscard]] int signal() const { return traits_.signal; }
    // Its firmware hangs, or somebody has repaired it: then it starts anew.
    void set_dead(bool dead);
    [[nodiscard]] bool is_dead() const { return dead_; }
    [[nodiscard]] bool is_running() const { return powered_ && !dead_; }
    // The network lets go of it now.
    void lose_network();
    // Octets go through it: a PLC module counts the frames that they are in.
    void carry(std::size_t to_meter, std::size_t from_meter);

    [[nodiscard]] meter::ModuleKind kind() const override { return kind_; }
    [[nodiscard]] std::optional<meter::ModuleStatus> status() const override;
    void configure(const meter::NetworkSettings& settings) override;
    void demand(meter::NetworkDemand demand) override;
    void reset_frame_counters() override { plc_.frames = {}; }

  private:
    enum class State : std::uint8_t { booting, idle, joining, joined, denied };

    void start();
    void begin_to_join();
    void end_attempt();
    void wait_before_next_attempt();
    [[nodiscard]] bool needs_network() const { return meter::needs_network(kind_); }
    [[nodiscard]] bool admitted() const;
    // It is to be on its network, and has not given up.
    [[nodiscard]] bool wants_to_join() const;
    void join_plc();
    void join_hs_plc();
    void leave();

    meter::ModuleKind kind_;
    ModuleTraits traits_;
    meter::NetworkSettings settings_;
    Random random_;
    State state_ = State::booting;
    std::chrono::microseconds left_{0};       // of the state
    std::chrono::microseconds capacitor_{0};  // what it holds up
    int wander_ = 0;
    unsigned failures_ = 0;  // attempts in a row
    bool supplied_ = true;
    bool powered_ = true;
    bool dead_ = false;
    meter::NetworkDemand demand_ = meter::NetworkDemand::lasting;
    std::uint32_t address_ = 0;
    meter::PlcStatus plc_;
    meter::HsPlcStatus hs_plc_;
};

}  // namespace blathy::world
