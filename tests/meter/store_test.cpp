#include "meter/storage/store.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/crc32.hpp"
#include "meter/storage/records.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/torn_flash.hpp"

namespace blathy::meter {
namespace {

using test::MemoryFlash;
using test::Octets;
using test::TornFlash;
using Tear = TornFlash::Tear;

constexpr std::array all_records = {RecordId::energy, RecordId::clock, RecordId::configuration};

std::optional<Octets> content_of(const Store& store, RecordId id) {
    Octets room(max_record_size);
    const auto content = store.read(id, room);
    if (!content) return std::nullopt;
    return Octets(content->begin(), content->end());
}

using Contents = std::map<RecordId, Octets>;

Contents contents_of(Flash& flash) {
    Store store(flash);
    store.mount();
    Contents contents;
    for (const RecordId id : all_records) {
        if (auto content = content_of(store, id)) contents[id] = std::move(*content);
    }
    return contents;
}

Octets text(std::string_view characters) {
    return {characters.begin(), characters.end()};
}

TEST(Store, ANewOneIsEmpty) {
    MemoryFlash flash(4, 4096);
    EXPECT_TRUE(contents_of(flash).empty());
}

TEST(Store, GivesBackWhatWasWrittenLast) {
    MemoryFlash flash(4, 4096);
    Store store(flash);
    store.mount();
    ASSERT_TRUE(store.write(RecordId::energy, text("one")));
    ASSERT_TRUE(store.write(RecordId::clock, text("noon")));
    ASSERT_TRUE(store.write(RecordId::energy, text("three")));
    EXPECT_EQ(content_of(store, RecordId::energy), text("three"));
    EXPECT_EQ(content_of(store, RecordId::clock), text("noon"));
    EXPECT_EQ(content_of(store, RecordId::configuration), std::nullopt);
    EXPECT_EQ(contents_of(flash), (Contents{{RecordId::energy, text("three")}, {RecordId::clock, text("noon")}}));
}

TEST(Store, TakesRecordsFromNothingToTheGreatest) {
    MemoryFlash flash(4, 4096);
    Store store(flash);
    store.mount();
    for (std::size_t size = 0; size <= max_record_size; ++size) {
        const Octets content(size, static_cast<std::uint8_t>(size));
        ASSERT_TRUE(store.write(RecordId::energy, content));
        ASSERT_EQ(content_of(store, RecordId::energy), content);
    }
    EXPECT_FALSE(store.write(RecordId::energy, Octets(max_record_size + 1, 0)));
    EXPECT_EQ(content_of(store, RecordId::energy)->size(), max_record_size);
    Octets small(max_record_size - 1);
    EXPECT_EQ(store.read(RecordId::energy, small), std::nullopt);
}

TEST(Store, NeedsTwoSectors) {
    MemoryFlash flash(1, 4096);
    Store store(flash);
    store.mount();
    EXPECT_FALSE(store.write(RecordId::energy, text("one")));
}

TEST(Store, KeepsEveryRecordRoundTheRingAndNeverProgramsAnOctetTwice) {
    for (const std::size_t size : {std::size_t{2600}, std::size_t{4096}, std::size_t{128 * 1024}}) {
        TornFlash flash(3, size);
        Store store(flash);
        store.mount();
        ASSERT_TRUE(store.write(RecordId::configuration, text("kept")));
        Contents expected{{RecordId::configuration, text("kept")}};
        std::mt19937 random(7);
        for (int i = 0; i < 3000; ++i) {
            const RecordId id = random() % 2 == 0 ? RecordId::energy : RecordId::clock;
            expected[id] = Octets(random() % max_record_size, static_cast<std::uint8_t>(i));
            ASSERT_TRUE(store.write(id, expected[id]));
            ASSERT_EQ(content_of(store, id), expected[id]);
        }
        EXPECT_EQ(contents_of(flash), expected);
        EXPECT_FALSE(flash.misused());
        EXPECT_EQ(store.damaged_records(), 0U);
    }
}

TEST(Store, WearsItsSectorsEvenly) {
    TornFlash flash(5, 2048);
    Store store(flash);
    store.mount();
    for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(store.write(RecordId::energy, Octets(257, 1)));
    const auto [least, most] = std::ranges::minmax(flash.erases());
    EXPECT_GT(least, 100U);
    EXPECT_LE(most - least, 1U);
}

TEST(Store, AFlashThatFailsLeavesWhatWasStored) {
    TornFlash flash(3, 1024);
    Store store(flash);
    store.mount();
    ASSERT_TRUE(store.write(RecordId::energy, text("old")));
    flash.cut_after(0);
    EXPECT_FALSE(store.write(RecordId::energy, text("new")));
    EXPECT_EQ(content_of(store, RecordId::energy), text("old"));
    flash.restore();
    EXPECT_TRUE(store.write(RecordId::energy, text("newer")));
    EXPECT_EQ(contents_of(flash), (Contents{{RecordId::energy, text("newer")}}));
}

TEST(Store, ARecordBehindAFailedOneIsFoundAgain) {
    for (std::size_t done = 0; done < 20; ++done) {
        TornFlash flash(3, 1024);
        Store store(flash);
        store.mount();
        ASSERT_TRUE(store.write(RecordId::energy, text("old")));
        flash.cut_after(done, Tear::wild, static_cast<std::uint32_t>(done));
        (void)store.write(RecordId::energy, text("new"));
        flash.restore();
        ASSERT_TRUE(store.write(RecordId::energy, text("newer")));
        ASSERT_TRUE(store.write(RecordId::clock, text("noon")));
        EXPECT_EQ(contents_of(flash), (Contents{{RecordId::energy, text("newer")}, {RecordId::clock, text("noon")}}))
            << done;
    }
}

// A flash that did what it was told and says that it did not.
class Liar final : public Flash {
  public:
    std::size_t sector_size() const override { return flash_.sector_size(); }
    std::size_t sector_count() const override { return flash_.sector_count(); }
    bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
        return flash_.read(sector, offset, into);
    }
    bool program(std::size_t sector, std::size_t offset, Bytes octets) override {
        return flash_.program(sector, offset, octets) && ++programs_ % 5 != 0;
    }
    bool erase(std::size_t sector) override { return flash_.erase(sector); }

