// The account of a prepayment meter: what was paid, and what consumption took of it.
//
// Two things may happen to it. Payment credits it, and consumption is charged to it; how a token becomes an amount,
// what a kilowatt-hour costs and what happens without credit is the business of others. It is part of the ledger, so
// money and energy are always of the same moment, whatever the power does.
#pragma once

#include <cstdint>

#include "dlms/obis.hpp"

namespace blathy::meter {

// Amounts are millionths of the currency; registers show hundredths.
inline constexpr std::int64_t account_units_per_currency = 1'000'000;
// Of one credit or charge: a thousand millions.
inline constexpr std::uint64_t max_account_amount = 1'000'000'000ULL * account_units_per_currency;
inline constexpr std::int64_t account_units_per_hundredth = account_units_per_currency / 100;

struct Account {
    std::int64_t available = 0;         // negative: it owes
    std::uint64_t credited = 0;         // ever
    std::uint64_t consumed = 0;         // ever
    std::uint64_t credited_before = 0;  // this billing period
    std::uint64_t consumed_before = 0;
    // What the last credit was for, as payment numbers it: whoever credits a token and loses power finds out by this
    // whether it had been done.
    std::uint64_t receipt = 0;

    void credit(std::uint64_t amount, std::uint64_t for_receipt) {
        available += static_cast<std::int64_t>(amount);
        credited += amount;
        receipt = for_receipt;
    }
    void charge(std::uint64_t amount) {
        available -= static_cast<std::int64_t>(amount);
        consumed += amount;
    }
    void end_period() {
        credited_before = credited;
        consumed_before = consumed;
    }
};

// D of 128 and more is the manufacturer's (IEC 62056-6-1); C = 19 is payment metering.
inline constexpr dlms::Obis available_credit_name{0, 0, 19, 128, 0};
inline constexpr dlms::Obis credited_amount_name{0, 0, 19, 128, 1};  // charged to the account in this billing period
inline constexpr dlms::Obis consumed_amount_name{0, 0, 19, 128, 2};  // taken by consumption in this billing period

}  // namespace blathy::meter
