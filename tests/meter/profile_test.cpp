// IC 7, Profile generic: the test profile through a session, and sources made for the purpose.
#include "meter/profile/profile.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/function_ref.hpp"
#include "dlms/data.hpp"
#include "meter/billing/profile_sources.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed302.hpp"
#include "meter/profile/selection.hpp"
#include "meter/profile/test_profile.hpp"
#include "meter/server/association.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::DataAccessResult;
using dlms::DateTime;
using dlms::Obis;
using test::Bench;
using test::Manager;
using test::Octets;
using test::Reader;

constexpr Obis name(1, 0, 99, 128, 0);
constexpr std::uint32_t all_rows = 9600;

const CaptureObject time_column{{8, Obis(0, 0, 1, 0, 0), 2}, 0};
const CaptureObject status_column{{8, Obis(0, 0, 1, 0, 0), 4}, 0};
const CaptureObject import_column{{3, Obis(1, 0, 1, 8, 0), 2}, 0};

template <class Write>
Octets data(Write&& write_to) {
    Octets room(4096);
    ByteWriter octets(room);
    dlms::DataWriter out(octets);
    write_to(out);
    EXPECT_TRUE(octets.ok());
    room.resize(octets.size());
    return room;
}

void write_definition(dlms::DataWriter& out, const CaptureObject& object) {
    out.structure(4);
    out.long_unsigned(object.attribute.class_id);
    out.octet_string(object.attribute.instance);
    out.integer(object.attribute.attribute);
    out.long_unsigned(object.data_index);
}

enum class As { octet_string, date_time };

void write_time(dlms::DataWriter& out, const DateTime& time, As type) {
    if (type == As::octet_string) return out.octet_string(time);
    Octets octets(13);
    ByteWriter writer(octets);
    writer.u8(25);
    write(writer, time);
    out.encoded(octets);
}

Octets range(const DateTime& from, const DateTime& to, const std::vector<CaptureObject>& columns = {},
             const CaptureObject& restricting = time_column, As type = As::octet_string) {
    return data([&](dlms::DataWriter& out) {
        out.structure(4);
        write_definition(out, restricting);
        write_time(out, from, type);
        write_time(out, to, type);
        out.array(columns.size());
        for (const CaptureObject& column : columns) write_definition(out, column);
    });
}

Octets entries(std::uint32_t first, std::uint32_t last, std::uint16_t first_column = 1, std::uint16_t last_column = 0) {
    return data([&](dlms::DataWriter& out) {
        out.structure(4);
        out.double_long_unsigned(first);
        out.double_long_unsigned(last);
        out.long_unsigned(first_column);
        out.long_unsigned(last_column);
    });
}

DateTime local(int y, unsigned m, unsigned d, int h, int min, std::int16_t deviation = dlms::deviation_not_specified,
               std::uint8_t status = dlms::not_specified) {
    return {{static_cast<std::uint16_t>(y), static_cast<std::uint8_t>(m), static_cast<std::uint8_t>(d), 0xFF},
            {static_cast<std::uint8_t>(h), static_cast<std::uint8_t>(min), 0, 0},
            deviation,
            status};
}

// The value of an attribute read directly, in pieces of `piece` octets and more.
struct Read {
    DataAccessResult result = DataAccessResult::success;
    Octets octets;
    std::size_t calls = 0;
};
Read read(const Meter& meter, const ProfileSource& source, std::uint8_t selector, Bytes parameters,
          std::size_t piece = attribute_piece_size) {
    static const InterfaceClass any{7, 1, {}, {}};
    const Object object{&any, name, AccessKind::reading};
    const Association association;
    const dlms::SelectiveAccess access{selector, parameters};
    Read all;
    Cursor cursor;
    do {
        Octets room(piece);
        ByteWriter octets(room);
        dlms::DataWriter out(octets);
        all.result =
            profile::read_buffer(source, {meter, object, association, selector == 0 ? nullptr : &access}, cursor, out);
        EXPECT_TRUE(octets.ok());
        all.octets.insert(all.octets.end(), octets.written().begin(), octets.written().end());
        ++all.calls;
    } while (all.result == DataAccessResult::success && cursor.more);
    return all;
}

std::vector<Octets> rows_of(Bytes array) {
    dlms::DataReader in(array);
    const std::size_t count = in.array();
    std::vector<Octets> rows;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const Bytes row = in.value();
        rows.emplace_back(row.begin(), row.end());
    }
    EXPECT_TRUE(in.complete());
    return rows;
}

UtcTime time_in(Bytes row, std::size_t column = 0) {
    dlms::DataReader in(row);
    (void)in.structure();
    for (std::size_t i = 0; i < column; ++i) (void)in.value();
    const auto time = dlms::to_utc(in.date_time(), 0);
    EXPECT_TRUE(in.ok());
    return time.value_or(UtcTime{});
}

