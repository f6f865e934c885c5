// Recipe 21 of the attacks on meters: keys that are made are each meter's own.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/blathy/keys/meter_keys.hpp"

#include "tests/support/bench.hpp"

namespace blathy::test {
namespace {

TEST(KeyHygiene, Recipe21NoTwoMetersShareAKey) {
    std::set<std::string> seen;
    std::size_t keys = 0;
    for (std::uint32_t serial_number = 1; serial_number <= 10; ++serial_number) {
        Bench bench(meter::sed302, serial_number);
        const auto made = apps::make_meter_keys(bench.meter, dlms::security::Suite::p256_aes128_gcm);
        ASSERT_TRUE(made);
        const auto list = apps::key_list_of(bench.meter, *made);
        ASSERT_EQ(list["clients"].size(), 4U);
        for (const auto& client : list["clients"]) {
            for (const char* name :
                 {"ek", "ak", "kek", "bk", "hls_secret", "signing_key", "agreement_key", "system_title"}) {
                const std::string digits = client[name];
                if (digits.empty()) continue;
                EXPECT_TRUE(seen.insert(digits).second) << serial_number << ' ' << name;
                ++keys;
            }
        }
        // The meter's own, by their public halves.
        for (const char* name : {"server_signing_key", "server_agreement_key"}) {
            EXPECT_TRUE(seen.insert(list["clients"][0][name]).second) << serial_number << ' ' << name;
        }
    }
    EXPECT_EQ(keys, 10U * (4 * 8 - 1)) << "who only broadcasts has no secret to prove himself with";
}

}  // namespace
}  // namespace blathy::test
