// IC 40, Push setup, through a session; and the outbox: what the meter says on its own account, and when.
#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dlms/apdu/notification.hpp"
#include "meter/push/notification.hpp"
#include "meter/push/outbox.hpp"
#include "meter/push/settings.hpp"

#include "tests/support/bench.hpp"
#include "tests/support/supply.hpp"

namespace blathy::meter {
namespace {

using namespace std::chrono;
using dlms::ActionResult;
using dlms::DateTime;
using dlms::Obis;
using test::Bench;
using test::Manager;
using test::Octets;
using test::Reader;

constexpr Obis connectivity(0, 0, 25, 9, 0);
constexpr Obis interval(0, 1, 25, 9, 0);
constexpr Obis alarm(0, 4, 25, 9, 0);

// {tcp, "192.0.2.7:4059", A-XDR}
constexpr const char* destination = "0203 1600 090E 3139322E302E322E373A34303539 1600";

struct Push : testing::Test {
    Bench bench;
    Manager manager{bench};
    Octets room = Octets(4096);

    std::string set(const Obis& name, int attribute, const std::string& value) {
        return manager.ask("C101C1 0028" + test::hex(name.groups) +
                           test::hex(Octets{static_cast<std::uint8_t>(attribute)}) + "00" + value);
    }
    std::string push(const Obis& name) { return manager.ask("C301C1 0028" + test::hex(name.groups) + "01 01 0F00"); }
    std::string reset(const Obis& name) { return manager.ask("C301C1 0028" + test::hex(name.groups) + "02 01 0F00"); }