struct Profile : testing::Test {
    Bench bench;
    Reader reader{bench};
    Manager manager{bench};

    Octets request(std::uint8_t selector, Bytes parameters) {
        Octets room(1024);
        ByteWriter out(room);
        dlms::AttributeSelection selection{{7, name, 2}, std::nullopt};
        if (selector != 0) selection.access = dlms::SelectiveAccess{selector, parameters};
        write(out, dlms::GetRequestNormal{{}, selection});
        return {out.written().begin(), out.written().end()};
    }
    // The rows through the session, in blocks or not.
    std::vector<Octets> rows(std::uint8_t selector, Bytes parameters) {
        const auto transfer = reader.transfer(request(selector, parameters));
        EXPECT_TRUE(transfer);
        return transfer ? rows_of(transfer->raw) : std::vector<Octets>{};
    }
    std::string refusal(std::uint8_t selector, Bytes parameters) {
        return test::hex(reader.send(request(selector, parameters)));
    }
    // The first and the last local time of the rows, and how many there are.
    std::string span(const DateTime& from, const DateTime& to) {
        const auto found = rows(1, range(from, to, {time_column}));
        if (found.empty()) return "none";
        // Tag, count, tag, length; year to minute; hundredths; then deviation and status.
        const auto text = [](const Octets& row) {
            const std::string hex = test::hex(row);
            return hex.substr(8, 8) + " " + hex.substr(18, 4) + " " + hex.substr(26, 6);
        };
        return text(found.front()) + " - " + text(found.back()) + ", " + std::to_string(found.size());
    }
};

TEST_F(Profile, DescribesItself) {
    EXPECT_EQ(reader.value(7, name, 1), "09060100638000FF");
    EXPECT_EQ(reader.value(7, name, 3),
              "0108"
              "0204120008090600000100"
              "00FF0F02120000"
              "0204120008090600000100"
              "00FF0F04120000"
              "0204120003090601000108"
              "00FF0F02120000"
              "0204120003090601000208"
              "00FF0F02120000"
              "0204120003090601000308"
              "00FF0F02120000"
              "0204120003090601000408"
              "00FF0F02120000"
              "0204120003090601002007"
              "00FF0F02120000"
              "0204120003090601000E07"
              "00FF0F02120000");
    EXPECT_EQ(reader.value(7, name, 4), "0600000384");
    EXPECT_EQ(reader.value(7, name, 5), "1601");
    EXPECT_EQ(reader.value(7, name, 6), "020412000809060000010000FF0F02120000");
    EXPECT_EQ(reader.value(7, name, 7), "0600002580");
    EXPECT_EQ(reader.value(7, name, 8), "0600002580");
}

TEST_F(Profile, EveryColumnIsAnAttributeOfTheMeterOfTheSameType) {
    for (const Model* model : all_models()) {
        Bench other(*model);
        Reader client(other);
        const auto row = rows_of(read(other.meter, test_profile, 2, entries(1, 1)).octets).at(0);
        dlms::DataReader in(row);
        (void)in.structure();
        CaptureRoom room;
        for (const CaptureObject& column : test_profile.columns(other.meter, room)) {
            const auto& [class_id, object, attribute] = column.attribute;
            const std::string value = client.value(class_id, object, attribute);
            const std::string in_row = test::hex(in.value());
            ASSERT_EQ(value.substr(0, 2), in_row.substr(0, 2)) << model->name << " " << dlms::ObisText(object).view();
        }
    }
}

TEST_F(Profile, CannotBeResetCapturedOrWritten) {
    EXPECT_EQ(manager.ask("C301C1 0007 0100638000FF 01 01 0F00"), "C701C10300");
    EXPECT_EQ(manager.ask("C301C1 0007 0100638000FF 02 01 0F00"), "C701C10300");
    for (const char* attribute : {"02", "03", "04", "05", "06", "07", "08"}) {
        EXPECT_EQ(manager.ask(std::string("C101C1 0007 0100638000FF ") + attribute + " 00 0600000384"), "C501C103");
    }
}

TEST_F(Profile, GivesAllRowsWithoutSelection) {
    const auto whole = reader.transfer(request(0, {}));
    ASSERT_TRUE(whole);
    EXPECT_GT(whole->blocks, 1U);
    EXPECT_EQ(test::hex(Bytes(whole->raw).first(4)), "01822580");
    const auto all = rows_of(whole->raw);
    ASSERT_EQ(all.size(), all_rows);
    EXPECT_EQ(test::hex(all.front()),
              "0208090C07E9091702010F0000FF8880118006000F4240060000C350060003D0900600004E201208CA12C31E");
    EXPECT_EQ(test::hex(all.back()).substr(0, 32), "0208090C07EA01010400000000FFC400");
    for (std::size_t i = 1; i < all.size(); ++i) ASSERT_EQ(time_in(all[i]) - time_in(all[i - 1]), minutes{15}) << i;
}

