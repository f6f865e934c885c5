#include "meter/storage/journal.hpp"

#include <algorithm>
#include <array>

#include "base/crc32.hpp"
#include "meter/storage/bit_code.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint32_t journal_magic = 0x424C'4A02;  // "BLJ", format 2
constexpr std::size_t journal_header_size = 12;
constexpr std::size_t journal_record_header_size = 6;
constexpr std::size_t no_record = 0xFFFF;  // an erased size

using JournalRecord = std::array<std::uint8_t, journal_record_header_size + Journal::max_record_size>;

std::uint32_t check_of(std::uint32_t generation, std::size_t offset, Bytes content) {
    std::array<std::uint8_t, 10> place{};
    ByteWriter out(place);
    out.u32(generation);
    out.u32(static_cast<std::uint32_t>(offset));
    out.u16(static_cast<std::uint16_t>(content.size()));
    return crc32(content, crc32(out.written()));
}

// The differences that a record holds, word after word; zero behind the last one. Each takes a run and a width, eight
// bits or more: what fills up the last octet is never taken for one.
class Differences {
  public:
    explicit Differences(Bytes content) : in_(content) { next_run(); }

    std::uint64_t next() {
        if (run_ > 0) {
            --run_;
            return 0;
        }
        const std::uint64_t difference = unzigzag(get_wide(in_));
        next_run();
        return difference;
    }

  private:
    void next_run() { run_ = in_.at_end() ? ~std::uint64_t{0} : runs_.get(in_); }

    BitReader in_;
    RiceCode runs_;
    std::uint64_t run_ = 0;
};

// `base` is what the differences are from. Returns the content; empty if it doesn't fit.
Bytes encode(std::span<const std::uint64_t> words, Differences base, MutableBytes room) {
    BitWriter out(room);
    RiceCode runs;
    std::uint64_t run = 0;
    for (const std::uint64_t word : words) {
        const std::uint64_t difference = word - base.next();
        if (difference == 0) {
            ++run;
            continue;
        }
        runs.put(out, run);
        put_wide(out, zigzag(difference));
        run = 0;
    }
    return out.ok() ? out.written() : Bytes{};
}

}  // namespace

std::optional<std::uint32_t> Journal::generation_of(std::size_t sector) const {
    std::array<std::uint8_t, journal_header_size> header{};
    if (!flash_->read(sectors_.first + sector, 0, header)) return std::nullopt;
    ByteReader in(header);
    const std::uint32_t found = in.u32();
    const std::uint32_t generation = in.u32();
    const std::uint32_t check = crc32(in.consumed());
    if (found != journal_magic || generation == 0 || check != in.u32()) return std::nullopt;
    return generation;
}

std::optional<Bytes> Journal::read_record(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                          MutableBytes room, std::size_t& size) const {
    std::array<std::uint8_t, journal_record_header_size> header{};
    size = no_record;
    if (offset + journal_record_header_size > flash_->sector_size()) return std::nullopt;
    if (!flash_->read(sectors_.first + sector, offset, header)) return std::nullopt;
    ByteReader in(header);
    size = in.u16();
    const std::uint32_t check = in.u32();
    if (size > room.size() || offset + journal_record_header_size + size > flash_->sector_size()) return std::nullopt;
    const MutableBytes content = room.first(size);
    if (!flash_->read(sectors_.first + sector, offset + journal_record_header_size, content)) return std::nullopt;
    if (check_of(generation, offset, content) != check) return std::nullopt;
    return content;
}

bool Journal::load(std::size_t sector, std::uint32_t generation, std::span<std::uint64_t> words) {
    JournalRecord whole_room{};
    JournalRecord step_room{};
    std::size_t size = 0;
    const auto whole = read_record(sector, generation, journal_header_size, whole_room, size);
    if (!whole) {
        ++damaged_;
        return false;
    }
    generation_ = generation;
    sector_ = static_cast<std::uint16_t>(sector);
    Differences first(*whole);
    for (std::uint64_t& word : words) word = first.next();
    std::size_t offset = journal_header_size + journal_record_header_size + size;
    while (true) {
        const auto step = read_record(sector, generation, offset, step_room, size);
        if (step) {
            Differences base(*whole);
            Differences differences(*step);
            for (std::uint64_t& word : words) word = base.next() + differences.next();
        } else if (size == no_record) {
            break;
        } else {
            ++damaged_;
            // Its size may be what is damaged: then nothing behind it can be found.
            if (offset + journal_record_header_size + size > flash_->sector_size()) break;
        }
        offset += journal_record_header_size + size;
    }
    end_ = offset;
    open_ = erased_from(offset);
    return true;
}