    void pass(seconds time) {
        const Interval passed = test::healthy(bench.meter.model());
        for (; time > seconds{0}; time -= seconds{1}) (void)bench.meter.advance(passed);
    }
    std::optional<Delivery> next() { return bench.meter.outbox().next(bench.meter, room); }
    // Asks every second: after how many seconds there is something to be sent. It is given back in `delivery`.
    std::optional<seconds> wait(seconds at_most, Delivery& delivery) {
        for (seconds waited{0}; waited <= at_most; ++waited) {
            if (const auto found = next()) {
                delivery = *found;
                return waited;
            }
            pass(seconds{1});
        }
        return std::nullopt;
    }
    void report(const Delivery& delivery, bool delivered) {
        bench.meter.outbox().report(bench.meter, delivery.entry, delivered);
    }
    // What a meter has that takes up this one's flash.
    Meter restarted() {
        bench.store.mount();
        return Meter(bench.meter.model(), bench.meter.identity(), {}, bench.store, bench.meter.clock().now(), {},
                     test::security_ports(bench.entropy));
    }
};

using PushSetupObject = Push;

TEST_F(PushSetupObject, IsDeliveredWithTheSettingsOfTheFactory) {
    const std::vector<std::pair<Obis, std::string>> lists = {
        {connectivity,
         "0102"
         "0206 120028 09060000190900FF 0F02 120000 0202 1600 00 0100"
         "0206 120001 090600002A0000FF 0F02 120000 0202 1600 00 0100"},
        {interval,
         "0105"
         "0206 120028 09060001190900FF 0F02 120000 0202 1600 00 0100"
         "0206 120001 090600002A0000FF 0F02 120000 0202 1600 00 0100"
         "0206 120008 09060000010000FF 0F02 120000 0202 1600 00 0100"
         "0206 120003 09060100010800FF 0F02 120000 0202 1600 00 0100"
         "0206 120003 09060100020800FF 0F02 120000 0202 1600 00 0100"},
        {alarm,
         "0105"
         "0206 120028 09060004190900FF 0F02 120000 0202 1600 00 0100"
         "0206 120001 090600002A0000FF 0F02 120000 0202 1600 00 0100"
         "0206 120008 09060000010000FF 0F02 120000 0202 1600 00 0100"
         "0206 120001 09060000616214FF 0F02 120000 0202 1600 00 0100"
         "0206 120001 09060000616215FF 0F02 120000 0202 1600 00 0100"},
    };
    for (const auto& [name, objects] : lists) {
        EXPECT_EQ(manager.value(40, name, 2), test::hex(test::hex(objects)));
        EXPECT_EQ(manager.value(40, name, 3),
                  "02031600"
                  "0900"
                  "1600");
        EXPECT_EQ(manager.value(40, name, 4), "0100");
        EXPECT_EQ(manager.value(40, name, 5), "120000");
        EXPECT_EQ(manager.value(40, name, 6), "1103");
        EXPECT_EQ(manager.value(40, name, 7),
                  "0203"
                  "12003C"
                  "1200C8"
                  "120E10");
        EXPECT_EQ(manager.value(40, name, 8), "0906000000000000");
        EXPECT_EQ(manager.value(40, name, 9), "0F01");
        EXPECT_EQ(manager.value(40, name, 10), "0100");
        EXPECT_EQ(manager.value(40, name, 11), "1600");
        EXPECT_EQ(manager.value(40, name, 12),
                  "0202"
                  "19FFFFFFFFFFFFFFFFFF8000FF"
                  "0600000000");
        EXPECT_EQ(manager.value(40, name, 13), "19FFFFFFFFFFFFFFFFFF8000FF");
    }
}

const std::vector<std::pair<int, std::string>> other_settings = {
    {2,
     "0102"
     "0206 120003 09060100010800FF 0F02 120000 0202 1600 00 0100"
     "0206 120003 09060100010800FF 0F03 120001 0202 1600 00 0100"},
    {3, "0203 1601 0909 5B3A3A315D3A393939 1600"},
    {4, "0101 0202 090CFFFFFFFFFF020000008000FF 090CFFFFFFFFFF040000008000FF"},
    {5, "12012C"},
    {6, "1105"},
    {7, "0203 12000A 120096 12012C"},
    {8, "0906 00001903 00FF"},
    {9, "0F67"},
    {11, "1600"},
};

TEST_F(PushSetupObject, KeepsItsSettingsOverARestart) {
    for (const auto& [attribute, value] : other_settings) {
        ASSERT_EQ(set(interval, attribute, value), "C501C100") << attribute;
        ASSERT_EQ(manager.value(40, interval, static_cast<std::int8_t>(attribute)), test::hex(test::hex(value)));
    }
    Meter meter = restarted();
    test::Client client(meter, test::management_client_sap);
    ASSERT_TRUE(client.open(test::management_password));
    for (const auto& [attribute, value] : other_settings) {
        EXPECT_EQ(client.value(40, interval, static_cast<std::int8_t>(attribute)), test::hex(test::hex(value)));
    }
    EXPECT_EQ(client.value(40, alarm, 6), "1103");
}

TEST_F(PushSetupObject, OnlyTheManagementClientMayWriteAndCall) {
    Reader reader(bench);
    for (const auto& [attribute, value] : other_settings) {
        EXPECT_EQ(reader.ask("C101C1 0028" + test::hex(interval.groups) +
                             test::hex(Octets{static_cast<std::uint8_t>(attribute)}) + "00" + value),
                  "C501C103");
    }
    for (const char* method : {"01", "02"}) {
        EXPECT_EQ(reader.ask("C301C1 0028" + test::hex(interval.groups) + method + "01 0F00"), "C701C10300");
    }
    for (const int attribute : {1, 10, 12, 13}) EXPECT_EQ(set(interval, attribute, "00"), "C501C103");
}

TEST_F(PushSetupObject, RefusesWhatItDoesNotServe) {
    const std::string refused = "C501C1FA";
    const auto objects = [&](const std::string& tail) {
        return set(interval, 2, "0101 0206 120003 09060100010800FF " + tail);
    };
    EXPECT_EQ(objects("0F00 120000 0202 1600 00 0100"), refused);                          // all attributes
    EXPECT_EQ(objects("0F02 120000 0202 1602 0202 0600000001 0600000002 0100"), refused);  // a restriction
    EXPECT_EQ(objects("0F02 120000 0202 1600 00 0101 00"), refused);                       // columns
    std::string seventeen = "0111";
    for (int i = 0; i < 17; ++i) seventeen += "0206 120003 09060100010800FF 0F02 120000 0202 1600 00 0100";
    EXPECT_EQ(set(interval, 2, seventeen), refused);
    EXPECT_EQ(set(interval, 3, "0203 1604 0900 1600"), refused);  // SMS
    EXPECT_EQ(set(interval, 3, "0203 1600 0900 1601"), refused);  // XML
    std::string long_destination = "0203 1600 0941";
    for (int i = 0; i < 65; ++i) long_destination += "31";
    EXPECT_EQ(set(interval, 3, long_destination + "1600"), refused);
    std::string five = "0105";
    for (int i = 0; i < 5; ++i) five += "0202 090CFFFFFFFFFF020000008000FF 090CFFFFFFFFFF040000008000FF";
    EXPECT_EQ(set(interval, 4, five), refused);
    EXPECT_EQ(set(interval, 4, "0101 0202 090CFFFFFE01FF020000008000FF 090CFFFFFFFFFF040000008000FF"), refused);
    EXPECT_EQ(set(interval, 9, "0F00"), refused);
    EXPECT_EQ(set(interval, 9, "0FFF"), refused);
    EXPECT_EQ(set(interval, 11, "1602"), refused);
    for (const int attribute : {2, 3, 4, 5, 6, 7, 8, 9, 11}) EXPECT_EQ(set(interval, attribute, "00"), "C501C10C");
    EXPECT_EQ(set(interval, 2, "0101 0204 120003 09060100010800FF 0F02 120000"), "C501C10C");  // version 0
    EXPECT_EQ(push(interval), "C701C10B00");                                                   // nowhere to push to
}

TEST_F(Push, SendsTheValuesOfItsObjectList) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(set(interval, 9, "0F02"), "C501C100");
    EXPECT_FALSE(next());
    ASSERT_EQ(push(interval), "C701C10000");
    const auto delivery = next();
    ASSERT_TRUE(delivery);
    EXPECT_EQ(delivery->transport, PushTransport::tcp);
    EXPECT_EQ(delivery->destination_text(), "192.0.2.7:4059");
    EXPECT_EQ(delivery->client_sap, 2);
    EXPECT_EQ(test::hex(delivery->apdu),
              "0F00000001"
              "0C07EA060F010E000000FF8880"
              "0205"
              "0105"
              "020612002809060001190900FF0F0212000002021600000100"
              "0206120001090600002A0000FF0F0212000002021600000100"
              "020612000809060000010000FF0F0212000002021600000100"
              "020612000309060100010800FF0F0212000002021600000100"
              "020612000309060100020800FF0F0212000002021600000100"
              "0910424C5445443330323030303132333435"
              "090C07EA060F010E000000FF8880"
              "0600000000"
              "0600000000");
    EXPECT_FALSE(next());  // not twice
    report(*delivery, true);
    EXPECT_TRUE(bench.meter.outbox().empty());
    EXPECT_FALSE(next());
}

// {hdlc, no destination, A-XDR}, and the setup of the line that it leaves by.
constexpr const char* by_hdlc = "0203 1605 0900 1600";
constexpr const char* rs485_line = "0906 0001160000FF";

TEST_F(Push, LeavesByTheLineThatItsPortReferenceNames) {
    ASSERT_EQ(set(interval, 3, by_hdlc), "C501C100");
    EXPECT_EQ(push(interval), "C701C10B00") << "HDLC, but by no line";
    ASSERT_EQ(set(interval, 8, rs485_line), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    EXPECT_FALSE(next());
    EXPECT_FALSE(bench.meter.outbox().next(bench.meter, room, HdlcLine::optical));
    EXPECT_TRUE(bench.meter.outbox().may_have_next());
    const auto delivery = bench.meter.outbox().next(bench.meter, room, HdlcLine::rs485);
    ASSERT_TRUE(delivery);
    EXPECT_FALSE(bench.meter.outbox().may_have_next());
    report(*delivery, true);
    EXPECT_TRUE(bench.meter.outbox().empty());
    // The reference is of HDLC only.
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    EXPECT_FALSE(bench.meter.outbox().next(bench.meter, room, HdlcLine::rs485));
    EXPECT_TRUE(next());
}

TEST_F(Push, ByHdlcIsNeverLongerThanAFrame) {
    std::string all = "0110";
    for (int i = 0; i < 16; ++i) all += "0206 120028 09060001190900FF 0F02 120000 0202 1600 00 0100";
    ASSERT_EQ(set(interval, 2, all), "C501C100");
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    const auto by_tcp = next();
    ASSERT_TRUE(by_tcp);
    EXPECT_GT(by_tcp->apdu.size(), 2027U);
    report(*by_tcp, true);
    ASSERT_EQ(set(interval, 3, "0203 1605 0901 78 1600"), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    const auto by_frame = next();
    ASSERT_TRUE(by_frame);
    EXPECT_LE(by_frame->apdu.size(), 2027U);
    EXPECT_EQ(by_frame->apdu.back(), 0) << "null-data for what does not fit";
}

TEST_F(Push, NumbersItsMessages) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    for (const char* number : {"0F00000001", "0F00000002", "0F00000003"}) {
        ASSERT_EQ(push(interval), "C701C10000");
        const auto delivery = next();
        ASSERT_TRUE(delivery);
        EXPECT_EQ(test::hex(delivery->apdu).substr(0, 10), number);
        report(*delivery, true);
    }
}

TEST_F(Push, HasNullDataForWhatCannotBeRead) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    const auto object = [](const std::string& body) { return "0206" + body + "0202 1600 00 0100"; };
    ASSERT_EQ(set(interval, 2,
                  "0109" + object("120003 09060100010800FF 0F63 120000")  // no such attribute
                      + object("120001 09060100010800FF 0F02 120000")     // of another class
                      + object("120003 0906010001080AFF 0F02 120000")     // no such object
                      + object("12000F 09060000280000FF 0F07 120000")     // the secret
                      + object("120007 09060100638000FF 0F02 120000")     // too long for the room
                      + object("120003 09060100010800FF 0F03 120000")     // scaler and unit
                      + object("120003 09060100010800FF 0F03 120002")     // the unit
                      + object("120003 09060100010800FF 0F03 120003")     // no third element
                      + object("120003 09060100010800FF 0F02 120001")),   // no elements at all
              "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    const auto delivery = next();
    ASSERT_TRUE(delivery);
    EXPECT_EQ(test::hex(delivery->apdu).substr(36),
              "0209"
              "00"
              "00"
              "00"
              "00"
              "00"
              "02020F00161E"
              "161E"
              "00"
              "00");
    const auto read = dlms::read_data_notification(delivery->apdu);
    EXPECT_TRUE(read);
}

TEST_F(Push, SaysWhatFitsAndNullDataForTheRest) {
    PushSettings settings;
    const CaptureObject list{{15, Obis(0, 0, 40, 0, 0), 2}, 0};
    const CaptureObject clock{{8, Obis(0, 0, 1, 0, 0), 2}, 0};
    (void)settings.objects.add(clock);
    (void)settings.objects.add(list);
    for (int i = 2; i < 16; ++i) (void)settings.objects.add(clock);
    bool some_without = false;
    bool some_with = false;
    for (std::size_t size = min_notification_room; size < 60000; size += 1501) {
        Octets small(size);
        const Bytes apdu = write_data_notification(bench.meter, settings, {}, small);
        const auto read = dlms::read_data_notification(apdu);
        ASSERT_TRUE(read) << size;
        dlms::DataReader in(read->body);
        ASSERT_EQ(in.structure(), 16U);
        (void)in.date_time();
        (in.peek() == dlms::DataTag::null_data ? some_without : some_with) = true;
    }
    EXPECT_TRUE(some_without);
    EXPECT_TRUE(some_with);
}

TEST_F(Push, RepeatsWhatFailedWithGrowingDelaysAndThenGivesUp) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(set(interval, 7, "0203 12000A 1200C8 12001E"), "C501C100");  // 10 s, twice as long each time, up to 30 s
    ASSERT_EQ(push(interval), "C701C10000");
    Delivery delivery;
    for (const int delay_s : {0, 10, 20, 30}) {
        ASSERT_EQ(wait(seconds{100}, delivery), seconds{delay_s});
        EXPECT_EQ(test::hex(delivery.apdu).substr(0, 10), "0F00000001");
        report(delivery, false);
    }
    EXPECT_TRUE(bench.meter.outbox().empty());
    EXPECT_FALSE(wait(seconds{100}, delivery));
}

TEST_F(Push, StopsRepeatingWhatWasDelivered) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    Delivery delivery;
    ASSERT_EQ(wait(seconds{0}, delivery), seconds{0});
    report(delivery, false);
    ASSERT_EQ(wait(seconds{100}, delivery), seconds{60});
    report(delivery, true);
    EXPECT_TRUE(bench.meter.outbox().empty());
}

