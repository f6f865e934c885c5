// The client commands with keys, as their users run them, against a meter of the tests over a real connection.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/blathy/keys/key_list.hpp"
#include "dlms/wrapper.hpp"

#include "tests/station/security_support.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

using dlms::Mechanism;
using station::Octets;
using station::Protection;
using station::test::SecuredMeter;
using testing::HasSubstr;
using testing::Not;

constexpr const char* keys_json = R"({"server_title": "4D4D4D0000BC614E", "clients": [
  {"sap": 1, "role": "management", "mechanism": 5, "suite": 0, "system_title": "4D4D4D0000000001",
   "ek": "000102030405060708090A0B0C0D0E0F", "ak": "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"},
  {"sap": 2, "role": "data collection", "mechanism": 1, "password": "3132333435363738"}]})";

// Serves one connection after the other. The public client gets the counter of what the others sent.
class MeterOnTcp {
  public:
    explicit MeterOnTcp(const station::Security& security) : meter_(security) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the interface of sockets
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
        EXPECT_EQ(::listen(socket_, 4), 0);
        url_ = "tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        thread_ = std::thread([this] { serve(); });
    }
    ~MeterOnTcp() {
        stop_ = true;
        thread_.join();
        ::close(socket_);
    }
    MeterOnTcp(const MeterOnTcp&) = delete;
    MeterOnTcp& operator=(const MeterOnTcp&) = delete;

    [[nodiscard]] const std::string& url() const { return url_; }
    // What `change` does to the meter, or finds out of it.
    void with(const std::function<void(SecuredMeter&)>& change) {
        const std::lock_guard lock(mutex_);
        change(meter_);
    }

  private:
    void serve() {
        while (!stop_) {
            pollfd waiting{socket_, POLLIN, 0};
            if (::poll(&waiting, 1, 20) <= 0) continue;
            const int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
            talk(connection);
            ::close(connection);
        }
    }
    void talk(int connection) {
        Octets in;
        std::array<std::uint8_t, 4096> room{};
        while (!stop_) {
            const auto header = dlms::read_wrapper_header(in);
            if (header && in.size() >= dlms::WrapperHeader::size + header->length) {
                const Octets apdu(in.begin() + dlms::WrapperHeader::size,
                                  in.begin() + static_cast<std::ptrdiff_t>(dlms::WrapperHeader::size + header->length));
                in.erase(in.begin(),
                         in.begin() + static_cast<std::ptrdiff_t>(dlms::WrapperHeader::size + header->length));
                answer(connection, *header, apdu);
                continue;
            }
            pollfd waiting{connection, POLLIN, 0};
            if (::poll(&waiting, 1, 20) <= 0) continue;
            const auto got = ::recv(connection, room.data(), room.size(), 0);
            if (got <= 0) return;
            in.insert(in.end(), room.begin(), room.begin() + got);
        }
    }
    void answer(int connection, const dlms::WrapperHeader& header, const Octets& apdu) {
        const std::lock_guard lock(mutex_);
        const auto answer = header.source == 16 ? publicly(apdu) : meter_(apdu);
        if (!answer) return;
        Octets frame = hex("0001");
        for (const std::size_t number : {std::size_t{header.destination}, std::size_t{header.source}, answer->size()}) {
            frame.push_back(static_cast<std::uint8_t>(number >> 8U));
            frame.push_back(static_cast<std::uint8_t>(number));
        }
        frame.insert(frame.end(), answer->begin(), answer->end());
        (void)::send(connection, frame.data(), frame.size(), MSG_NOSIGNAL);
    }
    std::optional<Octets> publicly(const Octets& apdu) const {
        if (apdu[0] == 0x60) {
            return hex("6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007");
        }
        if (apdu[0] == 0x62) return hex("6303800100");
        EXPECT_EQ(station::hex_text(Bytes(apdu).subspan(3)), "000100002B0100FF0200");
        Octets octets = hex("C401000006");
        octets[2] = apdu[2];
        const std::uint32_t last = meter_.lowest_counter - 1;
        for (int shift = 24; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(last >> shift));
        return octets;
    }

    SecuredMeter meter_;
    int socket_ = -1;
    std::string url_;
    std::mutex mutex_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

class ClientSecurity : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "blathy-keys-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        keys_ = (directory_ / "meter.json").string();
        std::ofstream(keys_) << keys_json;
        ASSERT_EQ(::chmod(keys_.c_str(), S_IRUSR | S_IWUSR), 0);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    Outcome read(const std::vector<std::string>& options) {
        std::vector<std::string> command = {"/usr/bin/env",
                                            "XDG_STATE_HOME=" + state().string(),
                                            BLATHY_PROGRAM,
                                            "read",
                                            meter_.url(),
                                            "8/0-0:1.0.0.255/3",
                                            "--json",
                                            "--timeout",
                                            "5",
                                            "--retries",
                                            "0"};
        command.insert(command.end(), options.begin(), options.end());
        Outcome outcome = run(command);
        for (const char* secret : {"000102030405", "D0D1D2D3D4", "3132333435"}) {
            EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr(secret)));
        }
        return outcome;
    }
    [[nodiscard]] std::filesystem::path state() const { return directory_ / "state"; }

    std::filesystem::path directory_;
    std::string keys_;
    MeterOnTcp meter_{station::test::security_of(Mechanism::high_level_gmac, Protection::authenticated_and_encrypted)};
};

