#include "meter/storage/store.hpp"

#include <algorithm>

#include "base/crc32.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint32_t store_magic = 0x424C'5402;  // "BLT", format 2
constexpr std::size_t store_header_size = 12;
constexpr std::size_t stored_header_size = 8;
constexpr std::size_t word_size = 4;
constexpr std::size_t piece_size = 64;
constexpr unsigned copy_bits = 2;
constexpr unsigned size_bits = 14;
static_assert(record_ids <= 1U << (8 - copy_bits) && max_record_size < 1U << size_bits);

using StoreHeader = std::array<std::uint8_t, store_header_size>;

constexpr std::size_t padded(std::size_t size) {
    return (size + word_size - 1) / word_size * word_size;
}
constexpr std::size_t stored_size(std::size_t size) {
    return stored_header_size + padded(size);
}

std::optional<std::uint32_t> generation_in(const StoreHeader& header) {
    ByteReader in(header);
    const std::uint32_t found = in.u32();
    const std::uint32_t generation = in.u32();
    if (found != store_magic || in.u32() != crc32(Bytes(header).first(8))) return std::nullopt;
    return generation;
}

}  // namespace

std::uint8_t Store::mark_of(const RecordHeader& header) {
    return static_cast<std::uint8_t>(~unsigned{header.id} << copy_bits | static_cast<unsigned>(header.copy));
}

// The check of a record goes on from here with its content.
std::uint32_t Store::check_of(std::uint32_t generation, const RecordHeader& header) {
    std::array<std::uint8_t, 8> head{};
    ByteWriter out(head);
    out.u32(generation);
    out.u8(header.id);
    out.u8(static_cast<std::uint8_t>(header.copy));
    out.u16(header.size);
    return crc32(out.written());
}

std::optional<Store::SectorHeader> Store::sector_header(std::size_t sector) const {
    StoreHeader header{};
    if (!flash_.read(sector, 0, header)) return std::nullopt;
    if (const auto generation = generation_in(header)) return SectorHeader{*generation, false};
    for (std::uint8_t& octet : header) {
        for (unsigned bit = 1; bit <= 0x80; bit <<= 1) {
            octet ^= static_cast<std::uint8_t>(bit);
            if (const auto generation = generation_in(header)) return SectorHeader{*generation, true};
            octet ^= static_cast<std::uint8_t>(bit);
        }
    }
    return std::nullopt;
}

std::optional<Store::RecordHeader> Store::record_header(std::size_t sector, std::size_t offset) const {
    std::array<std::uint8_t, stored_header_size> octets{};
    if (!flash_.read(sector, offset, octets)) return std::nullopt;
    ByteReader in(octets);
    RecordHeader header;
    header.id = in.u8();
    const std::uint8_t mark = in.u8();
    const std::uint16_t size = in.u16();
    header.copy = static_cast<Copy>(size >> size_bits);
    header.size = size & ((1U << size_bits) - 1U);
    header.check = in.u32();
    const bool plausible = header.id < record_ids && header.copy < Copy::count && mark == mark_of(header) &&
                           header.size <= max_record_size && offset + stored_size(header.size) <= flash_.sector_size();
    return plausible ? std::optional(header) : std::nullopt;
}

bool Store::check_holds(std::size_t sector, std::uint32_t generation, std::size_t offset,
                        const RecordHeader& header) const {
    std::uint32_t check = check_of(generation, header);
    std::array<std::uint8_t, piece_size> piece{};
    for (std::size_t done = 0; done < header.size; done += piece_size) {
        const auto room = MutableBytes(piece).first(std::min(piece_size, header.size - done));
        if (!flash_.read(sector, offset + stored_header_size + done, room)) return false;
        check = crc32(room, check);
    }
    return check == header.check;
}

bool Store::holds(std::size_t sector, std::size_t offset, Bytes octets) const {
    std::array<std::uint8_t, piece_size> piece{};
    while (!octets.empty()) {
        const auto room = MutableBytes(piece).first(std::min(piece_size, octets.size()));
        if (!flash_.read(sector, offset, room) || !std::ranges::equal(room, octets.first(room.size()))) return false;
        offset += room.size();
        octets = octets.subspan(room.size());
    }
    return true;
}

