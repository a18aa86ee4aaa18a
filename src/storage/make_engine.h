// The engines of this machine, by their kind.
#pragma once

#include "storage/engine.h"

namespace aforo {

// kAuto is io_uring where the kernel allows it, else threads: `reason` then says what it refused. Blocks for an
// open and the set-up of a ring. The engine is then used on one thread, any.
// Throws UserError if the root cannot be opened or an insisted engine cannot be had.
EngineChoice make_engine(EngineKind kind, const EngineOptions& options);

}  // namespace aforo
