// How long a load profile occupies a serial line: the client reads a range of it from a meter's HDLC port, both in
// simulated time, at 9600 Bd, where an octet takes ten bits and each side lets the line rest for 25 ms before it
// speaks. What is held are the figures that the DLMS UA published for 1, 3 and 7 days of four channels every 15
// minutes.
#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "dlms/hdlc/client_link.hpp"
#include "meter/models/sed302.hpp"
#include "meter/server/hdlc_port.hpp"
#include "station/profile.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/support/session_link.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using dlms::Obis;
using dlms::hdlc::ClientEvent;

const Obis profile_on_the_line(1, 0, 99, 1, 0);
constexpr std::uint32_t line_baud = 9600;
constexpr std::uint16_t rest_ms = 25;
constexpr int rows_a_day = 96;
// Structure, date-time as an octet-string, four double-long-unsigned: nothing is compressed.
constexpr std::size_t row_octets = 2 + 14 + 4 * 5;

// The client's link over a line on which time passes only while octets do, or nobody speaks.
class SimulatedLine final : public station::Link {
  public:
    explicit SimulatedLine(Meter& meter) : port_(meter, {.turnaround_ms = rest_ms}) {}

    bool connect() { return link_.connect(now_ms()) && run_until(ClientEvent::Kind::connected).has_value(); }
    [[nodiscard]] duration<double> time() const { return microseconds{now_us_}; }

    Result<void, station::Error> send(Bytes apdu, const station::Deadline&) override {
        request_ = station::to_octets(apdu);
        if (!link_.request(request_, now_ms())) return fail(station::connection_error("no connection"));
        return {};
    }
    Result<Bytes, station::Error> receive(const station::Deadline&) override {
        return run_until(ClientEvent::Kind::response);
    }
    [[nodiscard]] bool is_reliable() const override { return true; }

  private:
    [[nodiscard]] std::uint32_t now_ms() const { return static_cast<std::uint32_t>(now_us_ / 1000); }
    void pass(std::size_t octets) { now_us_ += octets * 10'000'000 / line_baud; }

    Result<Bytes, station::Error> run_until(ClientEvent::Kind kind) {
        std::array<std::uint8_t, HdlcPort::frame_room> room{};
        while (true) {
            Bytes to_client;
            if (const std::size_t asked = link_.transmit(room, now_ms())) {
                pass(asked);
                port_.receive(Bytes(room).first(asked), now_ms());
            } else if (const std::size_t answered = port_.transmit(room, now_ms()).size) {
                pass(answered);
                to_client = Bytes(room).first(answered);
            } else {
                const auto meter_wake = port_.wake_after_ms(now_ms()).value_or(1'000);
                const auto client_wake = link_.wake_after_ms(now_ms()).value_or(1'000);
                now_us_ += std::max(1U, std::min(meter_wake, client_wake)) * 1'000ULL;
                port_.receive({}, now_ms());
            }
            while (const auto event = link_.receive(to_client, now_ms())) {
                if (event->kind == kind) return event->apdu;
                return fail(station::connection_error("the link failed"));
            }
        }
    }
    static dlms::hdlc::ClientSettings client_settings() {
        dlms::hdlc::ClientSettings of;
        of.client = client_sap_of(Role::management);
        of.server = dlms::hdlc::one_octet_address(management_logical_device);
        of.parameters = {dlms::hdlc::max_info, dlms::hdlc::max_info, dlms::hdlc::max_window, dlms::hdlc::max_window};
        of.turnaround_ms = rest_ms;
        of.baud = line_baud;
        return of;
    }

    std::uint64_t now_us_ = 0;
    HdlcPort port_;
    station::Octets request_;
    station::Octets frame_ = station::Octets(HdlcPort::frame_room);
    station::Octets answer_ = station::Octets(0x10000);
    dlms::hdlc::ClientLink link_{client_settings(), frame_, answer_};
};

class LineTime : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(lived.meter().security().provision_demo_keys());
        world::Life life(sed302, begin, begin + days{8}, 3, {.interval = 900s});
        while (!life.over()) lived.live(life.next());
        auto line = std::make_unique<SimulatedLine>(lived.meter());
        ASSERT_TRUE(line->connect());
        line_ = line.get();
        station::Options options;
        const auto keys = security::demo_keys(Role::management);
        const Bytes password = keys.password.octets();
        options.association.password = station::Octets(password.begin(), password.end());
        auto client = station::Client::associate(std::move(line), options);
        ASSERT_TRUE(client) << client.error().text;
        client_.emplace(std::move(*client));
        const auto list = client_->get({7, profile_on_the_line, 3});
        ASSERT_TRUE(list) << list.error().text;
        const auto all = station::capture_objects_from(*list).value();
        columns_ = {all.front()};
        for (const station::CaptureObject& column : all) {
            if (column.attribute.class_id == 3 && columns_.size() < 5) columns_.push_back(column);
        }
        ASSERT_EQ(columns_.size(), 5U);
    }

    // Of the GET of so many days, with all its blocks, in an association that stands.
    double seconds_for(int length) {
        const auto from = begin + days{8} - days{length} + 900s;
        const auto at = [](UtcTime time) { return dlms::local_date_time(floor<milliseconds>(time), 0, 0); };
        const auto selection = station::range_selection(columns_.front(), at(from), at(begin + days{8}), columns_);
        const auto before = line_->time();
        std::size_t octets = 0;
        const auto got = client_->get({7, profile_on_the_line, 2}, selection, [&](Bytes piece) {
            octets += piece.size();
            return Result<void, station::Error>{};
        });
        EXPECT_TRUE(got) << got.error().text;
        const auto rows = static_cast<std::size_t>(length * rows_a_day);
        EXPECT_EQ(octets - rows * row_octets, rows < 0x80 ? 2U : 4U) << "all rows, and the array's tag and length";
        return (line_->time() - before).count();
    }

    static constexpr UtcTime begin = sys_days{2026y / 6 / 1} + 12h;
    world::LivedMeter lived{sed302, begin};
    std::vector<station::CaptureObject> columns_;
    SimulatedLine* line_ = nullptr;
    std::optional<station::Client> client_;
};

TEST_F(LineTime, ALoadProfileOfADayThreeAndSevenAt9600Bd) {
    const double one = seconds_for(1);
    const double three = seconds_for(3);
    const double seven = seconds_for(7);
    RecordProperty("seconds", std::to_string(one) + " " + std::to_string(three) + " " + std::to_string(seven));
    EXPECT_LE(one, 4);
    EXPECT_LE(three, 12);
    EXPECT_LE(seven, 29);
}

}  // namespace
}  // namespace blathy::meter
