// How the rows of a profile leave the meter: an array, an array without the times that follow, and a compact array. The
// client on the other side makes the same rows of each.
#include <gtest/gtest.h>

#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "station/profile.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/support/session_link.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using dlms::Obis;

const Obis load_1(1, 0, 99, 1, 0);
const Obis form_of_load_1(1, 0, 99, 1, 128);

constexpr std::uint64_t as_array = 0;
constexpr std::uint64_t without_times = 1;
constexpr std::uint64_t compact = 2;
constexpr std::array forms = {as_array, without_times, compact};

void live_at_random(world::LivedMeter& lived, std::uint64_t seed, days length) {
    world::Life life(sed302, lived.meter().clock().now(), lived.meter().clock().now() + length, seed,
                     {.interval = 900s});
    while (!life.over()) lived.live(life.next());
}

struct Buffer {
    std::vector<station::Value::Items> rows;
    std::size_t octets = 0;
};

class BufferForms : public ::testing::Test {
  protected:
    // Over the night when daylight saving ends.
    world::LivedMeter lived{sed302, sys_days{2026y / 10 / 23} + 12h};

    static void set_form(station::Client& client, std::uint64_t form, const Obis& name = form_of_load_1) {
        const auto result = client.set({1, name, 2}, station::unsigned_value(dlms::DataTag::enumerated, form));
        ASSERT_TRUE(result) << result.error().text;
    }

    static Buffer read(station::Client& client, const std::optional<station::Selection>& selection = {},
                       std::vector<std::size_t> columns = {}, const Obis& name = load_1) {
        const auto list = client.get({7, name, 3});
        const auto period = client.get({7, name, 4});
        EXPECT_TRUE(list && period);
        const auto all = station::capture_objects_from(*list).value();
        std::vector<station::CaptureObject> objects;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (columns.empty() || std::ranges::count(columns, i) != 0) objects.push_back(all[i]);
        }
        station::RowExpander expander(objects, seconds{*period->integer()});
        Buffer buffer;
        station::ElementStream elements(
            [&](station::Value row) -> Result<void, station::Error> {
                auto cells = expander.expand(std::move(row));
                if (!cells) return fail(cells.error());
                buffer.rows.push_back(std::move(*cells));
                return {};
            },
            station::ValueLimits{}, std::size_t{1} << 20);
        const auto got = client.get({7, name, 2}, selection, [&](Bytes piece) {
            buffer.octets += piece.size();
            return elements.put(piece);
        });
        EXPECT_TRUE(got) << got.error().text;
        const auto whole = elements.finish();
        EXPECT_TRUE(whole) << whole.error().text;
        return buffer;
    }
};

TEST_F(BufferForms, GiveTheSameRowsInFewerOctets) {
    live_at_random(lived, 3, days{6});
    for (const std::uint16_t pdu : {std::uint16_t{0xFFFF}, std::uint16_t{140}}) {
        auto client = test::manage(lived.meter(), pdu);
        ASSERT_TRUE(client);
        std::array<Buffer, forms.size()> buffers;
        for (const std::uint64_t form : forms) {
            ASSERT_NO_FATAL_FAILURE(set_form(*client, form));
            buffers[form] = read(*client);
        }
        EXPECT_EQ(buffers[as_array].rows.size(), 6U * 96);
        for (const std::uint64_t form : forms) EXPECT_EQ(buffers[form].rows, buffers[as_array].rows);
        // Eight columns: 49 octets a row, 36 without its time, 38 without types.
        EXPECT_LT(buffers[without_times].octets * 4, buffers[as_array].octets * 3);
        EXPECT_LT(buffers[compact].octets * 10, buffers[as_array].octets * 8);
    }
}

