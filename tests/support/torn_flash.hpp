// Flash whose power fails after so many octets: within a program or an erase, and what it was at is left torn.
#pragma once

#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "meter/ports.hpp"

namespace blathy::test {

class TornFlash final : public meter::Flash {
  public:
    // How an operation that is cut leaves its octets.
    enum class Tear : std::uint8_t {
        in_order,      // octets before the cut are done, those behind it are as they were
        out_of_order,  // as many octets, but any of them
        wild,          // as above, and those not done hold anything
    };
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    TornFlash(std::size_t sectors, std::size_t size)
        : size_(size), octets_(sectors * size, 0xFF), erases_(sectors, 0) {}

    // Power fails when `octets` more have been programmed or erased, each way of failing repeatable by its seed.
    void cut_after(std::size_t octets, Tear tear = Tear::in_order, std::uint32_t seed = 1) {
        left_ = octets;
        tear_ = tear;
        random_.seed(seed);
        powered_ = true;
    }
    // Power is back, and stays.
    void restore() { cut_after(never); }
    [[nodiscard]] bool powered() const { return powered_; }
    // Octets programmed and erased since the beginning.
    [[nodiscard]] std::size_t work() const { return work_; }
    [[nodiscard]] const std::vector<std::size_t>& erases() const { return erases_; }
    // An octet was programmed twice without an erase between, or not cleared before.
    [[nodiscard]] bool misused() const { return misused_; }
    std::vector<std::uint8_t>& octets() { return octets_; }

    [[nodiscard]] std::size_t sector_size() const override { return size_; }
    [[nodiscard]] std::size_t sector_count() const override { return erases_.size(); }
    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
        if (!within(sector, offset, into.size())) return false;
        std::copy_n(octets_.begin() + static_cast<std::ptrdiff_t>(sector * size_ + offset), into.size(), into.begin());
        return true;
    }
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override {
        if (!within(sector, offset, octets.size())) return false;
        return work_on(sector * size_ + offset, octets.size(), [&](std::size_t at, std::size_t i) {
            misused_ = misused_ || octets_[at] != 0xFF;
            octets_[at] &= octets[i];
        });
    }
    [[nodiscard]] bool erase(std::size_t sector) override {
        if (!within(sector, 0, size_)) return false;
        ++erases_[sector];
        return work_on(sector * size_, size_, [&](std::size_t at, std::size_t) { octets_[at] = 0xFF; });
    }

  private:
    template <class Step>
    bool work_on(std::size_t start, std::size_t count, Step&& step) {
        if (!powered_) return false;
        std::vector<std::size_t> order(count);
        std::iota(order.begin(), order.end(), std::size_t{0});
        const std::size_t done = std::min(count, left_);
        const bool cut = done < count;
        if (cut && tear_ != Tear::in_order) std::shuffle(order.begin(), order.end(), random_);
        for (std::size_t i = 0; i < done; ++i) step(start + order[i], order[i]);
        work_ += done;
        if (left_ != never) left_ -= done;
        if (!cut) return true;
        powered_ = false;
        if (tear_ == Tear::wild) {
            for (std::size_t i = done; i < count; ++i) octets_[start + order[i]] = static_cast<std::uint8_t>(random_());
        }
        return false;
    }
    [[nodiscard]] bool within(std::size_t sector, std::size_t offset, std::size_t count) const {
        return sector < sector_count() && offset <= size_ && count <= size_ - offset;
    }

    std::size_t size_;
    std::vector<std::uint8_t> octets_;
    std::vector<std::size_t> erases_;
    std::size_t left_ = never;
    std::size_t work_ = 0;
    Tear tear_ = Tear::in_order;
    std::mt19937 random_{1};
    bool powered_ = true;
    bool misused_ = false;
};

}  // namespace blathy::test
