// Writers of a probe: so many side by side, each a thread that makes one file after another as a checkpoint is made, through
// the engine that a job has (what one write becomes below depends on it: a kernel may send the parts of a large one side by
// side where nobody waits inside the call): create, write from front to back, sync, close. A file is removed when it is done, outside its time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/units.h"
#include "workload/spec.h"

namespace aforo {

class WriteGround;

// One file, on monotonic_now(): `begin` before it is created, `end` when it is on storage and closed.
struct WrittenFile {
  Seconds begin{0}, end{0};
  std::uint64_t bytes = 0;
};

struct WriteRun {
  unsigned writers = 1;
  // By writer, in the order in which they were written; whole ones only.
  std::vector<std::vector<WrittenFile>> files;
  // What ended it: "writer-00001.bin: ENOSPC (...)"; empty = nothing did. `error` is its errno.
  std::string fault;
  int error = 0;
};

struct WriterAsk {
  unsigned writers = 1;
  std::uint64_t bytes = 0;  // of each file: chunks, the last may be shorter; direct: a multiple of 4096
  unsigned files = 1;       // of each writer
  ReadMode mode = ReadMode::kBuffered;
  unsigned first = 0;     // number of the first of them, where others write in the same place
  std::size_t chunk = 0;  // bytes of a write, at most the content's; 0: the content's
  Seconds begin{0};       // on monotonic_now(), where hosts begin together; what is past is at once
  // Not null: writers that have written a whole file; read by others meanwhile.
  std::atomic<unsigned>* begun_well = nullptr;
};

// Incompressible, and not the same from block to block: nothing below finds less to store.
class WriteContent {
 public:
  explicit WriteContent(std::size_t chunk);
  WriteContent(const WriteContent&) = delete;
  WriteContent& operator=(const WriteContent&) = delete;
  ~WriteContent();
  std::size_t chunk() const { return chunk_; }
  // Any thread; lives as long as this.
  std::byte* data() const { return data_; }

 private:
  std::size_t chunk_;
  std::byte* data_;
};

// What writes: as write_side_by_side does, of one process or several.
using WriteHand = std::function<WriteRun(const WriterAsk& ask, const std::stop_token& stop)>;

// Blocks until all have written their files; all begin at once. On a stop, or at the first fault, each ends after the chunk
// in progress. Throws UserError where the engine cannot be had.
WriteRun write_side_by_side(const WriteGround& ground, const WriteContent& content, const WriterAsk& ask,
                            const std::stop_token& stop);

}  // namespace aforo
