// Plug-in modules of `blathy meter`: their links come and go with their network, and nobody else minds.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/blathy/meter/desk_meter.hpp"
#include "apps/blathy/meter/listen.hpp"
#include "apps/blathy/meter/module_link.hpp"
#include "apps/blathy/meter/module_option.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"

#include "tests/support/program.hpp"
#include "tests/support/tcp_client.hpp"

namespace blathy::test {
namespace {

using namespace std::chrono;
using apps::ModuleLink;
using testing::HasSubstr;

TEST(ModuleOptions, AreASlotAKindAndTheLinksItCarries) {
    const auto option =
        apps::parse_module_option("2=cellular,tcp://127.0.0.1:4061,udp://127.0.0.1:4061", meter::sed302);
    ASSERT_TRUE(option);
    EXPECT_EQ(option->slot, 1U);
    EXPECT_EQ(option->kind, meter::ModuleKind::cellular);
    EXPECT_EQ(option->links.size(), 2U);
    EXPECT_TRUE(apps::parse_module_option("input=input", meter::sed302));
    for (const std::string kind : {"plc", "hplc", "bplc", "rf", "rs485"}) {
        EXPECT_TRUE(apps::parse_module_option("1=" + kind + ",hdlc+tcp://127.0.0.1:4062", meter::sed302)) << kind;
    }
}

TEST(ModuleOptions, SayWhatIsWrong) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"1", "SLOT=KIND"},
        {"3=plc", "slots 1, 2 and input"},
        {"=plc", "slots 1, 2 and input"},
        {"1=", "there are cellular"},
        {"1=gsm", "there are cellular"},
        {"1=input", "input slot"},
        {"input=rf", "input slot"},
        {"1=plc,tcp://127.0.0.1:1", "does not carry"},
        {"1=cellular,hdlc+tcp://127.0.0.1:1", "does not carry"},
        {"1=cellular,nonsense", "--module 1=cellular,nonsense"},
        {"1=cellular,", "--module"},
    };
    for (const auto& [text, complaint] : wrong) {
        const auto option = apps::parse_module_option(text, meter::sed302);
        ASSERT_FALSE(option) << text;
        EXPECT_THAT(option.error(), HasSubstr(complaint)) << text;
    }
    const auto none = apps::parse_module_option("1=rf", meter::sm120b2);
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error(), HasSubstr("SM120B2 has no such slot"));
}

struct DeskModules : testing::Test {
    apps::Poller poller;
    std::unique_ptr<apps::DeskMeter> desk;

    void SetUp() override {
        apps::DeskMeterOptions options;
        options.model = &meter::sed302;
        options.speed = 10;
        auto made = apps::DeskMeter::make(options);
        ASSERT_TRUE(made);
        desk = std::move(*made);
    }
    void live(seconds meter_time, apps::LinkServer& link) {
        for (seconds lived{0}; lived < meter_time; ++lived) {
            desk->run_for(milliseconds{100});
            poller.wait(milliseconds{0});
            link.after_wait();
            link.run_timers(steady_clock::now());
        }
    }
    std::unique_ptr<ModuleLink> link_at(const std::string& text, std::size_t slot) {
        const auto url = station::parse_url(text, station::UrlUse::listen);
        auto link = ModuleLink::make(poller, *url, *desk, {}, slot);
        return link ? std::move(*link) : nullptr;
    }
};

TEST_F(DeskModules, AreReachedOnlyOnTheirNetwork) {
    world::ModuleTraits traits;
    traits.losses_a_day = 0;
    ASSERT_TRUE(desk->plug_module(0, meter::ModuleKind::cellular, traits));
    const auto link = link_at("tcp://127.0.0.1:0", 0);
    ASSERT_NE(link, nullptr);
    EXPECT_FALSE(link->listens());
    live(seconds{20}, *link);
    ASSERT_TRUE(link->listens());
    const auto port = static_cast<std::uint16_t>(std::stoi(link->url().substr(link->url().rfind(':') + 1)));
    TcpClient client(port);
    live(seconds{1}, *link);
    EXPECT_EQ(link->connections(), 1U);
    desk->module(0)->lose_network();
    live(seconds{2}, *link);
    EXPECT_FALSE(link->listens());
    EXPECT_TRUE(client.is_closed());
    live(seconds{80}, *link);
    EXPECT_TRUE(link->listens());
    EXPECT_THAT(link->url(), testing::EndsWith(std::to_string(port)));
    desk->pull_module(0);
    live(seconds{1}, *link);
    EXPECT_FALSE(link->listens());
    ASSERT_TRUE(desk->plug_module(0, meter::ModuleKind::cellular, traits));
    live(seconds{20}, *link);
    EXPECT_TRUE(link->listens());
    desk->module(0)->set_dead(true);
    live(seconds{2}, *link);
    EXPECT_FALSE(link->listens());
}

