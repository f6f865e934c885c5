// Signals that nobody made up: a capture of a real service and a month of a real house. The files are not part of the
// project; BLATHY_TEST_DATA says where they are, and without them there is nothing to test.
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "meter/metrology/metrology.hpp"
#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "world/site.hpp"

namespace blathy::world {
namespace {

std::filesystem::path data_file(const char* name) {
    const char* folder = std::getenv("BLATHY_TEST_DATA");
    return folder == nullptr ? std::filesystem::path{} : std::filesystem::path(folder) / name;
}

constexpr const char* without_data = "BLATHY_TEST_DATA does not name a folder with the recordings";

std::vector<std::string> fields(const std::string& line) {
    std::vector<std::string> found;
    std::istringstream stream(line);
    for (std::string field; std::getline(stream, field, ',');) found.push_back(field);
    return found;
}

// IEEE C37.111 (COMTRADE 1999), ASCII: eight analogue channels, each count x a + b, over four cycles.
struct Capture {
    static constexpr std::size_t channels = 8;
    std::array<std::vector<double>, channels> value;
};

Capture read_capture(const std::filesystem::path& path) {
    Capture capture;
    std::array<double, Capture::channels> a{};
    std::array<double, Capture::channels> b{};
    std::ifstream configuration(path.string() + ".CFG");
    std::string line;
    std::getline(configuration, line);
    std::getline(configuration, line);
    for (std::size_t c = 0; c < Capture::channels && std::getline(configuration, line); ++c) {
        const auto row = fields(line);
        a[c] = std::stod(row.at(5));
        b[c] = std::stod(row.at(6));
    }
    std::ifstream data(path.string() + ".DAT");
    while (std::getline(data, line)) {
        const auto row = fields(line);
        if (row.size() < 2 + Capture::channels) continue;
        for (std::size_t c = 0; c < Capture::channels; ++c)
            capture.value[c].push_back(std::stod(row[2 + c]) * a[c] + b[c]);
    }
    for (auto& channel : capture.value) {
        const double mean = std::accumulate(channel.begin(), channel.end(), 0.0) / static_cast<double>(channel.size());
        for (double& value : channel) value -= mean;
    }
    return capture;
}

// What the capture's own sums say of a phase, all orders.
struct Sums {
    double voltage_v = 0;
    double current_a = 0;
    double active_w = 0;
};

Sums sums_of(const std::vector<double>& voltage, const std::vector<double>& current) {
    Sums sums;
    for (std::size_t n = 0; n < voltage.size(); ++n) {
        sums.voltage_v += voltage[n] * voltage[n];
        sums.current_a += current[n] * current[n];
        sums.active_w += voltage[n] * current[n];
    }
    const auto count = static_cast<double>(voltage.size());
    return {std::sqrt(sums.voltage_v / count), std::sqrt(sums.current_a / count), sums.active_w / count};
}

// The four cycles again and again, played at 50 Hz, through a mean over each sample's time, which is what an anti-alias
// filter makes of them.
class Player {
  public:
    Player(const Capture& capture, const meter::Model& model) : capture_(capture), model_(model) {}
    meter::Samples next() {
        meter::Samples samples;
        for (std::size_t k = 0; k < 3; ++k) {
            samples.current[k] = count(capture_.value[k], model_.full_scale_current_ma / 1e3);
            samples.voltage[k] = count(capture_.value[4 + k], model_.full_scale_voltage_mv / 1e3);
        }
        position_ += 512.0 * 50 / model_.sample_rate_hz;
        return samples;
    }

