#include "meter/storage/journal.hpp"

#include <algorithm>
#include <array>
#include <bit>

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

std::optional<Journal::SectorHeader> Journal::sector_header(std::size_t sector) const {
    std::array<std::uint8_t, journal_header_size> header{};
    if (!flash_->read(sectors_.first + sector, 0, header)) return std::nullopt;
    ByteReader in(header);
    in.skip(8);
    const std::uint32_t check = crc32(in.consumed());
    const std::uint32_t difference = check ^ in.u32();
    if (difference != 0 && !correct_one_bit(MutableBytes(header).first(8), difference)) return std::nullopt;
    ByteReader mended(header);
    const std::uint32_t found = mended.u32();
    const std::uint32_t generation = mended.u32();
    if (found != journal_magic || generation == 0) return std::nullopt;
    return SectorHeader{generation, difference != 0};
}

bool Journal::was_valid(std::size_t sector) const {
    constexpr int rotten_bits = 2;  // of a magic that is still taken for one
    std::array<std::uint8_t, journal_header_size + journal_record_header_size> beginning{};
    if (!flash_->read(sectors_.first + sector, 0, beginning)) return false;
    ByteReader in(beginning);
    if (std::popcount(in.u32() ^ journal_magic) > rotten_bits) return false;
    in.skip(8);
    return !erased_from(sector, beginning.size() + in.u16());
}

std::optional<Bytes> Journal::read_content(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                           MutableBytes room, std::size_t size, std::uint32_t check) const {
    const std::size_t start = offset + journal_record_header_size;
    if (size > room.size() || start + size > flash_->sector_size()) return std::nullopt;
    const MutableBytes content = room.first(size);
    if (!flash_->read(sectors_.first + sector, start, content)) return std::nullopt;
    if (check_of(generation, offset, content) != check) return std::nullopt;
    return content;
}

std::optional<Bytes> Journal::read_record(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                          MutableBytes room, std::size_t& size) const {
    std::array<std::uint8_t, journal_record_header_size> header{};
    size = no_record;
    if (offset + journal_record_header_size > flash_->sector_size()) return std::nullopt;
    if (!flash_->read(sectors_.first + sector, offset, header)) return std::nullopt;
    ByteReader in(header);
    size = in.u16();
    return read_content(sector, generation, offset, room, size, in.u32());
}

std::optional<Bytes> Journal::mend_record(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                          MutableBytes room, std::size_t& size, Mend what) const {
    std::array<std::uint8_t, journal_record_header_size> header{};
    if (!flash_->read(sectors_.first + sector, offset, header)) return std::nullopt;
    ByteReader in(header);
    const std::size_t said = in.u16();
    const std::uint32_t check = in.u32();
    for (std::size_t bit = 1; bit <= 0x8000; bit <<= 1) {
        const auto content = read_content(sector, generation, offset, room, said ^ bit, check);
        if (!content) continue;
        size = said ^ bit;
        return content;
    }
    const std::size_t start = offset + journal_record_header_size;
    if (what == Mend::size || said > room.size() || start + said > flash_->sector_size()) return std::nullopt;
    const MutableBytes content = room.first(said);
    if (!flash_->read(sectors_.first + sector, start, content)) return std::nullopt;
    if (!correct_one_bit(content, check_of(generation, offset, content) ^ check)) return std::nullopt;
    return content;
}

bool Journal::load(std::size_t sector, const SectorHeader& header, std::span<std::uint64_t> words) {
    JournalRecord whole_room{};
    JournalRecord step_room{};
    std::size_t size = 0;
    const std::uint32_t generation = header.generation;
    bool rotten = header.rotten;
    auto whole = read_record(sector, generation, journal_header_size, whole_room, size);
    if (!whole) {
        rotten = true;
        whole = mend_record(sector, generation, journal_header_size, whole_room, size, Mend::all);
    }
    if (rotten) ++damaged_;
    if (!whole) return false;
    generation_ = generation;
    sector_ = static_cast<std::uint16_t>(sector);
    Differences first(*whole);
    for (std::uint64_t& word : words) word = first.next();
    std::size_t offset = journal_header_size + journal_record_header_size + size;
    while (true) {
        auto step = read_record(sector, generation, offset, step_room, size);
        if (!step && size == no_record) break;
        if (!step) {
            ++damaged_;
            step = mend_record(sector, generation, offset, step_room, size, Mend::size);
        }
        if (step) {
            Differences base(*whole);
            Differences differences(*step);
            for (std::uint64_t& word : words) word = base.next() + differences.next();
        } else if (offset + journal_record_header_size + size > flash_->sector_size()) {
            // Its size may be what is damaged: then nothing behind it can be found.
            break;
        }
        offset += journal_record_header_size + size;
    }
    end_ = offset;
    // Where one bit has rotted another one may: the next state goes to a sector of its own.
    open_ = !rotten && erased_from(sector_, offset);
    return true;
}

bool Journal::erased_from(std::size_t sector, std::size_t offset) const {
    std::array<std::uint8_t, 64> piece{};
    while (offset < flash_->sector_size()) {
        const auto room = MutableBytes(piece).first(std::min(piece.size(), flash_->sector_size() - offset));
        if (!flash_->read(sectors_.first + sector, offset, room)) return false;
        if (!is_erased(room)) return false;
        offset += room.size();
    }
    return true;
}

bool Journal::mount(std::span<std::uint64_t> words) {
    generation_ = 0;
    open_ = false;
    damaged_ = 0;
    lost_ = false;
    std::uint32_t below = ~std::uint32_t{0};
    std::uint32_t newest = 0;
    // The newest sector whose whole record is as it was written.
    while (true) {
        std::optional<std::size_t> found;
        SectorHeader header;
        for (std::size_t sector = 0; sector < sectors_.count; ++sector) {
            const auto of_sector = sector_header(sector);
            if (!of_sector || of_sector->generation >= below || of_sector->generation <= header.generation) continue;
            header = *of_sector;
            found = sector;
        }
        newest = std::max(newest, header.generation);
        if (!found || load(*found, header, words)) break;
        below = header.generation;
    }
    lost_ = newest != generation_;
    if (newest == 0) {
        for (std::size_t sector = 0; sector < sectors_.count; ++sector) lost_ = lost_ || was_valid(sector);
        damaged_ += lost_ ? 1 : 0;
        return false;
    }
    const bool loaded = generation_ != 0;
    // Behind a damaged sector its number is not used again.
    if (newest != generation_) open_ = false;
    generation_ = newest;
    return loaded;
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
    if (!flash_->program(sectors_.first + next, 0, header)) return false;
    const auto written = sector_header(next);
    if (!written || written->rotten || written->generation != generation) return false;
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
