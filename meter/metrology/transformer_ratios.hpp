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
    // With it 15 years of the greatest power that a meter on transformers measures are well within 63 bits of
    // watt-hours.
    static constexpr std::uint64_t most_overall = 1'000'000'000;

    TransformerRatio current;
    TransformerRatio voltage;

    // Of powers and energies.
    [[nodiscard]] constexpr std::uint64_t numerator() const { return std::uint64_t{current.primary} * voltage.primary; }
    [[nodiscard]] constexpr std::uint64_t denominator() const {
        return std::uint64_t{current.secondary} * voltage.secondary;
    }
    [[nodiscard]] constexpr bool is_valid() const {
        return current.is_valid() && voltage.is_valid() && numerator() <= most_overall * denominator();
    }
    constexpr bool operator==(const TransformerRatios&) const = default;
};

// secondary x numerator / denominator, towards zero; the greatest or least number of 64 bits where it does not fit.
// Both are at most those of two ratios.
[[nodiscard]] std::int64_t to_primary(std::int64_t secondary, std::uint64_t numerator, std::uint64_t denominator);

// The same of an energy in millijoules, in watt-hours or var-hours: rounded once, and what is between has 128 bits.
[[nodiscard]] std::int64_t to_primary_wh(std::int64_t millijoules, std::uint64_t numerator, std::uint64_t denominator);

[[nodiscard]] TransformerRatios load_transformer_ratios(const Store& store);
[[nodiscard]] bool keep(Store& store, const TransformerRatios& ratios);

}  // namespace blathy::meter
