#include "meter/storage/row_log.hpp"

#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "world/flash/nor_flash.hpp"

namespace blathy::meter {
namespace {

using world::NorFlash;
using world::Random;
using world::Tear;
using Row = std::vector<std::int64_t>;

constexpr std::size_t sectors = 4;
constexpr Sectors whole_flash{0, sectors};

Row row_number(std::uint64_t number, std::size_t columns, std::uint64_t seed) {
    Random random(seed * 1'000'003 + number);
    Row row(columns);
    for (std::size_t i = 0; i < columns; ++i) {
        row[i] =
            static_cast<std::int64_t>(number * (i + 1) * 900) + static_cast<std::int64_t>(random.bits() % 1000) - 500;
    }
    return row;
}

Row read(const RowLog& log, std::uint32_t number) {
    RowValues values{};
    if (!log.read(number, values)) return {};
    return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(log.columns())};
}

TEST(RiceCode, CodesSmallNumbersShortAndLargeOnesAtAll) {
    rc::check([](const std::vector<std::uint64_t>& numbers) {
        std::vector<std::uint8_t> room(numbers.size() * 12 + 1);
        BitWriter out(room);
        RiceCode writing;
        for (const std::uint64_t number : numbers) writing.put(out, number);
        RC_ASSERT(out.ok());
        BitReader in(out.written());
        RiceCode reading;
        for (const std::uint64_t number : numbers) RC_ASSERT(reading.get(in) == number);
        RC_ASSERT(in.ok() && in.at_end());
    });
    std::array<std::uint8_t, 64> room{};
    BitWriter out(room);
    RiceCode code;
    for (int i = 0; i < 400; ++i) code.put(out, 0);
    EXPECT_LE(out.written().size(), 52U);  // a bit each, once it has learnt
}

TEST(RiceCode, DifferencesOfEitherSignComeBack) {
    for (const std::uint64_t value : {0ULL, 1ULL, ~0ULL, 1ULL << 63, (1ULL << 63) - 1}) {
        EXPECT_EQ(unzigzag(zigzag(value)), value);
    }
    EXPECT_EQ(zigzag(0), 0U);
    EXPECT_EQ(zigzag(~0ULL), 1U);
    EXPECT_EQ(zigzag(1), 2U);
}

TEST(RowLog, AFreshFlashHoldsNoRows) {
    NorFlash flash(sectors);
    RowLog log(flash, whole_flash);
    log.mount(1, 3);
    EXPECT_EQ(log.first(), 0U);
    EXPECT_EQ(log.end(), 0U);
    EXPECT_EQ(log.damaged(), 0U);
    EXPECT_TRUE(read(log, 0).empty());
}

TEST(RowLog, KeepsTheNewestRowsForEver) {
    NorFlash flash(sectors);
    constexpr std::size_t columns = 9;
    RowLog log(flash, whole_flash);
    log.mount(1, columns);
    for (std::uint32_t i = 0; i < 5000; ++i) {
        ASSERT_TRUE(log.append(row_number(i, columns, 1)));
        ASSERT_EQ(log.end(), i + 1);
        if (i % 499 == 0) log.mount(1, columns);
        ASSERT_EQ(read(log, i), row_number(i, columns, 1));
    }
    EXPECT_FALSE(flash.misused());
    // Three of the four sectors are full at least.
    EXPECT_GT(log.end() - log.first(), 3U * 4096 / (columns * 2 + 8));
    for (std::uint32_t i = log.first(); i < log.end(); ++i) ASSERT_EQ(read(log, i), row_number(i, columns, 1)) << i;
    EXPECT_TRUE(read(log, log.first() - 1).empty());
    EXPECT_TRUE(read(log, log.end()).empty());
    // Every sector has been erased as often as any other.
    const auto [least, most] = std::ranges::minmax(flash.erases());
    EXPECT_LE(most - least, 1U);
}

TEST(RowLog, AReaderWalksInAnyOrder) {
    NorFlash flash(sectors);
    RowLog log(flash, whole_flash);
    log.mount(1, 5);
    for (std::uint32_t i = 0; i < 3000; ++i) ASSERT_TRUE(log.append(row_number(i, 5, 2)));
    RowLog::Reader reader(log);
    Random random(7);
    std::uint32_t at = log.first();
    for (int i = 0; i < 4000; ++i) {
        ASSERT_TRUE(reader.read(at));
        ASSERT_EQ(reader.values()[2], row_number(at, 5, 2)[2]);
        at = random.bits() % 4 == 0
                 ? log.first() + static_cast<std::uint32_t>(random.bits()) % (log.end() - log.first())
                 : std::min(at + 1, log.end() - 1);
    }
}

TEST(RowLog, AnOlderEpochIsSeenAndNoneComesTwice) {
    for (const std::uint16_t first : {std::uint16_t{1}, std::uint16_t{0xFFFE}, std::uint16_t{0xFFFF}}) {
        NorFlash flash(sectors);
        RowLog log(flash, whole_flash);
        EXPECT_TRUE(log.mount(first, 2));
        ASSERT_TRUE(log.append(row_number(0, 2, 3)));
        const std::uint16_t second = log.next_epoch();
        EXPECT_EQ(second, static_cast<std::uint16_t>(first + 1));
        log.begin(second, 2);
        ASSERT_TRUE(log.append(row_number(1, 2, 3)));
        EXPECT_TRUE(log.mount(second, 2));
        // Whoever keeps the number has lost the newer one.
        EXPECT_FALSE(log.mount(first, 2));
        ASSERT_TRUE(log.append(row_number(2, 2, 3)));
        EXPECT_EQ(log.next_epoch(), static_cast<std::uint16_t>(first + 2));
        log.begin(log.next_epoch(), 2);
        EXPECT_EQ(log.first(), log.end());
    }
}

TEST(RowLog, ClearingTakesOneNumberAndSurvives) {
    NorFlash flash(sectors);
    RowLog log(flash, whole_flash);
    log.mount(1, 2);
    for (std::uint32_t i = 0; i < 100; ++i) ASSERT_TRUE(log.append(row_number(i, 2, 3)));
    log.begin(2, 4);
    EXPECT_EQ(log.first(), log.end());
    EXPECT_TRUE(read(log, 50).empty());
    log.mount(2, 4);
    EXPECT_EQ(log.first(), 100U);
    EXPECT_EQ(log.end(), 100U);
    ASSERT_TRUE(log.append(row_number(7, 4, 3)));
    EXPECT_EQ(read(log, 100), row_number(7, 4, 3));
    log.mount(2, 4);
    EXPECT_EQ(log.first(), 100U);
    EXPECT_EQ(read(log, 100), row_number(7, 4, 3));
}

TEST(RowLog, WideRowsFitAPage) {
    NorFlash flash(sectors);
    RowLog log(flash, whole_flash);
    log.mount(1, 40);
    Random random(5);
    std::vector<Row> rows;
    for (int i = 0; i < 60; ++i) {
        Row row(40);
        for (auto& value : row) value = static_cast<std::int64_t>(random.bits() >> 8);
        rows.push_back(row);
        ASSERT_TRUE(log.append(row));
    }
    for (std::uint32_t i = log.first(); i < log.end(); ++i) ASSERT_EQ(read(log, i), rows[i]);
}

// Every way in which power can fail in every operation: what was appended stays, and the row in flight is there whole
// or not at all.
TEST(RowLog, SurvivesACutInEveryOperation) {
    constexpr std::size_t columns = 4;
    for (const Tear tear : {Tear::nothing, Tear::in_order, Tear::out_of_order, Tear::wild, Tear::complete}) {
        NorFlash flash(sectors, 2 * RowLog::page_size);
        std::uint32_t next = 0;  // appended for certain
        for (std::uint64_t life = 0; life < 700; ++life) {
            RowLog log(flash, whole_flash);
            log.mount(1, columns);
            ASSERT_TRUE(log.end() == next || log.end() == next + 1) << life;
            next = log.end();
            ASSERT_LE(next - log.first(), next);
            for (std::uint32_t i = log.first(); i < next; ++i) ASSERT_EQ(read(log, i), row_number(i, columns, 4));
            if (next > 300) {
                ASSERT_GT(next - log.first(), 8U);  // a page a cut is lost to torn rows
            }
            flash.cut_at(life % 7, tear, life);
            while (log.append(row_number(next, columns, 4))) ++next;
            ASSERT_FALSE(flash.powered());
            flash.restore();
        }
        EXPECT_FALSE(flash.misused());
        EXPECT_GT(next, 1000U);
    }
}

TEST(RowLog, NeverServesARottenRow) {
    constexpr std::size_t columns = 6;
    std::size_t lost = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        NorFlash flash(sectors);
        RowLog log(flash, whole_flash);
        log.mount(1, columns);
        for (std::uint32_t i = 0; i < 900; ++i) ASSERT_TRUE(log.append(row_number(i, columns, seed)));
        flash.rot(0, sectors, 1 + seed % 5, seed);
        log.mount(1, columns);
        ASSERT_LE(log.end(), 900U);
        for (std::uint32_t i = log.first(); i < 900; ++i) {
            const Row found = read(log, i);
            if (found.empty()) {
                ++lost;
            } else {
                ASSERT_EQ(found, row_number(i, columns, seed));
            }
        }
        // It goes on being a log.
        const std::uint32_t end = log.end();
        ASSERT_TRUE(log.append(row_number(1, columns, 1)));
        ASSERT_EQ(read(log, end), row_number(1, columns, 1));
    }
    EXPECT_GT(lost, 0U);
    EXPECT_LT(lost, 60U * 3 * 50);  // at most the rest of a page for a bit
}

TEST(RowLog, NoticesWhenProgrammingDoesNothing) {
    NorFlash flash(sectors);
    flash.forget_every(10);
    RowLog log(flash, whole_flash);
    log.mount(1, 3);
    for (std::uint32_t i = 0; i < 2000; ++i) {
        ASSERT_TRUE(log.append(row_number(i, 3, 9)));
        ASSERT_EQ(read(log, i), row_number(i, 3, 9));
    }
}

TEST(RowLog, HostileFlashIsReadWithoutHarm) {
    Random random(1);
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        NorFlash flash(sectors);
        flash.rot(0, sectors, 20'000, seed);
        RowLog log(flash, whole_flash);
        log.mount(1, 5);
        RowValues values{};
        for (int i = 0; i < 20; ++i) (void)log.read(static_cast<std::uint32_t>(random.bits()), values);
        EXPECT_TRUE(log.append(row_number(1, 5, 1)));
    }
}

}  // namespace
}  // namespace blathy::meter
