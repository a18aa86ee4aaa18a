// Every file below a directory, by many threads: names and sizes, nothing is opened but directories.
//
// Waiting for a file system's metadata is what takes time, so more threads than cores pay; one large
// directory is shared among them as well. Memory is bounded by the directories still to be read and some
// thousand names.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// How far a walk is; read by other threads while it goes on.
struct WalkCounters {
  std::atomic<std::uint64_t> files{0};
  std::atomic<std::uint64_t> bytes{0};
};

// Files of one directory by extension; beyond some extensions the rest are Census::kRest.
using DirectoryTally = std::map<std::string, std::uint64_t>;

struct WalkResult {
  std::uint64_t files = 0;
  std::uint64_t directories = 0;  // the root included
  // How many directories hold exactly these files. A directory without files is in none. Directories that are
  // alike share an entry: k entries of one extension need k^2 / 2 files.
  std::map<DirectoryTally, std::uint64_t> fan_out;
  std::uint64_t hidden_files = 0;           // names that begin with a dot: passed over
  std::uint64_t hidden_directories = 0;     // the same, with all that is in them
  std::uint64_t linked_directories = 0;     // symbolic links to directories: not followed
  std::uint64_t dangling = 0;               // symbolic links that lead nowhere
  std::uint64_t special = 0;                // sockets, FIFOs, devices
  std::uint64_t errors = 0;                 // directories and files that could not be read
  std::vector<std::string> error_examples;  // "path: EACCES (permission denied)", a few
};

// A sentence for each sort of thing that the walk left out or could not read.
std::vector<std::string> warnings_of(const WalkResult& walked);

// Called for every regular file (symbolic links to files included) with its path relative to the root and its
// size; by thread `thread` of [0, threads), concurrently with other threads.
using WalkVisitor = std::function<void(unsigned thread, std::string_view path, std::uint64_t size)>;

// `root`: an open directory. aforo's own manifests and names that begin with a dot are passed over. Returns
// when all is visited or a stop is requested.
WalkResult walk(int root, unsigned threads, const std::stop_token& stop, WalkCounters& counters,
                const WalkVisitor& visit);

// Opens a directory to be walked; the caller closes it. Throws UserError: missing, not a directory, not
// readable.
int open_directory(const std::string& directory);

}  // namespace aforo