  private:
    [[nodiscard]] std::int32_t count(const std::vector<double>& channel, double full_scale) const {
        const auto below = static_cast<std::size_t>(position_);
        const double rest = position_ - static_cast<double>(below);
        const double value =
            channel[below % channel.size()] * (1 - rest) + channel[(below + 1) % channel.size()] * rest;
        return static_cast<std::int32_t>(std::lround(value / full_scale * 0x1p23));
    }
    const Capture& capture_;
    const meter::Model& model_;
    double position_ = 0;
};

TEST(Recorded, AThreePhaseServiceIsMeasuredAsItsCaptureSays) {
    const auto path = data_file("comtrade-keating/keating_1999");
    if (!std::filesystem::exists(path.string() + ".DAT")) GTEST_SKIP() << without_data;
    const Capture capture = read_capture(path);
    ASSERT_EQ(capture.value[0].size(), 2048U);
    meter::Model model = meter::sed302;  // whose ranges end at 500 V and 200 A
    model.full_scale_voltage_mv = 700'000;
    model.full_scale_current_ma = 400'000;
    meter::Metrology metrology(model, {});
    Player player(capture, model);
    // The load differs from cycle to cycle, so ten windows: a hundred cycles, the capture twenty-five times.
    struct Mean {
        double voltage_squared = 0;
        double current_squared = 0;
        double active_w = 0;
        double reactive_var = 0;
        double voltage_distortion = 0;
        double current_distortion = 0;
    };
    std::array<Mean, 3> means;
    constexpr int settling = 6;
    constexpr int windows = 10;
    for (int window = -settling; window < windows; ++window) {
        while (!metrology.push(player.next())) {
        }
        if (window < 0) continue;
        for (std::size_t k = 0; k < 3; ++k) {
            const meter::PhaseInterval& phase = metrology.interval().phase[k];
            means[k].voltage_squared += std::pow(phase.voltage_mv / 1e3, 2) / windows;
            means[k].current_squared += std::pow(phase.current_ua / 1e6, 2) / windows;
            means[k].active_w += static_cast<double>(phase.active_power_mw) / 1e3 / windows;
            means[k].reactive_var += static_cast<double>(phase.reactive_power_mvar) / 1e3 / windows;
            means[k].voltage_distortion += phase.voltage_distortion / 1e2 / windows;
            means[k].current_distortion += phase.current_distortion / 1e2 / windows;
        }
    }
    // The capture's known figures, distortions in per cent.
    constexpr std::array<double, 3> voltage_distortion = {1.28, 1.15, 1.26};
    constexpr std::array<double, 3> current_distortion = {7.00, 8.85, 4.44};
    constexpr std::array<double, 3> reactive_var = {16346.9, 16897.2, 20833.3};
    // The service ran at 59.97 Hz, so four times 512 samples do not quite close.
    for (std::size_t k = 0; k < 3; ++k) {
        const Sums truth = sums_of(capture.value[4 + k], capture.value[k]);
        EXPECT_NEAR(std::sqrt(means[k].voltage_squared), truth.voltage_v, truth.voltage_v * 2e-3);
        EXPECT_NEAR(std::sqrt(means[k].current_squared), truth.current_a, truth.current_a * 2e-3);
        EXPECT_NEAR(means[k].active_w, truth.active_w, truth.active_w * 2e-3);
        EXPECT_NEAR(means[k].reactive_var, reactive_var[k], reactive_var[k] * 5e-3);
        EXPECT_NEAR(means[k].voltage_distortion, voltage_distortion[k], 0.3);
        EXPECT_NEAR(means[k].current_distortion, current_distortion[k], 0.5);
    }
    EXPECT_NEAR(metrology.interval().frequency_mhz, 50'000, 50);
}

// A day of one house, minute by minute, each minute played in ten cycles.
TEST(Recorded, ADayOfAHouseIsRegisteredInFull) {
    const auto path = data_file("uci-household/feb2007_1min.csv");
    std::ifstream file(path);
    if (!file) GTEST_SKIP() << without_data;
    Site site(meter::sed102);
    meter::Metrology metrology(meter::sed102, {});
    std::string line;
    std::getline(file, line);
    double truth_wh = 0;
    double truth_varh = 0;
    std::int64_t active_mj = 0;
    std::int64_t reactive_mvars = 0;
    constexpr int minutes = 1440;
    constexpr int samples_a_minute = 800;
    const auto play = [&](int samples) {
        for (int n = 0; n < samples; ++n) {
            if (!metrology.push(site.next())) continue;
            active_mj += metrology.interval().phase[0].active_energy_mj;
            reactive_mvars += metrology.interval().phase[0].reactive_energy_mvars;
        }
    };
    for (int minute = 0; minute < minutes && std::getline(file, line); ++minute) {
        const auto row = fields(line);
        const double active_w = std::stod(row.at(3)) * 1e3;
        const double reactive_var = std::stod(row.at(4)) * 1e3;
        Mains mains = site.mains();
        mains.voltage_v[0] = std::stod(row.at(5));
        site.set_mains(mains);
        site.set_load(0, PhaseLoad::of_powers(active_w, reactive_var, mains.voltage_v[0]));
        truth_wh += active_w / 60;
        truth_varh += reactive_var / 60;
        play(samples_a_minute);
    }
    site.set_load(0, {});
    play(2 * samples_a_minute);
    constexpr double compression = 60 / 0.2;
    EXPECT_GT(truth_wh, 10'000);
    EXPECT_NEAR(static_cast<double>(active_mj) / 3.6e6 * compression, truth_wh, truth_wh * 5e-4);
    EXPECT_NEAR(static_cast<double>(reactive_mvars) / 3.6e6 * compression, truth_varh, truth_varh * 5e-3);
}

}  // namespace
}  // namespace blathy::world