  private:
    MemoryFlash flash_{3, 256};
    int programs_ = 0;
};

TEST(Store, WhatIsAcknowledgedAfterAFalseAlarmIsKept) {
    Liar flash;
    Store store(flash);
    store.mount();
    Contents expected;
    for (int i = 0; i < 500; ++i) {
        const auto [id, size] = i % 3 == 0 ? std::pair{RecordId::energy, 60} : std::pair{RecordId::clock, 9};
        const Octets content(static_cast<std::size_t>(size), static_cast<std::uint8_t>(i));
        if (store.write(id, content)) {
            expected[id] = content;
            ASSERT_EQ(contents_of(flash)[id], content) << i;
        }
    }
    EXPECT_EQ(expected.size(), 2U);
}

// Power cuts. A short life of three records in sectors so small that the ring turns every few writes.
constexpr std::size_t sector_size = 256;
constexpr std::size_t sectors = 3;
constexpr int life = 24;

struct Write {
    RecordId id;
    Octets content;
};
Write write_number(int number) {
    const auto fill = static_cast<std::uint8_t>(number + 1);
    switch (number % 4) {
        case 0:
            return {RecordId::configuration, Octets(40, fill)};
        case 1:
            return {RecordId::clock, Octets(9, fill)};
        default:
            return {RecordId::energy, Octets(33 + static_cast<std::size_t>(number) % 3, fill)};
    }
}

// Writes on until the power fails. Afterwards `before` holds what was acknowledged, `after` with the write in flight.
void live(TornFlash& flash, int from, Contents& before, Contents& after) {
    Store store(flash);
    store.mount();
    for (int number = from; number < life; ++number) {
        auto [id, content] = write_number(number);
        after[id] = content;
        if (!store.write(id, content)) return;
        before = after;
    }
}

std::size_t work_of_a_life() {
    TornFlash flash(sectors, sector_size);
    Contents before;
    Contents after;
    live(flash, 0, before, after);
    return flash.work();
}

class PowerCut : public testing::TestWithParam<Tear> {};
INSTANTIATE_TEST_SUITE_P(Tears, PowerCut, testing::Values(Tear::in_order, Tear::out_of_order, Tear::wild),
                         [](const auto& of) {
                             return std::string(of.param == Tear::in_order       ? "InOrder"
                                                : of.param == Tear::out_of_order ? "OutOfOrder"
                                                                                 : "Wild");
                         });

TEST_P(PowerCut, AtAnyOctetLeavesTheOldOrTheNewAndNeverAMix) {
    const std::size_t work = work_of_a_life();
    ASSERT_GT(work, 2000U);
    for (std::size_t cut = 0; cut < work; ++cut) {
        TornFlash flash(sectors, sector_size);
        flash.cut_after(cut, GetParam(), static_cast<std::uint32_t>(cut));
        Contents before;
        Contents after;
        live(flash, 0, before, after);
        ASSERT_FALSE(flash.powered());
        flash.restore();
        const Contents found = contents_of(flash);
        ASSERT_TRUE(found == before || found == after) << "cut after " << cut;
        // And life goes on from there.
        Contents rest = found;
        Contents whole = found;
        live(flash, 0, rest, whole);
        ASSERT_EQ(rest, whole) << "cut after " << cut;
        ASSERT_EQ(contents_of(flash), whole) << "cut after " << cut;
    }
}

TEST_P(PowerCut, AgainWhileItRecoversLosesNothingEither) {
    const std::size_t work = work_of_a_life();
    for (std::size_t cut = 0; cut < work; cut += 23) {
        for (std::size_t second = 0; second < 600; second += 7) {
            TornFlash flash(sectors, sector_size);
            flash.cut_after(cut, GetParam(), static_cast<std::uint32_t>(cut));
            Contents before;
            Contents after;
            live(flash, 0, before, after);
            flash.cut_after(second, GetParam(), static_cast<std::uint32_t>(second));
            before = after = contents_of(flash);
            live(flash, 3, before, after);
            flash.restore();
            const Contents found = contents_of(flash);
            ASSERT_TRUE(found == before || found == after) << "cuts after " << cut << " and " << second;
        }
    }
}

TEST_P(PowerCut, ManyTimesInARowNeverStopsTheRing) {
    std::mt19937 random(11);
    for (int repetition = 0; repetition < 20; ++repetition) {
        TornFlash flash(sectors, sector_size);
        Contents known;
        for (int i = 0; i < 200; ++i) {
            flash.cut_after(random() % 700, GetParam(), static_cast<std::uint32_t>(random()));
            Contents after = known;
            live(flash, static_cast<int>(random() % life), known, after);
            flash.restore();
            const Contents found = contents_of(flash);
            ASSERT_TRUE(found == known || found == after) << "repetition " << repetition << ", cut " << i;
            known = found;
        }
    }
}

TEST(Store, ADamagedRecordGivesWayToTheOneBefore) {
    MemoryFlash flash(3, 1024);
    Store store(flash);
    store.mount();
    ASSERT_TRUE(store.write(RecordId::energy, text("older")));
    const Octets before = flash.octets();
    ASSERT_TRUE(store.write(RecordId::energy, text("newer")));
    const Octets whole = flash.octets();
    int damaged = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        if (whole[at] == before[at]) continue;
        for (int bit = 0; bit < 8; ++bit) {
            flash.octets() = whole;
            flash.octets()[at] ^= static_cast<std::uint8_t>(1 << bit);
            const Contents found = contents_of(flash);
            ASSERT_EQ(found, (Contents{{RecordId::energy, text("older")}})) << "octet " << at;
            Store mounted(flash);
            mounted.mount();
            EXPECT_GE(mounted.damaged_records(), 1U);
            // And there is still room to write.
            ASSERT_TRUE(mounted.write(RecordId::energy, text("newest")));
            ASSERT_EQ(contents_of(flash), (Contents{{RecordId::energy, text("newest")}}));
            ++damaged;
        }
    }
    EXPECT_GT(damaged, 50);
}

