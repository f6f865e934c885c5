// `--module SLOT=KIND[,URL...]`: a plug-in module, and the links that it carries.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "meter/model.hpp"
#include "meter/module/module.hpp"
#include "station/url.hpp"

namespace blathy::apps {

struct ModuleOption {
    std::size_t slot = 0;  // from 0
    meter::ModuleKind kind = meter::ModuleKind::cellular;
    std::vector<station::Url> links;
};

// The error is a sentence: the model has no such slot, there is no such kind, it can't carry such a link.
Result<ModuleOption, std::string> parse_module_option(const std::string& text, const meter::Model& model);

}  // namespace blathy::apps
