// Links over real sockets and pseudo terminals, with a meter in another thread.
#include <array>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "dlms/hdlc/server_link.hpp"
#include "dlms/iec62056_21/meter_session.hpp"
#include "station/client.hpp"
#include "station/link/stream.hpp"
#include "station/link/wrapper_framing.hpp"

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using namespace std::chrono_literals;
using dlms::Obis;
using test::hex;
using testing::HasSubstr;

constexpr dlms::AttributeDescriptor counter{1, Obis(0, 0, 43, 1, 0), 2};
const Octets association =
    hex("6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400007E1F04000007");
const Octets reading = hex("C401C1000600001391");
const Octets release = hex("6303800100");

Octets wrapped(const Octets& apdu, std::uint16_t source = 1, std::uint16_t destination = 16) {
    return *wrap(source, destination, apdu);
}

// A listening or bound socket of the loopback interface, and the thread that is the meter behind it.
class LoopbackMeter {
  public:
    using Script = std::function<void(int socket)>;

    // `script` serves each of so many connections, one after the other.
    LoopbackMeter(int type, Script script, int family = AF_INET, int connections = 1) : family_(family) {
        socket_ = Descriptor(::socket(family, type | SOCK_CLOEXEC, 0));
        sockaddr_storage address{};
        socklen_t size = 0;
        if (family == AF_INET) {
            auto& v4 = reinterpret_cast<sockaddr_in&>(address);
            v4.sin_family = AF_INET;
            v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            size = sizeof v4;
        } else {
            auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
            v6.sin6_family = AF_INET6;
            v6.sin6_addr = in6addr_loopback;
            size = sizeof v6;
        }
        bound_ = ::bind(socket_.number(), reinterpret_cast<sockaddr*>(&address), size) == 0;
        if (!bound_) return;
        ::getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in&>(address).sin_port
                                        : reinterpret_cast<sockaddr_in6&>(address).sin6_port);
        if (type == SOCK_STREAM) ::listen(socket_.number(), 4);
        thread_ = std::thread([this, type, connections, script = std::move(script)] {
            if (type == SOCK_DGRAM) return script(socket_.number());
            for (int i = 0; i < connections; ++i) {
                const Descriptor connection(::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC));
                if (connection.is_open()) script(connection.number());
            }
        });
    }
    ~LoopbackMeter() {
        // An accept() that nobody came to ends with this.
        ::shutdown(socket_.number(), SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] bool bound() const { return bound_; }
    [[nodiscard]] Url url(const std::string& scheme) const {
        return *parse_url(scheme + (family_ == AF_INET ? "127.0.0.1" : "[::1]") + ":" + std::to_string(port_));
    }

  private:
    int family_;
    Descriptor socket_;
    bool bound_ = false;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

void put(int socket, Bytes octets) {
    while (!octets.empty()) {
        const ssize_t sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        octets = octets.subspan(static_cast<std::size_t>(sent));
    }
}

// One request over the wrapper; empty when the client is gone.
Octets take_request(int socket) {
    Octets head(dlms::WrapperHeader::size);
    if (::recv(socket, head.data(), head.size(), MSG_WAITALL) != static_cast<ssize_t>(head.size())) return {};
    Octets apdu(dlms::read_wrapper_header(head)->length);
    if (::recv(socket, apdu.data(), apdu.size(), MSG_WAITALL) != static_cast<ssize_t>(apdu.size())) return {};
    return apdu;
}

void wait_for_the_end(int socket) {
    std::array<std::uint8_t, 64> room{};
    while (::recv(socket, room.data(), room.size(), 0) > 0) continue;
}

Options quick_options() {
    Options options;
    options.link.connect_timeout = 5s;
    options.link.response_timeout = 5s;
    options.link.retries = 0;
    return options;
}

Options impatient_options() {
    Options options = quick_options();
    options.link.response_timeout = 100ms;
    return options;
}

void answer_release(int socket) {
    take_request(socket);
    put(socket, wrapped(release));
}

void whole_association(int socket) {
    take_request(socket);
    put(socket, wrapped(association));
    take_request(socket);
    put(socket, wrapped(reading));
    answer_release(socket);
}

void expect_reading(const Url& url, const Options& options = quick_options()) {
    auto client = Client::connect(url, options);
    ASSERT_TRUE(client) << client.error().text;
    const auto value = client->get(counter);
    ASSERT_TRUE(value) << value.error().text;
    EXPECT_EQ(value->integer(), 5009);
}

TEST(TcpLink, CarriesAnAssociation) {
    LoopbackMeter meter(SOCK_STREAM, whole_association);
    expect_reading(meter.url("tcp://"));
}

TEST(TcpLink, CarriesAnAssociationOverIpv6) {
    LoopbackMeter meter(SOCK_STREAM, whole_association, AF_INET6);
    if (!meter.bound()) GTEST_SKIP() << "this machine has no IPv6";
    expect_reading(meter.url("tcp://"));
}

TEST(TcpLink, TakesSlowOctets) {
    LoopbackMeter meter(SOCK_STREAM, [](int socket) {
        take_request(socket);
        for (const std::uint8_t octet : wrapped(association)) {
            put(socket, Bytes(&octet, 1));
            std::this_thread::sleep_for(1ms);
        }
        take_request(socket);
        for (const std::uint8_t octet : wrapped(reading)) put(socket, Bytes(&octet, 1));
        answer_release(socket);
    });
    Options options = quick_options();
    options.link.response_timeout = 1s;
    expect_reading(meter.url("tcp://"), options);
}

TEST(TcpLink, TakesWhatComesTogether) {
    LoopbackMeter meter(SOCK_STREAM, [](int socket) {
        take_request(socket);
        // A push for another client, the answer, and one for nobody, in one segment.
        Octets octets = wrapped(hex("0F400000010000"), 1, 0x40);
        append(octets, wrapped(association));
        append(octets, wrapped(hex("C401C1000600000000"), 7, 16));
        put(socket, octets);
        take_request(socket);
        octets = wrapped(hex("0F400000010000"));
        append(octets, wrapped(reading));
        put(socket, octets);
        answer_release(socket);
    });
    expect_reading(meter.url("tcp://"));
}

TEST(TcpLink, HearsThatTheMeterHungUp) {
    LoopbackMeter meter(SOCK_STREAM, [](int socket) {
        take_request(socket);
        put(socket, wrapped(association));
        take_request(socket);
        put(socket, Bytes(wrapped(reading)).first(9));
    });
    auto client = Client::connect(meter.url("tcp://"), quick_options());
    ASSERT_TRUE(client);
    const auto value = client->get(counter);
    EXPECT_EQ(value.error().kind, ErrorKind::connection);
    EXPECT_EQ(client->get(counter).error().kind, ErrorKind::connection) << "and it stays so";
}

// The first connection breaks in the middle of an answer, or brings none; the second serves.
class FirstConnectionFails {
  public:
    explicit FirstConnectionFails(bool by_silence) : by_silence_(by_silence) {}
    void operator()(int socket) {
        if (served_++ > 0) return whole_association(socket);
        take_request(socket);
        put(socket, wrapped(association));
        take_request(socket);
        if (by_silence_) wait_for_the_end(socket);
    }

  private:
    bool by_silence_;
    int served_ = 0;
};

TEST(TcpLink, ConnectsAgainForWhatCanBeAskedAgain) {
    for (const bool by_silence : {false, true}) {
        LoopbackMeter meter(SOCK_STREAM, FirstConnectionFails(by_silence), AF_INET, 2);
        Options options = quick_options();
        options.link.retries = 1;
        if (by_silence) options.link.response_timeout = 200ms;
        expect_reading(meter.url("tcp://"), options);
    }
}

TEST(TcpLink, DoesNotWriteAgainWhatMayHaveBeenWritten) {
    LoopbackMeter meter(SOCK_STREAM, FirstConnectionFails(false));
    Options options = quick_options();
    options.link.retries = 3;
    auto client = Client::connect(meter.url("tcp://"), options);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->set(counter, null_value()).error().kind, ErrorKind::connection);
}

