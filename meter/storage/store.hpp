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

namespace blathy::meter {

enum class RecordId : std::uint8_t { energy, clock, configuration, count };
inline constexpr std::size_t record_ids = static_cast<std::size_t>(RecordId::count);

// A record's content, at most.
inline constexpr std::size_t max_record_size = 512;

class Store {
  public:
    // Of two sectors or more: while one is being made ready, another holds what is valid.
    explicit Store(Flash& flash) : flash_(flash) {}

    // Finds what is there. A flash that holds nothing valid becomes an empty store.
    void mount();

    // The newest valid copy, in `into`; none if there is none or `into` is too small.
    [[nodiscard]] std::optional<Bytes> read(RecordId id, MutableBytes into) const;

    // True once the content is durable. False: the flash failed; what was stored before still is.
    [[nodiscard]] bool write(RecordId id, Bytes content);

    // Records that failed their check since mount(): torn by a power cut, or rotten.
    [[nodiscard]] std::uint32_t damaged_records() const { return damaged_records_; }

  private:
    struct Place {
        std::uint32_t offset = 0;  // of the record in the sector; 0: none
        std::uint16_t size = 0;    // of its content
    };
    using Places = std::array<Place, record_ids>;

    [[nodiscard]] std::optional<std::uint32_t> generation_of(std::size_t sector) const;
    [[nodiscard]] std::uint32_t check_of(std::uint32_t generation, std::uint8_t id, Bytes content) const;
    [[nodiscard]] bool append(std::size_t sector, std::size_t& end, std::uint32_t generation, RecordId id,
                              Bytes content, Places& places);
    [[nodiscard]] bool move_to_next_sector(RecordId id, Bytes content);
    [[nodiscard]] bool erased_from(std::size_t offset) const;
    void scan();
    // A record that went bad after it was found gives way to the copy before it.
    void look_again_if_rotten();

    Flash& flash_;
    std::size_t sector_ = 0;
    std::uint32_t generation_ = 0;  // 0: nothing is mounted yet, the first write starts the ring
    std::size_t end_ = 0;           // where the next record goes; the sector's size if this one takes no more
    Places places_{};
    std::uint32_t damaged_records_ = 0;
};

}  // namespace blathy::meter
