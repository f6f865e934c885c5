// The worst NOR flash that a meter could have: power fails within whatever it is doing, octets rot, programming fails
// without a word, and every sector counts how often it was erased.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "meter/ports.hpp"
#include "world/random.hpp"

namespace blathy::world {

// How a program or an erase that is cut leaves its octets.
enum class Tear : std::uint8_t {
    nothing,       // it had not begun
    in_order,      // those before some octet are done, those behind it are as they were
    out_of_order,  // some are done, any of them
    wild,          // as above, and those not done hold anything
    complete,      // it is done, but nobody was told
    count,
};

class NorFlash final : public meter::Flash {
  public:
    static constexpr std::size_t default_sector_size = 4096;

    explicit NorFlash(std::size_t sectors, std::size_t sector_size = default_sector_size);

    // Power fails in the operation (program or erase) number `operation` from now, counted from 0.
    void cut_at(std::uint64_t operation, Tear tear, std::uint64_t seed);
    // Power is back, and stays.
    void restore();
    [[nodiscard]] bool powered() const { return powered_; }

    // So many bits at random places flip within the sectors given: what programming set may become 0 or 1.
    void rot(std::size_t first_sector, std::size_t sectors, std::size_t bits, std::uint64_t seed);
    // Every so many program operations one does nothing, and says that it succeeded; 0: never.
    void forget_every(std::uint64_t operations) { forget_every_ = operations; }

    // Programs and erases since the beginning.
    [[nodiscard]] std::uint64_t operations() const { return operations_; }
    [[nodiscard]] std::uint64_t octets_programmed() const { return octets_programmed_; }
    [[nodiscard]] const std::vector<std::uint32_t>& erases() const { return erases_; }
    // A bit was to become 1 by programming, which NOR flash can't do.
    [[nodiscard]] bool misused() const { return misused_; }
    [[nodiscard]] const std::vector<std::uint8_t>& octets() const { return octets_; }

    [[nodiscard]] std::size_t sector_size() const override { return sector_size_; }
    [[nodiscard]] std::size_t sector_count() const override { return erases_.size(); }
    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override;
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override;
    [[nodiscard]] bool erase(std::size_t sector) override;

  private:
    struct Cut {
        std::uint64_t operation;
        Tear tear;
        Random random;
    };
    [[nodiscard]] bool within(std::size_t sector, std::size_t offset, std::size_t count) const;
    // Makes `count` octets from `start` on what `target` says, or what a cut leaves of that.
    template <class Target>
    bool work(std::size_t start, std::size_t count, Target&& target);

    std::size_t sector_size_;
    std::vector<std::uint8_t> octets_;
    std::vector<std::uint32_t> erases_;
    std::uint64_t operations_ = 0;
    std::uint64_t octets_programmed_ = 0;
    std::uint64_t forget_every_ = 0;
    std::optional<Cut> cut_;
    bool powered_ = true;
    bool misused_ = false;
};

}  // namespace blathy::world
