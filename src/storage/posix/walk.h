// Every file below a directory, by many threads: names and sizes;
// nothing is opened but directories.
//
// Waiting for a file system's metadata is what takes time, so more threads than cores pay; one
// large directory is shared among them as well, a thousand names at a time. Directories are taken
// last in first out, so few wait. Memory is bounded by the directories still to be read and some 64
// loads of names; the order is whatever the file system and the threads make of it.
#pragma once

#include <stop_token>

#include "storage/listing.h"

namespace aforo {

// `root`: an open directory, which stays the caller's. Symbolic links to files count as files,
// those to directories are followed where `options` say so, names that begin with a dot are passed over. Errors are
// counted, never thrown. Blocks; returns when all is visited or a stop is requested.
Listing walk(int root, const ListOptions& options, const std::stop_token& stop, const ListSink& visit);

}  // namespace aforo
