// The products of the family. Each is one file of data beside this one.
#pragma once

#include "meter/model.hpp"

namespace blathy::meter {

std::span<const Model* const> all_models();

// By its name in any letter case; null when there is no such product.
const Model* find_model(std::string_view name);

}  // namespace blathy::meter