TEST(TcpLink, HearsAHalfClose) {
    LoopbackMeter meter(SOCK_STREAM, [](int socket) {
        take_request(socket);
        put(socket, wrapped(association));
        ::shutdown(socket, SHUT_WR);
        wait_for_the_end(socket);
    });
    auto client = Client::connect(meter.url("tcp://"), quick_options());
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get(counter).error().kind, ErrorKind::connection);
}

TEST(TcpLink, GivesUpOnSilence) {
    LoopbackMeter meter(SOCK_STREAM, wait_for_the_end);
    const auto client = Client::connect(meter.url("tcp://"), impatient_options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, ErrorKind::timeout);
    EXPECT_THAT(client.error().text, HasSubstr("tcp://127.0.0.1:"));
}

TEST(TcpLink, GivesUpOnAMeterThatSendsOnlyToOthers) {
    LoopbackMeter meter(SOCK_STREAM, [](int socket) {
        const Octets other = wrapped(association, 1, 0x40);
        pollfd gone{socket, POLLRDHUP, 0};
        while (::poll(&gone, 1, 1) == 0) put(socket, other);
        wait_for_the_end(socket);
    });
    EXPECT_EQ(Client::connect(meter.url("tcp://"), impatient_options()).error().kind, ErrorKind::timeout);
}

