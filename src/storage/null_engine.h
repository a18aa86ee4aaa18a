// NullEngine: every request succeeds at the next turn with all the bytes asked for; nothing is
// opened, read or written and no memory is lent. What a pipeline does on it is the ceiling of this
// client. It never times out.
#pragma once

#include <memory>

#include "storage/engine.h"

namespace aforo {

// The options are those of the engine it stands for; it needs none of them.
std::unique_ptr<Engine> make_null_engine(const EngineOptions& options = {});

}  // namespace aforo
