#include "dlms/obis_names.hpp"

#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace blathy::dlms {
namespace {

// Value group C of electricity, 1 to 20 for the sum of the phases; 20 more for each of L1, L2 and L3.
struct Quantity {
    std::string_view energy;  // the name of the quantity's time integral, where it has one
    std::string_view name;
};
constexpr std::array<Quantity, 21> quantities{{
    {},
    {"Active energy import (+A)", "Active power import (+P)"},
    {"Active energy export (-A)", "Active power export (-P)"},
    {"Reactive energy import (+R)", "Reactive power import (+Q)"},
    {"Reactive energy export (-R)", "Reactive power export (-Q)"},
    {"Reactive energy QI (+Ri)", "Reactive power QI"},
    {"Reactive energy QII (+Rc)", "Reactive power QII"},
    {"Reactive energy QIII (-Ri)", "Reactive power QIII"},
    {"Reactive energy QIV (-Rc)", "Reactive power QIV"},
    {"Apparent energy import (+VA)", "Apparent power import (+S)"},
    {"Apparent energy export (-VA)", "Apparent power export (-S)"},
    {{}, "Current"},
    {{}, "Voltage"},
    {{}, "Power factor"},
    {{}, "Supply frequency"},
    {"Active energy absolute (|+A|+|-A|)", "Active power absolute (|+P|+|-P|)"},
    {"Active energy net (|+A|-|-A|)", "Active power net (|+P|-|-P|)"},
    {"Active energy QI", "Active power QI"},
    {"Active energy QII", "Active power QII"},
    {"Active energy QIII", "Active power QIII"},
    {"Active energy QIV", "Active power QIV"},
}};

// Value group D of electricity. Time integral 1 (D = 8) is the total and needs no word of its own.
constexpr std::array<std::string_view, 59> processings{"billing period average",
                                                       "cumulative minimum 1",
                                                       "cumulative maximum 1",
                                                       "minimum 1",
                                                       "current average 1",
                                                       "last average 1",
                                                       "maximum 1",
                                                       "instantaneous",
                                                       "",
                                                       "since last billing reset",
                                                       "time integral 3",
                                                       "cumulative minimum 2",
                                                       "cumulative maximum 2",
                                                       "minimum 2",
                                                       "current average 2",
                                                       "last average 2",
                                                       "maximum 2",
                                                       "time integral 7",
                                                       "time integral 8",
                                                       "time integral 9",
                                                       "time integral 10",
                                                       "cumulative minimum 3",
                                                       "cumulative maximum 3",
                                                       "minimum 3",
                                                       "current average 3",
                                                       "last average 3",
                                                       "maximum 3",
                                                       "current average 5",
                                                       "current average 6",
                                                       "in recording interval 1",
                                                       "in recording interval 2",
                                                       "under limit threshold",
                                                       "under limit occurrence counter",
                                                       "under limit duration",
                                                       "under limit magnitude",
                                                       "over limit threshold",
                                                       "over limit occurrence counter",
                                                       "over limit duration",
                                                       "over limit magnitude",
                                                       "missing threshold",
                                                       "missing occurrence counter",
                                                       "missing duration",
                                                       "missing magnitude",
                                                       "time threshold for under limit",
                                                       "time threshold for over limit",
                                                       "time threshold for missing magnitude",
                                                       "contracted value",
                                                       "",
                                                       "",
                                                       "average in recording interval 1",
                                                       "average in recording interval 2",
                                                       "minimum in recording interval 1",
                                                       "minimum in recording interval 2",
                                                       "maximum in recording interval 1",
                                                       "maximum in recording interval 2",
                                                       "test average",
                                                       "",
                                                       "",
                                                       "time integral 4"};

static_assert(processings[9] == "since last billing reset" && processings[29] == "in recording interval 1" &&
              processings[46] == "contracted value" && processings[58] == "time integral 4");

constexpr bool is_time_integral(std::uint8_t d) {
    return (d >= 8 && d <= 10) || (d >= 17 && d <= 20) || d == 29 || d == 30 || d == 58;
}

constexpr std::int16_t any = -1;
enum class Number : std::uint8_t { none, b, d, e };

// Codes that are no electrical quantity; the first that fits gives the name. `number` is the value group that is
// appended to it, as it is or counted from one.
struct Pattern {
    constexpr Pattern(std::int16_t a_, std::int16_t b_, std::int16_t c_, std::int16_t d_, std::int16_t e_,
                      std::string_view name_, Number number_ = Number::none, std::uint8_t counted_from_ = 0)
        : name(name_), a(a_), b(b_), c(c_), d(d_), e(e_), number(number_), counted_from(counted_from_) {}

