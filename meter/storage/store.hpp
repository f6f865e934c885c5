// The store: small named records that survive any power cut.
//
// A log in a ring of flash sectors. Writing appends a new copy of a record behind the last; reading takes the newest.
// When a sector is full, the newest copy of every record goes to the next sector of the ring, and only then that
// sector's header is programmed: until its last octet stands, the old sector is the valid one. Every sector is thus
// erased as often as any other.
//
//     sector  = header, record ...
//     header  = magic u32, generation u32, crc32 of these
//     record  = id u8, mark u8, size u16, crc32 of (generation, id, copy, size, content), content padded to four octets
//     mark    = the complement of id and the copy: 0 the first one of two, 1 any other, 2 nothing readable was left of
//               the record; size has the copy in its highest bits once more
//
// A torn or rotten record fails its check; the copy before it then stands, in the same sector or in the one that came
// before. So that there is always one, a record that is new is written twice; what is not a first copy tells what has
// rotted from what was torn when it was new. What is lost stays known as lost. The generation within the check keeps
// the remains of an earlier turn of the ring from being taken for records of this one. What is behind a rotten size is
// found by looking at each word for a record whose check is right, and of a sector's header one rotten bit is put
// right.
//
// What is older must not come back for a secret that was replaced: such records are written twice with each change, a
// first copy and another. A first copy that fails its check and another of it behind that had been whole: then the
// record is lost, whatever older copies there are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "meter/ports.hpp"
#include "meter/storage/flash_region.hpp"

namespace blathy::meter {

enum class RecordId : std::uint8_t {
    energy,
    clock,
    configuration,
    push_connectivity,
    push_interval,
    push_alarm,
    waiting_pushes,
    metering,
    profile_load_1,  // in the order of ProfileId
    profile_load_2,
    profile_average,
    profile_minimum,
    profile_maximum,
    profile_daily,
    profile_monthly,
    calendar_a,
    calendar_b,
    calendar_a_days,
    calendar_b_days,
    calendar_state,
    special_days,
    keys_data_collection,  // in the order of security::Role
    keys_management,
    keys_firmware,
    keys_pre_established,
    password_guesses,
    local_port,
    hdlc_optical,
    hdlc_rs485,
    relay_state,
    relay_settings,
    relay_schedules,
    limiter_1,
    limiter_2,
    network,
    push_power_down,
    events,
    supervision,
    signing_pair_p256,  // in the order of Curve
    signing_pair_p384,
    agreement_pair_p256,
    agreement_pair_p384,
    client_public_keys,
    certificate_1,
    certificate_2,
    certificate_3,
    certificate_4,
    certificate_5,
    certificate_6,
    certificate_7,
    certificate_8,
    display_settings,
    display_automatic,  // in the order of DisplayList
    display_manual,
    display_power_off,
    transformer_ratios,
    special_days_b,
    preset_time,
    crystal,
    changes,
    dedicated_keys,
    count
};
inline constexpr std::size_t record_ids = static_cast<std::size_t>(RecordId::count);
// A bit each.
using RecordSet = std::uint64_t;
static_assert(record_ids <= 64);

// Keys, counters and certificates: an older one opens what was closed with it, or lets what was said be said again.
constexpr bool never_goes_back(RecordId id) {
    return (id >= RecordId::keys_data_collection && id <= RecordId::keys_pre_established) ||
           (id >= RecordId::signing_pair_p256 && id <= RecordId::certificate_8) || id == RecordId::dedicated_keys;
}

// A record's content, at most.
inline constexpr std::size_t max_record_size = 1024;

class Store {
  public:
    // From so many sectors on, a flash is shared: the store has the first ones in two groups, which then are its
    // sectors, and the rest is for logs. A smaller one is the store's alone.
    static constexpr std::size_t shared_from = 64;
    static constexpr std::size_t sectors_in_group = 4;
    static constexpr std::uint16_t share = 2 * sectors_in_group;

    // Of two sectors or more: while one is being made ready, another holds what is valid.
    explicit Store(Flash& flash)
        : whole_(flash),
          flash_(flash, Sectors{0, is_shared(flash) ? share : static_cast<std::uint16_t>(flash.sector_count())},
                 is_shared(flash) ? sectors_in_group : 1) {}

    [[nodiscard]] static bool is_shared(const Flash& flash) { return flash.sector_count() >= shared_from; }
    // All of the flash that it is in.
    [[nodiscard]] Flash& flash() { return whole_; }

    // Finds what is there. A flash that holds nothing valid becomes an empty store.
    void mount();

    // Nothing was ever written, or nothing of it is left.
    [[nodiscard]] bool empty() const { return generation_ == 0; }

