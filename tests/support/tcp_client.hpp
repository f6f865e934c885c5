// A TCP client that does what a test says and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace blathy::test {

class TcpClient {
  public:
    // To 127.0.0.1.
    explicit TcpClient(std::uint16_t port);
    ~TcpClient();
    TcpClient(TcpClient&& other) noexcept;
    TcpClient(const TcpClient&) = delete;
    TcpClient& operator=(const TcpClient&) = delete;

    void send(Bytes octets) const;
    void send(const std::string& text) const { send(as_bytes(text)); }
    // As much of it as can be sent without waiting.
    void send_now(Bytes octets) const;
    // No more will be sent; reading goes on.
    void end_sending() const;
    // Closes at once and without a farewell (RST), as a program that crashes does.
    void crash();
    // What is there now, without waiting.
    std::vector<std::uint8_t> receive_now(std::size_t at_most = 0x2'0000);
    // Up to `count` octets, waiting for them; fewer if the peer closes.
    std::vector<std::uint8_t> receive(std::size_t count);
    // All until the peer closes.
    std::string receive_to_end();
    // The peer has closed, as far as this side knows now.
    [[nodiscard]] bool is_closed() const;

  private:
    int socket_;
};

}  // namespace blathy::test