// As an offset of a word; the sector's size if all is erased.
std::size_t Store::first_not_erased(std::size_t sector, std::size_t offset) const {
    std::array<std::uint8_t, piece_size> piece{};
    while (offset < flash_.sector_size()) {
        const auto room = MutableBytes(piece).first(std::min(piece_size, flash_.sector_size() - offset));
        if (!flash_.read(sector, offset, room)) return offset;
        const auto used = std::ranges::find_if(room, [](std::uint8_t octet) { return octet != erased_octet; });
        const auto erased = static_cast<std::size_t>(used - room.begin());
        if (erased < room.size()) return offset + erased / word_size * word_size;
        offset += erased;
    }
    return flash_.sector_size();
}

std::size_t Store::end_of_used() const {
    std::size_t end = store_header_size;
    for (std::size_t used = end; used != flash_.sector_size(); used = first_not_erased(sector_, end)) {
        end = used + word_size;
    }
    return end;
}

template <class Found, class Damaged>
Store::Walked Store::walk(std::size_t sector, std::uint32_t generation, Found&& found, Damaged&& damaged) const {
    Walked walked{flash_.sector_size()};
    std::size_t offset = store_header_size;
    bool in_remains = false;
    std::size_t remains_end = 0;  // nothing is programmed before it, for what looks erased there may be half programmed
    while (offset + stored_header_size <= flash_.sector_size()) {
        const std::size_t used = first_not_erased(sector, offset);
        if (used == flash_.sector_size()) {
            walked.end = std::max(offset, remains_end);
            break;
        }
        const auto header = used == offset ? record_header(sector, offset) : std::nullopt;
        if (header && check_holds(sector, generation, offset, *header)) {
            const bool nothing = header->copy == Copy::none;
            found(*header, nothing ? all_rotten : static_cast<Place>(offset / word_size));
            in_remains = false;
            remains_end = 0;
            offset += stored_size(header->size);
            continue;
        }
        if (!in_remains || (header && offset == remains_end)) {
            ++walked.damaged;
            if (header) damaged(*header);
            remains_end = header ? offset + stored_size(header->size) : flash_.sector_size();
        }
        in_remains = true;
        offset = used == offset ? offset + word_size : used;
    }
    return walked;
}

void Store::mount() {
    generation_ = 0;
    places_ = {};
    damaged_records_ = 0;
    for (std::size_t sector = 0; sector < flash_.sector_count(); ++sector) {
        const auto header = sector_header(sector);
        if (header && header->generation > generation_) {
            generation_ = header->generation;
            sector_ = sector;
            damaged_records_ = header->rotten ? 1 : 0;
        }
    }
    end_ = flash_.sector_size();
    if (generation_ == 0) return;
    Newest found = find_newest(Where::in_use);
    end_ = found.in_use.end;
    damaged_records_ += found.in_use.damaged;
    if (found.in_use.damaged != 0) found = find_newest(Where::both);
    places_ = found.places;
}

