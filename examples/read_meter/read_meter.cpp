// Reads a meter's registers, with their units, and the newest rows of a profile.
//
//     read_meter tcp://192.0.2.7 CLIENT [1-0:99.1.0.255]
//
// The client's password, if it has one, is in $BLATHY_PASSWORD.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <blathy/station.hpp>

namespace {

using namespace blathy;
using namespace blathy::station;

constexpr std::uint16_t register_class = 3;
constexpr std::uint16_t profile_class = 7;

void print_registers(Client& client, const ObjectList& objects) {
    for (const ObjectEntry& object : objects) {
        if (object.class_id != register_class || !object.may_read(2)) continue;
        const auto reading = client.read(object.instance);
        if (!reading) {
            std::printf("%s  %s\n", obis_text(object.instance).c_str(), reading.error().text.c_str());
            continue;
        }
        const std::string unit = reading->scaler_unit ? unit_text(reading->scaler_unit->unit) : "";
        std::printf("%s  %s %s\n", obis_text(object.instance).c_str(), text_of(*reading).c_str(), unit.c_str());
    }
}

// The rows come one by one, however long the profile is.
Result<void, Error> print_profile(Client& client, const dlms::Obis& name, std::uint32_t newest) {
    const auto in_use = client.get({profile_class, name, 7});
    if (!in_use) return fail(in_use.error());
    const auto columns = client.get({profile_class, name, 3});
    if (!columns) return fail(columns.error());
    const auto objects = capture_objects_from(*columns);
    if (!objects) return fail(objects.error());
    for (const CaptureObject& object : *objects) std::printf("%s  ", obis_text(object.attribute.instance).c_str());
    std::printf("\n");

    const auto period = client.get({profile_class, name, 4});
    RowExpander expander(*objects, std::chrono::seconds(period ? period->integer().value_or(0) : 0));
    ElementStream rows(
        [&](Value row) -> Result<void, Error> {
            const auto values = expander.expand(std::move(row));
            if (!values) return fail(values.error());
            for (const Value& value : *values) std::printf("%s  ", to_text(value).c_str());
            std::printf("\n");
            return {};
        },
        {}, client.context().max_value_octets);
    const auto entries = static_cast<std::uint32_t>(in_use->integer().value_or(0));
    const auto done =
        client.get({profile_class, name, 2}, entry_selection(entries > newest ? entries - newest + 1 : 1, 0),
                   [&](Bytes piece) { return rows.put(piece); });
    return done ? rows.finish() : done;
}

int complain(const Error& error) {
    std::fprintf(stderr, "%s\n", escaped(error.text).c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() < 2) {
        std::fprintf(stderr, "usage: read_meter URL CLIENT [PROFILE]\n");
        return 2;
    }
    const auto url = parse_url(arguments[0]);
    if (!url) return complain(url.error());
    Options options;
    options.link.client_sap = static_cast<std::uint16_t>(std::atoi(arguments[1].c_str()));
    if (const char* password = std::getenv("BLATHY_PASSWORD")) {
        const std::string text(password);
        options.association.password = Octets(text.begin(), text.end());
    }
    auto client = Client::connect(*url, options);
    if (!client) return complain(client.error());
    const auto objects = client->object_list();
    if (!objects) return complain(objects.error());
    print_registers(*client, **objects);
    if (arguments.size() > 2) {
        const auto name = dlms::parse_obis(arguments[2]);
        if (!name) return complain({ErrorKind::usage, 0, "'" + arguments[2] + "' is not an OBIS code"});
        if (const auto printed = print_profile(*client, *name, 10); !printed) return complain(printed.error());
    }
    return 0;
}