TEST_F(ClientSecurity, ReadsWithTheKeysOfARole) {
    const Outcome outcome = read({"--keys", keys_, "--client", "management"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("\"value\":5"));
    EXPECT_THAT(outcome.err, testing::IsEmpty());
    EXPECT_EQ(read({"--keys", directory_.string(), "--client", "1"}).exit_code, 0) << "all files of a directory";
    EXPECT_EQ(read({"--keys", keys_, "--client", "1", "--dedicated-key", "--ciphering", "general"}).exit_code, 0);
    EXPECT_EQ(read({"--keys", keys_, "--client", "1", "--meter", "4D4D4D0000BC614E"}).exit_code, 0);
}

TEST_F(ClientSecurity, TakesTheKeysFromTheEnvironment) {
    for (const std::string& value : {keys_, std::string(keys_json)}) {
        ASSERT_EQ(::setenv("BLATHY_KEYS", value.c_str(), 1), 0);
        const Outcome outcome = read({"--client", "1"});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    }
    ASSERT_EQ(::unsetenv("BLATHY_KEYS"), 0);
}

TEST_F(ClientSecurity, KeepsItsCountersBetweenRuns) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(read({"--keys", keys_, "--client", "1"}).exit_code, 0);
    meter_.with([](const SecuredMeter& meter) {
        // Of each run the AARQ, the proof and what is around it, one GET, and the release.
        EXPECT_EQ(meter.requests.size(), 3U * 4U);
        EXPECT_EQ(meter.lowest_counter, 1 + 3U * 5U) << "and none was left out";
    });
}

