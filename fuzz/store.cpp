// A store on a flash that holds anything. The first octet makes some of it plausible: headers and records whose checks
// are right, so that what lies behind them is reached.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "base/crc32.hpp"
#include "meter/storage/records.hpp"

#include "tests/support/bench.hpp"

namespace {

using namespace blathy;

constexpr std::size_t sector_size = 2048;
constexpr std::size_t sectors = 3;

void put(test::Octets& octets, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) octets[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

// Makes the headers of the sectors named by the bits of `choice` right, and their records as far as they go.
void make_plausible(test::Octets& flash, std::uint8_t choice) {
    for (std::size_t sector = 0; sector < sectors; ++sector) {
        if (((choice >> sector) & 1U) == 0) continue;
        const std::size_t start = sector * sector_size;
        put(flash, start, 0x424C'5401);
        flash[start + 4] &= 0x7F;  // a life is too short for more generations
        put(flash, start + 8, crc32(Bytes(flash).subspan(start, 8)));
        for (std::size_t at = 12; at + 8 <= sector_size;) {
            const std::size_t record = start + at;
            const std::size_t size = flash[record + 2] * 256U + flash[record + 3];
            if (flash[record] >= meter::record_ids || at + 8 + size > sector_size) break;
            std::array<std::uint8_t, 7> head{};
            ByteWriter out(head);
            out.bytes(Bytes(flash).subspan(start + 4, 4));
            out.u8(flash[record]);
            out.bytes(Bytes(flash).subspan(record + 2, 2));
            put(flash, record + 4, crc32(Bytes(flash).subspan(record + 8, size), crc32(out.written())));
            at += 8 + (size + 3) / 4 * 4;
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    test::MemoryFlash flash(sectors, sector_size);
    std::copy_n(data + 1, std::min(size - 1, flash.octets().size()), flash.octets().begin());
    make_plausible(flash.octets(), data[0]);

    meter::Store store(flash);
    store.mount();
    meter::Meter meter(meter::sed302, meter::Identity(meter::sed302, 1), {}, store, std::nullopt);
    (void)meter.lcd();
    meter::Interval interval;
    interval.duration_us = 1'000'000;
    interval.phase[0].active_energy_mj = 1000;
    for (int i = 0; i < 25; ++i) (void)meter.advance(interval);
    (void)meter.save();
    // What was written can be read, whatever was there.
    meter::Configuration configuration;
    configuration.clock.time_zone_min = 345;
    if (!meter.configure(configuration)) std::abort();
    meter::Store again(flash);
    again.mount();
    test::Octets room(meter::max_record_size);
    const auto content = again.read(meter::RecordId::configuration, room);
    if (!content || meter::read_configuration_record(*content) != configuration) std::abort();
    return 0;
}
