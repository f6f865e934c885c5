// The GET service, from octets to octets.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "dlms/data.hpp"
#include "meter/cosem/object.hpp"
#include "meter/models/models.hpp"
#include "meter/models/sed102.hpp"

#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using dlms::DataTag;
using dlms::Obis;
using test::Bench;
using test::Client;
using test::Manager;
using test::no_object;
using test::Octets;
using test::Reader;

constexpr Obis association_name(0, 0, 40, 0, 0);
constexpr std::uint32_t without_blocks = 0x001E1D & ~0x001C00U;
constexpr std::uint32_t without_selective_access = 0x005E1D & ~0x000004U;
constexpr std::uint32_t without_attribute_0 = test::without_general_blocks & ~0x00A000U;

// Each attribute's type by class, IEC 62056-6-2; those that may be of several types are left out.
const std::map<std::pair<int, int>, DataTag> attribute_types = {
    {{1, 1}, DataTag::octet_string},
    {{3, 1}, DataTag::octet_string},
    {{3, 3}, DataTag::structure},
    {{4, 3}, DataTag::structure},
    {{4, 4}, DataTag::unsigned_},
    {{4, 5}, DataTag::octet_string},
    {{5, 4}, DataTag::structure},
    {{5, 5}, DataTag::unsigned_},
    {{5, 6}, DataTag::octet_string},
    {{5, 7}, DataTag::octet_string},
    {{5, 8}, DataTag::double_long_unsigned},
    {{5, 9}, DataTag::long_unsigned},
    {{6, 2}, DataTag::array},
    {{6, 3}, DataTag::array},
    {{6, 4}, DataTag::octet_string},
    {{9, 2}, DataTag::array},
    {{11, 2}, DataTag::array},
    {{20, 2}, DataTag::octet_string},
    {{20, 3}, DataTag::array},
    {{20, 4}, DataTag::array},
    {{20, 5}, DataTag::array},
    {{20, 6}, DataTag::octet_string},
    {{20, 7}, DataTag::array},
    {{20, 8}, DataTag::array},
    {{20, 9}, DataTag::array},
    {{20, 10}, DataTag::octet_string},
    {{22, 2}, DataTag::structure},
    {{22, 3}, DataTag::enumerated},
    {{22, 4}, DataTag::array},
    {{8, 1}, DataTag::octet_string},
    {{8, 2}, DataTag::octet_string},
    {{8, 3}, DataTag::long_},
    {{8, 4}, DataTag::unsigned_},
    {{8, 5}, DataTag::octet_string},
    {{8, 6}, DataTag::octet_string},
    {{8, 7}, DataTag::integer},
    {{8, 8}, DataTag::boolean},
    {{8, 9}, DataTag::enumerated},
    {{15, 1}, DataTag::octet_string},
    {{15, 2}, DataTag::array},
    {{15, 3}, DataTag::structure},
    {{15, 4}, DataTag::structure},
    {{15, 5}, DataTag::structure},
    {{15, 6}, DataTag::structure},
    {{15, 8}, DataTag::enumerated},
    {{15, 9}, DataTag::octet_string},
    {{15, 10}, DataTag::array},
    {{15, 11}, DataTag::structure},
    {{17, 1}, DataTag::octet_string},
    {{17, 2}, DataTag::array},
    {{19, 2}, DataTag::enumerated},
    {{19, 3}, DataTag::enumerated},
    {{19, 4}, DataTag::enumerated},
    {{19, 5}, DataTag::enumerated},
    {{19, 6}, DataTag::octet_string},
    {{23, 2}, DataTag::enumerated},
    {{23, 3}, DataTag::unsigned_},
    {{23, 4}, DataTag::unsigned_},
    {{23, 5}, DataTag::long_unsigned},
    {{23, 6}, DataTag::long_unsigned},
    {{23, 7}, DataTag::long_unsigned},
    {{23, 8}, DataTag::long_unsigned},
    {{23, 9}, DataTag::long_unsigned},
    {{7, 1}, DataTag::octet_string},
    {{7, 3}, DataTag::array},
    {{7, 4}, DataTag::double_long_unsigned},
    {{7, 5}, DataTag::enumerated},
    {{7, 6}, DataTag::structure},
    {{7, 7}, DataTag::double_long_unsigned},
    {{7, 8}, DataTag::double_long_unsigned},
    {{40, 1}, DataTag::octet_string},
    {{40, 2}, DataTag::array},
    {{40, 3}, DataTag::structure},
    {{40, 4}, DataTag::array},
    {{40, 5}, DataTag::long_unsigned},
    {{40, 6}, DataTag::unsigned_},
    {{40, 7}, DataTag::structure},
    {{40, 8}, DataTag::octet_string},
    {{40, 9}, DataTag::integer},
    {{40, 10}, DataTag::array},
    {{40, 11}, DataTag::enumerated},
    {{40, 12}, DataTag::structure},
    {{40, 13}, DataTag::date_time},
    {{68, 2}, DataTag::array},
    {{68, 3}, DataTag::array},
    {{68, 4}, DataTag::array},
    {{68, 5}, DataTag::array},
    {{68, 6}, DataTag::unsigned_},
    {{90, 2}, DataTag::double_long_unsigned},
    {{90, 10}, DataTag::double_long_unsigned},
    {{91, 2}, DataTag::long_unsigned},
    {{91, 5}, DataTag::array},
    {{91, 6}, DataTag::double_long_unsigned},
    {{91, 7}, DataTag::bit_string},
    {{91, 11}, DataTag::array},
    {{91, 22}, DataTag::unsigned_},
    {{92, 6}, DataTag::array},
    {{92, 8}, DataTag::array},
    {{92, 13}, DataTag::long_unsigned},
    {{92, 18}, DataTag::boolean},
    {{92, 19}, DataTag::enumerated},
    {{140, 2}, DataTag::long64_unsigned},
    {{140, 6}, DataTag::boolean},
    {{140, 7}, DataTag::enumerated},
    {{140, 8}, DataTag::octet_string},
    {{140, 9}, DataTag::boolean},
    {{141, 2}, DataTag::long64_unsigned},
    {{141, 3}, DataTag::long_unsigned},
    {{141, 4}, DataTag::long64_unsigned},
    {{142, 2}, DataTag::enumerated},
    {{142, 3}, DataTag::long_unsigned},
    {{143, 2}, DataTag::long64_unsigned},
};
// How many attributes each class has in its version.
const std::map<int, int> attribute_counts = {
    {1, 2},   {3, 3},  {4, 5},   {5, 9},   {6, 4},   {7, 8},   {8, 9},   {9, 2},   {11, 2},  {15, 11}, {17, 2}, {19, 9},
    {20, 10}, {21, 4}, {22, 4},  {23, 9},  {29, 6},  {40, 13}, {41, 6},  {42, 10}, {44, 5},  {45, 4},  {47, 8}, {64, 6},
    {68, 6},  {70, 4}, {71, 11}, {90, 10}, {91, 22}, {92, 19}, {140, 9}, {141, 4}, {142, 3}, {143, 2}};