TEST_F(Profile, GivesTheSameOctetsInPiecesOfAnySize) {
    const Octets whole = read(bench.meter, test_profile, 2, entries(9000, 9200), 65536).octets;
    ASSERT_EQ(rows_of(whole).size(), 201U);
    for (const std::size_t piece : {512U, 513U, 600U, 1111U, 5000U}) {
        const Read pieces = read(bench.meter, test_profile, 2, entries(9000, 9200), piece);
        EXPECT_EQ(pieces.octets, whole);
        EXPECT_GT(pieces.calls, 1U);
    }
    for (const std::uint16_t pdu_size : {std::uint16_t{64}, std::uint16_t{200}, std::uint16_t{1024}}) {
        Reader client(bench, pdu_size);
        const auto transfer = client.transfer(request(2, entries(9000, 9200)));
        ASSERT_TRUE(transfer);
        EXPECT_EQ(transfer->raw, whole);
    }
}

TEST_F(Profile, ARangeIsOfLocalTimeWithoutDeviation) {
    EXPECT_EQ(span(local(2025, 12, 24, 18, 0), local(2025, 12, 24, 19, 0)),
              "07E90C18 1200 FFC400 - 07E90C18 1300 FFC400, 5");
    EXPECT_EQ(span(local(2025, 9, 30, 18, 1), local(2025, 9, 30, 18, 59)),
              "07E9091E 120F FF8880 - 07E9091E 122D FF8880, 3");
    EXPECT_EQ(span(local(2025, 12, 24, 18, 15), local(2025, 12, 24, 18, 15)),
              "07E90C18 120F FFC400 - 07E90C18 120F FFC400, 1");
}

TEST_F(Profile, ARangeWithDeviationIsOfInstants) {
    const std::string expected = "07E90A1A 0200 FF8880 - 07E90A1A 022D FF8880, 4";
    EXPECT_EQ(span(local(2025, 10, 26, 2, 0, -120, 0x80), local(2025, 10, 26, 2, 45, -120, 0x80)), expected);
    EXPECT_EQ(span(local(2025, 10, 26, 0, 0, 0), local(2025, 10, 26, 0, 45, 0)), expected);
    EXPECT_EQ(span(local(2025, 10, 26, 5, 30, -330, 0), local(2025, 10, 26, 6, 15, -330, 0)), expected);
    EXPECT_EQ(span(local(2025, 10, 25, 20, 0, 240), local(2025, 10, 26, 2, 45, -120)), expected);
    // The deviation counts, whatever the status says of daylight saving.
    EXPECT_EQ(span(local(2025, 10, 26, 2, 0, -120, 0), local(2025, 10, 26, 2, 45, -120, 0)), expected);
}

TEST_F(Profile, TheDayOnWhichDaylightSavingEndsHas25Hours) {
    EXPECT_EQ(span(local(2025, 10, 26, 0, 0), local(2025, 10, 26, 23, 45)),
              "07E90A1A 0000 FF8880 - 07E90A1A 172D FFC400, 100");
}

TEST_F(Profile, OfARepeatedHourBothAreMeantUnlessTheStatusSaysWhich) {
    EXPECT_EQ(span(local(2025, 10, 26, 2, 0), local(2025, 10, 26, 2, 45)),
              "07E90A1A 0200 FF8880 - 07E90A1A 022D FFC400, 8");
    const auto with_status = [&](std::uint8_t status) {
        return span(local(2025, 10, 26, 2, 0, dlms::deviation_not_specified, status),
                    local(2025, 10, 26, 2, 45, dlms::deviation_not_specified, status));
    };
    EXPECT_EQ(with_status(0x80), "07E90A1A 0200 FF8880 - 07E90A1A 022D FF8880, 4");
    EXPECT_EQ(with_status(0x00), "07E90A1A 0200 FFC400 - 07E90A1A 022D FFC400, 4");
}

