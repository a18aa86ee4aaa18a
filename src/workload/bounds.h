// Bounds of a workload's fields that who computes a field must keep to, so that what he says can be read back.
#pragma once

#include <cstdint>

namespace aforo {

// Chosen: what a cold epoch adds to so many is nothing.
inline constexpr std::uint32_t kMostTrainingEpochs = 1'000'000;

}  // namespace aforo