const std::map<int, std::size_t> method_counts = {{4, 1},  {5, 2},  {7, 2},  {8, 6},  {9, 1},
                                                  {11, 2}, {15, 2}, {20, 1}, {29, 1}, {40, 2},
                                                  {64, 8}, {68, 1}, {70, 2}, {90, 1}, {91, 1}};
// Written, and read by nobody.
const std::set<std::pair<int, int>> secrets = {{15, 7}, {19, 7}, {19, 8}, {19, 9}};

const std::set<DataTag> register_types = {DataTag::long_,       DataTag::long_unsigned,
                                          DataTag::double_long, DataTag::double_long_unsigned,
                                          DataTag::long64,      DataTag::long64_unsigned};

void every_attribute_of(Bench& bench, Client& client) {
    const auto& model = bench.meter.model();
    for (const Object& object : bench.meter.dictionary().objects()) {
        const std::uint16_t class_id = object.interface_class->id;
        for (int id = -128; id <= 127; ++id) {
            const auto attribute = static_cast<std::int8_t>(id);
            if (class_id == 7 && id == 2) continue;  // the buffers of profiles are long: profile_test.cpp
            const auto answer = client.value(class_id, object.name, attribute);
            const std::string where = std::string(model.name) + " " + std::string(dlms::ObisText(object.name).view()) +
                                      " attribute " + std::to_string(id);
            const bool secret = secrets.contains({class_id, id});
            if (id < 1 || id > attribute_counts.at(class_id) || secret) {
                ASSERT_EQ(answer, "error 3") << where;
                continue;
            }
            ASSERT_EQ(answer.find("error"), std::string::npos) << where << ": " << answer;
            const auto data = test::hex(answer);
            ASSERT_EQ(dlms::data_size(data), data.size()) << where << ": " << answer;
            const auto type = static_cast<DataTag>(data[0]);
            if (id == 1) {
                ASSERT_EQ(answer, "0906" + test::hex(object.name.groups)) << where;
            }
            if (const auto expected = attribute_types.find({class_id, id}); expected != attribute_types.end()) {
                ASSERT_EQ(type, expected->second) << where;
            } else if (class_id == 3) {
                ASSERT_TRUE(register_types.contains(type)) << where << ": " << answer;
            }
        }
    }
}

