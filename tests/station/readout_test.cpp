#include "station/readout.hpp"

#include <gmock/gmock.h>

namespace blathy::station {
namespace {

using testing::ElementsAre;

TEST(ReadoutValues, AreTheDataSetsOfALine) {
    EXPECT_THAT(readout_values("1-0:1.8.0(000123.45*kWh)"), ElementsAre(ReadoutValue{"1-0:1.8.0", "000123.45", "kWh"}));
    EXPECT_THAT(readout_values("0.9.1(120000)0.9.2(260601)"),
                ElementsAre(ReadoutValue{"0.9.1", "120000", ""}, ReadoutValue{"0.9.2", "260601", ""}));
    EXPECT_THAT(readout_values("1.6.0(01.25*kW)(2606011200)"),
                ElementsAre(ReadoutValue{"1.6.0", "01.25", "kW"}, ReadoutValue{"", "2606011200", ""}));
    EXPECT_THAT(readout_values("F.F()"), ElementsAre(ReadoutValue{"F.F", "", ""}));
}

TEST(ReadoutValues, ThatAreNoneAreShownForWhatTheyAre) {
    EXPECT_THAT(readout_values(""), ElementsAre());
    EXPECT_THAT(readout_values("out of order"), ElementsAre(ReadoutValue{"", "out of order", ""}));
    EXPECT_THAT(readout_values("1.8.0(7)(8"), ElementsAre(ReadoutValue{"1.8.0", "7", ""}, ReadoutValue{"", "(8", ""}));
    EXPECT_THAT(readout_values(")("), ElementsAre(ReadoutValue{"", ")(", ""}));
}

}  // namespace
}  // namespace blathy::station
