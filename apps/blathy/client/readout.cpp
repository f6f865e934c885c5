// blathy read --readout: mode C of the optical port.
#include "station/readout.hpp"

#include "apps/blathy/client/command.hpp"
#include "apps/blathy/client/target.hpp"

namespace blathy::apps {
namespace {

std::string description_of_address(const std::string& address) {
    const auto instance = dlms::parse_obis(address);
    return instance ? description_of(*instance) : std::string();
}

Cell or_null(const std::string& text) {
    return {station::escaped(text), text.empty() ? "null" : ""};
}

}  // namespace

int print_readout(const CommonOptions& options) {
    const auto url = station::parse_url(options.url);
    if (!url) return complain({}, url.error());
    station::LinkOptions link;
    link.response_timeout = timeout_of(options);
    const auto readout = station::read_out(*url, link);
    if (!readout) {
        (void)complain({}, readout.error());
        return exit_failed;
    }
    Table table(options.output.format,
                {{"address", "Address"}, {"description", "Description"}, {"value", "Value", true}, {"unit", "Unit"}});
    for (const station::ReadoutValue& value : readout->values) {
        const bool more = table.row({or_null(value.address),
                                     {description_of_address(value.address), {}},
                                     {station::escaped(value.value), {}},
                                     or_null(value.unit)});
        if (!more) break;
    }
    return table.finish() ? exit_ok : exit_failed;
}

}  // namespace blathy::apps
