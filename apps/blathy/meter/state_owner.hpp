// A state directory is one meter's: its registers, its calibration and its keys are of no other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "meter/model.hpp"

namespace blathy::apps {

// Finds that the directory, which is locked, is this meter's; one that is nobody's yet becomes so. The error is a
// sentence.
Result<void, std::string> claim_state(const std::filesystem::path& directory, const meter::Model& model,
                                      std::uint32_t serial_number);

}  // namespace blathy::apps