TEST_F(Push, WithoutRetriesThereIsOneAttempt) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(set(interval, 6, "1100"), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    Delivery delivery;
    ASSERT_EQ(wait(seconds{0}, delivery), seconds{0});
    report(delivery, false);
    EXPECT_TRUE(bench.meter.outbox().empty());
}

TEST(RepetitionDelay, GrowsByItsExponentUpToItsMaximum) {
    EXPECT_EQ(delay_s({60, 200, 3600}, 1), 60U);
    EXPECT_EQ(delay_s({60, 200, 3600}, 2), 120U);
    EXPECT_EQ(delay_s({60, 200, 3600}, 6), 1920U);
    EXPECT_EQ(delay_s({60, 200, 3600}, 7), 3600U);
    EXPECT_EQ(delay_s({60, 200, 3600}, 255), 3600U);
    EXPECT_EQ(delay_s({60, 100, 3600}, 255), 60U);
    EXPECT_EQ(delay_s({100, 150, 3600}, 3), 225U);
    EXPECT_EQ(delay_s({100, 50, 3600}, 3), 25U);
    EXPECT_EQ(delay_s({60, 0, 3600}, 2), 0U);
    EXPECT_EQ(delay_s({60, 200, 0}, 5), 60U);  // never less than the minimum
    EXPECT_EQ(delay_s({0xFFFF, 0xFFFF, 0xFFFF}, 255), 0xFFFFU);
    EXPECT_EQ(delay_s({1, 0xFFFF, 0xFFFF}, 255), 0xFFFFU);
}

