#include "dlms/wrapper.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec_testing.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

TEST(Wrapper, OfARequestAndOfAPush) {
    const WrapperHeader request{0x10, 0x11, 0x22};
    EXPECT_EQ(hex_of(request), "0001001000110022");
    EXPECT_EQ(read_wrapper_header(from_hex("0001001000110022")), request);
    EXPECT_EQ(read_wrapper_header(from_hex("0001000100400073 0F40000001")), (WrapperHeader{1, 0x40, 0x73}));
}

TEST(Wrapper, RefusesAnotherVersionAndLessThanAHeader) {
    EXPECT_FALSE(read_wrapper_header(from_hex("0000001000110022")));
    EXPECT_FALSE(read_wrapper_header(from_hex("0002001000110022")));
    const Octets header = from_hex("0001001000110022");
    for (std::size_t size = 0; size < header.size(); ++size) {
        EXPECT_FALSE(read_wrapper_header(Bytes(header).first(size))) << size;
    }
}

RC_GTEST_PROP(Wrapper, ComesBack, (std::uint16_t source, std::uint16_t destination, std::uint16_t length)) {
    const WrapperHeader header{source, destination, length};
    RC_ASSERT(read_wrapper_header(encode(header)) == header);
}

}  // namespace
}  // namespace blathy::dlms