TEST(TcpLink, RefusesAnotherProtocol) {
    LoopbackMeter meter(SOCK_STREAM, [](int socket) {
        put(socket, as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
        wait_for_the_end(socket);
    });
    const auto client = Client::connect(meter.url("tcp://"), quick_options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, ErrorKind::protocol);
    EXPECT_THAT(client.error().text, HasSubstr("wrapper"));
}

TEST(TcpLink, NamesARefusedConnection) {
    Url url;
    {
        // Nothing listens at a port that was just given back.
        LoopbackMeter meter(SOCK_DGRAM, [](int) {});
        url = meter.url("tcp://");
    }
    const auto client = Client::connect(url, quick_options());
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, ErrorKind::connection);
    EXPECT_THAT(client.error().text, HasSubstr("refused"));
}

TEST(UdpLink, RepeatsALostRequestAndOverlooksStrangers) {
    LoopbackMeter meter(SOCK_DGRAM, [](int socket) {
        std::array<std::uint8_t, 2048> room{};
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        const auto receive = [&] {
            size = sizeof peer;
            return ::recvfrom(socket, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&peer), &size);
        };
        const auto reply = [&](Bytes octets) {
            ::sendto(socket, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&peer), size);
        };
        receive();
        reply(wrapped(association));
        receive();  // lost
        receive();
        reply({});
        reply(as_bytes("hello"));
        reply(wrapped(reading, 2, 16));
        Octets cut = wrapped(reading);
        cut.pop_back();
        reply(cut);
        reply(wrapped(reading));
        receive();
        reply(wrapped(release));
    });
    Options options = quick_options();
    options.link.response_timeout = 300ms;
    options.link.retries = 5;
    expect_reading(meter.url("udp://"), options);
}

// A meter that speaks HDLC on any file: it answers whatever comes with the next of its APDUs. `before_second` goes out
// before the second of them; `datagrams` takes what comes in UI frames.
void serve_hdlc(int file, std::vector<Octets> answers, const Octets& before_second = {},
                std::vector<std::string>* datagrams = nullptr) {
    static constexpr std::array<std::uint16_t, 1> devices{1};
    dlms::hdlc::ServerSettings settings;
    settings.turnaround_ms = 0;
    settings.inter_octet_timeout_ms = 0;
    settings.physical_device = 17;
    settings.logical_devices = devices;
    settings.address_sizes = dlms::hdlc::any_size;
    std::array<std::uint8_t, 256> frame{};
    std::array<std::uint8_t, 1024> request{};
    std::array<std::uint8_t, 256> room{};
    std::array<std::uint8_t, 256> received{};
    dlms::hdlc::ServerLink link(settings, frame, request);
    std::size_t next = 0;
    bool connected = true;
    while (connected) {
        pollfd ready{file, POLLIN, 0};
        if (::poll(&ready, 1, 5000) <= 0) return;
        const ssize_t got = ::read(file, received.data(), received.size());
        if (got <= 0) return;
        Bytes input = Bytes(received).first(static_cast<std::size_t>(got));
        while (const auto event = link.receive(input, 0)) {
            if (event->kind == dlms::hdlc::ServerEvent::Kind::disconnected) connected = false;
            if (event->kind == dlms::hdlc::ServerEvent::Kind::datagram && datagrams != nullptr) {
                datagrams->push_back(hex_text(event->apdu));
            }
            if (event->kind == dlms::hdlc::ServerEvent::Kind::request && next < answers.size()) {
                if (next == 1 && ::write(file, before_second.data(), before_second.size()) < 0) return;
                link.respond(answers[next++]);
            }
        }
        while (const std::size_t size = link.transmit(room, 0)) {
            if (::write(file, room.data(), size) != static_cast<ssize_t>(size)) return;
        }
    }
}

