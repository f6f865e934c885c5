#include "station/profile.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::Obis;
using test::hex;
using test::value_of;
using testing::ElementsAre;

constexpr CaptureObject clock_column{{8, Obis(0, 0, 1, 0, 0), 2}, 0};
constexpr CaptureObject energy_column{{3, Obis(1, 0, 1, 8, 0), 2}, 0};

TEST(Profile, SelectsARangeAsInTheStandardsExample) {
    dlms::DateTime from;
    from.date = {2017, 10, 1, 7};
    from.time = {0, 0, 0, 0};
    dlms::DateTime to = from;
    from.deviation_min = to.deviation_min = -60;
    from.clock_status = to.clock_status = 0x80;
    to.time.hour = 1;
    const Selection selection = range_selection(clock_column, from, to);
    EXPECT_EQ(selection.selector, 1);
    EXPECT_EQ(selection.parameters, hex("0204 0204 120008 09060000010000FF 0F02 120000 090C07E10A010700000000FFC480"
                                        "090C07E10A010701000000FFC480 0100"));
}

TEST(Profile, SelectsColumnsOfARange) {
    const Selection selection = range_selection(clock_column, {}, {}, {energy_column});
    EXPECT_EQ(hex_text(Bytes(selection.parameters).last(20)),
              "010102041200030906"
              "0100010800FF0F02120000");
}

TEST(Profile, SelectsEntries) {
    const Selection selection = entry_selection(3, 0);
    EXPECT_EQ(selection.selector, 2);
    EXPECT_EQ(selection.parameters, hex("0204 0600000003 0600000000 120001 120000"));
}

TEST(Profile, ReadsCaptureObjects) {
    const auto objects = capture_objects_from(
        value_of("0102 0204 120008 09060000010000FF 0F02 120000 0204 120003 09060100010800FF 0F02 120000"));
    ASSERT_TRUE(objects);
    EXPECT_THAT(*objects, ElementsAre(clock_column, energy_column));
    for (const char* text :
         {"00", "0101 00", "0101 0203 120008 09060000010000FF 0F02", "0101 0204 120008 09050000010000 0F02 120000",
          "0101 0204 120008 09060000010000FF 12FFFF 120000"}) {
        EXPECT_FALSE(capture_objects_from(value_of(text))) << text;
    }
}

struct Streamed {
    std::vector<std::string> elements;
    std::optional<Error> error;
};

Streamed stream(const Octets& octets, const std::vector<std::size_t>& cuts) {
    Streamed result;
    ElementStream elements(
        [&](Value element) -> Result<void, Error> {
            result.elements.push_back(to_text(element));
            return {};
        },
        {}, 1000);
    Bytes rest(octets);
    const auto put = [&](Bytes piece) {
        if (result.error) return;
        if (auto done = elements.put(piece); !done) result.error = done.error();
    };
    for (const std::size_t cut : cuts) {
        const Bytes piece = rest.first(std::min(cut, rest.size()));
        rest = rest.subspan(piece.size());
        put(piece);
    }
    put(rest);
    if (!result.error) {
        if (auto done = elements.finish(); !done) result.error = done.error();
    }
    return result;
}

TEST(ElementStream, GivesElementsWhateverThePieces) {
    const Octets octets = hex("0103 0202 1101 120002 0202 1103 120004 0202 1105 120006");
    for (std::size_t cut = 0; cut <= octets.size(); ++cut) {
        const Streamed result = stream(octets, {cut});
        EXPECT_FALSE(result.error);
        EXPECT_THAT(result.elements, ElementsAre("{1, 2}", "{3, 4}", "{5, 6}")) << cut;
    }
    EXPECT_THAT(stream(octets, std::vector<std::size_t>(octets.size(), 1)).elements,
                ElementsAre("{1, 2}", "{3, 4}", "{5, 6}"));
}

TEST(ElementStream, TakesACompactArrayAndNothing) {
    EXPECT_THAT(stream(hex("13 0202 11 11 04 01020304"), {3}).elements, ElementsAre("{1, 2}", "{3, 4}"));
    EXPECT_THAT(stream(hex("00"), {}).elements, ElementsAre());
    EXPECT_THAT(stream(hex("0100"), {1}).elements, ElementsAre());
}

TEST(ElementStream, RefusesWhatIsNotOneWholeArray) {
    for (const char* text : {"", "01", "0102 1101", "0101 1101 00", "0101 07", "018600", "1105", "0184FFFFFFFF 00"}) {
        EXPECT_TRUE(stream(hex(text), {1, 1}).error) << text;
    }
}

TEST(ElementStream, RefusesAnElementWithoutEnd) {
    Octets octets = hex("0101 0984 0FFFFFFF");
    octets.resize(200'000);
    EXPECT_TRUE(stream(octets, std::vector<std::size_t>(200, 1000)).error);
}

TEST(ElementStream, RefusesACompactArrayBeyondTheLimit) {
    Octets octets = hex("13 11 8207D0");
    octets.resize(octets.size() + 2000);
    EXPECT_TRUE(stream(octets, {}).error);
}

Value row(std::string_view text) {
    return value_of(text);
}

TEST(RowExpander, PutsBackWhatWasLeftOut) {
    RowExpander expander({clock_column, energy_column}, std::chrono::seconds{900});
    const auto text = [&](std::string_view encoded) {
        auto items = expander.expand(row(encoded));
        return items ? to_text(structure_value(std::move(*items))) : items.error().text;
    };
    EXPECT_EQ(text("0202 090C07EA0B1607172D00 00FFC400 06000003E8"), "{2026-11-22T23:45:00+01:00, 1000}");
    EXPECT_EQ(text("0202 00 1F05"), "{2026-11-23T00:00:00+01:00, 1005}");
    EXPECT_EQ(text("0202 00 1CFB"), "{2026-11-23T00:15:00+01:00, 1000}");
    EXPECT_EQ(text("0202 00 00"), "{2026-11-23T00:30:00+01:00, 1000}");
}

TEST(RowExpander, LeavesAFirstRowAsItIs) {
    RowExpander expander({clock_column, energy_column}, std::chrono::seconds{900});
    EXPECT_THAT(*expander.expand(row("0202 00 1F05")),
                ElementsAre(null_value(), unsigned_value(dlms::DataTag::delta_unsigned, 5)));
}

TEST(RowExpander, RefusesRowsOfAnotherShape) {
    RowExpander expander({clock_column, energy_column}, std::chrono::seconds{900});
    for (const char* text : {"00", "0201 00", "0203 00 00 00", "0102 00 00"})
        EXPECT_FALSE(expander.expand(row(text))) << text;
}

RC_GTEST_PROP(ElementStream, NeverGivesMoreThanItWasGiven,
              (const Octets& octets, const std::vector<std::uint8_t>& cuts)) {
    const Streamed result = stream(octets, std::vector<std::size_t>(cuts.begin(), cuts.end()));
    RC_ASSERT(result.elements.size() <= std::max<std::size_t>(octets.size(), 0x10000));
}

}  // namespace
}  // namespace blathy::station
