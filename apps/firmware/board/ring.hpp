// A queue of octets between one producer and one consumer, of which one may be an interrupt handler.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace blathy::board {

template <std::size_t capacity>
class Ring {
    static_assert((capacity & (capacity - 1)) == 0, "the counters wrap, so the capacity divides their range");

  public:
    [[nodiscard]] std::size_t size() const {
        return written_.load(std::memory_order_acquire) - read_.load(std::memory_order_acquire);
    }
    [[nodiscard]] std::size_t room() const { return capacity - size(); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] bool full() const { return size() == capacity; }

    // Only while there is room.
    void push(std::uint8_t octet) {
        const std::uint32_t at = written_.load(std::memory_order_relaxed);
        octets_[at % capacity] = octet;
        written_.store(at + 1, std::memory_order_release);
    }

    // Only while there is an octet.
    std::uint8_t pop() {
        const std::uint32_t at = read_.load(std::memory_order_relaxed);
        const std::uint8_t octet = octets_[at % capacity];
        read_.store(at + 1, std::memory_order_release);
        return octet;
    }

  private:
    std::array<std::uint8_t, capacity> octets_{};
    std::atomic<std::uint32_t> written_ = 0;
    std::atomic<std::uint32_t> read_ = 0;
};

}  // namespace blathy::board
