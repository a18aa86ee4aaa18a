// The files of a generated dataset onto a file system: written by many threads, or checked to be there.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "dataset/generated_layout.h"
#include "generate/file_share.h"
#include "generate/generate_claims.h"
#include "generate/generate_writer.h"
#include "storage/owned.h"

namespace aforo {

// How far the work is; read by other threads while it goes on. They only grow.
struct GenerateCounters {
  // Data files written in full.
  std::atomic<std::uint64_t> files{0};
  // Data files that were there whole, found by write_files.
  std::atomic<std::uint64_t> kept{0};
  // Written, index files included; of a file that is under way too.
  std::atomic<std::uint64_t> bytes{0};
  // Files looked at by find_incomplete.
  std::atomic<std::uint64_t> checked{0};
};

// The work that is left of a share: some files again, then all of it from `from` on. Indices into it are what
// FileClaims hands out, so that the low-water mark of the indices tells that of the files.
struct FilesToWrite {
  // Ascending, below `from`, of the share.
  std::vector<FileId> again;
  FileId from = 0;
  FileId count = 0;  // files of the dataset
  FileShare share = {};

  std::uint64_t size() const { return again.size() + share.below(count) - share.below(from); }
  FileId operator[](std::uint64_t index) const {
    return index < again.size() ? again[index] : share[share.below(from) + (index - again.size())];
  }
  // Every file of the share below it is written where the first `done` of the work are: `from` while some are written
  // again, `count` where all are.
  FileId mark(std::uint64_t done) const {
    return done < again.size() ? from : done < size() ? (*this)[done] : count;
  }
};

// What ended the writing; `path` is relative to the dataset's directory.
struct WriteFailure {
  std::string path;
  // An errno; ENOSPC and EDQUOT are a full disk, EEXIST is what somebody else put at `path` and has been left.
  int error = 0;
};

// Whose the files are that should be there.
struct FilesFound {
  // Missing or torn, ascending.
  std::vector<FileId> incomplete;
  // Paths at which something lies that aforo did not write: how many, and one of them.
  std::uint64_t foreign = 0;
  std::string foreign_example;
  // Some file is the dataset's, whole or torn.
  bool any_ours = false;
};

// How to write. Shared by all threads, changed by none.
struct WriteOptions {
  // Where; outlives the call.
  const Owned* owned = nullptr;
  unsigned threads = 1;
  bool direct = false;
  // The files to look at and to write.
  FileShare share = {};
  // A file that is there, to the last byte as it would be written, is left alone.
  // Costs reading it: for resumptions.
  bool keep_whole = false;
};

// What all threads came to; absent and false where nothing went wrong.
struct WriteOutcome {
  // The first one; it stopped all threads.
  std::optional<WriteFailure> failure;
  // The file system has no O_DIRECT: written buffered.
  bool direct_refused = false;
  // Of all threads together.
  WriteTimes times;
};

// Writes claims' files of `work` (an index file after its data file) until all are there, one
// fails, or a stop is requested. Blocks; options.threads threads, which have ended when it
// returns. `claims` runs over the indices of `work`. A file that failed is removed: a full disk
// has room again for the marker. What is not the dataset's (whose_file.h) is left, and ends it.
WriteOutcome write_files(const GeneratedLayout& layout, const FilesToWrite& work, const WriteOptions& options,
                         FileClaims& claims, std::stop_token stop, GenerateCounters& counters);

// The files of options.share below `end` that are missing or torn, and what is not the dataset's. Looks at names and sizes, and
// into those files alone that are too short; options.threads threads, which have ended when it returns. On a
// stop request incomplete.
FilesFound find_incomplete(const GeneratedLayout& layout, FileId end, const WriteOptions& options,
                           std::stop_token stop, GenerateCounters& counters);

}  // namespace aforo
