#include "station/client.hpp"

#include <deque>

#include <gmock/gmock.h>

#include "dlms/apdu/get.hpp"

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::Obis;
using test::clock_time;
using test::FunctionLink;
using test::hex;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view aare =
    "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400007E1F00400007";
constexpr std::string_view aare_without_lists =
    "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000101D00400007";

// Answers by the first octets of the request, in hexadecimal; the invoke id is that of the request.
class ScriptedMeter {
  public:
    explicit ScriptedMeter(std::string_view aare_text = aare) { answer("60", aare_text), answer("62", "6303800100"); }

    ScriptedMeter& answer(std::string request, std::string_view response) {
        rules_.push_back({std::move(request), hex(response)});
        return *this;
    }
    std::optional<Octets> operator()(Bytes request) {
        requests.push_back(hex_text(request));
        std::string key = requests.back();
        if (key.size() > 6 && key[0] == 'C') key.erase(4, 2);
        for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
            if (!key.starts_with(rule->first)) continue;
            Octets response = rule->second;
            if (response.size() > 2 && response[0] >= 0xC0 && response[0] < 0xD0) response[2] = request[2];
            return response;
        }
        return std::nullopt;
    }
    std::vector<std::string> requests;

  private:
    std::vector<std::pair<std::string, Octets>> rules_;
};

Result<Client, Error> connect(ScriptedMeter& meter, bool reliable = true, const Options& options = {}) {
    return Client::associate(std::make_unique<FunctionLink>(std::ref(meter), reliable), options);
}

// What is negotiated is the length of xDLMS APDUs; those of ACSE are as long as they are.
TEST(Client, TakesAnAareThatIsLongerThanAnAnswerMayBe) {
    ScriptedMeter meter;
    meter.answer("C001", "C401C1000600001391");
    Options options;
    options.association.max_receive_pdu_octets = 12;
    auto client = connect(meter, true, options);
    ASSERT_TRUE(client) << client.error().text;
    EXPECT_TRUE(client->get(clock_time));
    meter.answer("C001", "C401C1000904000000000000");
    EXPECT_EQ(client->get(clock_time).error().kind, ErrorKind::protocol);
}

TEST(Client, ReadsWritesAndCalls) {
    ScriptedMeter meter;
    meter.answer("C001", "C401C1000600001391").answer("C101", "C501C100").answer("C301", "C701C1000100 1107");
    auto client = connect(meter);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get(clock_time)->integer(), 5009);
    EXPECT_TRUE(client->set(clock_time, unsigned_value(dlms::DataTag::unsigned_, 1)));
    const auto returned = client->call({8, Obis(0, 0, 1, 0, 0), 1}, integer_value(dlms::DataTag::integer, 0));
    ASSERT_TRUE(returned);
    EXPECT_EQ((*returned)->integer(), 7);
    client->close();
    EXPECT_EQ(meter.requests.back(), "6203800100");
    EXPECT_EQ(client->get(clock_time).error().kind, ErrorKind::connection);
}

TEST(Client, ReleasesWhenItGoes) {
    ScriptedMeter meter;
    { const auto client = connect(meter); }
    EXPECT_EQ(meter.requests.back(), "6203800100");
}

TEST(Client, CountsInvokeIds) {
    ScriptedMeter meter;
    meter.answer("C001", "C401C1000600001391");
    auto client = connect(meter);
    for (int i = 0; i < 17; ++i) EXPECT_TRUE(client->get(clock_time));
    EXPECT_EQ(meter.requests[1].substr(4, 2), "C1");
    EXPECT_EQ(meter.requests[16].substr(4, 2), "C0");
    EXPECT_EQ(meter.requests[17].substr(4, 2), "C1");
}

TEST(Client, PassesRefusalsOn) {
    ScriptedMeter meter;
    meter.answer("C001", "C401C10103").answer("C101", "C501C103").answer("C301", "C701C10300");
    auto client = connect(meter);
    const Value zero = integer_value(dlms::DataTag::integer, 0);
    EXPECT_EQ(client->get(clock_time).error().code, 3U);
    EXPECT_EQ(client->set(clock_time, zero).error().code, 3U);
    EXPECT_EQ(client->call({8, Obis(0, 0, 1, 0, 0), 1}, zero).error().code, 3U);
    EXPECT_TRUE(client->get(clock_time).error().kind == ErrorKind::refused);
}

