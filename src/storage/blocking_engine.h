// BlockingEngine: each request is one or a few plain system calls on the caller's own thread,
// inside `turn`. Nothing is handed to another thread and nothing is waited for twice, so it is the
// cheapest engine for a thread that has nothing else to do while its one request is under way, as
// the writers of `generate`.
//
// Obeys the whole contract but `timeout`: a turn takes as long as storage
// does, whatever its patience, and `wake` cannot end it. No request is
// ever given up, so no buffer is ever held. Requests are carried out one
// after another in the order of `start`: `depth` and `arena` are unused.
#pragma once

#include <memory>

#include "storage/engine.h"

namespace aforo {

// `root` is an open directory; the engine owns it. Creates files only if options.owned is set, and
// then `root` is that directory. Asks nothing of the storage; cannot fail.
std::unique_ptr<Engine> make_blocking_engine(int root, const EngineOptions& options);

}  // namespace aforo
