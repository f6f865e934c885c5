// Keys never leave a running meter but in its key list: not in what it prints, nor on its panel, nor in its files.
#include <cctype>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/apps/key_bench.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/tcp_client.hpp"

namespace blathy::test {
namespace {

using nlohmann::json;

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

// What a list would be worth to a thief, as hex in lower case.
std::set<std::string> secrets_of(const json& list) {
    std::set<std::string> secrets;
    for (const json& client : list.at("clients")) {
        for (const char* name : {"password", "hls_secret", "ek", "ak", "kek", "bk", "signing_key", "agreement_key"}) {
            const std::string digits = client.value(name, "");
            if (!digits.empty()) secrets.insert(lower(digits));
        }
    }
    return secrets;
}

// Texts in which octets may stand as they are, or as hex with anything between its digits.
class Haystack {
  public:
    void add(const std::string& where, const std::string& text) {
        octets_[where] += text;
        std::string& digits = digits_[where];
        for (const char c : lower(text)) {
            if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
        }
    }
    // Where it stands; empty: nowhere.
    [[nodiscard]] std::string find(const std::string& digits) const {
        const auto octets = hex(digits);
        const std::string raw(octets.begin(), octets.end());
        for (const auto& [where, text] : octets_) {
            if (text.find(raw) != std::string::npos) return where;
        }
        for (const auto& [where, text] : digits_) {
            if (text.find(digits) != std::string::npos) return where;
        }
        return {};
    }

  private:
    std::map<std::string, std::string> octets_;
    std::map<std::string, std::string> digits_;
};

TEST(KeySecrecy, NothingThatARunningMeterSaysOrStoresHoldsAKey) {
    const KeyBench bench;
    bench.make_keys({"--suite", "1"});
    std::set<std::string> secrets = secrets_of(bench.list());
    Haystack list;
    list.add("list", content_of(bench.path("keys.json")));
    for (const std::string& secret : secrets)
        ASSERT_EQ(list.find(secret), "list") << "a key that stands there is found";

    Haystack panel;
    Haystack elsewhere;
    Background meter({"sh", "-c", "exec \"$0\" \"$@\" 2>&1", blathy, "meter", "--state", bench.path("state"),
                      "--listen", "tcp://127.0.0.1:0", "--panel", "127.0.0.1:0"});
    const std::string url = meter.line_with("DLMS/COSEM at ").value_or("");
    const std::string host = meter.line_with("Panel at http://").value_or(":0");
    TcpClient page(static_cast<std::uint16_t>(std::stoi(host.substr(host.rfind(':') + 1))));
    page.send("GET /ws HTTP/1.1\r\nHost: " + host +
              "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const auto listen_to_page = [&] {
        for (auto octets = page.receive(1); !octets.empty(); octets = page.receive_now()) {
            panel.add("the panel", std::string(octets.begin(), octets.end()));
        }
    };
    listen_to_page();

    const auto told = [&](const Outcome& outcome) {
        elsewhere.add("a client", outcome.out + outcome.err);
        listen_to_page();
        return outcome.exit_code;
    };
    EXPECT_EQ(told(bench.as("management", {"objects", url})), 0);
    EXPECT_EQ(told(bench.as("management", {"read", url})), 0);
    EXPECT_EQ(told(bench.as("management", {"read", url, "0-0:1.0.0"}, {"--key-info", "wrapped"})), 0);
    EXPECT_EQ(told(bench.as("management", {"read", url, "0-0:1.0.0"}, {"--sign", "--dedicated-key"})), 0);
    EXPECT_EQ(told(bench.with_keys({"keys", "transfer", url})), 0);
    secrets.merge(secrets_of(bench.list()));
    EXPECT_EQ(told(bench.with_keys({"keys", "agree", url})), 0);
    secrets.merge(secrets_of(bench.list()));
    EXPECT_EQ(told(bench.as("management", {"read", url, "0-0:1.0.0"})), 0) << "the newest of them are in force";

    // No core dump, whatever the machine's settings say.
    const std::string limits = content_of("/proc/" + std::to_string(meter.id()) + "/limits");
    EXPECT_NE(limits.find("Max core file size        0                    0"), std::string::npos) << limits;

    EXPECT_EQ(meter.stop(SIGTERM), 0);
    elsewhere.add("its output", meter.printed());
    for (const auto& file : std::filesystem::recursive_directory_iterator(bench.path("state"))) {
        if (!file.is_regular_file()) continue;
        EXPECT_EQ(file.status().permissions(), std::filesystem::perms(0600)) << file.path();
        const std::string content = content_of(file.path());
        if (file.path().filename() == "device.key") {
            secrets.insert(lower(hex(as_bytes(content))));
        } else {
            elsewhere.add(file.path().filename(), content);
        }
    }
    constexpr std::size_t roles = 4;
    EXPECT_GT(secrets.size(), 3 * roles) << "three generations of them, and the device key";
    for (const std::string& secret : secrets) {
        EXPECT_EQ(panel.find(secret), "");
        EXPECT_EQ(elsewhere.find(secret), "");
    }
    EXPECT_EQ(panel.find(lower(bench.list().at("server_title"))), "the panel") << "it does show the frames";
}

}  // namespace
}  // namespace blathy::test