TEST(Client, ReadsListsAsLongAsTheMeterTakes) {
    // 64 octets hold 5 attributes: 8 and 10 for each.
    ScriptedMeter meter;
    meter.answer("C00305", "C403C1050011011102110301041105").answer("C00302", "C403C102 001106 001107");
    meter.answer("C00305", "C403C105 001101 001102 001103 0104 001105");
    auto client = connect(meter);
    const std::vector<dlms::AttributeDescriptor> attributes(7, clock_time);
    const auto values = client->get_list(attributes);
    ASSERT_TRUE(values) << values.error().text;
    ASSERT_EQ(values->size(), 7U);
    EXPECT_EQ((*values)[0]->integer(), 1);
    EXPECT_EQ((*values)[3].error().code, 4U);
    EXPECT_EQ((*values)[6]->integer(), 7);
    EXPECT_EQ(meter.requests.size(), 3U);
}

TEST(Client, ReadsOneByOneWithoutLists) {
    ScriptedMeter meter(aare_without_lists);
    meter.answer("C001", "C401C1001101");
    auto client = connect(meter);
    const std::vector<dlms::AttributeDescriptor> attributes(3, clock_time);
    EXPECT_EQ(client->get_list(attributes)->size(), 3U);
    EXPECT_EQ(meter.requests.size(), 4U);
}

TEST(Client, ReadsOneByOneWhenListsAreRefused) {
    for (const char* refusal : {"D80202", "C401C101FA"}) {
        ScriptedMeter meter;
        meter.answer("C003", refusal).answer("C001", "C401C1001101");
        auto client = connect(meter);
        const std::vector<dlms::AttributeDescriptor> attributes(3, clock_time);
        const auto values = client->get_list(attributes);
        ASSERT_TRUE(values);
        EXPECT_EQ(values->size(), 3U);
        EXPECT_TRUE(client->get_list(attributes));
        EXPECT_EQ(meter.requests.size(), 8U) << "the list is not tried again";
    }
}

TEST(Client, EndsAListWhenTheMeterFallsSilent) {
    ScriptedMeter meter;
    auto client = connect(meter);
    const std::vector<dlms::AttributeDescriptor> attributes(3, clock_time);
    EXPECT_EQ(client->get_list(attributes).error().kind, ErrorKind::timeout);
}

TEST(Client, RepeatsOnlyWhatIsHarmlessOverAnUnreliableLink) {
    ScriptedMeter meter;
    auto client = connect(meter, false);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get(clock_time).error().kind, ErrorKind::timeout);
    EXPECT_EQ(meter.requests.size(), 1U + 3U);
    EXPECT_EQ(client->set(clock_time, null_value()).error().kind, ErrorKind::timeout);
    EXPECT_EQ(meter.requests.size(), 1U + 3U + 1U);
}

TEST(Client, DoesNotRepeatOverAReliableLink) {
    ScriptedMeter meter;
    auto client = connect(meter);
    EXPECT_EQ(client->get(clock_time).error().kind, ErrorKind::timeout);
    EXPECT_EQ(meter.requests.size(), 2U);
}

TEST(Client, DoesNotWaitAgainForASilentMeter) {
    ScriptedMeter meter;
    {
        auto client = connect(meter);
        (void)client->get(clock_time);
    }
    EXPECT_THAT(meter.requests.back(), HasSubstr("C001"));
}

TEST(Client, ReportsARefusedAssociation) {
    ScriptedMeter meter("6117A109060760857405080101A203020101A305A10302010D");
    EXPECT_EQ(connect(meter).error().kind, ErrorKind::association);
    EXPECT_EQ(meter.requests.size(), 1U) << "there is nothing to release";
}

TEST(Client, ReadsARegisterByItsName) {
    ScriptedMeter meter;
    meter.answer("C001000F", "C401C1000101 0204 120003 1100 0906 0100010800FF 0202 0100 0100");
    meter.answer("C00302", "C403C102 000600003039 0002020FFD161E");
    auto client = connect(meter);
    const auto reading = client->read(Obis(1, 0, 1, 8, 0));
    ASSERT_TRUE(reading) << reading.error().text;
    EXPECT_EQ(text_of(*reading), "12.345");
    EXPECT_EQ(reading->scaler_unit, (ScalerUnit{-3, 30}));
    EXPECT_EQ(client->read(Obis(1, 0, 2, 8, 0)).error().code, 4U);
    EXPECT_EQ(meter.requests.size(), 3U) << "the object list is read once";
}