TEST(Store, ADamagedSectorGivesWayToTheOneBefore) {
    MemoryFlash flash(3, 256);
    Store store(flash);
    store.mount();
    const auto full = [&] {
        Octets header(4);
        return flash.read(1, 0, header) && header[0] != 0xFF;
    };
    int last = 0;
    for (; !full(); ++last) ASSERT_TRUE(store.write(RecordId::energy, Octets(20, static_cast<std::uint8_t>(last))));
    flash.octets()[256 + 5] ^= 0x10;
    EXPECT_EQ(contents_of(flash).at(RecordId::energy), Octets(20, static_cast<std::uint8_t>(last - 1)));
    Store store_of_one_rotten_bit(flash);
    store_of_one_rotten_bit.mount();
    EXPECT_EQ(store_of_one_rotten_bit.damaged_records(), 1U);
    flash.octets()[256 + 5] ^= 0x20;
    EXPECT_EQ(contents_of(flash).at(RecordId::energy), Octets(20, static_cast<std::uint8_t>(last - 2)));
}

TEST(Store, WhatRotsWhileTheStoreIsInUseIsNotLostWithTheSector) {
    MemoryFlash flash(3, 512);
    Store store(flash);
    store.mount();
    ASSERT_TRUE(store.write(RecordId::configuration, text("first")));
    const Octets before = flash.octets();
    ASSERT_TRUE(store.write(RecordId::configuration, text("second")));
    for (std::size_t at = 0; at < before.size(); ++at) {
        if (flash.octets()[at] != before[at] && flash.octets()[at] == 's') flash.octets()[at] = 'S';
    }
    EXPECT_EQ(content_of(store, RecordId::configuration), text("first"));
    EXPECT_EQ(content_of(store, RecordId::configuration), text("first"));
    EXPECT_EQ(store.damaged_records(), 1U);
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(store.write(RecordId::energy, Octets(60, 1)));
    EXPECT_EQ(contents_of(flash).at(RecordId::configuration), text("first"));
}

