#include "world/simulation/lived_meter.hpp"

#include <array>

#include "meter/load_profile/profiles.hpp"

namespace blathy::world {
namespace {

// It has keys if somebody gives it some; without entropy it is managed by password.
constexpr std::array<std::uint8_t, 16> device_key = {'s', 'i', 'm', 'u', 'l', 'a', 't', 'i', 'o', 'n'};

}  // namespace

LivedMeter::LivedMeter(const meter::Model& model, UtcTime now, const meter::EventHook& hook)
    : LivedMeter(model, now, NorFlash(meter::flash_sectors), hook) {}

LivedMeter::LivedMeter(const meter::Model& model, UtcTime now, NorFlash flash, const meter::EventHook& hook)
    : model_(model), flash_(std::move(flash)), hook_(hook) {
    power_on(now);
}

void LivedMeter::power_on(UtcTime now) {
    store_.emplace(flash_);
    store_->mount();
    meter_.emplace(model_, meter::Identity(model_, 1), meter::Configuration{}, *store_, now, hook_,
                   meter::security::SecurityPorts{nullptr, device_key});
    meter_->set_inputs(inputs_);
}

void LivedMeter::power_off(std::chrono::seconds duration, bool noticed) {
    const UtcTime now = meter_->clock().now() + duration;
    if (noticed) (void)meter_->mains_lost();
    meter_.reset();
    power_on(now);
}

void LivedMeter::set_inputs(const meter::Inputs& inputs) {
    inputs_ = inputs;
    meter_->set_inputs(inputs_);
}

void LivedMeter::advance(const Lives& lives) {
    if (inputs_.temperature_tenths != lives.temperature_tenths) {
        inputs_.temperature_tenths = lives.temperature_tenths;
        meter_->set_inputs(inputs_);
    }
    meter_->advance(lives.interval);
}

void LivedMeter::fail_within(const FailsWithin& step) {
    (void)meter_->save();
    flash_.cut_at(step.operation, step.tear, step.operation);
    advance(step.lives);
    flash_.restore();
    power_off(step.duration, false);
}

void LivedMeter::live(const Step& step) {
    if (const auto* lives = std::get_if<Lives>(&step)) {
        advance(*lives);
    } else if (const auto* within = std::get_if<FailsWithin>(&step)) {
        fail_within(*within);
    } else if (const auto* fails = std::get_if<PowerFails>(&step)) {
        if (!fails->awake) return power_off(fails->duration);
        (void)meter_->mains_lost();
        meter_->advance_on_battery(fails->counted);
        meter_->mains_returned();
    } else if (const auto* hands = std::get_if<HandsAreOn>(&step)) {
        set_inputs(hands->inputs);
    } else if (const auto* set = std::get_if<ClockIsSet>(&step)) {
        meter_->set_clock(meter_->clock().now() + set->by);
    } else if (const auto* credited = std::get_if<AccountIsCredited>(&step)) {
        (void)meter_->account(&meter::Accounting::credit, credited->amount, ++receipt_);
    } else if (const auto* charged = std::get_if<AccountIsCharged>(&step)) {
        meter_->charge(charged->amount);
    } else {
        (void)meter_->press_reset_button();
    }
}

}  // namespace blathy::world