TEST(Client, RefusesAMalformedValue) {
    ScriptedMeter meter;
    // Well-formed for the APDU, but month 13.
    meter.answer("C001", "C401C1001A07EA0D1607");
    auto client = connect(meter);
    EXPECT_EQ(client->get(clock_time).error().kind, ErrorKind::protocol);
}

// A link that says several things to one request, and remembers how each request was sent.
class TalkingLink : public Link {
  public:
    using Meter = std::function<std::vector<std::string>(const std::string& request)>;

    TalkingLink(Meter meter, std::vector<std::string>& posted, bool half_duplex)
        : meter_(std::move(meter)), posted_(posted), half_duplex_(half_duplex) {}

    Result<void, Error> send(Bytes apdu, const Deadline&) override {
        for (const std::string& answer : meter_(hex_text(apdu))) answers_.push_back(hex(answer));
        return {};
    }
    Result<void, Error> post(Bytes apdu, const Deadline&) override {
        posted_.push_back(hex_text(apdu));
        return {};
    }
    Result<Bytes, Error> receive(const Deadline&) override {
        if (answers_.empty()) return fail(timeout_error("silence"));
        current_ = std::move(answers_.front());
        answers_.pop_front();
        return Bytes(current_);
    }
    [[nodiscard]] bool is_reliable() const override { return true; }
    [[nodiscard]] bool is_half_duplex() const override { return half_duplex_; }

  private:
    Meter meter_;
    std::vector<std::string>& posted_;
    bool half_duplex_;
    std::deque<Octets> answers_;
    Octets current_;
};

struct Talk {
    std::vector<std::string> requests;
    std::vector<std::string> posted;
    bool half_duplex = false;

    Result<Client, Error> connect(TalkingLink::Meter meter, const Options& options = {}) {
        return Client::associate(std::make_unique<TalkingLink>(
                                     [this, meter = std::move(meter)](const std::string& request) {
                                         requests.push_back(request);
                                         if (request.starts_with("60")) return std::vector{std::string(aare)};
                                         if (request.starts_with("62")) return std::vector<std::string>{"6303800100"};
                                         return meter(request);
                                     },
                                     posted, half_duplex),
                                 options);
    }
};

TEST(Client, HandsOverWhatTheMeterSaysUnasked) {
    Talk talk;
    auto client = talk.connect([](const std::string& request) -> std::vector<std::string> {
        if (!request.starts_with("C0")) return {};
        return {"0F C0000007 00 1105", "C2 00 0001 0000608000FF 02 1106", "C401C1001107"};
    });
    ASSERT_TRUE(client);
    std::vector<std::int64_t> heard;
    client->on_notification(
        [&](const Notification& notification) { heard.push_back(notification.value.integer().value_or(-1)); });
    EXPECT_EQ(client->get(clock_time)->integer(), 7) << "which is none of them";
    EXPECT_THAT(heard, ElementsAre(5, 6));
    EXPECT_EQ(talk.requests.back(), "10C000000700") << "the one that asked for it is confirmed";
}

TEST(Client, ConfirmsWhereEachSideHasItsTurnOnceItHasIt) {
    Talk talk;
    talk.half_duplex = true;
    auto client = talk.connect([](const std::string& request) -> std::vector<std::string> {
        if (!request.starts_with("C0")) return {};
        return {"0F C0000007 00 1105", "C401C1001107"};
    });
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get(clock_time)->integer(), 7);
    EXPECT_THAT(talk.posted, ElementsAre("10C000000700"));
    EXPECT_TRUE(talk.requests.back().starts_with("C0")) << "and nothing was said in between";
}

TEST(Client, MalformedNotificationsAreNoAnswerEither) {
    Talk talk;
    auto client = talk.connect([](const std::string&) -> std::vector<std::string> {
        return {"0F", "C2FF", "C401C1001107"};
    });
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get(clock_time)->integer(), 7);
}