TEST_F(Push, WaitsARandomTimeBeforeTheFirstAttemptThatOtherMetersDoNotWait) {
    std::vector<seconds> waits;
    for (std::uint32_t serial_number = 1; serial_number <= 40; ++serial_number) {
        Bench other(sed302, serial_number);
        PushSettings settings = factory_push_settings(PushSetup::interval);
        (void)settings.destination.add('x');
        settings.randomisation_start_interval_s = 300;
        ASSERT_TRUE(keep_push_settings(other.store, PushSetup::interval, settings));
        ASSERT_EQ(other.meter.outbox().push(other.meter, PushSetup::interval), ActionResult::success);
        seconds waited{0};
        Interval second;
        second.duration_us = 1'000'000;
        while (!other.meter.outbox().next(other.meter, room) && waited <= seconds{301}) {
            (void)other.meter.advance(second);
            ++waited;
        }
        waits.push_back(waited);
    }
    EXPECT_LE(*std::ranges::max_element(waits), seconds{300});
    EXPECT_GT(*std::ranges::max_element(waits), seconds{225});
    EXPECT_LT(*std::ranges::min_element(waits), seconds{75});
    std::ranges::sort(waits);
    const auto different = std::unique(waits.begin(), waits.end()) - waits.begin();
    EXPECT_GT(different, 30);
}

