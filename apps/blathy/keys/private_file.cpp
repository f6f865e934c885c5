#include "apps/blathy/keys/private_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace blathy::apps {
namespace {

std::string cannot_write(const std::filesystem::path& path) {
    return "cannot write " + path.string() + ": " + station::system_error_text(errno);
}

std::string is_taken(const std::filesystem::path& path) {
    return path.string() + " is there already, and is not written over";
}

bool write_all(int file, Bytes content) {
    while (!content.empty()) {
        const ssize_t count = ::write(file, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        content = content.subspan(static_cast<std::size_t>(count));
    }
    return ::fsync(file) == 0;
}

// A name is durable when its directory is.
bool synchronise_directory_of(const std::filesystem::path& path) {
    const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const station::Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.is_open() && ::fsync(directory.number()) == 0;
}

}  // namespace

bool is_private(mode_t mode) {
    return (mode & (S_IRWXG | S_IRWXO)) == 0;
}

Result<PrivateFile, std::string> PrivateFile::create(const std::filesystem::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return fail(is_taken(path));
    return beside(path);
}

Result<PrivateFile, std::string> PrivateFile::beside(const std::filesystem::path& path) {
    // Of mode 0600, whatever the umask is.
    std::string name = path.string() + ".XXXXXX";
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) return fail(cannot_write(path));
    return PrivateFile(path, std::move(name), descriptor);
}

Result<void, std::string> PrivateFile::replace(const std::filesystem::path& path, Bytes content) {
    auto file = beside(path);
    if (!file) return fail(file.error());
    if (!write_all(file->file_.number(), content) || ::rename(file->beside_.c_str(), path.c_str()) != 0) {
        return fail(cannot_write(path));
    }
    file->file_ = station::Descriptor();
    if (!synchronise_directory_of(path)) return fail(cannot_write(path));
    return {};
}

PrivateFile::~PrivateFile() {
    if (file_.is_open()) ::unlink(beside_.c_str());
}

Result<void, std::string> PrivateFile::finish(Bytes content) {
    if (!write_all(file_.number(), content)) return fail(cannot_write(path_));
    // Unlike a renaming it replaces nothing.
    if (::link(beside_.c_str(), path_.c_str()) != 0) {
        const std::string why = errno == EEXIST ? is_taken(path_) : cannot_write(path_);
        file_ = station::Descriptor();
        return fail(why + "; the content is in " + beside_);
    }
    ::unlink(beside_.c_str());
    file_ = station::Descriptor();
    if (!synchronise_directory_of(path_)) return fail(cannot_write(path_));
    return {};
}

}  // namespace blathy::apps
