// Sockets as this program needs them: not blocking, closed on exec, closed by their destructor.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <sys/socket.h>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace blathy::apps {

class Socket {
  public:
    Socket() = default;
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    ~Socket() { close(); }
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
    void close();

    // Octets read or written. 0: none without waiting. None: the connection is over.
    std::optional<std::size_t> read(MutableBytes into) const;
    std::optional<std::size_t> write(Bytes octets) const;

  private:
    int descriptor_ = -1;
};

// Listens at a host (a name or an address, without brackets) and port, 0 for any. The error is a sentence.
Result<Socket, std::string> listen_tcp(const std::string& host, std::uint16_t port);
Result<Socket, std::string> listen_udp(const std::string& host, std::uint16_t port);
std::uint16_t local_port(const Socket& socket);

// "127.0.0.1:40312", "[::1]:40312"
std::string name_of(const sockaddr* address, socklen_t size);

struct Accepted {
    Socket socket;
    std::string peer;  // "127.0.0.1:40312"
};
// None: nobody waits (`out_of_descriptors` false), or nobody more can be taken.
std::optional<Accepted> accept_tcp(const Socket& listener, bool& out_of_descriptors);

}  // namespace blathy::apps