class EveryModel : public testing::TestWithParam<const Model*> {};
INSTANTIATE_TEST_SUITE_P(Models, EveryModel, testing::ValuesIn(all_models().begin(), all_models().end()),
                         [](const auto& of) { return std::string(of.param->name); });

TEST_P(EveryModel, GivesEachAttributeInItsTypeAndNothingElse) {
    Bench bench(*GetParam());
    Reader reader(bench, 0xFFFF, without_attribute_0);
    every_attribute_of(bench, reader);
    Manager manager(bench, 0xFFFF, without_attribute_0);
    every_attribute_of(bench, manager);
}

TEST_P(EveryModel, ListsItsObjectsInOrderWithTheirRights) {
    Bench bench(*GetParam());
    for (const bool management : {false, true}) {
        Client client(bench.meter, management ? test::management_client_sap : test::reading_client_sap);
        ASSERT_TRUE(client.open(test::management_password));
        const Role role = client.session().association().role();
        const auto list = test::hex(client.value(15, association_name, 2));
        dlms::DataReader in(list);
        const std::size_t count = in.array();
        ASSERT_EQ(count, bench.meter.dictionary().objects().size());
        Obis before;
        for (std::size_t i = 0; i < count; ++i) {
            in.structure(4);
            const std::uint16_t class_id = in.long_unsigned();
            (void)in.unsigned_();
            const Obis name = in.logical_name();
            ASSERT_LT(before, name);
            before = name;
            const Object& object = *bench.meter.dictionary().find(name);
            ASSERT_EQ(object.interface_class->id, class_id);
            in.structure(2);
            ASSERT_EQ(in.array(), static_cast<std::size_t>(attribute_counts.at(class_id)));
            for (int id = 1; id <= attribute_counts.at(class_id); ++id) {
                in.structure(3);
                ASSERT_EQ(in.integer(), id);
                const std::uint8_t mode = in.enumerated();
                const Attribute* attribute = find_attribute(*object.interface_class, static_cast<std::int8_t>(id));
                const bool is_buffer = class_id == 7 && id == 2;
                // The one row of a display list is not selected from.
                EXPECT_EQ(is_buffer && name.d() != 0, attribute != nullptr && attribute->selective_access);
                if (is_buffer && name.d() != 0) {
                    ASSERT_EQ(test::hex(in.value()), "01020F010F02");  // by range and by entry
                } else {
                    in.null_data();
                }
                const bool readable = client.value(class_id, name, static_cast<std::int8_t>(id)).find("error") != 0;
                ASSERT_EQ((mode & 1) != 0, readable) << dlms::ObisText(name).view() << " attribute " << id;
                // What it says of writing is tried in AccessMatrix.
                const Rights rights = attribute == nullptr ? Rights{Rights::read} : rights_of(object, *attribute, role);
                ASSERT_EQ(mode, rights.bits) << dlms::ObisText(name).view() << " attribute " << id;
            }
            const std::size_t methods = in.array();
            // A profile has those that make sense for it: Objects.AProfileListsTheMethodsThatItHas.
            if (class_id == 7) {
                ASSERT_LE(methods, method_counts.at(class_id));
            } else {
                ASSERT_EQ(methods, method_counts.contains(class_id) ? method_counts.at(class_id) : 0U);
            }
            for (std::size_t id = 1; id <= methods; ++id) {
                in.structure(2);
                ASSERT_EQ(in.integer(), static_cast<int>(id));
                const Method* method = find_method(*object.interface_class, static_cast<std::int8_t>(id));
                ASSERT_NE(method, nullptr);
                ASSERT_EQ(in.enumerated(), rights_of(object, *method, role).bits)
                    << dlms::ObisText(name).view() << " method " << id;
            }
        }
        ASSERT_TRUE(in.complete());
    }
}

