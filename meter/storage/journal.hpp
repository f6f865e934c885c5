// The journal: the registers of the meter, all at one moment, saved often.
//
// A ring of flash sectors. A sector begins with all words whole; behind it come steps, each of which holds how the
// words differ from those whole ones. A step is short, since most registers did not change and the others changed
// little, so a save a minute for fifteen years wears a few sectors well within what flash endures. Saving is one
// program operation; what a cut leaves of it fails its check, and the step before stands.
//
//     sector = header, record (whole), record (step) ...
//     header = magic u32, generation u32, crc32 of these
//     record = size u16, crc32 of (header, its offset, size, content), content
//     content = for each word that differs: RiceCode of the words before it that don't, its difference by width and
//     bits
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "meter/ports.hpp"
#include "meter/storage/flash_region.hpp"

namespace blathy::meter {

class Journal {
  public:
    static constexpr std::size_t max_record_size = 2600;

    // Of two sectors or more.
    Journal(Flash& flash, Sectors sectors) : flash_(&flash), sectors_(sectors) {}

    // Reads the newest state there is; words that it doesn't have become zero. False: there is none.
    [[nodiscard]] bool mount(std::span<std::uint64_t> words);

    // True once it is durable. False: the flash failed; what was saved before still is.
    [[nodiscard]] bool write(std::span<const std::uint64_t> words);

    // Records that failed their check since mount(): torn by a power cut, or rotten.
    [[nodiscard]] std::uint32_t damaged() const { return damaged_; }

  private:
    [[nodiscard]] std::optional<std::uint32_t> generation_of(std::size_t sector) const;
    // The content of the record at `offset`, in `room`; none if it is erased or damaged. `size` is what it says.
    [[nodiscard]] std::optional<Bytes> read_record(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                                   MutableBytes room, std::size_t& size) const;
    [[nodiscard]] bool append(std::size_t sector, std::uint32_t generation, std::size_t& end, MutableBytes record);
    [[nodiscard]] bool load(std::size_t sector, std::uint32_t generation, std::span<std::uint64_t> words);
    [[nodiscard]] bool write_step(std::span<const std::uint64_t> words);
    [[nodiscard]] bool start_sector(std::span<const std::uint64_t> words);
    [[nodiscard]] bool erased_from(std::size_t offset) const;

    Flash* flash_;
    Sectors sectors_;
    std::uint32_t generation_ = 0;  // 0: nothing was written yet
    std::uint16_t sector_ = 0;      // counted within the ring
    bool open_ = false;             // the sector takes more steps
    std::size_t end_ = 0;           // where the next one goes
    std::uint32_t damaged_ = 0;
};

}  // namespace blathy::meter
