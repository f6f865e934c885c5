// A desk meter without mains: its ports fall silent, its module speaks once more, and all of it comes back.
#include <array>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "apps/blathy/meter/listen.hpp"
#include "apps/blathy/meter/module_link.hpp"
#include "apps/blathy/meter/push_sender.hpp"
#include "apps/blathy/net/connect.hpp"
#include "dlms/hdlc/frame.hpp"
#include "meter/models/sed302.hpp"
#include "station/link/serial.hpp"

#include "tests/apps/wpdus.hpp"
#include "tests/support/supply.hpp"
#include "tests/support/tcp_client.hpp"

namespace blathy::apps {
namespace {

using namespace std::chrono;
using test::hex;
using Octets = std::vector<std::uint8_t>;

// The end of a cable that a test holds; a serial port of this system is at the other.
class CableEnd {
  public:
    CableEnd() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
        if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) std::abort();
        std::array<char, 64> name{};
        if (::ptsname_r(master_, name.data(), name.size()) != 0) std::abort();
        path_ = name.data();
        slave_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY);
    }
    ~CableEnd() {
        ::close(slave_);
        ::close(master_);
    }
    CableEnd(const CableEnd&) = delete;
    CableEnd& operator=(const CableEnd&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    void send(Bytes octets) const { EXPECT_EQ(::write(master_, octets.data(), octets.size()), octets.size()); }
    [[nodiscard]] Octets receive() const {
        Octets room(4096);
        const auto count = ::read(master_, room.data(), room.size());
        room.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return room;
    }

  private:
    int master_;
    int slave_ = -1;  // held open, so that the port exists
    std::string path_;
};

struct DeskSupply : testing::Test {
    Poller poller;
    std::unique_ptr<DeskMeter> desk;
    std::vector<std::unique_ptr<LinkServer>> servers;
    PushSender sender{poller};
    TakenLines taken;

    void SetUp() override {
        DeskMeterOptions options;
        options.model = &meter::sed302;
        options.speed = 100;
        auto made = DeskMeter::make(options);
        ASSERT_TRUE(made);
        desk = std::move(*made);
    }
    LinkServer& listen(const std::string& text) {
        auto server = listen_at(poller, *station::parse_url(text, station::UrlUse::listen), desk->meter(), {}, taken);
        if (!server) std::abort();
        servers.push_back(std::move(*server));
        return *servers.back();
    }
    static std::uint16_t port_of(const LinkServer& server) {
        const std::string url = server.url();
        return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    }
    // As the program does it.
    void settle() {
        for (int i = 0; i < 20; ++i) {
            poller.wait(milliseconds{1});
            const auto now = steady_clock::now();
            for (const auto& server : servers) {
                server->after_wait();
                server->run_timers(now);
                server->follow_supply(desk->meter());
            }
            sender.after_wait(now);
            sender.take_from(desk->meter(), now);
        }
    }
    void live(double meter_s) {
        for (double left = meter_s; left > 0; left -= 1) {
            desk->run_for(nanoseconds{static_cast<std::int64_t>(std::min(left, 1.0) * 1e9 / desk->speed())});
            const auto now = steady_clock::now();
            for (const auto& server : servers) {
                server->run_timers(now);
                server->follow_supply(desk->meter());
            }
        }
        settle();
    }
    void switch_mains(bool on) {
        for (std::size_t phase = 0; phase < 3; ++phase) desk->set_phase_switch(phase, on);
    }
};

TEST_F(DeskSupply, WithoutItNobodyIsServedOverTheNetwork) {
    LinkServer& tcp = listen("tcp://127.0.0.1:0");
    LinkServer& lines = listen("hdlc+tcp://127.0.0.1:0");
    LinkServer& datagrams = listen("udp://127.0.0.1:0");
    const auto udp = connect_udp("127.0.0.1", port_of(datagrams));
    ASSERT_TRUE(udp);
    const auto answered_by_udp = [&] {
        (void)udp->write(wpdus::aarq);
        settle();
        std::array<std::uint8_t, 256> room{};
        return udp->read(room).value_or(0) == wpdus::aare_size;
    };
    EXPECT_TRUE(answered_by_udp());
    test::TcpClient client(port_of(tcp));
    client.send(wpdus::aarq);
    settle();
    EXPECT_EQ(client.receive_now().size(), wpdus::aare_size);
    test::TcpClient line(port_of(lines));
    settle();
    EXPECT_EQ(lines.connections(), 1U);

    switch_mains(false);
    live(3);
    EXPECT_FALSE(desk->meter().powered());
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(line.is_closed());
    for (const LinkServer* server : {&tcp, &lines}) {
        test::TcpClient late(port_of(*server));
        settle();
        EXPECT_TRUE(late.is_closed());
        EXPECT_EQ(server->connections(), 0U);
    }
    EXPECT_FALSE(answered_by_udp());

    // Within a second of meter time it answers again, at the same places.
    switch_mains(true);
    live(1);
    test::TcpClient again(port_of(tcp));
    again.send(wpdus::aarq);
    settle();
    EXPECT_EQ(again.receive_now().size(), wpdus::aare_size);
    EXPECT_TRUE(answered_by_udp());
}

