// An engine's operations as plain, blocking system calls: what each thread of ThreadEngine does,
// and what BlockingEngine does on its caller's thread. Any thread; nothing is kept between calls.
//
// Calls move at most longest_piece() each, as UringEngine's do, so that engines can be compared. A call that
// a signal interrupted is made again.
#pragma once

#include <cerrno>

#include "storage/engine.h"

namespace aforo {

// Where an engine's paths begin, and whether it may create there. `root`: an open directory, whose
// owner keeps it open as long as calls go on.
struct EngineRoot {
  int root = -1;
  bool owned = false;
};

// Carries out `work`, whose buffer is there, and fills its answer but for `finished`. `path`: what
// `work.path` says, in memory that is the thread's own. `goal`: the bytes to move (wanted_bytes).
// `work.direct` says how the file was opened, for kRead and kWrite too; a kWrite that ends in a
// ragged piece sets it to false, since the file is written through the page cache from there on.
void carry_out(const EngineRoot& at, IoRequest& work, const char* path, std::uint64_t goal);

// Of kRename, under the directory `parent`: 0 or an errno. Where the kernel cannot refuse to replace (an old one, some
// network file systems), whether the name is free is asked before.
int rename_in(int parent, const char* from, const char* to);
// Of kSyncName, whose fsync of a directory answered `error`: 0 where a file system has no such thing.
constexpr int synced_name(int error) { return error == EINVAL || error == EBADF ? 0 : error; }

// Ends direct writing for an open file; 0 or an errno. Asks no storage.
int leave_direct(int file);

}  // namespace aforo