TEST(Store, WhatIsLostIsNotTakenForWhatNeverWas) {
    MemoryFlash flash(2, 1024);
    Store store(flash);
    store.mount();
    ASSERT_TRUE(store.write(RecordId::configuration, text("xxxx")));
    ASSERT_TRUE(store.write(RecordId::clock, text("noon")));
    for (std::uint8_t& octet : flash.octets()) {
        if (octet == 'x') octet = 'y';
    }
    EXPECT_FALSE(store.lost(RecordId::configuration));  // nobody has looked yet
    for (int i = 0; i < 3; ++i) EXPECT_EQ(content_of(store, RecordId::configuration), std::nullopt);
    EXPECT_EQ(content_of(store, RecordId::energy), std::nullopt);
    EXPECT_TRUE(store.lost(RecordId::configuration));
    EXPECT_FALSE(store.lost(RecordId::energy));
    EXPECT_FALSE(store.lost(RecordId::clock));
    EXPECT_EQ(store.damaged_records(), 1U);
    Store started(flash);
    started.mount();
    EXPECT_TRUE(started.lost(RecordId::configuration));
    EXPECT_FALSE(started.lost(RecordId::energy));
    EXPECT_EQ(started.damaged_records(), 2U);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(store.write(RecordId::clock, text("later")));
    EXPECT_TRUE(store.lost(RecordId::configuration));
    EXPECT_EQ(store.lost_records(), RecordSet{1} << static_cast<unsigned>(RecordId::configuration));
    // The sectors that it was in are gone; that it is lost is not.
    Store turned(flash);
    turned.mount();
    EXPECT_TRUE(turned.lost(RecordId::configuration));
    EXPECT_EQ(turned.damaged_records(), 0U);
    ASSERT_TRUE(store.write(RecordId::configuration, text("again")));
    EXPECT_FALSE(store.lost(RecordId::configuration));
    EXPECT_EQ(content_of(store, RecordId::configuration), text("again"));
}