TEST_F(Profile, UnspecifiedFieldsMakeARangeAsWideAsTheyAllow) {
    const auto day = [](int y, int m, int d) {
        return DateTime{
            {static_cast<std::uint16_t>(y), static_cast<std::uint8_t>(m), static_cast<std::uint8_t>(d), 0xFF},
            {},
            dlms::deviation_not_specified,
            0xFF};
    };
    const auto within = [&](const DateTime& date) { return span(date, date); };
    EXPECT_EQ(within(day(2025, 12, 24)), "07E90C18 0000 FFC400 - 07E90C18 172D FFC400, 96");
    EXPECT_EQ(within(day(2025, 12, 0xFF)), "07E90C01 0000 FFC400 - 07E90C1F 172D FFC400, 2976");
    EXPECT_EQ(within(day(2025, 11, 0xFE)), "07E90B1E 0000 FFC400 - 07E90B1E 172D FFC400, 96");
    EXPECT_EQ(within(day(2025, 11, 0xFD)), "07E90B1D 0000 FFC400 - 07E90B1D 172D FFC400, 96");
    EXPECT_EQ(within(day(2025, 0xFF, 0xFF)), "07E90917 010F FF8880 - 07E90C1F 172D FFC400, 9599");
    EXPECT_EQ(within(DateTime{}), "07E90917 010F FF8880 - 07EA0101 0000 FFC400, 9600");
    EXPECT_EQ(span(local(2025, 12, 31, 23, 30), DateTime{}), "07E90C1F 171E FFC400 - 07EA0101 0000 FFC400, 3");
    DateTime hour = local(2025, 12, 24, 12, 0xFF);
    hour.time.second = hour.time.hundredths = 0xFF;
    EXPECT_EQ(within(hour), "07E90C18 0C00 FFC400 - 07E90C18 0C2D FFC400, 4");
    DateTime second = local(2025, 12, 24, 12, 15);
    second.time.hundredths = 0xFF;
    EXPECT_EQ(within(second), "07E90C18 0C0F FFC400 - 07E90C18 0C0F FFC400, 1");
}

TEST_F(Profile, ARangeWithoutRowsIsAnEmptyArray) {
    EXPECT_EQ(refusal(1, range(local(2020, 1, 1, 0, 0), local(2021, 1, 1, 0, 0))), "C401C1000100");
    EXPECT_EQ(refusal(1, range(local(2030, 1, 1, 0, 0), local(2031, 1, 1, 0, 0))), "C401C1000100");
    EXPECT_EQ(refusal(1, range(local(2025, 12, 24, 0, 1), local(2025, 12, 24, 0, 14))), "C401C1000100");
    EXPECT_EQ(refusal(1, range(local(2025, 12, 24, 1, 0), local(2025, 12, 24, 0, 0))), "C401C1000100");
}

TEST_F(Profile, TakesBothTypesOfADateTime) {
    const auto rows_as = [&](As type) {
        return rows(1, range(local(2025, 12, 24, 0, 0), local(2025, 12, 24, 1, 0), {}, time_column, type));
    };
    EXPECT_EQ(rows_as(As::date_time).size(), 5U);
    EXPECT_EQ(rows_as(As::date_time), rows_as(As::octet_string));
}

TEST_F(Profile, SelectsColumnsByTheirDefinition) {
    const auto at_noon = [&](const std::vector<CaptureObject>& columns) {
        return test::hex(rows(1, range(local(2025, 12, 24, 12, 0), local(2025, 12, 24, 12, 0), columns)).at(0));
    };
    const std::string all = at_noon({});
    EXPECT_EQ(all.substr(0, 4), "0208");
    EXPECT_EQ(at_noon({time_column}), "0201" + all.substr(4, 28));
    EXPECT_EQ(at_noon({status_column}), "02011100");
    EXPECT_EQ(at_noon({import_column}), "0201" + all.substr(36, 10));
    // In the order of the profile, each of them once.
    EXPECT_EQ(at_noon({import_column, time_column, import_column}), "0202" + all.substr(4, 28) + all.substr(36, 10));
}

TEST_F(Profile, RefusesARangeThatItCannotHave) {
    const DateTime from = local(2025, 12, 24, 0, 0);
    const auto by = [&](const CaptureObject& column) { return refusal(1, range(from, from, {}, column)); };
    const std::string out_of_scope = "C401C1010D";
    EXPECT_EQ(by(import_column), out_of_scope);
    EXPECT_EQ(by(status_column), out_of_scope);
    EXPECT_EQ(by({{7, Obis(0, 0, 1, 0, 0), 2}, 0}), out_of_scope);
    EXPECT_EQ(by({{8, Obis(0, 0, 1, 0, 0), 2}, 1}), out_of_scope);
    EXPECT_EQ(refusal(1, range(from, from, {time_column, {{3, Obis(1, 0, 1, 8, 0), 3}, 0}})), out_of_scope);
    EXPECT_EQ(refusal(1, range(from, from, {{{3, Obis(1, 0, 1, 8, 1), 2}, 0}})), out_of_scope);
    EXPECT_EQ(refusal(3, range(from, from)), out_of_scope);
    EXPECT_EQ(refusal(255, range(from, from)), out_of_scope);

    const std::string no_time = "C401C101FA";
    const auto at = [&](const DateTime& time) { return refusal(1, range(time, time)); };
    EXPECT_EQ(at(local(2025, 2, 29, 0, 0)), no_time);
    EXPECT_EQ(at(local(2025, 4, 31, 0, 0)), no_time);
    EXPECT_EQ(at(local(2025, 0xFE, 1, 0, 0)), no_time);
    EXPECT_EQ(at(local(0xFFFF, 12, 24, 0, 0)), no_time);
    EXPECT_EQ(at(local(2025, 12, 0xFF, 0, 0)), no_time);
    EXPECT_EQ(at(local(20000, 12, 24, 0, 0)), no_time);

    const std::string mismatched = "C401C1010C";
    EXPECT_EQ(refusal(1, entries(1, 2)), mismatched);
    EXPECT_EQ(refusal(1, test::hex("00")), mismatched);
    Octets short_time = range(from, from);
    short_time[2 + 18 + 1] = 11;  // the length of from_value: what follows is shifted
    EXPECT_NE(refusal(1, short_time).substr(0, 8), "C401C100");
    EXPECT_EQ(at(local(2025, 12, 24, 24, 0)), mismatched);
}

