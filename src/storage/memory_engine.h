// MemoryEngine: files that are byte strings, for tests. Obeys the whole contract but `timeout`: it has
// nothing to wait for. Directories exist where a path has them ("a/b" makes the directory "a").
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/engine.h"

namespace aforo {

using MemoryFiles = std::map<std::string, std::vector<std::byte>, std::less<>>;

// `files` outlives the engine and does not change meanwhile.
std::unique_ptr<Engine> make_memory_engine(const MemoryFiles& files);

}  // namespace aforo