TEST_F(Push, WaitsForItsWindowToOpen) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    // Daily from 14:10 to 14:20; it is 14:00:00.
    ASSERT_EQ(set(interval, 4, "0101 0202 090CFFFFFFFFFF0E0A00008000FF 090CFFFFFFFFFF0E1400008000FF"), "C501C100");
    pass(seconds{7});
    ASSERT_EQ(push(interval), "C701C10000");
    Delivery delivery;
    EXPECT_EQ(wait(seconds{1000}, delivery), seconds{593});
    // A repetition that would come after the window has closed waits for the next day.
    report(delivery, false);
    ASSERT_EQ(set(interval, 7, "0203 120258 120064 120258"), "C501C100");
    EXPECT_EQ(wait(seconds{100}, delivery), seconds{60});
    report(delivery, false);
    EXPECT_FALSE(wait(seconds{2000}, delivery));
    bench.meter.set_clock(bench.meter.clock().now() + hours{23} + minutes{20});  // 14:04 of the next day
    EXPECT_TRUE(wait(seconds{400}, delivery));
    EXPECT_EQ(bench.meter.clock().local_now().time, (dlms::Time{14, 10, 0, 0}));
}

TEST_F(Push, ARestartBeginsAWaitingPushAnew) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    Delivery delivery;
    ASSERT_TRUE(wait(seconds{0}, delivery));
    report(delivery, false);
    Meter meter = restarted();
    EXPECT_FALSE(meter.outbox().empty());
    const auto again = meter.outbox().next(meter, room);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->destination_text(), "192.0.2.7:4059");
    meter.outbox().report(meter, again->entry, true);
    EXPECT_TRUE(meter.outbox().empty());
    EXPECT_TRUE(restarted().outbox().empty());
}

