// A meter with a relay on the bench: what it is told, measures and tells of it.
#pragma once

#include <memory>
#include <vector>

#include "tests/support/bench.hpp"

namespace blathy::test {

class RelayBench {
  public:
    explicit RelayBench(const meter::Model& of = meter::sed302, meter::Flash* flash = nullptr,
                        std::optional<meter::UtcTime> now = bench_time)
        : model(of),
          own_flash_(flash == nullptr ? std::make_unique<MemoryFlash>(256, 4096) : nullptr),
          flash_(flash == nullptr ? *own_flash_ : *flash) {
        power_up(now);
    }

    const meter::Model& model;
    std::vector<meter::Event> events;
    // What the inputs and the account are made to say.
    meter::RelayConditions conditions;
    // Of each phase.
    std::uint32_t voltage_mv = 230'000;
    std::uint32_t current_ua = 0;
    // The load of L1 is the greatest then, and of three phases the star point moves towards it while there is load.
    bool neutral_broken = false;
    // The load's current flows through contacts that are closed, as the contact follows the meter.
    bool welded = false;

    meter::Meter& meter() { return *meter_; }
    meter::RelayControl& relay() { return meter_->relay(); }
    [[nodiscard]] meter::ControlState state() { return relay().disconnector().state(); }
    [[nodiscard]] bool closed() const { return contact_; }

    void pass(std::chrono::seconds time, std::chrono::seconds step = std::chrono::seconds{1}) {
        for (std::chrono::seconds passed{0}; passed < time; passed += step) advance(step);
    }
    void advance(std::chrono::microseconds duration) {
        using namespace meter;
        Interval interval;
        interval.duration_us = static_cast<std::uint32_t>(duration.count());
        for (std::size_t k = 0; k < model.phases; ++k) {
            PhaseInterval& phase = interval.phase[k];
            phase.voltage_mv = voltage_mv;
            phase.voltage_angle_mdeg = static_cast<std::uint32_t>(k) * 120'000;
            phase.current_ua = contact_ ? current_ua : 0;
            phase.active_power_mw = std::int64_t{voltage_mv} * phase.current_ua / 1'000'000;
            phase.apparent_power_mva = phase.active_power_mw;
            phase.active_energy_mj = phase.active_power_mw * duration.count() / 1'000'000;
            phase.apparent_energy_mvas = phase.active_energy_mj;
        }
        obey_conditions();
        interval.neutral_current_ua = model.phases == 1 ? interval.phase[0].current_ua : 0;
        if (neutral_broken && contact_ && current_ua != 0) {
            constexpr std::array voltages_mv = {150'000U, 280'000U, 280'000U};
            constexpr std::array angles_mdeg = {0U, 134'000U, 226'000U};
            for (std::size_t k = 0; k < model.phases; ++k) {
                interval.phase[k].voltage_mv = voltages_mv[k];
                interval.phase[k].voltage_angle_mdeg = angles_mdeg[k];
            }
        }
        relay().set_contact(contact_);
        (void)meter_->advance(interval);
        const RelayPulse pulse = relay().take_pulse();
        if (pulse != RelayPulse::none && !welded) contact_ = pulse == RelayPulse::close;
    }
    // Without mains, and awake.
    void pass_on_battery(std::chrono::seconds time) {
        obey_conditions();
        meter_->advance_on_battery(time);
    }
    // As if the power had failed for so long.
    void cut_power(std::chrono::seconds duration = std::chrono::seconds{0}) {
        const meter::UtcTime now = meter_->clock().now() + duration;
        meter_.reset();
        power_up(now);
    }
    // The events of the relay and of the modules since the last call.
    std::vector<meter::EventKind> take_events() {
        using Kind = meter::EventKind;
        std::vector<Kind> kinds;
        for (const meter::Event& event : events) {
            const bool of_relay = (event.kind >= Kind::remote_disconnection && event.kind <= Kind::fuse_normal) ||
                                  event.kind == Kind::tamper_latch_cleared;
            const bool of_modules = event.kind >= Kind::module_removed && event.kind <= Kind::network_lost;
            if (of_relay || of_modules) kinds.push_back(event.kind);
        }
        events.clear();
        return kinds;
    }

  private:
    // Covers and magnet as the conditions say, and an account with or without something left.
    void obey_conditions() {
        meter::Inputs inputs;
        inputs.meter_cover_open = (conditions.tamper & meter::tamper_meter_cover) != 0;
        inputs.terminal_cover_open = (conditions.tamper & meter::tamper_terminal_cover) != 0;
        inputs.magnetic_field = (conditions.tamper & meter::tamper_magnetic_field) != 0;
        meter_->set_inputs(inputs);
        const auto& account = meter_->accounting().ledger().account;
        const bool exhausted = account.receipt != 0 && account.available <= 0;
        if (exhausted == conditions.credit_exhausted) return;
        if (account.receipt == 0 || exhausted)
            (void)meter_->account(&meter::Accounting::credit, 1U, account.receipt + 1);
        if (conditions.credit_exhausted) meter_->charge(1);
    }
    void power_up(std::optional<meter::UtcTime> now) {
        store_.emplace(flash_);
        store_->mount();
        const meter::EventHook hook{[](void* context, const meter::Event& event) {
                                        static_cast<RelayBench*>(context)->events.push_back(event);
                                    },
                                    this};
        meter_.emplace(model, meter::Identity(model, 12345), meter::Configuration{}, *store_, now, hook,
                       security_ports(entropy_));
        events.clear();
    }

    std::unique_ptr<MemoryFlash> own_flash_;
    meter::Flash& flash_;
    CountingEntropy entropy_;
    std::optional<meter::Store> store_;
    std::optional<meter::Meter> meter_;
    bool contact_ = true;
};

}  // namespace blathy::test
