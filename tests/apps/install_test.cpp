// The client library as others use it: installed, found by CMake, built into a program that reads a meter.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace blathy::test {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class Prefix {
  public:
    Prefix() {
        std::string name = (fs::temp_directory_path() / "blathy-install-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~Prefix() { fs::remove_all(path_); }
    Prefix(const Prefix&) = delete;
    Prefix& operator=(const Prefix&) = delete;
    [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }
    [[nodiscard]] std::string text() const { return path_.string(); }

  private:
    fs::path path_;
};

std::string content(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Install, ThePackageBuildsAProgramThatReadsAMeter) {
    // The build tree is where the program under test lies: BUILD/apps/blathy/blathy.
    const fs::path build = fs::path(BLATHY_PROGRAM).parent_path().parent_path().parent_path();
    const Prefix prefix;
    const Outcome installed =
        run({"cmake", "--install", build.string(), "--prefix", prefix.text(), "--component", "library"});
    ASSERT_EQ(installed.exit_code, 0) << installed.err;

    // How this project is compiled does not leak.
    std::string targets;
    for (const auto& file : fs::recursive_directory_iterator(prefix / "lib")) {
        if (file.path().extension() == ".cmake") targets += content(file.path());
    }
    EXPECT_THAT(targets, HasSubstr("blathy::station"));
    for (const char* ours :
         {"-Werror", "-Wall", "-Wconversion", "-fno-exceptions", "blathy_flags", BLATHY_SOURCE_DIR}) {
        EXPECT_THAT(targets, Not(HasSubstr(ours)));
    }

    const std::string example = std::string(BLATHY_SOURCE_DIR) + "/examples/read_meter";
    const std::string example_build = (prefix / "build").string();
    const Outcome configured =
        run({"cmake", "-S", example, "-B", example_build, "-DCMAKE_PREFIX_PATH=" + prefix.text()});
    ASSERT_EQ(configured.exit_code, 0) << configured.err;
    const Outcome built = run({"cmake", "--build", example_build});
    ASSERT_EQ(built.exit_code, 0) << built.out << built.err;

    Background meter({BLATHY_PROGRAM, "meter", "--listen", "tcp://127.0.0.1:0", "--panel", "off"});
    const auto url = meter.line_with("DLMS/COSEM at ");
    ASSERT_TRUE(url);
    ::setenv("BLATHY_PASSWORD", "DEMO-PASSWORD", 1);
    const Outcome read = run({example_build + "/read_meter", *url, "2", "1-0:99.128.0.255"});
    EXPECT_EQ(read.exit_code, 0) << read.err;
    EXPECT_THAT(read.out, ContainsRegex("1-0:1\\.8\\.0\\.255  [0-9.]+ Wh\n"));
    EXPECT_THAT(read.out, HasSubstr("0-0:1.0.0.255  "));
}

}  // namespace
}  // namespace blathy::test
