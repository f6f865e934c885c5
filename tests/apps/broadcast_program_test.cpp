// `blathy write` and `call` with --broadcast against a meter, over the links that carry broadcasts.
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/bytes.hpp"

#include "tests/apps/key_bench.hpp"

namespace blathy::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using Octets = std::vector<std::uint8_t>;

// A socket on the loopback network that takes datagrams, and sends them on to a meter.
class DatagramTap {
  public:
    DatagramTap() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in address = at(0);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_, any, size) != 0 || ::getsockname(socket_, any, &size) != 0) std::abort();
        port_ = ntohs(address.sin_port);
    }
    ~DatagramTap() { ::close(socket_); }
    DatagramTap(const DatagramTap&) = delete;
    DatagramTap& operator=(const DatagramTap&) = delete;

    [[nodiscard]] std::string url() const { return "udp://127.0.0.1:" + std::to_string(port_); }
    // The first one that is ciphered: whoever sends may have asked for counters before.
    [[nodiscard]] Octets ciphered() const {
        constexpr std::size_t tag_at = 8;
        constexpr std::uint8_t glo_set_request = 0xC9;
        while (true) {
            Octets room(2048);
            const ssize_t got = ::recv(socket_, room.data(), room.size(), 0);
            if (got <= 0) return {};
            room.resize(static_cast<std::size_t>(got));
            if (room.size() > tag_at && room[tag_at] == glo_set_request) return room;
        }
    }
    void send(const std::string& url, Bytes datagram) const {
        const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
        const sockaddr_in to = at(port);
        EXPECT_EQ(
            ::sendto(socket_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to),
            static_cast<ssize_t>(datagram.size()));
    }

  private:
    static sockaddr_in at(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    int socket_;
    std::uint16_t port_ = 0;
};

