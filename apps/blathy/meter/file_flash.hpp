// The meter's flash as a file, so that its state outlives the process.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "meter/ports.hpp"

namespace blathy::apps {

// Every operation is in the file when it returns: killing the process loses nothing. (A power failure of the host may,
// for the file is not synchronised to the disk each time.)
class FileFlash final : public meter::Flash {
  public:
    static constexpr std::size_t sector_octets = 4096;
    // A chip of its own each.
    struct Chip {
        const char* file;
        std::size_t sectors;
    };
    static constexpr Chip data{"flash.bin", 256};
    static constexpr Chip calibration{"calibration.bin", 2};

    // Opens or creates the chip's file in the directory, for this process alone and for nobody else to read. The error
    // is a sentence.
    static Result<std::unique_ptr<FileFlash>, std::string> open(const std::filesystem::path& directory,
                                                                const Chip& chip = data);
    // A flash that is forgotten with the process.
    static std::unique_ptr<FileFlash> in_memory(const Chip& chip = data);
    ~FileFlash();
    FileFlash(const FileFlash&) = delete;
    FileFlash& operator=(const FileFlash&) = delete;

    [[nodiscard]] std::size_t sector_size() const override { return sector_octets; }
    [[nodiscard]] std::size_t sector_count() const override { return octets_.size() / sector_octets; }
    [[nodiscard]] bool read(std::size_t sector, std::size_t offset, MutableBytes into) const override;
    [[nodiscard]] bool program(std::size_t sector, std::size_t offset, Bytes octets) override;
    [[nodiscard]] bool erase(std::size_t sector) override;

  private:
    explicit FileFlash(const Chip& chip);
    [[nodiscard]] bool within(std::size_t sector, std::size_t offset, std::size_t count) const;
    [[nodiscard]] bool write_through(std::size_t start, std::size_t count) const;

    std::vector<std::uint8_t> octets_;
    int file_ = -1;
};

}  // namespace blathy::apps