    std::string_view name;
    std::int16_t a, b, c, d, e;
    Number number;
    std::uint8_t counted_from;
};
constexpr Pattern patterns[] = {
    // Abstract objects, IEC 62056-6-1, clause 6.
    {0, any, 0, 1, 0, "Billing period counter"},
    {0, any, 0, 1, 1, "Number of available billing periods"},
    {0, any, 0, 1, 2, "Time stamp of the last billing period"},
    {0, any, 0, 2, 0, "Active firmware identifier"},
    {0, any, 0, 2, 1, "Active firmware version"},
    {0, any, 0, 2, 8, "Active firmware signature"},
    {0, any, 1, 0, any, "Clock"},
    {0, any, 1, 1, any, "UNIX clock"},
    {0, any, 1, 2, any, "Microseconds clock"},
    {0, any, 2, 0, 0, "Modem configuration"},
    {0, any, 2, 1, 0, "Auto connect"},
    {0, any, 2, 2, 0, "Auto answer"},
    {0, any, 10, 0, 0, "Global meter reset script table"},
    {0, any, 10, 0, 1, "MDI reset / end of billing period script table"},
    {0, any, 10, 0, 100, "Tariffication script table"},
    {0, any, 10, 0, 101, "Activate test mode script table"},
    {0, any, 10, 0, 102, "Activate normal mode script table"},
    {0, any, 10, 0, 103, "Set output signals script table"},
    {0, any, 10, 0, 104, "Switch optical test output script table"},
    {0, any, 10, 0, 105, "Power quality measurement management script table"},
    {0, any, 10, 0, 106, "Disconnect control script table"},
    {0, any, 10, 0, 107, "Image activation script table"},
    {0, any, 10, 0, 108, "Push script table"},
    {0, any, 10, 0, 109, "Load profile control script table"},
    {0, any, 10, 0, 110, "M-Bus profile control script table"},
    {0, any, 10, 0, 111, "Function control script table"},
    {0, any, 10, 0, 125, "Broadcast script table"},
    {0, any, 11, 0, any, "Special days table", Number::e, 1},
    {0, any, 12, 0, any, "Schedule", Number::e, 1},
    {0, any, 13, 0, any, "Activity calendar"},
    {0, any, 14, 0, any, "Register activation", Number::e, 1},
    {0, any, 15, any, 0, "End of billing period schedule", Number::d, 1},
    {0, any, 15, 0, 1, "Disconnect control schedule"},
    {0, any, 15, 0, 2, "Image activation schedule"},
    {0, any, 15, 0, 3, "Output control schedule"},
    {0, any, 15, 0, 4, "Push schedule", Number::b},
    {0, any, 15, 0, 5, "Load profile control schedule"},
    {0, any, 15, 0, 6, "M-Bus profile control schedule"},
    {0, any, 15, 0, 7, "Function control schedule"},
    {0, any, 16, 0, any, "Register monitor", Number::e, 1},
    {0, any, 16, 1, any, "Alarm monitor", Number::e, 1},
    {0, any, 16, 2, any, "Parameter monitor", Number::e, 1},
    {0, any, 17, 0, any, "Limiter", Number::e, 1},
    {0, any, 18, 0, any, "Array manager", Number::e, 1},
    {0, any, 19, 0, any, "Account", Number::e, 1},
    {0, any, 19, 10, any, "Credit", Number::e, 1},
    {0, any, 19, 20, any, "Charge", Number::e, 1},
    {0, any, 19, 40, any, "Token gateway", Number::e, 1},
    {0, any, 19, 50, 1, "Maximum credit limit"},
    {0, any, 19, 50, 2, "Maximum vend limit"},
    {0, any, 19, 60, any, "IEC 62055-41 attributes"},
    {0, any, 20, 0, 0, "IEC optical port setup"},
    {0, any, 20, 0, 1, "IEC electrical port setup"},
    {0, any, 21, 0, 0, "Local port readout list"},
    {0, any, 21, 0, 1, "General display list"},
    {0, any, 21, 0, 2, "Alternate display list"},
    {0, any, 21, 0, 3, "Service display list"},
    {0, any, 21, 0, any, "Readout list", Number::e},
    {0, any, 22, 0, any, "IEC HDLC setup", Number::b, 1},
    {0, any, 24, 1, any, "M-Bus client", Number::b},
    {0, any, 25, 0, 0, "TCP-UDP setup"},
    {0, any, 25, 1, 0, "IPv4 setup"},
    {0, any, 25, 2, 0, "MAC address setup"},
    {0, any, 25, 3, 0, "PPP setup"},
    {0, any, 25, 4, 0, "GPRS modem setup"},
    {0, any, 25, 5, 0, "SMTP setup"},
    {0, any, 25, 6, 0, "GSM diagnostic"},
    {0, any, 25, 7, 0, "IPv6 setup"},
    {0, any, 25, 9, 0, "Push setup", Number::b},
    {0, any, 25, 10, 0, "NTP setup"},
    {0, any, 25, 11, 0, "LTE monitoring"},
    {0, any, 29, 0, 0, "G3-PLC MAC layer counters"},
    {0, any, 29, 1, 0, "G3-PLC MAC setup"},
    {0, any, 29, 2, 0, "G3-PLC 6LoWPAN adaptation layer setup"},
    {0, any, 33, 0, 0, "HS-PLC ISO/IEC 12139-1 MAC setup"},
    {0, any, 33, 1, 0, "HS-PLC ISO/IEC 12139-1 CPAS setup"},
    {0, any, 33, 2, 0, "HS-PLC ISO/IEC 12139-1 IP SSAS setup"},
    {0, any, 33, 3, 0, "HS-PLC ISO/IEC 12139-1 HDLC SSAS setup"},
    {0, any, 40, 0, 0, "Current association"},
    {0, any, 40, 0, any, "Association", Number::e},
    {0, any, 41, 0, 0, "SAP assignment"},
    {0, any, 42, 0, 0, "COSEM logical device name"},
    {0, any, 43, 0, any, "Security setup", Number::e, 1},
    {0, any, 43, 1, any, "Invocation counter", Number::e, 1},
    {0, any, 43, 2, any, "Data protection", Number::e, 1},
    {0, any, 44, 0, any, "Image transfer"},
    {0, any, 44, 1, any, "Function control"},
    {0, any, 44, 2, any, "Communication port protection", Number::e, 1},
    {0, any, 65, any, any, "Standard tables"},
    {0, any, 66, 0, any, "Compact data", Number::e, 1},
    {any, any, 94, any, any, "Country specific object of country", Number::d},
    {0, any, 96, 1, 10, "Metering point identifier"},
    {any, any, 96, 1, any, "Device identifier", Number::e, 1},
    {any, any, 96, 2, 0, "Number of configuration changes"},
    {any, any, 96, 2, 1, "Date of the last configuration change"},
    {any, any, 96, 2, 2, "Date of the last time switch program change"},
    {any, any, 96, 2, 4, "Security switches status"},
    {any, any, 96, 2, 7, "Passive calendar activation date"},
    {any, any, 96, 2, 12, "Date of the last clock setting"},
    {any, any, 96, 2, 13, "Date of the last firmware activation"},
    {any, any, 96, 3, 0, "Input/output control signals"},
    {any, any, 96, 3, 1, "Input control signals"},
    {any, any, 96, 3, 2, "Output control signals"},
    {any, any, 96, 3, 10, "Disconnect control"},
    {any, any, 96, 3, any, "Arbitrator", Number::e},
    {any, any, 96, 4, any, "Internal control signals"},
    {any, any, 96, 5, any, "Internal operating status"},
    {any, any, 96, 6, 0, "Battery use time"},
    {any, any, 96, 6, 1, "Battery charge"},
    {any, any, 96, 6, 2, "Battery replacement date"},
    {any, any, 96, 6, 3, "Battery voltage"},
    {any, any, 96, 6, 4, "Battery initial capacity"},
    {any, any, 96, 6, 5, "Battery installation date"},
    {any, any, 96, 6, 6, "Battery estimated remaining time"},
    {any, any, 96, 6, 10, "Auxiliary supply use time"},
    {any, any, 96, 6, 11, "Auxiliary supply voltage"},
    {any, any, 96, 7, 0, "Number of power failures in all phases"},
    {any, any, 96, 7, 1, "Number of power failures in L1"},
    {any, any, 96, 7, 2, "Number of power failures in L2"},
    {any, any, 96, 7, 3, "Number of power failures in L3"},
    {any, any, 96, 7, 4, "Number of power failures of the auxiliary supply"},
    {any, any, 96, 7, 5, "Number of long power failures in all phases"},
    {any, any, 96, 7, 6, "Number of long power failures in L1"},
    {any, any, 96, 7, 7, "Number of long power failures in L2"},
    {any, any, 96, 7, 8, "Number of long power failures in L3"},
    {any, any, 96, 7, 9, "Number of long power failures in any phase"},
    {any, any, 96, 7, 10, "Time of the power failure in all phases"},
    {any, any, 96, 7, 11, "Time of the power failure in L1"},
    {any, any, 96, 7, 12, "Time of the power failure in L2"},
    {any, any, 96, 7, 13, "Time of the power failure in L3"},
    {any, any, 96, 7, 14, "Time of the power failure in any phase"},
    {any, any, 96, 7, 15, "Duration of the last long power failure in all phases"},
    {any, any, 96, 7, 16, "Duration of the last long power failure in L1"},
    {any, any, 96, 7, 17, "Duration of the last long power failure in L2"},
    {any, any, 96, 7, 18, "Duration of the last long power failure in L3"},
    {any, any, 96, 7, 19, "Duration of the last long power failure in any phase"},
    {any, any, 96, 7, 20, "Time threshold for long power failures"},
    {any, any, 96, 7, 21, "Number of power failures in any phase"},
    {any, any, 96, 8, 0, "Operating time"},
    {any, any, 96, 8, any, "Operating time of rate", Number::e},
    {any, any, 96, 9, 0, "Ambient temperature"},
    {any, any, 96, 9, 1, "Ambient pressure"},
    {any, any, 96, 9, 2, "Relative humidity"},
    {any, any, 96, 10, any, "Profile status", Number::e},
    {any, any, 96, 11, any, "Event code", Number::e},
    {any, any, 96, 12, 0, "Number of connections"},
    {any, any, 96, 12, 5, "GSM field strength"},
    {any, any, 96, 12, 6, "Telephone number"},
    {any, any, 96, 13, 0, "Consumer message via port"},
    {any, any, 96, 13, 1, "Consumer message via display"},
    {any, any, 96, 14, any, "Currently active tariff"},
    {any, any, 96, 15, any, "Event counter", Number::e},
    {any, any, 96, 20, 0, "Meter cover removal counter"},
    {any, any, 96, 20, 1, "Time of the last meter cover removal"},
    {any, any, 96, 20, 2, "Duration of the meter cover removal"},
    {any, any, 96, 20, 3, "Cumulative duration of meter cover removals"},
    {any, any, 96, 20, 5, "Terminal cover removal counter"},
    {any, any, 96, 20, 6, "Time of the last terminal cover removal"},
    {any, any, 96, 20, 7, "Duration of the terminal cover removal"},
    {any, any, 96, 20, 8, "Cumulative duration of terminal cover removals"},
    {any, any, 96, 20, 10, "Tilt counter"},
    {any, any, 96, 20, 11, "Time of the last tilt"},
    {any, any, 96, 20, 12, "Duration of the tilt"},
    {any, any, 96, 20, 13, "Cumulative duration of tilts"},
    {any, any, 96, 20, 15, "Strong DC magnetic field counter"},
    {any, any, 96, 20, 16, "Time of the last strong DC magnetic field"},
    {any, any, 96, 20, 17, "Duration of the strong DC magnetic field"},
    {any, any, 96, 20, 18, "Cumulative duration of strong DC magnetic fields"},
    {any, any, 96, 20, 20, "Supply control switch tamper counter"},
    {any, any, 96, 20, 21, "Time of the last supply control switch tamper"},
    {any, any, 96, 20, 22, "Duration of the supply control switch tamper"},
    {any, any, 96, 20, 23, "Cumulative duration of supply control switch tampers"},
    {any, any, 96, 20, 25, "Metrology tamper counter"},
    {any, any, 96, 20, 26, "Time of the last metrology tamper"},
    {any, any, 96, 20, 27, "Duration of the metrology tamper"},
    {any, any, 96, 20, 28, "Cumulative duration of metrology tampers"},
    {any, any, 96, 20, 30, "Communication tamper counter"},
    {any, any, 96, 20, 31, "Time of the last communication tamper"},
    {any, any, 96, 20, 32, "Duration of the communication tamper"},
    {any, any, 96, 20, 33, "Cumulative duration of communication tampers"},
    {any, any, 97, 97, any, "Error register", Number::e, 1},
    {0, any, 97, 98, 0, "Alarm register 1"},
    {0, any, 97, 98, 1, "Alarm register 2"},
    {0, any, 97, 98, 2, "Alarm register 3"},
    {0, any, 97, 98, 10, "Alarm filter 1"},
    {0, any, 97, 98, 11, "Alarm filter 2"},
    {0, any, 97, 98, 12, "Alarm filter 3"},
    {0, any, 97, 98, 20, "Alarm descriptor 1"},
    {0, any, 97, 98, 21, "Alarm descriptor 2"},
    {0, any, 97, 98, 22, "Alarm descriptor 3"},
    {0, any, 98, any, 128, "Form of the buffer of billing period data", Number::d},
    {any, any, 98, any, any, "Data of billing period", Number::d},
    {0, any, 99, 12, any, "Connection profile"},
    {0, any, 99, 13, any, "GSM diagnostic profile"},
    {0, any, 99, 14, any, "Charge collection history"},
    {0, any, 99, 15, any, "Token credit history"},
    {0, any, 99, 16, any, "Parameter monitor log"},
    {0, any, 99, 17, any, "Token transfer log"},
    {0, any, 99, 18, any, "LTE monitoring profile"},
    {1, any, 99, 128, 0, "Test profile"},
    {1, any, 99, 133, 0, "Profile of average values"},
    {1, any, 99, 134, 0, "Profile of minimum values"},
    {1, any, 99, 135, 0, "Profile of maximum values"},
    {1, any, 99, 133, 128, "Form of the buffer of the average values"},
    {1, any, 99, 134, 128, "Form of the buffer of the minimum values"},
    {1, any, 99, 135, 128, "Form of the buffer of the maximum values"},
    {1, any, 99, any, 128, "Form of the buffer of load profile", Number::d},
    {any, any, 99, 1, any, "Load profile with recording period 1"},
    {any, any, 99, 2, any, "Load profile with recording period 2"},
    {any, any, 99, 3, any, "Load profile during test"},
    {1, any, 99, 10, 1, "Voltage dips profile"},
    {1, any, 99, 10, 2, "Voltage swells profile"},
    {1, any, 99, 10, 3, "Voltage cuts profile"},
    {1, any, 99, 11, any, "Voltage harmonic profile", Number::e},
    {1, any, 99, 12, any, "Current harmonic profile", Number::e},
    {1, any, 99, 13, any, "Voltage unbalance profile"},
    {1, any, 99, 14, any, "Power quality profile"},
    {1, any, 99, 97, any, "Power failure event log"},
    {any, any, 99, 98, any, "Event log", Number::e},
    {1, any, 99, 99, any, "Certification data log"},
    // Electricity, objects that are no quantity, clause 7.
    {1, any, 0, 0, any, "Electricity identifier", Number::e, 1},
    {1, any, 0, 1, 0, "Billing period counter 1"},
    {1, any, 0, 1, 1, "Number of available billing periods 1"},
    {1, any, 0, 1, 2, "Time stamp of billing period 1"},
    {1, any, 0, 1, 3, "Billing period counter 2"},
    {1, any, 0, 1, 4, "Number of available billing periods 2"},
    {1, any, 0, 1, 5, "Time stamp of billing period 2"},
    {1, any, 0, 2, 0, "Active firmware identifier"},
    {1, any, 0, 2, 1, "Parameter record number"},
    {1, any, 0, 2, 2, "Active time switch program number"},
    {1, any, 0, 2, 4, "Meter connection diagram identifier"},
    {1, any, 0, 2, 7, "Passive calendar name"},
    {1, any, 0, 2, 8, "Active firmware signature"},
    {1, any, 0, 3, 0, "Active energy LED constant"},
    {1, any, 0, 3, 1, "Reactive energy LED constant"},
    {1, any, 0, 3, 2, "Apparent energy LED constant"},
    {1, any, 0, 3, 3, "Active energy output pulse constant"},
    {1, any, 0, 3, 4, "Reactive energy output pulse constant"},
    {1, any, 0, 3, 5, "Apparent energy output pulse constant"},
    {1, any, 0, 4, 2, "Current transformer ratio numerator"},
    {1, any, 0, 4, 3, "Voltage transformer ratio numerator"},
    {1, any, 0, 4, 4, "Overall transformer ratio numerator"},
    {1, any, 0, 4, 5, "Current transformer ratio denominator"},
    {1, any, 0, 4, 6, "Voltage transformer ratio denominator"},
    {1, any, 0, 4, 7, "Overall transformer ratio denominator"},
    {1, any, 0, 5, any, "Demand limit", Number::e},
    {1, any, 0, 6, 0, "Nominal voltage"},
    {1, any, 0, 6, 1, "Basic current"},
    {1, any, 0, 6, 2, "Nominal frequency"},
    {1, any, 0, 6, 3, "Maximum current"},
    {1, any, 0, 6, 4, "Reference voltage for power quality"},
    {1, any, 0, 8, 0, "Measurement period 1"},
    {1, any, 0, 8, 1, "Measurement period 2"},
    {1, any, 0, 8, 2, "Measurement period 3"},
    {1, any, 0, 8, 4, "Recording interval 1"},
    {1, any, 0, 8, 5, "Recording interval 2"},
    {1, any, 0, 8, 6, "Billing period length"},
    {1, any, 0, 9, 1, "Local time"},
    {1, any, 0, 9, 2, "Local date"},
    {1, any, 0, 9, 11, "Clock time shift limit"},
    // The manufacturer's range, as this family of meters uses it; those of another maker mean something else there.
    {0, any, 13, 128, 0, "Why a calendar was refused"},
    {0, any, 19, 128, 0, "Available credit"},
    {0, any, 19, 128, 1, "Charged to the account, this billing period"},
    {0, any, 19, 128, 2, "Consumption amount, this billing period"},
    {0, any, 96, 50, 0, "Magnitude of the last event"},
    {0, any, 96, 50, 1, "Duration of what the last event ended"},
    {0, any, 96, 50, 2, "Voltage unbalance"},
    {0, any, 96, 50, 3, "Amount of the last recharge"},
    {0, any, 96, 51, 0, "Conditions that are watched"},
    {0, any, 96, 51, 1, "Conditions that hold now"},
    {0, any, 96, 51, 2, "Time for which a cover or magnet must stay"},
    {0, any, 96, 51, 3, "Bypass: threshold"},
    {0, any, 96, 51, 4, "Bypass: time"},
    {0, any, 96, 51, 5, "Undervoltage: ends above"},
    {0, any, 96, 51, 6, "Overvoltage: ends below"},
    {0, any, 96, 51, 7, "Voltage unbalance: threshold"},
    {0, any, 96, 51, 8, "Voltage unbalance: time"},
    {0, any, 96, 51, 9, "Neutral missing: displacement of the star point"},
    {0, any, 96, 51, 10, "Neutral missing: time"},
    {0, any, 96, 51, 11, "Reversed phase sequence: time"},
    {0, any, 96, 51, 12, "Current reversal: time"},
    {0, any, 96, 51, 13, "Battery low: threshold"},
    {0, any, 96, 53, 0, "Display: time of an item in auto scroll"},
    {0, any, 96, 53, 1, "Display: time without a press until auto scroll"},
    {0, any, 96, 53, 2, "Display: time of the backlight after a press"},
    {0, any, 96, 53, 3, "Display: time after a press without mains"},
    {0, any, 96, 53, 4, "Display: backlight off, after a press, always"},
    {0, any, 96, 53, 5, "Display: decimals of energies"},
    {0, any, 96, 53, 6, "Display: decimals of powers and demands"},
    {0, any, 96, 53, 7, "Display: counters with leading zeros"},
    {0, any, 96, 53, 8, "Display: sounds"},
    {0, any, 96, 53, 9, "Display: why a setting was refused"},
    {0, any, 96, 54, 0, "Calibration: constants"},
    {0, any, 96, 54, 1, "Calibration: date"},
    {0, any, 96, 54, 2, "Calibration: check of what is stored"},
    {0, any, 96, 54, 3, "Calibration: how often"},
    {0, any, 96, 54, 4, "Calibration: state, and its seal"},
    {0, any, 96, 55, 0, "Deviation of the crystal at 25 degrees Celsius"},
    {0, any, 96, 60, 0, "Relay: reasons to stay open"},
    {0, any, 96, 60, 1, "Relay: the first reason"},
    {0, any, 96, 60, 2, "Relay: causes that are enabled"},
    {0, any, 96, 60, 3, "Relay: operations under load"},
    {0, any, 96, 60, 4, "Relay: operations without load"},
    {0, any, 96, 60, 5, "Relay: wear"},
    {0, any, 96, 60, 10, "Relay: overvoltage, time to trip"},
    {0, any, 96, 60, 11, "Relay: overvoltage, time to restore"},
    {0, any, 96, 60, 12, "Relay: fuse supervision, time to trip"},
    {0, any, 96, 60, 13, "Relay: fuse supervision, time to restore"},
    {0, any, 96, 61, 1, "Module in slot 1"},
    {0, any, 96, 61, 2, "Module in slot 2"},
    {0, any, 96, 61, 3, "Module in the input slot"},
};

// 0-0:96.52.e of the manufacturer's range: five values of E for each condition, of which four are in use.
void describe_tamper(TextWriter& out, std::uint8_t e) {
    constexpr std::array<std::string_view, 12> conditions{
        "Module cover 1 open", "Module cover 2 open",     "Bypass",          "Current reversal L1",
        "Current reversal L2", "Current reversal L3",     "Overcurrent L1",  "Overcurrent L2",
        "Overcurrent L3",      "Reversed phase sequence", "Neutral missing", "Voltage unbalance"};
    constexpr std::array<std::string_view, 4> figures{"counter", "time of the last", "duration of the last",
                                                      "total duration"};
    constexpr std::size_t values = 5;
    const std::size_t condition = e / values;
    const std::size_t figure = e % values;
    if (condition < conditions.size() && figure < figures.size())
        out << conditions[condition] << ", " << figures[figure];
}

constexpr bool fits(std::int16_t group, std::uint8_t code) {
    return group == any || group == code;
}

void describe_pattern(TextWriter& out, const Pattern& pattern, const Obis& obis) {
    out << pattern.name;
    const auto number = [&](std::uint8_t group) { out << ' ' << group + pattern.counted_from; };
    switch (pattern.number) {
        case Number::none:
            return;
        case Number::b:
            return number(obis.b());
        case Number::d:
            return number(obis.d());
        case Number::e:
            return number(obis.e());
    }
}

// C = 81: E = 10 * from + to.
void describe_angle(TextWriter& out, std::uint8_t e) {
    constexpr std::array<std::string_view, 8> points{"U(L1)", "U(L2)", "U(L3)", "", "I(L1)", "I(L2)", "I(L3)", "I(L0)"};
    const std::size_t from = e / 10U;
    const std::size_t to = e % 10U;
    if (from >= points.size() || to >= points.size() || points[from].empty() || points[to].empty()) return;
    out << "Phase angle " << points[to] << " to " << points[from];
}

// The quantity's name, with the phase; nothing when C is none.
void describe_quantity(TextWriter& out, std::uint8_t c, std::uint8_t d) {
    constexpr std::array<std::string_view, 4> phases{"", " L1", " L2", " L3"};
    if (c >= 1 && c <= 80) {
        const Quantity& quantity = quantities[(c - 1U) % 20U + 1U];
        const bool energy = is_time_integral(d) && !quantity.energy.empty();
        out << (energy ? quantity.energy : quantity.name) << phases[(c - 1U) / 20U];
    } else if (c >= 84 && c <= 87) {
        out << "Power factor export" << phases[c - 84U];
    } else if (c == 90) {
        out << "Sum of phase currents";
    } else if (c == 91) {
        out << "Neutral current";
    } else if (c == 92) {
        out << "Neutral voltage";
    } else if (c >= 124 && c <= 126) {
        constexpr std::array<std::string_view, 3> lines{"L1-L2", "L2-L3", "L3-L1"};
        out << "Voltage " << lines[c - 124U];
    }
}

constexpr bool has_harmonics(std::uint8_t c, std::uint8_t d) {
    const unsigned quantity = (c - 1U) % 20U + 1U;
    return (d == 7 || d == 24) && c <= 80 && (quantity == 11 || quantity == 12 || quantity == 15);
}

void describe_harmonic(TextWriter& out, std::uint8_t e) {
    switch (e) {
        case 1:
            out << ", fundamental";
            return;
        case 124:
            out << ", total harmonic distortion";
            return;
        case 125:
            out << ", total demand distortion";
            return;
        case 126:
            out << ", all harmonics";
            return;
        case 127:
            out << ", all harmonics to nominal value";
            return;
        default:
            out << ", harmonic " << e;
    }
}

void describe_electricity(TextWriter& out, const Obis& obis) {
    const std::uint8_t d = obis.d();
    const std::uint8_t e = obis.e();
    if (d >= processings.size() || (d != 8 && processings[d].empty())) return;
    if (obis.c() == 81) {
        if (d == 7) describe_angle(out, e);
        return;
    }
    describe_quantity(out, obis.c(), d);
    if (out.empty()) return;
    if (d == 8) {
        if (e == 0) out << " total";
    } else {
        out << ", " << processings[d];
    }
    if (e == 0) return;
    if (has_harmonics(obis.c(), d)) {
        describe_harmonic(out, e);
    } else {
        out << (d == 8 ? " rate " : ", rate ") << e;
    }
}

void describe_billing_period(TextWriter& out, std::uint8_t f) {
    if (f < 100) out << ", billing period VZ " << f;
    if (f == 101) out << ", last billing period";
    if (f > 101 && f < 126) out << ", billing period " << f - 100 << " back";
    if (f == 126) out << ", billing periods";
}

}  // namespace

std::string_view describe_obis(const Obis& obis, std::span<char> buffer) {
    TextWriter out(buffer);
    if (obis.a() == 1) describe_electricity(out, obis);
    if (out.empty()) {
        for (const Pattern& pattern : patterns) {
            if (fits(pattern.a, obis.a()) && fits(pattern.b, obis.b()) && fits(pattern.c, obis.c()) &&
                fits(pattern.d, obis.d()) && fits(pattern.e, obis.e())) {
                describe_pattern(out, pattern, obis);
                break;
            }
        }
    }
    constexpr std::uint8_t tampers = 52;
    if (out.empty() && obis.a() == 0 && obis.c() == 96 && obis.d() == tampers) describe_tamper(out, obis.e());
    if (out.empty()) return {};
    if (obis.a() == 1 && obis.b() != 0) out << ", channel " << obis.b();
    describe_billing_period(out, obis.f());
    return out.view();
}

}  // namespace blathy::dlms