class BroadcastProgram : public testing::Test {
  protected:
    void start() {
        program.emplace(keys.meter({"udp://0.0.0.0:0", "hdlc+tcp://127.0.0.1:0", "tcp://127.0.0.1:0"}));
        const auto port = [](const std::string& url) { return url.substr(url.rfind(':')); };
        udp = "udp://127.0.0.1" + port(program->line_with("DLMS/COSEM at udp").value_or(""));
        // The address that stands for all hosts of this network.
        everybody = "udp://127.255.255.255" + port(udp);
        hdlc = "hdlc+tcp" + program->line_with("DLMS/COSEM at hdlc+tcp").value_or("");
        tcp = "tcp" + program->line_with("DLMS/COSEM at tcp").value_or("");
    }
    void SetUp() override {
        keys.make_keys();
        start();
    }
    // Options come before the value, which begins with a minus.
    [[nodiscard]] Outcome broadcast(const std::string& url, int minutes, const char* security = "both") const {
        return run({blathy, "write", url, "8/0-0:1.0.0/3", "--type", "long", "--broadcast", "--security", security,
                    "--keys", keys.path("keys.json"), "--", std::to_string(minutes)});
    }
    // As anybody may read it; what nothing answers needs a moment.
    [[nodiscard]] bool has_zone(int minutes) const {
        const std::string wanted = "\"value\":" + std::to_string(minutes) + ",";
        for (int i = 0; i < 20; ++i) {
            const Outcome outcome = run({blathy, "read", tcp, "8/0-0:1.0.0/3", "--json"});
            EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
            if (outcome.out.find(wanted) != std::string::npos) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
        return false;
    }

    KeyBench keys;
    std::optional<Background> program;
    std::string udp;
    std::string everybody;
    std::string hdlc;
    std::string tcp;
};

TEST_F(BroadcastProgram, IsCarriedOutOverEachLink) {
    int minutes = -60;
    for (const std::string& url : {everybody, udp, hdlc, hdlc + "?octets=4", tcp}) {
        minutes -= 60;
        const Outcome outcome = broadcast(url, minutes);
        EXPECT_EQ(outcome.exit_code, 0) << url << outcome.err;
        EXPECT_EQ(outcome.out, "") << "nothing answers";
        EXPECT_TRUE(has_zone(minutes)) << url;
    }
    // A method, and the time itself.
    const Outcome set = run({blathy, "write", everybody, "8/0-0:1.0.0/2", "2031-01-02T03:04:05+01:00", "--type",
                             "clock", "--broadcast", "--keys", keys.path("keys.json")});
    EXPECT_EQ(set.exit_code, 0) << set.err;
    const Outcome shifted = run({blathy, "call", everybody, "8/0-0:1.0.0", "shift_time", "30", "--type", "long",
                                 "--broadcast", "--keys", keys.path("keys.json")});
    EXPECT_EQ(shifted.exit_code, 0) << shifted.err;
    EXPECT_TRUE(has_zone(minutes));
    EXPECT_THAT(run({blathy, "read", tcp, "0-0:1.0.0"}).out, HasSubstr("2031-01-0"));
}

TEST_F(BroadcastProgram, IsNotTakenTwice) {
    const DatagramTap tap;
    ASSERT_EQ(broadcast(tap.url(), -120).exit_code, 0);
    const Octets recorded = tap.ciphered();
    ASSERT_FALSE(recorded.empty());
    tap.send(udp, recorded);
    EXPECT_TRUE(has_zone(-120));
    ASSERT_EQ(broadcast(udp, -180).exit_code, 0);
    ASSERT_TRUE(has_zone(-180));
    tap.send(udp, recorded);
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    EXPECT_TRUE(has_zone(-180)) << "again";
    EXPECT_EQ(program->stop(SIGKILL), -SIGKILL);
    start();
    tap.send(udp, recorded);
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    EXPECT_TRUE(has_zone(-180)) << "after a restart";
    // One that knows nothing of how far the key has counted asks the meter that it talks to.
    std::filesystem::remove_all(keys.path("client"));
    ASSERT_EQ(broadcast(udp, -240).exit_code, 0);
    EXPECT_TRUE(has_zone(-240));
}

TEST_F(BroadcastProgram, MayDoNoMoreThanItsRole) {
    const auto send = [&](const std::vector<std::string>& what) {
        std::vector<std::string> command = what;
        command.insert(command.end(), {"--broadcast"});
        const Outcome outcome = keys.with_keys(command);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    };
    const auto seen = [&](const char* what) {
        const Outcome outcome = keys.as("management", {"read", tcp, what});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        return outcome.out;
    };
    const std::string relay = seen("70/0-0:96.3.10/2");
    const std::string threshold = seen("71/0-0:17.0.0/3");
    send({"call", udp, "70/0-0:96.3.10", "remote_disconnect"});
    send({"write", udp, "71/0-0:17.0.0/3", "1", "--type", "double-long-unsigned"});
    // A last one that is allowed shows that those before it have come.
    ASSERT_EQ(broadcast(udp, -120).exit_code, 0);
    ASSERT_TRUE(has_zone(-120));
    EXPECT_EQ(seen("70/0-0:96.3.10/2"), relay);
    EXPECT_EQ(seen("71/0-0:17.0.0/3"), threshold);
    // Another key, and less protection than the policy demands.
    json wrong = keys.list();
    for (json& client : wrong.at("clients")) client.at("bk") = client.at("kek");
    const json right = keys.list();
    keys.write_list(wrong);
    ASSERT_EQ(broadcast(udp, -180).exit_code, 0) << "nobody tells";
    keys.write_list(right);
    ASSERT_EQ(broadcast(udp, -240, "auth").exit_code, 0);
    EXPECT_FALSE(has_zone(-240));
    EXPECT_TRUE(has_zone(-120));
}

TEST_F(BroadcastProgram, SaysWhatIsMissing) {
    const auto says = [&](std::vector<std::string> command, const char* because) {
        const Outcome outcome = keys.with_keys(std::move(command));
        EXPECT_EQ(outcome.exit_code, 2) << because;
        EXPECT_THAT(outcome.err, HasSubstr(because));
    };
    says({"write", udp, "0-0:1.0.0/3", "0", "--type", "long", "--broadcast"}, "state the class");
    says({"write", udp, "8/0-0:1.0.0/3", "0", "--broadcast"}, "state it with --type");
    says({"write", udp, "8/0-0:1.0.0/3", "0", "--type", "long", "--broadcast", "--client", "management"},
         "only the client of the role 'pre-established' broadcasts");
    says({"write", udp, "8/0-0:1.0.0/3", "0", "--type", "long", "--broadcast", "--security", "none"},
         "protected with the broadcast key");
    says({"write", "optical:/dev/null", "8/0-0:1.0.0/3", "0", "--type", "long", "--broadcast"}, "has no broadcasts");
    says({"read", tcp, "1.8.0", "--client", "pre-established"}, "--broadcast");
    const Outcome keyless = run({blathy, "write", udp, "8/0-0:1.0.0/3", "0", "--type", "long", "--broadcast"});
    EXPECT_EQ(keyless.exit_code, 2);
    EXPECT_THAT(keyless.err, HasSubstr("--keys"));
    json list = keys.list();
    for (json& client : list.at("clients")) client.erase("bk");
    keys.write_list(list);
    says({"write", udp, "8/0-0:1.0.0/3", "0", "--type", "long", "--broadcast"},
         "broadcast key (bk) is not in the list");
}

}  // namespace
}  // namespace blathy::test
