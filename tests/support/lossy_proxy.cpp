#include "tests/support/lossy_proxy.hpp"

#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dlms/hdlc/frame.hpp"

namespace blathy::test {
namespace {

constexpr int look_up_ms = 50;
constexpr std::size_t longest_piece = 0x1'0000;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

const sockaddr* as_address(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

int bound_socket(int type) {
    const int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    const auto address = loopback(0);
    if (::bind(socket, as_address(address), sizeof address) != 0) std::abort();
    if (type == SOCK_STREAM && ::listen(socket, 8) != 0) std::abort();
    return socket;
}

std::uint16_t port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) std::abort();
    return ntohs(address.sin_port);
}

// Takes the first whole frame off what a program has sent, both its flags included. Programs send no noise.
std::optional<std::vector<std::uint8_t>> take_frame(std::vector<std::uint8_t>& stream) {
    if (stream.size() < 3) return std::nullopt;
    const std::size_t size = ((static_cast<std::size_t>(stream[1]) << 8 | stream[2]) & dlms::hdlc::max_length) + 2;
    if (stream.size() < size) return std::nullopt;
    const auto end = stream.begin() + static_cast<std::ptrdiff_t>(size);
    std::vector<std::uint8_t> frame(stream.begin(), end);
    stream.erase(stream.begin(), end);
    return frame;
}

int connected_socket(int type, std::uint16_t port) {
    const int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    if (::connect(socket, as_address(address), sizeof address) != 0) std::abort();
    return socket;
}

}  // namespace

LossyProxy::LossyProxy(Kind kind, std::uint16_t target_port, unsigned one_in, unsigned seed)
    : kind_(kind),
      target_port_(target_port),
      one_in_(one_in),
      random_(seed),
      front_(bound_socket(kind == Kind::udp ? SOCK_DGRAM : SOCK_STREAM)),
      port_(port_of(front_)),
      thread_([this] { relay(); }) {}

LossyProxy::~LossyProxy() {
    (void)stop();
}

LossyProxy::Suffered LossyProxy::stop() {
    stopping_ = true;
    if (thread_.joinable()) {
        thread_.join();
        ::close(front_);
    }
    return suffered_;
}

bool LossyProxy::wait_for(std::array<int, 2> descriptors, std::array<bool, 2>& readable) const {
    std::array<pollfd, 2> ready = {pollfd{descriptors[0], POLLIN, 0}, pollfd{descriptors[1], POLLIN, 0}};
    if (::poll(ready.data(), ready.size(), look_up_ms) < 0) return false;
    for (std::size_t i = 0; i < ready.size(); ++i) readable[i] = ready[i].revents != 0;
    return !stopping_;
}

void LossyProxy::relay() {
    if (kind_ == Kind::udp) return relay_datagrams();
    std::array<bool, 2> readable{};
    while (wait_for({front_, -1}, readable)) {
        if (!readable[0]) continue;
        const int client_end = ::accept(front_, nullptr, nullptr);
        relay_line(client_end);
        ::close(client_end);
    }
}

void LossyProxy::relay_datagrams() {
    const int back = connected_socket(SOCK_DGRAM, target_port_);
    sockaddr_in from{};  // who asked last
    std::array<bool, 2> readable{};
    Piece room(longest_piece);
    while (wait_for({front_, back}, readable)) {
        if (readable[0]) {
            socklen_t size = sizeof from;
            const ssize_t count =
                ::recvfrom(front_, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
            if (count <= 0) continue;
            for (const Piece& piece : suffer({room.begin(), room.begin() + count}, meter)) {
                (void)::send(back, piece.data(), piece.size(), 0);
            }
        }
        if (readable[1]) {
            const ssize_t count = ::recv(back, room.data(), room.size(), 0);
            if (count <= 0) continue;
            for (const Piece& piece : suffer({room.begin(), room.begin() + count}, client)) {
                (void)::sendto(front_, piece.data(), piece.size(), 0, as_address(from), sizeof from);
            }
        }
    }
    ::close(back);
}

void LossyProxy::relay_line(int client_end) {
    const int back = connected_socket(SOCK_STREAM, target_port_);
    const std::array ends = {client_end, back};
    std::array<bool, 2> readable{};
    Piece room(longest_piece);
    std::array<Piece, 2> streams;  // by side that they come from: what is not a whole frame yet
    for (bool open = true; open && wait_for(ends, readable);) {
        for (const Side from : {client, meter}) {
            if (!readable[from]) continue;
            const Side to = from == client ? meter : client;
            const ssize_t count = ::recv(ends[from], room.data(), room.size(), 0);
            open = open && count > 0;
            if (count <= 0) break;
            streams[from].insert(streams[from].end(), room.begin(), room.begin() + count);
            while (auto frame = take_frame(streams[from])) {
                for (const Piece& piece : suffer(std::move(*frame), to)) {
                    (void)::send(ends[to], piece.data(), piece.size(), MSG_NOSIGNAL);
                }
            }
        }
    }
    ::close(back);
}

std::vector<LossyProxy::Piece> LossyProxy::suffer(Piece piece, Side to) {
    // What was held up comes behind what came after it.
    std::vector<Piece> late;
    if (held_up_[to]) late.push_back(*std::exchange(held_up_[to], std::nullopt));
    std::vector<Piece> out;
    const unsigned fate = static_cast<unsigned>(random_()) % one_in_;
    if (fate == 0) {
        ++suffered_.lost;
    } else if (fate == 1) {
        ++suffered_.repeated;
        out = {piece, piece};
    } else if (fate == 2 && kind_ == Kind::udp) {
        ++suffered_.disordered;
        held_up_[to] = std::move(piece);
    } else if (fate == 2) {
        ++suffered_.damaged;
        std::uint8_t& octet = piece[static_cast<std::size_t>(random_()) % piece.size()];
        octet = static_cast<std::uint8_t>(octet ^ 0x04U);
        out = {std::move(piece)};
    } else {
        ++suffered_.passed;
        out = {std::move(piece)};
    }
    out.insert(out.end(), late.begin(), late.end());
    return out;
}

}  // namespace blathy::test
