#include "meter/models/models.hpp"

#include <algorithm>
#include <array>

#include "meter/models/sed102.hpp"
#include "meter/models/sed302.hpp"
#include "meter/models/sm120b2.hpp"
#include "meter/models/sm306.hpp"
#include "meter/models/sm307.hpp"

namespace blathy::meter {

namespace {

constexpr std::array<const Model*, 5> models = {&sed102, &sed302, &sm306, &sm307, &sm120b2};

constexpr char upper(char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

}  // namespace

std::span<const Model* const> all_models() {
    return models;
}

const Model* find_model(std::string_view name) {
    for (const Model* model : models) {
        if (std::ranges::equal(model->name, name, {}, upper, upper)) return model;
    }
    return nullptr;
}

}  // namespace blathy::meter
