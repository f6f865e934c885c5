// The object list of every model.
#pragma once

#include "meter/cosem/object.hpp"
#include "meter/model.hpp"

namespace blathy::meter {

const Dictionary& dictionary_of(const Model& model);

}  // namespace blathy::meter