TEST(HdlcLink, CarriesAnAssociationOverTcp) {
    LoopbackMeter meter(SOCK_STREAM, [](int socket) { serve_hdlc(socket, {association, reading, release}); });
    Url url = meter.url("hdlc+tcp://");
    url.address = 17;
    expect_reading(url);
}

TEST(HdlcLink, BringsAPushBesideTheAnswer) {
    std::array<std::uint8_t, 64> room{};
    dlms::hdlc::Frame frame;
    const Octets push = hex("E6E700 0F 00000001 00 1105");
    frame.destination = dlms::hdlc::one_octet_address(16);
    frame.source = dlms::hdlc::two_octet_address(1, 17);
    frame.control = dlms::hdlc::encode_control({dlms::hdlc::FrameKind::ui, false});
    frame.information = push;
    const Octets octets = to_octets(Bytes(room).first(dlms::hdlc::encode_frame(frame, room)));
    LoopbackMeter meter(SOCK_STREAM, [&](int socket) { serve_hdlc(socket, {association, reading, release}, octets); });
    auto client = Client::connect(meter.url("hdlc+tcp://"), quick_options());
    ASSERT_TRUE(client) << client.error().text;
    std::vector<std::int64_t> heard;
    client->on_notification(
        [&](const Notification& notification) { heard.push_back(notification.value.integer().value_or(-1)); });
    EXPECT_EQ(client->get(counter)->integer(), 5009);
    EXPECT_EQ(heard, std::vector<std::int64_t>{5});
}

TEST(HdlcLink, SendsUnconfirmedRequestsInUiFrames) {
    std::vector<std::string> datagrams;
    {
        LoopbackMeter meter(SOCK_STREAM, [&](int socket) {
            serve_hdlc(socket, {association, release}, {}, &datagrams);
        });
        auto client = Client::connect(meter.url("hdlc+tcp://"), quick_options());
        ASSERT_TRUE(client) << client.error().text;
        EXPECT_TRUE(client->post_set(counter, unsigned_value(dlms::DataTag::unsigned_, 1)));
        EXPECT_EQ(client->post_set(counter, octet_string_value(Octets(150))).error().kind, ErrorKind::limit);
    }
    EXPECT_EQ(datagrams, std::vector<std::string>{"C10181000100002B0100FF02001101"});
}

TEST(HdlcLink, GivesUpOnSilence) {
    LoopbackMeter meter(SOCK_STREAM, wait_for_the_end);
    EXPECT_EQ(Client::connect(meter.url("hdlc+tcp://"), impatient_options()).error().kind, ErrorKind::timeout);
}

TEST(HdlcLink, HearsThatTheMeterIsNotThere) {
    LoopbackMeter meter(SOCK_STREAM, [](int socket) {
        std::array<std::uint8_t, 64> room{};
        ::recv(socket, room.data(), room.size(), 0);
        put(socket, hex("7EA00721031F6BE97E"));  // DM
        wait_for_the_end(socket);
    });
    EXPECT_THAT(Client::connect(meter.url("hdlc+tcp://"), quick_options()).error().text, HasSubstr("DM"));
}

TEST(HdlcLink, RefusesAnAddressThatDoesNotFit) {
    Options options = quick_options();
    options.link.client_sap = 128;
    EXPECT_EQ(Client::connect(*parse_url("hdlc+tcp://127.0.0.1:1"), options).error().kind, ErrorKind::usage);
}