// RS485 is dead without mains; who stands before the meter can read it at its optical port, by its battery.
TEST_F(DeskSupply, WithoutItTheOpticalPortAnswersWhoPressedTheButton) {
    const CableEnd bus;
    const CableEnd probe;
    listen("serial:" + bus.path());
    listen("optical:" + probe.path());
    dlms::hdlc::Frame snrm;
    snrm.destination = dlms::hdlc::one_octet_address(1);
    snrm.source = dlms::hdlc::one_octet_address(16);
    snrm.control = dlms::hdlc::encode_control({.kind = dlms::hdlc::FrameKind::snrm, .poll_final = true});
    Octets request(64);
    request.resize(dlms::hdlc::encode_frame(snrm, request));
    const auto bus_answers = [&] {
        settle();
        bus.send(request);
        settle();
        std::this_thread::sleep_for(milliseconds{200});  // its turnaround, and what is allowed for adapters
        settle();
        return !bus.receive().empty();
    };
    const auto probe_answers = [&] {
        settle();
        probe.send(as_bytes("/?!\r\n"));
        settle();
        std::this_thread::sleep_for(milliseconds{250});  // its reaction time
        settle();
        return !probe.receive().empty();
    };
    EXPECT_TRUE(bus_answers());
    EXPECT_TRUE(probe_answers());
    switch_mains(false);
    live(3);
    EXPECT_FALSE(bus_answers());
    EXPECT_FALSE(probe_answers());
    desk->meter().press_display_button();
    EXPECT_TRUE(probe_answers());
    EXPECT_FALSE(bus_answers());
    live(121);
    EXPECT_FALSE(probe_answers()) << "two minutes are over";
    // Without a battery, and with an empty capacitor, there is nothing to read it by.
    meter::Inputs inputs = desk->inputs();
    inputs.battery_present = false;
    desk->set_inputs(inputs);
    desk->meter().press_display_button();
    EXPECT_FALSE(probe_answers());
    switch_mains(true);
    live(1);
    EXPECT_TRUE(probe_answers());
}

struct LastBreath : DeskSupply {
    Socket listener = *listen_tcp("127.0.0.1", 0);
    world::ModuleTraits traits;
    ModuleLink* link = nullptr;

    void SetUp() override {
        DeskSupply::SetUp();
        traits.boot = traits.fastest_join = traits.slowest_join = milliseconds{500};
        traits.losses_a_day = 0;
        ASSERT_TRUE(desk->plug_module(0, meter::ModuleKind::cellular, traits));
        auto made =
            ModuleLink::make(poller, *station::parse_url("tcp://127.0.0.1:0", station::UrlUse::listen), *desk, {}, 0);
        ASSERT_TRUE(made);
        link = made->get();
        servers.push_back(std::move(*made));
        auto push = meter::factory_push_settings(meter::PushSetup::power_down);
        for (const char c : "127.0.0.1:" + std::to_string(local_port(listener))) {
            (void)push.destination.add(static_cast<std::uint8_t>(c));
        }
        ASSERT_TRUE(meter::keep_push_settings(desk->meter().store(), meter::PushSetup::power_down, push));
        live(4);
        ASSERT_TRUE(link->listens());
    }
    // The octets of one connection, of which there are none if nobody came.
    Octets received() {
        bool out_of_descriptors = false;
        const auto accepted = accept_tcp(listener, out_of_descriptors);
        Octets octets(4096);
        octets.resize(accepted ? accepted->socket.read(octets).value_or(0) : 0);
        return octets;
    }
    std::vector<int> codes() { return test::codes(desk->meter(), meter::EventLogId::communication); }
};

