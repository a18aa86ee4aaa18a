// What a Store answers when it is asked for all that lies in it: every file goes to a sink, one by
// one, and the counts remain. No list of names is kept: datasets have more files than memory.
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
// Relaxed atomics: each grows, the two need not agree at a moment.
struct ListCounters {
  std::atomic<std::uint64_t> files{0};
  std::atomic<std::uint64_t> bytes{0};
};

// What is told and what is passed over. The defaults tell a dataset's
// files, as a loader finds them.
struct ListOptions {
  // Waiting for answers is what takes time, so more threads than cores pay. At least 1.
  unsigned threads = 1;
  // A name that is passed over in whatever directory it stands (aforo's own marker); empty = none.
  std::string_view unlisted;
  // The sort of a file, told from its name without directories, for Listing::fan_out. Empty: all
  // are of one sort, "". Called by several threads at a time.
  std::function<std::string(std::string_view name)> sort_of;
  // Tells of everything that is no directory, not of data alone: names that begin with a
  // dot and what lies in such directories, links to directories and to nowhere, sockets
  // (all but files with size 0).
  bool everything = false;
  // Follows symbolic links to directories, as loaders do, after all else and in the order of their names; each
  // directory is told of once, however many ways lead to it.
  bool follow_links = false;
  // May be null; outlives the call.
  ListCounters* progress = nullptr;
};

// Called for every file with its name relative to the store (separated by '/')
// and its size in bytes; by thread `thread` of [0, threads), concurrently with
// other threads, in no order. `name` is good until it returns. The number of
// the thread lets a sink keep one part per thread, unlocked.
using ListSink = std::function<void(unsigned thread, std::string_view name, std::uint64_t size)>;

// Files of one directory by their sort; beyond kMostSorts of them the rest are kOtherSort, so that
// names that all differ do not fill memory.
using DirectoryTally = std::map<std::string, std::uint64_t>;

// The counts. `files` is what the sink was told of (but for what `everything` adds); all the rest
// explains what it was not told of. After a stop they are of what was seen until then.
struct Listing {
  // Of the files beyond kMostSorts sorts of a directory; no sort is called so by those who take it
  // from a name's end.
  static constexpr std::string_view kOtherSort = ".*";
  static constexpr std::size_t kMostSorts = 16;

  std::uint64_t files = 0;
  // The root included; in a bucket: the prefixes up to a '/'.
  std::uint64_t directories = 0;
  // How many directories hold exactly these files. A directory without
  // files is in none. Directories that are alike share an entry: k
  // entries of one sort need k^2 / 2 files, so it stays small.
  std::map<DirectoryTally, std::uint64_t> fan_out;
  // Names that begin with a dot: passed over.
  std::uint64_t hidden_files = 0;
  // The same, with all that is in them.
  std::uint64_t hidden_directories = 0;
  // Symbolic links to directories that were not followed: none are, or what they lead to was told of already.
  std::uint64_t linked_directories = 0;
  // Files that take less than half of their size on storage (holes, or compressed by the file system): how many,
  // their sizes, and what they take.
  std::uint64_t sparse_files = 0, sparse_bytes = 0, sparse_allocated = 0;
  // Symbolic links that lead nowhere.
  std::uint64_t dangling = 0;
  // Sockets, FIFOs, devices.
  std::uint64_t special = 0;
  // Directories and files that could not be read.
  std::uint64_t errors = 0;
  // One of the errors ended it: what comes after is not told of.
  bool cut_short = false;
  // "path: EACCES (permission denied)", at most five of the errors, for a sentence.
  std::vector<std::string> error_examples;
};

// Counts `files` of one sort into a directory's tally, or into kOtherSort where it is full.
void count_into(DirectoryTally& tally, const std::string& sort, std::uint64_t files);

}  // namespace aforo
