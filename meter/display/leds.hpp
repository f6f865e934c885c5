// Lights of the front plate that are no pulse outputs.
#pragma once

#include <cstdint>

#include "meter/billing/account.hpp"

namespace blathy::meter {

// Two colours in one: green while there is credit, red when there is none.
enum class CreditLed : std::uint8_t { off, green, red };

// An account that nobody ever paid into is not in use.
[[nodiscard]] constexpr CreditLed credit_led(const Account& account) {
    if (account.receipt == 0) return CreditLed::off;
    return account.available > 0 ? CreditLed::green : CreditLed::red;
}

}  // namespace blathy::meter
