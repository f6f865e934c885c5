// blathy profile: the rows of a load profile, a billing profile or an event log.
#include "station/profile.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

#include <unistd.h>

#include "apps/blathy/client/command.hpp"
#include "apps/blathy/client/progress.hpp"
#include "apps/blathy/client/target.hpp"
#include "apps/blathy/whole_number.hpp"
#include "dlms/names.hpp"

namespace blathy::apps {
namespace {

using station::CaptureObject;
using station::Client;
using station::Error;
using station::ErrorKind;
using station::ScalerUnit;
using station::Selection;
using station::Value;

constexpr std::uint16_t profile_class = 7;

struct ProfileOptions {
    CommonOptions common;
    std::string target;
    std::string from;
    std::string to;
    std::string entries;
    std::uint32_t last = 0;
    std::vector<std::string> columns;
};

struct EntryRange {
    std::uint32_t first = 1;
    std::uint32_t last = 0;  // 0: the end
};

// Which rows: everything that can be known without the meter.
struct Wanted {
    std::optional<dlms::DateTime> from;
    std::optional<dlms::DateTime> to;
    std::optional<EntryRange> entries;
    std::uint32_t last = 0;
    std::vector<Target> columns;
};

// The profile as the meter describes it.
struct Profile {
    dlms::Obis instance;
    std::vector<CaptureObject> columns;
    std::vector<ScalerUnit> scalers;  // as many as columns
    std::vector<std::size_t> shown;   // indices of columns
    std::chrono::seconds capture_period{0};
    std::int64_t sort_method = 1;
    std::uint64_t entries_in_use = 0;

    [[nodiscard]] dlms::AttributeDescriptor attribute(std::int8_t number) const {
        return {profile_class, instance, number};
    }
};

Error usage_error(std::string text) {
    return {ErrorKind::usage, 0, std::move(text)};
}

std::optional<EntryRange> parse_entries(std::string_view text) {
    EntryRange range;
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto number = [](std::string_view digits, std::uint32_t& value) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return error == std::errc{} && end == digits.data() + digits.size() && value > 0;
    };
    if (!number(text.substr(0, dash), range.first)) return std::nullopt;
    const std::string_view last = text.substr(dash + 1);
    if (!last.empty() && (!number(last, range.last) || range.last < range.first)) return std::nullopt;
    return range;
}

Result<Wanted, Error> wanted_of(const ProfileOptions& options) {
    Wanted wanted;
    const auto time = [](const std::string& text) -> Result<dlms::DateTime, Error> {
        const auto value = station::parse_iso(text);
        if (!value)
            return fail(usage_error("'" + text + "' is not a time like 2026-11-22 or 2026-11-22T20:04:08+02:00"));
        return *value;
    };
    if (!options.from.empty()) {
        const auto from = time(options.from);
        if (!from) return fail(from.error());
        wanted.from = *from;
    }
    if (!options.to.empty()) {
        const auto to = time(options.to);
        if (!to) return fail(to.error());
        wanted.to = *to;
    }
    if (!options.entries.empty()) {
        wanted.entries = parse_entries(options.entries);
        if (!wanted.entries) return fail(usage_error("entries are written A-B, or A- to the end, with A from 1"));
    }
    wanted.last = options.last;
    for (const std::string& text : options.columns) {
        auto column = parse_target(text);
        if (!column) return fail(column.error());
        wanted.columns.push_back(std::move(*column));
    }
    return wanted;
}

Result<void, Error> read_scalers(Client& client, Profile& profile) {
    profile.scalers.assign(profile.columns.size(), {});
    std::vector<dlms::AttributeDescriptor> attributes;
    std::vector<std::size_t> of_column;
    for (std::size_t i = 0; i < profile.columns.size(); ++i) {
        if (const auto attribute = Client::scaler_unit_of(profile.columns[i].attribute)) {
            attributes.push_back(*attribute);
            of_column.push_back(i);
        }
    }
    const auto values = client.get_list(attributes);
    if (!values) return fail(values.error());
    for (std::size_t i = 0; i < values->size(); ++i) {
        // A column without a readable scaler is printed as it is.
        if ((*values)[i])
            profile.scalers[of_column[i]] = station::scaler_unit_from(*(*values)[i]).value_or(ScalerUnit{});
    }
    return {};
}

Result<void, Error> choose_columns(const std::vector<Target>& wanted, Profile& profile) {
    for (std::size_t i = 0; i < profile.columns.size(); ++i) {
        const dlms::AttributeDescriptor& attribute = profile.columns[i].attribute;
        const bool is_wanted =
            wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const Target& target) {
                return target.instance == attribute.instance &&
                       (!target.class_id || *target.class_id == attribute.class_id) &&
                       (target.member.empty() || target.member == std::to_string(attribute.attribute) ||
                        target.member == dlms::attribute_name(attribute.class_id, attribute.attribute));
            });
        if (is_wanted) profile.shown.push_back(i);
    }
    for (const Target& target : wanted) {
        const bool found =
            std::any_of(profile.columns.begin(), profile.columns.end(),
                        [&](const CaptureObject& column) { return column.attribute.instance == target.instance; });
        if (!found) return fail(usage_error("the profile has no column " + target.text));
    }
    return {};
}

