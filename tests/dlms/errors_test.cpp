#include "dlms/apdu/errors.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec_testing.hpp"

namespace blathy::dlms {
namespace {

using namespace codec_test;

TEST(ExceptionResponse, OutsideAnAssociation) {
    EXPECT_EQ(expect_vector(read_exception_response, "D80101"),
              (ExceptionResponse{StateError::service_not_allowed, ServiceError::operation_not_possible, 0}));
    EXPECT_EQ(expect_vector(read_exception_response, "D80202"),
              (ExceptionResponse{StateError::service_unknown, ServiceError::service_not_supported, 0}));
}

TEST(ExceptionResponse, NamesTheInvocationCounterItExpects) {
    EXPECT_EQ(expect_vector(read_exception_response, "D8010600000102"),
              (ExceptionResponse{StateError::service_not_allowed, ServiceError::invocation_counter_error, 0x102}));
    EXPECT_FALSE(read_exception_response(from_hex("D8010500000102"))) << "which no other error does";
}

RC_GTEST_PROP(ExceptionResponse, DecoderIsTotal, (Octets octets)) {
    octets.insert(octets.begin(), 0xD8);
    RC_ASSERT(is_total(read_exception_response, octets));
}

}  // namespace
}  // namespace blathy::dlms
