// HDLC over a stream of octets (IEC 62056-46): TCP, a serial line, an optical probe after its sign-on.
#pragma once

#include <memory>

#include "dlms/hdlc/client_link.hpp"
#include "station/link/link.hpp"
#include "station/link/stream.hpp"

namespace blathy::station {

class HdlcLink : public Link {
  public:
    // Sets up the connection: SNRM and UA. The response time-out and the retries are those of each frame.
    static Result<std::unique_ptr<Link>, Error> connect(Stream stream, const dlms::hdlc::ClientSettings& settings,
                                                        const Deadline& deadline);

    // For post() alone.
    static std::unique_ptr<Link> without_connection(Stream stream, const dlms::hdlc::ClientSettings& settings);

    Result<void, Error> send(Bytes apdu, const Deadline& deadline) override;
    // In a UI frame, which nothing answers; it must fit one.
    Result<void, Error> post(Bytes apdu, const Deadline& deadline) override;
    // The answer, or a datagram that came before it.
    Result<Bytes, Error> receive(const Deadline& deadline) override;
    // HDLC repeats lost frames itself.
    [[nodiscard]] bool is_reliable() const override { return true; }
    [[nodiscard]] bool is_half_duplex() const override { return true; }
    void close(const Deadline& deadline) override;

  private:
    HdlcLink(Stream stream, const dlms::hdlc::ClientSettings& settings);
    Result<void, Error> transmit(const Deadline& deadline);
    // Sends and receives frames until something has happened.
    Result<dlms::hdlc::ClientEvent, Error> next_event(const Deadline& deadline);
    [[nodiscard]] std::uint32_t now_ms() const;

    Stream stream_;
    dlms::hdlc::Address server_;
    std::chrono::milliseconds longest_answer_;  // on the line
    Octets frame_;                              // being received
    Octets response_;                           // being put together
    Octets room_;                               // for the frame to be sent
    Octets received_;                           // what the stream gave last
    Bytes input_;                               // what the link has not taken of it yet
    Octets request_;                            // viewed by the link while it sends it
    dlms::hdlc::ClientLink link_;
    Deadline::Clock::time_point start_ = Deadline::Clock::now();
};

}  // namespace blathy::station