TEST_F(DeskModules, AreReachedWithinTheirCallingWindowsOnly) {
    world::ModuleTraits traits;
    traits.losses_a_day = 0;
    ASSERT_TRUE(desk->plug_module(0, meter::ModuleKind::cellular, traits));
    const auto link = link_at("tcp://127.0.0.1:0", 0);
    ASSERT_NE(link, nullptr);
    meter::Meter& meter = desk->meter();
    // Every day from 8 to 18 o'clock; in June that is two hours ahead of UTC.
    const auto at = [](std::uint8_t hour) { return dlms::DateTime{{}, {hour, 0, 0, 0}}; };
    auto settings = meter::load_network_settings(meter.store());
    settings.mode = meter::ConnectMode::within_windows;
    ASSERT_TRUE(settings.windows.add({at(8), at(18)}));
    const auto day = sys_days{year{2026} / 6 / 15};
    meter.set_clock(day + hours{10});
    ASSERT_TRUE(meter.modules().configure(meter.clock(), settings));
    live(seconds{20}, *link);
    EXPECT_TRUE(link->listens());
    meter.set_clock(day + hours{15} + minutes{59});
    live(seconds{30}, *link);
    EXPECT_TRUE(link->listens());
    live(seconds{90}, *link);
    EXPECT_FALSE(link->listens());
    EXPECT_FALSE(meter.modules().connect(meter.clock()));
    live(seconds{20}, *link);
    EXPECT_FALSE(link->listens());
}

TEST_F(DeskModules, APortThatIsTakenIsSaid) {
    apps::TakenLines taken;
    const auto first = apps::listen_at(poller, *station::parse_url("tcp://127.0.0.1:0", station::UrlUse::listen),
                                       desk->meter(), {}, taken);
    ASSERT_TRUE(first);
    EXPECT_EQ(link_at((*first)->url(), 0), nullptr);
}

TEST(ModuleProgram, AllPortsAreReadAtTheSameTime) {
    Background program({blathy, "meter", "--panel", "off", "--speed", "50", "--listen", "tcp://127.0.0.1:0", "--module",
                        "1=cellular,tcp://127.0.0.1:0", "--module", "2=rs485,hdlc+tcp://127.0.0.1:0", "--module",
                        "input=input"});
    const auto until_space = [](const std::optional<std::string>& text) {
        return text ? text->substr(0, text->find(' ')) : std::string("nowhere");
    };
    const std::vector<std::string> urls = {
        until_space(program.line_with("DLMS/COSEM at ")),
        until_space(program.line_with("Module 1=cellular, DLMS/COSEM at ")),
        until_space(program.line_with("Module 2=rs485, DLMS/COSEM at ")),
    };
    std::vector<Outcome> outcomes(urls.size());
    std::vector<std::thread> readers;
    for (std::size_t i = 0; i < urls.size(); ++i) {
        readers.emplace_back([&, i] {
            std::vector<std::string> command = {blathy, "read", urls[i], "0-0:42.0.0", "1.8.0", "--csv"};
            for (const std::string& option : reading_client()) command.push_back(option);
            // The network is joined within seconds.
            for (int attempt = 0; attempt < 100 && outcomes[i].exit_code != 0; ++attempt) {
                std::this_thread::sleep_for(milliseconds{100});
                outcomes[i] = run(command);
            }
        });
    }
    for (std::thread& reader : readers) reader.join();
    for (std::size_t i = 0; i < urls.size(); ++i) {
        EXPECT_EQ(outcomes[i].exit_code, 0) << urls[i] << ": " << outcomes[i].err;
        EXPECT_THAT(outcomes[i].out, HasSubstr("BLTED30200000001")) << urls[i];
    }
}

TEST(ModuleProgram, SaysWhatIsWrongWithAModule) {
    const std::vector<std::string> meter = {blathy, "meter", "--panel", "off", "--listen", "tcp://127.0.0.1:0"};
    auto wrong = meter;
    wrong.insert(wrong.end(), {"--module", "1=toaster"});
    EXPECT_EQ(run(wrong).exit_code, 2);
    EXPECT_THAT(run(wrong).err, HasSubstr("--module 1=toaster"));
    auto twice = meter;
    twice.insert(twice.end(), {"--module", "1=plc", "--module", "1=rf"});
    EXPECT_EQ(run(twice).exit_code, 2);
    EXPECT_THAT(run(twice).err, HasSubstr("another module"));
}

}  // namespace
}  // namespace blathy::test