TEST(Store, WhatWasTornWhenItWasNewNeverWas) {
    TornFlash flash(2, 1024);
    Store store(flash);
    store.mount();
    ASSERT_TRUE(store.write(RecordId::clock, text("noon")));
    // However often.
    for (std::uint32_t times = 1; times <= 3; ++times) {
        Store torn(flash);
        torn.mount();
        flash.cut_after(9);
        EXPECT_FALSE(torn.write(RecordId::configuration, text("torn")));
        flash.restore();
        Store started(flash);
        started.mount();
        EXPECT_EQ(content_of(started, RecordId::configuration), std::nullopt);
        EXPECT_FALSE(started.lost(RecordId::configuration));
        EXPECT_EQ(started.damaged_records(), times);
    }
}

// A small store of two sectors, as the meter has them, with every record that there is.
class EveryBit {
  public:
    static constexpr std::size_t size = 1280;
    using Content = std::vector<Octets>;

    EveryBit() { store_.mount(); }

    void write(std::size_t id, std::uint8_t version) {
        const Octets content(1 + id % 4, static_cast<std::uint8_t>(id * 4 + version));
        ASSERT_TRUE(store_.write(static_cast<RecordId>(id), content));
        versions_[id].push_back(content);
    }
    void write_all(std::uint8_t version) {
        for (std::size_t id = 0; id < record_ids; ++id) write(id, version);
    }
    // Everything has come to a new sector just now, and is there once.
    void write_until_moved() {
        write(static_cast<std::size_t>(RecordId::clock), 2);
        const std::size_t before = sector_in_use();
        while (sector_in_use() == before) write(static_cast<std::size_t>(RecordId::clock), 2);
    }
    [[nodiscard]] std::size_t sector_in_use() const {
        const auto generation = [&](std::size_t sector) {
            std::array<std::uint8_t, 4> octets{};
            EXPECT_TRUE(flash_.read(sector, 4, octets));
            const std::uint32_t number = ByteReader(octets).u32();
            return number == 0xFFFF'FFFF ? 0 : number;
        };
        return generation(0) > generation(1) ? 0 : 1;
    }
    // Of the records one is an older version at most. Returns whether one is.
    [[nodiscard]] static bool one_is_older(const Store& store, const std::array<Content, record_ids>& versions) {
        int older = 0;
        for (std::size_t id = 0; id < record_ids; ++id) {
            std::array<std::uint8_t, 16> room{};
            const auto content = store.read(static_cast<RecordId>(id), room);
            EXPECT_TRUE(content) << "record " << id;
            if (!content) return false;
            const Octets found(content->begin(), content->end());
            if (found == versions[id].back()) continue;
            EXPECT_NE(std::ranges::find(versions[id], found), versions[id].end()) << "record " << id;
            ++older;
        }
        EXPECT_LE(older, 1);
        return older != 0;
    }
    // Flips bits, each on its own, found at a start and while in use. Returns how many records gave way.
    enum class Bits : std::uint8_t { all, one_an_octet };
    int flip_each(Bits bits) {
        int gave_way = 0;
        for (std::size_t at = 0; at < flash_.octets().size(); ++at) {
            // Of the sector before a bit an octet will do: nobody looks there.
            const bool all = bits == Bits::all && at / size == sector_in_use();
            for (unsigned bit = all ? 1U : 1U << at % 8; bit <= (all ? 0x80U : 1U << at % 8); bit <<= 1) {
                Store running = store_;
                flash_.octets()[at] ^= static_cast<std::uint8_t>(bit);
                Store started(flash_);
                started.mount();
                const bool at_start = one_is_older(started, versions_);
                const bool while_running = one_is_older(running, versions_);
                if (at_start) EXPECT_GT(started.damaged_records(), 0U);
                if (while_running) EXPECT_GT(running.damaged_records(), 0U);
                flash_.octets()[at] ^= static_cast<std::uint8_t>(bit);
                if (testing::Test::HasFailure()) {
                    ADD_FAILURE() << "octet " << at << ", bit " << bit;
                    return gave_way;
                }
                gave_way += at_start ? 1 : 0;
                gave_way += while_running ? 1 : 0;
            }
        }
        return gave_way;
    }
    // After a flip life goes on, and the sectors are erased in their turn.
    void flip_and_live_on() {
        const Octets whole = flash_.octets();
        const auto versions = versions_;
        constexpr std::size_t step = 7;
        for (std::size_t at = sector_in_use() * size; at / size == sector_in_use(); at += step) {
            flash_.octets()[at] ^= static_cast<std::uint8_t>(1 << at % 8);
            store_.mount();
            for (int i = 0; i < 40; ++i) write(static_cast<std::size_t>(RecordId::clock), 3);
            Store again(flash_);
            again.mount();
            (void)one_is_older(again, versions_);
            ASSERT_FALSE(testing::Test::HasFailure()) << "octet " << at;
            flash_.octets() = whole;
            versions_ = versions;
        }
        store_.mount();
    }

