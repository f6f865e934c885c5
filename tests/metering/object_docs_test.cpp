// docs/objects: a table of all objects of each model, made from its dictionary. scripts/object_docs.sh makes them anew.
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "dlms/names.hpp"
#include "dlms/obis_names.hpp"
#include "meter/billing/profile_sources.hpp"
#include "meter/cosem/classes/condition_names.hpp"
#include "meter/cosem/classes/transformer_names.hpp"
#include "meter/event/log_sources.hpp"
#include "meter/models/models.hpp"
#include "station/object_list.hpp"
#include "world/simulation/lived_meter.hpp"

#include "tests/support/session_link.hpp"

namespace blathy::meter {
namespace {

using dlms::Obis;

constexpr std::array<std::string_view, security::roles> role_names = {"public", "reader", "management", "firmware",
                                                                      "broadcast"};

// Of what the meter supervises and the standard does not name.
std::string tamper_description(const Obis& name) {
    const auto figure = condition_figure_of(name);
    if (!figure) return {};
    const std::map<Condition, const char*> conditions = {
        {Condition::module_cover_1, "Module cover 1 open"},
        {Condition::module_cover_2, "Module cover 2 open"},
        {Condition::bypass, "Bypass"},
        {Condition::reversal_1, "Current reversal L1"},
        {Condition::reversal_2, "Current reversal L2"},
        {Condition::reversal_3, "Current reversal L3"},
        {Condition::overcurrent_1, "Overcurrent L1"},
        {Condition::overcurrent_2, "Overcurrent L2"},
        {Condition::overcurrent_3, "Overcurrent L3"},
        {Condition::sequence, "Reversed phase sequence"},
        {Condition::neutral, "Neutral missing"},
        {Condition::unbalance, "Voltage unbalance"},
    };
    const char* const figures[] = {"counter", "time of the last", "duration of the last", "total duration"};
    const auto condition = conditions.find(figure->condition);
    if (condition == conditions.end()) return {};
    return std::string(condition->second) + ", " + figures[static_cast<std::size_t>(figure->kind)];
}

// What the standard has no word for.
std::string own_description(const Obis& name) {
    const std::pair<Obis, const char*> own[] = {
        {available_credit_name, "Available credit"},
        {credited_amount_name, "Charged to the account, this billing period"},
        {consumed_amount_name, "Consumption amount, this billing period"},
        {calendar_fault_name, "Why a calendar was refused"},
        {Obis(1, 0, 99, 128, 0), "Test profile"},
        {name_of(ProfileId::average), "Profile of average values"},
        {name_of(ProfileId::minimum), "Profile of minimum values"},
        {name_of(ProfileId::maximum), "Profile of maximum values"},
        {Obis(1, 0, 0, 9, 11), "Clock time shift limit"},
        {last_magnitude_name, "Magnitude of the last event"},
        {last_duration_name, "Duration of what the last event ended"},
        {Obis(0, 0, 96, 50, 2), "Voltage unbalance"},
        {Obis(0, 0, 96, 51, 0), "Conditions that are watched"},
        {Obis(0, 0, 96, 51, 1), "Conditions that hold now"},
        {Obis(0, 0, 96, 51, 2), "Time for which a cover or magnet must stay"},
        {Obis(0, 0, 96, 51, 3), "Bypass: threshold"},
        {Obis(0, 0, 96, 51, 4), "Bypass: time"},
        {Obis(0, 0, 96, 51, 5), "Undervoltage: ends above"},
        {Obis(0, 0, 96, 51, 6), "Overvoltage: ends below"},
        {Obis(0, 0, 96, 51, 7), "Voltage unbalance: threshold"},
        {Obis(0, 0, 96, 51, 8), "Voltage unbalance: time"},
        {Obis(0, 0, 96, 51, 9), "Neutral missing: displacement of the star point"},
        {Obis(0, 0, 96, 51, 10), "Neutral missing: time"},
        {Obis(0, 0, 96, 51, 11), "Reversed phase sequence: time"},
        {Obis(0, 0, 96, 51, 12), "Current reversal: time"},
        {Obis(0, 0, 96, 51, 13), "Battery low: threshold"},
        {Obis(0, 0, 21, 0, 5), "Display list without mains"},
        {Obis(0, 0, 96, 54, 0), "Calibration: constants"},
        {Obis(0, 0, 96, 54, 1), "Calibration: date"},
        {Obis(0, 0, 96, 54, 2), "Calibration: check of what is stored"},
        {Obis(0, 0, 96, 54, 3), "Calibration: how often"},
        {Obis(0, 0, 96, 54, 4), "Calibration: state, and its seal"},
        {Obis(0, 0, 96, 53, 0), "Display: time of an item in auto scroll"},
        {Obis(0, 0, 96, 53, 1), "Display: time without a press until auto scroll"},
        {Obis(0, 0, 96, 53, 2), "Display: time of the backlight after a press"},
        {Obis(0, 0, 96, 53, 3), "Display: time after a press without mains"},
        {Obis(0, 0, 96, 53, 4), "Display: backlight off, after a press, always"},
        {Obis(0, 0, 96, 53, 5), "Display: decimals of energies"},
        {Obis(0, 0, 96, 53, 6), "Display: decimals of powers and demands"},
        {Obis(0, 0, 96, 53, 7), "Display: counters with leading zeros"},
        {Obis(0, 0, 96, 53, 8), "Display: sounds"},
        {Obis(0, 0, 96, 53, 9), "Display: why a setting was refused"},
        {Obis(0, 0, 96, 60, 0), "Relay: reasons to stay open"},
        {Obis(0, 0, 96, 60, 1), "Relay: the first reason"},
        {Obis(0, 0, 96, 60, 2), "Relay: causes that are enabled"},
        {Obis(0, 0, 96, 60, 3), "Relay: operations under load"},
        {Obis(0, 0, 96, 60, 4), "Relay: operations without load"},
        {Obis(0, 0, 96, 60, 5), "Relay: wear"},
        {Obis(0, 0, 96, 60, 10), "Relay: overvoltage, time to trip"},
        {Obis(0, 0, 96, 60, 11), "Relay: overvoltage, time to restore"},
        {Obis(0, 0, 96, 60, 12), "Relay: fuse supervision, time to trip"},
        {Obis(0, 0, 96, 60, 13), "Relay: fuse supervision, time to restore"},
        {module_status_name(0), "Module in slot 1"},
        {module_status_name(1), "Module in slot 2"},
        {module_status_name(input_slot), "Module in the input slot"},
    };
    for (const auto& [of, description] : own) {
        if (of == name) return description;
    }
    if (const auto id = profile_of_buffer_form(name)) {
        return "Form of the buffer of " + station::obis_text(name_of(*id));
    }
    if (name.d() == manufacturer_tampers) return tamper_description(name);
    return {};
}

// Channel 1 has what channel 0 has, on the other side of the transformers.
std::string primary_description(const Obis& name) {
    std::array<char, dlms::max_obis_description> room{};
    return std::string(dlms::describe_obis({1, 0, name.c(), name.d(), name.e()}, room)) + ", primary side";
}

std::string description_of(const Obis& name) {
    if (name.a() == 1 && name.b() == primary_channel) return primary_description(name);
    if (auto own = own_description(name); !own.empty()) return own;
    std::array<char, dlms::max_obis_description> room{};
    std::string text(dlms::describe_obis(name, room));
    // A bar ends a cell.
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
    return text;
}

// "1-3 r, 8-9 rw": neighbours with the same rights together.
std::string grouped(const std::map<int, std::string>& rights, const std::string& prefix) {
    std::string text;
    for (auto first = rights.begin(); first != rights.end();) {
        auto last = first;
        auto next = std::next(first);
        while (next != rights.end() && next->second == first->second && next->first == last->first + 1) last = next++;
        if (first->second != "-") {
            if (!text.empty()) text += ", ";
            text += prefix + std::to_string(first->first);
            if (last != first) text += "-" + std::to_string(last->first);
            text += " " + first->second;
        }
        first = next;
    }
    return text;
}

std::string rights_text(const Object& object, security::Role role) {
    if (!is_listed(object, role)) return {};
    std::map<int, std::string> attributes = {{1, "r"}};
    for (const Attribute& attribute : object.interface_class->attributes) {
        attributes[attribute.id] = station::AccessRights{rights_of(object, attribute, role).bits}.text();
    }
    std::map<int, std::string> methods;
    for (const Method& method : object.interface_class->methods) {
        methods[method.id] = station::AccessRights{rights_of(object, method, role).bits}.method_text();
    }
    const std::string of_attributes = grouped(attributes, "");
    const std::string of_methods = grouped(methods, "M");
    return of_attributes + (of_attributes.empty() || of_methods.empty() ? "" : ", ") + of_methods;
}

std::string unit_of(station::Client& client, const Object& object) {
    const auto attribute = station::Client::scaler_unit_of({object.interface_class->id, object.name, 2});
    if (!attribute) return {};
    const auto value = client.get(*attribute);
    const auto scaler_unit = value ? station::scaler_unit_from(*value) : std::nullopt;
    if (!scaler_unit) return {};
    std::string unit = station::unit_text(scaler_unit->unit);
    if (scaler_unit->scaler == 0) return unit;
    std::string scale = scaler_unit->scaler > 0
                            ? "1" + std::string(static_cast<std::size_t>(scaler_unit->scaler), '0')
                            : "0." + std::string(static_cast<std::size_t>(-scaler_unit->scaler - 1), '0') + "1";
    return unit.empty() ? scale : scale + " " + unit;
}

std::string page_of(const Model& model) {
    world::LivedMeter lived(model, std::chrono::sys_days{std::chrono::year{2026} / 3 / 1});
    auto client = test::manage(lived.meter());
    EXPECT_TRUE(client);
    std::ostringstream page;
    page
        << "# Objects of the " << model.name
        << "\n\nMade by `scripts/object_docs.sh` from the dictionary of the meter. Rights are given by role (client "
           "SAP): public "
           "16,\nreader 2, management 1, firmware 3, broadcast 102. `1-3 r` means that attributes 1 to 3 are read, `w` "
           "that they are\nwritten, `M1 x` that method 1 is called, and `!` that the request must be protected. A "
           "security "
           "policy may demand more.\n\n| object | what it is | class |";
    for (const std::string_view role : role_names) page << ' ' << role << " |";
    page << " unit |\n| --- | --- | --- |";
    for (std::size_t i = 0; i < role_names.size(); ++i) page << " --- |";
    page << " --- |\n";
    std::map<std::pair<int, int>, const InterfaceClass*> classes;
    for (const Object& object : lived.meter().dictionary().objects()) {
        const InterfaceClass& of = *object.interface_class;
        const InterfaceClass*& widest = classes[{of.id, of.version}];
        if (widest == nullptr || of.methods.size() > widest->methods.size()) widest = &of;
        EXPECT_FALSE(description_of(object.name).empty()) << station::obis_text(object.name);
        page << "| " << station::obis_text(object.name) << " | " << description_of(object.name) << " | " << of.id
             << " |";
        for (std::size_t i = 0; i < security::roles; ++i) {
            page << ' ' << rights_text(object, static_cast<security::Role>(i)) << " |";
        }
        page << ' ' << (client ? unit_of(*client, object) : std::string{}) << " |\n";
    }
    page << "\n## Classes\n\n| class | version | name | attributes | methods |\n| ---: | ---: | --- | --- | --- |\n";
    for (const auto& [id, of] : classes) {
        page << "| " << id.first << " | " << id.second << " | " << dlms::class_name(of->id) << " | 1 logical_name";
        for (const Attribute& attribute : of->attributes) {
            page << ", " << int{attribute.id} << ' ' << dlms::attribute_name(of->id, attribute.id);
        }
        page << " |";
        const char* between = " ";
        for (const Method& method : of->methods) {
            page << between << int{method.id} << ' ' << dlms::method_name(of->id, method.id);
            between = ", ";
        }
        page << " |\n";
    }
    return page.str();
}

TEST(ObjectDocs, AreThoseOfTheDictionary) {
    const bool make = std::getenv("BLATHY_MAKE_OBJECT_DOCS") != nullptr;
    for (const Model* model : all_models()) {
        const std::string path = std::string(BLATHY_SOURCE_DIR) + "/docs/objects/" + std::string(model->name) + ".md";
        const std::string page = page_of(*model);
        if (make) std::ofstream(path) << page;
        std::ifstream file(path);
        std::ostringstream found;
        found << file.rdbuf();
        // The pages are long: no failure prints them.
        EXPECT_TRUE(found.str() == page) << path << " is not up to date: run scripts/object_docs.sh";
    }
}

}  // namespace
}  // namespace blathy::meter