TEST_P(EveryModel, HasWhatEveryLogicalDeviceMustHave) {
    Bench bench(*GetParam(), 87654321);
    Reader reader(bench);
    const std::string device_name = reader.value(1, Obis(0, 0, 42, 0, 0), 2);
    EXPECT_EQ(device_name.substr(0, 10), "0910424C54");
    EXPECT_EQ(device_name.substr(20), "3837363534333231");
    EXPECT_EQ(reader.value(17, Obis(0, 0, 41, 0, 0), 2), "01010202120001" + device_name);
    EXPECT_EQ(reader.value(1, Obis(0, 0, 96, 1, 0), 2), "09083837363534333231");
    EXPECT_EQ(reader.value(15, association_name, 8), "1602");
}

struct Get : testing::Test {
    Bench bench;
    Reader reader{bench};
    Manager manager{bench};
};

TEST_F(Get, TheClockAsItIsWritten) {
    EXPECT_EQ(reader.ask("C001C100080000010000FF0200"), "C401C100090C07EA060F010E000000FF8880");
    EXPECT_EQ(reader.ask("C0014700080000010000FF0100"),
              "C40147000906"
              "0000010000FF");
    EXPECT_EQ(reader.ask("C001C100080000010000FF0300"), "C401C10010FFC4");
    EXPECT_EQ(reader.ask("C001C100080000010000FF0400"), "C401C1001180");
    EXPECT_EQ(reader.ask("C001C100080000010000FF0500"), "C401C100090CFFFF03FE0702000000FFC400");
    EXPECT_EQ(reader.ask("C001C100080000010000FF0600"), "C401C100090CFFFF0AFE0703000000FF8800");
    EXPECT_EQ(reader.ask("C001C100080000010000FF0700"), "C401C1000F3C");
    EXPECT_EQ(reader.ask("C001C100080000010000FF0800"), "C401C1000301");
    EXPECT_EQ(reader.ask("C001C100080000010000FF0900"), "C401C1001601");
}

TEST_F(Get, TheAssociationTellsWhoSpeaksAndHow) {
    EXPECT_EQ(reader.value(15, association_name, 3), "02020F02120001");
    EXPECT_EQ(manager.value(15, association_name, 3), "02020F01120001");
    EXPECT_EQ(reader.value(15, association_name, 4),
              "0207110211101202F411051108"
              "11011101");
    EXPECT_EQ(reader.value(15, association_name, 5),
              "0206"
              "041840FEDF"
              "120800"
              "12FFFF"
              "1106"
              "0F00"
              "0900");
    EXPECT_EQ(reader.value(15, association_name, 6),
              "0207110211101202F411051108"
              "11021101");
    EXPECT_EQ(manager.value(15, association_name, 6),
              "0207110211101202F411051108"
              "11021101");
    EXPECT_EQ(reader.value(15, association_name, 9), "090600002B0001FF");
    Client public_client(bench.meter);
    ASSERT_TRUE(public_client.open());
    EXPECT_EQ(public_client.value(15, association_name, 3), "02020F10120001");
    EXPECT_EQ(public_client.value(15, association_name, 6), "0207110211101202F41105110811021100");
    EXPECT_EQ(public_client.value(15, association_name, 9), "0906000000000000");
    EXPECT_EQ(reader.value(15, association_name, 10), "0100");
    EXPECT_EQ(reader.value(15, association_name, 11), "020211000A00");
}