TEST_F(Profile, SelectsEntries) {
    const auto all = rows(0, {});
    const auto selected = [&](std::uint32_t first, std::uint32_t last) { return rows(2, entries(first, last)); };
    EXPECT_EQ(selected(1, 1), std::vector<Octets>{all.front()});
    EXPECT_EQ(selected(9600, 0), std::vector<Octets>{all.back()});
    EXPECT_EQ(selected(3, 5), (std::vector<Octets>{all[2], all[3], all[4]}));
    EXPECT_EQ(selected(1, 0), all);
    EXPECT_EQ(selected(1, 0xFFFF'FFFF), all);
    EXPECT_EQ(selected(9590, 12000).size(), 11U);
    EXPECT_TRUE(selected(9601, 0).empty());
    EXPECT_TRUE(selected(0xFFFF'FFFF, 0).empty());
    EXPECT_TRUE(selected(5, 3).empty());
}

TEST_F(Profile, SelectsTheColumnsOfEntries) {
    const std::string all = test::hex(rows(2, entries(1, 1)).at(0));
    EXPECT_EQ(test::hex(rows(2, entries(1, 1, 1, 8)).at(0)), all);
    EXPECT_EQ(test::hex(rows(2, entries(1, 1, 2, 3)).at(0)), "02021180" + all.substr(36, 10));
    EXPECT_EQ(test::hex(rows(2, entries(1, 1, 8, 0)).at(0)), "020112C31E");
}

TEST_F(Profile, RefusesEntriesThatItCannotHave) {
    const std::string out_of_scope = "C401C1010D";
    EXPECT_EQ(refusal(2, entries(0, 5)), out_of_scope);
    EXPECT_EQ(refusal(2, entries(1, 5, 0, 0)), out_of_scope);
    EXPECT_EQ(refusal(2, entries(1, 5, 3, 2)), out_of_scope);
    EXPECT_EQ(refusal(2, entries(1, 5, 1, 9)), out_of_scope);
    EXPECT_EQ(refusal(2, entries(1, 5, 9, 0)), out_of_scope);
    EXPECT_EQ(refusal(2, range(local(2025, 12, 24, 0, 0), local(2025, 12, 24, 0, 0))), "C401C1010C");
}

TEST_F(Profile, OnlyTheBufferHasSelectiveAccess) {
    EXPECT_EQ(reader.ask("C001C1 0007 0100638000FF 03 01 02 0204 0600000001 0600000000 120001 120000"), "C401C1010D");
}

// Every row of the test profile with its time, to filter by hand.
struct AllRows {
    explicit AllRows(const Meter& meter) : rows(rows_of(read(meter, test_profile, 0, {}).octets)) {
        for (const Octets& row : rows) times.push_back(time_in(row));
    }
    std::vector<Octets> rows;
    std::vector<UtcTime> times;
};

RC_GTEST_FIXTURE_PROP(Profile, ARangeIsWhatAFilterOfAllRowsGives, ()) {
    static const AllRows all(bench.meter);
    CaptureRoom capture_room;
    const auto columns = test_profile.columns(bench.meter, capture_room);
    // From a day before the first row on, by minutes, in any zone.
    const auto begin = all.times.front() - days{1} + minutes{*rc::gen::inRange(0, 102 * 1440)};
    const auto end = begin + minutes{*rc::gen::inRange(-60, 3000)};
    const auto deviation = static_cast<std::int16_t>(*rc::gen::inRange(-840, 841));
    const auto wanted = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, columns.size()));
    std::vector<CaptureObject> definitions;
    for (const std::size_t column : wanted) definitions.push_back(columns[column]);

    std::vector<Octets> expected;
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
        if (all.times[i] < begin || all.times[i] > end) continue;
        dlms::DataReader in(all.rows[i]);
        const std::size_t count = in.structure();
        Octets values;
        std::uint8_t kept = 0;
        for (std::size_t column = 0; column < count; ++column) {
            const Bytes value = in.value();
            if (!wanted.empty() && std::ranges::find(wanted, column) == wanted.end()) continue;
            values.insert(values.end(), value.begin(), value.end());
            ++kept;
        }
        Octets row = {2, kept};
        row.insert(row.end(), values.begin(), values.end());
        expected.push_back(row);
    }
    const auto request = range(dlms::local_date_time(begin, deviation, 0xFF),
                               dlms::local_date_time(end, static_cast<std::int16_t>(-deviation), 0xFF), definitions);
    const auto piece = *rc::gen::inRange<std::size_t>(attribute_piece_size, 4000);
    RC_ASSERT(rows_of(read(bench.meter, test_profile, 1, request, piece).octets) == expected);
}

RC_GTEST_FIXTURE_PROP(Profile, NoParametersDoHarm, (std::uint8_t selector, std::vector<std::uint8_t> octets)) {
    const Read answer = read(bench.meter, test_profile, static_cast<std::uint8_t>(1 + selector % 3), octets);
    RC_ASSERT(answer.result != DataAccessResult::success);
}

// A source whose rows a test sets: their times, with the number of the first one; the time is the second column.
struct Rows {
    std::uint32_t first = 0;
    std::vector<UtcTime> times;
    std::size_t looked_at = 0;  // times that a selection has asked for
};
Rows made;

constexpr std::array made_columns = {
    CaptureObject{{1, Obis(0, 0, 96, 11, 0), 2}, 0},
    CaptureObject{{8, Obis(0, 0, 1, 0, 0), 2}, 0},
};

dlms::ActionResult clear(Meter&) {
    made.first += static_cast<std::uint32_t>(made.times.size());
    made.times.clear();
    return dlms::ActionResult::success;
}
dlms::ActionResult capture_now(Meter& meter) {
    made.times.push_back(meter.clock().now());
    return dlms::ActionResult::success;
}

constexpr ProfileSource source_sorted(SortMethod method) {
    return {
        .columns = [](const Meter&, CaptureRoom&) -> std::span<const CaptureObject> { return made_columns; },
        .time_column = 1,
        .sort_method = method,
        .capture_period_s = [](const Meter&) { return std::uint32_t{0}; },
        .profile_entries = [](const Meter&) { return std::uint32_t{100}; },
        .rows =
            [](const Meter&) {
                return ProfileRows{made.first, static_cast<std::uint32_t>(made.times.size())};
            },
        .time_of = [](const Meter&, std::uint32_t row, RowScratch&) -> std::optional<UtcTime> {
            ++made.looked_at;
            return made.times.at(row - made.first);
        },
        .write_row =
            [](const Meter& meter, std::uint32_t row, ColumnSet columns, RowScratch&, dlms::DataWriter& out) {
                if (row < made.first) return false;
                if (columns.has(0)) out.unsigned_(static_cast<std::uint8_t>(row));
                if (columns.has(1)) out.octet_string(meter.clock().local_at(made.times.at(row - made.first)));
                return true;
            },
        .max_row_size = 100,
        .reset = clear,
        .capture = capture_now,
    };
}
constexpr ProfileSource rising = source_sorted(SortMethod::first_in_first_out);
constexpr ProfileSource falling = source_sorted(SortMethod::last_in_first_out);

const CaptureObject number_column = made_columns[0];

struct MadeProfile : testing::Test {
    MadeProfile() { made = {}; }

    // The numbers of the rows, as their first column has them.
    std::vector<int> numbers(const ProfileSource& source, const DateTime& from, const DateTime& to) {
        const Read answer = read(bench.meter, source, 1, range(from, to, {number_column}));
        std::vector<int> result;
        for (const Octets& row : rows_of(answer.octets)) result.push_back(row.at(3));
        return result;
    }

    Bench bench;
};

TEST_F(MadeProfile, AnEmptyProfileIsAnEmptyArray) {
    for (const ProfileSource* source : {&rising, &falling}) {
        EXPECT_EQ(test::hex(read(bench.meter, *source, 0, {}).octets), "0100");
        EXPECT_EQ(test::hex(read(bench.meter, *source, 2, entries(1, 0)).octets), "0100");
        EXPECT_TRUE(numbers(*source, DateTime{}, DateTime{}).empty());
    }
}

TEST_F(MadeProfile, ARangeOfWhatTheNewestComesFirstIn) {
    for (int i = 0; i < 10; ++i) made.times.push_back(sys_days{2026y / 1 / 20} - days{i});
    made.first = 100;
    EXPECT_EQ(numbers(falling, local(2026, 1, 15, 0, 0, 0), local(2026, 1, 17, 0, 0, 0)), (std::vector{103, 104, 105}));
    EXPECT_EQ(numbers(falling, local(2026, 1, 20, 0, 0, 0), DateTime{}), (std::vector{100}));
    EXPECT_EQ(numbers(falling, DateTime{}, local(2026, 1, 11, 0, 0, 0)), (std::vector{109}));
    EXPECT_TRUE(numbers(falling, local(2026, 1, 17, 0, 0, 0), local(2026, 1, 15, 0, 0, 0)).empty());
}

// The clock was set back from 12:46 to the midnight before.
TEST_F(MadeProfile, ARangeFindsItsRowsOnBothSidesOfAClockThatWasSetBack) {
    const UtcTime day = sys_days{2026y / 1 / 20};
    made.times = {day + 12h + 45min, day + 12h + 45min + 43s, day, day + 3s, day + 21h};
    const auto at = [&](UtcTime time) { return dlms::local_date_time(time, 0, 0); };
    EXPECT_EQ(numbers(rising, at(day + 20h), at(day + 22h)), (std::vector{4}));
    EXPECT_EQ(numbers(rising, at(day - 1min), at(day + 1h)), (std::vector{2, 3}));
    EXPECT_EQ(numbers(rising, at(day + 12h), at(day + 22h)), (std::vector{0, 1, 4}));
    EXPECT_TRUE(numbers(rising, at(day + 13h), at(day + 20h)).empty());
}

// Once to count them, and once on the way through the blocks; not for every block.
TEST_F(MadeProfile, ARangeLooksAtEveryTimeTwiceAtMost) {
    for (int i = 0; i < 200; ++i) made.times.push_back(sys_days{2026y / 1 / 20} + i * minutes{15});
    const Read answer = read(bench.meter, rising, 1, range(DateTime{}, DateTime{}));
    EXPECT_EQ(rows_of(answer.octets).size(), made.times.size());
    EXPECT_GT(answer.calls, 5U);
    EXPECT_LE(made.looked_at, 2 * made.times.size());
}

RC_GTEST_FIXTURE_PROP(MadeProfile, ARangeHasTheRowsWhoseTimeIsWithinIt, ()) {
    const UtcTime day = sys_days{2026y / 3 / 28};
    made = {};
    for (const int minute : *rc::gen::container<std::vector<int>>(100, rc::gen::inRange(0, 2880))) {
        // Mostly onwards, as time goes.
        made.times.push_back(made.times.empty() || minute % 4 == 0 ? day + minutes{minute}
                                                                   : made.times.back() + minutes{minute % 30});
    }
    const auto from = day + minutes{*rc::gen::inRange(-60, 3000)};
    const auto to = from + minutes{*rc::gen::inRange(-60, 1500)};
    std::vector<int> expected;
    for (std::size_t i = 0; i < made.times.size(); ++i) {
        if (made.times[i] >= from && made.times[i] <= to) expected.push_back(static_cast<int>(i));
    }
    for (const ProfileSource* source : {&rising, &falling}) {
        RC_ASSERT(numbers(*source, dlms::local_date_time(from, 0, 0), dlms::local_date_time(to, 0, 0)) == expected);
    }
}

// Rows that a meter captured itself while its clock was set to and fro around the end of daylight saving.
RC_GTEST_PROP(RangeOfALoadProfile, IsWhatANaiveFilterOfTheWholeLeaves, ()) {
    const UtcTime begin = sys_days{2026y / 10 / 24} + 20h;
    Bench bench(sed302, 12345, {}, begin);
    Interval interval;
    interval.duration_us = 900'000'000;
    for (const int step : *rc::gen::container<std::vector<int>>(60, rc::gen::inRange(0, 16))) {
        bench.meter.advance(interval);
        if (step == 0) bench.meter.set_clock(bench.meter.clock().now() - minutes{*rc::gen::inRange(2, 600)});
        if (step == 1) bench.meter.set_clock(bench.meter.clock().now() + minutes{*rc::gen::inRange(2, 600)});
    }
    const auto from = begin + minutes{*rc::gen::inRange(-600, 1800)};
    const auto to = from + minutes{*rc::gen::inRange(0, 900)};
    std::vector<Octets> expected;
    for (const Octets& row : rows_of(read(bench.meter, load_profile_1, 0, {}).octets)) {
        dlms::DataReader in(row);
        (void)in.structure();
        const auto time = dlms::to_utc(in.date_time(), 0);
        if (time && *time >= from && *time <= to) expected.push_back(row);
    }
    const Octets wanted = range(dlms::local_date_time(from, 0, 0), dlms::local_date_time(to, 0, 0));
    RC_ASSERT(rows_of(read(bench.meter, load_profile_1, 1, wanted).octets) == expected);
}

TEST_F(MadeProfile, RowsOfOneTimeComeTogether) {
    for (const int day : {1, 2, 2, 2, 3}) made.times.push_back(sys_days{2026y / 1 / day});
    EXPECT_EQ(numbers(rising, local(2026, 1, 2, 0, 0, 0), local(2026, 1, 2, 0, 0, 0)), (std::vector{1, 2, 3}));
}

TEST_F(MadeProfile, AnHourThatDaylightSavingSkipsHasNoRows) {
    // 29 March 2026, 01:00 UTC: 02:00 becomes 03:00.
    const UtcTime change = sys_days{2026y / 3 / 29} + hours{1};
    for (int i = -4; i < 8; ++i) made.times.push_back(change + i * minutes{15});
    EXPECT_TRUE(numbers(rising, local(2026, 3, 29, 2, 0), local(2026, 3, 29, 2, 59)).empty());
    EXPECT_EQ(numbers(rising, local(2026, 3, 29, 1, 45), local(2026, 3, 29, 2, 30)), (std::vector{3}));
    EXPECT_EQ(numbers(rising, local(2026, 3, 29, 2, 30), local(2026, 3, 29, 3, 0)), (std::vector{4}));
    EXPECT_EQ(numbers(rising, local(2026, 3, 29, 1, 30), local(2026, 3, 29, 3, 15)), (std::vector{2, 3, 4, 5}));
}

// 60 rows in pieces, between which `meanwhile` happens once.
Read read_in_pieces(const Meter& meter, FunctionRef<void()> meanwhile) {
    for (int i = 0; i < 60; ++i) made.times.push_back(sys_days{2026y / 1 / 1} + i * minutes{15});
    static const InterfaceClass any{7, 1, {}, {}};
    const Object object{&any, name, AccessKind::reading};
    const Association association;
    Read whole;
    Cursor cursor;
    do {
        Octets room(attribute_piece_size);
        ByteWriter octets(room);
        dlms::DataWriter out(octets);
        whole.result = profile::read_buffer(rising, {meter, object, association, nullptr}, cursor, out);
        whole.octets.insert(whole.octets.end(), octets.written().begin(), octets.written().end());
        if (whole.calls++ == 0) meanwhile();
    } while (whole.result == DataAccessResult::success && cursor.more);
    return whole;
}

TEST_F(MadeProfile, ATransferGoesOnWhereItWasWhenRowsCome) {
    const Read whole = read_in_pieces(bench.meter, [] {
        for (int i = 0; i < 45; ++i) made.times.push_back(made.times.back() + minutes{15});
    });
    ASSERT_EQ(whole.result, DataAccessResult::success);
    EXPECT_GT(whole.calls, 2U);
    const auto rows = rows_of(whole.octets);
    ASSERT_EQ(rows.size(), 60U);
    for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i].at(3), i);
}

