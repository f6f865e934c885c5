// A bad network between two programs: a relay that loses, repeats, damages and disorders what passes, both ways, as a
// seed decides. UDP datagrams one by one, and the HDLC frames of a TCP stream.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <netinet/in.h>

#include "base/bytes.hpp"

namespace blathy::test {

class LossyProxy {
  public:
    enum class Kind : std::uint8_t { udp, hdlc_tcp };
    // One in so many pieces suffers each of the fates that the kind has: UDP is not damaged, and a line keeps its
    // order.
    LossyProxy(Kind kind, std::uint16_t target_port, unsigned one_in, unsigned seed);
    ~LossyProxy();
    LossyProxy(const LossyProxy&) = delete;
    LossyProxy& operator=(const LossyProxy&) = delete;

    // On 127.0.0.1.
    [[nodiscard]] std::uint16_t port() const { return port_; }

    struct Suffered {
        unsigned passed = 0;
        unsigned lost = 0;
        unsigned repeated = 0;
        unsigned damaged = 0;
        unsigned disordered = 0;
    };
    // Ends the relay.
    Suffered stop();

  private:
    using Piece = std::vector<std::uint8_t>;
    enum Side : std::uint8_t { client, meter };

    void relay();
    void relay_datagrams();
    void relay_line(int client_end);
    [[nodiscard]] bool wait_for(std::array<int, 2> descriptors, std::array<bool, 2>& readable) const;
    // What arrives instead of `piece`, and in what order.
    std::vector<Piece> suffer(Piece piece, Side to);

    Kind kind_;
    std::uint16_t target_port_;
    unsigned one_in_;
    std::mt19937 random_;
    int front_;
    std::uint16_t port_ = 0;
    std::array<std::optional<Piece>, 2> held_up_;  // by side that it goes to
    Suffered suffered_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

}  // namespace blathy::test