Store::Newest Store::find_newest(Where where) const {
    Newest newest;
    // Of what was acknowledged there are two copies, of which one at least is not the first. Torn when they were new
    // are first copies only.
    RecordSet once = 0;
    RecordSet twice = 0;
    RecordSet acknowledged = 0;
    RecordSet begun = 0;
    const auto damaged = [&](const RecordHeader& header) {
        const RecordSet record = RecordSet{1} << header.id;
        twice |= once & record;
        once |= record;
        if (header.copy == Copy::first) {
            begun |= record;
            newest.copies[header.id] = 0;
            return;
        }
        acknowledged |= record;
        // Both copies of a change: what is older is not what it was changed to.
        const bool outdated = never_goes_back(static_cast<RecordId>(header.id)) && (begun & record) != 0;
        if (outdated) newest.places[header.id] = all_rotten;
    };
    const auto found = [&](const RecordHeader& header, Place place) {
        std::uint8_t& copies = newest.copies[header.id];
        copies = static_cast<std::uint8_t>(header.copy == Copy::another ? std::min(copies + 1, 2) : 1);
        newest.places[header.id] = place;
        begun &= ~(RecordSet{1} << header.id);
    };
    const auto found_before = [&](const RecordHeader& header, Place place) { found(header, of_sector_before(place)); };
    if (where == Where::both && has_sector_before()) {
        (void)walk(sector_before(), generation_ - 1, found_before, damaged);
        begun = 0;
    }
    newest.in_use = walk(sector_, generation_, found, damaged);
    for (std::size_t i = 0; i < record_ids; ++i) {
        const bool rotten = (twice & acknowledged & RecordSet{1} << i) != 0;
        if (rotten && !is_there(newest.places[i])) newest.places[i] = all_rotten;
    }
    return newest;
}

Store::Place Store::of_sector_before(Place place) {
    return is_there(place) ? static_cast<Place>(in_sector_before | place) : place;
}

RecordSet Store::lost_records() const {
    RecordSet all = 0;
    for (std::size_t i = 0; i < record_ids; ++i) {
        if (lost(static_cast<RecordId>(i))) all |= RecordSet{1} << i;
    }
    return all;
}

std::size_t Store::sector_before() const {
    return (sector_ + flash_.sector_count() - 1) % flash_.sector_count();
}

bool Store::has_sector_before() const {
    const auto header = sector_header(sector_before());
    return generation_ > 1 && header && header->generation == generation_ - 1;
}

std::optional<Bytes> Store::read(RecordId id, MutableBytes into) const {
    Place& place = places_[static_cast<std::size_t>(id)];
    while (is_there(place)) {
        const bool before = (place & in_sector_before) != 0;
        const std::size_t sector = before ? sector_before() : sector_;
        const std::uint32_t generation = before ? generation_ - 1 : generation_;
        const std::size_t offset = (place & ~in_sector_before) * word_size;
        const auto header = record_header(sector, offset);
        if (header && header->id == static_cast<std::uint8_t>(id)) {
            const auto room = into.first(std::min<std::size_t>(header->size, into.size()));
            if (room.size() < header->size) {
                if (check_holds(sector, generation, offset, *header)) return std::nullopt;
            } else if (flash_.read(sector, offset + stored_header_size, room) &&
                       crc32(room, check_of(generation, *header)) == header->check) {
                return room;
            }
        }
        ++damaged_records_;
        const Place found = find_newest(Where::both).places[static_cast<std::size_t>(id)];
        place = is_there(found) ? found : all_rotten;
    }
    return std::nullopt;
}

bool Store::append(std::size_t sector, std::size_t& end, std::uint32_t generation, RecordId id, Copy copy,
                   Bytes content, Places& places) {
    const std::size_t next = end + stored_size(content.size());
    constexpr std::size_t last_place = in_sector_before - 1;
    if (next > flash_.sector_size() || end / word_size > last_place) return false;
    std::array<std::uint8_t, stored_header_size + max_record_size> octets{};
    ByteWriter out(octets);
    const RecordHeader header{static_cast<std::uint8_t>(id), copy, static_cast<std::uint16_t>(content.size())};
    out.u8(header.id);
    out.u8(mark_of(header));
    out.u16(static_cast<std::uint16_t>(static_cast<unsigned>(header.copy) << size_bits | header.size));
    out.u32(crc32(content, check_of(generation, header)));
    out.bytes(content);
    while (out.size() % word_size != 0) out.u8(erased_octet);
    const std::size_t start = end;
    // What a failure leaves here would hide the records behind it: then this sector takes no more.
    const bool programmed =
        out.ok() && flash_.program(sector, start, out.written()) && holds(sector, start, out.written());
    end = programmed ? next : flash_.sector_size();
    if (!programmed) return false;
    places[header.id] = copy == Copy::none ? all_rotten : static_cast<Place>(start / word_size);
    return true;
}

