#include "pipeline/reader_stats.h"

#include <algorithm>
#include <cerrno>
#include <new>

namespace aforo {

const char* to_string(ReadFault fault) {
  switch (fault) {
    case ReadFault::kOpen:
      return "open failed";
    case ReadFault::kRead:
      return "read failed";
    case ReadFault::kShort:
      return "short file";
    case ReadFault::kTimeout:
      return "timed out";
    case ReadFault::kCorrupt:
      return "corrupt";
    case ReadFault::kClient:
      return "client out of files or memory";
  }
  return "?";
}

bool is_of_client(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

void ReaderStats::name(const FaultExample& example) {
  for (FaultExample& known : examples)
    if (known.file == example.file && known.fault == example.fault) {
      known.samples += example.samples;
      return;
    }
  if (examples.size() >= kMaxExamples) return;
  try {
    examples.push_back(example);
  } catch (const std::bad_alloc&) {  // it is counted all the same
  }
}

// Of a shard whose loss was counted before, nothing is counted: its example still says it.
bool ReaderStats::of_client() const {
  return faults[static_cast<std::size_t>(ReadFault::kClient)] > 0 ||
         std::any_of(examples.begin(), examples.end(),
                     [](const FaultExample& example) { return example.fault == ReadFault::kClient; });
}

void ReaderStats::merge(const ReaderStats& other) {
  samples += other.samples;
  bytes += other.bytes;
  requests += other.requests;
  verified += other.verified;
  sample_read.merge(other.sample_read);
  busy += other.busy;
  preparing += other.preparing;
  failing += other.failing;
  for (std::size_t i = 0; i < kReadFaults; ++i) faults[i] += other.faults[i];
  for (const auto& example : other.examples) name(example);
}

}  // namespace aforo
