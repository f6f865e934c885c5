#include "station/security/counter_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dlms/security/digest.hpp"
#include "station/format.hpp"

namespace blathy::station {
namespace {

// Values that are reserved at once: few enough to lose them, and many enough not to wait for the disk all the time.
constexpr std::uint32_t block = 64;
// Ten digits and the end of the line, always: they fit one sector of the disk, which is written whole or not at all.
constexpr std::size_t record_size = 11;

Error file_error(const std::filesystem::path& path, std::string_view what) {
    return security_error("the invocation counters in " + path.string() + ' ' + std::string(what));
}
Error system_error(const std::filesystem::path& path, std::string_view what) {
    return file_error(path, std::string(what) + ": " + std::strerror(errno));
}

Result<Descriptor, Error> open_file(const std::filesystem::path& path) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!file.is_open()) return fail(system_error(path, "can't be opened"));
    return file;
}

// None: nothing was ever stored.
Result<std::optional<std::uint32_t>, Error> load(const Descriptor& file, const std::filesystem::path& path) {
    std::array<char, record_size + 1> text{};
    const auto size = ::pread(file.number(), text.data(), text.size(), 0);
    if (size < 0) return fail(system_error(path, "can't be read"));
    if (size == 0) return std::nullopt;
    std::uint32_t value = 0;
    const char* digits_end = text.data() + record_size - 1;
    const auto [end, error] = std::from_chars(text.data(), digits_end, value);
    if (size != record_size || error != std::errc{} || end != digits_end || *digits_end != '\n') {
        return fail(file_error(path, "are damaged; remove the file, and the meter is asked for its own"));
    }
    return value;
}

Result<void, Error> store(const Descriptor& file, const std::filesystem::path& path, std::uint32_t value) {
    std::array<char, record_size> text{};
    text.fill('0');
    text.back() = '\n';
    for (std::size_t place = record_size - 1; place > 0; value /= 10) {
        text[--place] = static_cast<char>('0' + value % 10);
    }
    if (::pwrite(file.number(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
        ::fdatasync(file.number()) != 0) {
        return fail(system_error(path, "can't be written"));
    }
    return {};
}

class Lock {
  public:
    explicit Lock(const Descriptor& file) : file_(file.number()) {
        while ((locked_ = ::flock(file_, LOCK_EX) == 0) == false && errno == EINTR) {
        }
    }
    ~Lock() {
        if (locked_) ::flock(file_, LOCK_UN);
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    [[nodiscard]] bool is_locked() const { return locked_; }

  private:
    int file_;
    bool locked_ = false;
};

// A new directory, and the names in it, are as durable as what is stored in the files.
void sync_directory(const std::filesystem::path& path) {
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.is_open()) (void)::fsync(directory.number());
}

// Enough of a digest to tell keys apart, and too little to tell anything of them.
std::string name_of_key(const Security& security) {
    constexpr std::size_t shown = 8;
    const auto digest = dlms::security::digest(dlms::security::DigestAlgorithm::sha256,
                                               {as_bytes("blathy invocation counters"), security.encryption_key});
    return hex_text(digest.octets().first(shown));
}

}  // namespace

std::filesystem::path usual_counter_directory() {
    const char* state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && *state == '/') return std::filesystem::path(state) / "blathy" / "counters";
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') return {};
    return std::filesystem::path(home) / ".local" / "state" / "blathy" / "counters";
}

