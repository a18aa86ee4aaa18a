// Every file below a directory, by many threads: names and sizes, nothing is opened but directories.
//
// Waiting for a file system's metadata is what takes time, so more threads than cores pay; one large
// directory is shared among them as well. Memory is bounded by the directories still to be read and some
// thousand names.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
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

struct WalkResult {
  std::uint64_t files = 0;
  std::uint64_t directories = 0;  // the root included
  std::uint64_t directories_with_files = 0;
  std::uint64_t fewest_in_directory = 0;  // files, among directories that hold any
  std::uint64_t most_in_directory = 0;
  std::uint64_t linked_directories = 0;     // symbolic links to directories: not followed
  std::uint64_t special = 0;                // sockets, devices, dangling links
  std::uint64_t errors = 0;                 // directories and files that could not be read
  std::vector<std::string> error_examples;  // "path: EACCES (permission denied)", a few
};

// Called for every regular file (symbolic links to files included) with its path relative to the root and its
// size; by thread `thread` of [0, threads), concurrently with other threads.
using WalkVisitor = std::function<void(unsigned thread, std::string_view path, std::uint64_t size)>;

// `root`: an open directory. aforo's own manifests are passed over. Returns when all is visited or a stop is
// requested.
WalkResult walk(int root, unsigned threads, const std::stop_token& stop, WalkCounters& counters,
                const WalkVisitor& visit);

// Opens a directory to be walked; the caller closes it. Throws UserError: missing, not a directory, not
// readable.
int open_directory(const std::string& directory);

}  // namespace aforo