using APPL_DATA_LN_N1 = Get;

TEST_F(APPL_DATA_LN_N1, AnUnknownObjectIsUndefined) {
    EXPECT_EQ(reader.ask("C001C100010000FE0000FF0200"), "C401C10104");
    EXPECT_EQ(reader.ask("C001C100030100010800000200"), "C401C10104");  // F = 0 is no current value
    EXPECT_EQ(reader.ask("C001C100000000000000000000"), "C401C10104");
}

TEST_F(APPL_DATA_LN_N1, AnObjectOfAnotherClassIsInconsistent) {
    EXPECT_EQ(reader.ask("C001C100010000010000FF0200"), "C401C10109");
    EXPECT_EQ(reader.ask("C001C100070100010800FF0200"), "C401C10109");
}

TEST_F(APPL_DATA_LN_N1, AnUnknownAttributeIsDenied) {
    Reader other(bench, 0xFFFF, without_attribute_0);
    EXPECT_EQ(reader.ask("C001C100080000010000FF0A00"), "C401C10103");
    EXPECT_EQ(other.ask("C001C100080000010000FF0000"), "C401C10103");
    EXPECT_EQ(reader.ask("C001C100080000010000FFFF00"), "C401C10103");
}

TEST_F(APPL_DATA_LN_N1, TheSecretIsReadByNobody) {
    EXPECT_EQ(reader.value(15, association_name, 7), "error 3");
    EXPECT_EQ(manager.value(15, association_name, 7), "error 3");
}

TEST_F(APPL_DATA_LN_N1, SelectiveAccessToWhatDoesNotKnowItViolatesItsScope) {
    EXPECT_EQ(reader.ask("C001C100080000010000FF02010100"), "C401C1010D");
    EXPECT_EQ(reader.ask("C001C100080000010000FF01010100"), "C401C1010D");
    EXPECT_EQ(reader.ask("C001C1000F0000280000FF020102020206000000010600000001"), "C401C1010D");
    Reader other(bench, 0xFFFF, without_selective_access);
    EXPECT_EQ(other.ask("C001C100080000010000FF02010100"), "C401C1010D");
}

TEST_F(APPL_DATA_LN_N1, TheInvokeIdAndItsPriorityComeBack) {
    for (int octet = 0; octet <= 0xFF; ++octet) {
        Octets request = test::hex("C001C100080000010000FF0900");
        request[2] = static_cast<std::uint8_t>(octet);
        Octets answer = test::hex("C401C1001601");
        answer[2] = request[2];
        EXPECT_EQ(reader.send(request), answer);
    }
}

const std::string clock_base = "00080000010000FF0900";
const std::string clock_zone = "00080000010000FF0300";
const std::string wrong_class = "00010000010000FF0200";
const std::string no_attribute = "00080000010000FF0A00";
const std::string selective = "00080000010000FF02010100";
const std::string object_list = "000F0000280000FF0200";

using GetList = Get;

TEST_F(GetList, ResultsStandInTheOrderOfTheRequestErrorsAmongThem) {
    EXPECT_EQ(reader.ask("C003C107" + clock_base + no_object + clock_zone + wrong_class + no_attribute + selective +
                         clock_base),
              "C403C107"
              "001601"
              "0104"
              "0010FFC4"
              "0109"
              "0103"
              "010D"
              "001601");
}

TEST_F(GetList, OneMayBeAskedForTwiceAndNoneAtAll) {
    EXPECT_EQ(reader.ask("C003C101" + clock_base), "C403C101001601");
    EXPECT_EQ(reader.ask("C003C102" + clock_base + clock_base), "C403C102001601001601");
    EXPECT_EQ(reader.ask("C003C100"), "C403C100");
}

