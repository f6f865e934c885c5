// Other programs, run by a test.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace blathy::test {

// The program under test.
inline const std::string blathy = BLATHY_PROGRAM;

struct Outcome {
    int exit_code = -1;
    std::string out;
    std::string err;
};

// The client that collects data from a meter with demo keys: the options that make a command one of its. The password
// is in the environment.
std::vector<std::string> reading_client();

// Runs a program to its end.
Outcome run(const std::vector<std::string>& command);

// A program in the background. It is killed, if need be, when this object goes.
class Background {
  public:
    explicit Background(const std::vector<std::string>& command);
    ~Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // The rest of the first output line that begins with `prefix`. None if the program ended, or was silent for long.
    std::optional<std::string> line_with(const std::string& prefix);
    // All that it has printed, to its end, once it has been stopped.
    const std::string& printed();
    [[nodiscard]] pid_t id() const { return id_; }
    // Sends the signal and waits for the end. The exit code, or minus the signal that ended it.
    int stop(int signal);

  private:
    pid_t id_;
    int output_;
    std::string text_;
};

}  // namespace blathy::test
