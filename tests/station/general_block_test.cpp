// The client with a meter that speaks general block transfer, over links that lose, double and disorder.
#include <algorithm>

#include <gmock/gmock.h>

#include "dlms/block_transfer/block_transfer.hpp"
#include "station/client.hpp"
#include "station/link/stream.hpp"

#include "tests/station/support.hpp"

namespace blathy::station {
namespace {

using dlms::BlockTransfer;
using dlms::Obis;
using test::hex;
using testing::HasSubstr;

constexpr std::string_view aare_with_blocks =
    "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400205EDF00400007";
constexpr std::string_view aare_without_blocks =
    "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400005EDF00400007";
constexpr dlms::AttributeDescriptor device_name{1, Obis(0, 0, 42, 0, 0), 2};

// Answers whole requests in blocks of `block_size` octets, and treats what it sends and receives as `fate` says.
class BlockMeter {
  public:
    enum class Fate : std::uint8_t { arrives, is_lost, comes_twice, comes_late };
    using Answer = std::function<Octets(Bytes request)>;
    using Decide = std::function<Fate(bool to_meter, unsigned count)>;

    BlockMeter(Answer answer, std::uint8_t window, std::size_t block_size = 50)
        : answer_(std::move(answer)), room_(100'000), transfer_(room_, {block_size, window, 0, 3}) {}

    Decide fate = [](bool, unsigned) { return Fate::arrives; };
    std::vector<std::string> requests;
    unsigned blocks_from_client = 0;
    unsigned longest_stream = 0;

    std::vector<Octets> operator()(Bytes apdu) {
        std::vector<Octets> out;
        if (apdu[0] == 0x60) return {hex(aare_with_blocks)};
        if (apdu[0] == 0x62) return {hex("6303800100")};
        EXPECT_EQ(apdu[0], 0xE0) << hex_text(apdu);
        const Fate how = fate(true, blocks_from_client++);
        if (how != Fate::is_lost) take(apdu, out);
        if (how == Fate::comes_twice) take(apdu, out);
        longest_stream = std::max(longest_stream, static_cast<unsigned>(out.size()));
        return out;
    }

  private:
    void take(Bytes apdu, std::vector<Octets>& out) {
        const auto block = dlms::read_general_block(apdu);
        ASSERT_TRUE(block);
        if (BlockTransfer::begins_exchange(*block) && transfer_.all_sent()) transfer_.reset();
        if (transfer_.receive(*block, now_ms_ += 10'000) == BlockTransfer::Event::message) {
            requests.push_back(hex_text(transfer_.message()));
            response_ = answer_(transfer_.message());
            transfer_.send(response_, BlockTransfer::Service::response);
        }
        std::array<std::uint8_t, 256> room{};
        while (transfer_.due()) {
            ByteWriter writer(room);
            ASSERT_TRUE(transfer_.next(writer, now_ms_));
            send(to_octets(writer.written()), out);
        }
        if (late_) out.push_back(*std::exchange(late_, std::nullopt));
    }
    void send(Octets block, std::vector<Octets>& out) {
        switch (fate(false, blocks_to_client_++)) {
            case Fate::is_lost:
                break;
            case Fate::comes_late:
                late_ = std::move(block);
                break;
            case Fate::comes_twice:
                out.push_back(block);
                [[fallthrough]];
            case Fate::arrives:
                out.push_back(std::move(block));
                break;
        }
    }

    Answer answer_;
    Octets room_;
    Octets response_;
    BlockTransfer transfer_;
    std::optional<Octets> late_;
    unsigned blocks_to_client_ = 0;
    std::uint32_t now_ms_ = 0;
};

class StreamLink : public Link {
  public:
    StreamLink(BlockMeter& meter, bool half_duplex) : meter_(meter), half_duplex_(half_duplex) {}

    Result<void, Error> send(Bytes apdu, const Deadline&) override {
        for (Octets& answer : meter_(apdu)) answers_.push_back(std::move(answer));
        return {};
    }
    // Silence takes its time: the engine recovers from lost blocks by the clock.
    Result<Bytes, Error> receive(const Deadline& deadline) override {
        if (answers_.empty()) {
            while (!deadline.passed()) (void)wait_for(-1, false, deadline);
            return fail(timeout_error("silence"));
        }
        current_ = std::move(answers_.front());
        answers_.pop_front();
        return Bytes(current_);
    }
    [[nodiscard]] bool is_reliable() const override { return false; }
    [[nodiscard]] bool is_half_duplex() const override { return half_duplex_; }

  private:
    BlockMeter& meter_;
    bool half_duplex_;
    std::deque<Octets> answers_;
    Octets current_;
};

Options options_with(std::uint8_t window) {
    Options options;
    options.association.block_window = window;
    options.link.response_timeout = std::chrono::milliseconds(400);
    options.link.retries = 3;
    return options;
}

Result<Client, Error> connect(BlockMeter& meter, std::uint8_t window, bool half_duplex = false) {
    return Client::associate(std::make_unique<StreamLink>(meter, half_duplex), options_with(window));
}

Octets long_text(std::size_t size) {
    Octets text(size);
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<std::uint8_t>(i % 251);
    return text;
}

Octets get_response(Bytes request, const Octets& value) {
    Octets response = hex("C401");
    response.push_back(request[2]);
    response.push_back(0);
    append(response, encode(octet_string_value(value)));
    return response;
}

BlockMeter meter_with(const Octets& value, std::uint8_t window = 4) {
    return BlockMeter([&value](Bytes request) { return get_response(request, value); }, window);
}

TEST(GeneralBlocks, BringALongValueInStreams) {
    const Octets value = long_text(2000);
    BlockMeter meter = meter_with(value);
    auto client = connect(meter, 8);
    ASSERT_TRUE(client) << client.error().text;
    ASSERT_TRUE(client->context().uses_general_blocks());
    const auto got = client->get(device_name);
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(*got->octets(), value);
    EXPECT_EQ(meter.longest_stream, 8U) << "the window of the client";
    EXPECT_EQ(meter.requests.size(), 1U);
    EXPECT_EQ(*client->get(device_name)->octets(), value) << "and the next request begins anew";
}

TEST(GeneralBlocks, GiveALongValueAsItComes) {
    const Octets value = long_text(2000);
    for (const bool half_duplex : {false, true}) {
        BlockMeter meter = meter_with(value);
        auto client = connect(meter, 8, half_duplex);
        ASSERT_TRUE(client);
        Octets got;
        unsigned pieces = 0;
        unsigned blocks_at_first = 0;
        const auto done = client->get(device_name, {}, [&](Bytes piece) -> Result<void, Error> {
            if (pieces++ == 0) blocks_at_first = meter.blocks_from_client;
            append(got, piece);
            return {};
        });
        ASSERT_TRUE(done) << done.error().text;
        EXPECT_EQ(got, encode(octet_string_value(value)));
        EXPECT_GT(pieces, 20U) << "a piece a block";
        EXPECT_LE(blocks_at_first, 2U) << "the request, or the second turn; not all of them";
    }
}

// Rows that were given can't be taken back: a transfer that is broken off then ends, and is not asked for again.
TEST(GeneralBlocks, AreNotAskedForAgainOnceSomeOfTheValueWasGiven) {
    const Octets value = long_text(2000);
    BlockMeter meter = meter_with(value);
    meter.fate = [](bool, unsigned count) { return count < 6 ? BlockMeter::Fate::arrives : BlockMeter::Fate::is_lost; };
    auto client = connect(meter, 4);
    ASSERT_TRUE(client);
    Octets got;
    const auto done = client->get(device_name, {}, [&](Bytes piece) -> Result<void, Error> {
        append(got, piece);
        return {};
    });
    EXPECT_EQ(done.error().kind, ErrorKind::timeout);
    const Octets whole = encode(octet_string_value(value));
    ASSERT_LT(got.size(), whole.size());
    EXPECT_TRUE(std::equal(got.begin(), got.end(), whole.begin()));
    EXPECT_EQ(meter.requests.size(), 1U);
}

TEST(GeneralBlocks, AnAnswerBesideTheBlocksIsNotTakenForTheirRest) {
    const auto meter = [asked = 0](Bytes request) mutable -> std::optional<Octets> {
        if (request[0] == 0x60) return hex(aare_with_blocks);
        if (request[0] != 0xE0) return hex("6303800100");
        // The first block of an octet-string of six, and then a whole answer with the same invoke id.
        return asked++ == 0 ? hex("E0 01 0001 0001 07 C401C100 0906 41") : hex("C401C100 0906 616263646566");
    };
    auto client = Client::associate(std::make_unique<test::FunctionLink>(meter), options_with(4));
    ASSERT_TRUE(client);
    const auto got = client->get(device_name);
    ASSERT_FALSE(got);
    EXPECT_THAT(got.error().text, HasSubstr("began anew"));
}

TEST(GeneralBlocks, GoOneByOneWhereEachSideHasItsTurn) {
    const Octets value = long_text(2000);
    BlockMeter meter = meter_with(value);
    auto client = connect(meter, 8, true);
    ASSERT_TRUE(client);
    EXPECT_EQ(*client->get(device_name)->octets(), value);
    EXPECT_EQ(meter.longest_stream, 1U);
}

TEST(GeneralBlocks, CarryALongRequest) {
    const Octets value = long_text(1500);
    Octets response = hex("C501C100");
    for (const bool half_duplex : {false, true}) {
        BlockMeter meter(
            [&](Bytes request) {
                response[2] = request[2];
                return response;
            },
            5);
        auto client = connect(meter, 3, half_duplex);
        ASSERT_TRUE(client);
        const auto done = client->set(device_name, octet_string_value(value));
        EXPECT_TRUE(done) << done.error().text;
        ASSERT_EQ(meter.requests.size(), 1U);
        EXPECT_THAT(meter.requests[0], HasSubstr(hex_text(value)));
    }
}

// Every block in turn is lost, doubled or late, in either direction; the value arrives all the same.
TEST(GeneralBlocks, RecoverWhatGetsLost) {
    const Octets value = long_text(600);
    for (const auto what : {BlockMeter::Fate::is_lost, BlockMeter::Fate::comes_twice, BlockMeter::Fate::comes_late}) {
        for (const bool to_meter : {false, true}) {
            for (unsigned which = 0; which < 14; ++which) {
                if (to_meter && what == BlockMeter::Fate::comes_late) continue;
                BlockMeter meter = meter_with(value, 4);
                meter.fate = [=](bool up, unsigned count) {
                    return up == to_meter && count == which ? what : BlockMeter::Fate::arrives;
                };
                auto client = connect(meter, 4);
                ASSERT_TRUE(client);
                const auto got = client->get(device_name);
                ASSERT_TRUE(got) << "fate " << int(what) << (to_meter ? " up " : " down ") << which << ": "
                                 << got.error().text;
                EXPECT_EQ(*got->octets(), value);
            }
        }
    }
}

TEST(GeneralBlocks, EndWhenEverythingGetsLost) {
    const Octets value = long_text(600);
    BlockMeter meter = meter_with(value);
    meter.fate = [](bool, unsigned count) { return count < 3 ? BlockMeter::Fate::arrives : BlockMeter::Fate::is_lost; };
    auto client = connect(meter, 4);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get(device_name).error().kind, ErrorKind::timeout);
}

TEST(GeneralBlocks, AreNotUsedUnlessTheMeterAgrees) {
    const auto meter = [](Bytes request) -> std::optional<Octets> {
        if (request[0] == 0x60) return hex(aare_without_blocks);
        EXPECT_NE(request[0], 0xE0);
        return request[0] == 0xC0 ? hex("E0 81 0001 0000 04 C401C100") : hex("6303800100");
    };
    auto client = Client::associate(std::make_unique<test::FunctionLink>(meter), options_with(4));
    ASSERT_TRUE(client);
    EXPECT_FALSE(client->context().uses_general_blocks());
    EXPECT_THAT(client->get(device_name).error().text, HasSubstr("the association does not include"));
}

// A hostile meter: what it can make the client take is bounded.
TEST(GeneralBlocks, AreBoundedInNumberAndOctets) {
    std::uint16_t number = 0;
    const auto meter = [&](std::size_t octets) {
        return [&number, octets](Bytes request) -> std::optional<Octets> {
            if (request[0] == 0x60) return hex(aare_with_blocks);
            if (request[0] != 0xE0) return hex("6303800100");
            const auto asked = dlms::read_general_block(request);
            const Octets data(octets, 0x55);
            return encoded(octets + 20, [&](ByteWriter& out) {
                dlms::GeneralBlock block;
                block.number = ++number;
                block.acknowledged = asked->number;
                block.window = 1;
                block.data = data;
                write(out, block);
            });
        };
    };
    Options options = options_with(1);
    options.association.max_blocks = 50;
    options.association.max_value_octets = 1000;
    auto trickle = Client::associate(std::make_unique<test::FunctionLink>(meter(1)), options);
    ASSERT_TRUE(trickle);
    EXPECT_THAT(trickle->get(device_name).error().text, HasSubstr("in more than 50 blocks"));
    number = 0;
    auto flood = Client::associate(std::make_unique<test::FunctionLink>(meter(200)), options);
    ASSERT_TRUE(flood);
    EXPECT_THAT(flood->get(device_name).error().text, HasSubstr("broken off"));
    EXPECT_LT(number, 10);
    number = 0;
    auto silent = Client::associate(std::make_unique<test::FunctionLink>(meter(0)), options);
    ASSERT_TRUE(silent);
    EXPECT_FALSE(silent->get(device_name)) << "acknowledgements alone are no answer";
}

TEST(GeneralBlocks, EndWhenTheMeterBreaksThemOff) {
    const auto meter = [](Bytes request) -> std::optional<Octets> {
        if (request[0] == 0x60) return hex(aare_with_blocks);
        return request[0] == 0xE0 ? hex("E0 80 0000 0000 00") : hex("6303800100");
    };
    auto client = Client::associate(std::make_unique<test::FunctionLink>(meter), options_with(4));
    ASSERT_TRUE(client);
    const auto got = client->get(device_name);
    EXPECT_EQ(got.error().kind, ErrorKind::protocol);
    EXPECT_THAT(got.error().text, HasSubstr("broken off"));
}

// The request was short enough for itself, and the meter begins to send in blocks.
TEST(GeneralBlocks, AnExceptionMayComeWithoutThem) {
    const auto meter = [](Bytes request) -> std::optional<Octets> {
        if (request[0] == 0x60) return hex(aare_with_blocks);
        return request[0] == 0xE0 ? hex("D80201") : hex("6303800100");
    };
    auto client = Client::associate(std::make_unique<test::FunctionLink>(meter), options_with(4));
    ASSERT_TRUE(client);
    EXPECT_EQ(client->get(device_name).error().kind, ErrorKind::exception);
}

TEST(GeneralBlocks, CarryAListWithAccess) {
    BlockMeter meter(
        [](Bytes request) {
            EXPECT_EQ(request[0], 0xD9);
            Octets response = hex("DA");
            append(response, request.subspan(1, 4));
            append(response, hex("00 00 03 1101 1102 00 03 0100 0100 0104"));
            return response;
        },
        4);
    auto client = connect(meter, 4);
    ASSERT_TRUE(client);
    const std::vector<dlms::AttributeDescriptor> attributes(3, device_name);
    const auto values = client->get_list(attributes);
    ASSERT_TRUE(values) << values.error().text;
    EXPECT_EQ((*values)[1]->integer(), 2);
    EXPECT_EQ((*values)[2].error().code, 4U);
}

}  // namespace
}  // namespace blathy::station