TEST_F(GetList, ACountThatIsNotThatOfTheListIsMalformed) {
    EXPECT_EQ(reader.ask("C003C102" + clock_base), "D80103");
    EXPECT_EQ(reader.ask("C003C101" + clock_base + clock_base), "D80103");
    EXPECT_EQ(reader.ask("C003C1847FFFFFFF" + clock_base), "D80103");
}

TEST_F(GetList, ACountOf128OrMoreHasALongLength) {
    std::string request = "C003C18180";
    std::string answer = "C403C18180";
    for (int i = 0; i < 0x80; ++i) {
        request += i % 3 == 0 ? no_object : clock_base;
        answer += i % 3 == 0 ? "0104" : "001601";
    }
    EXPECT_EQ(reader.ask(request), answer);
}

TEST_F(GetList, LongValuesStandAmongShortOnes) {
    Bench small(sed102);  // two of its lists fit an APDU
    Reader reader(small);
    const std::string list = reader.value(15, association_name, 2);
    EXPECT_EQ(reader.ask("C003C104" + clock_base + object_list + no_object + object_list),
              "C403C104"
              "001601"
              "00" +
                  list +
                  "0104"
                  "00" +
                  list);
}

// Blocks

constexpr std::uint16_t pdu_sizes[] = {12,  13,  14,  15,  16,  17,   64,   127,  128,  129,   130,   131,  137, 138,
                                       139, 140, 255, 256, 257, 258,  259,  260,  264,  265,   266,   267,  268, 512,
                                       519, 520, 521, 536, 540, 1024, 2048, 4096, 9000, 16384, 65534, 65535};

struct GetBlocks : testing::TestWithParam<const Model*> {};
INSTANTIATE_TEST_SUITE_P(Models, GetBlocks, testing::ValuesIn(all_models().begin(), all_models().end()),
                         [](const auto& of) { return std::string(of.param->name); });

void expect_the_same_in_blocks(Bench& bench, const std::string& request, const Octets& whole) {
    const std::size_t header = request.starts_with("C003") ? 3 : 4;
    for (const std::uint16_t size : pdu_sizes) {
        Reader reader(bench, size);
        const auto transfer = reader.transfer(test::hex(request));
        ASSERT_TRUE(transfer) << size;
        ASSERT_EQ(transfer->raw, whole) << size;
        ASSERT_LE(transfer->longest, size);
        ASSERT_EQ(transfer->blocks == 0, header + whole.size() <= size) << size;
        // All blocks but the last are as full as a length field of their size lets them be.
        if (transfer->blocks > 1) {
            ASSERT_GE(transfer->longest + 2, size);
        }
    }
}

TEST_P(GetBlocks, CarryTheVeryOctetsOfTheWholeAnswer) {
    Bench bench(*GetParam());
    Reader unlimited(bench, 0);
    const std::string request = "C001C1" + object_list;
    const auto whole = unlimited.transfer(test::hex(request));
    ASSERT_TRUE(whole);
    ASSERT_EQ(whole->blocks, 0U);
    expect_the_same_in_blocks(bench, request, whole->raw);
}

TEST_P(GetBlocks, CarryListsTheSameWay) {
    Bench bench(*GetParam());
    Reader unlimited(bench, 0);
    const std::string request =
        "C003C106" + clock_base + object_list + no_object + object_list + selective + clock_zone;
    const auto whole = unlimited.transfer(test::hex(request));
    ASSERT_TRUE(whole);
    expect_the_same_in_blocks(bench, request, whole->raw);
}

using Blocks = Get;

// The date of a clock takes 14 octets of data: 18 in a normal response.
TEST_F(Blocks, AnAnswerThatJustFitsComesInOnePiece) {
    for (std::uint16_t size = 12; size < 30; ++size) {
        Reader other(bench, size);
        const auto transfer = other.transfer(test::hex("C001C100080000010000FF0200"));
        ASSERT_TRUE(transfer);
        EXPECT_EQ(test::hex(transfer->raw), "090C07EA060F010E000000FF8880");
        EXPECT_EQ(transfer->blocks == 0, size >= 18) << size;
        // Tag to length take ten octets of each block.
        if (size < 18) {
            EXPECT_EQ(transfer->blocks, (14U + size - 11U) / (size - 10U)) << size;
        }
    }
}

