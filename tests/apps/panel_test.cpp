// The panel's server side: what it shows, what it obeys, and whom it lets in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/blathy/panel/messages.hpp"
#include "apps/blathy/panel/redact.hpp"
#include "apps/blathy/panel/site_messages.hpp"
#include "meter/models/models.hpp"

#include "tests/support/hex.hpp"
#include "tests/support/program.hpp"
#include "tests/support/tcp_client.hpp"

namespace blathy::apps {
namespace {

using test::hex;
using testing::HasSubstr;
using testing::Not;

TEST(Redact, BlanksThePasswordOfAnAarq) {
    const auto aarq = hex(
        "6036A1090607608574050801018A0207808B0760857405080201AC0A80083132333435363738BE10040E01000000065F1F0400007E1F"
        "04B0");
    const auto shown = test::hex(redacted(aarq));
    EXPECT_THAT(shown, Not(HasSubstr("3132333435363738")));
    EXPECT_THAT(shown, HasSubstr("AC0A80082A2A2A2A2A2A2A2ABE10"));
}

TEST(Redact, BlanksEveryWayToWriteASecret) {
    const std::string secret = "53454352455431";  // "SECRET1"
    const std::string target = "000F0000280000FF07 00";
    for (const std::string& request : {
             "C101C1" + target + "0907" + secret,                       // normal
             "C102C1" + target + "00 00000001 09 0907" + secret,        // first block
             "C103C1 01 00000002 07" + secret,                          // a later block
             "C104C1 01" + target + "01 0907" + secret,                 // with list
             "C105C1 01" + target + "01 00000001 0A 01 0907" + secret,  // with list and first block
             "C301C1 000F0000280000FF02 01 0907" + secret,              // change_HLS_secret
             "C101C1 0013 0000140000FF 07 00 0907" + secret,            // the optical port's password
             "D9 40000000 00 02 01 00080000010000FF02 02 000F0000280000FF07 02 00 0907" +
                 secret,  // ACCESS, behind a GET
             "D9 40000000 00 01 03 000F0000280000FF02 01 0907" + secret,
             "E0 81 0001 0000 16 C101C1" + target + "0907" + secret,  // in a general block
             "E0 01 0001 0000 16 C101C1" + target + "0909" + secret,  // in the first of two
         }) {
        const auto apdu = hex(request);
        const auto shown = redacted(apdu);
        EXPECT_EQ(shown.size(), apdu.size()) << request;
        EXPECT_THAT(test::hex(shown), Not(HasSubstr(secret))) << request;
    }
}

TEST(Redact, LeavesEverythingElseAsItIs) {
    for (const char* apdu : {"C001C1000801000108 00FF0200", "C101C100080000010000FF0200090C07E50118FF0E303950FFC400",
                             "C301C1000F0000280000FF01010907 53454352455431", "FF", ""}) {
        EXPECT_EQ(test::hex(redacted(hex(apdu))), test::hex(hex(apdu)));
    }
}

class PanelMessages : public testing::Test {
  protected:
    std::string obey(const std::string& message) { return apps::obey(*desk_, message, changed_); }

    // A second at most is lived in one go.
    void live(std::chrono::seconds time) {
        for (auto left = time; left.count() > 0; --left) desk_->run_for(std::chrono::seconds{1});
    }

    static std::unique_ptr<DeskMeter> make_desk() {
        DeskMeterOptions options;
        options.model = meter::find_model("SED302");
        return std::move(*DeskMeter::make(options));
    }

