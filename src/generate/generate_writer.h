// FileWriter: writes files one after another into an owned place, through an engine: create, write, close.
//
// A new file takes the place of an old one of the same name, which is removed and not written
// through: what another name of the same file shows stays as it is. Missing directories are made.
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
struct WriteTimes {
  // Files made and opened.
  Histogram create;
  Histogram write;  // blocks
  void merge(const WriteTimes& other) {
    create.merge(other.create);
    write.merge(other.write);
  }
};

class FileWriter {
 public:
  static constexpr std::size_t kAlignment = 4096;

  // `owned` must outlive the writer. `direct`: O_DIRECT for files opened as large ones; a file
  // system that refuses it (EINVAL) is written buffered, see `direct_refused`. Throws UserError if
  // the engine cannot be had.
  FileWriter(const Owned& owned, bool direct, EngineKind kind = EngineKind::kBlocking);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  enum class Size : std::uint8_t {
    // Always through the page cache.
    kSmall,
    // Its blocks are kAlignment-aligned in memory, and in length but for the last.
    kLarge,
  };
  // Relative to the owned place.
  int open(const std::string& path, Size size);
  // At the end of the open file.
  int append(std::span<const std::byte> block);
  int close();

  bool direct_refused() const { return direct_refused_; }
  const WriteTimes& times() const { return times_; }

 private:
  int create(const std::string& path, bool direct);
  int carry_out();
  int fail(int error);

  const Owned& owned_;
  std::unique_ptr<Engine> engine_;  // closes what is still open
  bool want_direct_;
  bool direct_refused_ = false;
  bool done_ = false;
  IoRequest request_;
  EngineFile file_ = kNoFile;
  std::uint64_t end_ = 0;
  WriteTimes times_;
};

}  // namespace aforo
