#include "tests/support/tcp_client.hpp"

#include <array>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/silence.hpp"

namespace blathy::test {
namespace {}  // namespace

TcpClient::TcpClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
}

TcpClient::~TcpClient() {
    if (socket_ >= 0) ::close(socket_);
}

TcpClient::TcpClient(TcpClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

void TcpClient::send(Bytes octets) const {
    // A peer that has closed meanwhile is what some tests are about.
    (void)::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
}

void TcpClient::send_now(Bytes octets) const {
    (void)::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void TcpClient::end_sending() const {
    ::shutdown(socket_, SHUT_WR);
}

void TcpClient::crash() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
}

std::vector<std::uint8_t> TcpClient::receive_now(std::size_t at_most) {
    std::vector<std::uint8_t> octets(at_most);
    const ssize_t count = ::recv(socket_, octets.data(), octets.size(), MSG_DONTWAIT);
    octets.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return octets;
}

std::vector<std::uint8_t> TcpClient::receive(std::size_t count) {
    std::vector<std::uint8_t> octets;
    while (octets.size() < count) {
        pollfd ready{socket_, POLLIN, 0};
        if (::poll(&ready, 1, silence_limit_ms) <= 0) break;
        std::array<std::uint8_t, 4096> room{};
        const ssize_t got = ::recv(socket_, room.data(), std::min(room.size(), count - octets.size()), 0);
        if (got <= 0) break;
        octets.insert(octets.end(), room.begin(), room.begin() + got);
    }
    return octets;
}

std::string TcpClient::receive_to_end() {
    const auto octets = receive(std::size_t{1} << 24);
    return {octets.begin(), octets.end()};
}

bool TcpClient::is_closed() const {
    char octet = 0;
    return ::recv(socket_, &octet, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

}  // namespace blathy::test
