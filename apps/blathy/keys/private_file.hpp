// Files with secrets in them: their owner alone can read them, and they are there whole or not at all.
#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "station/link/stream.hpp"

namespace blathy::apps {

// Nobody but the owner (and who administers the machine) can read or change what has this mode.
[[nodiscard]] bool is_private(mode_t mode);

// A new file, written beside its place and put there at the end.
class PrivateFile {
  public:
    // Finds out what can be known before there is anything to write: that nothing of this name exists, and that the
    // directory can be written to. The error is a sentence.
    static Result<PrivateFile, std::string> create(const std::filesystem::path& path);
    PrivateFile(PrivateFile&&) noexcept = default;
    PrivateFile& operator=(PrivateFile&&) = delete;
    // Puts `content` in the place of what is there: at any moment the file is the old one or the new one.
    [[nodiscard]] static Result<void, std::string> replace(const std::filesystem::path& path, Bytes content);
    // Without finish() nothing is left.
    ~PrivateFile();

    // When it returns the file is on the disk, under its name. When that name was taken in the meantime, the content is
    // kept where the error, a sentence, says.
    [[nodiscard]] Result<void, std::string> finish(Bytes content);

  private:
    static Result<PrivateFile, std::string> beside(const std::filesystem::path& path);
    PrivateFile(std::filesystem::path path, std::string beside, int descriptor)
        : path_(std::move(path)), beside_(std::move(beside)), file_(descriptor) {}

    std::filesystem::path path_;
    std::string beside_;
    station::Descriptor file_;  // open until it is finished
};

}  // namespace blathy::apps
