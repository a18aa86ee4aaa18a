// FileWriter: writes files one after another into an owned place, through an engine: create, write, close.
//
// What is there already is never written to, be it a file, a link or a second name of a file elsewhere: who
// writes decides whose it is (whose_file.h) and removes it first. Missing directories are made.
// One writer per thread; it waits for each request, so the engine of plain calls on its own thread
// is the one that costs least.
// Failure is data: every member returns 0 or an errno, and after a failure the file is closed and incomplete.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "measure/histogram.h"
#include "storage/owned.h"

namespace aforo {

// What was waited for, request by request, as for reads: from handing it to the kernel to its end.
// Failed requests are not in it.
struct WriteTimes {
  // Files made and opened.
  Histogram create;
  Histogram write;  // blocks
  void merge(const WriteTimes& other) {
    create.merge(other.create);
    write.merge(other.write);
  }
  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(create, write);
  }
};

// One open file at a time: open, append as often as needed, close. One thread. Not to be
// moved: the engine links its request.
class FileWriter {
 public:
  // Of memory, offsets and lengths for O_DIRECT.
  static constexpr std::size_t kAlignment = 4096;

  // `owned` must outlive the writer. `direct`: O_DIRECT for files opened as large ones; a file
  // system that refuses it (EINVAL) is written buffered, see `direct_refused`. Throws UserError if
  // the engine cannot be had.
  FileWriter(const Owned& owned, bool direct, EngineKind kind = EngineKind::kBlocking);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  // How a file is to be written where `direct` was asked for. Small files gain nothing from it, and
  // an index file's length is rarely aligned.
  enum class Size : std::uint8_t {
    // Always through the page cache.
    kSmall,
    // Its blocks are kAlignment-aligned in memory, and in length but for the last.
    kLarge,
  };
  // Relative to the owned place. Makes the directories that are missing. EEXIST where anything has that name;
  // EBUSY while another is open.
  int open(const std::string& path, Size size);
  // At the end of the open file; `block` is only read, and only during the call. EBADF without one.
  int append(std::span<const std::byte> block);
  // 0 does not mean durable: see Owned::sync. The file is closed whatever this answers.
  int close();

  // The file system answered EINVAL to O_DIRECT once; since then everything is buffered.
  bool direct_refused() const { return direct_refused_; }
  const WriteTimes& times() const { return times_; }

 private:
  int create(const std::string& path, bool direct);
  // Starts the request and waits until it is done, however long that takes.
  int carry_out();
  // Closes the file; returns `error`.
  int fail(int error);

  const Owned& owned_;
  std::unique_ptr<Engine> engine_;  // closes what is still open
  bool want_direct_;
  bool direct_refused_ = false;
  bool done_ = false;
  IoRequest request_;
  EngineFile file_ = kNoFile;
  // Bytes of the open file so far: where the next block goes.
  std::uint64_t end_ = 0;
  WriteTimes times_;
};

}  // namespace aforo