TEST_F(LastBreath, GoesOutThroughTheModuleWhichDiesThenAndComesBack) {
    switch_mains(false);
    live(2);
    ASSERT_FALSE(desk->meter().powered());
    EXPECT_TRUE(desk->module(0)->is_running());
    const Octets push = received();
    ASSERT_GT(push.size(), 8U);
    EXPECT_EQ(push[8], 0x0F) << "a DataNotification in its wrapper";
    EXPECT_THAT(hex(push), testing::HasSubstr("0906000519"
                                              "0900FF"))
        << "of the power down setup";
    // The module's own seconds: it can still be reached.
    test::TcpClient client(static_cast<std::uint16_t>(std::stoi(link->url().substr(link->url().rfind(':') + 1))));
    settle();
    EXPECT_EQ(link->connections(), 1U);
    live(8);
    EXPECT_FALSE(desk->module(0)->is_running());
    live(60);
    EXPECT_FALSE(link->listens());
    EXPECT_TRUE(client.is_closed());
    EXPECT_FALSE(desk->meter().modules().dead(0)) << "it has no energy, and is not broken";
    EXPECT_THAT(codes(), testing::ElementsAre(245, 146, 147));
    switch_mains(true);
    live(4);
    EXPECT_TRUE(desk->module(0)->is_running());
    EXPECT_TRUE(link->listens());
    EXPECT_THAT(codes(), testing::ElementsAre(245, 146, 147, 146));
}

// However fast time passes, it comes to its last word.
TEST_F(LastBreath, IsInTimeInAMeterThatLivesThousandsOfSecondsASecond) {
    switch_mains(false);
    desk->run_for(seconds{1});  // a hundred seconds, which are longer than the module has
    settle();
    EXPECT_GT(received().size(), 8U);
    desk->run_for(seconds{1});
    EXPECT_FALSE(desk->module(0)->is_running());
}

TEST_F(LastBreath, IsNotHeardOfAModuleThatIsPulled) {
    desk->pull_module(0);
    live(1);
    switch_mains(false);
    live(2);
    EXPECT_FALSE(link->listens());
    EXPECT_THAT(codes(), testing::ElementsAre(245, 146, 147, 244));
    // One that is plugged in now has what its capacitor holds, and no more.
    ASSERT_TRUE(desk->plug_module(0, meter::ModuleKind::cellular, traits));
    live(20);
    EXPECT_FALSE(desk->module(0)->is_running());
}

TEST_F(DeskSupply, WithoutABatteryTheClockStandsStillOnceTheCapacitorIsEmpty) {
    meter::Meter& meter = desk->meter();
    switch_mains(false);
    live(100);
    switch_mains(true);
    live(1);
    EXPECT_TRUE(meter.clock().valid()) << "the battery has kept it";
    meter::Inputs inputs = desk->inputs();
    inputs.battery_present = false;
    desk->set_inputs(inputs);
    switch_mains(false);
    live(30);
    switch_mains(true);
    live(1);
    EXPECT_TRUE(meter.clock().valid()) << "the capacitor has";
    switch_mains(false);
    live(70);
    const auto stopped_at = meter.clock().now();
    live(1000);
    EXPECT_EQ(meter.clock().now(), stopped_at);
    switch_mains(true);
    live(1);
    EXPECT_FALSE(meter.clock().valid());
    EXPECT_LT(meter.clock().now(), stopped_at + seconds{3});
    const auto codes = test::codes(meter, meter::EventLogId::standard);
    EXPECT_EQ(std::vector(codes.end() - 2, codes.end()), (std::vector{6, 2})) << "clock invalid, power up";
    meter.set_clock(stopped_at + hours{1});
    EXPECT_TRUE(meter.clock().valid());
}

// What was due while there was no power is done before anybody can ask for it.
TEST_F(DeskSupply, WhatWasDueIsMadeUpWithinASecond) {
    meter::Meter& meter = desk->meter();
    meter.set_clock(sys_days{year{2026} / 6 / 30} + hours{20});
    live(1);
    const auto resets = meter.accounting().ledger().resets;
    const auto days = meter.accounting().log(meter::ProfileId::daily).end();
    switch_mains(false);
    live(1);
    for (int i = 0; i < 200; ++i) desk->run_for(seconds{1});  // a hundred seconds each: beyond midnight
    EXPECT_FALSE(meter.powered());
    switch_mains(true);
    live(1);
    EXPECT_GT(meter.interval().duration_us, 0U);
    EXPECT_EQ(meter.accounting().ledger().resets, resets + 1) << "the month's bill";
    EXPECT_EQ(meter.accounting().log(meter::ProfileId::daily).end(), days + 1);
    const auto codes = test::codes(meter, meter::EventLogId::standard);
    EXPECT_EQ(std::vector(codes.end() - 2, codes.end()), (std::vector{2, 230})) << "power up, billing reset";
}

}  // namespace
}  // namespace blathy::apps