TEST_F(BufferForms, HoldForSelectedRowsAndColumns) {
    live_at_random(lived, 5, days{3});
    auto client = test::manage(lived.meter());
    ASSERT_TRUE(client);
    const auto columns = station::capture_objects_from(*client->get({7, load_1, 3})).value();
    const auto at = [](hours time) { return dlms::local_date_time(sys_days{2026y / 10 / 24} + time, 0, 0); };
    struct Case {
        std::optional<station::Selection> selection;
        std::vector<std::size_t> columns;
        std::size_t rows;
    };
    const std::vector<Case> cases = {
        {station::entry_selection(10, 12), {}, 3},
        {station::range_selection(columns[0], at(3h), at(5h), {}), {}, 9},
        {station::range_selection(columns[0], at(3h), at(5h), {columns[0], columns[6]}), {0, 6}, 9},
        {station::range_selection(columns[0], at(3h), at(5h), {columns[6]}), {6}, 9},
        {station::range_selection(columns[0], at(1000h), at(1001h), {}), {}, 0},
    };
    for (const Case& one : cases) {
        std::vector<station::Value::Items> expected;
        for (const std::uint64_t form : forms) {
            ASSERT_NO_FATAL_FAILURE(set_form(*client, form));
            const Buffer buffer = read(*client, one.selection, one.columns);
            EXPECT_EQ(buffer.rows.size(), one.rows) << form;
            if (form == as_array) expected = buffer.rows;
            EXPECT_EQ(buffer.rows, expected) << form;
        }
    }
}

TEST_F(BufferForms, LeaveOutWhatRotted) {
    live_at_random(lived, 7, days{3});
    ASSERT_TRUE(lived.meter().save());
    const Sectors sectors = layout_of(sed302, flash_sectors).profiles[static_cast<std::size_t>(ProfileId::load_1)];
    world::NorFlash rotten = lived.flash();
    rotten.rot(sectors.first, 2, 12, 1);
    world::LivedMeter again(sed302, lived.meter().clock().now(), rotten);
    const RowLog& log = again.meter().accounting().log(ProfileId::load_1);
    std::size_t readable = 0;
    RowValues cells{};
    for (std::uint32_t row = log.first(); row < log.end(); ++row) readable += log.read(row, cells) ? 1U : 0U;
    ASSERT_LT(readable, log.end() - log.first());
    ASSERT_GT(readable, 50U);
    EXPECT_EQ(log.readable(log.first(), log.end() - log.first()), readable);
    auto client = test::manage(again.meter());
    ASSERT_TRUE(client);
    std::vector<station::Value::Items> expected;
    for (const std::uint64_t form : forms) {
        ASSERT_NO_FATAL_FAILURE(set_form(*client, form));
        const Buffer buffer = read(*client);
        EXPECT_EQ(buffer.rows.size(), readable);
        if (form == as_array) expected = buffer.rows;
        EXPECT_EQ(buffer.rows, expected);
    }
}

TEST_F(BufferForms, AreSetPerProfileAndKept) {
    live_at_random(lived, 9, days{1});
    auto client = test::manage(lived.meter());
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get({1, form_of_load_1, 2})->integer(), 0);
    const std::uint32_t rows = lived.meter().accounting().log(ProfileId::load_1).end();
    ASSERT_NO_FATAL_FAILURE(set_form(*client, compact));
    EXPECT_EQ(client->get({1, form_of_load_1, 2})->integer(), 2);
    EXPECT_EQ(client->get({1, Obis(1, 0, 99, 2, 128), 2})->integer(), 0);
    EXPECT_FALSE(client->set({1, form_of_load_1, 2}, station::unsigned_value(dlms::DataTag::enumerated, 3)));
    EXPECT_FALSE(client->set({1, form_of_load_1, 2}, station::unsigned_value(dlms::DataTag::unsigned_, 1)));
    lived.power_off(0s);
    EXPECT_EQ(lived.meter().accounting().profile(ProfileId::load_1).form, BufferForm::compact_array);
    EXPECT_GE(lived.meter().accounting().log(ProfileId::load_1).end(), rows);  // nothing was cleared
}

TEST_F(BufferForms, SuitBillingsToo) {
    live_at_random(lived, 11, days{12});
    ASSERT_TRUE(lived.meter().press_reset_button());
    auto client = test::manage(lived.meter());
    ASSERT_TRUE(client);
    for (const int d : {1, 2}) {
        const Obis name(0, 0, 98, d, 0);
        std::vector<station::Value::Items> expected;
        for (const std::uint64_t form : forms) {
            ASSERT_NO_FATAL_FAILURE(set_form(*client, form, Obis(0, 0, 98, d, 128)));
            const Buffer buffer = read(*client, {}, {}, name);
            EXPECT_GT(buffer.rows.size(), 1U);
            if (form == as_array) expected = buffer.rows;
            EXPECT_EQ(buffer.rows, expected) << d << ' ' << form;
        }
    }
}

}  // namespace
}  // namespace blathy::meter
