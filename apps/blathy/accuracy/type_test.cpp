#include "apps/blathy/accuracy/type_test.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "world/type_test/bench.hpp"

namespace blathy::apps {
namespace {

using namespace std::chrono_literals;
using world::type_test::Specimen;

constexpr auto between_reports = 100ms;

// Does `count` pieces of work on so many threads, in any order.
void share_out(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work,
               const std::function<void(std::size_t)>& report) {
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> done{0};
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < threads; ++t) {
        workers.emplace_back([&] {
            for (std::size_t n = next++; n < count; n = next++) {
                work(n);
                ++done;
            }
        });
    }
    while (done < count) {
        std::this_thread::sleep_for(count - done < threads ? 1ms : between_reports);
        report(done);
    }
}

}  // namespace

double TypeTest::share(std::size_t meter, std::size_t point) const {
    return std::abs(error(meter, point)) / points[point].limit;
}

TypeTest::Worst TypeTest::worst_of(std::size_t point) const {
    Worst found{.point = point};
    for (std::size_t meter = 0; meter < options.meters; ++meter) {
        const double here = share(meter, point);
        if (meter == 0 || !(here <= found.share)) found = {point, meter, error(meter, point), here};
    }
    return found;
}

TypeTest::Worst TypeTest::worst(std::size_t first, std::size_t end) const {
    Worst found;
    for (std::size_t point = first; point < end; ++point) {
        const Worst here = worst_of(point);
        if (point == first || here.share > found.share) found = here;
    }
    return found;
}

std::size_t TypeTest::failures() const {
    std::size_t count = 0;
    for (std::size_t n = 0; n < errors.size(); ++n) {
        // A comparison that a NaN fails as well.
        if (!(std::abs(errors[n]) <= points[n % points.size()].limit)) ++count;
    }
    return count;
}

std::size_t TypeTest::beyond_goal() const {
    std::size_t count = 0;
    for (std::size_t n = 0; n < errors.size(); ++n) {
        const world::type_test::Point& point = points[n % points.size()];
        if (!(std::abs(errors[n]) <= point.limit * point.goal)) ++count;
    }
    return count;
}

TypeTest run_type_test(const TypeTestOptions& options,
                       const std::function<void(std::size_t done, std::size_t total)>& progress) {
    const auto start = std::chrono::steady_clock::now();
    TypeTest test{.options = options, .points = world::type_test::plan(*options.model), .errors = {}};
    test.errors.resize(options.meters * test.points.size());
    const std::size_t total = options.meters + test.errors.size();
    std::vector<Specimen> specimens(options.meters);
    share_out(
        options.meters, options.threads,
        [&](std::size_t n) { specimens[n] = world::type_test::make_specimen(*options.model, test.seed(n)); },
        [&](std::size_t done) { progress(done, total); });
    share_out(
        test.errors.size(), options.threads,
        [&](std::size_t n) {
            test.errors[n] = world::type_test::run(*options.model, specimens[n / test.points.size()],
                                                   test.points[n % test.points.size()]);
        },
        [&](std::size_t done) { progress(options.meters + done, total); });
    test.elapsed = std::chrono::steady_clock::now() - start;
    return test;
}

std::vector<PointGroup> groups(const TypeTest& test) {
    std::vector<PointGroup> found;
    for (std::size_t n = 0; n < test.points.size(); ++n) {
        const std::string title = world::type_test::title(*test.options.model, test.points[n]);
        if (found.empty() || found.back().title != title) found.push_back({title, n, n});
        found.back().end = n + 1;
    }
    return found;
}

}  // namespace blathy::apps