TEST_F(Blocks, AreNumberedFrom1AndTheLastSaysSo) {
    Reader other(bench, 17);
    EXPECT_EQ(other.ask("C0014200080000010000FF0200"), "C4024200000000010007090C07EA060F01");
    EXPECT_EQ(other.ask("C0024300000001"), "C40243010000000200070E000000FF8880");
    EXPECT_EQ(other.ask("C0024300000002"), "C4024301000000020110");
}

TEST_F(Blocks, AListOfManyPiecesIsCutAnywhere) {
    std::string request = "C003C181C0";
    std::string whole = "81C0";
    for (int i = 0; i < 0xC0; ++i) {
        request += i % 5 == 0 ? wrong_class : clock_zone;
        whole += i % 5 == 0 ? "0109" : "0010FFC4";
    }
    for (std::uint16_t size = 12; size < 80; ++size) {
        Reader other(bench, size);
        const auto transfer = other.transfer(test::hex(request));
        ASSERT_TRUE(transfer) << size;
        EXPECT_EQ(test::hex(transfer->raw), whole) << size;
        EXPECT_LE(transfer->longest, size);
    }
}

TEST_F(Blocks, AWrongNumberEndsTheTransfer) {
    for (const char* wrong : {"00000000", "00000002", "00000003", "FFFFFFFF"}) {
        Reader other(bench, 17);
        ASSERT_EQ(other.ask("C001C100080000010000FF0200").substr(0, 8), "C402C100");
        EXPECT_EQ(other.ask("C002C1" + std::string(wrong)), "C402C101" + std::string(wrong) + "0113");
        EXPECT_EQ(other.ask("C002C100000001"), "C402C101000000010110");
    }
}

TEST_F(Blocks, ANextWithoutATransferFindsNone) {
    EXPECT_EQ(reader.ask("C002C100000001"), "C402C101000000010110");
    EXPECT_EQ(reader.ask("C002C100000000"), "C402C101000000000110");
}

TEST_F(Blocks, ANewRequestOfAnyKindEndsTheTransfer) {
    for (const std::string& request :
         {"C001C1" + clock_base, "C003C101" + clock_base, std::string("C101C100080000010000FF030010FFC4"),
          std::string("C103C101000000010109"), std::string("C301C100080000010000FF01010F00"),
          std::string("C302C100000001"), std::string("C306C10100000001020F00")}) {
        Reader other(bench, 17);
        ASSERT_EQ(other.ask("C001C100080000010000FF0200").substr(0, 8), "C402C100");
        (void)other.ask(request);
        EXPECT_EQ(other.ask("C002C100000001"), "C402C101000000010110") << request;
    }
}

TEST_F(Blocks, ANewAssociationEndsTheTransfer) {
    Reader other(bench, 17);
    ASSERT_EQ(other.ask("C001C100080000010000FF0200").substr(0, 8), "C402C100");
    ASSERT_TRUE(other.open(test::management_password, 17));
    EXPECT_EQ(other.ask("C002C100000001"), "C402C101000000010110");
}

TEST_F(Blocks, AnotherClientsTransferIsItsOwn) {
    Reader other(bench, 17);
    ASSERT_EQ(other.ask("C001C100080000010000FF0200").substr(0, 8), "C402C100");
    EXPECT_EQ(reader.ask("C002C100000001"), "C402C101000000010110");
    EXPECT_EQ(other.ask("C002C100000001").substr(0, 8), "C402C101");
}

TEST_F(Blocks, WithoutBlockTransferALongAnswerIsUnavailable) {
    Reader other(bench, 17, without_blocks);
    EXPECT_EQ(other.ask("C001C100080000010000FF0200"), "C401C1010E");
    EXPECT_EQ(other.ask("C001C100080000010000FF0900"), "C401C1001601");
    Reader wider(bench, 18, without_blocks);
    EXPECT_EQ(wider.ask("C001C100080000010000FF0200"), "C401C100090C07EA060F010E000000FF8880");
}

}  // namespace
}  // namespace blathy::meter