Result<std::shared_ptr<FileCounters>, Error> FileCounters::open(const std::filesystem::path& directory,
                                                                const Security& security,
                                                                std::chrono::milliseconds patience) {
    if (directory.empty()) {
        return fail(security_error("there is no directory for invocation counters; set XDG_STATE_HOME or HOME"));
    }
    std::error_code failed;
    if (std::filesystem::create_directories(directory, failed)) {
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failed);
        sync_directory(directory.parent_path());
    }
    if (failed) return fail(file_error(directory, "can't be kept: " + failed.message()));

    // Not make_shared: the constructor is private.
    std::shared_ptr<FileCounters> counters(new FileCounters);  // NOLINT(cppcoreguidelines-owning-memory)
    const std::string owner = hex_text(security.client_title) + '-' + name_of_key(security);
    const std::string meter = security.server_title ? hex_text(*security.server_title) : "any";
    counters->sent_path_ = directory / (owner + ".sent");
    counters->received_path_ = directory / (meter + '-' + owner + ".received");
    auto sent = open_file(counters->sent_path_);
    if (!sent) return fail(sent.error());
    auto received = open_file(counters->received_path_);
    if (!received) return fail(received.error());
    sync_directory(directory);

    constexpr std::chrono::milliseconds between{50};
    const auto end = Deadline::after(patience);
    while (::flock(received->number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail(system_error(counters->received_path_, "can't be locked"));
        if (end.passed()) {
            return fail(security_error("another program talks to this meter with the same key; try again later"));
        }
        std::this_thread::sleep_for(between);
    }
    const auto last_received = load(*received, counters->received_path_);
    if (!last_received) return fail(last_received.error());
    const auto last_sent = load(*sent, counters->sent_path_);
    if (!last_sent) return fail(last_sent.error());
    counters->stored_received_ = last_received->value_or(0);
    counters->received_ = dlms::security::ReceiveCounter(counters->stored_received_);
    counters->are_known_ = last_sent->has_value();
    counters->sent_file_ = std::move(*sent);
    counters->received_file_ = std::move(*received);
    return counters;
}

FileCounters::~FileCounters() {
    if (!sent_file_.is_open()) return;
    // Only if nobody has reserved values behind them since. What fails here loses values, and nothing else.
    if (sent_.next() < sent_.reserved()) {
        (void)update([&](std::uint32_t lowest) { return lowest == sent_.reserved() ? sent_.next() : lowest; });
    }
    if (received_.next() != stored_received_) (void)store(received_file_, received_path_, received_.next());
}

template <class Change>
Result<void, Error> FileCounters::update(Change&& change) {
    const Lock lock(sent_file_);
    if (!lock.is_locked()) return fail(system_error(sent_path_, "can't be locked"));
    const auto stored = load(sent_file_, sent_path_);
    if (!stored) return fail(stored.error());
    const std::uint32_t lowest = stored->value_or(1);
    const std::uint32_t changed = change(lowest);
    return changed == lowest && stored->has_value() ? Result<void, Error>{} : store(sent_file_, sent_path_, changed);
}

Result<std::uint32_t, Error> FileCounters::take() {
    if (sent_.next() >= sent_.reserved()) {
        dlms::security::SendCounter reserved;
        const auto done = update([&](std::uint32_t lowest) {
            reserved = dlms::security::SendCounter(lowest);
            if (const auto due = reserved.due(block)) reserved.set_reserved(*due);
            return reserved.reserved();
        });
        if (!done) return fail(done.error());
        sent_ = reserved;
        are_known_ = true;
    }
    const auto value = sent_.take();
    if (!value) return fail(worn_out_error());
    return *value;
}

Result<bool, Error> FileCounters::advance_to(std::uint32_t value) {
    if (value >= dlms::security::counter_alarm_level) return fail(counter_too_high_error(value));
    const bool holds_values = sent_.next() < sent_.reserved();
    bool moved = holds_values && sent_.next() < value;
    const auto done = update([&](std::uint32_t lowest) {
        moved = moved || (!holds_values && lowest < value);
        return std::max(lowest, value);
    });
    if (!done) return fail(done.error());
    if (moved) sent_ = {};
    are_known_ = true;
    return moved;
}

void FileCounters::accept(std::uint32_t received) {
    if (!received_.is_new(received)) return;
    received_.set_reserved(received + 1);
    (void)received_.take(received);
}

}  // namespace blathy::station
