// WPDUs of the public client: association, and GET of the logical device name; and how they are answered.
#pragma once

#include "tests/support/hex.hpp"

namespace blathy::apps::wpdus {

inline const auto aarq = test::hex("000100100001001F 601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0");
inline constexpr std::size_t aare_size = 8 + 43;
inline const auto get_name = test::hex("000100100001000D C001C1 0001 00002A0000FF 02 00");
inline const auto name_answer = test::hex("0001000100100016 C401C1 00 0910 424C5445443330323030303030303031");

}  // namespace blathy::apps::wpdus
