#include "bench/wire/process.hpp"

#include <csignal>
#include <fstream>
#include <string>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace blathy::bench {

Process::Process(const std::function<void()>& body) : id_(::fork()) {
    if (id_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    ::_exit(0);
}

Process::~Process() {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
}

double Process::cpu_seconds() const {
    std::ifstream in("/proc/" + std::to_string(id_) + "/stat");
    std::string field;
    std::uint64_t ticks = 0;
    // Fields 14 and 15 of proc(5) are user and system time; the name, field 2, has no blanks here.
    for (int number = 1; number <= 15 && in >> field; ++number) {
        if (number >= 14) ticks += std::stoull(field);
    }
    return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t Process::resident_octets() const {
    return resident_octets_of(id_);
}

std::uint64_t resident_octets_of(pid_t id) {
    std::ifstream in("/proc/" + std::to_string(id) + "/statm");
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    in >> size >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace blathy::bench
