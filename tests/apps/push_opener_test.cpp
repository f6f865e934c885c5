// What `blathy listen --keys` believes of the pushes of a meter.
#include "apps/blathy/listen/push_opener.hpp"

#include "apps/blathy/keys/meter_keys.hpp"
#include "meter/push/settings.hpp"

#include "tests/support/bench.hpp"

namespace blathy::test {
namespace {

using apps::PushOpener;
using dlms::security::Suite;
using meter::PushSetup;
using meter::Role;
using station::Protection;

struct PushCase {
    const char* name;
    Suite suite;
    std::uint8_t policy;
    Protection least;
};

class ProtectedPush : public testing::TestWithParam<PushCase> {
  protected:
    ProtectedPush() {
        const auto made = apps::make_meter_keys(bench.meter, GetParam().suite);
        if (!made) std::abort();
        const auto list = apps::key_list_of(bench.meter, *made).dump();
        keys = apps::parse_keys(list, "the list").value();
        auto context = bench.meter.security().keys().keys(Role::management).value();
        context.policy = GetParam().policy;
        auto settings = meter::load_push_settings(bench.store, PushSetup::interval);
        settings.client_sap = 1;
        for (const char character : std::string_view("192.0.2.7:4059")) {
            (void)settings.destination.add(static_cast<std::uint8_t>(character));
        }
        if (!bench.meter.security().keys().change(Role::management, context) ||
            !meter::keep_push_settings(bench.store, PushSetup::interval, settings)) {
            std::abort();
        }
    }
    Octets pushed() {
        EXPECT_EQ(bench.meter.outbox().push(bench.meter, PushSetup::interval), dlms::ActionResult::success);
        Octets room(2048);
        const auto delivery = bench.meter.outbox().next(bench.meter, room);
        EXPECT_TRUE(delivery);
        Octets apdu(delivery->apdu.begin(), delivery->apdu.end());
        bench.meter.outbox().report(bench.meter, delivery->entry, true);
        return apdu;
    }

    Bench bench;
    apps::KeyList keys;
};
INSTANTIATE_TEST_SUITE_P(
    Forms, ProtectedPush,
    testing::Values(PushCase{"Authenticated", Suite::aes128_gcm, 0x20, Protection::authenticated},
                    PushCase{"Both", Suite::aes128_gcm, 0x60, Protection::authenticated_and_encrypted},
                    PushCase{"BothOfSuite2", Suite::p384_aes256_gcm, 0x60, Protection::authenticated},
                    PushCase{"SignedOfSuite1", Suite::p256_aes128_gcm, 0xE0, Protection::authenticated},
                    PushCase{"SignedOfSuite2", Suite::p384_aes256_gcm, 0xA0, Protection::authenticated}),
    [](const auto& of) { return std::string(of.param.name); });

TEST_P(ProtectedPush, WithAnyOctetAlteredIsNotBelieved) {
    PushOpener opener(keys, GetParam().least);
    const Octets push = pushed();
    const bool is_signed = (GetParam().policy & 0x80U) != 0;
    ASSERT_EQ(push[0], is_signed ? 0xDF : 0xDB);
    for (std::size_t i = 0; i < push.size(); ++i) {
        // A signature takes its time to be verified.
        for (unsigned bit = is_signed ? static_cast<unsigned>(i % 8) : 0; bit < 8; bit += is_signed ? 8 : 1) {
            Octets altered = push;
            altered[i] = static_cast<std::uint8_t>(altered[i] ^ (1U << bit));
            const auto opened = opener.open(altered);
            ASSERT_FALSE(opened) << i << " " << bit;
            EXPECT_EQ(opened.error().kind, station::ErrorKind::security);
        }
    }
    // None of that moved a counter: the push itself is believed, once.
    const auto opened = opener.open(push);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(opened->at(0), 0x0F);
    EXPECT_FALSE(opener.open(push));
    EXPECT_TRUE(opener.open(pushed()));
}

TEST_P(ProtectedPush, OfAnotherMeterIsNotBelieved) {
    const auto others = apps::parse_keys(apps::key_list_of(Bench(meter::sed302, 54321).meter, {}).dump(), "the list");
    ASSERT_TRUE(others);
    PushOpener opener(*others, Protection::authenticated);
    EXPECT_FALSE(opener.open(pushed()));
    PushOpener none(keys, Protection::authenticated);
    EXPECT_FALSE(none.open(Bytes{}));
    EXPECT_FALSE(none.open(hex("0F 00000001 00 1105"))) << "in plain";
}

}  // namespace
}  // namespace blathy::test
