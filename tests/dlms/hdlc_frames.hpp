// Frames between client 16 and server 1/17 that more than one test of the data link needs.
#pragma once

#include <string_view>

namespace blathy::dlms::hdlc::frames_test {

inline constexpr std::string_view silence = "";
inline constexpr std::string_view snrm = "7EA00802232193BD647E";
inline constexpr std::string_view ua = "7EA008210223737A437E";
inline constexpr std::string_view disc = "7EA00802232153B1A27E";
inline constexpr std::string_view dm = "7EA0082102231F10EA7E";
inline constexpr std::string_view rr0_poll = "7EA00802232111A7C37E";
inline constexpr std::string_view rr1 = "7EA008210223316C227E";
inline constexpr std::string_view get = "7EA01A02232110E670E6E600C001C100080000010000FF0200601A7E";
inline constexpr std::string_view get_apdu = "C001C100080000010000FF0200";
inline constexpr std::string_view answer = "7EA01F2102233079B7E6E700C401C100090C07D20C04030A060BFF007800F1A67E";
inline constexpr std::string_view answer_apdu = "C401C100090C07D20C04030A060BFF007800";

}  // namespace blathy::dlms::hdlc::frames_test