    // The newest valid copy, in `into`; none if there is none or `into` is too small.
    [[nodiscard]] std::optional<Bytes> read(RecordId id, MutableBytes into) const;

    // It was there, and mount() or the last read() found no copy of it valid any more: unlike one that was never
    // written.
    [[nodiscard]] bool lost(RecordId id) const { return places_[static_cast<std::size_t>(id)] == all_rotten; }
    // All of which that is so.
    [[nodiscard]] RecordSet lost_records() const;

    // True once the content is durable. False: the flash failed; what was stored before still is.
    [[nodiscard]] bool write(RecordId id, Bytes content);

    // Writes again what never goes back and of which there is one copy only: the power failed before there were two, or
    // the other has rotted. At a start, once it is mounted.
    void complete_copies();

    // Records that failed their check, when mount() looked for them or read() wanted them: torn by a power cut, or
    // rotten. Each counts once.
    [[nodiscard]] std::uint32_t damaged_records() const { return damaged_records_; }

  private:
    // Where the newest valid copy of a record begins in its sector, in words of four octets, and whether that is the
    // sector before the one in use. A sector is at most 128 KiB, then. The first words are those of its header.
    using Place = std::uint16_t;
    static constexpr Place never_written = 0;
    static constexpr Place all_rotten = 1;
    static constexpr Place in_sector_before = 0x8000;
    using Places = std::array<Place, record_ids>;
    static constexpr bool is_there(Place place) { return place > all_rotten; }
    [[nodiscard]] static Place of_sector_before(Place place);

    struct SectorHeader {
        std::uint32_t generation = 0;
        bool rotten = false;  // one bit, which is put right here
    };
    enum class Copy : std::uint8_t { first, another, none, count };
    // What is torn or rotten hardly looks like one, since id and copy stand in it twice.
    struct RecordHeader {
        std::uint8_t id = 0;
        Copy copy = Copy::first;
        std::uint16_t size = 0;
        std::uint32_t check = 0;
    };
    struct Walked {
        std::size_t end;  // where the next record goes; the sector's size if it takes no more
        std::uint32_t damaged = 0;
    };

    [[nodiscard]] std::optional<SectorHeader> sector_header(std::size_t sector) const;
    // What begins there, if it can be a record's.
    [[nodiscard]] std::optional<RecordHeader> record_header(std::size_t sector, std::size_t offset) const;
    [[nodiscard]] bool check_holds(std::size_t sector, std::uint32_t generation, std::size_t offset,
                                   const RecordHeader& header) const;
    [[nodiscard]] static std::uint8_t mark_of(const RecordHeader& header);
    [[nodiscard]] static std::uint32_t check_of(std::uint32_t generation, const RecordHeader& header);
    // Calls found(header, place) for every record of a sector whose check holds, in their order, and damaged(header)
    // where one should begin whose check does not.
    template <class Found, class Damaged>
    Walked walk(std::size_t sector, std::uint32_t generation, Found&& found, Damaged&& damaged) const;
    [[nodiscard]] std::size_t sector_before() const;
    [[nodiscard]] bool has_sector_before() const;
    // What a walk through the sectors finds.
    struct Newest {
        Places places{};
        std::array<std::uint8_t, record_ids> copies{};  // of what is at the place
        Walked in_use;
    };
    // In the sector in use alone, or first in the one before, from where all that was alive had come.
    enum class Where : std::uint8_t { in_use, both };
    [[nodiscard]] Newest find_newest(Where where) const;

    [[nodiscard]] bool write_copy(RecordId id, Copy copy, Bytes content);
    [[nodiscard]] bool append(std::size_t sector, std::size_t& end, std::uint32_t generation, RecordId id, Copy copy,
                              Bytes content, Places& places);
    [[nodiscard]] bool move_to_next_sector(RecordId id, Copy copy, Bytes content);
    // What was programmed there stands.
    [[nodiscard]] bool holds(std::size_t sector, std::size_t offset, Bytes octets) const;
    [[nodiscard]] std::size_t first_not_erased(std::size_t sector, std::size_t offset) const;
    [[nodiscard]] std::size_t end_of_used() const;
    void bring_forward();

    Flash& whole_;
    FlashRegion flash_;
    std::size_t sector_ = 0;
    std::size_t end_ = 0;           // where the next record goes; the sector's size if this one takes no more
    std::uint32_t generation_ = 0;  // 0: nothing is mounted yet, the first write starts the ring
    // What reading finds out about the flash: a record that has gone bad gives way to the copy before it.
    mutable std::uint32_t damaged_records_ = 0;
    mutable Places places_{};
};

}  // namespace blathy::meter
