// What each attribute of each interface class is (IEC 62056-6-2, clauses 4 and 5), and each Data object, whose type is
// its own affair. Written from the standards and the pages in docs/, apart from the meter.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dlms/obis.hpp"
#include "dlms/tags.hpp"
#include "station/value.hpp"

namespace blathy::test {

// Of an attribute from 2 on, in the letters of DataShape. None: nobody has said what it is.
inline std::optional<std::string_view> expected_shape(std::uint16_t class_id, std::int8_t attribute) {
    struct Class {
        std::uint16_t id;
        std::array<std::string_view, 21> attributes;  // from 2 on
    };
    static constexpr std::string_view captured = "[(LoiL)]";
    static constexpr std::string_view days = "[(u[(ooL)])]";
    static constexpr std::string_view weeks = "[(ouuuuuuu)]";
    static constexpr std::string_view seasons = "[(ooo)]";
    static constexpr std::string_view script = "(oL)";
    static constexpr std::string_view windows = "[(oo)]";
    static constexpr std::string_view oid = "(uuLuuuu)";  // the labels of an object identifier
    static constexpr Class classes[] = {
        {3, {"n", "(ie)"}},
        {4, {"n", "(ie)", "u", "o"}},
        {5, {"n", "n", "(ie)", "u", "o", "o", "D", "L"}},
        {6, {"[(Lo)]", "[(o[u])]", "o"}},
        {7, {"[.]", captured, "D", "e", "(LoiL)", "D", "D"}},
        {8, {"o", "l", "u", "o", "o", "i", "b", "e"}},
        {9, {"[(L[(eLoi.)])]"}},
        {11, {"[(Lou)]"}},
        {15, {"[(Luo([(ie?[i])][(ie)]))]", "(iL)", oid, "(BLLuio)", oid, "o", "e", "o", "[(uv)]", "(uv)"}},
        {17, {"[(Lo)]"}},
        {19, {"e", "e", "e", "e", "o", "o", "o", "o"}},
        {20, {"o", seasons, weeks, days, "o", seasons, weeks, days, "o"}},
        {21, {"[n]", "(Loi)", "[((oL)(oL))]"}},
        {22, {script, "e", windows}},
        {23, {"e", "u", "u", "L", "L", "L", "L", "L"}},
        {29, {"e", "u", "L", windows, "[o]"}},
        {40, {"[(LoiL(e.)[.])]", "(eoe)", windows, "L", "u", "(LLL)", "o", "i", "[.]", "e", "(tD)", "t"}},
        {41, {"L", "o", "L", "u", "L"}},
        {42, {"o", "D", "[D]", "[(uuo)]", "D", "D", "b", "D", "D"}},
        {44, {"o", "[(uu.)]", "[(uu.)]", "?(oo)"}},
        {45, {"o", "L", "((uuuuu)(uuuuu))"}},
        {47, {"v", "e", "e", "e", "(DLuuLLD)", "[(Du)]", "t"}},
        {64, {"e", "e", "o", "o", "[(eeoooo)]"}},
        {68, {"[(oL)]", "[B]", "[[L]]", "[B]", "u"}},
        {70, {"b", "e", "e"}},
        {71, {"(Loi)", "n", "n", "n", "D", "D", "(LoD)", "[L]", "b", "((oL)(oL))"}},
        {90, {"D", "D", "D", "D", "D", "D", "D", "D", "D"}},
        {91, {"L", "L", "L", "[(uo)]", "D", "B", "u", "u", "u", "[(LbBeieBuiuu)]", "u", "u",
              "u", "u", "u", "u",      "u", "u", "u", "u", "u"}},
        {92,
         {"u", "u", "u", "[.]", "[(uLuuuuuuuuLbbu)]", "L", "[(LLLuuL)]", "[.]", "[(LL)]", "[(LLL)]", "[L]", "L", "u",
          "u", "u", "L", "b", "e"}},
        {140, {"Q", "Q", "Q", "Q", "b", "e", "o", "b"}},
        {141, {"Q", "L", "Q"}},
        {142, {"e", "L"}},
        {143, {"Q"}},
    };
    constexpr std::int8_t first = 2;
    for (const Class& known : classes) {
        const auto index = static_cast<std::size_t>(attribute - first);
        if (known.id != class_id || index >= known.attributes.size()) continue;
        if (!known.attributes[index].empty()) return known.attributes[index];
    }
    return std::nullopt;
}

// Of the value of a Data object.
inline std::optional<std::string_view> expected_data_shape(const dlms::Obis& name) {
    constexpr int any = -1;
    struct Object {
        int a, b, c, d, e;  // any: whatever
        std::string_view shape;
    };
    // Counters and what goes with them: the number, the time of the last, in steps of five (IEC 62056-6-1, 6.2.1).
    constexpr std::string_view of_five[] = {"n", "o"};
    const bool tampers = name.a() == 0 && name.c() == 96 && (name.d() == 20 || name.d() == 52);
    if (tampers && name.e() % 5 < 2) return of_five[name.e() % 5];
    static constexpr Object objects[] = {
        {0, 0, 1, 1, 0, "D"},        // UNIX clock
        {0, 0, 13, 128, 0, "(ev)"},  // why a calendar was refused
        {0, 0, 42, 0, 0, "o"},       // logical device name
        {0, 0, 43, 1, any, "D"},     // invocation counters
        {0, 0, 96, 1, any, "o"},     // device identifiers
        {0, 0, 96, 2, 0, "D"},       // configuration changes
        {0, 0, 96, 2, any, "o"},     // dates of changes
        {0, 0, 96, 6, 5, "o"},       // battery installation date
        {0, 0, 96, 7, 10, "o"},      // times of power failures
        {0, 0, 96, 7, 11, "o"},       {0, 0, 96, 7, 12, "o"},  {0, 0, 96, 7, 13, "o"},
        {0, 0, 96, 7, 14, "o"},       {0, 0, 96, 7, any, "D"},  // numbers of power failures
        {0, 0, 96, 10, any, "u"},                               // profile status
        {0, 0, 96, 11, any, "u"},                               // event codes
        {0, 0, 96, 14, 0, "u"},                                 // active tariff
        {0, 0, 96, 15, any, "D"},                               // event counters
        {0, 0, 96, 51, any, "D"},                               // conditions
        {0, 0, 96, 53, 4, "e"},                                 // backlight
        {0, 0, 96, 53, 5, "u"},                                 // decimals
        {0, 0, 96, 53, 6, "u"},       {0, 0, 96, 53, 7, "b"},   // leading zeros
        {0, 0, 96, 53, 8, "b"},                                 // sounds
        {0, 0, 96, 53, 9, "e"},                                 // why a setting was refused
        {0, 0, 96, 54, 0, "(...)"},                             // calibration
        {0, 0, 96, 54, 1, "o"},       {0, 0, 96, 54, 2, "D"},  {0, 0, 96, 54, 3, "D"},
        {0, 0, 96, 54, 4, "u"},       {0, 0, 96, 60, 0, "D"},                           // reasons to stay open
        {0, 0, 96, 60, 1, "u"},                                                         // the first one
        {0, 0, 96, 60, 2, "D"},                                                         // causes that are enabled
        {0, 0, 96, 61, any, "(eeu)"},                                                   // modules
        {0, 0, 97, 97, any, "D"},                                                       // error register
        {0, 0, 97, 98, any, "D"},                                                       // alarms
        {any, 0, 98, any, 128, "e"},                                                    // forms of buffers
        {1, 0, 99, any, 128, "e"},    {1, 0, 0, 0, any, "o"},                           // electricity identifiers
        {1, 0, 0, 1, 0, "D"},                                                           // billing counter
        {1, 0, 0, 1, 1, "u"},                                                           // available periods
        {1, 0, 0, 1, 2, "o"},                                                           // last reset
        {1, 0, 0, 2, any, "o"},                                                         // firmware, names of calendars
        {1, 0, 0, 4, 4, "Q"},         {1, 0, 0, 4, 7, "Q"},    {1, 0, 0, 4, any, "D"},  // transformer ratios
        {1, 0, 0, 9, 1, "o"},                                                           // local time
        {1, 0, 0, 9, 2, "o"},                                                           // local date
        {1, 0, 94, 98, 69, "L"},                                                        // tamper status
    };
    const auto is = [](int pattern, int value) { return pattern == any || pattern == value; };
    for (const Object& of : objects) {
        if (is(of.a, name.a()) && is(of.b, name.b()) && is(of.c, name.c()) && is(of.d, name.d()) && is(of.e, name.e()))
            return of.shape;
    }
    return std::nullopt;
}

}  // namespace blathy::test
