// The account of a prepayment meter, and what billings capture of it.
#include <gtest/gtest.h>

#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm306.hpp"
#include "world/simulation/lived_meter.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr UtcTime start = sys_days{2026y / 1 / 10};
constexpr std::uint64_t unit = account_units_per_currency;

struct Amounts {
    std::optional<std::int64_t> available;
    std::optional<std::int64_t> credited;
    std::optional<std::int64_t> consumed;
    bool operator==(const Amounts&) const = default;
};

Amounts amounts_of(Meter& meter) {
    const Registers registers = meter.registers();
    return {registers.read(available_credit_name), registers.read(credited_amount_name),
            registers.read(consumed_amount_name)};
}

TEST(Account, WithoutPaymentsIsZero) {
    world::LivedMeter lived(sed302, start);
    EXPECT_EQ(amounts_of(lived.meter()), (Amounts{0, 0, 0}));
}

TEST(Account, OnlyAPrepaymentMeterHasOne) {
    world::LivedMeter lived(sm306, start);
    EXPECT_EQ(amounts_of(lived.meter()), Amounts{});
    EXPECT_FALSE(column_of(sm306, {{register_class_number, available_credit_name, 2}, 0}));
    EXPECT_TRUE(column_of(sed102, {{register_class_number, available_credit_name, 2}, 0}));
}

TEST(Account, CreditsAndChargesAreShownInHundredths) {
    world::LivedMeter lived(sed302, start);
    ASSERT_TRUE(lived.meter().account(&Accounting::credit, 20 * unit, std::uint64_t{7}));
    lived.meter().charge(3 * unit + 129'999);
    EXPECT_EQ(amounts_of(lived.meter()), (Amounts{1687, 2000, 312}));
    EXPECT_EQ(lived.meter().accounting().ledger().account.receipt, 7U);
    lived.meter().charge(17 * unit);  // more than there is: it owes
    EXPECT_EQ(amounts_of(lived.meter()), (Amounts{-12, 2000, 2012}));
    EXPECT_FALSE(lived.meter().account(&Accounting::credit, max_account_amount + 1, std::uint64_t{8}));
    EXPECT_EQ(lived.meter().accounting().ledger().account.receipt, 7U);
}

TEST(Account, ACreditIsDurableAtOnceAndAChargeWithItsEnergy) {
    world::LivedMeter lived(sed302, start);
    ASSERT_TRUE(lived.meter().account(&Accounting::credit, 5 * unit, std::uint64_t{1}));
    lived.meter().charge(unit);
    lived.power_off(0s, false);
    EXPECT_EQ(amounts_of(lived.meter()), (Amounts{500, 500, 0}));
    lived.meter().charge(unit);
    ASSERT_TRUE(lived.meter().save());
    lived.power_off(0s, false);
    EXPECT_EQ(amounts_of(lived.meter()), (Amounts{400, 500, 100}));
}

TEST(Account, AFlashThatFailsCreditsNothing) {
    world::LivedMeter lived(sed302, start);
    lived.flash().cut_at(0, world::Tear::nothing, 1);
    EXPECT_FALSE(lived.meter().account(&Accounting::credit, 5 * unit, std::uint64_t{1}));
    EXPECT_EQ(amounts_of(lived.meter()), (Amounts{0, 0, 0}));
}

TEST(Account, BillingsCaptureIt) {
    world::LivedMeter lived(sed302, start);
    ASSERT_TRUE(lived.meter().account(&Accounting::credit, 50 * unit, std::uint64_t{1}));
    lived.meter().charge(8 * unit);
    ASSERT_TRUE(lived.meter().account(&Accounting::bill, Billing::daily));
    ASSERT_TRUE(lived.meter().press_reset_button());
    EXPECT_EQ(amounts_of(lived.meter()), (Amounts{4200, 0, 0}));
    lived.meter().charge(unit / 2);
    EXPECT_EQ(amounts_of(lived.meter()), (Amounts{4150, 0, 50}));
    const auto captured = [&](ProfileId id, const dlms::Obis& name) -> std::int64_t {
        const auto settings = lived.meter().accounting().profile(id);
        RowValues cells{};
        EXPECT_TRUE(lived.meter().accounting().log(id).read(0, cells));
        for (std::size_t i = 0; i < settings.columns.count; ++i) {
            if (settings.columns.items[i].attribute.instance == name) return cells[i];
        }
        return -1;
    };
    EXPECT_EQ(captured(ProfileId::monthly, available_credit_name), 4200);
    EXPECT_EQ(captured(ProfileId::monthly, credited_amount_name), 5000);
    EXPECT_EQ(captured(ProfileId::monthly, consumed_amount_name), 800);
    EXPECT_EQ(captured(ProfileId::daily, available_credit_name), 4200);
    EXPECT_EQ(captured(ProfileId::daily, consumed_amount_name), 800);
}

}  // namespace
}  // namespace blathy::meter