    std::unique_ptr<DeskMeter> desk_ = make_desk();
    bool changed_ = false;
};

TEST_F(PanelMessages, SetTheLoadAndTheMains) {
    EXPECT_EQ(obey(R"({"type":"phase","phase":2,"current":12.5,"power_factor":0.5,"inductive":false,"export":true})"),
              "");
    EXPECT_TRUE(changed_);
    EXPECT_EQ(obey(R"({"type":"phase","phase":3,"voltage":207})"), "");
    EXPECT_EQ(obey(R"({"type":"mains","frequency":49.5})"), "");
    const Json controls = controls_of(*desk_);
    EXPECT_EQ(controls["phases"][1]["current"], 12.5);
    EXPECT_EQ(controls["phases"][1]["export"], true);
    EXPECT_EQ(controls["phases"][2]["voltage"], 207);
    EXPECT_EQ(controls["frequency"], 49.5);
    EXPECT_EQ(controls["household"], false);
    EXPECT_EQ(obey(R"({"type":"household","on":true})"), "");
    EXPECT_EQ(controls_of(*desk_)["household"], true);
}

TEST_F(PanelMessages, RefuseWhatCanNotBe) {
    for (const char* message : {"",
                                "null",
                                "[]",
                                "{}",
                                "{\"type\":1}",
                                R"({"type":"reboot"})",
                                R"({"type":"phase","phase":0,"current":1})",
                                R"({"type":"phase","phase":4,"current":1})",
                                R"({"type":"phase","phase":-1,"current":1})",
                                R"({"type":"phase","phase":1,"current":-1})",
                                R"({"type":"phase","phase":1,"current":1e9})",
                                R"({"type":"phase","phase":1,"current":"1"})",
                                R"({"type":"phase","phase":1,"power_factor":1.1})",
                                R"({"type":"mains","frequency":5})",
                                R"({"type":"button","button":"self-destruct","pressed":true})",
                                R"({"type":"button","button":"display"})",
                                R"({"type":"phase","phase":1.5,"current":1})",
                                R"({"type":"phase","phase":1,"export":1})",
                                R"({"type":"phase","phase":1,"bypass":2})",
                                R"({"type":"mains","reversed":"yes"})",
                                R"({"type":"switch","wire":"L4","closed":true})",
                                R"({"type":"switch","wire":"L1"})",
                                R"({"type":"cover","cover":"lid","open":true})",
                                R"({"type":"cover","cover":"meter","open":1})",
                                R"({"type":"magnet","field":-1})",
                                R"({"type":"magnet","field":1e9})",
                                R"({"type":"magnet"})",
                                R"({"type":"battery","voltage":12})",
                                R"({"type":"module","slot":"3","act":"pull"})",
                                R"({"type":"module","slot":"1","act":"explode"})",
                                R"({"type":"module","slot":"1","act":"plug"})",
                                R"({"type":"module","slot":"1","act":"plug","kind":"input"})",
                                R"({"type":"module","slot":"input","act":"plug","kind":"rf"})",
                                R"({"type":"module","slot":"1","act":"pull"})",
                                R"({"type":"module","slot":"1","act":"set-signal","signal":99999999999})",
                                R"({"type":"contact","phase":4,"welded":true})",
                                R"({"type":"contact","phase":1})"}) {
        EXPECT_NE(obey(message), "") << message;
        EXPECT_FALSE(changed_) << message;
    }
}

TEST_F(PanelMessages, ShowWhatTheCoreShows) {
    desk_->run_for(std::chrono::milliseconds{400});
    const Json hello = hello_message(*desk_, {"tcp://127.0.0.1:4059"});
    EXPECT_EQ(hello["model"]["name"], "SED302");
    EXPECT_EQ(hello["annunciators"].size(), meter::lcd_annunciators);
    const Json tick = tick_message(*desk_, 3);
    EXPECT_EQ(tick["lcd"]["digits"], std::string(16, 'F'));  // the segment test after power up
    EXPECT_NEAR(tick["phases"][0]["v"].get<double>(), 230, 0.5);
    EXPECT_EQ(tick["clients"], 3);
    const Json wave = wave_message(*desk_);
    EXPECT_EQ(wave["v"].size(), 3U);
    EXPECT_EQ(wave["v"][0].size(), 160U);
}

TEST_F(PanelMessages, ShowLightsOutputsAndSounds) {
    EXPECT_EQ(hello_message(*desk_, {})["logs"].size(), meter::event_logs);
    EXPECT_EQ(hello_message(*desk_, {})["model"]["output_constant"], 500);
    EXPECT_EQ(tick_message(*desk_, 0)["leds"]["credit"], "off");
    constexpr std::uint64_t unit = meter::account_units_per_currency;
    ASSERT_TRUE(desk_->meter().account(&meter::Accounting::credit, unit, std::uint64_t{1}));
    EXPECT_EQ(tick_message(*desk_, 0)["leds"]["credit"], "green");

    EXPECT_EQ(obey(R"({"type":"button","button":"display","pressed":true})"), "");
    EXPECT_EQ(obey(R"({"type":"button","button":"display","pressed":false})"), "");
    EXPECT_EQ(obey(R"({"type":"button","button":"reset","pressed":true})"), "");
    EXPECT_EQ(tick_message(*desk_, 0)["sounds"], (Json{"key", "done"}));
    EXPECT_EQ(tick_message(*desk_, 0)["sounds"], Json::array());

    // 69 kW: 19.2 pulses a second of the LED, and half of that of the output.
    desk_->site().stop_household();
    desk_->site().set_loads({.current_a = 100});
    live(std::chrono::seconds{1});
    (void)desk_->take_pulses();
    live(std::chrono::seconds{5});
    const Json tick = tick_message(*desk_, 0);
    EXPECT_NEAR(static_cast<double>(tick["outputs"]["active"].size()), 48, 2);
    EXPECT_NEAR(static_cast<double>(tick["leds"]["active"].size()), 96, 3);
    EXPECT_TRUE(tick["outputs"]["reactive"].empty());
    desk_->meter().charge(unit);
    EXPECT_EQ(tick_message(*desk_, 0)["leds"]["credit"], "red");

    DeskMeterOptions options;
    options.model = meter::find_model("SM306");
    const auto without = std::move(*DeskMeter::make(options));
    EXPECT_EQ(tick_message(*without, 0)["leds"]["credit"], nullptr);
    EXPECT_EQ(hello_message(*without, {})["model"]["credit_led"], false);
    EXPECT_EQ(hello_message(*without, {})["logs"].size(), meter::event_logs - 1);
}

TEST_F(PanelMessages, SayWhatIsWrong) {
    EXPECT_EQ(obey(R"({"type":"magnet","field":5000})"), "the field must be from 0 to 1000");
    EXPECT_EQ(obey(R"({"type":"cover","cover":"lid","open":true})"), "there is no such cover");
    EXPECT_EQ(obey(R"({"type":"cover","cover":"meter","open":"yes"})"), "open must be true or false");
    EXPECT_EQ(obey(R"({"type":"magnet","field":true})"), "field must be a number");
    EXPECT_EQ(obey(R"({"type":"phase","phase":1,"current":"1"})"), "current must be a number");
    EXPECT_EQ(obey(R"({"type":"module","slot":1,"act":"pull"})"), "slot must be a string");
    EXPECT_EQ(obey(R"({"type":"module","slot":"1","act":"die"})"), "there is no module in that slot");
    EXPECT_EQ(obey(R"({"type":"switch","wire":"N"})"), "the message lacks closed");
}

TEST_F(PanelMessages, MoveCoversMagnetBatteryAndSwitches) {
    const Json before = controls_of(*desk_);
    EXPECT_EQ(before["covers"],
              (Json{{"meter", false}, {"terminal", false}, {"module-1", false}, {"module-2", false}}));
    EXPECT_EQ(before["phases"][0]["switch"], true);
    EXPECT_EQ(before["neutral_switch"], true);
    for (const char* message :
         {R"({"type":"cover","cover":"terminal","open":true})", R"({"type":"cover","cover":"module-2","open":true})",
          R"({"type":"magnet","field":150})", R"({"type":"battery","present":false,"voltage":2.5})",
          R"({"type":"switch","wire":"L2","closed":false})", R"({"type":"switch","wire":"N","closed":false})",
          R"({"type":"phase","phase":2,"voltage":225,"bypass":0.25})", R"({"type":"mains","reversed":true})"}) {
        EXPECT_EQ(obey(message), "") << message;
        EXPECT_TRUE(changed_) << message;
    }
    const Json after = controls_of(*desk_);
    EXPECT_EQ(after["covers"], (Json{{"meter", false}, {"terminal", true}, {"module-1", false}, {"module-2", true}}));
    EXPECT_EQ(after["magnet"], 150);
    EXPECT_EQ(after["battery"], (Json{{"present", false}, {"voltage", 2.5}}));
    EXPECT_EQ(after["phases"][1]["switch"], false);
    EXPECT_EQ(after["phases"][1]["voltage"], 225) << "what the mains have before the switch";
    EXPECT_EQ(after["phases"][1]["bypass"], 0.25);
    EXPECT_EQ(after["neutral_switch"], false);
    EXPECT_EQ(after["reversed"], true);
    EXPECT_TRUE(desk_->meter().supervision().inputs().terminal_cover_open);
    EXPECT_EQ(desk_->site().mains().voltage_v[1], 0);
    EXPECT_EQ(obey(R"({"type":"switch","wire":"L2","closed":true})"), "");
    EXPECT_EQ(desk_->site().mains().voltage_v[1], 225);
}

TEST_F(PanelMessages, PlugAndPullModules) {
    const auto module = [&](std::size_t slot) { return state_message(*desk_)["modules"][slot]; };
    EXPECT_EQ(module(0)["state"], "empty");
    EXPECT_EQ(obey(R"({"type":"module","slot":"1","act":"plug","kind":"rs485"})"), "");
    EXPECT_EQ(obey(R"({"type":"module","slot":"1","act":"plug","kind":"plc"})"),
              "there is another module in that slot");
    live(std::chrono::seconds{5});
    EXPECT_EQ(module(0)["kind"], "rs485");
    EXPECT_EQ(module(0)["state"], "online");
    EXPECT_EQ(obey(R"({"type":"magnet","field":true})"), "field must be a number");
    EXPECT_EQ(obey(R"({"type":"phase","phase":1,"current":"1"})"), "current must be a number");
    EXPECT_EQ(obey(R"({"type":"module","slot":1,"act":"pull"})"), "slot must be a string");
    EXPECT_EQ(obey(R"({"type":"module","slot":"1","act":"die"})"), "");
    live(std::chrono::seconds{2});
    EXPECT_EQ(module(0)["state"], "silent");
    EXPECT_EQ(module(0)["dead"], true);
    EXPECT_EQ(obey(R"({"type":"module","slot":"1","act":"pull"})"), "");
    EXPECT_EQ(module(0)["kind"], nullptr);
}

TEST_F(PanelMessages, WithoutMainsTheMeterIsDark) {
    EXPECT_EQ(state_message(*desk_)["power"], true);
    for (const char* wire : {"L1", "L2", "L3"}) {
        EXPECT_EQ(obey(Json{{"type", "switch"}, {"wire", wire}, {"closed", false}}.dump()), "");
    }
    EXPECT_EQ(obey(R"({"type":"cover","cover":"meter","open":true})"), "");
    live(std::chrono::seconds{3});
    EXPECT_EQ(state_message(*desk_)["power"], false);
    const Json tick = tick_message(*desk_, 0);
    EXPECT_EQ(tick["lcd"]["digits"], std::string(16, '0'));
    EXPECT_EQ(tick["lcd"]["annunciators"].get<std::string>().find_first_not_of('0'), std::string::npos);
    EXPECT_EQ(tick["leds"]["alarm"], false);
    EXPECT_THAT(obey(R"({"type":"button","button":"reset","pressed":true})"), HasSubstr("without mains"));
    EXPECT_EQ(obey(R"({"type":"switch","wire":"L1","closed":true})"), "");
    live(std::chrono::seconds{4});
    EXPECT_EQ(tick_message(*desk_, 0)["leds"]["alarm"], true) << "of the cover";
}

TEST_F(PanelMessages, TellTheRelayAndWhyItIsOpen) {
    const auto relay = [&] { return state_message(*desk_)["relay"]; };
    EXPECT_EQ(relay()["closed"], true);
    EXPECT_EQ(relay()["state"], "connected");
    EXPECT_EQ(relay()["reasons"], Json::array());
    EXPECT_EQ(obey(R"({"type":"contact","phase":2,"welded":true})"), "");
    EXPECT_EQ(obey(R"({"type":"cover","cover":"terminal","open":true})"), "");
    live(std::chrono::seconds{2});
    EXPECT_EQ(relay()["closed"], false);
    EXPECT_EQ(relay()["state"], "ready for reconnection");
    EXPECT_EQ(relay()["reasons"], Json::array({"tamper"}));
    EXPECT_EQ(relay()["conducts"], Json::array({false, true, false}));
    EXPECT_EQ(relay()["welded"], Json::array({false, true, false}));
    const Json alarms = state_message(*desk_)["alarms"];
    EXPECT_EQ(alarms["led"], true);
    const auto fraud = std::ranges::find(alarms["bits"], "fraud attempt", [](const Json& bit) { return bit["name"]; });
    ASSERT_NE(fraud, alarms["bits"].end()) << alarms;
    EXPECT_EQ((*fraud)["acknowledged"], false);
    EXPECT_NE(obey(R"({"type":"button","button":"relay","pressed":true})"), "") << "a tamper is not the hand's to lift";
}

TEST_F(PanelMessages, BringEventsAsTheyAreWritten) {
    EventFeed feed(*desk_);
    EXPECT_EQ(feed.new_rows(*desk_), std::nullopt);
    EXPECT_EQ(obey(R"({"type":"cover","cover":"meter","open":true})"), "");
    live(std::chrono::seconds{2});
    const auto message = feed.new_rows(*desk_);
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ((*message)["history"], false);
    const Json& row = (*message)["rows"][0];
    EXPECT_EQ(row["log"], "fraud");
    EXPECT_EQ(row["code"], 44);
    EXPECT_EQ(row["name"], "meter cover opened");
    EXPECT_EQ(row["alarms"], Json::array({1U << 13, 0}));
    EXPECT_EQ(feed.new_rows(*desk_), std::nullopt);
    const Json history = EventFeed::history_message(*desk_);
    EXPECT_EQ(history["history"], true);
    EXPECT_THAT(history.dump(), HasSubstr("meter cover opened"));
}

TEST_F(PanelMessages, LogNoSecretsAndNoRawText) {
    const auto wpdu = hex(
        "0001000100010038 6036A1090607608574050801018A0207808B0760857405080201AC0A80083132333435363738BE10040E01000000"
        "065F1F0400007E1F04B0");
    const std::string message = log_message(*desk_, "peer", Direction::to_meter, wpdu).dump();
    EXPECT_THAT(message, Not(HasSubstr("12345678")));
    EXPECT_THAT(message, Not(HasSubstr("3132333435363738")));
    EXPECT_THAT(message, HasSubstr("AARQ"));
    // Octets that are no UTF-8 make valid JSON all the same.
    EXPECT_NO_THROW(
        (void)log_message(*desk_, "peer", Direction::to_meter, hex("0001FFFF0001000AC0FF80C3283C73637269")).dump());
}

class RunningPanel : public testing::Test {
  protected:
    std::string ask(const std::string& request) {
        test::TcpClient client(port_);
        client.send(request);
        client.end_sending();
        return client.receive_to_end();
    }
    static std::string upgrade(const std::string& host, const std::string& origin) {
        return "GET /ws HTTP/1.1\r\nHost: " + host + "\r\n" + (origin.empty() ? "" : "Origin: " + origin + "\r\n") +
               "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    }

    test::Background meter_{{BLATHY_PROGRAM, "meter", "--listen", "tcp://127.0.0.1:0", "--panel", "127.0.0.1:0"}};
    std::string url_ = meter_.line_with("Panel at http://").value_or(":0");
    std::uint16_t port_ = static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1)));
};