bool Journal::erased_from(std::size_t offset) const {
    std::array<std::uint8_t, 64> piece{};
    while (offset < flash_->sector_size()) {
        const auto room = MutableBytes(piece).first(std::min(piece.size(), flash_->sector_size() - offset));
        if (!flash_->read(sectors_.first + std::size_t{sector_}, offset, room)) return false;
        if (!is_erased(room)) return false;
        offset += room.size();
    }
    return true;
}

bool Journal::mount(std::span<std::uint64_t> words) {
    generation_ = 0;
    open_ = false;
    damaged_ = 0;
    std::uint32_t below = ~std::uint32_t{0};
    std::uint32_t newest = 0;
    // The newest sector whose whole record is as it was written.
    while (true) {
        std::optional<std::size_t> found;
        std::uint32_t generation = 0;
        for (std::size_t sector = 0; sector < sectors_.count; ++sector) {
            const auto of_sector = generation_of(sector);
            if (!of_sector || *of_sector >= below || *of_sector <= generation) continue;
            generation = *of_sector;
            found = sector;
        }
        if (!found) return false;
        newest = std::max(newest, generation);
        if (load(*found, generation, words)) break;
        below = generation;
    }
    // Behind a damaged sector its number is not used again.
    if (newest != generation_) open_ = false;
    generation_ = newest;
    return true;
}

bool Journal::append(std::size_t sector, std::uint32_t generation, std::size_t& end, MutableBytes record) {
    const Bytes content = Bytes(record).subspan(journal_record_header_size);
    if (end + record.size() > flash_->sector_size()) return false;
    ByteWriter out(record);
    out.u16(static_cast<std::uint16_t>(content.size()));
    out.u32(check_of(generation, end, content));
    if (!flash_->program(sectors_.first + sector, end, record)) return false;
    JournalRecord room{};
    std::size_t size = 0;
    const auto written = read_record(sector, generation, end, room, size);
    if (!written || !std::ranges::equal(*written, content)) return false;
    end += record.size();
    return true;
}

bool Journal::write_step(std::span<const std::uint64_t> words) {
    JournalRecord whole_room{};
    JournalRecord room{};
    std::size_t size = 0;
    const auto whole = read_record(sector_, generation_, journal_header_size, whole_room, size);
    if (!whole) {
        ++damaged_;
        return false;
    }
    const Bytes content = encode(words, Differences(*whole), MutableBytes(room).subspan(journal_record_header_size));
    if (content.empty()) return false;
    return append(sector_, generation_, end_, MutableBytes(room).first(journal_record_header_size + content.size()));
}

bool Journal::start_sector(std::span<const std::uint64_t> words) {
    constexpr std::uint32_t last_generation = 0xFFFF'FFFE;  // out of reach: thousands of years of a sector a minute
    if (sectors_.count < 2 || generation_ >= last_generation) return false;
    JournalRecord room{};
    const Bytes content = encode(words, Differences({}), MutableBytes(room).subspan(journal_record_header_size));
    if (content.empty()) return false;
    const std::size_t next = generation_ == 0 ? 0 : (sector_ + 1U) % sectors_.count;
    const std::uint32_t generation = generation_ + 1;
    if (!flash_->erase(sectors_.first + next)) return false;
    std::size_t end = journal_header_size;
    if (!append(next, generation, end, MutableBytes(room).first(journal_record_header_size + content.size())))
        return false;
    std::array<std::uint8_t, journal_header_size> header{};
    ByteWriter out(header);
    out.u32(journal_magic);
    out.u32(generation);
    out.u32(crc32(out.written()));
    // A header whose programming failed may stand all the same: its number is used up.
    generation_ = generation;
    if (!flash_->program(sectors_.first + next, 0, header) || generation_of(next) != generation) return false;
    sector_ = static_cast<std::uint16_t>(next);
    end_ = end;
    open_ = true;
    return true;
}

bool Journal::write(std::span<const std::uint64_t> words) {
    if (open_ && write_step(words)) return true;
    open_ = false;
    return start_sector(words) || start_sector(words);
}

}  // namespace blathy::meter
