// How long a load profile occupies a serial line: both ends of the data link in simulated time, at 9600 Bd, where an
// octet takes ten bits and each side lets the line rest for 25 ms before it speaks.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dlms/hdlc/client_link.hpp"
#include "dlms/hdlc/server_link.hpp"

namespace blathy::test {
namespace {

using dlms::hdlc::ClientEvent;
using dlms::hdlc::ServerEvent;
using Octets = std::vector<std::uint8_t>;

constexpr std::uint32_t baud = 9600;
constexpr std::uint16_t turnaround_ms = 25;
constexpr dlms::hdlc::Parameters largest{2030, 2030, 7, 7};
// What a meter has room for at once: an APDU that fills two information fields.
constexpr std::size_t longest_apdu = 2 * 2030 - 3;
// Answer with a data block: tag, choice, invoke id, last block, number, choice, length.
constexpr std::size_t block_header = 12;

// A row of four channels, none of it compressed: structure, date-time and four double-long-unsigned.
constexpr std::size_t row_octets = 2 + 14 + 4 * 5;
constexpr std::size_t rows_a_day = 96;

// The GET of such a profile with its blocks, over a connection that stands.
class ProfileLine {
  public:
    double seconds_to_read(std::size_t days) {
        left_ = days * rows_a_day * row_octets;
        EXPECT_TRUE(client_.connect(now_ms()));
        run_until(ClientEvent::Kind::connected);
        const std::uint64_t begin_us = now_us_;
        // GET with a range of two date-times, as an AXDR selective access descriptor has it.
        Octets request(64, 0xC0);
        std::size_t received = 0;
        do {
            EXPECT_TRUE(client_.request(request, now_ms()));
            received += run_until(ClientEvent::Kind::response) - block_header;
            request.assign(7, 0xC0);  // GET-next
        } while (left_ > 0);
        EXPECT_EQ(received, days * rows_a_day * row_octets);
        return static_cast<double>(now_us_ - begin_us) * 1e-6;
    }

  private:
    [[nodiscard]] std::uint32_t now_ms() const { return static_cast<std::uint32_t>(now_us_ / 1000); }
    void pass(std::size_t octets) { now_us_ += octets * 10'000'000 / baud; }

    // Returns the octets of the response.
    std::size_t run_until(ClientEvent::Kind kind) {
        std::array<std::uint8_t, dlms::hdlc::frame_octets(2030)> room{};
        while (true) {
            Bytes to_client;
            if (const std::size_t size = client_.transmit(room, now_ms())) {
                pass(size);
                Bytes to_server = Bytes(room).first(size);
                while (const auto event = server_.receive(to_server, now_ms())) {
                    if (event->kind == ServerEvent::Kind::request) answer();
                }
            } else if (const std::size_t answered = server_.transmit(room, now_ms())) {
                pass(answered);
                to_client = Bytes(room).first(answered);
            } else {
                const auto server_wake = server_.wake_after_ms(now_ms()).value_or(1'000);
                const auto client_wake = client_.wake_after_ms(now_ms()).value_or(1'000);
                now_us_ += std::max(1U, std::min(server_wake, client_wake)) * 1'000ULL;
            }
            while (const auto event = client_.receive(to_client, now_ms())) {
                if (event->kind == kind) return event->apdu.size();
                ADD_FAILURE() << "the link failed";
                return block_header;
            }
        }
    }
    void answer() {
        const std::size_t raw = std::min(left_, longest_apdu - block_header);
        left_ -= raw;
        answer_.assign(block_header + raw, 0xC4);
        server_.respond(answer_);
    }

    std::uint64_t now_us_ = 0;
    std::size_t left_ = 0;
    Octets answer_;
    static constexpr std::array<std::uint16_t, 1> logical_devices_{1};
    Octets client_frame_ = Octets(dlms::hdlc::frame_octets(2030));
    Octets server_frame_ = Octets(dlms::hdlc::frame_octets(2030));
    Octets client_apdu_ = Octets(8192);
    Octets server_apdu_ = Octets(2051);
    dlms::hdlc::ClientLink client_{client_settings(), client_frame_, client_apdu_};
    dlms::hdlc::ServerLink server_{server_settings(), server_frame_, server_apdu_};

    static dlms::hdlc::ClientSettings client_settings() {
        dlms::hdlc::ClientSettings of;
        of.parameters = largest;
        of.turnaround_ms = turnaround_ms;
        of.baud = baud;
        return of;
    }
    static dlms::hdlc::ServerSettings server_settings() {
        dlms::hdlc::ServerSettings of;
        of.parameters = largest;
        of.turnaround_ms = turnaround_ms;
        of.logical_devices = logical_devices_;
        return of;
    }
};

TEST(LineTime, ALoadProfileOfADayThreeAndSevenAt9600Bd) {
    const double one = ProfileLine().seconds_to_read(1);
    const double three = ProfileLine().seconds_to_read(3);
    const double seven = ProfileLine().seconds_to_read(7);
    RecordProperty("seconds", std::to_string(one) + " " + std::to_string(three) + " " + std::to_string(seven));
    EXPECT_LE(one, 4);
    EXPECT_LE(three, 12);
    EXPECT_LE(seven, 29);
}

}  // namespace
}  // namespace blathy::test