TEST_F(RunningPanel, LetsInOnlyItsOwnPage) {
    EXPECT_THAT(ask(upgrade(url_, "http://" + url_)), HasSubstr("101 Switching Protocols"));
    EXPECT_THAT(ask(upgrade(url_, "")), HasSubstr("101 Switching Protocols"));  // no browser
    EXPECT_THAT(ask(upgrade(url_, "http://evil.example")), HasSubstr("403 Forbidden"));
    EXPECT_THAT(ask(upgrade("evil.example", "http://evil.example")), HasSubstr("403 Forbidden"));
    EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), HasSubstr("403 Forbidden"));
}

TEST_F(RunningPanel, ServesItsPageAndNothingElse) {
    const auto get = [&](const std::string& target) {
        return ask("GET " + target + " HTTP/1.1\r\nHost: " + url_ + "\r\nConnection: close\r\n\r\n");
    };
    EXPECT_THAT(get("/"), HasSubstr("<!doctype html>"));
    EXPECT_THAT(get("/panel.js"), HasSubstr("Content-Type: text/javascript"));
    EXPECT_THAT(get("/../../etc/passwd"), HasSubstr("404"));
    EXPECT_THAT(get("/nothing"), HasSubstr("404"));
    EXPECT_THAT(ask("POST / HTTP/1.1\r\nHost: " + url_ + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                HasSubstr("405"));
    EXPECT_THAT(ask(std::string(1 << 20, 'A')), Not(HasSubstr("200 OK")));
    EXPECT_THAT(get("/"), HasSubstr("200 OK"));
}

}  // namespace
}  // namespace blathy::apps
