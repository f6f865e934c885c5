// The key that a meter's keys are wrapped with at rest. On a microcontroller it sits in its fuses; here it is a file of
// the state directory that only its owner can read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "dlms/security/secret.hpp"

namespace blathy::apps {

using DeviceKey = dlms::security::Secret<32>;

// Of this directory, which exists, made if there is none; without a directory one that is forgotten at the end. The
// error is a sentence.
Result<DeviceKey, std::string> device_key_in(const std::optional<std::filesystem::path>& directory);

}  // namespace blathy::apps