TEST(Client, SendsUnconfirmedServicesWithoutWaiting) {
    Talk talk;
    auto client = talk.connect([](const std::string&) { return std::vector<std::string>{}; });
    ASSERT_TRUE(client);
    EXPECT_TRUE(client->post_set(clock_time, unsigned_value(dlms::DataTag::unsigned_, 1)));
    EXPECT_TRUE(client->post_call({8, Obis(0, 0, 1, 0, 0), 1}, integer_value(dlms::DataTag::integer, 0)));
    EXPECT_THAT(talk.posted, ElementsAre("C1018100080000010000FF02001101", "C3018200080000010000FF01010F00"));
    EXPECT_EQ(client->post_set(clock_time, octet_string_value(Octets(200))).error().kind, ErrorKind::limit)
        << "only confirmed requests go in blocks";
}

TEST(Client, AsksWithThePriorityItIsTold) {
    Talk talk;
    Options options;
    options.high_priority = false;
    auto client = talk.connect([](const std::string&) { return std::vector<std::string>{"C40141001107"}; }, options);
    ASSERT_TRUE(client);
    EXPECT_TRUE(client->get(clock_time));
    EXPECT_EQ(talk.requests.back().substr(0, 6), "C00141");
}

TEST(Client, WritesAndCallsInLists) {
    Talk talk;
    auto client = talk.connect([](const std::string& request) -> std::vector<std::string> {
        if (request.starts_with("C104")) return {"C505C1020003"};
        return {"C703C2020000 0400"};
    });
    ASSERT_TRUE(client);
    const auto written =
        client->set_list({{{clock_time, std::nullopt}, hex("1105")}, {{clock_time, std::nullopt}, hex("1106")}});
    ASSERT_TRUE(written) << written.error().text;
    EXPECT_TRUE((*written)[0]);
    EXPECT_EQ((*written)[1].error().code, 3U);
    const dlms::MethodDescriptor method{8, Obis(0, 0, 1, 0, 0), 1};
    const auto called = client->call_list({{method, hex("0F00")}, {method, hex("0F00")}});
    ASSERT_TRUE(called) << called.error().text;
    EXPECT_EQ((*called)[1].result, dlms::ActionResult::object_undefined);
    EXPECT_TRUE(client->set_list({})->empty());
    EXPECT_TRUE(client->call_list({})->empty());
}

// Lists are not negotiated, ACCESS is; then ACCESS is refused.
TEST(Client, ReadsWithAccessWhereThereAreNoLists) {
    constexpr std::string_view aare_with_access =
        "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000405D00400007";
    for (const bool refuses : {false, true}) {
        ScriptedMeter meter(aare_with_access);
        meter.answer("D9", refuses ? "D80202" : "DAC000000100 00 02 1101 1102 02 0100 0100");
        meter.answer("C001", "C401C1001103");
        auto client = connect(meter);
        ASSERT_TRUE(client);
        const std::vector<dlms::AttributeDescriptor> attributes(2, clock_time);
        const auto values = client->get_list(attributes);
        ASSERT_TRUE(values) << values.error().text;
        EXPECT_EQ((*values)[1]->integer(), refuses ? 3 : 2);
        EXPECT_EQ(meter.requests.size(), refuses ? 4U : 2U);
    }
}

TEST(Client, EndsWhenTheMeterOnlySaysSomethingElse) {
    // Answers to another request, without an end.
    class Chatter : public Link {
      public:
        Result<void, Error> send(Bytes apdu, const Deadline&) override {
            associated_ = apdu[0] != 0x60;
            return {};
        }
        Result<Bytes, Error> receive(const Deadline&) override { return Bytes(associated_ ? other_answer_ : aare_); }
        [[nodiscard]] bool is_reliable() const override { return true; }

      private:
        bool associated_ = false;
        Octets aare_ = hex(aare);
        Octets other_answer_ = hex("C401CF001101");
    };
    Options options;
    options.link.response_timeout = std::chrono::milliseconds(500);
    auto client = Client::associate(std::make_unique<Chatter>(), options);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get(clock_time).error().kind, ErrorKind::timeout);
}

}  // namespace
}  // namespace blathy::station
