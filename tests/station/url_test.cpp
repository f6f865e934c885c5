#include "station/url.hpp"

#include <gmock/gmock.h>

namespace blathy::station {
namespace {

using testing::HasSubstr;

Url parsed(std::string_view text) {
    const auto url = parse_url(text);
    if (!url) ADD_FAILURE() << url.error().text;
    return url ? *url : Url{};
}

TEST(Url, NamesAHostAndAPort) {
    EXPECT_EQ(parsed("tcp://192.0.2.7").port, 4059);
    EXPECT_EQ(parsed("tcp://192.0.2.7").host, "192.0.2.7");
    EXPECT_EQ(parsed("tcp://meter.example:4060/").port, 4060);
    EXPECT_EQ(parsed("tcp://[2001:db8::7]").host, "2001:db8::7");
    EXPECT_EQ(parsed("udp://[::1]:4061").port, 4061);
    EXPECT_EQ(parsed("udp://[::1]:4061").transport, Transport::udp);
    EXPECT_EQ(parsed("hdlc+tcp://192.0.2.7:4001?address=17&window=7&info=2030").window, 7);
}

TEST(Url, NamesASerialPort) {
    const Url url = parsed("serial:/dev/ttyUSB0?baud=19200&address=17&octets=4");
    EXPECT_EQ(url.transport, Transport::serial);
    EXPECT_EQ(url.path, "/dev/ttyUSB0");
    EXPECT_EQ(url.baud, 19200U);
    EXPECT_EQ(url.address, 17);
    EXPECT_EQ(url.address_octets, 4);
    EXPECT_EQ(parsed("optical:/dev/ttyUSB1?device=12345").device, "12345");
}

TEST(Url, IsNamedInMessages) {
    EXPECT_EQ(name_of(parsed("tcp://192.0.2.7")), "tcp://192.0.2.7:4059");
    EXPECT_EQ(name_of(parsed("tcp://[::1]:1")), "tcp://[::1]:1");
    EXPECT_EQ(name_of(parsed("serial:/dev/ttyS0?baud=300")), "serial:/dev/ttyS0");
}

struct Wrong {
    const char* text;
    const char* says;
};
class WrongUrl : public testing::TestWithParam<Wrong> {};

TEST_P(WrongUrl, SaysWhatIsWrong) {
    const auto url = parse_url(GetParam().text);
    ASSERT_FALSE(url) << GetParam().text;
    EXPECT_EQ(url.error().kind, ErrorKind::usage);
    EXPECT_THAT(url.error().text, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Url, WrongUrl,
    testing::Values(Wrong{"192.0.2.7", "tcp://"}, Wrong{"", "tcp://"}, Wrong{"http://meter", "tcp://"},
                    Wrong{"tcp://", "host is missing"}, Wrong{"tcp://:4059", "host is missing"},
                    Wrong{"tcp://meter:0", "1 to 65535"}, Wrong{"tcp://meter:65536", "1 to 65535"},
                    Wrong{"tcp://meter:", "1 to 65535"}, Wrong{"tcp://::1", "brackets"},
                    Wrong{"tcp://[::1", "not closed"}, Wrong{"tcp://[::1]4059", "follows"},
                    Wrong{"tcp://a/b", "no host name"}, Wrong{"tcp://a\x1B[31m", "no host name"},
                    Wrong{"hdlc+tcp://meter", "PORT"}, Wrong{"serial:", "path"}, Wrong{"serial:?baud=9600", "path"},
                    Wrong{"serial:/dev/ttyS0?baud=fast", "line speed"}, Wrong{"serial:/dev/ttyS0?baud", "name=value"},
                    Wrong{"serial:/dev/ttyS0?colour=red", "no option"}, Wrong{"tcp://meter?address=17", "no option"},
                    Wrong{"serial:/dev/ttyS0?address=16384", "16383"}, Wrong{"serial:/dev/ttyS0?octets=3", "1, 2 or 4"},
                    Wrong{"serial:/dev/ttyS0?address=17&octets=1", "octets=2"},
                    Wrong{"serial:/dev/ttyS0?address=128", "octets=4"}, Wrong{"serial:/dev/ttyS0?info=31", "2030"},
                    Wrong{"serial:/dev/ttyS0?window=8", "1 to 7"}, Wrong{"optical:/dev/ttyS0?device=!", "letters"}));

TEST(Url, IsEscapedInItsOwnError) {
    EXPECT_EQ(parse_url("\x1B[31m").error().text.find('\x1B'), std::string::npos);
}

}  // namespace
}  // namespace blathy::station