Result<Profile, Error> describe(Client& client, const dlms::Obis& instance, const Wanted& wanted) {
    Profile profile;
    profile.instance = instance;
    const std::array attributes{profile.attribute(3), profile.attribute(4), profile.attribute(5), profile.attribute(7)};
    const auto values = client.get_list(attributes);
    if (!values) return fail(values.error());
    const auto& [columns, period, sort_method, entries] =
        std::tie((*values)[0], (*values)[1], (*values)[2], (*values)[3]);
    if (!columns) return fail(columns.error());
    auto objects = station::capture_objects_from(*columns);
    if (!objects) return fail(objects.error());
    profile.columns = std::move(*objects);
    if (period) profile.capture_period = std::chrono::seconds(period->integer().value_or(0));
    if (sort_method) profile.sort_method = sort_method->integer().value_or(1);
    if (entries)
        profile.entries_in_use = static_cast<std::uint64_t>(std::max<std::int64_t>(0, entries->integer().value_or(0)));
    if (auto done = choose_columns(wanted.columns, profile); !done) return fail(done.error());
    if (auto done = read_scalers(client, profile); !done) return fail(done.error());
    return profile;
}

// The newest rows are at the end of a buffer sorted first in first out, and at the beginning of one last in first out.
EntryRange last_entries(const Profile& profile, std::uint32_t count) {
    constexpr std::int64_t last_in_first_out = 2;
    if (profile.sort_method == last_in_first_out) return {1, count};
    const auto entries = static_cast<std::uint32_t>(std::min<std::uint64_t>(profile.entries_in_use, 0xFFFF'FFFF));
    // To a number rather than the end: a row may come meanwhile.
    return {entries > count ? entries - count + 1 : 1, entries};
}

Result<std::optional<Selection>, Error> selection_of(const Profile& profile, const Wanted& wanted) {
    if (wanted.entries) return station::entry_selection(wanted.entries->first, wanted.entries->last);
    if (wanted.last > 0) {
        const EntryRange range = last_entries(profile, wanted.last);
        return station::entry_selection(range.first, range.last);
    }
    if (!wanted.from && !wanted.to) return std::nullopt;
    const auto clock = std::find_if(profile.columns.begin(), profile.columns.end(),
                                    [](const CaptureObject& column) { return column.is_clock(); });
    if (clock == profile.columns.end()) return fail(usage_error("the profile has no time column to select by"));
    dlms::DateTime from;
    from.date = {1970, 1, 1, dlms::not_specified};
    from.time = {0, 0, 0, 0};
    dlms::DateTime to = from;
    to.date.year = 2199;
    return station::range_selection(*clock, wanted.from.value_or(from), wanted.to.value_or(to));
}

// How many rows to expect; 0 if that can't be told.
std::uint64_t expected_rows(const Profile& profile, const Wanted& wanted) {
    if (wanted.last > 0) return std::min<std::uint64_t>(wanted.last, profile.entries_in_use);
    if (wanted.entries) {
        const std::uint64_t last = wanted.entries->last == 0 ? profile.entries_in_use : wanted.entries->last;
        return std::min(last, profile.entries_in_use) + 1 - std::min<std::uint64_t>(wanted.entries->first, last);
    }
    return wanted.from || wanted.to ? 0 : profile.entries_in_use;
}

std::vector<Column> table_columns(const Profile& profile, Format format) {
    std::vector<Column> columns;
    for (const std::size_t index : profile.shown) {
        const CaptureObject& object = profile.columns[index];
        std::string name = station::obis_text(object.attribute.instance);
        if (object.attribute.attribute != 2) name += "/" + std::to_string(object.attribute.attribute);
        if (object.data_index != 0) name += "#" + std::to_string(object.data_index);
        const std::string unit = station::unit_text(profile.scalers[index].unit);
        std::string title = name;
        if (!unit.empty()) title.append(" (").append(unit).append(")");
        columns.push_back({format == Format::json ? name : title, title, !object.is_clock()});
    }
    return columns;
}

int print(Client& client, const Profile& profile, const Wanted& wanted, const OutputOptions& output) {
    auto selection = selection_of(profile, wanted);
    if (!selection) return complain({}, selection.error());
    Table table(output.format, table_columns(profile, output.format));
    Progress progress(expected_rows(profile, wanted));
    station::RowExpander expander(profile.columns, profile.capture_period);
    bool written = true;
    std::vector<Cell> cells(profile.shown.size());
    const auto take_row = [&](Value value) -> Result<void, Error> {
        const auto row = expander.expand(std::move(value));
        if (!row) return fail(row.error());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::size_t column = profile.shown[i];
            output.fill(cells[i], (*row)[column], profile.scalers[column].scaler);
        }
        written = table.row(cells);
        progress.add_row();
        // Nobody takes the rows any more, so the meter need not send them.
        if (!written) return fail(Error{});
        return {};
    };
    station::ElementStream rows(take_row, {}, client.context().max_value_octets);
    auto done = client.get(profile.attribute(2), std::move(*selection), [&](Bytes piece) {
        progress.add_octets(piece.size());
        return rows.put(piece);
    });
    if (done) done = rows.finish();
    progress.finish();
    if (!table.finish() || !written) return exit_failed;
    return done ? exit_ok : complain(station::obis_text(profile.instance), done.error());
}

int profile(const ProfileOptions& options) {
    const auto target = parse_target(options.target);
    if (!target) return complain({}, target.error());
    const auto wanted = wanted_of(options);
    if (!wanted) return complain({}, wanted.error());
    return with_client(options.common, [&](Client& client) -> int {
        const auto described = describe(client, target->instance, *wanted);
        if (!described) return complain(target->text, described.error());
        return print(client, *described, *wanted, options.common.output);
    });
}

}  // namespace

