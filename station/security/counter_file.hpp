// Invocation counters in files, for programs that come and go.
//
//   CLIENT-KEY.sent             the lowest value that nobody has sent with this key and client system title
//   METER-CLIENT-KEY.received   the lowest value that is new of what this meter sends; locked while it is talked to
//
// KEY is the beginning of a digest of the key, so that another key counts anew. Values to send with are reserved in the
// file, and that is on the disk before the first of them is used: a crash leaves values out but never repeats one. All
// meters with the same key take theirs from the same file, since it is the key that must not see a value twice.
#pragma once

#include <chrono>
#include <filesystem>

#include "station/link/stream.hpp"
#include "station/security/security.hpp"

namespace blathy::station {

// $XDG_STATE_HOME/blathy/counters, usually ~/.local/state/blathy/counters; empty if there is no home.
std::filesystem::path usual_counter_directory();

class FileCounters final : public Counters {
  public:
    // For the global key of `security`. The directory is made if it is not there, and nobody else can read it. Waits so
    // long when somebody else is talking to the same meter with the same key. Error `security`.
    static Result<std::shared_ptr<FileCounters>, Error> open(const std::filesystem::path& directory,
                                                             const Security& security,
                                                             std::chrono::milliseconds patience);
    // Gives back what was reserved and not used.
    ~FileCounters() override;

    [[nodiscard]] bool are_known() const override { return are_known_; }
    Result<std::uint32_t, Error> take() override;
    Result<bool, Error> advance_to(std::uint32_t value) override;
    [[nodiscard]] bool is_new(std::uint32_t received) const override { return received_.is_new(received); }
    void accept(std::uint32_t received) override;

  private:
    FileCounters() = default;

    // With the file locked: gives the lowest value not used to `change`, and stores what it returns.
    template <class Change>
    Result<void, Error> update(Change&& change);

    std::filesystem::path sent_path_;
    std::filesystem::path received_path_;
    Descriptor sent_file_;
    Descriptor received_file_;
    dlms::security::SendCounter sent_;
    dlms::security::ReceiveCounter received_;
    std::uint32_t stored_received_ = 0;
    bool are_known_ = false;
};

}  // namespace blathy::station
