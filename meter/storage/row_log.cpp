#include "meter/storage/row_log.hpp"

#include <algorithm>

#include "base/crc32.hpp"

namespace blathy::meter {
namespace {

constexpr std::size_t sector_header_size = 16;
constexpr std::size_t short_size_end = 0x80;
constexpr std::size_t check_size = 3;
// What a flash has from before it was shared out as it is now is not taken for pages of this log.
constexpr std::uint8_t page_form = 1;

// Epochs go round: what is less than half of them ahead is later.
constexpr bool is_later(std::uint16_t epoch, std::uint16_t than) {
    return static_cast<std::int16_t>(epoch - than) > 0;
}

// Of the row that is number `row` in the page of this header.
std::uint32_t check_of(std::uint32_t header_check, std::uint32_t row, Bytes framed) {
    const std::array place = {static_cast<std::uint8_t>(row), static_cast<std::uint8_t>(row >> 8)};
    return crc32(framed, crc32(place, header_check)) & 0xFF'FFFFU;
}

}  // namespace

std::uint32_t RowLog::page_count() const {
    if (flash_ == nullptr) return 0;
    return static_cast<std::uint32_t>(sectors_.count * (flash_->sector_size() / page_size));
}

bool RowLog::read_octets(std::uint32_t page, MutableBytes into) const {
    const std::size_t in_sector = flash_->sector_size() / page_size;
    return flash_->read(sectors_.first + page / in_sector, page % in_sector * page_size, into);
}

std::optional<RowLog::Header> RowLog::header_of(std::uint32_t page) const {
    std::array<std::uint8_t, sector_header_size> octets{};
    if (!read_octets(page, octets)) return std::nullopt;
    ByteReader in(octets);
    Header header;
    header.sequence = in.u32();
    header.first_row = in.u32();
    header.epoch = in.u16();
    header.columns = in.u8();
    const std::uint8_t form = in.u8();
    if (crc32(in.consumed()) != in.u32() || form != page_form || header.columns > max_row_columns) return std::nullopt;
    return header;
}

std::uint16_t RowLog::next_epoch() const {
    std::uint16_t last = epoch_;
    for (std::uint32_t page = 0; page < page_count(); ++page) {
        const auto header = header_of(page);
        if (header && is_later(header->epoch, last)) last = header->epoch;
    }
    return static_cast<std::uint16_t>(last + 1);
}

std::optional<std::uint32_t> RowLog::first_row_of(std::uint32_t page) const {
    const auto header = header_of(page);
    if (!header || header->epoch != epoch_ || header->columns != columns_) return std::nullopt;
    return header->first_row;
}

bool RowLog::open(std::uint32_t page, Walk& walk) const {
    const auto header = header_of(page);
    if (!header || !read_octets(page, walk.octets)) return false;
    walk.page = page;
    walk.first_row = header->first_row;
    walk.check = crc32(Bytes(walk.octets).first(sector_header_size));
    walk.rows = 0;
    walk.columns = header->columns;
    walk.offset = sector_header_size;
    walk.values.fill(0);
    walk.step = 0;
    for (std::size_t i = 0; i < walk.columns; ++i) walk.rises_by[i] = static_cast<std::uint8_t>(i);
    walk.codes.fill(RiceCode{});
    walk.open = true;
    return true;
}

std::uint64_t RowLog::expected(const Walk& walk, std::span<const std::int64_t> row, std::size_t column) {
    const auto before = static_cast<std::uint64_t>(walk.values[column]);
    if (column == 0) return before + walk.step;
    const std::size_t by = walk.rises_by[column];
    return by == column ? before : before + static_cast<std::uint64_t>(row[by]);
}

void RowLog::learn(Walk& walk, const RowValues& before) {
    const auto rise = [&](std::size_t i) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(walk.values[i]) -
                                         static_cast<std::uint64_t>(before[i]));
    };
    walk.step = static_cast<std::uint64_t>(rise(0));
    for (std::size_t i = 1; i < walk.columns; ++i) {
        const std::size_t by = walk.rises_by[i];
        if (by != i && walk.values[by] == rise(i)) continue;
        walk.rises_by[i] = static_cast<std::uint8_t>(i);
        if (rise(i) == 0) continue;
        for (std::size_t other = 1; other < i; ++other) {
            if (walk.values[other] == rise(i)) walk.rises_by[i] = static_cast<std::uint8_t>(other);
        }
    }
}

Bytes RowLog::next_frame(const Walk& walk) {
    ByteReader in(Bytes(walk.octets).subspan(walk.offset));
    const std::size_t first = in.u8();
    if (!in.ok() || first == erased_octet) return {};
    in.skip(first < short_size_end ? first : (first - short_size_end) << 8 | in.u8());
    const Bytes frame = in.consumed();
    const std::uint32_t check = std::uint32_t{in.u8()} << 16 | in.u16();
    return in.ok() && check == check_of(walk.check, walk.rows, frame) ? frame : Bytes{};
}

