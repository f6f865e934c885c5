#include "apps/blathy/keys/device_key.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/blathy/keys/private_file.hpp"
#include "station/link/stream.hpp"
#include "station/security/entropy.hpp"

namespace blathy::apps {
namespace {

constexpr std::size_t key_size = 32;

Result<DeviceKey, std::string> read_key(const station::Descriptor& file, const std::string& path) {
    struct stat status {};
    if (::fstat(file.number(), &status) != 0)
        return fail("cannot read " + path + ": " + station::system_error_text(errno));
    if (!is_private(status.st_mode)) {
        return fail("others can read " + path + ", which the meter's keys are wrapped with: chmod 600 it");
    }
    DeviceKey key = DeviceKey::of_size(key_size);
    const auto got = ::read(file.number(), key.room().data(), key_size);
    if (got != static_cast<ssize_t>(key_size) || status.st_size != static_cast<off_t>(key_size)) {
        return fail(path + " is not the device key of a meter: it must have " + std::to_string(key_size) + " octets");
    }
    return key;
}

Result<DeviceKey, std::string> make_key() {
    DeviceKey key = DeviceKey::of_size(key_size);
    station::SystemEntropy entropy;
    if (!entropy.fill(key.room())) return fail(std::string("there is no randomness for a device key"));
    return key;
}

}  // namespace

Result<DeviceKey, std::string> device_key_in(const std::optional<std::filesystem::path>& directory) {
    if (!directory) return make_key();
    const std::string path = (*directory / "device.key").string();
    if (const station::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)); file.is_open()) {
        return read_key(file, path);
    }
    if (errno != ENOENT) return fail("cannot open " + path + ": " + station::system_error_text(errno));
    auto key = make_key();
    if (!key) return key;
    // On the disk before anything is wrapped with it.
    auto file = PrivateFile::create(path);
    if (!file) return fail(file.error());
    if (const auto written = file->finish(key->octets()); !written) return fail(written.error());
    return key;
}

}  // namespace blathy::apps
