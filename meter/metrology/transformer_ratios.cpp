#include "meter/metrology/transformer_ratios.hpp"

#include <array>
#include <limits>

#include "meter/energy/energy.hpp"

namespace blathy::meter {
namespace {

constexpr std::uint8_t ratios_form = 1;
constexpr std::size_t ratios_octets = 1 + 4 * 4;

// magnitude x numerator / divisor; the most if it is more. Numerators are below 2^40 and divisors below 2^42.
std::uint64_t scaled_magnitude(std::uint64_t magnitude, std::uint64_t numerator, std::uint64_t divisor,
                               std::uint64_t most) {
    const std::uint64_t wholes = magnitude / divisor;
    if (wholes != 0 && numerator > most / wholes) return most;
    // What is left times the numerator has up to 82 bits: twenty of the numerator at a time.
    constexpr unsigned digit_bits = 20;
    constexpr std::uint64_t digit_mask = (std::uint64_t{1} << digit_bits) - 1;
    const std::uint64_t left = magnitude % divisor;
    const std::uint64_t high = left * (numerator >> digit_bits);
    const std::uint64_t low = (high % divisor << digit_bits) + left * (numerator & digit_mask);
    const std::uint64_t of_left = (high / divisor << digit_bits) + low / divisor;
    const std::uint64_t of_wholes = wholes * numerator;
    return of_left > most - of_wholes ? most : of_wholes + of_left;
}

std::int64_t scaled_number(std::int64_t secondary, std::uint64_t numerator, std::uint64_t divisor) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    if (secondary >= 0) {
        return static_cast<std::int64_t>(
            scaled_magnitude(static_cast<std::uint64_t>(secondary), numerator, divisor, most));
    }
    const std::uint64_t magnitude = 0 - static_cast<std::uint64_t>(secondary);
    return static_cast<std::int64_t>(0 - scaled_magnitude(magnitude, numerator, divisor, most + 1));
}

}  // namespace

std::int64_t to_primary(std::int64_t secondary, std::uint64_t numerator, std::uint64_t denominator) {
    return scaled_number(secondary, numerator, denominator);
}

std::int64_t to_primary_wh(std::int64_t millijoules, std::uint64_t numerator, std::uint64_t denominator) {
    return scaled_number(millijoules, numerator, denominator * millijoules_per_wh);
}

TransformerRatios load_transformer_ratios(const Store& store) {
    std::array<std::uint8_t, ratios_octets> room{};
    const auto content = store.read(RecordId::transformer_ratios, room);
    if (!content) return {};
    ByteReader in(*content);
    const bool known = in.u8() == ratios_form;
    TransformerRatios ratios;
    for (TransformerRatio* ratio : {&ratios.current, &ratios.voltage}) {
        ratio->primary = in.u32();
        ratio->secondary = in.u32();
    }
    const bool valid = ratios.current.is_valid() && ratios.voltage.is_valid();
    return known && in.ok() && in.at_end() && valid ? ratios : TransformerRatios{};
}

bool keep(Store& store, const TransformerRatios& ratios) {
    std::array<std::uint8_t, ratios_octets> room{};
    ByteWriter out(room);
    out.u8(ratios_form);
    for (const TransformerRatio& ratio : {ratios.current, ratios.voltage}) {
        out.u32(ratio.primary);
        out.u32(ratio.secondary);
    }
    return out.ok() && store.write(RecordId::transformer_ratios, out.written());
}

}  // namespace blathy::meter
