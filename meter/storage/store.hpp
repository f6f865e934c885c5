// The store: small named records that survive any power cut.
//
// A log in a ring of flash sectors. Writing appends a new copy of a record behind the last; reading takes the newest.
// When a sector is full, the newest copy of every record goes to the next sector of the ring, and only then that
// sector's header is programmed: until its last octet stands, the old sector is the valid one. Every sector is thus
// erased as often as any other.
//
//     sector  = header, record ...
//     header  = magic u32, generation u32, crc32 of these
//     record  = id u8, zero u8, size u16, crc32 of (generation, id, size, content), content padded to four octets
//
// A torn or rotten record fails its check; the copy before it then stands. The generation within the check keeps the
// remains of an earlier turn of the ring from being taken for records of this one.
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
    count
};
inline constexpr std::size_t record_ids = static_cast<std::size_t>(RecordId::count);

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

    // True once the content is durable. False: the flash failed; what was stored before still is.
    [[nodiscard]] bool write(RecordId id, Bytes content);

    // Records that failed their check since mount(): torn by a power cut, or rotten.
    [[nodiscard]] std::uint32_t damaged_records() const { return damaged_records_; }

  private:
    // Where the newest copy of each record begins in the sector, in words of four octets; 0: there is none. A sector is
    // at most 256 KiB, then.
    using Places = std::array<std::uint16_t, record_ids>;

    [[nodiscard]] std::optional<std::uint32_t> generation_of(std::size_t sector) const;
    [[nodiscard]] std::uint32_t check_of(std::uint32_t generation, std::uint8_t id, Bytes content) const;
    [[nodiscard]] bool append(std::size_t sector, std::size_t& end, std::uint32_t generation, RecordId id,
                              Bytes content, Places& places);
    [[nodiscard]] bool move_to_next_sector(RecordId id, Bytes content);
    [[nodiscard]] bool erased_from(std::size_t offset) const;
    void scan();
    // A record that went bad after it was found gives way to the copy before it.
    void look_again_if_rotten();

    Flash& whole_;
    FlashRegion flash_;
    std::size_t sector_ = 0;
    std::uint32_t generation_ = 0;  // 0: nothing is mounted yet, the first write starts the ring
    std::size_t end_ = 0;           // where the next record goes; the sector's size if this one takes no more
    Places places_{};
    std::uint32_t damaged_records_ = 0;
};

}  // namespace blathy::meter
