#include "apps/blathy/meter/file_flash.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/blathy/keys/private_file.hpp"
#include "station/link/stream.hpp"

namespace blathy::apps {

namespace {

// What was there before is left as it is: it may be a directory that is meant for others too.
Result<void, std::string> make_private_directory(const std::filesystem::path& directory) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode) && !is_private(status.st_mode)) {
            return fail("others can read the state directory " + directory.string() +
                        ", where the meter's keys are: chmod 700 it");
        }
        return {};
    }
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (!error) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    if (error) return fail("cannot make the state directory " + directory.string() + ": " + error.message());
    return {};
}

}  // namespace

FileFlash::FileFlash(const Chip& chip) : octets_(chip.sectors * sector_octets, meter::erased_octet) {}

FileFlash::~FileFlash() {
    if (file_ >= 0) ::close(file_);
}

bool FileFlash::within(std::size_t sector, std::size_t offset, std::size_t count) const {
    return sector < sector_count() && offset <= sector_octets && count <= sector_octets - offset;
}

std::unique_ptr<FileFlash> FileFlash::in_memory(const Chip& chip) {
    return std::unique_ptr<FileFlash>(new FileFlash(chip));
}

Result<std::unique_ptr<FileFlash>, std::string> FileFlash::open(const std::filesystem::path& directory,
                                                                const Chip& chip) {
    if (auto made = make_private_directory(directory); !made) return fail(made.error());
    auto flash = in_memory(chip);
    const auto path = directory / chip.file;
    flash->file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (flash->file_ < 0) return fail("cannot open " + path.string() + ": " + station::system_error_text(errno));
    if (::flock(flash->file_, LOCK_EX | LOCK_NB) != 0) {
        return fail("the state directory " + directory.string() + " is in use by another meter");
    }
    struct stat status {};
    if (::fstat(flash->file_, &status) != 0)
        return fail("cannot read " + path.string() + ": " + station::system_error_text(errno));
    if (!is_private(status.st_mode)) {
        return fail("others can read " + path.string() + ", where the meter's keys are: chmod 600 it");
    }
    auto& octets = flash->octets_;
    if (status.st_size == 0) {
        if (!flash->write_through(0, octets.size()))
            return fail("cannot write " + path.string() + ": " + station::system_error_text(errno));
        return flash;
    }
    if (static_cast<std::size_t>(status.st_size) != octets.size()) {
        return fail(path.string() + " is not the flash of a meter: it has " + std::to_string(status.st_size) +
                    " octets, not " + std::to_string(octets.size()));
    }
    if (::pread(flash->file_, octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size())) {
        return fail("cannot read " + path.string() + ": " + station::system_error_text(errno));
    }
    return flash;
}

bool FileFlash::write_through(std::size_t start, std::size_t count) const {
    if (file_ < 0) return true;
    return ::pwrite(file_, octets_.data() + start, count, static_cast<off_t>(start)) == static_cast<ssize_t>(count);
}

bool FileFlash::read(std::size_t sector, std::size_t offset, MutableBytes into) const {
    if (!within(sector, offset, into.size())) return false;
    const auto from = octets_.begin() + static_cast<std::ptrdiff_t>(sector * sector_octets + offset);
    std::copy_n(from, into.size(), into.begin());
    return true;
}

bool FileFlash::program(std::size_t sector, std::size_t offset, Bytes octets) {
    if (!within(sector, offset, octets.size())) return false;
    const std::size_t start = sector * sector_octets + offset;
    for (std::size_t i = 0; i < octets.size(); ++i) octets_[start + i] &= octets[i];
    return write_through(start, octets.size());
}

bool FileFlash::erase(std::size_t sector) {
    if (!within(sector, 0, sector_octets)) return false;
    const std::size_t start = sector * sector_octets;
    std::fill_n(octets_.begin() + static_cast<std::ptrdiff_t>(start), sector_octets, meter::erased_octet);
    return write_through(start, sector_octets);
}

}  // namespace blathy::apps