  private:
    MemoryFlash flash_{2, size};
    Store store_{flash_};
    std::array<Content, record_ids> versions_;
};

TEST(Store, ABitThatRotsInANewSectorCostsNothing) {
    EveryBit bench;
    bench.write_all(0);
    bench.write_all(1);
    bench.write_until_moved();
    EXPECT_EQ(bench.flip_each(EveryBit::Bits::one_an_octet), 0);
    bench.flip_and_live_on();
}

TEST(Store, ABitThatRotsAnywhereCostsOneRecordItsLastChangeAtMost) {
    EveryBit bench;
    bench.write_all(0);
    bench.write_until_moved();
    for (std::size_t id = 0; id < 6; ++id) bench.write(id, 1);
    EXPECT_GT(bench.flip_each(EveryBit::Bits::all), 0);
    bench.flip_and_live_on();
}

// What is older must not come back.
constexpr RecordId secret = RecordId::keys_management;

// Everything from the content's first octet on, of each copy with this content.
std::vector<std::size_t> copies_with(MemoryFlash& flash, const Octets& content) {
    std::vector<std::size_t> at;
    const auto& octets = flash.octets();
    auto from = octets.begin();
    while ((from = std::search(from, octets.end(), content.begin(), content.end())) != octets.end()) {
        at.push_back(static_cast<std::size_t>(from - octets.begin()));
        ++from;
    }
    return at;
}

