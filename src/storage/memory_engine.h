// MemoryEngine: files that are byte strings, for tests. Obeys the whole contract but `timeout`: it
// has nothing to wait for. Directories exist where a path has them ("a/b" makes the directory "a");
// there are no permissions, no links and no blocks, so `direct` changes nothing.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/engine.h"

namespace aforo {

// Content by path: relative, '/' between parts.
using MemoryFiles = std::map<std::string, std::vector<std::byte>, std::less<>>;

// `files` outlives the engine and does not change meanwhile. kCreate ends with EROFS.
std::unique_ptr<Engine> make_memory_engine(const MemoryFiles& files);

// The same, adding to `files` what is created and written: nobody else
// looks at them while the engine turns.
std::unique_ptr<Engine> make_writable_memory_engine(MemoryFiles& files);

}  // namespace aforo
