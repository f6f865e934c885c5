#include "tests/support/program.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/silence.hpp"

namespace blathy::test {
namespace {

struct Pipe {
    Pipe() {
        if (::pipe(ends.data()) != 0) std::abort();
    }
    [[nodiscard]] int reader() const { return ends[0]; }
    [[nodiscard]] int writer() const { return ends[1]; }
    std::array<int, 2> ends{};
};

[[noreturn]] void become(const std::vector<std::string>& command, int out, int err) {
    ::dup2(out, STDOUT_FILENO);
    if (err >= 0) ::dup2(err, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

// What is there to read, appended to `text`. False at the end or after a long silence.
bool read_some(int descriptor, std::string& text) {
    pollfd ready{descriptor, POLLIN, 0};
    if (::poll(&ready, 1, silence_limit_ms) <= 0) return false;
    std::array<char, 4096> room{};
    const ssize_t count = ::read(descriptor, room.data(), room.size());
    if (count <= 0) return false;
    text.append(room.data(), static_cast<std::size_t>(count));
    return true;
}

int exit_code_of(pid_t id) {
    int status = 0;
    ::waitpid(id, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

std::vector<std::string> reading_client() {
    ::setenv("BLATHY_PASSWORD", "DEMO-PASSWORD", 1);
    return {"--client", "2"};
}

Outcome run(const std::vector<std::string>& command) {
    const Pipe out;
    const Pipe err;
    const pid_t id = ::fork();
    if (id == 0) become(command, out.writer(), err.writer());
    ::close(out.writer());
    ::close(err.writer());
    Outcome outcome;
    bool out_open = true;
    bool err_open = true;
    while (out_open || err_open) {
        std::array<pollfd, 2> ready = {pollfd{out_open ? out.reader() : -1, POLLIN, 0},
                                       pollfd{err_open ? err.reader() : -1, POLLIN, 0}};
        if (::poll(ready.data(), ready.size(), silence_limit_ms) <= 0) {
            ::kill(id, SIGKILL);
            break;
        }
        if (ready[0].revents != 0) out_open = read_some(out.reader(), outcome.out);
        if (ready[1].revents != 0) err_open = read_some(err.reader(), outcome.err);
    }
    ::close(out.reader());
    ::close(err.reader());
    outcome.exit_code = exit_code_of(id);
    return outcome;
}

Background::Background(const std::vector<std::string>& command) {
    const Pipe out;
    id_ = ::fork();
    if (id_ == 0) become(command, out.writer(), -1);
    ::close(out.writer());
    output_ = out.reader();
}

Background::~Background() {
    if (id_ > 0) stop(SIGKILL);
    ::close(output_);
}

std::optional<std::string> Background::line_with(const std::string& prefix) {
    while (true) {
        for (std::size_t begin = 0, end = 0; (end = text_.find('\n', begin)) != std::string::npos; begin = end + 1) {
            const std::string line = text_.substr(begin, end - begin);
            if (line.starts_with(prefix)) return line.substr(prefix.size());
        }
        if (!read_some(output_, text_)) return std::nullopt;
    }
}

const std::string& Background::printed() {
    while (read_some(output_, text_)) {
    }
    return text_;
}

int Background::stop(int signal) {
    ::kill(id_, signal);
    return exit_code_of(std::exchange(id_, -1));
}

}  // namespace blathy::test