TEST(Store, ABitThatRotsNeverBringsBackAnOlderSecret) {
    MemoryFlash flash(3, 1024);
    Store store(flash);
    store.mount();
    ASSERT_TRUE(store.write(RecordId::clock, text("noon")));
    ASSERT_TRUE(store.write(secret, text("everybody knows")));
    for (const auto& [content, others] : {std::pair{text("known to few"), 0}, {text("known to fewer"), 40}}) {
        ASSERT_TRUE(store.write(secret, content));
        // Also of a sector that it has come to with all the others.
        for (int i = 0; i < others; ++i) ASSERT_TRUE(store.write(RecordId::clock, Octets(20, 1)));
        for (std::size_t bit = 0; bit < flash.octets().size() * 8; ++bit) {
            Store running = store;
            flash.octets()[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
            ASSERT_EQ(content_of(running, secret), content) << bit;
            Store started(flash);
            started.mount();
            ASSERT_EQ(content_of(started, secret), content) << bit;
            flash.octets()[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        }
    }
}

TEST(Store, ASecretOfWhichBothCopiesRotIsLostWhateverIsOlder) {
    for (const bool turns : {false, true}) {
        MemoryFlash flash(2, 1024);
        Store store(flash);
        store.mount();
        ASSERT_TRUE(store.write(secret, text("everybody knows")));
        if (turns) {
            while (copies_with(flash, text("everybody knows")).size() < 3) {
                ASSERT_TRUE(store.write(RecordId::clock, Octets(20, 1)));
            }
        }
        const Octets newer = text("known to few");
        ASSERT_TRUE(store.write(secret, newer));
        const auto copies = copies_with(flash, newer);
        ASSERT_EQ(copies.size(), 2U);
        // One bit of each, of the content or its check.
        for (std::size_t first = 0; first < 8 * (newer.size() + 4); first += 5) {
            for (std::size_t second = 0; second < 8 * (newer.size() + 4); second += 5) {
                Store running = store;
                const auto flip = [&] {
                    flash.octets()[copies[0] - 4 + first / 8] ^= static_cast<std::uint8_t>(1U << (first % 8));
                    flash.octets()[copies[1] - 4 + second / 8] ^= static_cast<std::uint8_t>(1U << (second % 8));
                };
                flip();
                ASSERT_EQ(content_of(running, secret), std::nullopt) << first << ", " << second;
                ASSERT_TRUE(running.lost(secret));
                Store started(flash);
                started.mount();
                ASSERT_EQ(content_of(started, secret), std::nullopt) << first << ", " << second;
                ASSERT_TRUE(started.lost(secret));
                flip();
            }
        }
        // It stays so for as long as nobody writes another one.
        flash.octets()[copies[0]] ^= 1;
        flash.octets()[copies[1]] ^= 1;
        for (int i = 0; i < 200; ++i) {
            Store started(flash);
            started.mount();
            ASSERT_TRUE(started.lost(secret)) << i;
            started.complete_copies();
            ASSERT_TRUE(started.write(RecordId::clock, Octets(20, static_cast<std::uint8_t>(i))));
        }
        store.mount();
        ASSERT_TRUE(store.write(secret, text("again")));
        EXPECT_EQ(content_of(store, secret), text("again"));
    }
}

// A short life of a secret beside others, in sectors so small that the ring turns.
void live_with_secret(TornFlash& flash, int& acknowledged) {
    Store store(flash);
    store.mount();
    store.complete_copies();
    for (int i = acknowledged + 1; i < 12; ++i) {
        if (!store.write(secret, Octets(30, static_cast<std::uint8_t>(i)))) return;
        acknowledged = i;
        if (!store.write(RecordId::clock, Octets(25, static_cast<std::uint8_t>(i)))) return;
    }
}

TEST_P(PowerCut, OfASecretLeavesTheOldOrTheNewAndTwoCopiesOfItBehindTheNextStart) {
    std::size_t work = 0;
    {
        TornFlash flash(sectors, sector_size);
        int acknowledged = 0;
        live_with_secret(flash, acknowledged);
        work = flash.work();
    }
    ASSERT_GT(work, 1000U);
    for (std::size_t cut = 0; cut < work; cut += 3) {
        TornFlash flash(sectors, sector_size);
        int acknowledged = 0;
        // The start behind the cut is cut as well.
        for (const std::size_t after : {cut, cut % 97}) {
            flash.cut_after(after, GetParam(), static_cast<std::uint32_t>(cut));
            live_with_secret(flash, acknowledged);
            flash.restore();
            Store found(flash);
            found.mount();
            ASSERT_FALSE(found.lost(secret)) << cut;
            const auto content = content_of(found, secret);
            if (!content) {
                ASSERT_EQ(acknowledged, 0) << cut;
                continue;
            }
            const int number = content->front();
            ASSERT_EQ(*content, Octets(30, static_cast<std::uint8_t>(number)));
            ASSERT_TRUE(number == acknowledged || number == acknowledged + 1) << cut;
            acknowledged = number;
        }
        Store store(flash);
        store.mount();
        store.complete_copies();
        const auto whole = content_of(store, secret);
        for (std::size_t at = cut % 5; whole && at < flash.octets().size(); at += 5) {
            flash.octets()[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
            Store started(flash);
            started.mount();
            ASSERT_EQ(content_of(started, secret), whole) << "cut after " << cut << ", octet " << at;
            flash.octets()[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        }
        const std::size_t before = flash.work();
        store.mount();
        store.complete_copies();
        ASSERT_EQ(flash.work(), before) << "what has two copies is not written again";
    }
}

TEST(Store, RemainsOfAnEarlierTurnAreNotRecordsOfThisOne) {
    // A sector's erase that failed silently leaves whole records of an earlier generation behind.
    MemoryFlash flash(2, 256);
    Store store(flash);
    store.mount();
    ASSERT_TRUE(store.write(RecordId::clock, text("clock")));
    ASSERT_TRUE(store.write(RecordId::energy, text("stale")));
    const Octets first_turn(flash.octets().begin(), flash.octets().begin() + 256);
    for (int i = 0; i < 25; ++i) ASSERT_TRUE(store.write(RecordId::clock, text("later")));
    // The first sector is in use for the second or a later time; its tail gets the remains.
    Octets& octets = flash.octets();
    const Contents expected = contents_of(flash);
    const Octets remains(first_turn.begin() + 44, first_turn.begin() + 60);
    for (const std::size_t sector : {0U, 1U}) {
        const auto tail = octets.begin() + static_cast<std::ptrdiff_t>(sector * 256 + 240);
        if (std::all_of(tail - 24, tail + 16, [](std::uint8_t octet) { return octet == 0xFF; })) {
            std::copy(remains.begin(), remains.end(), tail);
        }
    }
    EXPECT_EQ(contents_of(flash), expected);
}

RC_GTEST_PROP(StoreProperty, AnyFlashContentMountsAndTakesNewRecords, ()) {
    TornFlash flash(3, 2048);
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    std::mt19937 random(seed);
    for (std::uint8_t& octet : flash.octets())
        octet = random() % 3 == 0 ? std::uint8_t{0xFF} : static_cast<std::uint8_t>(random());
    // Headers that are valid, with records that are not.
    for (std::size_t sector = 0; sector < 3; ++sector) {
        if (random() % 2 == 0) continue;
        Octets header(12);
        ByteWriter out(header);
        out.u32(0x424C5401);
        out.u32(static_cast<std::uint32_t>(random() >> (random() % 32)) & 0x7FFFFFFFU);
        out.u32(crc32(out.written()));
        std::copy(header.begin(), header.end(), flash.octets().begin() + static_cast<std::ptrdiff_t>(sector * 2048));
    }
    Store store(flash);
    store.mount();
    for (const RecordId id : all_records) (void)content_of(store, id);
    for (int i = 0; i < 30; ++i) RC_ASSERT(store.write(RecordId::clock, Octets(100, static_cast<std::uint8_t>(i))));
    RC_ASSERT(contents_of(flash).at(RecordId::clock) == Octets(100, 29));
}

// The content of the records.

TEST(Records, ComeBackAsTheyWere) {
    Energy energy;
    std::uint64_t value = 1;
    for (auto& of : energy.total.raw()) of = value *= 0x10001;
    for (auto& phase : energy.phase) {
        for (auto& of : phase.raw()) of = value *= 3;
    }
    Octets room(max_record_size);
    ByteWriter energy_out(room);
    write_record(energy_out, energy);
    EXPECT_EQ(energy_out.size(), 1U + 4U * 8U * 8U);
    EXPECT_EQ(read_energy_record(energy_out.written()), energy);

    Configuration configuration;
    configuration.clock.time_zone_min = -345;
    configuration.clock.daylight_deviation_min = -30;
    configuration.clock.daylight_enabled = false;
    configuration.clock.daylight_begin.date.month = 10;
    ByteWriter configuration_out(room);
    write_record(configuration_out, configuration);
    EXPECT_EQ(read_configuration_record(configuration_out.written()), configuration);

    ByteWriter clock_out(room);
    write_record(clock_out, test::bench_time);
    EXPECT_EQ(read_clock_record(clock_out.written()), test::bench_time);
}

TEST(Records, OfAnotherFormOrLengthAreNone) {
    Octets room(max_record_size);
    ByteWriter out(room);
    write_record(out, Energy{});
    Octets content(out.written().begin(), out.written().end());
    EXPECT_TRUE(read_energy_record(content));
    EXPECT_FALSE(read_energy_record(Bytes(content).first(content.size() - 1)));
    content.push_back(0);
    EXPECT_FALSE(read_energy_record(content));
    content.pop_back();
    content[0] = 2;
    EXPECT_FALSE(read_energy_record(content));
    EXPECT_FALSE(read_energy_record({}));
    EXPECT_FALSE(read_configuration_record({}));
    EXPECT_FALSE(read_clock_record({}));
}

TEST(Records, ATimeThatNoClockShowsIsNone) {
    EXPECT_TRUE(read_clock_record(test::hex("01 0000000000000000")));
    EXPECT_FALSE(read_clock_record(test::hex("01 FFFFFFFFFFFFFFFF")));
    EXPECT_FALSE(read_clock_record(test::hex("01 7FFFFFFFFFFFFFFF")));
    EXPECT_FALSE(read_clock_record(test::hex("01 8000000000000000")));
}

}  // namespace
}  // namespace blathy::meter