void add_profile(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ProfileOptions>();
    CLI::App* command = app.add_subcommand("profile", "Read rows of a load profile, billing profile or event log");
    add_common_options(*command, options->common);
    command->add_option("OBIS", options->target, "The profile: a Profile generic object (class 7)")->required();
    CLI::Option* from = command->add_option("--from", options->from, "First time of a range, inclusive");
    CLI::Option* to = command->add_option("--to", options->to, "Last time of a range, inclusive");
    CLI::Option* entries =
        command->add_option("--entries", options->entries, "Rows A-B by their number in the buffer, from 1");
    CLI::Option* last =
        command->add_option("--last", options->last, "The newest N rows")->check(whole_number(1, 0xFFFF'FFFF));
    entries->excludes(from)->excludes(to)->excludes(last);
    last->excludes(from)->excludes(to);
    command
        ->add_option("--columns", options->columns, "Print only these columns: OBIS[/ATTRIBUTE], with commas between")
        ->delimiter(',');
    add_output_options(*command, options->common.output);
    command->footer(
        std::string(
            "Without --from, --to, --entries and --last the whole buffer is read.\n"
            "A time is 2026-11-22, 2026-11-22T20:04, or 2026-11-22T20:04:08+02:00; without an offset it is the\n"
            "meter's local time. Values are scaled; text and CSV state the units in the header.\n"
            "\nExamples:\n"
            "  blathy profile tcp://192.0.2.7 1-0:99.1.0.255 --last 96\n"
            "  blathy profile tcp://192.0.2.7 1-0:99.1.0.255 --from 2026-11-01 --to 2026-11-30T23:59 --csv\n"
            "  blathy profile tcp://192.0.2.7 0-0:98.1.0.255 --entries 1-3 --columns 0-0:1.0.0.255,1.8.0\n"
            "  blathy profile tcp://192.0.2.7 1-0:99.1.0.255 --gbt 16 --max-pdu 1024 --time utc\n") +
        exit_codes);
    command->callback([options, &exit_code] { exit_code = profile(*options); });
}

}  // namespace blathy::apps
