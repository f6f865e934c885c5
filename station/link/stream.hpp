// Octets in and out of a socket or a serial port. Every wait ends at a deadline.
#pragma once

#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "station/error.hpp"
#include "station/link/deadline.hpp"

namespace blathy::station {

// An open file, closed at the end.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();

    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_ = -1;
};

// `descriptor` is in non-blocking mode. Errors: `timeout`, or `connection` when the other side is gone.
class Stream {
  public:
    enum class Kind : std::uint8_t { octets, datagrams };
    explicit Stream(Descriptor descriptor, Kind kind = Kind::octets)
        : descriptor_(std::move(descriptor)), kind_(kind) {}

    [[nodiscard]] int number() const { return descriptor_.number(); }
    Result<void, Error> write(Bytes octets, const Deadline& deadline);
    // At least one octet, or one datagram.
    Result<std::size_t, Error> read(MutableBytes room, const Deadline& deadline);

  private:
    Descriptor descriptor_;
    Kind kind_;
};

// "connection refused" and the like, for `number` of errno.
std::string system_error_text(int number);

// Waits until `number` can be read (or written). False: the deadline has passed.
Result<bool, Error> wait_for(int number, bool writing, const Deadline& deadline);

}  // namespace blathy::station
