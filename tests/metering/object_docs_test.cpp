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

// Channel 1 has what channel 0 has, on the other side of the transformers.
std::string primary_description(const Obis& name) {
    std::array<char, dlms::max_obis_description> room{};
    return std::string(dlms::describe_obis({1, 0, name.c(), name.d(), name.e()}, room)) + ", primary side";
}

std::string description_of(const Obis& name) {
    if (name.a() == 1 && name.b() == primary_channel) return primary_description(name);
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
