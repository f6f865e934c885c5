// What a type test found, for people and for programs.
#pragma once

#include <string>

#include "apps/blathy/accuracy/type_test.hpp"

namespace blathy::apps {

// "0.05 A, 0.5 ind"; of reactive energy the factor is a sine.
std::string place_text(const world::type_test::Point& point);

// A line for each test, its limits, its worst error and what that is of the limit.
std::string text_report(const TypeTest& test);

// Every error of every meter, and the worst.
std::string json_report(const TypeTest& test);

// One page that needs nothing else: verdict, error curves, every point. Prints on A4.
std::string html_report(const TypeTest& test);

}  // namespace blathy::apps
