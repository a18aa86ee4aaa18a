#include "dataset/file_kind.h"

#include <array>
#include <cstddef>

namespace aforo {
namespace {

// In the order of FileKind.
constexpr std::array<std::string_view, static_cast<std::size_t>(FileKind::kOther) + 1> kNames{
    "JPEG",
    "PNG",
    "npz",
    "npy",
    "TFRecord",
    "tar",
    "HDF5",
    "Parquet",
    "zip",
    "DICOM",
    "gzip",
    "gzip-compressed tar",
    "gzip-compressed TFRecord",
    "gzip-compressed lines",
    "compressed",
    "MDS shard",
    "Arrow",
    "LMDB",
    "Megatron corpus",
    "Megatron index",
    "JSON lines",
    "RecordIO",
    "SQLite",
    "Avro",
    "ORC",
    "IDX",
    "FFCV beton",
    "Riegeli or ArrayRecord",
    "zlib-compressed TFRecord",
    "safetensors",
    "PyTorch file",
    "Python pickle",
    "CSV or TSV",
    "JSON array",
    "program",
    "empty",
    "other"};
static_assert(kNames.back() == "other", "a name for each kind");

}  // namespace

std::string_view to_string(FileKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

bool hides_samples(FileKind kind) {
  switch (kind) {
    case FileKind::kZip:
    case FileKind::kGzipTar:
    case FileKind::kGzipTfrecord:
    case FileKind::kGzipLines:
    case FileKind::kCompressed:
    case FileKind::kMds:
    case FileKind::kArrow:
    case FileKind::kLmdb:
    case FileKind::kMegatron:
    case FileKind::kJsonLines:
    case FileKind::kRecordIo:
    case FileKind::kSqlite:
    case FileKind::kAvro:
    case FileKind::kOrc:
    case FileKind::kIdx:
    case FileKind::kBeton:
    case FileKind::kRiegeli:
    case FileKind::kZlibTfrecord:
      return true;
    default:
      return may_be_one_sample(kind);
  }
}

bool may_be_one_sample(FileKind kind) {
  switch (kind) {
    case FileKind::kSafetensors:
    case FileKind::kPickle:
    case FileKind::kTable:
    case FileKind::kJsonArray:
      return true;
    default:
      return false;
  }
}

bool is_archive(FileKind kind) {
  switch (kind) {
    case FileKind::kTar:
    case FileKind::kZip:
    case FileKind::kGzipTar:
    case FileKind::kCompressed:
      return true;
    default:
      return false;
  }
}

bool is_never_sample(FileKind kind) { return kind == FileKind::kProgram || kind == FileKind::kMegatronIndex; }

}  // namespace aforo
