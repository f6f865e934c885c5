// What the DLMS UA's conformance test asks of a server's application layer and of its objects, case by case with the
// names of the plans 1001-6 (ATS_AL, ATS_COSEM). association_test.cpp has the fields of AARQ and AARE one by one.
#include <map>

#include <gtest/gtest.h>

#include "dlms/data.hpp"
#include "meter/models/models.hpp"

#include "tests/meter/association_testing.hpp"
#include "tests/support/bench.hpp"

namespace blathy::meter {
namespace {

using namespace association_test;
using dlms::Obis;
using test::Bench;
using test::Client;
using test::Manager;
using test::octet_hex;
using test::Octets;
using test::Reader;

const std::string get_base = "C001C100080000010000FF0900";
const std::string base = "C401C1001601";

struct ApplicationLayer : testing::Test {
    Bench bench;
    Client client{bench.meter};
    std::string open(const std::string& fields) { return client.ask(aarq(fields)); }
};

TEST_F(ApplicationLayer, APPL_IDLE_N1_DataExchangeWithoutAnAssociation) {
    for (const std::string& request :
         {get_base, std::string("C101C100080000010000FF030010FFC4"), std::string("C301C100080000010000FF0601100000"),
          std::string("D9400000000000"), std::string("E0810001000000"), std::string("0501020000")}) {
        EXPECT_EQ(client.ask(request), "D80101") << request;
    }
}

TEST_F(ApplicationLayer, APPL_OPEN_1_AnAssociationWithTheDeclaredParameters) {
    EXPECT_EQ(open(plain_context + initiate), accepted);
    EXPECT_EQ(client.ask(get_base), base);
    EXPECT_EQ(client.ask("6203800100"), "6303800100");
}

// The meter does not tell the users of a client apart: an identification is accepted, and its list of users is empty.
TEST_F(ApplicationLayer, APPL_OPEN_2_UserIdentificationIsNotSupported) {
    EXPECT_EQ(open(plain_context + "A903020105" + initiate), accepted);
    EXPECT_EQ(client.value(15, Obis(0, 0, 40, 0, 0), 10), "0100");
    EXPECT_EQ(client.value(15, Obis(0, 0, 40, 0, 0), 11), "020211000A00");
}

TEST_F(ApplicationLayer, APPL_OPEN_4_ProtocolVersion) {
    EXPECT_EQ(open("80020780" + plain_context + initiate), accepted) << "the default, although it is encoded";
    EXPECT_EQ(open("80020784" + plain_context + initiate), accepted) << "version 1 among others";
    EXPECT_EQ(open("80020700" + plain_context + initiate), "6117" + plain_context + "A203020101A305A203020102");
    EXPECT_EQ(client.ask(get_base), "D80101");
}

TEST_F(ApplicationLayer, APPL_OPEN_5_ApplicationContextName) {
    EXPECT_EQ(open("A109060760857405080102" + initiate), rejected_by_user(2)) << "short names";
    EXPECT_EQ(open("A109060760857405080109" + initiate), rejected_by_user(2)) << "unused";
    EXPECT_EQ(open(initiate), rejected_by_user(2)) << "dummy";
}

TEST_F(ApplicationLayer, APPL_OPEN_6_TitlesQualifiersAndInvocationIdsAreNotUsed) {
    EXPECT_EQ(open(plain_context + "A203040100" + "A303040100" + "A403020101" + "A503020101" + initiate), accepted);
    EXPECT_EQ(open(plain_context + "A60A04080000000000000000" + "A703040100" + "A803020101" + initiate), accepted);
}

TEST_F(ApplicationLayer, APPL_OPEN_7_AuthenticationFunctionalUnit) {
    const std::string low_level = "8B0760857405080201";
    Client manager(bench.meter, test::management_client_sap);
    const std::string password = "AC0A8008" + test::hex(as_bytes("00000000"));
    const std::string named = "88020780890760857405080201";
    EXPECT_EQ(manager.ask(aarq(plain_context + "8A020780" + low_level + password + initiate)),
              rejected_by_user(13, named));
    EXPECT_EQ(manager.ask(aarq(plain_context + initiate)), rejected_by_user(14));
    EXPECT_EQ(manager.ask(aarq(plain_context + "8A020780" + initiate)), rejected_by_user(12));
    EXPECT_EQ(manager.ask(aarq(plain_context + "8A020780" + "8B0760857405080209" + initiate)),
              rejected_by_user(11, "88020780890760857405080209"));
    EXPECT_EQ(manager.ask(get_base), "D80101");
}

TEST_F(ApplicationLayer, APPL_OPEN_9_DedicatedKey) {
    EXPECT_EQ(open(plain_context + "BE21041F011010" + std::string(32, 'A') + "000006 5F1F0400007E1F04B0"),
              rejected_by_user(1, "BE0604040E010600"))
        << "its presence is 00 or 01";
    EXPECT_EQ(open(plain_context + "BE21041F010110" + std::string(32, 'A') + "0000065F1F0400007E1F04B0"), accepted);
    EXPECT_EQ(client.value(15, Obis(0, 0, 40, 0, 0), 5).substr(34), "0900") << "not used, so there is none";
}

TEST_F(ApplicationLayer, APPL_OPEN_11_QualityOfService) {
    EXPECT_EQ(open(plain_context + "BE11040F010000010A065F1F0400007E1F04B0"),
              "612A" + plain_context + "A203020100A305A103020100" + "BE11040F080100065F1F0400007E1F08000007");
}

TEST_F(ApplicationLayer, APPL_OPEN_12_DlmsVersionNumber) {
    EXPECT_EQ(open(plain_context + "BE10040E01000000055F1F0400007E1F04B0"), rejected_by_user(1, "BE0604040E010601"));
    EXPECT_EQ(open(plain_context + "BE10040E01000000075F1F0400007E1F04B0"), accepted);
}

TEST_F(ApplicationLayer, APPL_OPEN_13_ConformanceBlock) {
    EXPECT_EQ(open(plain_context + "BE10040E01000000065F1F040000000004B0"), rejected_by_user(1, "BE0604040E010602"));
    EXPECT_EQ(open(plain_context + "BE10040E01000000065F1F0400FFFFFF04B0").substr(58), "0800065F1F040060FEDF08000007");
}

TEST_F(ApplicationLayer, APPL_OPEN_14_ClientMaxReceivePduSize) {
    EXPECT_EQ(open(plain_context + "BE10040E01000000065F1F0400007E1F000B"), rejected_by_user(1, "BE0604040E010603"));
    EXPECT_EQ(open(plain_context + "BE10040E01000000065F1F0400007E1F000C"), accepted);
    EXPECT_EQ(client.ask("C001C100080000010000FF0200"), "C402C100000000010002090C")
        << "no APDU is longer than 12 octets";
    EXPECT_EQ(open(plain_context + "BE10040E01000000065F1F0400007E1F0000"), accepted) << "no limit";
}

TEST_F(ApplicationLayer, APPL_DATA_LN_N1_GetWithErrors) {
    Reader reader(bench);
    EXPECT_EQ(reader.ask("C001C10008000001FE00FF0200"), "C401C10104") << "unknown object";
    EXPECT_EQ(reader.ask("C001C100010000010000FF0200"), "C401C10109") << "another class";
    EXPECT_EQ(reader.ask("C001C100080000010000FF7F00"), "C401C10103") << "unknown attribute";
    EXPECT_EQ(reader.ask("C001C10F"), "D80103") << "not all there";
    EXPECT_EQ(reader.ask("C009C100080000010000FF0200"), "D80103") << "unknown choice";
    EXPECT_EQ(reader.ask(get_base), base) << "the association has not suffered";
}

TEST_F(ApplicationLayer, APPL_DATA_LN_N3_SetWithErrors) {
    Manager manager(bench);
    EXPECT_EQ(manager.ask("C101C10008000001FE00FF0200"
                          "10FFC4"),
              "C501C104");
    EXPECT_EQ(manager.ask("C101C100010000010000FF0200"
                          "10FFC4"),
              "C501C109");
    EXPECT_EQ(manager.ask("C101C100080000010000FF7F00"
                          "10FFC4"),
              "C501C103");
    EXPECT_EQ(manager.ask("C101C100080000010000FF0300"
                          "0500000000"),
              "C501C10C");
    EXPECT_EQ(manager.ask("C101C100080000010000FF0300"
                          "10FFC400"),
              "D80103")
        << "octets behind the value";
    EXPECT_EQ(manager.ask(get_base), base);
}

TEST_F(ApplicationLayer, APPL_DATA_LN_N4_UnsupportedService) {
    Manager manager(bench);
    for (const char* request : {"C2", "C400", "0F40000000", "E600", "0001"}) {
        EXPECT_EQ(manager.ask(request), "D80202") << request;
    }
    for (const char* ciphered : {"C800", "DB00", "DD00", "DF00"}) {
        EXPECT_EQ(manager.ask(ciphered), "D80102") << ciphered << " in an association without ciphering";
    }
    EXPECT_EQ(manager.ask(get_base), base);
}

TEST_F(ApplicationLayer, APPL_DATA_LN_N4_ARequestLongerThanTheServerReceives) {
    Reader reader(bench);
    EXPECT_EQ(reader.send(Octets(max_receive_pdu_size, 0xC0)), test::hex("D80103"));
    EXPECT_EQ(reader.send(Octets(max_receive_pdu_size + 1, 0xC0)), test::hex("D80104"));
    EXPECT_EQ(reader.ask(get_base), base);
}

// Short names are not supported: neither the context nor one of its services.
TEST_F(ApplicationLayer, APPL_DATA_SN_N1_N2_N3_ShortNamesAreNoService) {
    EXPECT_EQ(open("A109060760857405080102BE10040E01000000065F1F04001C032004B0"), rejected_by_user(2));
    Reader reader(bench);
    EXPECT_EQ(reader.ask("05010200A0"), "D80202") << "ReadRequest";
    EXPECT_EQ(reader.ask("06010200A0010900"), "D80202") << "WriteRequest";
    EXPECT_EQ(reader.ask("16010200A0010900"), "D80202") << "UnconfirmedWriteRequest";
}

TEST_F(ApplicationLayer, APPL_REL_P1_Release) {
    for (const char* request : {"6203800100", "6200", "6203800101", "620380011E"}) {
        ASSERT_EQ(open(plain_context + initiate), accepted);
        EXPECT_EQ(client.ask(request), "6303800100") << request;
        EXPECT_EQ(client.ask(get_base), "D80101");
    }
}

// Clients in the field get the length of a release wrong; they mean to end, and are answered.
TEST_F(ApplicationLayer, APPL_REL_P1_ReleaseWithAWrongLength) {
    for (const char* request : {"62", "6201", "6203", "62058001", "6203800100FF", "62008001", "62FF"}) {
        ASSERT_EQ(open(plain_context + initiate), accepted);
        EXPECT_EQ(client.ask(request), "6303800100") << request;
        EXPECT_FALSE(client.session().association().is_open());
    }
}

TEST_F(ApplicationLayer, APPL_REL_P1_NoTransferOutlivesTheAssociation) {
    for (const char* dangling : {"C001C1000F0000280000FF0200", "C102C100080000010000FF0300000000000102 10FF",
                                 "C304C100080000010000FF06000000000102 1000"}) {
        Manager manager(bench, 40);
        ASSERT_FALSE(manager.ask(dangling).empty());
        ASSERT_EQ(manager.ask("6200"), "6303800100");
        ASSERT_TRUE(manager.open(test::management_password, 40));
        EXPECT_EQ(manager.ask("C002C100000001"), "C402C101000000010110");
        EXPECT_EQ(manager.ask("C103C10100000002 01 C4"), "C503C11200000002");
        EXPECT_EQ(manager.ask("C306C10100000002 01 00"), "C701C11000");
    }
}

// ATS_COSEM: every object of every model's object list.

struct Listed {
    std::uint16_t class_id = 0;
    Obis name;
    std::map<int, std::uint8_t> attributes;  // with their access mode
};

std::vector<Listed> listed_objects(Client& client) {
    std::vector<Listed> objects;
    const auto list = client.transfer(Client::get_request(15, Obis(0, 0, 40, 0, 0), 2));
    if (!list) return objects;
    dlms::DataReader in(list->raw);
    const std::size_t count = in.array();
    for (std::size_t i = 0; i < count; ++i) {
        Listed object;
        in.structure(4);
        object.class_id = in.long_unsigned();
        (void)in.unsigned_();
        object.name = in.logical_name();
        in.structure(2);
        const std::size_t attributes = in.array();
        for (std::size_t a = 0; a < attributes; ++a) {
            in.structure(3);
            const int id = in.integer();
            object.attributes[id] = in.enumerated();
            (void)in.value();
        }
        (void)in.value();
        objects.push_back(object);
    }
    return in.complete() ? objects : std::vector<Listed>{};
}

class COSEM_X_Y : public testing::TestWithParam<const Model*> {};
INSTANTIATE_TEST_SUITE_P(Models, COSEM_X_Y, testing::ValuesIn(all_models().begin(), all_models().end()),
                         [](const auto& of) { return std::string(of.param->name); });

// A value, or none where the attribute can't be read.
std::optional<Octets> read(Client& client, const Listed& object, int id) {
    const auto whole = client.transfer(Client::get_request(object.class_id, object.name, static_cast<std::int8_t>(id)));
    if (!whole || dlms::data_size(whole->raw) != whole->raw.size()) return std::nullopt;
    return whole->raw;
}

TEST_P(COSEM_X_Y, EachAttributeIsReadOrRefusedAsTheObjectListSays) {
    Bench bench(*GetParam());
    for (const bool management : {false, true}) {
        Client client(bench.meter, management ? test::management_client_sap : test::reading_client_sap);
        ASSERT_TRUE(client.open(test::management_password));
        const auto objects = listed_objects(client);
        ASSERT_GT(objects.size(), 10U);
        for (const Listed& object : objects) {
            const std::string where = std::string(dlms::ObisText(object.name).view());
            ASSERT_TRUE(object.attributes.contains(1)) << where;
            EXPECT_EQ(read(client, object, 1), test::hex("0906" + test::hex(object.name.groups))) << where;
            for (const auto& [id, mode] : object.attributes) {
                if ((mode & 1U) == 0) {
                    EXPECT_EQ(client.value(object.class_id, object.name, static_cast<std::int8_t>(id)), "error 3")
                        << where << " attribute " << id;
                } else {
                    EXPECT_TRUE(read(client, object, id)) << where << " attribute " << id;
                }
            }
            const int beyond = object.attributes.rbegin()->first + 1;
            EXPECT_EQ(client.value(object.class_id, object.name, static_cast<std::int8_t>(beyond)), "error 3") << where;
            const auto other_class = static_cast<std::uint16_t>(object.class_id + 1000);
            EXPECT_EQ(client.value(other_class, object.name, 1), "error 9") << where;
        }
    }
}

TEST_P(COSEM_X_Y, AttributeZeroIsTheStructureOfAllThatCanBeRead) {
    Bench bench(*GetParam());
    Manager manager(bench);
    for (const Listed& object : listed_objects(manager)) {
        const std::string where = std::string(dlms::ObisText(object.name).view());
        Octets expected = {0x02, static_cast<std::uint8_t>(object.attributes.rbegin()->first)};
        for (int id = 1; id <= object.attributes.rbegin()->first; ++id) {
            const auto value = read(manager, object, id);
            if (value) {
                expected.insert(expected.end(), value->begin(), value->end());
            } else {
                expected.push_back(0x00);
            }
        }
        EXPECT_EQ(read(manager, object, 0), expected) << where;
    }
}

// Ten references, short ones and long ones of 500 to 1000 octets and more, to the first attributes of the objects.
TEST_P(COSEM_X_Y, MultipleReferencesGiveWhatSingleOnesGive) {
    Bench bench(*GetParam());
    Reader reader(bench);
    const auto objects = listed_objects(reader);
    std::string references = "00";
    Octets expected = {0};
    const auto add = [&](const Listed& object, int id) {
        Octets octets = Client::get_request(object.class_id, object.name, static_cast<std::int8_t>(id));
        references += test::hex(Bytes(octets).subspan(3));
        const auto value = read(reader, object, id);
        expected.push_back(value ? 0 : 1);
        if (value) {
            expected.insert(expected.end(), value->begin(), value->end());
        } else {
            expected.push_back(3);
        }
        ++expected[0];
    };
    for (std::size_t i = 0; expected[0] < 10; i += 3) {
        const Listed& object = objects[i % objects.size()];
        if (object.class_id != 8) add(object, static_cast<int>(i % 4) + 1);
    }
    add({15, Obis(0, 0, 40, 0, 0), {}}, 2);
    ASSERT_GT(expected.size(), 1000U);
    const std::string request = "C003C1" + octet_hex(expected[0]) + references.substr(2);
    for (const std::uint16_t size : std::initializer_list<std::uint16_t>{40, 300, 1024, 65535}) {
        Reader other(bench, size);
        const auto whole = other.transfer(test::hex(request));
        ASSERT_TRUE(whole) << size;
        EXPECT_EQ(whole->raw, expected) << size;
    }
}

TEST_P(COSEM_X_Y, TheMandatoryObjectsAreThere) {
    Bench bench(*GetParam());
    Reader reader(bench);
    const std::string device_name = reader.value(1, Obis(0, 0, 42, 0, 0), 2);
    EXPECT_EQ(device_name.substr(0, 10),
              "0910"
              "424C54")
        << "three letters of the manufacturer";
    EXPECT_EQ(reader.value(17, Obis(0, 0, 41, 0, 0), 2), "01010202120001" + device_name);
    EXPECT_EQ(reader.value(15, Obis(0, 0, 40, 0, 0), 1),
              "0906"
              "0000280000FF")
        << "the current association";
    const Bench other(*GetParam(), 54321);
    EXPECT_NE(test::hex(as_bytes(other.meter.identity().logical_device_name())), device_name.substr(4)) << "unique";
}

}  // namespace
}  // namespace blathy::meter