// The meter's end of a pseudo terminal; the client opens the other by its name.
class PseudoTerminal {
  public:
    PseudoTerminal() : end_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        ::grantpt(end_.number());
        ::unlockpt(end_.number());
        std::array<char, 128> name{};
        if (::ptsname_r(end_.number(), name.data(), name.size()) == 0) name_ = name.data();
        // Held open, so that the meter's end does not see a hang-up before the client comes.
        held_ = Descriptor(::open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
        termios raw{};
        ::tcgetattr(held_.number(), &raw);
        ::cfmakeraw(&raw);
        ::tcsetattr(held_.number(), TCSANOW, &raw);
    }
    [[nodiscard]] int number() const { return end_.number(); }
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    Descriptor end_;
    Descriptor held_;
    std::string name_;
};

TEST(SerialLink, CarriesAnAssociation) {
    PseudoTerminal terminal;
    std::thread meter([&] { serve_hdlc(terminal.number(), {association, reading, release}); });
    expect_reading(*parse_url("serial:" + terminal.name() + "?baud=115200&address=17&octets=4"));
    meter.join();
}

TEST(SerialLink, NamesWhatIsNoSerialPort) {
    EXPECT_THAT(Client::connect(*parse_url("serial:/dev/null"), quick_options()).error().text,
                HasSubstr("not a serial port"));
    EXPECT_THAT(Client::connect(*parse_url("serial:/nonexistent"), quick_options()).error().text,
                HasSubstr("can't open"));
}

TEST(SerialLink, RefusesASpeedThatNoPortHas) {
    PseudoTerminal terminal;
    const auto client = Client::connect(*parse_url("serial:" + terminal.name() + "?baud=12345"), quick_options());
    EXPECT_EQ(client.error().kind, ErrorKind::usage);
}

TEST(OpticalLink, SignsOnAndCarriesAnAssociation) {
    PseudoTerminal terminal;
    std::thread meter([&] {
        // Identification, and the acknowledgement repeated (IEC 62056-21, mode E).
        std::string heard;
        const auto hear = [&](std::string_view end) {
            std::array<char, 64> room{};
            while (!heard.ends_with(end)) {
                pollfd ready{terminal.number(), POLLIN, 0};
                if (::poll(&ready, 1, 5000) <= 0) return false;
                const ssize_t got = ::read(terminal.number(), room.data(), 1);
                if (got <= 0) return false;
                heard.append(room.data(), static_cast<std::size_t>(got));
            }
            return true;
        };
        const auto say = [&](std::string_view text) {
            EXPECT_EQ(::write(terminal.number(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
        };
        if (!hear("/?4711!\r\n")) return;
        say("/BLy5\\2SED102\r\n");
        if (!hear("\x06"
                  "252\r\n"))
            return;
        say("\x06"
            "252\r\n");
        serve_hdlc(terminal.number(), {association, reading, release});
    });
    expect_reading(*parse_url("optical:" + terminal.name() + "?device=4711"));
    meter.join();
}

TEST(WrapperFraming, GivesFramesWhateverThePieces) {
    Octets octets = wrapped(association);
    append(octets, wrapped({}));
    append(octets, wrapped(reading, 3, 4));
    for (std::size_t size = 1; size <= octets.size(); ++size) {
        WrapperFraming framing;
        std::vector<Octets> apdus;
        for (Bytes rest(octets); !rest.empty(); rest = rest.subspan(std::min(size, rest.size()))) {
            framing.put(rest.first(std::min(size, rest.size())));
            while (const auto frame = *framing.next()) apdus.push_back(to_octets(frame->apdu));
        }
        EXPECT_THAT(apdus, testing::ElementsAre(association, Octets{}, reading)) << size;
    }
}

TEST(WrapperFraming, RefusesAnotherVersion) {
    WrapperFraming framing;
    framing.put(hex("0002 0001 0010 0000"));
    EXPECT_EQ(framing.next().error().kind, ErrorKind::protocol);
}

TEST(WrapperFraming, CannotWrapMoreThanItsLengthCanState) {
    EXPECT_TRUE(wrap(1, 16, Octets(0xFFFF)));
    EXPECT_FALSE(wrap(1, 16, Octets(0x10000)));
}

}  // namespace
}  // namespace blathy::station