bool Store::write(RecordId id, Bytes content) {
    if (content.size() > max_record_size) return false;
    const bool needs_two = !is_there(places_[static_cast<std::size_t>(id)]) || never_goes_back(id);
    if (!write_copy(id, needs_two ? Copy::first : Copy::another, content)) return false;
    // It is durable; without an older copy that may stand for it when it rots a second one does.
    if (needs_two) (void)write_copy(id, Copy::another, content);
    return true;
}

void Store::complete_copies() {
    if (generation_ == 0) return;
    const Newest newest = find_newest(Where::both);
    std::array<std::uint8_t, max_record_size> room{};
    for (std::size_t i = 0; i < record_ids; ++i) {
        const auto id = static_cast<RecordId>(i);
        if (!never_goes_back(id) || !is_there(newest.places[i]) || newest.copies[i] > 1) continue;
        // A flash that fails now is asked again at the next start.
        if (const auto content = read(id, room)) (void)write(id, *content);
    }
}

bool Store::write_copy(RecordId id, Copy copy, Bytes content) {
    // Of two sectors the next one is the one before: what must be brought forward from there finds room in this one.
    const std::size_t spare =
        flash_.sector_count() > 2 ? 0 : std::min(stored_size(max_record_size), flash_.sector_size() / 4);
    const bool fits = generation_ != 0 && end_ + stored_size(content.size()) + spare <= flash_.sector_size();
    if (fits && append(sector_, end_, generation_, id, copy, content, places_)) return true;
    return move_to_next_sector(id, copy, content);
}

// A record whose copies in this sector are all rotten has its last one in a sector that may be erased now.
void Store::bring_forward() {
    std::array<std::uint8_t, max_record_size> room{};
    for (std::size_t i = 0; i < record_ids; ++i) {
        const auto id = static_cast<RecordId>(i);
        const auto content = read(id, room);
        if (content && (places_[i] & in_sector_before) != 0) {
            // Behind remains of unknown size a copy that reads back as it is will do.
            const bool in_doubt = end_ == flash_.sector_size();
            std::size_t end = in_doubt ? end_of_used() : end_;
            // Torn, it must not look like the other copy of a change.
            const Copy copy = never_goes_back(id) ? Copy::first : Copy::another;
            (void)append(sector_, end, generation_, id, copy, *content, places_);
            if (!in_doubt) end_ = end;
        }
    }
}

bool Store::move_to_next_sector(RecordId id, Copy copy, Bytes content) {
    constexpr std::uint32_t last_generation = 0xFFFF'FFFF;  // out of reach: thousands of years of a sector a minute
    if (flash_.sector_count() < 2 || generation_ == last_generation) return false;
    bring_forward();
    const std::size_t next = generation_ == 0 ? 0 : (sector_ + 1) % flash_.sector_count();
    const std::uint32_t generation = generation_ + 1;
    if (!flash_.erase(next)) return false;
    std::size_t end = store_header_size;
    Places places{};
    if (!append(next, end, generation, id, copy, content, places)) return false;
    for (std::size_t i = 0; i < record_ids; ++i) {
        const auto other = static_cast<RecordId>(i);
        if (other == id) continue;
        std::array<std::uint8_t, max_record_size> room{};
        const auto kept = read(other, room);
        if (!kept && !lost(other)) continue;
        const Copy of_other = kept ? Copy::another : Copy::none;
        if (!append(next, end, generation, other, of_other, kept.value_or(Bytes{}), places)) return false;
    }
    // A header that says it failed may stand all the same: nothing more goes to the sector that it takes over from.
    end_ = flash_.sector_size();
    StoreHeader header{};
    ByteWriter out(header);
    out.u32(store_magic);
    out.u32(generation);
    out.u32(crc32(out.written()));
    if (!flash_.program(next, 0, out.written()) || !holds(next, 0, out.written())) return false;
    sector_ = next;
    generation_ = generation;
    end_ = end;
    places_ = places;
    return true;
}

}  // namespace blathy::meter
