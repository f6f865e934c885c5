// The wrapper over TCP and over UDP (IEC 62056-47).
#pragma once

#include "station/link/link.hpp"
#include "station/link/stream.hpp"
#include "station/link/wrapper_framing.hpp"

namespace blathy::station {

class TcpLink : public Link {
  public:
    TcpLink(Stream stream, const LinkOptions& options) : stream_(std::move(stream)), options_(options) {}

    Result<void, Error> send(Bytes apdu, const Deadline& deadline) override;
    Result<Bytes, Error> receive(const Deadline& deadline) override;
    [[nodiscard]] bool is_reliable() const override { return true; }

  private:
    Stream stream_;
    LinkOptions options_;
    WrapperFraming framing_;
};

class UdpLink : public Link {
  public:
    UdpLink(Stream stream, const LinkOptions& options) : stream_(std::move(stream)), options_(options) {}

    Result<void, Error> send(Bytes apdu, const Deadline& deadline) override;
    Result<Bytes, Error> receive(const Deadline& deadline) override;
    [[nodiscard]] bool is_reliable() const override { return false; }

  private:
    Stream stream_;
    LinkOptions options_;
    Octets datagram_;
};

}  // namespace blathy::station