TEST_F(ClientSecurity, AsksForTheCounterWhenItsOwnIsNotTaken) {
    ASSERT_EQ(read({"--keys", keys_, "--client", "1"}).exit_code, 0);
    meter_.with([](SecuredMeter& meter) { meter.lowest_counter = 5000; });
    const Outcome outcome = read({"--keys", keys_, "--client", "1"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    meter_.with([](const SecuredMeter& meter) { EXPECT_GT(meter.lowest_counter, 5000U); });
    std::filesystem::remove_all(state());
    EXPECT_EQ(read({"--keys", keys_, "--client", "1"}).exit_code, 0) << "nothing is known of the counter";
}

TEST_F(ClientSecurity, RefusesKeysThatOthersCanRead) {
    for (const mode_t others : {mode_t{S_IROTH}, mode_t{S_IRGRP}, mode_t{S_IWGRP}}) {
        ASSERT_EQ(::chmod(keys_.c_str(), S_IRUSR | S_IWUSR | others), 0);
        const Outcome outcome = read({"--keys", keys_, "--client", "1"});
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_THAT(outcome.err, HasSubstr("others can read or change the keys in " + keys_ + ": chmod 600 it"));
    }
}

TEST_F(ClientSecurity, TakesTheMechanismThatItIsTold) {
    Outcome outcome = read({"--keys", keys_, "--client", "2", "--mechanism", "6"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("needs a password or secret")) << "the list has none of that mechanism";
    outcome = read({"--keys", keys_, "--client", "1", "--mechanism", "7"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("mechanism 7 (ECDSA) needs security suite 1 or 2"));
    EXPECT_EQ(read({"--client", "1", "--mechanism", "5"}).exit_code, 2) << "without keys";
}

TEST_F(ClientSecurity, RefusesAMeterThatLies) {
    meter_.with([](SecuredMeter& meter) { meter.before_sending = [](Octets& octets) { octets.back() ^= 1U; }; });
    const Outcome outcome = read({"--keys", keys_, "--client", "1"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("wrong authentication tag"));
}

TEST_F(ClientSecurity, SaysWhatIsWrongWithTheOptions) {
    const struct {
        std::vector<std::string> options;
        const char* says;
    } cases[] = {
        {{"--keys", keys_, "--client", "installer"}, "the keys know no client 'installer'"},
        // A password is not sent in the clear because the list is of others.
        {{"--keys", keys_, "--client", "77"}, "the keys know no client '77'; --security none goes without them"},
        {{"--keys", keys_, "--client", "77", "--sign"}, "the keys know no client '77'\n"},
        {{"--keys", keys_, "--client", "77", "--security", "none", "--dedicated-key"},
         "the keys know no client '77'\n"},
        {{"--keys", keys_, "--client", "16", "--mechanism", "5"}, "the keys know no client '16'\n"},
        {{"--client", "1", "--suite", "1"}, "without --keys"},
        {{"--client", "1", "--ciphering", "general"}, "without --keys"},
        {{"--client", "1", "--key-info", "wrapped"}, "without --keys"},
        {{"--keys", keys_, "--client", "2", "--security", "auth"}, "keys are not in the list"},
        {{"--client", "management"}, "with --keys a role"},
        {{"--client", "1", "--security", "both"}, "without --keys"},
        {{"--client", "1", "--keys", (directory_ / "none.json").string()}, "can't read the keys"},
        {{"--client", "1", "--keys", keys_, "--meter", "4D4D4D00000000FF"}, "no keys of the meter"},
        {{"--client", "1", "--keys", keys_, "--suite", "2"}, "of suite 2 32"},
        {{"--client", "1", "--keys", keys_, "--dedicated-key", "--security", "auth"}, "where APDUs are encrypted"},
    };
    for (const auto& each : cases) {
        const Outcome outcome = read(each.options);
        EXPECT_EQ(outcome.exit_code, 2) << each.says;
        EXPECT_THAT(outcome.err, HasSubstr(each.says));
    }
}

TEST(KeyList, SaysWhatIsWrongAndNotWhatItIs) {
    const struct {
        const char* json;
        const char* says;
    } cases[] = {
        {"{\"ek\": \"0011", "is no JSON"},
        {"7", "something else than an object"},
        {R"({"server_title": "4D4D4D0000BC614E"})", "'clients'"},
        {R"({"server_title": "4D4D", "clients": []})", "'server_title' that has a wrong number of octets"},
        {R"({"clients": [{"sap": 70000}]})", "'sap'"},
        {R"({"clients": [{"sap": 1, "ek": "00112233445566778899AABBCCDDEE", "ak": ""}]})", "'ek'"},
        {R"({"clients": [{"sap": 1, "ek": "secret!"}]})", "'ek' that is not in hexadecimal"},
        {R"({"clients": [{"sap": 1, "ek": "00112233445566778899AABBCCDDEEFF"}]})", "'system_title'"},
        {R"({"clients": [{"sap": 1, "mechanism": 8}]})", "'mechanism'"},
        {R"({"clients": [{"sap": 1, "mechanisms": 5}]})", "'mechanisms' that is no list"},
        {R"({"clients": [{"sap": 1, "mechanisms": [5, 8]}]})", "'mechanisms'"},
        {R"({"clients": [{"sap": 1, "hls_secret": "secret!"}]})", "'hls_secret' that is not in hexadecimal"},
    };
    for (const auto& each : cases) {
        const auto keys = apps::parse_keys(each.json, "keys");
        ASSERT_FALSE(keys) << each.json;
        EXPECT_THAT(keys.error().text, HasSubstr(each.says));
        EXPECT_THAT(keys.error().text, Not(HasSubstr("0011")));
        EXPECT_THAT(keys.error().text, Not(HasSubstr("secret!")));
    }
}

TEST(KeyList, HasASecretForEachMechanism) {
    const auto client = [](const std::string& fields) {
        const auto keys = apps::parse_keys(R"({"clients": [{"sap": 1, )" + fields + "}]}", "keys");
        EXPECT_TRUE(keys) << fields;
        return keys->front().clients.front();
    };
    const auto both = client(R"("mechanism": 6, "password": "3131", "hls_secret": "3232", "mechanisms": [1, 6])");
    EXPECT_EQ(both.security.secret, hex("3232"));
    EXPECT_EQ(apps::secret_of(both, Mechanism::low_level), hex("3131"));
    EXPECT_EQ(apps::secret_of(both, Mechanism::high_level_md5), hex("3232"));
    EXPECT_TRUE(apps::secret_of(both, Mechanism::high_level_gmac).empty());
    EXPECT_THAT(both.mechanisms, testing::ElementsAre(Mechanism::low_level, Mechanism::high_level_sha256));
    // One field for whichever mechanism it is.
    const auto one = client(R"("mechanism": 4, "password": "3131")");
    EXPECT_EQ(one.security.secret, hex("3131"));
    EXPECT_TRUE(one.password.empty());
}

TEST(KeyList, HasMetersAndTheirClients) {
    const auto keys = apps::parse_keys(std::string("[") + keys_json + R"(, {"server_title": "4D4D4D0000000007",
        "clients": []}])",
                                       "keys");
    ASSERT_TRUE(keys) << keys.error().text;
    EXPECT_THAT(apps::select_meter(*keys, "").error().text, HasSubstr("--meter"));
    const auto meter = apps::select_meter(*keys, "4D4D4D0000BC614E");
    ASSERT_TRUE(meter);
    const apps::ClientKeys* client = apps::select_client(**meter, "Data-Collection");
    ASSERT_NE(client, nullptr);
    EXPECT_EQ(client->sap, 2U);
    EXPECT_EQ(client->security.mechanism, Mechanism::low_level);
    EXPECT_EQ(client->security.secret, hex("3132333435363738"));
    EXPECT_TRUE(apps::secret_of(*client, Mechanism::high_level_sha256).empty());
    EXPECT_EQ(apps::select_client(**meter, "2"), client);
    EXPECT_EQ(apps::select_client(**meter, "3"), nullptr);
    EXPECT_EQ(apps::select_client(**meter, ""), nullptr);
}

}  // namespace
}  // namespace blathy::test
