// Ratios of the transformers between the network and the meter (1-0:0.4.2 to 1-0:0.4.7), for meters that have them.
//
// The metrology measures what its terminals see, and the registers count that: it is what is verified, and what pulses
// stand for. What it is on the primary side follows when somebody reads it, so nothing is rounded twice, and a ratio
// that was entered wrong and is put right puts right what it made of the registers.
#pragma once

#include <cstdint>

#include "meter/storage/store.hpp"

namespace blathy::meter {

struct TransformerRatio {
    static constexpr std::uint32_t most_primary = 1'000'000;
    static constexpr std::uint32_t most_secondary = 1'000;

    std::uint32_t primary = 1;  // amperes or volts, of both; never 0
    std::uint32_t secondary = 1;

    [[nodiscard]] constexpr bool is_valid() const {
        return primary >= 1 && primary <= most_primary && secondary >= 1 && secondary <= most_secondary;
    }
    constexpr bool operator==(const TransformerRatio&) const = default;
};

struct TransformerRatios {
    TransformerRatio current;
    TransformerRatio voltage;

    // Of powers and energies.
    [[nodiscard]] constexpr std::uint64_t numerator() const { return std::uint64_t{current.primary} * voltage.primary; }
    [[nodiscard]] constexpr std::uint64_t denominator() const {
        return std::uint64_t{current.secondary} * voltage.secondary;
    }
    [[nodiscard]] constexpr bool is_valid() const { return current.is_valid() && voltage.is_valid(); }
    constexpr bool operator==(const TransformerRatios&) const = default;
};

// secondary x numerator / denominator, towards zero. Whole multiples of the denominator are taken apart, so that only
// results beyond 63 bits roll over.
[[nodiscard]] constexpr std::int64_t to_primary(std::int64_t secondary, std::uint64_t numerator,
                                                std::uint64_t denominator) {
    const bool negative = secondary < 0;
    const std::uint64_t magnitude =
        negative ? 0 - static_cast<std::uint64_t>(secondary) : static_cast<std::uint64_t>(secondary);
    const std::uint64_t primary =
        magnitude / denominator * numerator + magnitude % denominator * numerator / denominator;
    return static_cast<std::int64_t>(negative ? 0 - primary : primary);
}

[[nodiscard]] TransformerRatios load_transformer_ratios(const Store& store);
[[nodiscard]] bool keep(Store& store, const TransformerRatios& ratios);

}  // namespace blathy::meter
