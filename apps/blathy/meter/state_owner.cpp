#include "apps/blathy/meter/state_owner.hpp"

#include <fstream>

#include <fmt/format.h>

#include "apps/blathy/keys/private_file.hpp"
#include "station/format.hpp"

namespace blathy::apps {

Result<void, std::string> claim_state(const std::filesystem::path& directory, const meter::Model& model,
                                      std::uint32_t serial_number) {
    const auto path = directory / "meter.txt";
    const std::string own = fmt::format("{} {:08}", model.name, serial_number);
    std::ifstream file(path);
    if (!file.is_open() && !std::filesystem::exists(std::filesystem::symlink_status(path))) {
        auto created = PrivateFile::create(path);
        if (!created) return fail(created.error());
        return created->finish(as_bytes(own + '\n'));
    }
    std::string owner;
    // The longest name of a model and eight digits are far from this.
    constexpr std::size_t longest_line = 64;
    std::getline(file, owner);
    if (owner == own) return {};
    if (!file || owner.size() > longest_line) return fail("cannot read " + path.string() + ", which says whose it is");
    return fail(fmt::format("{} is the state of the meter {}, and not of {}; see --model and --serial",
                            directory.string(), station::escaped(owner), own));
}

}  // namespace blathy::apps