// The number of rows is said already, and a row of null-data would mean that it is like the one before.
TEST_F(MadeProfile, ATransferWhoseRowsGoFails) {
    const Read whole = read_in_pieces(bench.meter, [] {
        made.first += 45;
        made.times.erase(made.times.begin(), made.times.begin() + 45);
    });
    EXPECT_EQ(whole.result, DataAccessResult::other_reason);
}

TEST_F(MadeProfile, IsResetAndCapturedWhereTheSourceCan) {
    static constexpr InterfaceClass of_rising = profile_class<rising, ProfileMethods::reset_and_capture>;
    const Object object{&of_rising, name, AccessKind::reading};
    Association association;
    const RequestContext context{bench.meter, object, association};
    Octets room(16);
    ByteWriter octets(room);
    dlms::DataWriter returned(octets);
    const auto invoke = [&](std::int8_t method, const char* parameters) {
        return find_method(of_rising, method)->invoke(context, test::hex(parameters), returned);
    };
    EXPECT_EQ(invoke(2, "0F00"), dlms::ActionResult::success);
    EXPECT_EQ(made.times, std::vector{test::bench_time});
    EXPECT_EQ(invoke(2, "00"), dlms::ActionResult::type_unmatched);
    EXPECT_EQ(invoke(2, ""), dlms::ActionResult::type_unmatched);
    EXPECT_EQ(made.times.size(), 1U);
    EXPECT_EQ(invoke(1, "0F00"), dlms::ActionResult::success);
    EXPECT_TRUE(made.times.empty());
    EXPECT_EQ(octets.size(), 0U);
}

}  // namespace
}  // namespace blathy::meter
