// Ratios of the transformers between the network and the meter (1-0:0.4.2 to 1-0:0.4.6), for meters that have them.
//
// The metrology measures what its terminals see, and the registers count that: it is what is verified. Primary values
// follow by these ratios, exactly: of energy the remainder of each division is carried to the next.
#pragma once

#include <cstdint>

namespace blathy::meter {

struct TransformerRatio {
    std::uint32_t primary = 1;
    std::uint32_t secondary = 1;  // never 0
    bool operator==(const TransformerRatio&) const = default;
};

struct TransformerRatios {
    TransformerRatio current;
    TransformerRatio voltage;

    [[nodiscard]] constexpr std::uint64_t primary_voltage_mv(std::uint32_t secondary_mv) const {
        return std::uint64_t{secondary_mv} * voltage.primary / voltage.secondary;
    }
    [[nodiscard]] constexpr std::uint64_t primary_current_ua(std::uint32_t secondary_ua) const {
        return std::uint64_t{secondary_ua} * current.primary / current.secondary;
    }
    // Current transformers of up to 10,000 : 1 and voltage transformers of up to 10,000 : 1 fit.
    [[nodiscard]] constexpr std::int64_t primary_power(std::int64_t secondary) const {
        return secondary * numerator() / denominator();
    }
    [[nodiscard]] constexpr std::int64_t numerator() const { return std::int64_t{current.primary} * voltage.primary; }
    [[nodiscard]] constexpr std::int64_t denominator() const {
        return std::int64_t{current.secondary} * voltage.secondary;
    }
    bool operator==(const TransformerRatios&) const = default;
};

// One kind of energy on its way from the secondary to the primary side.
class PrimaryEnergy {
  public:
    // An Interval's increment in; that of the primary side out.
    constexpr std::int64_t add(std::int64_t secondary, const TransformerRatios& ratios) {
        const std::int64_t scaled = secondary * ratios.numerator() + remainder_;
        const std::int64_t whole = scaled / ratios.denominator();
        remainder_ = scaled % ratios.denominator();
        return whole;
    }

  private:
    std::int64_t remainder_ = 0;
};

}  // namespace blathy::meter
