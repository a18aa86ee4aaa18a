// What is odd in shards, as sentences.
#pragma once

#include <string>
#include <vector>

#include "dataset/shard_oddities.h"

namespace aforo {

// None where there is nothing odd. Pure, thread-safe.
std::vector<std::string> warnings_of(const ShardOddities& odd);

}  // namespace aforo