TEST_F(Push, AskedForTwiceBeforeItIsSentItIsSentOnce) {
    ASSERT_EQ(set(alarm, 3, destination), "C501C100");
    ASSERT_EQ(push(alarm), "C701C10000");
    ASSERT_EQ(push(alarm), "C701C10000");
    const auto delivery = next();
    ASSERT_TRUE(delivery);
    report(*delivery, true);
    EXPECT_FALSE(next());
}

TEST_F(Push, AskedForWhileItIsSentItIsSentOnceMore) {
    ASSERT_EQ(set(alarm, 3, destination), "C501C100");
    ASSERT_EQ(push(alarm), "C701C10000");
    const auto first = next();
    ASSERT_TRUE(first);
    ASSERT_EQ(push(alarm), "C701C10000");
    EXPECT_FALSE(next());
    report(*first, true);
    const auto second = next();
    ASSERT_TRUE(second);
    report(*second, true);
    EXPECT_FALSE(next());
    EXPECT_TRUE(bench.meter.outbox().empty());
}

TEST_F(Push, SetupsDoNotWaitForEachOther) {
    for (const Obis& name : {connectivity, interval, alarm}) {
        ASSERT_EQ(set(name, 3, destination), "C501C100");
        ASSERT_EQ(push(name), "C701C10000");
    }
    Delivery delivery;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(wait(seconds{0}, delivery), seconds{0});
    EXPECT_FALSE(next());
}

TEST_F(Push, ResetForgetsAPush) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    EXPECT_EQ(reset(interval), "C701C10000");
    EXPECT_FALSE(next());
    ASSERT_EQ(push(interval), "C701C10000");
    const auto delivery = next();
    ASSERT_TRUE(delivery);
    EXPECT_EQ(reset(interval), "C701C10000");
    report(*delivery, false);
    Delivery none;
    EXPECT_FALSE(wait(seconds{120}, none));
    EXPECT_TRUE(restarted().outbox().empty());
}

TEST_F(Push, WithoutADestinationNothingWaits) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    ASSERT_EQ(set(interval, 3, "0203 1600 0900 1600"), "C501C100");
    EXPECT_FALSE(next());
    EXPECT_TRUE(bench.meter.outbox().empty());
}

TEST_F(Push, SettingTheClockNeitherHurriesNorHoldsUpAMessage) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(push(interval), "C701C10000");
    Delivery delivery;
    ASSERT_TRUE(wait(seconds{0}, delivery));
    report(delivery, false);
    bench.meter.set_clock(bench.meter.clock().now() + days{10});
    EXPECT_FALSE(next());
    bench.meter.set_clock(bench.meter.clock().now() - days{20});
    EXPECT_EQ(wait(seconds{100}, delivery), seconds{60});
}

