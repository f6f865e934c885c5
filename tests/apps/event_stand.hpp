// A meter between its terminals and a central system: mains, loads, switches, hands and clients before it, a listener
// for what it pushes behind it.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "apps/blathy/meter/desk_meter.hpp"
#include "apps/blathy/meter/push_sender.hpp"
#include "apps/blathy/net/socket.hpp"
#include "station/push_receiver.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/supply.hpp"

namespace blathy::test {

// Flash that refuses to be programmed in some sectors.
class WornFlash final : public meter::Flash {
  public:
    std::set<std::size_t> worn;
    MemoryFlash octets{256, 4096};

    [[nodiscard]] std::size_t sector_size() const override { return octets.sector_size(); }
    [[nodiscard]] std::size_t sector_count() const override { return octets.sector_count(); }
    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
        return octets.read(sector, offset, into);
    }
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes from) override {
        return !worn.contains(sector) && octets.program(sector, offset, from);
    }
    [[nodiscard]] bool erase(std::size_t sector) override { return !worn.contains(sector) && octets.erase(sector); }
};

// A meter whose flash and clock chip somebody can get at between two starts.
class Workbench {
  public:
    explicit Workbench(const meter::Model& of) : model(of) { start(bench_time); }

    const meter::Model& model;
    WornFlash flash;
    std::optional<meter::Store> store;
    std::optional<meter::Meter> meter;

    void stop() { meter.reset(); }
    // Power comes; `now` is what the clock chip says.
    void start(std::optional<meter::UtcTime> now) {
        stop();
        store.emplace(flash);
        store->mount();
        meter.emplace(model, meter::Identity(model, 12345), meter::Configuration{}, *store, now, meter::EventHook{},
                      security_ports(entropy_));
        (void)meter->security().provision_demo_keys();
    }

  private:
    CountingEntropy entropy_;
};

class EventStand {
  public:
    explicit EventStand(const meter::Model& of) : model(of), listener_(*apps::listen_tcp("127.0.0.1", 0)) {
        apps::DeskMeterOptions options;
        options.model = &of;
        options.speed = speed;
        auto made = apps::DeskMeter::make(options);
        if (!made) std::abort();
        desk = std::move(*made);
        set_usual_loads();
        set_up(desk->meter());
        live(4);
    }

    const meter::Model& model;
    std::unique_ptr<apps::DeskMeter> desk;
    std::optional<Workbench> workbench;
    // Of the alarm descriptors, as the listener was told last; and how often it was told.
    meter::AlarmBits pushed{};
    std::size_t pushes = 0;

    // The one that it is about at present.
    meter::Meter& meter() { return workbench ? *workbench->meter : desk->meter(); }
    Workbench& to_workbench() {
        workbench.emplace(model);
        set_up(*workbench->meter);
        live(4);
        return *workbench;
    }