bool RowLog::read_next(Walk& walk) {
    const Bytes frame = next_frame(walk);
    if (frame.empty()) return false;
    BitReader bits(frame.subspan(frame[0] < short_size_end ? 1 : 2));
    RowValues row{};
    for (std::size_t i = 0; i < walk.columns; ++i) {
        const std::uint64_t number = walk.rows == 0 ? get_wide(bits) : walk.codes[i].get(bits);
        row[i] = static_cast<std::int64_t>(expected(walk, row, i) + unzigzag(number));
    }
    if (!bits.ok()) return false;
    const RowValues before = walk.values;
    walk.values = row;
    if (walk.rows > 0) learn(walk, before);
    ++walk.rows;
    walk.offset += frame.size() + check_size;
    return true;
}

Bytes RowLog::encode(const Walk& walk, std::span<const std::int64_t> values, MutableBytes room) {
    std::array<std::uint8_t, page_size> content{};
    BitWriter bits(content);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint64_t number = zigzag(static_cast<std::uint64_t>(values[i]) - expected(walk, values, i));
        RiceCode code = walk.codes[i];
        walk.rows == 0 ? put_wide(bits, number) : code.put(bits, number);
    }
    if (!bits.ok()) return {};
    const std::size_t size = bits.written().size();
    ByteWriter out(room);
    if (size < short_size_end) {
        out.u8(static_cast<std::uint8_t>(size));
    } else {
        out.u16(static_cast<std::uint16_t>(short_size_end << 8 | size));
    }
    out.bytes(bits.written());
    const std::uint32_t check = check_of(walk.check, walk.rows, out.written());
    out.u8(static_cast<std::uint8_t>(check >> 16));
    out.u16(static_cast<std::uint16_t>(check));
    return out.ok() ? out.written() : Bytes{};
}

bool RowLog::program(std::uint32_t page, std::size_t offset, Bytes octets) {
    const std::size_t in_sector = flash_->sector_size() / page_size;
    const std::size_t sector = sectors_.first + page / in_sector;
    const std::size_t at = page % in_sector * page_size + offset;
    std::array<std::uint8_t, page_size> room{};
    const auto written = MutableBytes(room).first(octets.size());
    return flash_->program(sector, at, octets) && flash_->read(sector, at, written) &&
           std::ranges::equal(written, octets);
}

bool RowLog::mount(std::uint16_t epoch, std::size_t columns) {
    epoch_ = epoch;
    columns_ = static_cast<std::uint8_t>(columns);
    page_open_ = false;
    sequence_ = 0;
    end_ = 0;
    damaged_ = 0;
    bool is_last = true;
    for (std::uint32_t page = 0; page < page_count(); ++page) {
        const auto header = header_of(page);
        if (header && is_later(header->epoch, epoch)) is_last = false;
        if (!header || header->sequence < sequence_) continue;
        sequence_ = header->sequence;
        page_ = page;
    }
    Walk walk;
    if (sequence_ != 0 && open(page_, walk)) {
        while (read_next(walk)) continue;
        end_ = walk.first_row + walk.rows;
        const bool clean = is_erased(Bytes(walk.octets).subspan(walk.offset));
        if (!clean) ++damaged_;
        page_open_ = clean && first_row_of(page_).has_value();
    }
    find_first();
    return is_last;
}

void RowLog::begin(std::uint16_t epoch, std::size_t columns) {
    epoch_ = epoch;
    columns_ = static_cast<std::uint8_t>(columns);
    page_open_ = false;
    find_first();
}

// The oldest page is the first valid one behind the newest, around the ring.
void RowLog::find_first() {
    first_ = end_;
    oldest_ = page_;
    const std::uint32_t count = page_count();
    for (std::uint32_t step = 1; step <= count && sequence_ != 0; ++step) {
        const std::uint32_t page = (page_ + step) % count;
        if (const auto row = first_row_of(page)) {
            first_ = std::min(*row, end_);
            oldest_ = page;
            return;
        }
    }
}

