// What a file can be, as its first bytes tell it (recognise.h).
#pragma once

#include <cstddef>
#include <string_view>

namespace aforo {

// First bytes that are enough for every kind: tar's header is the longest, one block.
inline constexpr std::size_t kRecogniseBytes = 512;

// kZip is a zip file that is no npz; kGzip holds none of what follows it as far as its first bytes tell;
// kMegatron is a .bin beside a kMegatronIndex; kTorch is what torch.save writes; kTable is CSV or TSV, by its name;
// kEmpty has no byte; kOther is none of the others.
enum class FileKind {
  kJpeg,
  kPng,
  kNpz,
  kNpy,
  kTfrecord,
  kTar,
  kHdf5,
  kParquet,
  kZip,
  kDicom,
  kGzip,
  kGzipTar,
  kGzipTfrecord,
  kGzipLines,
  kCompressed,
  kMds,
  kArrow,
  kLmdb,
  kMegatron,
  kMegatronIndex,
  kJsonLines,
  kRecordIo,
  kSqlite,
  kAvro,
  kOrc,
  kIdx,
  kBeton,
  kRiegeli,
  kZlibTfrecord,
  kSafetensors,
  kTorch,
  kPickle,
  kTable,
  kJsonArray,
  kProgram,
  kEmpty,
  kOther
};

// "JPEG", "npz", "TFRecord", ...: as sentences name them. Pure.
std::string_view to_string(FileKind kind);

// Whether such files hold many samples, or may, that aforo does not find: counted one by one they are counted wrong.
bool hides_samples(FileKind kind);

// Of those that hide samples the kinds of which a file may be one sample as well: a table, a pickle.
bool may_be_one_sample(FileKind kind);

// Whether such files are what something else was packed into, as a download lies beside what was unpacked.
bool is_archive(FileKind kind);

// Whether such files are never samples: programs, and indices of other files.
bool is_never_sample(FileKind kind);

}  // namespace aforo