TEST_F(Push, SendsAnEventNotificationToTheDestinationOfAlarms) {
    const dlms::AttributeDescriptor clock{8, Obis(0, 0, 1, 0, 0), 4};
    ASSERT_EQ(set(alarm, 3, destination), "C501C100");
    EXPECT_TRUE(bench.meter.outbox().notify(clock));
    EXPECT_FALSE(bench.meter.outbox().notify(clock));
    Delivery delivery;
    ASSERT_EQ(wait(seconds{0}, delivery), seconds{0});
    EXPECT_EQ(delivery.destination_text(), "192.0.2.7:4059");
    EXPECT_EQ(test::hex(delivery.apdu),
              "C2"
              "01"
              "0C07EA060F010E000000FF8880"
              "0008"
              "0000010000FF"
              "04"
              "1180");
    report(delivery, false);
    ASSERT_EQ(wait(seconds{100}, delivery), seconds{60});
    report(delivery, true);
    EXPECT_TRUE(bench.meter.outbox().empty());
    EXPECT_TRUE(restarted().outbox().empty());
}

// Windows: dates and times as their octets, and a local time to look at them.
bool open_at(const char* start, const char* end, UtcTime local) {
    PushSettings settings;
    (void)settings.windows.add({*dlms::read_date_time(test::hex(start)), *dlms::read_date_time(test::hex(end))});
    const ClockSettings utc{.time_zone_min = 0, .daylight_enabled = false};
    return is_open(settings.windows.view(), Clock(utc, local, true));
}

constexpr UtcTime at(int d, int h, int m = 0, int s = 0) {  // in June 2026; the first is a Monday
    return sys_days{2026y / 6 / d} + hours{h} + minutes{m} + seconds{s};
}

TEST(PushWindow, IsOpenFromItsStartUntilItsEnd) {
    const char* start = "FFFFFFFFFF 02000000 8000FF";
    const char* end = "FFFFFFFFFF 04000000 8000FF";
    EXPECT_FALSE(open_at(start, end, at(5, 1, 59, 59)));
    EXPECT_TRUE(open_at(start, end, at(5, 2)));
    EXPECT_TRUE(open_at(start, end, at(5, 3, 59, 59)));
    EXPECT_FALSE(open_at(start, end, at(5, 4)));
}

TEST(PushWindow, MayLastOverMidnight) {
    const char* start = "FFFFFFFFFF 16000000 8000FF";
    const char* end = "FFFFFFFFFF 04000000 8000FF";
    EXPECT_FALSE(open_at(start, end, at(5, 21, 59)));
    EXPECT_TRUE(open_at(start, end, at(5, 22)));
    EXPECT_TRUE(open_at(start, end, at(5, 0)));
    EXPECT_TRUE(open_at(start, end, at(5, 3, 59)));
    EXPECT_FALSE(open_at(start, end, at(5, 4)));
}

TEST(PushWindow, MayComeEveryWeekOrMonthOrOnce) {
    // Saturday 12:00 to Sunday 12:00.
    EXPECT_FALSE(open_at("FFFFFFFF06 0C000000 8000FF", "FFFFFFFF07 0C000000 8000FF", at(5, 12)));
    EXPECT_TRUE(open_at("FFFFFFFF06 0C000000 8000FF", "FFFFFFFF07 0C000000 8000FF", at(6, 12)));
    EXPECT_TRUE(open_at("FFFFFFFF06 0C000000 8000FF", "FFFFFFFF07 0C000000 8000FF", at(7, 11)));
    EXPECT_FALSE(open_at("FFFFFFFF06 0C000000 8000FF", "FFFFFFFF07 0C000000 8000FF", at(7, 12)));
    // From the last day of the month to the second.
    EXPECT_TRUE(open_at("FFFFFFFEFF 00000000 8000FF", "FFFFFF02FF 00000000 8000FF", at(30, 5)));
    EXPECT_TRUE(open_at("FFFFFFFEFF 00000000 8000FF", "FFFFFF02FF 00000000 8000FF", at(1, 5)));
    EXPECT_FALSE(open_at("FFFFFFFEFF 00000000 8000FF", "FFFFFF02FF 00000000 8000FF", at(2, 0)));
    EXPECT_FALSE(open_at("FFFFFFFEFF 00000000 8000FF", "FFFFFF02FF 00000000 8000FF", at(29, 23)));
    // Once: 5 June, 10:00 to 11:00; and one that ends before it starts.
    EXPECT_TRUE(open_at("07EA0605FF 0A000000 8000FF", "07EA0605FF 0B000000 8000FF", at(5, 10, 30)));
    EXPECT_FALSE(open_at("07EA0605FF 0A000000 8000FF", "07EA0605FF 0B000000 8000FF", at(6, 10, 30)));
    EXPECT_FALSE(open_at("07EA0605FF 0B000000 8000FF", "07EA0605FF 0A000000 8000FF", at(5, 12)));
}

