// The virtual type test: so many meters, made from seeds and calibrated, each through every point of the plan.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "meter/model.hpp"
#include "world/type_test/plan.hpp"

namespace blathy::apps {

struct TypeTestOptions {
    const meter::Model* model = nullptr;
    std::size_t meters = 1;
    std::uint64_t seed = 1;  // of the first meter; the next has the next
    unsigned threads = 1;
};

struct TypeTest {
    struct Worst {
        std::size_t point = 0;
        std::size_t meter = 0;
        double error = 0;
        double share = 0;  // of the limit
    };

    TypeTestOptions options;
    std::vector<world::type_test::Point> points;
    std::vector<double> errors;  // of each meter, all points
    std::chrono::duration<double> elapsed{};

    [[nodiscard]] double error(std::size_t meter, std::size_t point) const {
        return errors[meter * points.size() + point];
    }
    [[nodiscard]] double share(std::size_t meter, std::size_t point) const;
    [[nodiscard]] std::uint64_t seed(std::size_t meter) const { return options.seed + meter; }
    [[nodiscard]] Worst worst_of(std::size_t point) const;
    // Of points from `first` to before `end`, by share of the limit.
    [[nodiscard]] Worst worst(std::size_t first, std::size_t end) const;
    [[nodiscard]] std::size_t failures() const;     // errors beyond their limit
    [[nodiscard]] std::size_t beyond_goal() const;  // errors beyond the house's goal
};

// `progress` is told now and then, on the calling thread, how much is done of how much. The same options but for
// `threads` give the same errors, to the last bit.
TypeTest run_type_test(const TypeTestOptions& options,
                       const std::function<void(std::size_t done, std::size_t total)>& progress);

// Neighbouring points of one test.
struct PointGroup {
    std::string title;
    std::size_t first = 0;
    std::size_t end = 0;
};
std::vector<PointGroup> groups(const TypeTest& test);

}  // namespace blathy::apps