bool RowLog::start_page() {
    const std::uint32_t count = page_count();
    const auto in_sector = static_cast<std::uint32_t>(flash_->sector_size() / page_size);
    std::array<std::uint8_t, sector_header_size> header{};
    ByteWriter out(header);
    out.u32(sequence_ + 1);
    out.u32(end_);
    out.u16(epoch_);
    out.u8(columns_);
    out.u8(page_form);
    out.u32(crc32(out.written()));
    // What a cut has left in a page is skipped; at the latest the next sector is erased.
    std::uint32_t page = sequence_ == 0 ? 0 : (page_ + 1) % count;
    for (std::uint32_t tried = 0; tried <= in_sector; ++tried, page = (page + 1) % count) {
        const bool fresh = page % in_sector == 0;
        if (fresh && !flash_->erase(sectors_.first + page / in_sector)) return false;
        std::array<std::uint8_t, page_size> octets{};
        if (!read_octets(page, octets) || !is_erased(octets)) continue;
        if (!program(page, 0, out.written())) continue;
        page_ = page;
        ++sequence_;
        if (fresh || first_ == end_) find_first();
        return true;
    }
    return false;
}

bool RowLog::append_to_page(std::span<const std::int64_t> values) {
    Walk walk;
    if (!open(page_, walk)) return false;
    while (read_next(walk)) continue;
    std::array<std::uint8_t, page_size> room{};
    const Bytes row = encode(walk, values, MutableBytes(room).first(page_size - walk.offset));
    // A row that was rotten meanwhile would hide this one.
    const bool whole = walk.first_row + walk.rows == end_;
    if (row.empty() || !whole || !program(page_, walk.offset, row)) return false;
    ++end_;
    return true;
}

bool RowLog::append(std::span<const std::int64_t> values) {
    if (sectors_.count < 2 || values.size() != columns_) return false;
    if (page_open_ && append_to_page(values)) return true;
    constexpr int attempts = 3;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        page_open_ = start_page();
        if (!page_open_) return false;
        if (append_to_page(values)) return true;
    }
    page_open_ = false;
    return false;
}

bool RowLog::open_page_of(std::uint32_t row, Walk& walk) const {
    // Pages from the oldest on; some in between may be unreadable.
    const std::uint32_t count = page_count();
    if (count == 0) return false;
    std::uint32_t low = 0;
    std::uint32_t high = (page_ + count - oldest_) % count;
    while (low < high) {
        std::uint32_t middle = low + (high - low + 1) / 2;
        auto first = first_row_of((oldest_ + middle) % count);
        while (!first && middle > low + 1) first = first_row_of((oldest_ + --middle) % count);
        if (!first) {  // none from low + 1 to the middle
            middle = low + (high - low + 1) / 2;
            while (!first && middle < high) first = first_row_of((oldest_ + ++middle) % count);
            if (!first) break;
        }
        if (*first <= row) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    const std::uint32_t page = (oldest_ + low) % count;
    return first_row_of(page).has_value() && open(page, walk) && walk.first_row <= row;
}

std::size_t RowLog::octets_since(std::uint32_t row) const {
    Walk walk;
    if (row < first_ || row >= end_ || !open_page_of(row, walk)) return 0;
    return std::size_t{(page_ + page_count() - walk.page) % page_count() + 1} * page_size;
}

std::uint32_t RowLog::readable(std::uint32_t first, std::uint32_t count) const {
    const std::uint32_t begin = std::max(first, first_);
    const std::uint32_t end = std::min(first + count, end_);
    Walk walk;
    if (begin >= end) return 0;
    std::uint32_t found = 0;
    for (std::uint32_t page = open_page_of(begin, walk) ? walk.page : oldest_;; page = (page + 1) % page_count()) {
        const auto begins = first_row_of(page);
        if (begins && *begins >= end) break;
        if (begins && open(page, walk)) {
            for (Bytes frame = next_frame(walk); !frame.empty(); frame = next_frame(walk)) {
                const std::uint32_t row = walk.first_row + walk.rows;
                if (row >= begin && row < end) ++found;
                ++walk.rows;
                walk.offset += frame.size() + check_size;
            }
        }
        if (page == page_) break;
    }
    return found;
}

bool RowLog::read(std::uint32_t row, RowValues& into) const {
    Reader reader(*this);
    if (!reader.read(row)) return false;
    into = reader.values();
    return true;
}

bool RowLog::Reader::read(std::uint32_t row) {
    if (row < log_->first_ || row >= log_->end_) return false;
    const bool onward = walk_.open && row >= walk_.first_row + walk_.rows;
    const bool same = walk_.open && walk_.rows > 0 && row + 1 == walk_.first_row + walk_.rows;
    if (same) return true;
    if (onward) {
        while (read_next(walk_)) {
            if (walk_.first_row + walk_.rows > row) return true;
        }
    }
    walk_.open = false;
    if (!log_->open_page_of(row, walk_)) return false;
    walk_.columns = std::min(walk_.columns, columns_);
    while (read_next(walk_)) {
        if (walk_.first_row + walk_.rows > row) return true;
    }
    return false;
}

}  // namespace blathy::meter