TEST(PushWindow, WithoutAnythingSpecifiedIsAlwaysOpen) {
    for (int hour = 0; hour < 24; ++hour) {
        EXPECT_TRUE(open_at("FFFFFFFFFF FFFFFFFF 8000FF", "FFFFFFFFFF FFFFFFFF 8000FF", at(5, hour, 17)));
    }
}

RC_GTEST_PROP(PushWindow, FromOneTimeToAnotherIsOpenWhenFromTheOtherToTheOneIsNot, (std::uint32_t when)) {
    const auto daily = [](int second_of_day) {
        DateTime time;
        time.time = {static_cast<std::uint8_t>(second_of_day / 3600),
                     static_cast<std::uint8_t>(second_of_day / 60 % 60), static_cast<std::uint8_t>(second_of_day % 60),
                     0};
        return time;
    };
    const int one = *rc::gen::inRange(0, 86400);
    const int other = *rc::gen::distinctFrom(rc::gen::inRange(0, 86400), one);
    const Clock clock({}, UtcTime{seconds{when}}, true);
    PushSettings there;
    (void)there.windows.add({daily(one), daily(other)});
    PushSettings back;
    (void)back.windows.add({daily(other), daily(one)});
    RC_ASSERT(is_open(there.windows.view(), clock) != is_open(back.windows.view(), clock));
}

RC_GTEST_FIXTURE_PROP(Push, AfterAnyWriteEveryAttributeCanBeRead, (std::vector<std::uint8_t> octets)) {
    const auto [attribute, value] = *rc::gen::elementOf(other_settings);
    Octets damaged = test::hex(value);
    for (std::size_t i = 0; i < octets.size() && i < 3; ++i) {
        damaged[*rc::gen::inRange<std::size_t>(0, damaged.size())] = octets[i];
    }
    (void)set(interval, attribute, test::hex(damaged));
    const Octets read = test::hex(manager.value(40, interval, static_cast<std::int8_t>(attribute)));
    RC_ASSERT(dlms::data_size(read) == read.size());
}

TEST_F(Push, WhatCannotBeStoredIsRefusedAndNotInForce) {
    ASSERT_EQ(set(interval, 3, destination), "C501C100");
    ASSERT_EQ(set(interval, 6, "1107"), "C501C100");
    struct Failing final : Flash {
        explicit Failing(test::MemoryFlash& under) : flash(under) {}
        [[nodiscard]] std::size_t sector_size() const override { return flash.sector_size(); }
        [[nodiscard]] std::size_t sector_count() const override { return flash.sector_count(); }
        [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override {
            return flash.read(sector, offset, into);
        }
        [[nodiscard]] bool program(std::size_t, std::size_t, Bytes) override { return false; }
        [[nodiscard]] bool erase(std::size_t) override { return false; }
        test::MemoryFlash& flash;
    } failing(bench.flash);
    Store store(failing);
    store.mount();
    Meter meter(sed302, Identity(sed302, 1), {}, store, test::bench_time, {}, test::security_ports(bench.entropy));
    test::Client client(meter, test::management_client_sap);
    ASSERT_TRUE(client.open(test::management_password));
    EXPECT_EQ(client.ask("C101C1 0028" + test::hex(interval.groups) + "06 00 1109"), "C501C101");
    EXPECT_EQ(client.value(40, interval, 6), "1107");
    EXPECT_EQ(meter.outbox().push(meter, PushSetup::interval), ActionResult::hardware_fault);
    EXPECT_TRUE(meter.outbox().empty());
}

}  // namespace
}  // namespace blathy::meter