    void live(double seconds) {
        if (workbench) {
            test::live(meter(), healthy(model, std::chrono::milliseconds{200}),
                       std::chrono::milliseconds{static_cast<int>(seconds * 1000)});
            return listen();
        }
        for (double left = seconds; left > 0; left -= step_s) {
            desk->run_for(std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(left, step_s) / speed * 1e9)});
            listen();
        }
    }
    // Unequal ones, so that a current returns through the neutral.
    void set_usual_loads() {
        desk->site().set_loads({.current_a = 5});
        set_current(0, 7);
    }
    void set_voltage(std::size_t phase, double volts) {
        world::Mains mains = desk->site().mains();
        mains.voltage_v[phase] = volts;
        desk->site().set_mains(mains);
    }
    void set_voltages(double volts) {
        for (std::size_t i = 0; i < model.phases; ++i) set_voltage(i, volts);
    }
    void set_current(std::size_t phase, double amperes) { desk->site().set_load(phase, {.current_a = amperes}); }
    void set_inputs(void (*change)(meter::Inputs&)) {
        meter::Inputs inputs = desk->inputs();
        change(inputs);
        desk->set_inputs(inputs);
    }
    // The management client asks, in hex.
    std::string ask(std::string_view apdu) {
        Client client(meter(), management_client_sap);
        if (!client.open(management_password)) return "no association";
        return client.ask(apdu);
    }
    // What the meter has to say reaches the listener.
    void listen() {
        for (int i = 0; i < 20; ++i) {
            const auto now = std::chrono::steady_clock::now();
            sender_.take_from(meter(), now);
            const bool waits = sender_.under_way() > 0 || connection_;
            poller_.wait(std::chrono::milliseconds{waits ? 1 : 0});
            sender_.after_wait(now);
            take_connection();
            if (!waits && sender_.under_way() == 0 && !connection_) return;
        }
    }

  private:
    static constexpr double speed = 100;
    static constexpr double step_s = 1;

    struct Connection {
        apps::Socket socket;
        station::PushReceiver receiver;
    };

    // Everything lasts a second, every alarm passes the filter, and is pushed to the listener.
    void set_up(meter::Meter& of) {
        meter::SupervisionSettings settings = of.supervision().settings();
        settings.alarm_filters = {0xFFFF'FFFF, 0xFFFF'FFFF};
        for (std::uint16_t* time :
             {&settings.undervoltage_time_s, &settings.overvoltage_time_s, &settings.missing_voltage_time_s,
              &settings.overcurrent_time_s, &settings.neutral_time_s, &settings.sequence_time_s,
              &settings.reversal_time_s, &settings.bypass_time_s}) {
            *time = 1;
        }
        settings.unbalance_time_s = 5;
        settings.long_failure_s = 30;
        settings.missing_voltage = 1000;  // a single phase's meter still lives at 100 V
        EXPECT_TRUE(of.supervise(settings));
        meter::RelaySettings relay = meter::load_relay_settings(model, of.store());
        for (meter::MonitorTimes& times : relay.times) times = {1, 1};
        EXPECT_TRUE(of.relay().configure(of.clock(), relay));
        if (model.functions.limiter) {
            meter::LimiterSettings limiter = meter::load_limiter_settings(model, of.store(), 0);
            limiter.min_over_s = limiter.min_under_s = 1;
            limiter.when_over = meter::RelayScript::none;
            EXPECT_TRUE(of.relay().configure(of.clock(), 0, limiter));
        }
        meter::PushSettings push = meter::factory_push_settings(meter::PushSetup::alarm);
        for (const char c : "127.0.0.1:" + std::to_string(apps::local_port(listener_))) {
            (void)push.destination.add(static_cast<std::uint8_t>(c));
        }
        EXPECT_TRUE(meter::keep_push_settings(of.store(), meter::PushSetup::alarm, push));
    }
    void take_connection() {
        if (!connection_) {
            bool out_of_descriptors = false;
            auto accepted = apps::accept_tcp(listener_, out_of_descriptors);
            if (!accepted) return;
            connection_.emplace(Connection{std::move(accepted->socket),
                                           station::PushReceiver(station::PushReceiver::Framing::wrapper,
                                                                 [this](const station::Push& push) { take(push); })});
        }
        std::array<std::uint8_t, 4096> room{};
        const auto count = connection_->socket.read(room);
        if (!count || !connection_->receiver.put(Bytes(room).first(*count), 0)) connection_.reset();
    }
    void take(const station::Push& push) {
        ASSERT_TRUE(push.notification);
        ++pushes;
        // The names of the setup and of the meter, the time, and the two descriptors.
        const auto* const values = push.notification->value.items();
        ASSERT_TRUE(values != nullptr && values->size() == 5);
        for (std::size_t i = 0; i < 2; ++i) {
            pushed[i] = static_cast<std::uint32_t>((*values)[3 + i].integer().value_or(0));
        }
    }

    apps::Poller poller_;
    apps::Socket listener_;
    apps::PushSender sender_{poller_};
    std::optional<Connection> connection_;
};

}  // namespace blathy::test
