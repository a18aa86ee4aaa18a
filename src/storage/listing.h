// What a Store answers when it is asked for all that lies in it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// How far a listing is; read by other threads while it goes on.
struct ListCounters {
  std::atomic<std::uint64_t> files{0};
  std::atomic<std::uint64_t> bytes{0};
};

struct ListOptions {
  // Waiting for answers is what takes time, so more threads than cores pay. At least 1.
  unsigned threads = 1;
  // A name that is passed over in whatever directory it stands (aforo's own marker); empty = none.
  std::string_view unlisted;
  // The sort of a file, told from its name without directories, for Listing::fan_out. Empty: all are of one
  // sort, "". Called by several threads at a time.
  std::function<std::string(std::string_view name)> sort_of;
  // Tells of everything that is no directory, not of data alone: names that begin with a
  // dot and what lies in such directories, links to directories and to nowhere, sockets
  // (all but files with size 0).
  bool everything = false;
  ListCounters* progress = nullptr;  // may be null; outlives the call
};

// Called for every file with its name relative to the store (separated by '/') and its size in
// bytes; by thread `thread` of [0, threads), concurrently with other threads, in no order.
using ListSink = std::function<void(unsigned thread, std::string_view name, std::uint64_t size)>;

// Files of one directory by their sort; beyond kMostSorts of them the rest are kOtherSort.
using DirectoryTally = std::map<std::string, std::uint64_t>;

struct Listing {
  static constexpr std::string_view kOtherSort = ".*";
  static constexpr std::size_t kMostSorts = 16;

  std::uint64_t files = 0;
  // The root included; in a bucket: the prefixes up to a '/'.
  std::uint64_t directories = 0;
  // How many directories hold exactly these files. A directory without files is in none. Directories that are
  // alike share an entry: k entries of one sort need k^2 / 2 files.
  std::map<DirectoryTally, std::uint64_t> fan_out;
  // Names that begin with a dot: passed over.
  std::uint64_t hidden_files = 0;
  // The same, with all that is in them.
  std::uint64_t hidden_directories = 0;
  // Symbolic links to directories: not followed.
  std::uint64_t linked_directories = 0;
  // Symbolic links that lead nowhere.
  std::uint64_t dangling = 0;
  std::uint64_t special = 0;  // sockets, FIFOs, devices
  // Directories and files that could not be read.
  std::uint64_t errors = 0;
  // "path: EACCES (permission denied)", a few.
  std::vector<std::string> error_examples;
};

// Counts `files` of one sort into a directory's tally.
void count_into(DirectoryTally& tally, const std::string& sort, std::uint64_t files);

}  // namespace aforo
