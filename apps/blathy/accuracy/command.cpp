#include "apps/blathy/accuracy/command.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "apps/blathy/accuracy/reports.hpp"
#include "apps/blathy/whole_number.hpp"
#include "meter/models/models.hpp"

namespace blathy::apps {
namespace {

constexpr const char* accuracy_description =
    R"(Type-test meters as a laboratory would: every point of their class's standards.

Meters are made with the tolerances of production, calibrated, and then measured at every current and power factor, with
balanced and single-phase load, at the starting current, without load and under influence quantities. The same seed gives
the same meters and the same errors.)";

constexpr const char* accuracy_footer =
    R"(Exit codes: 0 every point within its limit; 1 some not; 2 the test or its report failed.

Examples:
  blathy accuracy --model SED302
  blathy accuracy --model SM306 --meters 100 --report sm306.html
  blathy accuracy --model SED102 --seed 7 --json > errors.json)";

constexpr int exit_point_failed = 1;
constexpr int exit_no_report = 2;

struct AccuracyOptions {
    std::string model = "SED302";
    std::size_t meters = 1;
    std::uint64_t seed = 1;
    std::string report;
    bool json = false;
    unsigned threads = std::max(1U, std::thread::hardware_concurrency());
};

// "[######........] 41 %, 12 s left" on a terminal.
class ProgressBar {
  public:
    void show(std::size_t done, std::size_t total) {
        if (!enabled_) return;
        constexpr std::size_t width = 30;
        const std::size_t filled = width * done / total;
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
        std::string line =
            fmt::format("\r\x1B[K[{:#<{}}{:.<{}}] {} %", "", filled, "", width - filled, 100 * done / total);
        if (done > 0) {
            const double left = elapsed.count() * static_cast<double>(total - done) / static_cast<double>(done);
            line += fmt::format(", {:.0f} s left", left);
        }
        std::fputs(line.c_str(), stderr);
    }
    void finish() const {
        if (enabled_) std::fputs("\r\x1B[K", stderr);
    }

  private:
    bool enabled_ = ::isatty(STDERR_FILENO) == 1;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

bool write_file(const std::string& path, const std::string& content) {
    std::ofstream file(path, std::ios::binary);
    file << content;
    file.close();
    return file.good();
}

int run(const AccuracyOptions& options) {
    ProgressBar bar;
    const TypeTest test = run_type_test({.model = meter::find_model(options.model),
                                         .meters = options.meters,
                                         .seed = options.seed,
                                         .threads = options.threads},
                                        [&](std::size_t done, std::size_t total) { bar.show(done, total); });
    bar.finish();
    std::fputs((options.json ? json_report(test) : text_report(test)).c_str(), stdout);
    if (!options.report.empty() && !write_file(options.report, html_report(test))) {
        fmt::print(stderr, "blathy accuracy: can't write {}\n", options.report);
        return exit_no_report;
    }
    return test.failures() == 0 ? 0 : exit_point_failed;
}

}  // namespace

void add_accuracy_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("accuracy", accuracy_description);
    command->footer(accuracy_footer);
    auto options = std::make_shared<AccuracyOptions>();
    const auto known = [](const std::string& name) {
        if (meter::find_model(name) != nullptr) return std::string{};
        std::string names;
        for (const meter::Model* model : meter::all_models())
            names += (names.empty() ? "" : ", ") + std::string(model->name);
        return "no such model; there are " + names;
    };
    command->add_option("--model", options->model, "the product")->check(known)->capture_default_str();
    command->add_option("--meters", options->meters, "how many are made")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->add_option("--seed", options->seed, "of the first meter; the next has the next")
        ->check(whole_number(0))
        ->capture_default_str();
    command->add_option("--report", options->report, "write a page with error curves")->type_name("FILE.html");
    command->add_flag("--json", options->json, "every error of every meter");
    command->add_option("--threads", options->threads, "at once")->check(CLI::Range(1, 1024))->capture_default_str();
    command->callback([=, &exit_code] { exit_code = run(*options); });
}

}  // namespace blathy::apps
