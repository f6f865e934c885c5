#include "meter/storage/store.hpp"

#include <algorithm>

#include "base/crc32.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint32_t store_magic = 0x424C'5401;  // "BLT", format 1
constexpr std::size_t store_header_size = 12;
constexpr std::size_t stored_header_size = 8;
constexpr std::size_t word_size = 4;

constexpr std::size_t padded(std::size_t size) {
    return (size + word_size - 1) / word_size * word_size;
}

}  // namespace

std::optional<std::uint32_t> Store::generation_of(std::size_t sector) const {
    std::array<std::uint8_t, store_header_size> header{};
    if (!flash_.read(sector, 0, header)) return std::nullopt;
    ByteReader in(header);
    const std::uint32_t found = in.u32();
    const std::uint32_t generation = in.u32();
    const std::uint32_t check = in.u32();
    if (found != store_magic || check != crc32(Bytes(header).first(8))) return std::nullopt;
    return generation;
}

std::uint32_t Store::check_of(std::uint32_t generation, std::uint8_t id, Bytes content) const {
    std::array<std::uint8_t, 7> head{};
    ByteWriter out(head);
    out.u32(generation);
    out.u8(id);
    out.u16(static_cast<std::uint16_t>(content.size()));
    return crc32(content, crc32(out.written()));
}

void Store::mount() {
    generation_ = 0;
    places_ = {};
    damaged_records_ = 0;
    for (std::size_t sector = 0; sector < flash_.sector_count(); ++sector) {
        const auto generation = generation_of(sector);
        if (generation && *generation > generation_) {
            generation_ = *generation;
            sector_ = sector;
        }
    }
    end_ = flash_.sector_size();
    if (generation_ != 0) scan();
}

void Store::scan() {
    std::size_t offset = store_header_size;
    std::array<std::uint8_t, max_record_size> content{};
    while (offset + stored_header_size <= flash_.sector_size()) {
        std::array<std::uint8_t, stored_header_size> header{};
        if (!flash_.read(sector_, offset, header)) break;
        if (is_erased(header)) {
            // The end of the log, unless a cut left something behind an unwritten header: then this sector is done.
            if (erased_from(offset)) end_ = offset;
            return;
        }
        ByteReader in(header);
        const std::uint8_t id = in.u8();
        in.skip(1);
        const std::size_t size = in.u16();
        const std::uint32_t check = in.u32();
        const std::size_t next = offset + stored_header_size + padded(size);
        const bool plausible = id < record_ids && size <= max_record_size && next <= flash_.sector_size();
        if (!plausible) {
            ++damaged_records_;
            return;
        }
        const auto room = MutableBytes(content).first(size);
        if (flash_.read(sector_, offset + stored_header_size, room) && check_of(generation_, id, room) == check) {
            places_[id] = static_cast<std::uint16_t>(offset / word_size);
        } else {
            ++damaged_records_;
        }
        offset = next;
    }
}

bool Store::erased_from(std::size_t offset) const {
    std::array<std::uint8_t, 64> piece{};
    while (offset < flash_.sector_size()) {
        const auto room = MutableBytes(piece).first(std::min(piece.size(), flash_.sector_size() - offset));
        if (!flash_.read(sector_, offset, room)) return false;
        if (!is_erased(room)) return false;
        offset += room.size();
    }
    return true;
}

std::optional<Bytes> Store::read(RecordId id, MutableBytes into) const {
    const std::size_t offset = places_[static_cast<std::size_t>(id)] * word_size;
    std::array<std::uint8_t, stored_header_size> header{};
    if (offset == 0 || !flash_.read(sector_, offset, header)) return std::nullopt;
    ByteReader in(Bytes(header).subspan(2));
    const std::size_t size = in.u16();
    if (size > into.size()) return std::nullopt;
    const auto room = into.first(size);
    if (!flash_.read(sector_, offset + stored_header_size, room)) return std::nullopt;
    if (check_of(generation_, static_cast<std::uint8_t>(id), room) != in.u32()) return std::nullopt;
    return room;
}

bool Store::append(std::size_t sector, std::size_t& end, std::uint32_t generation, RecordId id, Bytes content,
                   Places& places) {
    const std::size_t next = end + stored_header_size + padded(content.size());
    constexpr std::size_t last_place = 0xFFFF;
    if (next > flash_.sector_size() || end / word_size > last_place) return false;
    std::array<std::uint8_t, stored_header_size + max_record_size> octets{};
    ByteWriter out(octets);
    out.u8(static_cast<std::uint8_t>(id));
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(content.size()));
    out.u32(check_of(generation, static_cast<std::uint8_t>(id), content));
    out.bytes(content);
    while (out.size() % word_size != 0) out.u8(erased_octet);
    const std::size_t start = end;
    // What a failure leaves here would hide the records behind it: then this sector takes no more.
    const bool programmed = out.ok() && flash_.program(sector, start, out.written());
    end = programmed ? next : flash_.sector_size();
    if (!programmed) return false;
    places[static_cast<std::size_t>(id)] = static_cast<std::uint16_t>(start / word_size);
    return true;
}

bool Store::write(RecordId id, Bytes content) {
    if (content.size() > max_record_size) return false;
    if (generation_ != 0 && append(sector_, end_, generation_, id, content, places_)) return true;
    return move_to_next_sector(id, content);
}

void Store::look_again_if_rotten() {
    std::array<std::uint8_t, max_record_size> room{};
    for (std::size_t id = 0; id < record_ids; ++id) {
        if (places_[id] == 0 || read(static_cast<RecordId>(id), room)) continue;
        places_ = {};
        end_ = flash_.sector_size();
        return scan();
    }
}

bool Store::move_to_next_sector(RecordId id, Bytes content) {
    constexpr std::uint32_t last_generation = 0xFFFF'FFFF;  // out of reach: thousands of years of a sector a minute
    if (flash_.sector_count() < 2 || generation_ == last_generation) return false;
    look_again_if_rotten();
    const std::size_t next = generation_ == 0 ? 0 : (sector_ + 1) % flash_.sector_count();
    const std::uint32_t generation = generation_ + 1;
    if (!flash_.erase(next)) return false;
    std::size_t end = store_header_size;
    Places places{};
    if (!append(next, end, generation, id, content, places)) return false;
    for (std::size_t other = 0; other < record_ids; ++other) {
        if (other == static_cast<std::size_t>(id)) continue;
        std::array<std::uint8_t, max_record_size> room{};
        const auto kept = read(static_cast<RecordId>(other), room);
        if (kept && !append(next, end, generation, static_cast<RecordId>(other), *kept, places)) return false;
    }
    // A header that says it failed may stand all the same: nothing more goes to the sector that it takes over from.
    end_ = flash_.sector_size();
    std::array<std::uint8_t, store_header_size> header{};
    ByteWriter out(header);
    out.u32(store_magic);
    out.u32(generation);
    out.u32(crc32(out.written()));
    if (!flash_.program(next, 0, out.written())) return false;
    sector_ = next;
    generation_ = generation;
    end_ = end;
    places_ = places;
    return true;
}

}  // namespace blathy::meter
