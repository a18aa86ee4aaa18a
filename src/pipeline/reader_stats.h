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

// Why a sample did not come: the kinds that a person acts upon differently. The errno is in the
// example.
enum class ReadFault : std::uint8_t {
  // Could not be opened: vanished, no permission. Told from the errno where open and read are one
  // operation.
  kOpen,
  // EIO and whatever else a read may say.
  kRead,
  // Fewer bytes than the dataset says, without an error.
  kShort,
  // Hung: no answer within the I/O timeout.
  kTimeout,
  // All bytes came, but they are not the sample's: content check or framing.
  kCorrupt,
  // The client's own: this process may not open more files or has no memory left. No sample is at fault, so it ends
  // the job whatever the policy.
  kClient,
};
inline constexpr std::size_t kReadFaults = 6;

// "open failed", "read failed", "short file", "timed out", "corrupt", "client out of files or memory".
const char* to_string(ReadFault fault);

// EMFILE, ENFILE, ENOMEM: errnos that say nothing of the file that was asked for.
bool is_of_client(int error);

// One failure, kept to be named to a person.
struct FaultExample {
  ReadFault fault{};
  FileId file = 0;
  SampleId sample = 0;
  // An errno; 0 = none, the fault is in what came.
  int error = 0;
  // "expected 114660 bytes, read 4096"; may be empty.
  std::string detail;
  // That it cost: of a shard read front to back all from `sample` on; 0 where another read of that
  // shard has counted them.
  std::uint64_t samples = 1;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(fault, file, sample, error, detail, samples);
  }
};

// Numbers count the readers' work, not the accelerators': what was read ahead and thrown away is in
// them.
struct ReaderStats {
  // Enough to see a pattern in the paths; counts go on beyond.
  static constexpr std::size_t kMaxExamples = 10;

  // Read whole.
  std::uint64_t samples = 0;
  // Of samples and parts of samples, as read, the failed ones' too.
  std::uint64_t bytes = 0;
  // Sample reads, range reads and stream reads that were asked of the World. Opening and closing by
  // themselves are not counted.
  std::uint64_t requests = 0;
  // Samples whose content was proved; 0 where nobody asked for it.
  std::uint64_t verified = 0;
  // One sample, open to last byte, with the copy into batch memory; of streams one request. Failed
  // ones are in it.
  Histogram sample_read;
  // Sum over readers of the time with a request outstanding: divided by the wall time it is the
  // mean number of requests in flight (Little's law).
  Seconds busy{0};
  // Of busy: reads that ended with an error.
  Seconds failing{0};
  // Sum over readers of the time spent on CPU work per sample (loader.preprocess), waiting for a
  // core included.
  Seconds preparing{0};
  // Samples lost, by kind.
  std::array<std::uint64_t, kReadFaults> faults{};
  // At most kMaxExamples: a file once per kind, with all samples that it cost.
  std::vector<FaultExample> examples;

  // Samples lost, of all kinds. Of samples that are read by themselves, `samples` + fault_count()
  // is what was tried.
  std::uint64_t fault_count() const {
    std::uint64_t n = 0;
    for (auto f : faults) n += f;
    return n;
  }
  // Counts what the example cost under its kind, and keeps it while there is room, and memory: that a process has none
  // left is a fault like others.
  void fault(const FaultExample& example) {
    faults[static_cast<std::size_t>(example.fault)] += example.samples;
    name(example);
  }
  // Whether this process ran out of open files or memory: no sample is at fault then.
  bool of_client() const;
  // Takes in another lane's or host's. Counts and sums do not depend on the order of merging; which
  // examples are kept does.
  void merge(const ReaderStats& other);
  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(samples, bytes, requests, verified, sample_read, busy, failing, preparing, faults, examples);
  }

 private:
  void name(const FaultExample& example);
};

}  // namespace aforo
