// The metrology on the Cortex-M4, in QEMU: the bits of this machine, and a bounded number of instructions.
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "meter/models/models.hpp"

#include "tests/support/metrology_trace.hpp"

namespace blathy::test {
namespace {

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string output;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) output += static_cast<char>(c);
    return output;
}

class CortexM4 : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        const std::string image = BLATHY_SOURCE_DIR "/build/firmware/bench/cortex/blathy-metrology.elf";
        if (std::filesystem::exists(image)) {
            said_ = output_of("timeout 120 " BLATHY_SOURCE_DIR "/scripts/metrology_cortex.sh " + image);
        }
    }
    void SetUp() override {
        if (said_.empty()) GTEST_SKIP() << "no image; `make firmware` builds it";
    }
    // What the program printed for a model after a word.
    static std::string said_of(const std::string& word, std::string_view model) {
        std::smatch match;
        const std::regex line(word + " " + std::string(model) + " (\\w+)");
        return std::regex_search(said_, match, line) ? match[1].str() : "";
    }
    static inline std::string said_;
};

TEST_F(CortexM4, RegistersAreTheSameBitForBit) {
    for (const meter::Model* model : meter::all_models()) {
        meter::Metrology metrology(*model, trace_calibration());
        std::array<char, 17> here{};
        std::snprintf(here.data(), here.size(), "%016llx", static_cast<unsigned long long>(trace(*model, metrology)));
        EXPECT_EQ(said_of("trace", model->name), here.data()) << model->name;
    }
}

// A quarter of 100 MHz at 4 kHz.
TEST_F(CortexM4, ASampleTakesLessThanAQuarterOfTheProcessor) {
    for (const meter::Model* model : meter::all_models()) {
        const std::string instructions = said_of("cost", model->name);
        ASSERT_FALSE(instructions.empty()) << said_;
        EXPECT_LT(std::stoul(instructions) * model->sample_rate_hz, 25'000'000U) << model->name;
    }
}

}  // namespace
}  // namespace blathy::test
