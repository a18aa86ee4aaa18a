// NullEngine: every request succeeds at the next turn with all the bytes asked for; nothing is
// opened, read or written and no memory is lent. What a pipeline does on it is the ceiling of this
// client: a storage that comes near it is not what is measured. It never times out.
//
// Bytes moved are those asked for, `expected` for a read that would lend its memory; a file's
// handle is a number and need not be closed. What the buffer held stays in it.
#pragma once

#include <memory>

#include "storage/engine.h"

namespace aforo {

// The options are those of the engine it stands for; it needs none of them.
std::unique_ptr<Engine> make_null_engine(const EngineOptions& options = {});

}  // namespace aforo
