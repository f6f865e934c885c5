#include "meter/storage/journal.hpp"

#include <gtest/gtest.h>

#include "world/flash/nor_flash.hpp"

#include "tests/support/flash.hpp"

namespace blathy::meter {
namespace {

using world::NorFlash;
using world::Random;
using world::Tear;
using Words = std::vector<std::uint64_t>;

constexpr std::size_t word_count = 300;
constexpr Sectors ring{0, 4};

// A state that any two moments differ in, as registers do: some words run, most stand.
Words state_at(std::uint64_t moment) {
    Words words(word_count);
    for (std::size_t i = 0; i < words.size(); ++i) {
        words[i] = i % 7 == 0 ? (moment + 1) * (i + 1) * 360'000'000 : i % 5 == 0 ? std::uint64_t{0} - i : moment / 100;
    }
    words[0] = moment;
    return words;
}

Words mounted(Journal& journal) {
    Words words(word_count);
    return journal.mount(words) ? words : Words{};
}

TEST(Journal, IsEmptyAtFirst) {
    NorFlash flash(4);
    Journal journal(flash, ring);
    EXPECT_TRUE(mounted(journal).empty());
    EXPECT_EQ(journal.damaged(), 0U);
}

TEST(Journal, KeepsTheNewestState) {
    NorFlash flash(4);
    Journal journal(flash, ring);
    for (std::uint64_t moment = 0; moment < 2000; ++moment) {
        ASSERT_TRUE(journal.write(state_at(moment)));
        if (moment % 37 != 0) continue;
        Journal again(flash, ring);
        ASSERT_EQ(mounted(again), state_at(moment));
        journal = again;
    }
    EXPECT_FALSE(flash.misused());
    const auto [least, most] = std::ranges::minmax(flash.erases());
    EXPECT_LE(most - least, 1U);
}

TEST(Journal, NewerFirmwareMayHaveMoreWords) {
    NorFlash flash(4);
    Journal journal(flash, ring);
    ASSERT_TRUE(journal.write(state_at(5)));
    Words more(word_count + 10, 99);
    ASSERT_TRUE(Journal(flash, ring).mount(more));
    EXPECT_TRUE(std::equal(more.begin(), more.begin() + word_count, state_at(5).begin()));
    EXPECT_TRUE(std::all_of(more.begin() + word_count, more.end(), [](std::uint64_t word) { return word == 0; }));
}

TEST(Journal, SurvivesACutInEveryOperation) {
    for (const Tear tear : {Tear::nothing, Tear::in_order, Tear::out_of_order, Tear::wild, Tear::complete}) {
        NorFlash flash(4);
        std::uint64_t saved = 0;
        {
            Journal first(flash, ring);
            ASSERT_TRUE(first.write(state_at(0)));
        }
        for (std::uint64_t life = 0; life < 400; ++life) {
            Journal journal(flash, ring);
            const Words found = mounted(journal);
            ASSERT_FALSE(found.empty());
            ASSERT_TRUE(found[0] == saved || found[0] == saved + 1) << life;
            ASSERT_EQ(found, state_at(found[0]));
            saved = found[0];
            flash.cut_at(life % 11, tear, life);
            while (journal.write(state_at(saved + 1))) ++saved;
            ASSERT_FALSE(flash.powered());
            flash.restore();
        }
    }
}

TEST(Journal, RotFallsBackToAnOlderState) {
    std::size_t older = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        NorFlash flash(4);
        Journal journal(flash, ring);
        for (std::uint64_t moment = 0; moment < 150; ++moment) ASSERT_TRUE(journal.write(state_at(moment)));
        flash.rot(0, 4, 1 + seed % 16, seed);
        Journal again(flash, ring);
        const Words found = mounted(again);
        ASSERT_FALSE(found.empty());
        ASSERT_LT(found[0], 150U);
        ASSERT_EQ(found, state_at(found[0]));
        if (found[0] != 149) {
            ++older;
            ASSERT_GT(again.damaged(), 0U);
        }
        ASSERT_TRUE(again.write(state_at(1000)));
        Journal last(flash, ring);
        ASSERT_EQ(mounted(last), state_at(1000));
    }
    EXPECT_GT(older, 0U);
}

// In the first sector of all there is no older state.
TEST(Journal, ABitThatRotsCostsOneStepAtMost) {
    test::MemoryFlash flash(4, 4096);
    Journal journal(flash, ring);
    constexpr std::uint64_t last = 3;
    for (std::uint64_t moment = 0; moment <= last; ++moment) ASSERT_TRUE(journal.write(state_at(moment)));
    ASSERT_TRUE(std::all_of(flash.octets().begin() + 4096, flash.octets().end(), [](auto octet) {
        return octet == 0xFF;
    })) << "one sector";
    std::size_t older = 0;
    const auto whole_flash = flash.octets();
    for (std::size_t bit = 0; bit < std::size_t{4096} * 8; ++bit) {
        const std::size_t at = bit / 8;
        flash.octets()[at] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        Journal again(flash, ring);
        const Words found = mounted(again);
        ASSERT_FALSE(found.empty()) << bit;
        ASSERT_FALSE(again.lost());
        ASSERT_GE(found[0], last - 1) << bit;
        ASSERT_EQ(found, state_at(found[0])) << bit;
        older += found[0] != last ? 1 : 0;
        if (whole_flash[at] != 0xFF) {
            ASSERT_GT(again.damaged(), 0U) << bit;
        }
        if (bit % 13 == 0) {
            ASSERT_TRUE(again.write(state_at(1000)));
            Journal behind(flash, ring);
            ASSERT_EQ(mounted(behind), state_at(1000)) << bit;
        }
        flash.octets() = whole_flash;
    }
    EXPECT_GT(older, 0U);
}

TEST(Journal, WhatIsLostIsToldFromWhatNeverWas) {
    // Two bits of the whole words, or of the header.
    for (const std::size_t at : {std::size_t{40}, std::size_t{5}}) {
        test::MemoryFlash flash(4, 4096);
        Journal journal(flash, ring);
        for (std::uint64_t moment = 0; moment < 3; ++moment) ASSERT_TRUE(journal.write(state_at(moment)));
        EXPECT_FALSE(journal.lost());
        flash.octets()[at] ^= 0x11;
        Journal again(flash, ring);
        EXPECT_TRUE(mounted(again).empty());
        EXPECT_TRUE(again.lost());
        EXPECT_GT(again.damaged(), 0U);
        ASSERT_TRUE(again.write(state_at(7)));
        Journal last(flash, ring);
        EXPECT_EQ(mounted(last), state_at(7));
        EXPECT_FALSE(last.lost());
    }
}

TEST(Journal, ANewestSectorThatIsGoneIsLostToo) {
    test::MemoryFlash flash(4, 4096);
    Journal journal(flash, ring);
    std::uint64_t moment = 0;
    for (; flash.octets()[4096] == 0xFF; ++moment) ASSERT_TRUE(journal.write(state_at(moment)));
    flash.octets()[4096 + 40] ^= 0x11;
    Journal again(flash, ring);
    EXPECT_EQ(mounted(again), state_at(moment - 2));
    EXPECT_TRUE(again.lost());
}

TEST(Journal, AFirstSaveThatIsCutWasNever) {
    for (const Tear tear : {Tear::nothing, Tear::in_order, Tear::out_of_order, Tear::wild}) {
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            NorFlash flash(4);
            Journal journal(flash, ring);
            flash.cut_at(seed % 3, tear, seed);
            EXPECT_FALSE(journal.write(state_at(1)));
            flash.restore();
            Journal again(flash, ring);
            (void)mounted(again);
            ASSERT_FALSE(again.lost()) << seed;
            ASSERT_TRUE(again.write(state_at(2)));
            ASSERT_EQ(mounted(again), state_at(2));
        }
    }
}

TEST(Journal, NoticesWhenProgrammingDoesNothing) {
    NorFlash flash(4);
    flash.forget_every(9);
    Journal journal(flash, ring);
    for (std::uint64_t moment = 0; moment < 500; ++moment) {
        ASSERT_TRUE(journal.write(state_at(moment)));
        Journal again(flash, ring);
        ASSERT_EQ(mounted(again), state_at(moment));
    }
}

}  // namespace
}  // namespace blathy::meter
