// Values as they are given on the command line.
#pragma once

#include <string>

#include "station/value.hpp"

namespace blathy::apps {

// `type` by its name in the standard; empty: the type of `like`, an attribute's present value.
Result<station::Value, station::Error> typed_value(const std::string& text, const std::string& type,
                                                   const station::Value* like);
// A-XDR in hexadecimal.
Result<station::Value, station::Error> encoded_value(const std::string& hex);

}  // namespace blathy::apps
