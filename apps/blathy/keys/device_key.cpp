#include "apps/blathy/keys/device_key.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "station/link/stream.hpp"
#include "station/security/entropy.hpp"

namespace blathy::apps {
namespace {

constexpr std::size_t key_size = 32;

class File {
  public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const { return descriptor_; }

  private:
    int descriptor_;
};

Result<DeviceKey, std::string> read_key(const File& file, const std::string& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        return fail("cannot read " + path + ": " + station::system_error_text(errno));
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail("others can read " + path + ", which the meter's keys are wrapped with: chmod 600 it");
    }
    DeviceKey key = DeviceKey::of_size(key_size);
    const auto got = ::read(file.get(), key.room().data(), key_size);
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
    if (const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)); file.get() >= 0) {
        return read_key(file, path);
    }
    if (errno != ENOENT) return fail("cannot open " + path + ": " + station::system_error_text(errno));
    auto key = make_key();
    if (!key) return key;
    // Written beside and linked: it is there whole, or not at all.
    const std::string fresh = path + ".new";
    ::unlink(fresh.c_str());
    const File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    const bool written = file.get() >= 0 &&
                         ::write(file.get(), key->octets().data(), key_size) == static_cast<ssize_t>(key_size) &&
                         ::fsync(file.get()) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
    if (!written) return fail("cannot write " + path + ": " + station::system_error_text(errno));
    return key;
}

}  // namespace blathy::apps
