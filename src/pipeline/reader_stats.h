// What one lane's readers did. Owned by the lane (no sharing while running), merged when the job has ended.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "dataset/layout.h"
#include "measure/histogram.h"

namespace aforo {

enum class ReadFault : std::uint8_t {
  kOpen,     // could not be opened (vanished, no permission)
  kRead,     // EIO and friends
  kShort,    // fewer bytes than the dataset says
  kTimeout,  // hung
  kCorrupt,  // verification failed, bad framing
};
inline constexpr std::size_t kReadFaults = 5;

// "open failed", "read failed", "short file", "timed out", "corrupt".
const char* to_string(ReadFault fault);

struct FaultExample {
  ReadFault fault{};
  FileId file = 0;
  SampleId sample = 0;
  int error = 0;              // errno, 0 if none
  std::string detail;         // "expected 114660 bytes, read 4096"; may be empty
  std::uint64_t samples = 1;  // that it cost: of a shard read front to back, all from `sample` on
};

struct ReaderStats {
  static constexpr std::size_t kMaxExamples = 10;

  std::uint64_t samples = 0;   // read whole
  std::uint64_t bytes = 0;     // of samples and parts of samples, as read
  std::uint64_t requests = 0;  // sample reads, range reads and stream reads
  std::uint64_t verified = 0;  // samples whose content was proved
  Histogram sample_read;       // one sample, open to last byte (streams: one request)
  Seconds busy{0};             // sum over readers of time with a request outstanding
  Seconds failing{0};          // of busy: reads that failed
  Seconds preparing{0};        // sum over readers of time spent on CPU work per sample (loader.preprocess)
  std::array<std::uint64_t, kReadFaults> faults{};  // samples lost, by kind
  std::vector<FaultExample> examples;               // a file once per kind, with all samples it cost

  std::uint64_t fault_count() const {
    std::uint64_t n = 0;
    for (auto f : faults) n += f;
    return n;
  }
  void fault(FaultExample example) {
    faults[static_cast<std::size_t>(example.fault)] += example.samples;
    name(std::move(example));
  }
  void merge(const ReaderStats& other);

 private:
  void name(FaultExample example);
};

}  // namespace aforo
