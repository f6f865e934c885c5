// The journal: the registers of the meter, all at one moment, saved often.
//
// A ring of flash sectors. A sector begins with all words whole; behind it come steps, each of which holds how the
// words differ from those whole ones. A step is short, since most registers did not change and the others changed
// little, so a save a minute for fifteen years wears a few sectors well within what flash endures. Saving is one
// program operation; what a cut leaves of it fails its check, and the step before stands.
//
// Of a sector's beginning, that is its header and the whole words, one rotten bit is put right: they are checked before
// the header makes them valid, and so never torn; and in the first sector of all there is no older state. A step that
// rots is left out; of its size one bit is put right, for it is what leads to the steps behind it.
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

    // Reads the newest state there is; words that it doesn't have become zero. False: there is none, and lost() says
    // whether there was.
    [[nodiscard]] bool mount(std::span<std::uint64_t> words);

    // True once it is durable. False: the flash failed; what was saved before still is.
    [[nodiscard]] bool write(std::span<const std::uint64_t> words);

    // Records that failed their check since mount(): torn by a power cut, or rotten.
    [[nodiscard]] std::uint32_t damaged() const { return damaged_; }

    // mount() found a sector of which nothing can be read, newer than what it took: what was saved goes back to that,
    // or to nothing.
    [[nodiscard]] bool lost() const { return lost_; }

  private:
    struct SectorHeader {
        std::uint32_t generation = 0;
        bool rotten = false;  // one bit, which is put right here
    };
    [[nodiscard]] std::optional<SectorHeader> sector_header(std::size_t sector) const;
    // Its header has rotted beyond repair, and steps behind the whole words tell that it was valid.
    [[nodiscard]] bool was_valid(std::size_t sector) const;
    // The content at `offset`, in `room`, if it is of that size and holds that check.
    [[nodiscard]] std::optional<Bytes> read_content(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                                    MutableBytes room, std::size_t size, std::uint32_t check) const;
    // The content of the record at `offset`, in `room`; none if it is erased or damaged. `size` is what it says.
    [[nodiscard]] std::optional<Bytes> read_record(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                                   MutableBytes room, std::size_t& size) const;
    // One that fails its check, with the bit put right that has rotted: in its size or, where that cannot be what a cut
    // has left, anywhere.
    enum class Mend : std::uint8_t { size, all };
    [[nodiscard]] std::optional<Bytes> mend_record(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                                   MutableBytes room, std::size_t& size, Mend what) const;
    [[nodiscard]] bool append(std::size_t sector, std::uint32_t generation, std::size_t& end, MutableBytes record);
    [[nodiscard]] bool load(std::size_t sector, const SectorHeader& header, std::span<std::uint64_t> words);
    [[nodiscard]] bool write_step(std::span<const std::uint64_t> words);
    [[nodiscard]] bool start_sector(std::span<const std::uint64_t> words);
    [[nodiscard]] bool erased_from(std::size_t sector, std::size_t offset) const;

    Flash* flash_;
    Sectors sectors_;
    std::uint32_t generation_ = 0;  // 0: nothing was written yet
    std::uint16_t sector_ = 0;      // counted within the ring
    bool open_ = false;             // the sector takes more steps
    bool lost_ = false;
    std::size_t end_ = 0;  // where the next one goes
    std::uint32_t damaged_ = 0;
};

}  // namespace blathy::meter
