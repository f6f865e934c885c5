// The log for rows: profiles of which each row is much like the one before, in a ring of flash sectors.
//
// A sector holds pages, and a page rows. The first row of a page is stored whole and the following ones by their
// differences, so that a page can be read alone: what rots takes at most the rest of its page along.
//
//     page = header, row ..., erased octets
//     header = sequence u32, first row u32, epoch u16, columns u8, form u8, crc32 of these
//     row  = size of content (1 octet below 128, else 2 with the highest bit set), content, check of 24 bits
//
// The check of a row counts in the page's header and the row's place, so that remains of an earlier turn of the ring
// are never taken for rows of this one. The first row of a page is coded by width and bits, the others by RiceCode. The
// first column is the time, which is expected to rise as it did before. A column that rose by what a column before it
// held, as a register does beside the energy of its interval, is expected to do so again.
//
// Nothing is kept in RAM but where the log ends. Rows have numbers that rise and never change; the oldest rows go as
// sectors are erased. Clearing begins a new epoch, of which the owner keeps the number: that is one record elsewhere,
// and no erasing that could be cut in the middle. Every row is read back once it is written.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "meter/ports.hpp"
#include "meter/storage/bit_code.hpp"
#include "meter/storage/flash_region.hpp"

namespace blathy::meter {

inline constexpr std::size_t max_row_columns = 64;
using RowValues = std::array<std::int64_t, max_row_columns>;

class RowLog {
  public:
    static constexpr std::size_t page_size = 1024;

    RowLog() = default;
    // Of two sectors or more, or of none: then it holds nothing.
    RowLog(Flash& flash, Sectors sectors) : flash_(&flash), sectors_(sectors) {}

    // Finds the rows of the epoch, each of so many columns. False: there are rows of a later one, so this number is an
    // old one.
    bool mount(std::uint16_t epoch, std::size_t columns);
    // From now on there are only rows of this epoch, and none so far. Their numbers go on.
    void begin(std::uint16_t epoch, std::size_t columns);

    // True once the row is durable; it then has the number end() - 1. False: the flash failed, there is no new row.
    [[nodiscard]] bool append(std::span<const std::int64_t> values);

    // The rows that may be there: from the oldest to the one before end().
    [[nodiscard]] std::uint32_t first() const { return first_; }
    [[nodiscard]] std::uint32_t end() const { return end_; }
    [[nodiscard]] std::size_t columns() const { return columns_; }
    [[nodiscard]] std::uint16_t epoch() const { return epoch_; }
    // Behind every epoch that it has rows of: what begins with it begins empty.
    [[nodiscard]] std::uint16_t next_epoch() const;

    // False: it is gone, or rotten.
    [[nodiscard]] bool read(std::uint32_t row, RowValues& into) const;

    // How many of these rows, from `first` on, are neither gone nor rotten. It costs less than reading them.
    [[nodiscard]] std::uint32_t readable(std::uint32_t first, std::uint32_t count) const;

    // Octets of flash that are for rows.
    [[nodiscard]] std::size_t capacity() const { return std::size_t{page_count()} * page_size; }
    // Of these, what the newest rows from `row` on take, page by page.
    [[nodiscard]] std::size_t octets_since(std::uint32_t row) const;

    // Rows that this mount() found damaged: torn by a power cut, or rotten.
    [[nodiscard]] std::uint32_t damaged() const { return damaged_; }

    // A walk over rows, each of which costs no more than its own decoding when they are read in order.
    class Reader {
      public:
        // Only so many of the first columns are decoded; the values of the others are zero.
        explicit Reader(const RowLog& log, std::size_t columns = max_row_columns) : log_(&log), columns_(columns) {}
        [[nodiscard]] bool read(std::uint32_t row);
        [[nodiscard]] const RowValues& values() const { return walk_.values; }

      private:
        friend class RowLog;
        struct Walk {
            std::uint32_t page = 0;
            std::uint32_t first_row = 0;
            std::uint32_t check = 0;  // of the header, which the check of every row goes on from
            std::uint32_t rows = 0;   // read so far
            std::size_t columns = 0;
            std::size_t offset = 0;                                // of the next row in the page
            RowValues values{};                                    // of the last row read
            std::uint64_t step = 0;                                // that the first column rose by
            std::array<std::uint8_t, max_row_columns> rises_by{};  // column; its own: by nothing
            std::array<RiceCode, max_row_columns> codes;
            std::array<std::uint8_t, page_size> octets;
            bool open = false;
        };
        const RowLog* log_;
        std::size_t columns_;
        Walk walk_;
    };

  private:
    using Walk = Reader::Walk;
    struct Header {
        std::uint32_t sequence = 0;
        std::uint32_t first_row = 0;
        std::uint16_t epoch = 0;
        std::uint8_t columns = 0;
    };

    [[nodiscard]] std::uint32_t page_count() const;
    [[nodiscard]] bool read_octets(std::uint32_t page, MutableBytes into) const;
    [[nodiscard]] std::optional<Header> header_of(std::uint32_t page) const;
    // Of this epoch only.
    [[nodiscard]] std::optional<std::uint32_t> first_row_of(std::uint32_t page) const;
    [[nodiscard]] bool open(std::uint32_t page, Walk& walk) const;
    [[nodiscard]] bool open_page_of(std::uint32_t row, Walk& walk) const;
    // From the row before, and from those columns of this one that come first.
    [[nodiscard]] static std::uint64_t expected(const Walk& walk, std::span<const std::int64_t> row,
                                                std::size_t column);
    static void learn(Walk& walk, const RowValues& before);
    // The next row as it is coded, with its size; the walk does not move on. Empty: there is none that its check
    // vouches for.
    [[nodiscard]] static Bytes next_frame(const Walk& walk);
    [[nodiscard]] static bool read_next(Walk& walk);
    // The row as it follows the last one of the walk. Empty: it doesn't fit the room.
    [[nodiscard]] static Bytes encode(const Walk& walk, std::span<const std::int64_t> values, MutableBytes room);
    [[nodiscard]] bool program(std::uint32_t page, std::size_t offset, Bytes octets);
    [[nodiscard]] bool append_to_page(std::span<const std::int64_t> values);
    [[nodiscard]] bool start_page();
    void find_first();

    Flash* flash_ = nullptr;
    Sectors sectors_;
    std::uint16_t epoch_ = 0;
    std::uint8_t columns_ = 0;
    bool page_open_ = false;      // the newest page takes more rows
    std::uint32_t page_ = 0;      // the newest one, among all pages of the ring
    std::uint32_t oldest_ = 0;    // page with rows of this epoch
    std::uint32_t sequence_ = 0;  // of the newest page; 0: there is none
    std::uint32_t first_ = 0;
    std::uint32_t end_ = 0;
    std::uint32_t damaged_ = 0;
};

}  // namespace blathy::meter
