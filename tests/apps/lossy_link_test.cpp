// Whole programs over links that lose, repeat, damage and disorder: what the client prints is what the meter has.

#include <charconv>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/lossy_proxy.hpp"
#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

const std::string test_profile = "1-0:99.128.0.255";

class LossyLink : public testing::Test {
  protected:
    // What the client prints of some rows of the test profile; empty if it failed.
    static std::string rows_at(const std::string& url, std::vector<std::string> options) {
        std::vector<std::string> command = {blathy, "profile", url, test_profile, "--entries", "1-400", "--csv"};
        command.insert(command.end(), options.begin(), options.end());
        for (const std::string& option : reading_client()) command.push_back(option);
        const Outcome outcome = run(command);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        return outcome.exit_code == 0 ? outcome.out : std::string();
    }
    // The port behind a prefix of the line that the meter prints.
    std::uint16_t port_at(const std::string& scheme) {
        const std::string text = meter_.line_with("DLMS/COSEM at " + scheme + "127.0.0.1:").value_or("");
        std::uint16_t port = 0;
        std::from_chars(text.data(), text.data() + text.size(), port);
        EXPECT_NE(port, 0);
        return port;
    }

    Background meter_{{blathy, "meter", "--panel", "off", "--listen", "tcp://127.0.0.1:0", "--listen",
                       "udp://127.0.0.1:0", "--listen", "hdlc+tcp://127.0.0.1:0"}};
    const std::string tcp_ = "tcp://127.0.0.1:" + std::to_string(port_at("tcp://"));
};

TEST_F(LossyLink, GeneralBlocksOverUdpBringEveryRowOnce) {
    const std::string expected = rows_at(tcp_, {});
    ASSERT_GT(expected.size(), 10'000U);
    LossyProxy proxy(LossyProxy::Kind::udp, port_at("udp://"), 12, 1);
    const std::string url = "udp://127.0.0.1:" + std::to_string(proxy.port());
    EXPECT_EQ(rows_at(url, {"--gbt", "8", "--max-pdu", "300", "--timeout", "2", "--retries", "19"}), expected);
    const auto suffered = proxy.stop();
    EXPECT_GT(suffered.passed, 60U);
    EXPECT_GT(suffered.lost, 3U);
    EXPECT_GT(suffered.repeated, 3U);
    EXPECT_GT(suffered.disordered, 3U);
}

TEST_F(LossyLink, HdlcRepeatsWhatIsLostOrDamaged) {
    const std::string expected = rows_at(tcp_, {});
    LossyProxy proxy(LossyProxy::Kind::hdlc_tcp, port_at("hdlc+tcp://"), 16, 3);
    const std::string url = "hdlc+tcp://127.0.0.1:" + std::to_string(proxy.port());
    EXPECT_EQ(rows_at(url + "?info=256&window=1", {"--timeout", "2", "--retries", "19"}), expected);
    EXPECT_EQ(rows_at(url + "?info=256&window=7", {"--gbt", "8", "--timeout", "2", "--retries", "19"}), expected);
    const auto suffered = proxy.stop();
    EXPECT_GT(suffered.lost, 3U);
    EXPECT_GT(suffered.repeated, 3U);
    EXPECT_GT(suffered.damaged, 3U);
}

}  // namespace
}  // namespace blathy::test
