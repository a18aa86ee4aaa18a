// The engines of this machine, by their kind: the one place that knows all of them, so that a new
// one is a file, a row of engine_kind.cc and a case here.
#pragma once

#include "storage/engine.h"

namespace aforo {

// kAuto is io_uring where the kernel allows it, else threads: `reason` then says what it refused.
// With options.owned the engine works in that directory (its own descriptor of it), else in
// options.root. Blocks for an open and the set-up of a ring. The engine is then used on one thread,
// any. Throws UserError if the root cannot be opened or an insisted engine cannot be had.
EngineChoice make_engine(EngineKind kind, const EngineOptions& options);

}  // namespace aforo
