// For each event of docs/events.md: from its cause at the terminals to its row in the log, the bits of the alarm
// registers, the push at a listener, the alarm LED, the annunciators of the display, and the relay.
//
// What a row must leave behind in logs and alarms is read from the documentation, so that the table here, the one that
// users read and the meter are held against each other.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "dlms/security/key_wrap.hpp"
#include "meter/event/event_state.hpp"
#include "meter/load_profile/profiles.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/tariff/calendar_store.hpp"

#include "tests/apps/event_stand.hpp"
#include "tests/meter/security_testing.hpp"
#include "tests/support/certificate_authority.hpp"

namespace blathy::test {
namespace {

using meter::Annunciator;
using meter::Companion;
using meter::EventKind;
using meter::EventLogId;
using meter::Inputs;
using meter::Model;
using Kind = EventKind;
using Numbers = std::vector<int>;

// What docs/events.md says of an event.
struct Documented {
    Numbers idis;
    Numbers fid2;
    std::string idis_log;
    std::string fid2_log;
    std::array<Numbers, 2> alarms;  // bits of registers 1 and 2

    [[nodiscard]] const Numbers& codes(Companion companion) const { return companion == Companion::idis ? idis : fid2; }
    [[nodiscard]] const std::string& log(Companion companion) const {
        return companion == Companion::idis ? idis_log : fid2_log;
    }
};

Numbers numbers_in(const std::string& text) {
    Numbers numbers;
    std::istringstream in(text);
    for (std::string number; std::getline(in, number, ',');) {
        if (number.find_first_of("0123456789") != std::string::npos) numbers.push_back(std::stoi(number));
    }
    return numbers;
}

std::map<std::string, Documented> documented_events() {
    std::map<std::string, Documented> events;
    std::ifstream file(std::string(BLATHY_SOURCE_DIR) + "/docs/events.md");
    for (std::string line; std::getline(file, line) && line != "## Logs";) {
        std::vector<std::string> cells;
        std::istringstream in(line);
        for (std::string cell; std::getline(in, cell, '|');) {
            const auto first = cell.find_first_not_of(' ');
            cells.push_back(first == std::string::npos ? ""
                                                       : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
        }
        if (cells.size() != 6 || cells[1] == "event" || cells[1] == "---") continue;
        Documented event{numbers_in(cells[2]), numbers_in(cells[3]), cells[4], cells[4], {}};
        if (const auto both = cells[4].find(" / "); both != std::string::npos) {
            event.idis_log = cells[4].substr(0, both);
            event.fid2_log = cells[4].substr(both + 3);
        }
        if (const auto colon = cells[5].find(':'); colon != std::string::npos) {
            event.alarms[cells[5][0] == '1' ? 0 : 1] = numbers_in(cells[5].substr(colon + 1));
        }
        events[cells[1]] = event;
    }
    return events;
}

EventLogId log_named(const std::string& name) {
    const std::vector<std::string> names = {"standard", "fraud",         "disconnector",  "firmware",
                                            "quality",  "communication", "power failure", "recharge"};
    const auto found = std::ranges::find(names, name);
    // "the one cleared" is the standard one here.
    return found == names.end() ? EventLogId::standard : static_cast<EventLogId>(found - names.begin());
}

// What it takes to bring an event about.
enum Need : unsigned {
    wire = 1,     // a client that asks for objects
    phases = 2,   // three of them
    slots = 4,    // for modules
    fuse = 8,     // supervision of it
    tamper = 16,  // opens the relay
    payment = 32,
};

constexpr Model with_everything(Companion companion) {
    Model model = meter::sed302;
    model.name = companion == Companion::idis ? "everything of IDIS" : "everything of FID2";
    model.functions.fuse_supervision = true;
    model.companion = companion;
    return model;
}
constexpr Model everything_idis = with_everything(Companion::idis);
constexpr Model everything_fid2 = with_everything(Companion::fid2);

unsigned offers(const Model& model) {
    unsigned has = 0;
    if (&model != &everything_idis && &model != &everything_fid2) has |= wire;
    if (model.phases == 3) has |= phases;
    if (model.ports.communication_modules > 0) has |= slots;
    if (model.functions.fuse_supervision) has |= fuse;
    if (model.functions.tamper_disconnect) has |= tamper;
    if (model.functions.prepayment) has |= payment;
    return has;
}

enum class Relay { closed, open, open_by_tamper };
constexpr Relay closed = Relay::closed;
constexpr Relay open = Relay::open;
constexpr Relay open_by_tamper = Relay::open_by_tamper;  // where that is a cause

struct Row {
    Kind kind;
    int detail;  // phase, slot or 0
    unsigned needs;
    // Lit when it is over: A the alarm LED and its annunciator, C cover-open, M magnetic-field, B battery-low.
    const char* lit;
    Relay relay;
    void (*cause)(EventStand&);
    int code = 0;  // of what the table of the documentation has no place for
};

void cover(EventStand& at, bool Inputs::*which, bool opened) {
    Inputs inputs = at.desk->inputs();
    inputs.*which = opened;
    at.desk->set_inputs(inputs);
    at.live(2);
}
void module_cover(EventStand& at, std::size_t which, bool opened) {
    Inputs inputs = at.desk->inputs();
    inputs.module_cover_open[which] = opened;
    at.desk->set_inputs(inputs);
    at.live(2);
}
constexpr double normal_v = 230;
// Of one phase; the others have what is normal, and whatever they had before is told and over.
template <int phase>
void voltage(EventStand& at, double volts) {
    if (volts != normal_v) {
        at.set_voltages(normal_v);
        at.live(1);
        EXPECT_TRUE(at.meter().acknowledge_alarms(1, 0));
    }
    at.set_voltage(phase - 1, volts);
    at.live(2);
}
void set_control_mode(EventStand& at, std::uint8_t mode) {
    EXPECT_EQ(at.meter().relay().set_mode(at.meter().clock(), mode), meter::Transition::done);
    EXPECT_TRUE(at.meter().acknowledge_alarms(0, 0)) << "that it was configured";
}
// Whatever that means, the relay stays closed.
template <int phase>
void current(EventStand& at, double amperes) {
    set_control_mode(at, 0);
    at.set_current(phase - 1, amperes);
    at.live(2.5);
}
template <int phase>
void short_change(EventStand& at, double volts) {
    at.set_voltage(phase - 1, volts);
    at.live(0.08);
    at.set_voltage(phase - 1, normal_v);
    at.live(1);
}
template <int phase>
void reversal(EventStand& at, bool exporting) {
    world::PhaseLoad load = at.desk->site().load(phase - 1);
    load.exporting = exporting;
    at.desk->site().set_load(phase - 1, load);
    at.live(2.5);
}
template <int slot>
void plug(EventStand& at) {
    world::ModuleTraits traits;
    traits.boot = traits.fastest_join = traits.slowest_join = std::chrono::milliseconds{500};
    traits.losses_a_day = 0;
    ASSERT_TRUE(at.desk->plug_module(slot - 1, slot == 3 ? meter::ModuleKind::input : meter::ModuleKind::rf, traits));
    at.live(0.4);
}
template <int slot>
void pull(EventStand& at) {
    at.desk->pull_module(slot - 1);
    at.live(1);
}
void outage(EventStand& at, double seconds) {
    at.set_voltages(0);
    at.live(seconds);
    at.set_voltages(normal_v);
    at.live(4);
}
template <int phase>
void phase_outage(EventStand& at, double seconds) {
    at.set_voltage(phase - 1, 0);
    at.live(seconds);
    at.set_voltage(phase - 1, normal_v);
    at.live(1);
}
void call_disconnect_control(EventStand& at, const char* method) {
    EXPECT_EQ(at.ask("C301C100460000600 30AFF" + std::string(method) + "010F00"), "C701C10000");
    at.live(2);
}
using HeadEnd = meter::security::testing::HeadEndOf<Client>;

// A head end of the management client whose requests are ciphered, and what it does.
void with_head_end(EventStand& at, const std::function<void(HeadEnd&)>& act) {
    Client client(at.meter(), management_client_sap);
    HeadEnd head_end(client);
    const auto& keys = at.meter().security().keys();
    head_end.keys = keys.keys(meter::Role::management).value();
    head_end.peer_title = at.meter().identity().system_title();
    head_end.own_title = *head_end.keys.client_title;
    head_end.counter = keys.expected(meter::Role::management, meter::security::KeyMemory::Counted::unicast);
    ASSERT_TRUE(head_end.associate());
    act(head_end);
    at.live(1);
}

const Octets get_time = hex(get_clock);

const std::vector<Row> event_rows = {
    // By clients.
    {Kind::clock_left, 0, wire, "", closed,
     [](EventStand& at) {
         EXPECT_EQ(at.ask("C101C100080000010000FF0200090C07EA0C1FFF0C000000FFC400"), set_success);
         at.live(1);
     }},
    {Kind::clock_set, 0, wire, "", closed,
     [](EventStand& at) {
         EXPECT_EQ(at.ask("C101C100080000010000FF0200090C07EA031CFF163B3A00FFC400"), set_success);
         at.live(1);
     }},
    {Kind::daylight_changed, 0, wire, "", closed,
     [](EventStand& at) {
         at.meter().set_clock(std::chrono::sys_days{std::chrono::year{2026} / 3 / 29} + std::chrono::minutes{59} +
                              std::chrono::seconds{59});
         at.live(2);
     }},
    {Kind::calendar_activated, 0, wire, "", closed,
     [](EventStand& at) { EXPECT_EQ(at.ask("C301C1001400000D0000FF01010F00"), "C701C10000"); }},
    {Kind::calendar_refused, 0, wire, "A", closed,
     [](EventStand& at) {
         EXPECT_EQ(at.ask("C101C1001400000D0000FF08000100"), set_success) << "without weeks";
         EXPECT_EQ(at.ask("C301C1001400000D0000FF01010F00"), "C701C1FA00");
     }},
    {Kind::billing_reset, 0, 0, "", closed, [](EventStand& at) { EXPECT_TRUE(at.meter().press_reset_button()); }},
    {Kind::demand_reset, 0, wire, "", closed,
     [](EventStand& at) { EXPECT_EQ(at.ask("C301C100050100010400FF01010F00"), "C701C10000"); }},
    {Kind::profile_cleared, 0, wire, "", closed,
     [](EventStand& at) { EXPECT_EQ(at.ask("C301C100070100630100FF01010F00"), "C701C10000"); }},
    {Kind::log_cleared, 0, wire, "", closed,
     [](EventStand& at) { EXPECT_EQ(at.ask("C301C100070000636200FF01010F00"), "C701C10000"); }},
    {Kind::alarm_cleared, 0, wire, "", closed,
     [](EventStand& at) { EXPECT_EQ(at.ask("C101C100010000616200FF02000600000000"), set_success); }},
    {Kind::error_cleared, 0, wire, "", closed,
     [](EventStand& at) { EXPECT_EQ(at.ask("C101C100010000616100FF02000600000000"), set_success); }},
    {Kind::configuration_changed, 0, wire, "A", closed,
     [](EventStand& at) {
         at.live(61);  // what was changed before may have been a flood
         EXPECT_EQ(at.ask("C101C1000300006033 0DFF0200120B54"), set_success);
         at.live(1);
     }},
    {Kind::wrong_password, 0, wire, "A", closed,
     [](EventStand& at) {
         Client thief(at.meter(), management_client_sap);
         EXPECT_FALSE(thief.open("letmein"));
         at.live(1);
     }},
    {Kind::keys_changed, 0, wire, "A", closed,
     [](EventStand& at) {
         with_head_end(at, [](HeadEnd& head_end) {
             const Octets key = hex("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF");
             EXPECT_EQ(hex(head_end.ask(HeadEnd::transfer(head_end.keys.master, {{2, key}}))), "C701C10000");
         });
     }},
    {Kind::deciphering_failed, 0, wire, "A", closed,
     [](EventStand& at) {
         with_head_end(at, [](HeadEnd& head_end) {
             Octets request = head_end.cipher(get_time, head_end.how());
             request.back() ^= 1;
             (void)head_end.server.send(request);
         });
     }},
    {Kind::replay, 0, wire, "A", closed,
     [](EventStand& at) {
         with_head_end(at, [](HeadEnd& head_end) {
             const Octets request = head_end.cipher(get_time, head_end.how());
             (void)head_end.server.send(request);
             (void)head_end.server.send(request);
         });
     }},
    {Kind::weak_protection, 0, wire, "A", closed,
     [](EventStand& at) { with_head_end(at, [](HeadEnd& head_end) { (void)head_end.server.send(get_time); }); }},
    {Kind::counter_alarm, 0, wire, "", closed,
     [](EventStand& at) {
         with_head_end(at, [](HeadEnd& head_end) {
             head_end.counter = 2'000'000'000;
             (void)head_end.ask(get_time);
         });
     }},
    {Kind::counter_end, 0, wire, "", closed,
     [](EventStand& at) {
         with_head_end(at, [](HeadEnd& head_end) {
             head_end.counter = 0xFFFF'FFFE;
             (void)head_end.ask(get_time);
         });
     }},
    {Kind::certificates_changed, 0, wire, "", closed,
     [](EventStand& at) {
         // New keys, of a suite that has certificates, and a root that the factory has put there.
         auto keys = at.meter().security().keys().keys(meter::Role::management).value();
         keys.suite = dlms::security::Suite::p256_aes128_gcm;
         keys.unicast = meter::security::KeyOctets(hex("101112131415161718191A1B1C1D1E1F"));
         ASSERT_TRUE(at.meter().security().keys().change(meter::Role::management, keys));
         const KeyHolder root;
         const KeyHolder authority;
         ASSERT_TRUE(at.meter().security().certificates().write(0, root.issue(root, root_issue())));
         Issue below = root_issue();
         below.subject = "CN=Below,O=Blathy";
         const Octets certificate = root.issue(authority, below);
         with_head_end(at, [&](HeadEnd& head_end) {
             Octets request = hex("C301C1004000002B0000FF060109");
             Octets length(4);
             ByteWriter out(length);
             dlms::write_length(out, certificate.size());
             request.insert(request.end(), out.written().begin(), out.written().end());
             request.insert(request.end(), certificate.begin(), certificate.end());
             EXPECT_EQ(hex(head_end.ask(request)), "C701C10000");
         });
     }},
    // What a client says to the relay, and hands.
    {Kind::remote_disconnection, 0, wire, "", open, [](EventStand& at) { call_disconnect_control(at, "01"); }},
    {Kind::remote_connection, 0, wire, "", closed, [](EventStand& at) { call_disconnect_control(at, "02"); }},
    {Kind::manual_disconnection, 0, 0, "", open,
     [](EventStand& at) {
         at.live(60);  // configured more often than five times a minute, it would tell of that later
         set_control_mode(at, 2);
         EXPECT_EQ(at.meter().relay().press_button(at.meter().clock()), meter::Transition::done);
         at.live(2);
     }},
    {Kind::manual_connection, 0, 0, "", closed,
     [](EventStand& at) {
         EXPECT_EQ(at.meter().relay().press_button(at.meter().clock()), meter::Transition::done);
         at.live(2);
     }},
    {Kind::local_disconnection, 0, wire, "", open,
     [](EventStand& at) {
         set_control_mode(at, 7);
         at.set_voltages(258);
         at.live(3);
     }},
    {Kind::local_connection, 0, wire, "A", closed,
     [](EventStand& at) {  // which voltages that are normal again tell as well
         at.set_voltages(normal_v);
         at.live(3);
     }},
    {Kind::ready_for_connection, 0, wire, "A", open,
     [](EventStand& at) {
         at.live(60);
         set_control_mode(at, 4);
         at.set_voltages(258);
         at.live(3);
         at.set_voltages(normal_v);
         at.live(3);
     }},
    {Kind::limiter_exceeded, 0, 0, "", closed,
     [](EventStand& at) {
         set_control_mode(at, 0);  // the relay is closed again, and stays so
         set_control_mode(at, 7);
         at.desk->site().set_loads({.current_a = 110});
         at.live(4);
     }},
    {Kind::limiter_normal, 0, 0, "", closed,
     [](EventStand& at) {
         at.set_usual_loads();
         at.live(3);
     }},
    {Kind::limiter_changed, 0, wire, "", closed,
     [](EventStand& at) {
         const std::string threshold = at.ask("C001C100470000110000FF0400").substr(8);
         const std::string other = threshold.substr(0, threshold.size() - 2) + "0F";
         EXPECT_EQ(at.ask("C101C100470000110000FF0400" + other), set_success);
         at.live(1);
     }},
    {Kind::disconnector_failed, 0, wire, "A", closed,
     [](EventStand& at) {
         at.desk->relay().jam(true);
         call_disconnect_control(at, "01");
         at.live(4);
         at.desk->relay().jam(false);
         call_disconnect_control(at, "02");
     }},
    // Covers and magnets. Where they open the relay, somebody has to clear the latch.
    {Kind::terminal_cover_opened, 0, 0, "AC", open_by_tamper,
     [](EventStand& at) { cover(at, &Inputs::terminal_cover_open, true); }},
    {Kind::terminal_cover_closed, 0, 0, "", open_by_tamper,
     [](EventStand& at) { cover(at, &Inputs::terminal_cover_open, false); }},
    {Kind::tamper_latch_cleared, 0, tamper, "A", closed,
     [](EventStand& at) {
         cover(at, &Inputs::meter_cover_open, true);
         cover(at, &Inputs::meter_cover_open, false);
         EXPECT_FALSE(at.desk->relay().closed());
         if ((offers(at.model) & wire) != 0) {
             EXPECT_EQ(at.ask("C101C1000101005E6245FF0200120000"), set_success);
         } else {
             EXPECT_EQ(at.meter().relay().clear_tamper(at.meter().clock()), meter::Transition::done);
         }
         at.live(2);
         // From here on the relay does not mind covers and magnets.
         auto settings = meter::load_relay_settings(at.model, at.meter().store());
         settings.enabled_tampers = 0;
         EXPECT_TRUE(at.meter().relay().configure(at.meter().clock(), settings));
     }},
    {Kind::meter_cover_opened, 0, 0, "AC", closed,
     [](EventStand& at) { cover(at, &Inputs::meter_cover_open, true); }},
    {Kind::meter_cover_closed, 0, 0, "", closed, [](EventStand& at) { cover(at, &Inputs::meter_cover_open, false); }},
    {Kind::module_cover_opened, 1, 0, "AC", closed, [](EventStand& at) { module_cover(at, 0, true); }},
    {Kind::module_cover_closed, 1, 0, "", closed, [](EventStand& at) { module_cover(at, 0, false); }},
    {Kind::module_cover_opened, 2, 0, "AC", closed, [](EventStand& at) { module_cover(at, 1, true); }},
    {Kind::module_cover_closed, 2, 0, "", closed, [](EventStand& at) { module_cover(at, 1, false); }},
    {Kind::magnetic_field_began, 0, 0, "AM", closed,
     [](EventStand& at) {
         at.desk->set_magnet(200);
         at.live(2);
     }},
    {Kind::magnetic_field_ended, 0, 0, "", closed,
     [](EventStand& at) {
         at.desk->set_magnet(0);
         at.live(2);
     }},
    {Kind::bypass_began, 0, 0, "A", closed,
     [](EventStand& at) {
         at.desk->site().set_bypass(0, 0.8);
         at.live(3);
     }},
    {Kind::bypass_ended, 0, 0, "", closed,
     [](EventStand& at) {
         at.desk->site().set_bypass(0, 0);
         at.live(3);
     }},
    {Kind::battery_low, 0, 0, "AB", closed,
     [](EventStand& at) {
         at.set_inputs([](Inputs& inputs) { inputs.battery_mv = 2700; });
         at.live(62);
     }},
    {Kind::battery_replaced, 0, 0, "", closed,
     [](EventStand& at) {
         at.set_inputs([](Inputs& inputs) { inputs.battery_mv = 3650; });
         at.live(62);
     }},
    // The waveform.
    {Kind::undervoltage_began, 1, 0, "", closed, [](EventStand& at) { voltage<1>(at, 170); }},
    {Kind::voltage_normal, 1, 0, "A", closed, [](EventStand& at) { voltage<1>(at, normal_v); }},
    {Kind::undervoltage_began, 2, phases, "", closed, [](EventStand& at) { voltage<2>(at, 170); }},
    {Kind::voltage_normal, 2, phases, "A", closed, [](EventStand& at) { voltage<2>(at, normal_v); }},
    {Kind::undervoltage_began, 3, phases, "", closed, [](EventStand& at) { voltage<3>(at, 170); }},
    {Kind::voltage_normal, 3, phases, "A", closed, [](EventStand& at) { voltage<3>(at, normal_v); }},
    {Kind::overvoltage_began, 1, 0, "", open, [](EventStand& at) { voltage<1>(at, 258); }},
    {Kind::overvoltage_began, 2, phases, "", open,
     [](EventStand& at) {
         voltage<2>(at, 258);
     }},
    {Kind::overvoltage_began, 3, phases, "", open,
     [](EventStand& at) {
         voltage<3>(at, 258);
     }},
    {Kind::voltage_missing, 1, phases, "A", closed,
     [](EventStand& at) {
         voltage<1>(at, 0);
     }},
    {Kind::voltage_missing, 2, phases, "A", closed,
     [](EventStand& at) {
         voltage<2>(at, 0);
     }},
    {Kind::voltage_missing, 3, phases, "A", closed,
     [](EventStand& at) {
         voltage<3>(at, 0);
     }},
    // A single phase's meter lives on what is left of it.
    {Kind::voltage_missing, 1, 0, "A", closed,
     [](EventStand& at) {
         voltage<1>(at, 90);
     }},
    {Kind::sequence_reversed, 0, phases, "A", closed,
     [](EventStand& at) {
         at.set_voltages(normal_v);
         world::Mains mains = at.desk->site().mains();
         mains.reverse_sequence();
         at.desk->site().set_mains(mains);
         at.live(3);
     }},
    {Kind::sequence_normal, 0, phases, "", closed,
     [](EventStand& at) {
         world::Mains mains = at.desk->site().mains();
         mains.lag_degrees = {0, 120, 240};
         at.desk->site().set_mains(mains);
         at.live(3);
         // The jump of the phases was a dip.
         EXPECT_TRUE(at.meter().acknowledge_alarms(1, 0));
     }},
    {Kind::unbalance_began, 0, phases, "A", closed,
     [](EventStand& at) {
         voltage<2>(at, 190);
         at.live(4);
     }},
    {Kind::unbalance_ended, 0, phases, "A", closed,
     [](EventStand& at) {  // which was a dip, too
         voltage<2>(at, normal_v);
         at.live(4);
     }},
    {Kind::neutral_missing, 0, phases, "A", closed,
     [](EventStand& at) {
         at.desk->site().set_neutral(false);
         at.live(4);
     }},
    {Kind::neutral_normal, 0, phases, "", closed,
     [](EventStand& at) {
         at.desk->site().set_neutral(true);
         at.live(4);
         EXPECT_TRUE(at.meter().acknowledge_alarms(1, 0)) << "voltages are normal again";
     }},
    {Kind::reversal_began, 1, 0, "A", closed, [](EventStand& at) { reversal<1>(at, true); }},
    {Kind::reversal_ended, 1, 0, "", closed, [](EventStand& at) { reversal<1>(at, false); }},
    {Kind::overcurrent_began, 1, 0, "", closed,
     [](EventStand& at) {
         // Without its voltage the load draws little.
         at.set_voltages(normal_v);
         at.live(1);
         EXPECT_TRUE(at.meter().acknowledge_alarms(1, 0)) << "voltages are normal again";
         current<1>(at, 130);
     }},
    {Kind::fuse_exceeded, 1, fuse, "", closed,
     [](EventStand& at) {
         current<1>(at, 7);
         current<1>(at, 130);
     }},
    {Kind::overcurrent_ended, 1, 0, "", closed, [](EventStand& at) { current<1>(at, 7); }},
    {Kind::fuse_normal, 1, fuse, "", closed,
     [](EventStand& at) {
         current<1>(at, 130);
         current<1>(at, 7);
     }},
    {Kind::overcurrent_began, 2, phases, "", closed, [](EventStand& at) { current<2>(at, 130); }},
    {Kind::overcurrent_ended, 2, phases, "", closed, [](EventStand& at) { current<2>(at, 5); }},
    {Kind::overcurrent_began, 3, phases, "", closed, [](EventStand& at) { current<3>(at, 130); }},
    {Kind::overcurrent_ended, 3, phases, "", closed, [](EventStand& at) { current<3>(at, 5); }},
    {Kind::fuse_exceeded, 2, fuse | phases, "", closed, [](EventStand& at) { current<2>(at, 130); }},
    {Kind::fuse_normal, 2, fuse | phases, "", closed, [](EventStand& at) { current<2>(at, 5); }},
    {Kind::fuse_exceeded, 3, fuse | phases, "", closed, [](EventStand& at) { current<3>(at, 130); }},
    {Kind::fuse_normal, 3, fuse | phases, "", closed, [](EventStand& at) { current<3>(at, 5); }},
    // A current that is beyond the converter.
    {Kind::measurement_fault, 0, 0, "A", closed,
     [](EventStand& at) {
         set_control_mode(at, 0);
         at.set_current(0, 160);
         at.live(2.5);
         at.set_current(0, 7);
         at.live(2);
     }},
    {Kind::voltage_dip, 1, 0, "A", closed, [](EventStand& at) { short_change<1>(at, 120); }},
    {Kind::voltage_dip, 2, phases, "A", closed, [](EventStand& at) { short_change<2>(at, 120); }},
    {Kind::voltage_dip, 3, phases, "A", closed, [](EventStand& at) { short_change<3>(at, 120); }},
    {Kind::voltage_swell, 1, 0, "A", closed, [](EventStand& at) { short_change<1>(at, 275); }},
    {Kind::voltage_swell, 2, phases, "A", closed, [](EventStand& at) { short_change<2>(at, 275); }},
    {Kind::voltage_swell, 3, phases, "A", closed, [](EventStand& at) { short_change<3>(at, 275); }},
    {Kind::voltage_interruption, 0, 0, "", closed,
     [](EventStand& at) {
         at.set_voltages(0);
         at.live(0.1);
         at.set_voltages(normal_v);
         at.live(1);
         EXPECT_TRUE(at.meter().powered()) << "its power supply bridges that";
         EXPECT_TRUE(at.meter().acknowledge_alarms(1, 0));
     }},
    // Outages.
    {Kind::power_down, 0, 0, "A", closed,
     [](EventStand& at) {
         at.set_voltages(0);
         at.live(5);
         EXPECT_FALSE(at.meter().powered());
         EXPECT_FALSE(at.meter().alarm_led()) << "without mains";
         // A meter without a supercapacitor tells of it when the power is back.
         at.set_voltages(normal_v);
         at.live(4);
     }},
    {Kind::power_up, 0, 0, "A", closed, [](EventStand& at) { outage(at, 5); }},
    {Kind::short_power_failure, 0, 0, "A", closed, [](EventStand& at) { outage(at, 5); }, 228},
    {Kind::long_power_failure, 0, 0, "A", closed, [](EventStand& at) { outage(at, 60); }, 229},
    {Kind::short_power_failure, 1, 0, "A", closed, [](EventStand& at) { outage(at, 5); }},
    {Kind::long_power_failure, 1, 0, "A", closed, [](EventStand& at) { outage(at, 60); }},
    {Kind::long_failure_any, 0, 0, "A", closed, [](EventStand& at) { outage(at, 60); }},
    {Kind::short_power_failure, 2, phases, "A", closed, [](EventStand& at) { phase_outage<2>(at, 5); }},
    {Kind::short_power_failure, 3, phases, "A", closed, [](EventStand& at) { phase_outage<3>(at, 5); }},
    {Kind::long_power_failure, 2, phases, "A", closed, [](EventStand& at) { phase_outage<2>(at, 35); }},
    {Kind::long_power_failure, 3, phases, "A", closed, [](EventStand& at) { phase_outage<3>(at, 35); }},
    // Modules.
    {Kind::module_inserted, 1, slots, "", closed, plug<1>},
    {Kind::network_attached, 1, slots, "", closed, [](EventStand& at) { at.live(3); }},
    {Kind::module_inserted, 2, slots, "", closed, plug<2>},
    {Kind::module_inserted, 3, slots, "", closed, plug<3>},
    {Kind::network_lost, 1, slots, "", closed,
     [](EventStand& at) {
         at.live(4);
         at.desk->module(0)->lose_network();
         at.live(2);
     }},
    {Kind::module_dead, 1, slots, "", closed,
     [](EventStand& at) {
         at.desk->module(0)->set_dead(true);
         at.live(32);
     }},
    {Kind::module_removed, 1, slots, "", closed, pull<1>},
    {Kind::module_removed, 2, slots, "", closed, pull<2>},
    {Kind::module_removed, 3, slots, "", closed, pull<3>},
    {Kind::push_failed, 0, wire, "", closed,
     [](EventStand& at) {
         meter::PushSettings push = meter::factory_push_settings(meter::PushSetup::connectivity);
         push.number_of_retries = 0;
         for (const char c : std::string("nowhere")) (void)push.destination.add(static_cast<std::uint8_t>(c));
         ASSERT_TRUE(meter::keep_push_settings(at.meter().store(), meter::PushSetup::connectivity, push));
         EXPECT_EQ(at.ask("C301C100280000190900FF01010F00"), "C701C10000");
         at.live(1);
     }},
    // Payment; it ends without credit, which is a cause of the relay.
    {Kind::credit_refused, 0, payment, "", closed,
     [](EventStand& at) {
         EXPECT_FALSE(at.meter().account(&meter::Accounting::credit, meter::max_account_amount + 1, std::uint64_t{1}));
         at.live(1);
     }},
    {Kind::credit_added, 0, payment, "", closed,
     [](EventStand& at) {
         EXPECT_TRUE(at.meter().account(&meter::Accounting::credit, std::uint64_t{1'000'000}, std::uint64_t{2}));
         at.live(1);
         EXPECT_EQ(at.meter().credit_led(), meter::CreditLed::green);
     }},
    {Kind::credit_exhausted, 0, payment, "", open,
     [](EventStand& at) {
         set_control_mode(at, 7);  // that of delivery, which heeds the causes
         at.meter().charge(1'000'000);
         at.live(1);
         EXPECT_EQ(at.meter().credit_led(), meter::CreditLed::red);
     }},
    // What takes hands on flash and clock chip between two starts.
    {Kind::clock_invalid, 0, wire, "A", closed,
     [](EventStand& at) {
         Workbench& bench = at.to_workbench();
         EXPECT_TRUE(at.meter().acknowledge_alarms(0, 0));
         bench.start(std::nullopt);
         at.live(4);
     }},
    {Kind::row_lost, 0, wire, "A", closed,
     [](EventStand& at) {
         Workbench& bench = at.to_workbench();
         const auto region = meter::layout_of(at.model, bench.flash.sector_count())
                                 .profiles[static_cast<std::size_t>(meter::ProfileId::load_1)];
         for (std::size_t i = 0; i < region.count; ++i) bench.flash.worn.insert(region.first + i);
         at.live(901);
     }},
    {Kind::storage_damaged, 0, wire, "A", closed,
     [](EventStand& at) {
         Workbench& bench = at.to_workbench();
         ASSERT_TRUE(bench.meter->save());
         bench.stop();
         // An octet of the newest copy of a record rots.
         const std::size_t octets = meter::Store::sectors_in_group * bench.flash.sector_size();
         std::size_t end = octets;
         while (bench.flash.octets.octets()[end - 1] == 0xFF) --end;
         bench.flash.octets.octets()[end - 6] ^= 0x10;
         bench.start(bench_time);
         at.live(4);
     }},
    {Kind::record_lost, 0, wire, "A", closed,
     [](EventStand& at) {
         Workbench& bench = at.to_workbench();
         meter::Calendar calendar = meter::factory_calendar();
         const std::string name = "to be lost";
         calendar.name = {};
         for (const char letter : name) ASSERT_TRUE(calendar.name.add(static_cast<std::uint8_t>(letter)));
         ASSERT_TRUE(keep_passive_calendar(*bench.store, calendar));
         bench.stop();
         // Every copy of its record rots.
         auto& octets = bench.flash.octets.octets();
         int copies = 0;
         for (auto found = octets.begin(); found != octets.end(); ++copies) {
             found = std::search(found, octets.end(), name.begin(), name.end());
             if (found != octets.end()) *found ^= 0x20;
         }
         EXPECT_GE(copies, 3) << "two and the end";
         bench.start(bench_time);
         at.live(4);
     }},
    {Kind::firmware_activated, 0, wire, "A", closed,
     [](EventStand& at) {
         Workbench& bench = at.to_workbench();
         bench.stop();
         // Another version than this one ran before.
         meter::EventState state = meter::load_event_state(*bench.store);
         ++state.firmware;
         ASSERT_TRUE(meter::keep(*bench.store, state));
         bench.start(bench_time);
         at.live(4);
     }},
};

std::uint32_t bits_of(const Numbers& numbers, int detail) {
    if (numbers.empty()) return 0;
    const std::size_t index = numbers.size() == 1 || detail == 0 ? 0 : static_cast<std::size_t>(detail - 1);
    return 1U << static_cast<unsigned>(numbers[index]);
}

int code_of(const Row& row, const Documented& event, Companion companion) {
    const Numbers& codes = event.codes(companion);
    if (codes.empty()) return 0;
    if (row.code != 0) return row.code;
    return codes[codes.size() == 1 ? 0 : static_cast<std::size_t>(std::max(row.detail, 1) - 1)];
}

std::string lit_now(const meter::Meter& meter) {
    const meter::Lcd lcd = meter.lcd();
    std::string lit;
    if (meter.alarm_led()) lit += 'A';
    EXPECT_EQ(lcd.test(Annunciator::alarm), meter.alarm_led());
    if (lcd.test(Annunciator::cover_open)) lit += 'C';
    if (lcd.test(Annunciator::magnetic_field)) lit += 'M';
    if (lcd.test(Annunciator::battery_low)) lit += 'B';
    return lit;
}

void prove(EventStand& at, const Row& row, const Documented& event) {
    const Companion companion = at.model.companion;
    const int code = code_of(row, event, companion);
    if (code == 0 && row.kind != Kind::long_failure_any) return;  // this list has it in no log
    const EventLogId log = log_named(event.log(companion));
    const std::uint32_t before = at.meter().events().log(log).end();
    for (std::size_t i = 0; i < 2; ++i) ASSERT_TRUE(at.meter().acknowledge_alarms(i, 0));
    at.pushed = {};
    at.pushes = 0;
    row.cause(at);
    at.listen();

    // The log.
    const std::uint32_t from = at.workbench || row.kind == Kind::log_cleared ? 0 : before;
    bool logged = false;
    for (std::uint32_t number = from; number != at.meter().events().log(log).end(); ++number) {
        const auto found = at.meter().events().row(log, number);
        logged = logged || (found && found->code == code);
    }
    EXPECT_TRUE(logged) << "no row " << code;
    // Alarm registers, descriptors, and what the listener was told.
    bool alarms = false;
    for (std::size_t i = 0; i < 2; ++i) {
        const std::uint32_t bits = bits_of(event.alarms[i], row.detail);
        alarms = alarms || bits != 0;
        EXPECT_EQ(at.meter().events().alarms(i) & bits, bits) << "alarm register " << i + 1;
        EXPECT_EQ(at.meter().events().descriptor(i) & bits, bits) << "alarm descriptor " << i + 1;
        // What has no objects has none to push either.
        const std::uint32_t told = (offers(at.model) & wire) != 0 ? at.pushed[i] : bits;
        EXPECT_EQ(told & bits, bits) << "push of descriptor " << i + 1;
    }
    EXPECT_GE(at.pushes, alarms ? 1U : 0U);
    EXPECT_EQ(lit_now(at.meter()), row.lit);
    const bool is_open = row.relay == open || (row.relay == open_by_tamper && (offers(at.model) & tamper) != 0);
    EXPECT_EQ(at.workbench ? at.meter().relay().wants_closed() : at.desk->relay().closed(), !is_open);
    at.workbench.reset();
}

using Proven = std::set<std::pair<Kind, int>>;

// Those that the model can have, and that were not proven yet.
void prove_rows(const Model& model, Proven& proven) {
    const auto events = documented_events();
    EventStand at(model);
    at.live(61);  // what the factory and the stand have set up is a flood, whose last row comes with the minute's end
    for (const Row& row : event_rows) {
        if ((row.needs & ~offers(model)) != 0) continue;
        if (!proven.insert({row.kind, row.detail}).second) continue;
        const auto name = std::string(meter::event_names[static_cast<std::size_t>(row.kind)]);
        SCOPED_TRACE(std::string(model.name) + ": " + name + " " + std::to_string(row.detail));
        ASSERT_TRUE(events.contains(name));
        prove(at, row, events.at(name));
        if (testing::Test::HasFatalFailure()) return;
    }
}

// Every code that the documentation has is that of a row here.
TEST(EventProof, HasARowForEachCodeOfTheDocumentation) {
    const auto events = documented_events();
    ASSERT_EQ(events.size(), meter::event_kinds);
    for (const Companion companion : {Companion::idis, Companion::fid2}) {
        std::set<std::pair<std::string, int>> covered;
        for (const Row& row : event_rows) {
            const auto name = std::string(meter::event_names[static_cast<std::size_t>(row.kind)]);
            covered.insert({name, code_of(row, events.at(name), companion)});
        }
        for (const auto& [name, event] : events) {
            for (const int code : event.codes(companion)) {
                EXPECT_TRUE(covered.contains({name, code})) << "no row for " << name << ", code " << code;
            }
        }
    }
}

TEST(EventProof, OfTheListOfIdis) {
    Proven proven;
    prove_rows(meter::sed302, proven);
    prove_rows(everything_idis, proven);
}

TEST(EventProof, OfTheListOfFid2) {
    Proven proven;
    prove_rows(meter::sm120b2, proven);
    prove_rows(everything_fid2, proven);
}

}  // namespace
}  // namespace blathy::test
